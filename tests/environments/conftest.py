"""A small world, as agents dream it."""

import numpy as np
import pytest

import keras_gan_zoo as kgz


@pytest.fixture
def world():
    """A vision, a memory of its latents, whose weights are no longer tiny, and first frames."""
    vision = kgz.models.WorldModelVAE(latent_dim=3, filters=1, seed=0)
    known = kgz.weight_files.sha256_of(vision)
    sizes = {"latent_dim": 3, "units": 4, "mixtures": 2, "steps": 5}
    memory = kgz.models.MDNRNN(**sizes, vision_sha256=known, seed=0)
    random = np.random.default_rng(7)
    frames = random.integers(0, 256, (6, 64, 64, 3), dtype="uint8")
    weights = [random.normal(0, 1.5, w.shape) for w in memory.memory.weights]
    weights[-1][0] = -1.05  # of the logit that an episode is over: dreams last for some steps
    memory.memory.set_weights(weights)
    return vision, memory, frames
