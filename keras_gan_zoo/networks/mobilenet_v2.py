"""MobileNetV2, a classifier of ImageNet small enough to travel with the package."""

import keras

# Widening, channels, repeats and the first repeat's stride of each stage (table 2 of the paper).
STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
SIDE = 224


def mobilenet_v2() -> keras.Model:
    """The MobileNetV2 of torchvision, from resizing to the two outputs that metrics read.

    The whole image is resized to 224x224, bilinear with antialias (torchvision's own evaluation
    crops the centre, and a metric should see the borders), then normalised by ImageNet's mean and
    standard deviation. Strided convolutions pad all sides alike, as in PyTorch:
    `keras.applications.MobileNetV2` does not, and has other weights.

    For inference only: batch normalisation (epsilon 1e-5) is folded into the convolutions, nothing
    is trainable, and all computation is in float32 under any policy. Weights start at random;
    `extractors/weights/mobilenet_v2.h5` of this package holds torchvision's, rounded to float16,
    which moves features by about 1%. Layers bear the names of torchvision's convolutions.

    Returns:
        A model from RGB images `(batch, height, width, 3)` in [0, 255], of any size, to
        `{"features": (batch, 1280), "logits": (batch, 1000)}`: pooled features, and the logits of
        ImageNet's classes.

    References:
        Sandler et al. 2018, MobileNetV2: Inverted Residuals and Linear Bottlenecks,
        arXiv 1801.04381.
    """
    inputs = keras.Input((None, None, 3), dtype="float32", name="images")
    x = keras.ops.image.resize(
        inputs,
        (SIDE, SIDE),
        interpolation="bilinear",
        antialias=True,
        data_format="channels_last",
    )
    x = keras.layers.Rescaling(
        [1 / (255 * deviation) for deviation in DEVIATION],
        offset=[-mean / deviation for mean, deviation in zip(MEAN, DEVIATION, strict=True)],
        dtype="float32",
        name="normalise",
    )(x)
    x = _convolution(x, "features.0.0", 32, 3, strides=2)
    index = 0
    for widening, channels, repeats, first_stride in STAGES:
        for repeat in range(repeats):
            index += 1
            strides = 1 if repeat else first_stride
            x = _inverted_residual(x, f"features.{index}", widening, channels, strides)
    x = _convolution(x, f"features.{index + 1}.0", 1280, 1)
    features = keras.layers.GlobalAveragePooling2D(dtype="float32", name="pool")(x)
    logits = keras.layers.Dense(1000, dtype="float32", name="classifier.1")(features)
    network = keras.Model(inputs, {"features": features, "logits": logits}, name="mobilenet_v2")
    network.trainable = False
    return network


def _inverted_residual(inputs, name, widening, channels, strides):
    """Widens the channels, convolves each by itself, and narrows them without a nonlinearity."""
    x = inputs
    place = 0
    if widening != 1:
        x = _convolution(x, f"{name}.conv.{place}.0", widening * inputs.shape[-1], 1)
        place += 1
    x = _padded(x, f"{name}.conv.{place}.0", strides)
    x = keras.layers.DepthwiseConv2D(
        3,
        strides=strides,
        padding="same" if strides == 1 else "valid",
        activation="relu6",
        depthwise_initializer="he_normal",
        dtype="float32",
        name=f"{name}.conv.{place}.0",
    )(x)
    x = _convolution(x, f"{name}.conv.{place + 1}", channels, 1, activation=None)
    if strides == 1 and inputs.shape[-1] == channels:
        x = keras.layers.Add(dtype="float32", name=f"{name}.add")([inputs, x])
    return x


def _convolution(x, name, filters, kernel_size, strides=1, activation="relu6"):
    x = _padded(x, name, strides)
    return keras.layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding="same" if strides == 1 else "valid",
        activation=activation,
        kernel_initializer="he_normal",
        dtype="float32",
        name=name,
    )(x)


def _padded(x, name, strides):
    # "same" would pad only the far sides of an even image here.
    if strides == 1:
        return x
    return keras.layers.ZeroPadding2D(1, dtype="float32", name=f"{name}.pad")(x)
