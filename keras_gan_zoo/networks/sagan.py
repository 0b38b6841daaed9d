"""The networks of SAGAN: SNGAN's residual ones, with self-attention."""

import keras

from keras_gan_zoo.layers import SelfAttention2D
from keras_gan_zoo.networks.blocks.condition_inputs import inputs_of
from keras_gan_zoo.networks.sngan import sngan_resnet_discriminator, sngan_resnet_generator


def sagan_generator(
    image_shape: tuple = (128, 128, 3),
    latent_dim: int = 128,
    filters: int | None = None,
    condition_dim: int | None = None,
    attention: int | None = None,
    momentum: float = 0.999,
) -> keras.Model:
    """A residual generator with spectral normalisation and one self-attention block.

    Args:
        image_shape, latent_dim, filters, condition_dim: See `sngan_resnet_generator`.
        attention: Side of the feature maps that the block follows; by default 32, or half the
            image's side where that is less.
        momentum: Decay of the moving statistics of batch normalisation; the authors' 0.999 needs
            thousands of steps.

    Returns:
        As `sngan_resnet_generator`.

    References:
        Zhang et al. 2018, Self-Attention Generative Adversarial Networks, arXiv 1805.08318,
        section 4 and the authors' `generator.py`.
    """
    return sngan_resnet_generator(
        image_shape,
        latent_dim,
        filters,
        condition_dim,
        normalization="spectral",
        attention=_attention_side(image_shape, attention),
        momentum=momentum,
        epsilon=1e-5,
    )


def sagan_discriminator(
    image_shape: tuple = (128, 128, 3),
    filters: int | None = None,
    condition_dim: int | None = None,
    attention: int | None = None,
) -> keras.Model:
    """A residual discriminator with spectral normalisation, self-attention and a projection.

    Hidden layers of blocks have their output's channels, as in the authors' code.

    Args:
        image_shape, filters, condition_dim: See `sngan_resnet_discriminator`.
        attention: As for `sagan_generator`.

    Returns:
        As `sngan_resnet_discriminator`.

    References:
        Zhang et al. 2018, arXiv 1805.08318, section 4 and the authors' `discriminator.py`.
    """
    side = _attention_side(image_shape, attention)
    return sngan_resnet_discriminator(
        image_shape, filters, condition_dim=condition_dim, attention=side, wide=True
    )


def attention_maps(network: keras.Model, inputs):
    """What each position of the feature maps attends to, in inference.

    Args:
        network: A network with one `SelfAttention2D`.
        inputs: A batch of what the network takes.

    Returns:
        Attention `(batch, height * width, keys)`, float32; rows sum to 1. With pooling `p` the
        keys are a grid of `height / p` by `width / p`.

    Raises:
        ValueError: If there is no such block, or several.
    """
    blocks = [layer for layer in network.layers if isinstance(layer, SelfAttention2D)]
    if len(blocks) != 1:
        raise ValueError(
            f"Expected a network with one SelfAttention2D layer. Received: {len(blocks)} of them"
        )
    maps = keras.Model(inputs_of(network), blocks[0].input)(inputs, training=False)
    return keras.ops.cast(blocks[0](maps, return_attention=True)[1], "float32")


def _attention_side(image_shape, attention):
    return min(32, image_shape[0] // 2) if attention is None else attention
