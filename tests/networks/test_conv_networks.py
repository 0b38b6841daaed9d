"""Oracles: parameter counts of papers, authors' code and sheets; shapes; shared weights.

For the networks of WGAN-GP, DCGAN's variants, AC-GAN, EBGAN, OT-GAN and the toys.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from tests.networks.counting import layer_names, trainable

NETWORKS = kgz.networks
RANDOM = np.random.default_rng(0)


def normal(*shape):
    return RANDOM.standard_normal(shape).astype("float32")


def test_wgan_gp_counts_of_the_authors_code():
    assert trainable(NETWORKS.wgan_gp_generator()) == 1_554_177
    assert trainable(NETWORKS.wgan_gp_critic()) == 1_030_145
    generator = NETWORKS.residual_generator((32, 32, 3), 128, (128,) * 4)
    assert trainable(generator) == 1_204_483
    blocks = ((128, True), (128, True), (128, False), (128, False))
    critic = NETWORKS.residual_discriminator((32, 32, 3), blocks, "none", pooling="mean")
    assert trainable(critic) == 1_053_825
    assert trainable(NETWORKS.with_class_head(critic, 10)) == 1_053_825 + 1_290


def test_wgan_gp_crops_eight_to_seven():
    generator = NETWORKS.wgan_gp_generator()
    sides = [x.output.shape[1] for x in generator.layers if len(x.output.shape) == 4]
    assert sorted(set(sides)) == [4, 7, 8, 14, 28]
    assert "BatchNormalization" not in layer_names(generator)
    critic = NETWORKS.wgan_gp_critic(normalization="layer", filters=4)
    assert layer_names(critic).count("GroupNormalization") == 2


@pytest.mark.parametrize("side", [8, 28, 32, 48])
def test_wgan_gp_sizes(side):
    shape = (side, side, 2)
    assert NETWORKS.wgan_gp_generator(shape, 5, 2).output_shape == (None, *shape)
    assert NETWORKS.wgan_gp_critic(shape, 2).get_layer("features").output.shape[1] <= 16 * 16


def test_dcgan_counts_of_the_4x4_version():
    generator = NETWORKS.dcgan_generator((64, 64, 3), 100, 64, kernel_size=4, per_unit=False)
    assert trainable(generator) == 3_576_704
    assert trainable(NETWORKS.dcgan_discriminator((64, 64, 3), 64, kernel_size=4)) == 2_765_568


def test_dcgan_counts_of_the_smallest_version():
    """Dense 64-3136, transposed convolutions 32 and 1; convolutions 32, 64 and a dense unit."""
    shape, options = (28, 28, 1), {"filters": 32, "kernel_size": 4, "use_bias": True}
    generator = NETWORKS.dcgan_generator(shape, 64, per_unit=False, **options)
    assert generator.count_params() == 237_537
    options["normalization"] = "none"
    assert trainable(NETWORKS.dcgan_discriminator(shape, **options)) == 36_513
    options.update(condition_dim=10, conditioning="input_concat")
    tiled = NETWORKS.dcgan_discriminator(shape, **options)
    assert trainable(tiled) == 36_513 - 544 + 5_664


def test_dcgan_with_a_convolution_more():
    shape, options = (28, 28, 1), {"filters": 8, "kernel_size": 4, "extra_convolution": True}
    generator = NETWORKS.dcgan_generator(shape, 5, per_unit=False, **options)
    # dense 5-7x7x16; transposed convolutions to 8 and 4; the image; two numbers per normalised one
    kernels = 5 * 49 * 16 + 16 * 16 * 8 + 16 * 8 * 4 + (9 * 4 + 1)
    assert trainable(generator) == kernels + 2 * (16 + 8 + 4)
    network = NETWORKS.dcgan_discriminator(shape, **options)
    kernels = 16 * 8 + 16 * 8 * 16 + 9 * 16 * 16 + 49 * 16
    assert trainable(network) == kernels + 2 * (16 + 16)


@pytest.mark.parametrize("conditioning", ["projection", "input_concat", "hidden_concat"])
def test_conditional_dcgan(conditioning):
    generator = NETWORKS.dcgan_generator((16, 16, 1), 5, 4, condition_dim=3)
    network = NETWORKS.dcgan_discriminator(
        (16, 16, 1), 4, normalization="spectral", condition_dim=3, conditioning=conditioning
    )
    condition = tf.constant(np.eye(3, dtype="float32"))
    with tf.GradientTape() as tape:
        tape.watch(condition)
        images = generator([tf.constant(normal(3, 5)), tf.constant(np.eye(3, dtype="float32"))])
        logits = network([images, condition])
    assert logits.shape == (3, 1) and np.all(np.any(tape.gradient(logits, condition), axis=1))


def test_acgan_heads_and_strides():
    network = NETWORKS.acgan_discriminator((32, 32, 3), 10, filters=4)
    convolutions = [one for one in network.layers if isinstance(one, keras.layers.Conv2D)]
    assert [one.strides[0] for one in convolutions] == [2, 1, 2, 1, 2, 1]
    assert [one.filters for one in convolutions] == [4, 8, 16, 32, 64, 128]
    assert network.output_shape == [(None, 1), (None, 10)]
    generator = NETWORKS.dcgan_generator((32, 32, 3), 110, 96, condition_dim=10)
    widths = [x.filters for x in generator.layers if isinstance(x, keras.layers.Conv2DTranspose)]
    assert widths == [192, 96, 3]


def test_more_outputs_share_the_layers():
    network = NETWORKS.dcgan_discriminator((16, 16, 1), 4, normalization="none")
    images = normal(3, 16, 16, 1)
    logits, features = NETWORKS.with_features(network)(images)
    np.testing.assert_array_equal(logits, network(images))
    dense = network.layers[-1]
    np.testing.assert_allclose(logits, features @ np.array(dense.kernel), rtol=1e-5, atol=1e-6)
    two = NETWORKS.with_class_head(network, 5)
    dense.kernel.assign(2.0 * dense.kernel)
    np.testing.assert_allclose(two(images)[0], 2.0 * logits, rtol=1e-5, atol=1e-6)
    assert two(images)[1].shape == (3, 5)
    with pytest.raises(ValueError, match="Did you mean 'features'"):
        NETWORKS.with_features(network, "feature")


def test_ebgan_count_and_outputs():
    network = NETWORKS.ebgan_discriminator()
    assert trainable(network) == 471_297
    assert network.output_shape == [(None, 28, 28, 1), (None, 64)]
    paper = NETWORKS.ebgan_discriminator((64, 64, 3), 4, 3, code_dim=None, normalization="batch")
    assert paper.output_shape == [(None, 64, 64, 3), (None, 8 * 8 * 16)]
    assert layer_names(paper).count("BatchNormalization") == 4


def test_ebgan_learns_to_reconstruct():
    """The energy of what it has seen falls below that of noise: it is an autoencoder."""
    network = NETWORKS.ebgan_discriminator((8, 8, 1), 8, code_dim=4)
    patterns = np.sign(normal(4, 8, 8, 1)) * 0.8
    model = keras.Model(network.inputs[0], network.outputs[0])
    model.compile(keras.optimizers.Adam(1e-2), "mse")
    model.fit(np.tile(patterns, (16, 1, 1, 1)), np.tile(patterns, (16, 1, 1, 1)), 16, 20, 0)

    def energy(x):
        return np.mean(kgz.losses.reconstruction_energy(x, network(x)[0]))

    assert energy(patterns) < 0.1 < energy(np.sign(normal(4, 8, 8, 1)) * 0.8)


def test_ot_gan_counts_of_the_authors_code():
    assert trainable(NETWORKS.ot_gan_generator()) == 37_761_926
    assert trainable(NETWORKS.ot_gan_critic()) == 34_419_840
    small = NETWORKS.ot_gan_critic((28, 28, 1), 32, 4, stem=False, feature_dim=128)
    assert trainable(small) == pytest.approx(0.87e6, rel=1e-2)


def test_ot_gan_features_have_length_one():
    critic = NETWORKS.ot_gan_critic((8, 8, 1), 4)
    features = critic(normal(5, 8, 8, 1))
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1.0, rtol=1e-5)
    generator = NETWORKS.ot_gan_generator((8, 8, 1), 6, 2)
    kgz.layers.WeightNormalization.initialize_from_data(generator, normal(50, 6))
    assert 0.08 < np.std(generator(normal(50, 6))) < 0.12  # the last layer's initial scale is 0.1


def test_toys():
    generator = NETWORKS.toy_generator(2, 256, (256, 128, 128, 128), output_scale=4.0)
    hidden = [256 * 256 + 256, 256 * 128 + 128, 2 * (128 * 128 + 128)]
    assert trainable(generator) == sum(hidden) + 128 * 2 + 2
    critic = NETWORKS.toy_critic(2, (32,) * 4, "spectral", output_dim=7, input_scale=0.25)
    assert critic(normal(3, 2)).shape == (3, 7)
    assert critic.get_layer("features").output.shape == (None, 32)
    plain = NETWORKS.toy_critic(2, (4,), input_scale=0.5)
    twin = NETWORKS.toy_critic(2, (4,))
    twin.set_weights(plain.get_weights())
    points = normal(3, 2)
    np.testing.assert_allclose(plain(points), twin(points / 2), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        ("wgan_gp_generator", (4, 4, 1)),
        ("wgan_gp_critic", (28, 32, 1)),
        ("ot_gan_generator", (24, 32, 1)),
        ("ot_gan_critic", (36, 36, 1)),
        ("ebgan_discriminator", (30, 30, 1)),
    ],
)
def test_bad_sizes(make, shape):
    with pytest.raises(ValueError, match="Received: image_shape"):
        getattr(NETWORKS, make)(shape)


def test_rmsprop_of_wgan_moves_by_small_gradients_as_pytorch():
    """The authors' optimizer, with its small number beside the root rather than under it."""
    torch = pytest.importorskip("torch")
    slopes = np.geomspace(1e-5, 1.0, 6).astype("float32")
    theirs = torch.nn.Parameter(torch.zeros(6))
    authors = torch.optim.RMSprop([theirs], lr=5e-5)
    ours = keras.Variable(np.zeros(6, "float32"))
    optimizer = kgz.models.WGAN((16, 16, 1), 4, filters=4).default_optimizers()
    for _ in range(3):
        theirs.grad = torch.tensor(slopes)
        authors.step()
        optimizer.apply([slopes], [ours])
    np.testing.assert_allclose(ours.numpy(), theirs.detach().numpy(), rtol=0.02)
