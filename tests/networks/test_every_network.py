"""What every network promises. Oracles: itself reloaded, and one device for two replicas."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from tests.replicas import on_two_replicas

NETWORKS = kgz.networks
IMAGE = (8, 8, 1)
CLASSES = {"condition_dim": 3}


def dcgan():
    return NETWORKS.dcgan_discriminator(IMAGE, 4)


TINY = {
    "acgan_discriminator": lambda: NETWORKS.acgan_discriminator(IMAGE, 3, 2),
    "biggan_deep_discriminator": lambda: NETWORKS.biggan_deep_discriminator(
        (16, 16, 1), 4, **CLASSES
    ),
    "biggan_deep_generator": lambda: NETWORKS.biggan_deep_generator((16, 16, 1), 4, 4, 3, 4),
    "biggan_discriminator": lambda: NETWORKS.biggan_discriminator((16, 16, 1), 2, **CLASSES),
    "biggan_generator": lambda: NETWORKS.biggan_generator((16, 16, 1), 6, 2, 3, 4),
    "colorization_discriminator": lambda: NETWORKS.colorization_discriminator(
        (16, 16, 2), (16, 16, 1), 2
    ),
    "colorization_generator": lambda: NETWORKS.colorization_generator((2, 2, 4), dropout=0.5),
    "conv_decoder": lambda: NETWORKS.conv_decoder(IMAGE, 3, (2, 2, 2), base_filters=2),
    "conv_encoder": lambda: NETWORKS.conv_encoder(IMAGE, 3, (2,) * 4),
    "conv_gan_discriminator": lambda: NETWORKS.conv_gan_discriminator(IMAGE, (2,) * 4),
    "conv_gan_generator": lambda: NETWORKS.conv_gan_generator(IMAGE, 4, (2, 2, 2), base_filters=2),
    "dcgan_discriminator": lambda: NETWORKS.dcgan_discriminator(
        IMAGE, 4, **CLASSES, conditioning="hidden_concat"
    ),
    "dcgan_generator": lambda: NETWORKS.dcgan_generator(IMAGE, 4, 2, **CLASSES),
    "ebgan_discriminator": lambda: NETWORKS.ebgan_discriminator(IMAGE, 2, code_dim=3),
    "face_vae_decoder": lambda: NETWORKS.face_vae_decoder(IMAGE, 3, (2,), base_filters=2),
    "face_vae_encoder": lambda: NETWORKS.face_vae_encoder(IMAGE, 3, (2, 2)),
    "icgan_discriminator": lambda: NETWORKS.icgan_discriminator(IMAGE, 3, 2),
    "icgan_generator": lambda: NETWORKS.icgan_generator(IMAGE, 4, 3, 2),
    "icgan_encoder": lambda: NETWORKS.icgan_encoder(IMAGE, 3, (2, 2)),
    "improved_gan_classifier": lambda: NETWORKS.improved_gan_classifier(IMAGE, 3, (8, 4)),
    "improved_gan_generator": lambda: NETWORKS.improved_gan_generator(IMAGE, 4, (8, 4)),
    "linear_controller": lambda: NETWORKS.linear_controller(2, 3),
    "maxout_discriminator": lambda: NETWORKS.maxout_discriminator(IMAGE, 4, 2),
    "mdn_rnn": lambda: NETWORKS.mdn_rnn(2, 1, 3, 2),
    "mlp_decoder": lambda: NETWORKS.mlp_decoder(IMAGE, 3, (4, 4), output="logits"),
    "mlp_encoder": lambda: NETWORKS.mlp_encoder(IMAGE, (3, 3), (4, 4)),
    "mlp_generator": lambda: NETWORKS.mlp_generator(IMAGE, 4, 8),
    "ot_gan_critic": lambda: NETWORKS.ot_gan_critic(IMAGE, 2, 3, feature_dim=4),
    "ot_gan_generator": lambda: NETWORKS.ot_gan_generator(IMAGE, 4, 2),
    "multiscale_discriminator": lambda: NETWORKS.multiscale_discriminator(IMAGE, 3, 2),
    "patch_discriminator": lambda: NETWORKS.patch_discriminator(
        IMAGE, IMAGE, filters=2, layers_of_two=1
    ),
    "r3gan_discriminator": lambda: NETWORKS.r3gan_discriminator(IMAGE, (4, 2), 1, 4, **CLASSES),
    "r3gan_generator": lambda: NETWORKS.r3gan_generator(IMAGE, 4, (4, 2), 1, 4, **CLASSES),
    "pixel_da_classifier": lambda: NETWORKS.pixel_da_classifier((4, 4, 2), 3, 2, 4),
    "pixel_da_discriminator": lambda: NETWORKS.pixel_da_discriminator(IMAGE, 2, noise=0.0),
    "pixel_da_generator": lambda: NETWORKS.pixel_da_generator(IMAGE, 1, 3, 2, blocks=1),
    "pixel_da_private_layers": lambda: NETWORKS.pixel_da_private_layers(IMAGE, 2),
    "progan_discriminator": lambda: NETWORKS.progan_discriminator(IMAGE, 2, blur=True),
    "progan_generator": lambda: NETWORKS.progan_generator(IMAGE, 4, 2),
    "residual_decoder": lambda: NETWORKS.residual_decoder(IMAGE, 3, (2, 2), (1, 2), 4),
    "residual_encoder": lambda: NETWORKS.residual_encoder(IMAGE, 3, (2, 2), (2, 1), 4),
    "residual_discriminator": lambda: NETWORKS.residual_discriminator(
        IMAGE, ((2, True), (4, True)), "layer", pooling="mean"
    ),
    "residual_generator": lambda: NETWORKS.residual_generator(IMAGE, 4, (4, 2), **CLASSES),
    "resnet_translator": lambda: NETWORKS.resnet_translator((16, 16, 1), 1, 2, blocks=1),
    "sagan_discriminator": lambda: NETWORKS.sagan_discriminator(IMAGE, 8, **CLASSES),
    "sagan_generator": lambda: NETWORKS.sagan_generator((16, 16, 1), 4, 8, **CLASSES),
    "sngan_cnn_discriminator": lambda: NETWORKS.sngan_cnn_discriminator(IMAGE, 2, "weight"),
    "sngan_cnn_generator": lambda: NETWORKS.sngan_cnn_generator(IMAGE, 4, 2, **CLASSES),
    "sngan_resnet_discriminator": lambda: NETWORKS.sngan_resnet_discriminator(IMAGE, 2, **CLASSES),
    "sngan_resnet_generator": lambda: NETWORKS.sngan_resnet_generator(IMAGE, 4, 2),
    "spade_generator": lambda: NETWORKS.spade_generator(
        IMAGE, 3, 4, 2, hidden_filters=2, upsamplings=2
    ),
    "style_encoder": lambda: NETWORKS.style_encoder(IMAGE, 3, 2),
    "sr_resnet": lambda: NETWORKS.sr_resnet(1, 2, 2, blocks=1),
    "srgan_discriminator": lambda: NETWORKS.srgan_discriminator((16, 16, 1), 2, units=4),
    "super_resolution_discriminator": lambda: NETWORKS.super_resolution_discriminator(
        (16, 16, 1), 2, 2
    ),
    "stylegan2_discriminator": lambda: NETWORKS.stylegan2_discriminator(IMAGE, 2),
    "stylegan2_generator": lambda: NETWORKS.stylegan2_generator(IMAGE, 4, 4, 1, 2),
    "stylegan_generator": lambda: NETWORKS.stylegan_generator(IMAGE, 3, 4, 1, filters=2),
    "toy_critic": lambda: NETWORKS.toy_critic(2, (4, 4), "batch"),
    "toy_generator": lambda: NETWORKS.toy_generator(2, 3, (4, 4), batch_normalization=True),
    "unet_generator": lambda: NETWORKS.unet_generator(IMAGE, 1, filters=2),
    "vae_gan_decoder": lambda: NETWORKS.vae_gan_decoder(IMAGE, 3, (2, 2), base_filters=2),
    "vae_gan_discriminator": lambda: NETWORKS.vae_gan_discriminator(IMAGE, (2, 2, 2), 3),
    "vae_gan_encoder": lambda: NETWORKS.vae_gan_encoder(IMAGE, 3, (2, 2), 4),
    "wgan_gp_critic": lambda: NETWORKS.wgan_gp_critic(IMAGE, 2),
    "wgan_gp_generator": lambda: NETWORKS.wgan_gp_generator(IMAGE, 4, 2),
    "world_model_decoder": lambda: NETWORKS.world_model_decoder(3, 1),
    "world_model_encoder": lambda: NETWORKS.world_model_encoder(3, 1),
    "with_class_head": lambda: NETWORKS.with_class_head(dcgan(), 3),
    "with_dropout": lambda: NETWORKS.with_dropout(dcgan(), 0.3, False),
    "with_features": lambda: NETWORKS.with_features(dcgan()),
    "with_minibatch_discrimination": lambda: NETWORKS.with_minibatch_discrimination(dcgan(), 3, 2),
    "with_virtual_batch_normalization": lambda: NETWORKS.with_virtual_batch_normalization(
        NETWORKS.dcgan_discriminator((16, 16, 1), 2), 4
    ),
}


def inputs_of(network, rows=4):
    random = np.random.default_rng(0)

    def example(one):
        if one.name == "labels":
            return np.eye(3, dtype="float32")[np.arange(rows) % 3]
        if one.name == "label_map":
            return random.integers(0, 3, (rows, *one.shape[1:]), "int32")
        return random.standard_normal((rows, *(side or 8 for side in one.shape[1:]))).astype(
            "float32"
        )

    return [example(one) for one in network.inputs]


def call(network, inputs, training=False):
    inputs = [tf.convert_to_tensor(one) for one in inputs]
    outputs = network(inputs if len(inputs) > 1 else inputs[0], training=training)
    return outputs if isinstance(outputs, (list, tuple)) else [outputs]


# No networks to train: feature extractors, tested with their weights, and a function of networks.
ELSEWHERE = {"attention_maps", "inception_2015", "mobilenet_v2", "small_classifier"}


def test_every_network_is_in_the_list_above():
    assert set(NETWORKS.__all__) - ELSEWHERE == set(TINY)


@pytest.mark.parametrize("name", TINY)
def test_saved_and_loaded_it_is_the_same(name, tmp_path):
    network = TINY[name]()
    inputs = inputs_of(network)
    call(network, inputs, training=True)
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    for one, other in zip(call(network, inputs), call(loaded, inputs), strict=True):
        np.testing.assert_array_equal(one, other)


# One of each kind of coupling between samples always; the others with `make test-long`.
COUPLED = {
    "ot_gan_generator",
    "residual_generator",
    "sngan_resnet_discriminator",
    "with_minibatch_discrimination",
    "with_virtual_batch_normalization",
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(x, marks=() if x in COUPLED else pytest.mark.long) for x in TINY],
)
def test_two_replicas_equal_one_device(name):
    def make():
        keras.utils.set_random_seed(0)
        network = TINY[name]()
        return lambda *inputs: call(network, inputs, training=True)

    inputs = inputs_of(TINY[name]())
    expected = make()(*inputs)
    results = on_two_replicas(make, *inputs)
    for index, one in enumerate(expected):
        parts = np.concatenate([result[index] for result in results])
        np.testing.assert_allclose(parts, one, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", TINY)
def test_mixed_precision_gives_finite_float32_and_gradients(name):
    keras.config.set_dtype_policy("mixed_float16")
    network = TINY[name]()
    with tf.GradientTape() as tape:
        outputs = call(network, inputs_of(network), training=True)
        loss = sum(tf.reduce_mean(tf.cast(one, "float32") ** 2) for one in outputs)
    assert outputs[0].dtype == "float32"  # of images, logits and features of OT-GAN
    for one in [*outputs, *tape.gradient(loss, [v.value for v in network.trainable_variables])]:
        assert np.isfinite(np.array(one)).all()
