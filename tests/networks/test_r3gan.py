"""Oracles: parameter counts of the authors' code, and PyTorch on the papers' formulas."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from tests.networks.counting import trainable

RANDOM = np.random.default_rng(0)
GENERATOR, DISCRIMINATOR = kgz.networks.r3gan_generator, kgz.networks.r3gan_discriminator


def normal(*shape):
    return RANDOM.standard_normal(shape).astype("float32")


def test_counts_of_the_authors_code_at_two_narrow_stages():
    shape, widths = (8, 8, 3), (32, 16)
    assert trainable(GENERATOR(shape, 64, widths, condition_dim=3)) == 43_632
    assert trainable(DISCRIMINATOR(shape, widths, condition_dim=3)) == 40_464


@pytest.mark.long
@pytest.mark.parametrize(
    ("side", "classes", "counts"),
    [
        (32, 10, (20_781_952, 21_280_512)),  # CIFAR-10
        (32, None, (20_732_160, 20_683_776)),
        (64, None, (22_429_824, 22_381_440)),  # FFHQ
        (256, None, (23_057_952, 23_009_568)),
    ],
)
def test_counts_of_the_authors_code(side, classes, counts):
    shape = (side, side, 3)
    assert trainable(GENERATOR(shape, condition_dim=classes)) == counts[0]
    assert trainable(DISCRIMINATOR(shape, condition_dim=classes)) == counts[1]


def test_the_start():
    """Variance 2 / 1.04 / root of 4 blocks over the inputs of a unit, and blocks are identities."""
    network = GENERATOR((8, 8, 1), 64, (64, 64), group_width=64)
    hidden, grouped, last = convolutions(network)[:3]
    for layer, inputs in ((hidden, 64), (grouped, 9 * 64)):
        kernel = np.array(layer.kernel)
        assert np.var(kernel) * inputs == pytest.approx(2 / 1.04 / 2, rel=0.05)
    assert not np.array(last.kernel).any()
    maps = next(one for one in network.layers if isinstance(one, kgz.layers.LearnedBasis))
    assert np.std(maps.basis) == pytest.approx(1.0, abs=0.1) and maps.basis.shape == (4, 4, 64)


def convolutions(network):
    return [one for one in network.layers if isinstance(one, keras.layers.Conv2D)]


def randomized(network):
    network.set_weights([0.4 * normal(*one.shape) for one in network.weights])
    return network


def test_networks_equal_pytorch():
    torch = pytest.importorskip("torch")
    functional, leaky = torch.nn.functional, torch.nn.LeakyReLU(0.2)
    row = torch.tensor([1.0, 3.0, 3.0, 1.0])
    smooth = {"stride": 2, "padding": 1}

    def tensor(array, *axes):
        array = np.array(array)
        return torch.tensor(np.transpose(array, axes).copy() if axes else array)

    def conv(x, layer):
        bias = tensor(layer.bias) if layer.use_bias else None
        options = {"padding": layer.kernel_size[0] // 2, "groups": layer.groups}
        return functional.conv2d(x, tensor(layer.kernel, 3, 2, 0, 1), bias, **options)

    def block(x, layers):
        hidden = leaky(conv(leaky(conv(x, next(layers))), next(layers)))
        return x + conv(hidden, next(layers))

    def kernel(x, total):
        return (torch.outer(row, row) * total / 64).expand(x.shape[1], 1, 4, 4)

    def up(x):
        return functional.conv_transpose2d(x, kernel(x, 4), groups=x.shape[1], **smooth)

    def down(x):
        return functional.conv2d(x, kernel(x, 1), groups=x.shape[1], **smooth)

    latents, labels, images = normal(2, 5), normal(2, 3), normal(2, 8, 8, 3)
    plan = {"widths": (8, 4), "blocks": (1, 2), "group_width": 4, "condition_dim": 3}

    generator = randomized(GENERATOR((8, 8, 3), 5, **plan))
    embed, dense = (tensor(one.kernel) for one in generator.layers if "dense" in one.name)
    basis = next(one.basis for one in generator.layers if hasattr(one, "basis"))
    layers = iter(convolutions(generator))
    vector = torch.cat([tensor(latents), tensor(labels) @ embed], 1) @ dense
    x = block(vector[:, :, None, None] * tensor(basis, 2, 0, 1), layers)
    x = up(conv(x, next(layers)))
    x = conv(block(block(x, layers), layers), next(layers))
    expected = x.permute(0, 2, 3, 1).numpy()
    np.testing.assert_allclose(generator([latents, labels]), expected, rtol=1e-4, atol=1e-4)

    discriminator = randomized(DISCRIMINATOR((8, 8, 3), **plan))
    layers = iter(convolutions(discriminator))
    x = conv(tensor(images, 0, 3, 1, 2), next(layers))
    x = down(block(block(x, layers), layers))
    x = block(conv(x, next(layers)), layers)
    basis = tensor(discriminator.get_layer("basis").kernel[..., 0], 2, 0, 1)
    dense = [tensor(one.kernel) for one in discriminator.layers if "dense" in one.name]
    dense, embed = sorted(dense, key=len, reverse=True)
    features = (x * basis).sum((2, 3)) @ dense
    expected = (features * (tensor(labels) @ embed)).sum(1, keepdim=True).numpy()
    np.testing.assert_allclose(discriminator([images, labels]), expected, rtol=1e-4, atol=1e-3)


def test_bad_input():
    with pytest.raises(ValueError, match=r"multiples of 4.*Received: image_shape=\(10, 8, 1\)"):
        GENERATOR((10, 8, 1), 4, (8, 8, 8))
    with pytest.raises(ValueError, match=r"`blocks`.*Received: blocks=\(1, 2, 3\)"):
        DISCRIMINATOR((8, 8, 1), (8, 8), (1, 2, 3))
    with pytest.raises(ValueError, match=r"multiples of group_width=16.*Received: widths=\(8, 4\)"):
        DISCRIMINATOR((8, 8, 1), (8, 4))
    with pytest.raises(ValueError, match="`widths` to be integers.*Received: 8"):
        GENERATOR((8, 8, 1), 4, 8)
