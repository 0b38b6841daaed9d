"""IcGAN.

Oracles: the loss by hand in numpy; a linear generator, whose inverse is known.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo.families.conditions import other_conditions

SHAPE = (8, 8, 1)


def make(**options):
    model = kgz.models.IcGAN(SHAPE, 4, **{"condition_dim": 2, "filters": 4, "seed": 0, **options})
    model.compile()
    return model


def data(count=8, dim=2):
    random = np.random.default_rng(0)
    images = random.uniform(-1, 1, (count, *SHAPE)).astype("float32")
    return images, random.choice([-1.0, 1.0], (count, dim)).astype("float32")


def test_wrong_conditions_differ_and_come_from_the_batch():
    conditions = np.array([[1, 1], [1, 1], [1, -1], [-1, 1]], "float32")
    received = np.array(other_conditions(tf.constant(conditions)))
    np.testing.assert_array_equal(received, conditions[[2, 2, 3, 0]])
    alike = np.ones((3, 2), "float32")
    np.testing.assert_array_equal(other_conditions(tf.constant(alike)), -alike)


def test_replicas_with_unequal_rows_find_the_conditions_of_one_device():
    conditions = np.sign(np.random.default_rng(0).normal(size=(5, 3))).astype("float32")
    with kgz.distribute("mirrored") as strategy:
        data = tf.data.Dataset.from_tensor_slices(conditions).batch(5)
        batches = iter(strategy.experimental_distribute_dataset(data))
        parts = tf.function(lambda: strategy.run(other_conditions, (next(batches),)))()
    parts = [np.array(part) for part in strategy.experimental_local_results(parts)]
    assert [len(part) for part in parts] == [3, 2]
    np.testing.assert_array_equal(np.concatenate(parts), other_conditions(tf.constant(conditions)))


def test_encoders_only_is_kept_however_it_was_set():
    model = make()
    model.encoders_only = True
    again = kgz.models.IcGAN.from_config(model.get_config())
    assert [phase.name for phase in again.phases()] == ["latent_encoder", "condition_encoder"]


def test_both_kinds_of_wrong_pairs_count_half():
    model = make()
    images, attributes = data()
    logits = iter([0.3, -0.7, 1.1])  # real, wrong condition, generated
    model.critic.criticize = lambda *_: tf.fill((8, 1), next(logits))
    batch = {"real": tf.constant(images), "condition": tf.constant(attributes)}
    softplus = np.log1p(np.exp([-0.3, -0.7, 1.1]))
    received = model.discriminator_losses(batch)["discriminator_loss"]
    assert float(received) == pytest.approx(softplus @ [1.0, 0.5, 0.5], rel=1e-5)


def linear_generator():
    """`x = A [z, y]` with orthonormal columns."""
    latents, condition = keras.Input((4,)), keras.Input((2,))
    x = keras.layers.Concatenate()([latents, condition])
    dense = keras.layers.Dense(64, use_bias=False)
    x = keras.layers.Reshape(SHAPE)(dense(x))
    matrix = np.linalg.qr(np.random.default_rng(0).normal(size=(64, 6)))[0]
    dense.set_weights([0.3 * matrix.T])
    return keras.Model([latents, condition], x)


def linear_encoder(outputs):
    samples = keras.Input(SHAPE)
    return keras.Model(samples, keras.layers.Dense(outputs)(keras.layers.Flatten()(samples)))


def test_encoders_invert_a_known_generator_and_leave_it_alone():
    model = make(
        generator=linear_generator(),
        latent_encoder=linear_encoder(4),
        condition_encoder=linear_encoder(2),
        encoders_only=True,
    )
    random = np.random.default_rng(1)
    latents, conditions = random.normal(size=(400, 4)), random.choice([-1.0, 1.0], (400, 2))
    latents, conditions = latents.astype("float32"), conditions.astype("float32")
    images = np.array(model.generate(latents=latents, labels=conditions))
    before = model.generator.get_weights() + model.discriminator.get_weights()
    model.compile({phase.name: keras.optimizers.Adam(0.05) for phase in model.phases()})
    history = model.fit(images, conditions, batch_size=100, epochs=60, verbose=0).history
    assert sorted(history) == ["condition_loss", "latent_loss"]
    for one, other in zip(before, model.generator.get_weights(), strict=False):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(model.encode(images), latents, atol=0.05)
    np.testing.assert_allclose(model.conditions_of(images), conditions, atol=0.05)
    np.testing.assert_allclose(model.reconstruct(images), images, atol=0.05)
    changed = np.array(conditions)
    changed[:, 1] *= -1.0
    expected = model.generate(latents=latents, labels=changed)
    np.testing.assert_allclose(model.edit(images, changed), expected, atol=0.05)


def test_classes_are_conditions_too():
    model = make(condition_dim=None, num_classes=3)
    images, _ = data()
    model.fit(images, np.arange(8) % 3, verbose=0)
    found = np.array(model.conditions_of(images))
    assert found.shape == (8, 3) and set(np.unique(found)) == {0.0, 1.0}
    assert model.edit(images, 2).shape == (8, *SHAPE)


def test_presets_ship_the_encoders(tmp_path):
    model = make()
    images, attributes = data()
    model.fit(images, attributes, verbose=0)
    model.save_to_preset(tmp_path / "preset", {"data": "random"})
    loaded = kgz.models.IcGAN.from_preset(str(tmp_path / "preset"))
    np.testing.assert_array_equal(loaded.reconstruct(images), model.reconstruct(images))
    loaded.encoders_only = True
    assert [phase.name for phase in loaded.phases()] == ["latent_encoder", "condition_encoder"]


def test_exports_the_encoders(tmp_path):
    model = make()
    images, _ = data()
    served = tf.saved_model.load(str(model.export(tmp_path / "model") or tmp_path / "model"))
    found = served.signatures["encode"](samples=tf.constant(images))
    np.testing.assert_allclose(found["latents"], model.encode(images), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        found["conditions"], model.conditions_of(images), rtol=1e-5, atol=1e-6
    )


def test_attributes_that_count_from_zero_are_refused():
    model = kgz.models.IcGAN((8, 8, 1), 2, condition_dim=2, filters=2)
    model.compile()
    images, attributes = np.zeros((4, 8, 8, 1), "float32"), np.eye(4, 2, dtype="float32")
    with pytest.raises(ValueError, match=r"-1 or 1 \(of 0 and 1: 2 \* attributes - 1\)"):
        model.fit(images, attributes, verbose=0)
    with pytest.raises(ValueError, match=r"\(height, width, channels\).*Received.*\(8, 8\)"):
        kgz.models.IcGAN((8, 8), condition_dim=2)
