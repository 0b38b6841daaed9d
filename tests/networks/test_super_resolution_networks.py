"""The networks of SRGAN and its relatives: sizes, any input, and PyTorch."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan_zoo import layers, networks
from tests.networks.counting import trainable


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 1_550_659),
        ({"filters": 32, "blocks": 6}, 210_915),
        ({"filters": 32, "blocks": 8}, 248_227),
    ],
)
def test_parameters_of_the_generator(options, expected):
    assert trainable(networks.sr_resnet(**options)) == expected


@pytest.mark.parametrize(
    ("side", "options", "expected"),
    [
        (64, {}, 13_079_745),
        (64, {"filters": 24, "units": 256}, 1_448_073),
        pytest.param(96, {}, 23_565_505, marks=pytest.mark.long),
    ],
)
def test_parameters_of_the_discriminator(side, options, expected):
    assert trainable(networks.srgan_discriminator((side, side, 3), **options)) == expected


@pytest.mark.parametrize(("scale", "shuffles"), [(2, 1), (4, 2), (8, 3)])
def test_it_enlarges_images_of_any_size(scale, shuffles):
    network = networks.sr_resnet(1, scale, filters=2, blocks=1)
    images = np.zeros((1, 5, 9, 1), "float32")
    assert network(images).shape == (1, 5 * scale, 9 * scale, 1)
    assert sum(isinstance(x, layers.PixelShuffle2D) for x in network.layers) == shuffles
    slopes = [x.alpha for x in network.layers if isinstance(x, keras.layers.PReLU)]
    assert slopes and all(slope.shape[:2] == (1, 1) for slope in slopes)


def test_scales_that_are_no_doublings_are_refused():
    with pytest.raises(ValueError, match="`scale` to be 2, 4 or 8. Received: 3"):
        networks.sr_resnet(scale=3)


def randomized(network, random):
    """Random values for all weights of a network; variances are positive."""
    for weight in network.weights:
        values = random.normal(0.0, 0.2, weight.shape)
        weight.assign(np.abs(values) + 0.5 if "variance" in weight.path else values)


def copied(ours, theirs):
    """Puts weights of layers into PyTorch's modules, in order."""
    torch = pytest.importorskip("torch")
    kinds = keras.layers.Conv2D, keras.layers.BatchNormalization, keras.layers.PReLU
    for layer, module in zip(
        [x for x in ours.layers if isinstance(x, (*kinds, keras.layers.Dense))],
        [m for m in theirs if hasattr(m, "weight")],
        strict=True,
    ):
        values = [torch.tensor(np.array(weight)) for weight in layer.weights]
        if isinstance(layer, keras.layers.Conv2D):
            module.weight.data, module.bias.data = values[0].permute(3, 2, 0, 1), values[1]
        elif isinstance(layer, keras.layers.Dense):
            module.weight.data, module.bias.data = values[0].T.contiguous(), values[1]
        elif isinstance(layer, keras.layers.PReLU):
            module.weight.data = values[0].flatten()
        else:
            module.weight.data, module.bias.data = values[:2]
            module.running_mean, module.running_var = values[2:]
            module.eval()


def channels_first(torch, images):
    return torch.tensor(images.transpose(0, 3, 1, 2).copy())


def test_the_generator_is_that_of_pytorch():
    torch = pytest.importorskip("torch")
    nn = torch.nn
    random = np.random.default_rng(0)
    ours = networks.sr_resnet(3, 4, filters=4, blocks=2)
    randomized(ours, random)
    head = nn.Sequential(nn.Conv2d(3, 4, 9, padding=4), nn.PReLU(4))

    def conv():
        return [nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4)]

    blocks = [nn.Sequential(*conv(), nn.PReLU(4), *conv()) for _ in range(2)]
    body = nn.Sequential(*conv())
    up = [nn.Conv2d(4, 16, 3, padding=1), nn.PixelShuffle(2), nn.PReLU(4)]
    up += [nn.Conv2d(4, 16, 3, padding=1), nn.PixelShuffle(2), nn.PReLU(4)]
    tail = nn.Sequential(*up, nn.Conv2d(4, 3, 9, padding=4))
    copied(ours, [m for part in (head, *blocks, body, tail) for m in part.modules()])
    images = random.uniform(-1, 1, (2, 6, 7, 3)).astype("float32")
    with torch.no_grad():
        x = first = head((channels_first(torch, images) + 1) / 2)
        for block in blocks:
            x = x + block(x)
        expected = tail(first + body(x)).numpy().transpose(0, 2, 3, 1)
    np.testing.assert_allclose(ours(images), expected, rtol=1e-4, atol=1e-4)


def test_the_discriminator_is_that_of_pytorch():
    torch = pytest.importorskip("torch")
    nn = torch.nn
    random = np.random.default_rng(0)
    ours = networks.srgan_discriminator((32, 32, 3), filters=2, units=5)
    randomized(ours, random)
    parts, width = [], 3
    for index in range(8):
        count = 2 * 2 ** (index // 2)
        parts.append(nn.Conv2d(width, count, 3, stride=1 + index % 2, padding=1))
        parts += [nn.BatchNorm2d(count)] if index else []
        parts.append(nn.LeakyReLU(0.2))
        width = count
    body, first, last = nn.Sequential(*parts), nn.Linear(64, 5), nn.Linear(5, 1)
    copied(ours, [*body.modules(), first, last])
    images = random.uniform(-1, 1, (2, 32, 32, 3)).astype("float32")
    with torch.no_grad():
        maps = body(channels_first(torch, images)).permute(0, 2, 3, 1)
        expected = last(nn.functional.leaky_relu(first(maps.flatten(1)), 0.2)).numpy()
    np.testing.assert_allclose(ours(images), expected, rtol=1e-4, atol=1e-4)


def projection(conditioning="projection"):
    return networks.super_resolution_discriminator((16, 16, 3), 4, 4, conditioning)


def judged(network, images, small):
    return np.array(network([tf.constant(images), tf.constant(small)]))


def test_the_projection_is_a_sum_over_the_small_image():
    """`f(x, y) - f(x, 0)` is linear in y, and depends on where in it something is."""
    random = np.random.default_rng(0)
    network = projection()
    images = random.uniform(-1, 1, (2, 16, 16, 3)).astype("float32")
    small = random.uniform(-1, 1, (2, 4, 4, 3)).astype("float32")
    alone = judged(network, images, 0.0 * small)
    once, twice = (judged(network, images, by * small) - alone for by in (1.0, 2.0))
    np.testing.assert_allclose(twice, 2.0 * once, rtol=1e-4, atol=1e-5)
    turned = judged(network, images, small[:, ::-1]) - alone
    assert np.abs(turned - once).max() > 1e-4
    kernel = next(x for x in network.layers if x.output.shape[1:] == (4, 4, 3) and x.weights)
    kernel.layer.kernel.assign(0.0 * kernel.layer.kernel)
    np.testing.assert_allclose(judged(network, images, small), alone, atol=1e-6)


@pytest.mark.parametrize("conditioning", ["projection", "concat"])
def test_every_kernel_is_normalised(conditioning):
    network = projection(conditioning)
    for layer in network.layers:
        if layer.trainable_weights:
            assert isinstance(layer, layers.SpectralNormalization), layer.name
            assert layer.largest_singular_value() == pytest.approx(1.0, abs=0.05)


def test_what_the_conditional_discriminator_refuses():
    with pytest.raises(ValueError, match="`conditioning`.*Received: 'sum'"):
        projection("sum")
    with pytest.raises(ValueError, match="that it divides. Received: scale=8"):
        networks.super_resolution_discriminator((20, 20, 3), 8)
