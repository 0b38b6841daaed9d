"""The networks of GauGAN: SPADE's generator, a discriminator at several scales, an encoder."""

import keras
from keras import layers, ops

from keras_gan_zoo.layers import (
    SPADE,
    CentredAveragePooling2D,
    InstanceNormalization,
    SpectralNormalization,
)
from keras_gan_zoo.networks.blocks.autoencoder_ends import code_heads, latents_input

WIDEST = 16  # times the channels of the last block
SMALLEST_MAP = 4


def spade_generator(
    image_shape: tuple = (256, 256, 3),
    num_classes: int = 151,
    latent_dim: int | None = None,
    filters: int = 64,
    hidden_filters: int = 128,
    upsamplings: int = 5,
) -> keras.Model:
    """Residual blocks with SPADE at doubling sizes, each of which sees the label map.

    Args:
        image_shape: `(height, width, channels)` of the images; sides are multiples of
            `2 ** upsamplings`.
        num_classes: Classes of the label map.
        latent_dim: Size of a latent vector that the first block starts from; by default it starts
            from the map, made as small.
        filters: Channels of the last block. Each of the coarser ones has twice as many as the next,
            up to 16 times as many.
        hidden_filters: Channels of the convolution of the map in each SPADE.
        upsamplings: How often the size is doubled: in the authors' code 5, and 6 or 7 for larger
            images ("normal", "more", "most"); fewer, for smaller images, leave one block at each
            size.

    Returns:
        A model from label maps `(batch, height, width)`, integers, or from latents
        `(batch, latent_dim)` and label maps, to images `(batch, *image_shape)` in `[-1, 1]`.

    Raises:
        ValueError: If the sides are no such multiples.

    References:
        Park et al. 2019, arXiv 1903.07291, appendix A; the authors' `generator.py`.
    """
    step = 2**upsamplings
    if len(image_shape) != 3 or any(side % step for side in image_shape[:2]):
        raise ValueError(
            f"Expected `image_shape` (height, width, channels) with sides that are multiples of "
            f"{step}, 2 to the power of `upsamplings`. Received: {tuple(image_shape)}"
        )
    maps, classes = _label_map(image_shape, num_classes)
    (first, *widths) = _widths(filters, upsamplings)
    start = (*(side // step for side in image_shape[:2]), first)
    if latent_dim is None:
        inputs = maps
        x = _conv(first, 3)(classes[:, ::step, ::step])
    else:
        latents = latents_input(latent_dim)
        inputs = [latents, maps]
        x = layers.Dense(start[0] * start[1] * first, kernel_initializer=small())(latents)
        x = layers.Reshape(start)(x)
    x = _block(x, classes, first, hidden_filters)
    for index, width in enumerate(widths):
        # The authors' two blocks in the middle have one size, unless there are more doublings.
        if not (upsamplings == 5 and index == 1):
            x = layers.UpSampling2D(2)(x)
        x = _block(x, classes, width, hidden_filters)
    x = _conv(image_shape[-1], 3)(layers.LeakyReLU(negative_slope=0.2)(x))
    return keras.Model(inputs, layers.Activation("tanh", dtype="float32")(x), name="generator")


def multiscale_discriminator(
    image_shape: tuple = (256, 256, 3),
    num_classes: int = 151,
    filters: int = 64,
    scales: int = 2,
) -> keras.Model:
    """Discriminators of patches of 70 pixels, the second of the image at half its size, and so on.

    Args:
        image_shape: `(height, width, channels)` of what is judged.
        num_classes: Classes of the label map that it is judged together with.
        filters: Channels of the first convolution; they double, up to eight times as many.
        scales: How many discriminators.

    Returns:
        A model from images and label maps `(batch, height, width)` to a list: of each scale the
        logits `(batch, rows, columns, 1)`, and what each of the four layers before them gives.

    References:
        Park et al. 2019, arXiv 1903.07291, appendix A; Wang et al. 2017, arXiv 1711.11585.
    """
    images = keras.Input(image_shape, name="image")
    maps, classes = _label_map(image_shape, num_classes)
    x, outputs = layers.Concatenate()([classes, images]), []
    for scale in range(scales):
        x = CentredAveragePooling2D()(x) if scale else x
        outputs += _patches(x, filters)
    return keras.Model([images, maps], outputs, name="discriminator")


def style_encoder(
    image_shape: tuple = (256, 256, 3), latent_dim: int = 256, filters: int = 64
) -> keras.Model:
    """Convolutions of stride two down to 4x4 positions, and a Gaussian of latents.

    Args:
        image_shape: `(height, width, channels)`.
        latent_dim: Size of a latent vector.
        filters: Channels of the first convolution; they double, up to eight times as many.

    Returns:
        A model from images `(batch, *image_shape)` to `[mean, log_variance]`, each
        `(batch, latent_dim)`.

    References:
        Park et al. 2019, arXiv 1903.07291, appendix A; the authors' `encoder.py`.
    """
    inputs = x = keras.Input(image_shape, name="image")
    width = filters
    while max(x.shape[1:3]) > SMALLEST_MAP:
        x = _normalized(layers.ZeroPadding2D(1)(x), width, 3, 2)
        width = min(2 * width, 8 * filters)
    heads = code_heads(layers.Flatten()(x), latent_dim, variational=True)
    return keras.Model(inputs, heads, name="encoder")


def small():
    """Glorot's normal initialiser with gain 0.02."""
    return keras.initializers.VarianceScaling(0.02**2, "fan_avg", "untruncated_normal")


def _label_map(image_shape, num_classes):
    """The input of label maps, and their classes one-hot."""
    maps = keras.Input(image_shape[:2], dtype="int32", name="label_map")
    return maps, ops.one_hot(maps, num_classes)


def _widths(filters, upsamplings):
    """Channels of the blocks, from the coarsest."""
    finest = min(upsamplings, 6)
    widths = [min(2**level, WIDEST) * filters for level in reversed(range(finest + 1))]
    if upsamplings == 5:
        widths.insert(1, WIDEST * filters)
    return [*widths, filters // 2] if upsamplings == 7 else widths


def _block(x, classes, width, hidden):
    """SPADE, rectifier, convolution, twice, and a shortcut."""

    def adapted(x):
        return SPADE(hidden, kernel_initializer=small())((x, classes))

    inner = x
    for count in (min(x.shape[-1], width), width):
        inner = layers.LeakyReLU(negative_slope=0.2)(adapted(inner))
        inner = SpectralNormalization(_conv(count, 3))(inner)
    if x.shape[-1] != width:
        x = SpectralNormalization(layers.Conv2D(width, 1, **_plain()))(adapted(x))
    return layers.Add()([x, inner])


def _patches(x, filters):
    """Logits, and the features of the layers before them, of one discriminator."""
    x = layers.LeakyReLU(negative_slope=0.2)(_conv(filters, 4, "valid", strides=2)(_padded(x)))
    features = [x]
    for index, strides in ((1, 2), (2, 2), (3, 1)):
        x = _normalized(_padded(x), 2**index * filters, 4, strides)
        features.append(x)
    logits = _conv(1, 4, "valid")(_padded(x))
    return [layers.Activation("linear", dtype="float32")(logits), *features]


def _padded(x):
    return layers.ZeroPadding2D(2)(x)


def _normalized(x, width, kernel, strides):
    """A convolution with spectral and instance normalisation, and a rectifier."""
    x = SpectralNormalization(layers.Conv2D(width, kernel, strides=strides, **_plain()))(x)
    x = InstanceNormalization(center=False, scale=False)(x)
    return layers.LeakyReLU(negative_slope=0.2)(x)


def _plain():
    return {"use_bias": False, "kernel_initializer": small()}


def _conv(width, kernel, padding="same", strides=1):
    return layers.Conv2D(
        width, kernel, strides=strides, padding=padding, kernel_initializer=small()
    )
