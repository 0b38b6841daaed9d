"""Penalties given to a model reach both players' losses, whatever else the model minimises."""

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
