"""The networks of GauGAN: sizes of the authors' networks, what a logit sees, and PyTorch."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan_zoo import layers, networks
from keras_gan_zoo.networks import spade
from tests.networks import counting


@pytest.mark.parametrize(
    ("classes", "latent_dim", "expected"),
    [
        # COCO-Stuff: 182, one for no class, and the edges of instances
        (184, 256, 112_626_883),
        pytest.param(184, None, 97_480_899, marks=pytest.mark.long),
        pytest.param(151, None, 96_492_483, marks=pytest.mark.long),  # ADE20K
        (36, None, 93_048_003),  # Cityscapes
    ],
)
def test_parameters_of_the_generator(classes, latent_dim, expected):
    with tf.Graph().as_default():  # where nothing is computed, and no memory taken
        network = networks.spade_generator(num_classes=classes, latent_dim=latent_dim)
        assert counting.trainable(network) == expected


def test_parameters_of_discriminator_and_encoder():
    with tf.Graph().as_default():
        assert counting.trainable(networks.multiscale_discriminator(num_classes=184)) == 5_904_514
        assert counting.trainable(networks.multiscale_discriminator(num_classes=151)) == 5_836_930
        assert counting.trainable(networks.style_encoder()) == 10_463_424


@pytest.mark.parametrize(
    ("upsamplings", "expected"),
    [
        (2, [(1, 8), (2, 4), (4, 2)]),
        (5, [(1, 32), (2, 32), (2, 32), (4, 16), (8, 8), (16, 4), (32, 2)]),
        pytest.param(
            *(6, [(1, 32), (2, 32), (4, 32), (8, 16), (16, 8), (32, 4), (64, 2)]),
            marks=pytest.mark.long,
        ),
        pytest.param(
            *(7, [(1, 32), (2, 32), (4, 32), (8, 16), (16, 8), (32, 4), (64, 2), (128, 1)]),
            marks=pytest.mark.long,
        ),
    ],
)
def test_sizes_and_widths_of_the_blocks(upsamplings, expected):
    """Of the authors' "normal", "more" and "most", and of a smaller network; two filters."""
    side = 2**upsamplings
    with tf.Graph().as_default():
        network = networks.spade_generator((side, side, 3), 3, None, 2, 2, upsamplings)
        blocks = [one.output.shape for one in network.layers if type(one).__name__ == "Add"]
    assert [(shape[1], shape[3]) for shape in blocks] == expected


