"""The networks of PixelDA: the sizes of the authors' networks, and PyTorch's layers."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan_zoo import networks
from tests.networks import counting


def test_parameters():
    assert counting.trainable(networks.pixel_da_generator()) == 458_755
    assert counting.trainable(networks.pixel_da_discriminator()) == 1_560_065
    private = networks.pixel_da_private_layers()
    assert counting.trainable(private) == 2_432
    shared = networks.pixel_da_classifier(private.output_shape[1:])
    assert counting.trainable(shared) == 356_858


def test_the_discriminator_halves_down_to_four_positions():
    for side, strided in ((32, 3), (28, 3), (8, 1)):
        network = networks.pixel_da_discriminator((side, side, 1), filters=2)
        convolutions = [one for one in network.layers if hasattr(one, "strides")]
        assert [one.strides[0] for one in convolutions] == [1] + strided * [2]
        assert convolutions[-1].output.shape[1:3] == (4, 4)


def test_the_discriminator_is_noisy_in_training_alone():
    network = networks.pixel_da_discriminator((8, 8, 1), filters=4)
    images = tf.random.stateless_uniform((4, 8, 8, 1), (0, 1), -1.0, 1.0)
    np.testing.assert_array_equal(*(network(images, training=False) for _ in range(2)))
    first, second = (np.array(network(images, training=True)) for _ in range(2))
    assert np.abs(first - second).max() > 1e-4


def randomized(network):
    """The network, with random weights and statistics."""
    random = np.random.default_rng(0)
    for variable in network.weights:
        low = 0.5 if "variance" in variable.path or "gamma" in variable.path else -0.3
        variable.assign(random.uniform(low, low + 0.6, variable.shape))
    return network


class Copies:
    """Our layers of a network one after another, as functions of PyTorch's tensors."""

    def __init__(self, torch, network):
        self.torch, self.functional = torch, torch.nn.functional
        self.layers = iter([one for one in network.layers if one.weights])

    def parts(self):
        return [self.torch.tensor(np.array(one)) for one in next(self.layers).weights]

    def conv(self, x, stride=1):
        kernel, *bias = self.parts()
        size = kernel.shape[0]
        # TensorFlow's "same": of a stride of two, the padding is at the end.
        pad = [size // 2] * 4 if stride == 1 else [0, 1, 0, 1]
        return self.functional.conv2d(
            self.functional.pad(x, pad), kernel.permute(3, 2, 0, 1), *bias, stride=stride
        )

    def norm(self, x):
        gamma, beta, mean, variance = self.parts()
        return self.functional.batch_norm(x, mean, variance, gamma, beta, eps=1e-3)

    def dense(self, x):
        kernel, *bias = self.parts()
        return x @ kernel + (bias[0] if bias else 0.0)


def in_torch(torch, images):
    return torch.tensor(np.array(images).transpose(0, 3, 1, 2).copy())


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def test_the_generator_is_that_of_pytorch(torch):
    ours = randomized(networks.pixel_da_generator((8, 8, 3), 3, 5, filters=4, blocks=2))
    random = np.random.default_rng(1)
    latents = random.uniform(-1, 1, (2, 5)).astype("float32")
    images = random.uniform(-1, 1, (2, 8, 8, 3)).astype("float32")
    copies = Copies(torch, ours)
    relu = torch.relu
    noise = relu(copies.norm(copies.dense(torch.tensor(latents)))).reshape(2, 1, 8, 8)
    x = relu(copies.conv(torch.cat([in_torch(torch, images), noise], dim=1)))
    for _ in range(2):
        x = x + copies.norm(copies.conv(relu(copies.norm(copies.conv(x)))))
    expected = torch.tanh(copies.conv(x)).numpy().transpose(0, 2, 3, 1)
    np.testing.assert_allclose(ours([latents, images]), expected, atol=2e-5)


def test_discriminator_and_classifier_are_those_of_pytorch(torch):
    images = np.random.default_rng(1).uniform(-1, 1, (2, 8, 8, 3)).astype("float32")

    def flat(x):
        return x.permute(0, 2, 3, 1).flatten(1)

    discriminator = randomized(networks.pixel_da_discriminator((8, 8, 3), filters=4))
    copies, leaky = Copies(torch, discriminator), torch.nn.LeakyReLU(0.2)
    x = leaky(copies.conv(in_torch(torch, images)))
    x = leaky(copies.norm(copies.conv(x, stride=2)))
    np.testing.assert_allclose(discriminator(images), copies.dense(flat(x)), atol=2e-4)

    private = randomized(networks.pixel_da_private_layers((8, 8, 3), 4))
    shared = randomized(networks.pixel_da_classifier((4, 4, 4), 3, 5, 6))
    pool = torch.nn.MaxPool2d(2)
    x = pool(torch.relu(Copies(torch, private).conv(in_torch(torch, images))))
    copies = Copies(torch, shared)
    x = flat(pool(torch.relu(copies.conv(x))))
    x = torch.relu(copies.dense(torch.relu(copies.dense(x))))
    np.testing.assert_allclose(shared(private(images)), copies.dense(x), atol=2e-4)
