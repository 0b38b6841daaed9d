"""The networks of colourisation: sizes, and the size of pictures."""

import numpy as np
import pytest

from keras_gan_zoo import networks
from tests.networks.counting import trainable

SMALL = (64, 128, 256, 512, 512)


def test_parameters_of_the_generators():
    """Those of the authors' three channels; ours has two, of a last convolution of 128 inputs."""
    assert trainable(networks.colorization_generator(SMALL, 3, 0.5)) == 16_654_851
    assert trainable(networks.colorization_generator(SMALL)) == 16_654_851 - 129


@pytest.mark.long
def test_parameters_of_the_large_generator():
    assert trainable(networks.colorization_generator(channels=3)) == 42_023_811


def test_parameters_and_positions_of_the_discriminator():
    network = networks.colorization_discriminator((32, 32, 3), (32, 32, 1))
    assert trainable(network) == 2_767_553 and network.output_shape == (None, 4, 4, 1)


def test_it_takes_all_sizes_that_it_can_halve():
    network = networks.colorization_generator((2, 2, 4))
    assert network(np.zeros((1, 12, 20, 1), "float32")).shape == (1, 12, 20, 2)