@pytest.mark.parametrize(("side", "positions"), [(256, 35), (128, 19), (64, 11), (32, 7)])
def test_positions_that_are_judged(side, positions):
    with tf.Graph().as_default():
        network = networks.multiscale_discriminator((side, side, 3), 2, filters=1)
    shapes = [one.shape for one in network.outputs]
    assert len(shapes) == 10 and shapes[0] == (None, positions, positions, 1)
    assert [shape[-1] for shape in shapes[:5]] == [1, 1, 2, 4, 8]
    if side > 32:  # the second sees the image at half its size
        smaller = networks.multiscale_discriminator((side // 2, side // 2, 3), 2, filters=1)
        assert shapes[5:] == [one.shape for one in smaller.outputs[:5]]


@pytest.mark.parametrize(("scale", "sees"), [(0, 70), (1, 141)])
def test_what_a_logit_sees(scale, sees, monkeypatch):
    """The gradient of one logit, with positive weights, and without instance normalisation."""
    monkeypatch.setattr(spade, "InstanceNormalization", lambda **_: keras.layers.Identity())
    side = 160
    network = networks.multiscale_discriminator((side, side, 1), 2, filters=1)
    for variable in network.trainable_variables:
        variable.assign(tf.fill(variable.shape, 0.1))
    images, maps = tf.ones((1, side, side, 1)), tf.zeros((1, side, side), tf.int32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = network([images, maps])[5 * scale]
        middle = logits.shape[1] // 2
        logit = logits[0, middle, middle, 0]
    seen = np.abs(tape.gradient(logit, images)[0, :, :, 0]) > 0
    assert seen.any(axis=0).sum() == seen.any(axis=1).sum() == sees and seen.sum() == sees**2


def test_sides_that_cannot_be_halved_are_refused():
    with pytest.raises(ValueError, match="multiples of 32.*Received: .48, 64, 3."):
        networks.spade_generator((48, 64, 3), 3)


class Copies:
    """The layers of a network in the order in which they were made, as functions of PyTorch's."""

    def __init__(self, torch, network, inputs):
        self.torch, self.functional = torch, torch.nn.functional
        random = np.random.default_rng(0)
        for variable in network.trainable_variables:
            variable.assign(random.uniform(-0.4, 0.4, variable.shape))
        for _ in range(12):
            network(inputs, training=True)  # singular vectors and moving statistics follow
        self.made = {}
        for layer in sorted(network.layers, key=number):
            self.made.setdefault(type(layer), []).append(layer)

    def next(self, kind):
        return self.made[kind].pop(0)

    def image(self, array):
        return self.torch.tensor(np.array(array).transpose(0, 3, 1, 2).copy())

    def conv(self, x, padding, stride=1, layer=None):
        layer = layer or self.next(keras.layers.Conv2D)
        kernel, *bias = (self.torch.tensor(np.array(one)) for one in layer.weights)
        kernel = kernel.permute(3, 2, 0, 1)
        return self.functional.conv2d(x, kernel, *bias, padding=padding, stride=stride)

    def spectral(self, x, padding, stride=1):
        layer = self.next(layers.SpectralNormalization)
        kernel, *bias = (self.torch.tensor(np.array(one)) for one in layer.layer.weights)
        kernel = kernel.permute(3, 2, 0, 1)
        # The largest singular value, which our layer has come near to by iteration.
        rows = kernel.permute(0, 2, 3, 1).reshape(kernel.shape[0], -1)
        sigma = self.torch.tensor(np.array(layer.u)) @ rows @ self.torch.tensor(np.array(layer.v))
        assert sigma == pytest.approx(float(self.torch.linalg.matrix_norm(rows, 2)), rel=0.01)
        return self.functional.conv2d(x, kernel / sigma, *bias, padding=padding, stride=stride)

    def spade(self, x, classes):
        layer = self.next(layers.SPADE)
        statistics = [layer.normalize.moving_mean, layer.normalize.moving_variance]
        statistics = [self.torch.tensor(np.array(one)) for one in statistics]
        smaller = self.functional.interpolate(classes, size=x.shape[2:])
        hidden = self.torch.relu(self.conv(smaller, 1, layer=layer.shared))
        gamma, beta = (self.conv(hidden, 1, layer=one) for one in (layer.gamma, layer.beta))
        return self.functional.batch_norm(x, *statistics) * (1 + gamma) + beta

    def block(self, x, width, classes):
        inner = x
        for _ in range(2):
            inner = self.leaky(self.spade(inner, classes))
            inner = self.spectral(inner, 1)
        return inner + (x if x.shape[1] == width else self.spectral(self.spade(x, classes), 0))

    def leaky(self, x):
        return self.functional.leaky_relu(x, 0.2)

    def normalized(self, x, padding, stride):
        return self.leaky(self.functional.instance_norm(self.spectral(x, padding, stride)))


def number(layer):
    """When a layer was made, among those of its class."""
    last = layer.name.rpartition("_")[2]
    return int(last) if last.isdecimal() else -1


RANDOM = np.random.default_rng(1)
MAPS = RANDOM.integers(0, 3, (2, 16, 16), "int32")
IMAGES = RANDOM.uniform(-1, 1, (2, 16, 16, 3)).astype("float32")


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


@pytest.mark.parametrize("latent_dim", [None, 5])
def test_the_generator_is_that_of_pytorch(torch, latent_dim):
    ours = networks.spade_generator((16, 16, 3), 3, latent_dim, 2, 4, upsamplings=2)
    latents = RANDOM.standard_normal((2, 5)).astype("float32")
    inputs = MAPS if latent_dim is None else [latents, MAPS]
    copies = Copies(torch, ours, inputs)
    classes = copies.image(np.eye(3, dtype="float32")[MAPS])
    if latent_dim is None:
        x = copies.conv(torch.nn.functional.interpolate(classes, size=(4, 4)), 1)
    else:
        kernel, bias = (np.array(one) for one in copies.next(keras.layers.Dense).weights)
        x = copies.image((latents @ kernel + bias).reshape(2, 4, 4, 8))
    x = copies.block(x, 8, classes)
    for width in (4, 2):
        x = copies.block(torch.nn.functional.interpolate(x, scale_factor=2), width, classes)
    expected = torch.tanh(copies.conv(copies.leaky(x), 1)).permute(0, 2, 3, 1)
    np.testing.assert_allclose(ours(inputs, training=False), expected, atol=1e-4)


def test_the_discriminator_is_that_of_pytorch(torch):
    ours = networks.multiscale_discriminator((16, 16, 3), 3, filters=4)
    copies = Copies(torch, ours, [IMAGES, MAPS])
    x = torch.cat([copies.image(np.eye(3, dtype="float32")[MAPS]), copies.image(IMAGES)], dim=1)
    expected = []
    for _ in range(2):
        features = [copies.leaky(copies.conv(x, 2, stride=2))]
        for stride in (2, 2, 1):
            features.append(copies.normalized(features[-1], 2, stride))
        expected += [copies.conv(features[-1], 2), *features]
        x = torch.nn.functional.avg_pool2d(x, 3, 2, 1, count_include_pad=False)
    for one, other in zip(ours([IMAGES, MAPS], training=False), expected, strict=True):
        np.testing.assert_allclose(one, other.permute(0, 2, 3, 1), atol=1e-3)


def test_the_encoder_is_that_of_pytorch(torch):
    ours = networks.style_encoder((16, 16, 3), 5, filters=4)
    copies = Copies(torch, ours, IMAGES)
    x = copies.image(IMAGES)
    for _ in range(2):
        x = copies.normalized(x, 1, 2)
    x = x.permute(0, 2, 3, 1).flatten(1).numpy()
    for name, received in zip(("mean", "log_variance"), ours(IMAGES), strict=True):
        kernel, bias = (np.array(one) for one in ours.get_layer(name).weights)
        np.testing.assert_allclose(received, x @ kernel + bias, atol=1e-4)
