"""Penalties given to a model reach both players' losses, whatever else the model minimises."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz


@pytest.mark.parametrize("name", ["LSGAN", "ACGAN", "EBGAN", "CramerGAN", "OTGAN"])
def test_penalties_are_not_ignored(name):
    # Twelve samples: OT-GAN makes three generator updates, each on two halves of its share.
    classes = {"num_classes": 3} if name == "ACGAN" else {}
    model = getattr(kgz.models, name)(
        (8, 8, 1),
        4,
        filters=4,
        **classes,
        penalties=[kgz.penalties.R1(10.0)],
        generator_penalties=[kgz.penalties.HistoricalAverage(0.1)],
    )
    model.compile()
    labels = np.arange(12) % 3 if classes else None
    samples = np.random.default_rng(0).uniform(-1, 1, (12, 8, 8, 1)).astype("float32")
    for _ in range(3):  # the average differs from the weights from the third update on
        logs = model.train_on_batch(samples, labels, return_dict=True)
    assert logs["r1_penalty"] > 0.0 and logs["generator_historical_average"] > 0.0


def test_a_weight_follows_its_schedule():
    """A critic that stays as it is, with gradient w: weight(t) / 2 * ||w||^2 at update t."""
    critic = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    critic.set_weights([np.array([[3.0], [4.0]]), np.zeros(1)])
    weight = kgz.training.LinearDecay(2.0, stop=4)
    penalties = [kgz.penalties.R1(weight), kgz.penalties.R2(weight, every=2)]
    model = kgz.models.GAN((2,), 3, hidden_units=4, discriminator=critic, penalties=penalties)
    model.compile({"discriminator": keras.optimizers.SGD(1e-30)})
    logs = [
        model.fit(np.ones((4, 2), "float32"), batch_size=4, verbose=0).history for _ in range(5)
    ]
    np.testing.assert_allclose([one["r1_penalty"][0] for one in logs], [25, 18.75, 12.5, 6.25, 0])
    np.testing.assert_allclose([one["r2_penalty"][0] for one in logs], [50, 0, 25, 0, 0])


def test_fakes_are_penalised_under_their_own_condition():
    """With D(x, c) = x . c the gradient is the condition: the reals' for R1, the fakes' for R2."""
    inputs = [keras.Input((3,)), keras.Input((3,), name="labels")]
    critic = keras.Model(inputs, keras.layers.Dot(1)(inputs))
    given = [keras.Input((2,)), keras.Input((3,), name="labels")]
    generator = keras.Model(given, keras.layers.Dense(3)(keras.layers.Concatenate()(given)))
    model = kgz.models.GAN(
        (3,),
        2,
        generator=generator,
        discriminator=critic,
        num_classes=3,
        penalties=[kgz.penalties.R1(2.0), kgz.penalties.R2(2.0)],
    )
    samples = keras.ops.ones((1, 3))
    losses = model.critic.penalty_losses((samples, 2.0 * samples), (samples, 3.0 * samples))
    assert float(losses["r1_penalty"]) == pytest.approx(12.0)
    assert float(losses["r2_penalty"]) == pytest.approx(27.0)
