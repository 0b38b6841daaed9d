"""Updates of one network within a step happen one after the other, in every compilation."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz

pytestmark = pytest.mark.rewritten_graphs


def test_two_updates_in_a_compiled_step_equal_those_made_one_by_one():
    """The oracle is the same step in eager mode. Without the option in `backend`, about one
    compilation in five was wrong: ten of them are tried."""
    samples = np.random.default_rng(0).uniform(-1, 1, (12, 8, 8, 1)).astype("float32")

    def weights(run_eagerly):
        keras.utils.set_random_seed(0)
        model = kgz.models.WGAN((8, 8, 1), 4, filters=4, discriminator_steps=2, seed=0)
        model.compile({p.name: "adam" for p in model.phases()}, run_eagerly=run_eagerly)
        model.train_on_batch(samples)
        return np.concatenate([np.ravel(v) for v in model.trainable_variables])

    expected = weights(run_eagerly=True)
    for _ in range(10):
        np.testing.assert_allclose(weights(run_eagerly=False), expected, rtol=0, atol=1e-5)
