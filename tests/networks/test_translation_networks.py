"""The networks of pix2pix and CycleGAN: sizes, what a logit sees, borders, and PyTorch."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan_zoo import networks
from keras_gan_zoo.layers import InstanceNormalization, ReflectionPadding2D


def parameters(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


@pytest.mark.parametrize(
    ("side", "filters", "expected"),
    [(64, 64, 29_247_491), (64, 32, 7_316_483), (64, 24, 4_117_251), (64, 16, 1_831_427)],
)
def test_parameters_of_the_unet(side, filters, expected):
    assert parameters(networks.unet_generator((side, side, 3), filters=filters)) == expected


@pytest.mark.parametrize(
    ("halvings", "expected", "positions"),
    [(3, 2_769_601, 6), (2, 666_817, 14), (1, 139_713, 30), (0, 9_153, 64)],
)
def test_parameters_and_positions_of_the_discriminator_of_patches(halvings, expected, positions):
    shape = (64, 64, 3)
    network = networks.patch_discriminator(shape, shape, layers_of_two=halvings)
    assert parameters(network) == expected
    assert network.output_shape == (None, positions, positions, 1)


def test_parameters_of_cycle_gan():
    shape, norm = (64, 64, 3), {"normalization": "instance"}
    six = networks.resnet_translator(shape, blocks=6)
    assert parameters(six) == 7_837_699
    assert parameters(networks.resnet_translator(shape, filters=24, blocks=6)) == 1_107_459
    assert parameters(networks.patch_discriminator(shape, **norm)) == 2_764_737
    small = networks.patch_discriminator(shape, filters=32, layers_of_two=2, **norm)
    assert parameters(small) == 167_649


@pytest.mark.parametrize(("halvings", "sees"), [(0, 1), (1, 16), (2, 34), (3, 70)])
def test_what_a_logit_sees(halvings, sees):
    """The gradient of one logit, with positive weights, and without normalisation."""
    side = 96
    network = networks.patch_discriminator((side, side, 1), filters=2, layers_of_two=halvings)
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            layer.kernel.assign(tf.fill(layer.kernel.shape, 0.1))
    images = tf.ones((1, side, side, 1))
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = network(images, training=False)
        middle = logits.shape[1] // 2
        logit = logits[0, middle, middle, 0]
    seen = np.abs(tape.gradient(logit, images)[0, :, :, 0]) > 0
    assert seen.any(axis=0).sum() == seen.any(axis=1).sum() == sees and seen.sum() == sees**2


def test_residual_blocks_leave_no_border():
    """On an image of one colour, reflection gives all positions alike, zeros would not."""
    image = keras.Input((16, 16, 2))
    x = keras.layers.Conv2D(3, 7)(ReflectionPadding2D(3)(image))
    x = keras.layers.Conv2D(3, 3)(ReflectionPadding2D(1)(x))
    made = keras.Model(image, x)(np.full((1, 16, 16, 2), 0.3, "float32"))
    np.testing.assert_allclose(made, np.broadcast_to(made[:, 8:9, 8:9], made.shape), atol=1e-6)


def test_the_position_in_the_middle_depends_on_the_image():
    """With normalisation there, a batch of one would be the same for every image."""
    network = networks.unet_generator((8, 8, 1), filters=4)
    middle = [one for one in network.layers if isinstance(one, keras.layers.Conv2D)][2]
    deepest = keras.Model(network.inputs, middle.output)
    images = np.random.default_rng(0).uniform(-1, 1, (2, 1, 8, 8, 1)).astype("float32")
    one, other = (np.array(deepest(image, training=True)) for image in images)
    assert one.shape == (1, 1, 1, 16) and np.abs(one - other).max() > 1e-4


def test_one_translation_depends_on_its_image_alone():
    network = networks.resnet_translator((16, 16, 1), 1, filters=4, blocks=1)
    images = np.random.default_rng(0).uniform(-1, 1, (3, 16, 16, 1)).astype("float32")
    together = network(images, training=True)
    np.testing.assert_allclose(together[:1], network(images[:1], training=True), atol=1e-5)


@pytest.mark.parametrize("shape", [(12, 12, 3), (16, 8, 3), (4, 4, 3), (16, 16)])
def test_sizes_that_a_unet_cannot_halve_are_refused(shape):
    with pytest.raises(ValueError, match="power of two.*Received"):
        networks.unet_generator(shape)


def test_a_discriminator_without_a_position_left_is_refused():
    for halvings in (1, 2, 3):
        least = 3 * 2**halvings
        network = networks.patch_discriminator((least, least, 1), None, 1, halvings)
        assert network.output_shape == (None, 1, 1, 1)
        with pytest.raises(ValueError, match=f"sides from {least} on.*Received: "):
            networks.patch_discriminator((least, least - 1, 1), None, 1, halvings)


def test_the_translator_is_that_of_pytorch():
    """The same weights in PyTorch's layers, with its geometry of strides and output padding."""
    torch = pytest.importorskip("torch")
    nn = torch.nn
    ours = networks.resnet_translator((16, 16, 3), 3, filters=4, blocks=1)

    def norm(width):
        return [nn.InstanceNorm2d(width), nn.ReLU()]

    class Block(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.inner = nn.Sequential(
                nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3), *norm(width),
                nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3), nn.InstanceNorm2d(width),
            )  # fmt: skip

        def forward(self, x):
            return x + self.inner(x)

    up = {"kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1}
    theirs = nn.Sequential(
        nn.ReflectionPad2d(3), nn.Conv2d(3, 4, 7), *norm(4),
        nn.Conv2d(4, 8, 3, stride=2, padding=1), *norm(8),
        nn.Conv2d(8, 16, 3, stride=2, padding=1), *norm(16),
        Block(16),
        nn.ConvTranspose2d(16, 8, **up), *norm(8),
        nn.ConvTranspose2d(8, 4, **up), *norm(4),
        nn.ReflectionPad2d(3), nn.Conv2d(4, 3, 7), nn.Tanh(),
    )  # fmt: skip
    random = np.random.default_rng(1)
    convs = [m for m in theirs.modules() if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d))]
    layers = [one for one in ours.layers if hasattr(one, "kernel")]
    for layer, conv in zip(layers, convs, strict=True):
        kernel = random.normal(0, 0.1, layer.kernel.shape).astype("float32")
        bias = random.normal(0, 0.1, layer.bias.shape).astype("float32")
        layer.set_weights([kernel, bias])
        # Both kinds have (rows, columns, a, b) here and (b, a, rows, columns) there.
        conv.weight.data = torch.tensor(kernel.transpose(3, 2, 0, 1).copy())
        conv.bias.data = torch.tensor(bias)
    images = random.uniform(-1, 1, (2, 16, 16, 3)).astype("float32")
    with torch.no_grad():
        expected = theirs(torch.tensor(images.transpose(0, 3, 1, 2).copy())).numpy()
    np.testing.assert_allclose(ours(images), expected.transpose(0, 2, 3, 1), atol=2e-5)
    assert sum(isinstance(one, InstanceNormalization) for one in ours.layers) == 7
