"""Editing faces: what is counted.

Oracle: an autoencoder of bands whose edits are known.
"""

import numpy as np
import pytest

from keras_gan_zoo.datasets.avataaars import ATTRIBUTES
from tests.applications.loading import load


def faces(random, count):
    """Grey images: attribute k is the brightness of band k, and nothing else differs."""
    attributes = random.choice([-1.0, 1.0], (count, len(ATTRIBUTES))).astype("float32")
    bands = np.repeat(attributes, 9, axis=1)
    images = np.zeros((count, 64, 64, 3), "float32")
    images[:, : bands.shape[1]] = 0.8 * bands[:, :, None, None]
    return images, attributes


def test_edits_are_measured_against_reconstructions():
    script = load("latent_space", "faces")
    images, attributes = faces(np.random.default_rng(0), 40)

    class Exact:
        """An autoencoder whose latents are the bands: a direction changes what it should."""

        def reconstruct(self, images):
            return images

        def edit(self, images, vector, strength):
            return np.clip(images + strength * vector, -1, 1)

    class Judge:
        def predict(self, images, **_):
            return images[:, 4 : 9 * len(ATTRIBUTES) : 9, 0, 0]

    vector = np.zeros((64, 64, 3), "float32")
    vector[:9] = 1.2  # glasses, and from strength 1.5 a little of them is lost to clipping
    vector[9:18] = 0.5  # and smiles, where they are added twice
    found = script.measure_edits(Exact(), Judge(), vector, "glasses", images, attributes)
    assert [found[one]["put_on"] for one in (0.5, 1.0)] == [0.0, 1.0]
    assert found[1.0]["changed"]["smiling"] == 0.0
    sad = (attributes[attributes[:, 0] < 0][:, 1] < 0).mean()
    assert found[2.0]["changed"]["smiling"] == pytest.approx(sad)
    assert set(found[1.0]["changed"]) == set(ATTRIBUTES) - {"glasses"}
