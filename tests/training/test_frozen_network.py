"""Networks that losses use: they never move, are in no file, and are refused with other weights."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.training import Phase, PhasedModel
from keras_gan_zoo.training import state as training_state

IMAGES = np.random.default_rng(0).uniform(-1, 1, (8, 28, 28, 1)).astype("float32")


def decoder():
    layers = [keras.Input((3,)), keras.layers.Dense(28 * 28, "tanh", dtype="float32")]
    return keras.Sequential([*layers, keras.layers.Reshape((28, 28, 1))])


def classifier(seed=0):
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Flatten(), keras.layers.Dense(500), keras.layers.BatchNormalization()]
    return keras.Sequential([keras.Input((28, 28, 1)), *layers, keras.layers.Dropout(0.5)])


@keras.saving.register_keras_serializable("tests")
class Perceptual(PhasedModel):
    """Images whose features are those of the data."""

    def __init__(self, features="fashion_mnist", **kwargs):
        super().__init__(networks={"decoder": decoder}, **kwargs)
        self.frozen("features", features)
        self.built = True

    def phases(self):
        return (Phase("decoder", (self.decoder,)),)

    def inputs(self):
        return {"real": kgz.kinds.Image((28, 28, 1))}

    def decoder_losses(self, batch):
        latents = kgz.backend.random_normal((ops.shape(batch["real"])[0], 3))
        made = self.decoder(latents, training=self.in_training)
        difference = self.features(made) - self.features(batch["real"])
        return {"perceptual": ops.mean(ops.square(difference))}

    def default_optimizers(self):
        return keras.optimizers.SGD(0.1)

    def call(self, inputs, training=False):
        return self.decoder(inputs, training=training)


def make(features, **options):
    keras.utils.set_random_seed(0)
    model = Perceptual(features, seed=0, **options)
    model.compile()
    return model


def network_of(model):
    return getattr(model.features.network, "network", model.features.network)


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_it_is_used_and_neither_moves_nor_counts_as_a_weight(own, dtype, tmp_path):
    model = make(classifier() if own else "fashion_mnist", dtype=dtype)
    network = network_of(model)
    assert network.compute_dtype == "float32" == model.features(IMAGES).dtype
    frozen, moving = network.get_weights(), model.decoder.get_weights()
    model.fit(IMAGES, batch_size=4, epochs=2, verbose=0)
    assert all(map(np.array_equal, frozen, network.get_weights()))
    assert not any(map(np.array_equal, moving, model.decoder.get_weights()))
    ids = {id(weight) for weight in network.weights}
    assert not ids & {id(weight) for weight in [*model.variables, *model.trainable_variables]}
    assert not ids & {id(v) for v in training_state.variables(model).values()}
    assert network not in list(model._flatten_layers())


@pytest.mark.parametrize("source", ["name", "extractor", "own", "own extractor"])
def test_files_hold_its_sha256_alone_and_a_loaded_model_has_the_same_losses(source, tmp_path):
    features = {
        "name": "fashion_mnist",
        "extractor": kgz.metrics.FeatureExtractor.get("fashion_mnist"),
        "own": classifier(),
        "own extractor": kgz.metrics.FeatureExtractor.get(classifier()),
    }[source]
    model = make(features)
    model.fit(IMAGES, batch_size=4, verbose=0)
    expected = model.evaluate(IMAGES, verbose=0)
    again = {"features": features} if "own" in source else {}

    model.save(tmp_path / "model.keras")
    assert (tmp_path / "model.keras").stat().st_size < 90_000
    loaded = keras.models.load_model(tmp_path / "model.keras", custom_objects=again)
    assert loaded.evaluate(IMAGES, verbose=0) == expected
    for one in (model, loaded):
        one.fit(IMAGES, batch_size=4, verbose=0)
    assert all(map(np.array_equal, model.get_weights(), loaded.get_weights()))

    model.save_to_preset(tmp_path / "preset")
    assert sum(path.stat().st_size for path in (tmp_path / "preset").iterdir()) < 30_000
    facts = json.loads((tmp_path / "preset" / "metadata.json").read_text())
    assert facts["frozen"] == {"features": model.features.sha256}
    loaded = Perceptual.from_preset(tmp_path / "preset", **again)
    assert loaded.features.sha256 == model.features.sha256
    loaded.compile()
    # Its noise is new.
    loaded._evaluation_noise.state.assign(model._evaluation_noise.state)
    assert loaded.evaluate(IMAGES, verbose=0) == model.evaluate(IMAGES, verbose=0)


def test_a_network_of_one_s_own_must_be_passed_again_and_be_the_same(tmp_path):
    model = make(classifier())
    model.save(tmp_path / "model.keras")
    model.save_to_preset(tmp_path / "preset")
    architecture = json.loads((tmp_path / "preset" / "config.json").read_text())["config"]
    assert architecture["features"]["config"]["architecture"]["class_name"] == "Sequential"
    with pytest.raises(ValueError, match=r"^Expected the network 'features'.*features=network"):
        kgz.models.from_preset(tmp_path / "preset")
    with pytest.raises(ValueError, match=r"custom_objects=\{'features': network\}.*Received: none"):
        keras.models.load_model(tmp_path / "model.keras")
    other = classifier(seed=1)
    with pytest.raises(ValueError, match=r"^Expected the network 'features' with the weights.*sha"):
        kgz.models.from_preset(tmp_path / "preset", features=other)
    with pytest.raises(ValueError, match="Received: weights of sha256"):
        keras.models.load_model(tmp_path / "model.keras", custom_objects={"features": other})
    with pytest.raises(ValueError, match="pass it again, as `from_preset.*features=network"):
        Perceptual.from_preset(tmp_path / "preset", feature=other)


def test_an_extractor_with_other_weights_is_refused(tmp_path):
    """As if the library's had changed since."""
    make("fashion_mnist").save_to_preset(tmp_path / "preset")
    path = tmp_path / "preset" / "config.json"
    config = json.loads(path.read_text())
    actual = config["config"]["features"]["config"]["sha256"]
    config["config"]["features"]["config"]["sha256"] = "0" * 64
    path.write_text(json.dumps(config))
    facts = json.loads((tmp_path / "preset" / "metadata.json").read_text())
    del facts["config_sha256"]  # or the changed config would be found by that
    (tmp_path / "preset" / "metadata.json").write_text(json.dumps(facts))
    with pytest.raises(ValueError, match=f"of sha256 {'0' * 64}. Received: .*{actual}"):
        kgz.models.from_preset(tmp_path / "preset")


@pytest.mark.parametrize("own", [False, True])
def test_two_replicas_equal_one(own):
    def train(strategy):
        with kgz.distribute(strategy):
            model = make(classifier() if own else "fashion_mnist")
            model.fit(kgz.datasets.from_arrays(IMAGES, batch_size=8), epochs=3, verbose=0)
        return [np.array(weight) for weight in model.weights]

    single, double = train(tf.distribute.get_strategy()), train("mirrored")
    for one, other in zip(single, double, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-4, atol=1e-6)


def test_errors_at_the_door():
    with pytest.raises(ValueError, match="Did you mean 'fashion_mnist'"):
        make("fashion_mnits")
    with pytest.raises(ValueError, match="`features` to be the name of a feature extractor"):
        make(lambda images: images)
    model = make("fashion_mnist")
    with pytest.raises(ValueError, match="argument of Perceptual's.*Received: 'other'"):
        model.frozen("other", "mobilenet_v2")
