"""Oracles: the parameter counts of papers, authors' code and lecture."""

import numpy as np
import pytest

import keras_gan_zoo as kgz


def trainable(network):
    return sum(int(np.prod(v.shape)) for v in network.trainable_variables)


def test_conv_gan_counts_of_the_lecture():
    model = kgz.models.ConvGAN(input_dim=(28, 28, 1))
    assert model.discriminator.count_params() == 720_833
    assert trainable(model.discriminator) == 720_833
    assert model.generator.count_params() == 844_161
    assert trainable(model.generator) == 837_377
    assert [float(one.learning_rate) for one in model.default_optimizers().values()] == [
        pytest.approx(8e-4),
        pytest.approx(4e-4),
    ]


def test_dcgan_counts_of_the_authors_code():
    model = kgz.models.DCGAN()
    assert model.image_shape == (64, 64, 3)
    assert trainable(model.generator) == 18_885_760
    assert trainable(model.discriminator) == 17_232_768


def test_gan_counts_of_the_authors_settings():
    model = kgz.models.GAN()
    assert model.generator.count_params() == 2_503_984
    assert model.discriminator.count_params() == 1_231_441


def test_dcgan_normalises_all_but_its_ends():
    """No batch normalisation in the generator's output and discriminator's input (section 3)."""
    model = kgz.models.DCGAN((32, 32, 3), filters=8)
    kinds = [
        [type(layer).__name__ for layer in n.layers] for n in (model.generator, model.discriminator)
    ]
    assert kinds[0].count("BatchNormalization") == 3 and kinds[1].count("BatchNormalization") == 2
    assert kinds[0][-2:] == ["TransposedConv2D", "Activation"]
    assert kinds[1][1:3] == ["Conv2D", "LeakyReLU"]


@pytest.mark.parametrize("side", [8, 28, 32, 64, 128])
def test_dcgan_sizes(side):
    model = kgz.models.DCGAN((side, side, 3), latent_dim=5, filters=2)
    assert model.generate(1, seed=0).shape == (1, side, side, 3)


@pytest.mark.parametrize("shape", [(30, 30, 1), (32, 28, 1), (4, 4, 1), (7, 7, 1)])
def test_dcgan_refuses_other_sizes(shape):
    with pytest.raises(ValueError, match="Received: image_shape"):
        kgz.models.DCGAN(shape)


def test_conv_gan_refuses_sides_that_do_not_divide():
    with pytest.raises(ValueError, match=r"multiples of 4.*Received: image_shape"):
        kgz.models.ConvGAN((30, 30, 1))


def test_initial_weights_of_dcgan():
    model = kgz.models.DCGAN((32, 32, 3), filters=32)
    for network in (model.generator, model.discriminator):
        for variable in network.trainable_variables:
            if variable.name == "kernel":
                assert np.std(variable) == pytest.approx(0.02, rel=0.1)
            elif variable.name == "gamma":
                assert np.mean(variable) == pytest.approx(1.0, abs=0.02)


def test_maxout_discriminator_drops_no_input_of_points():
    names = [type(x).__name__ for x in kgz.networks.maxout_discriminator((2,), 4).layers]
    assert names.count("Dropout") == 2
    names = [type(x).__name__ for x in kgz.networks.maxout_discriminator((4, 4, 1), 4).layers]
    assert names.count("Dropout") == 3
