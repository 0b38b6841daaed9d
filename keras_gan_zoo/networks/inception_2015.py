"""The InceptionV3 of 5 December 2015, on which FID, KID and the Inception Score are defined."""

import keras

from keras_gan_zoo.layers import LegacyResizing


def inception_2015() -> keras.Model:
    """The classifier of 2015-12-05, from resizing to the two outputs that metrics read.

    `keras.applications.InceptionV3` is another network: its features do not give comparable
    numbers. This one has its own weights and 1008 classes, takes the maximum instead of the average
    in the pooling branch of its last block, and resizes as TensorFlow 1 did. As everywhere in
    TensorFlow, averages leave out the padding.

    For inference only: batch normalisation (epsilon 0.001) is folded into the convolutions, nothing
    is trainable, and all computation is in float32 under any policy. Weights start at random;
    `keras_gan_zoo.extractors.inception_weights.load_inception_weights` reads the published ones.
    Layers bear the scopes of the published graph, with `.` for `/`.

    Returns:
        A model from RGB images `(batch, height, width, 3)` in [0, 255], of any size, to
        `{"features": (batch, 2048), "logits": (batch, 1008)}`: the pooled features of FID and KID,
        and the logits of the Inception Score, which leave out the bias of the softmax.

    References:
        Szegedy et al. 2015, Rethinking the Inception Architecture, arXiv 1512.00567;
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv 1606.03498;
        Heusel et al. 2017, GANs Trained by a Two Time-Scale Update Rule, arXiv 1706.08500.

    Deviations:
        From the paper: the maximum in the last block, and the classes 1001 to 1008, which are
        unused. Both are in the published weights' graph.
    """
    inputs = keras.Input((None, None, 3), dtype="float32", name="images")
    x = LegacyResizing(299, dtype="float32", name="resize")(inputs)
    # (x - 128) / 128 to the last bit: dividing by a power of two is exact.
    x = keras.layers.Rescaling(1 / 128, offset=-1.0, dtype="float32", name="rescale")(x)
    x = _convolution(x, "conv", 32, 3, strides=2, padding="valid")
    x = _convolution(x, "conv_1", 32, 3, padding="valid")
    x = _convolution(x, "conv_2", 64, 3)
    x = _halved(x, "pool")
    x = _convolution(x, "conv_3", 80, 1)
    x = _convolution(x, "conv_4", 192, 3, padding="valid")
    x = _halved(x, "pool_1")
    x = _block_35(x, "mixed", pooled=32)
    x = _block_35(x, "mixed_1", pooled=64)
    x = _block_35(x, "mixed_2", pooled=64)
    x = _reduction_to_17(x, "mixed_3")
    x = _block_17(x, "mixed_4", width=128)
    x = _block_17(x, "mixed_5", width=160)
    x = _block_17(x, "mixed_6", width=160)
    x = _block_17(x, "mixed_7", width=192)
    x = _reduction_to_8(x, "mixed_8")
    x = _block_8(x, "mixed_9", pooling=keras.layers.AveragePooling2D)
    x = _block_8(x, "mixed_10", pooling=keras.layers.MaxPooling2D)
    features = keras.layers.GlobalAveragePooling2D(dtype="float32", name="pool_3")(x)
    logits = keras.layers.Dense(1008, use_bias=False, dtype="float32", name="softmax")(features)
    network = keras.Model(inputs, {"features": features, "logits": logits}, name="inception_2015")
    network.trainable = False
    return network


def _block_35(x, scope, pooled):
    return _joined(
        scope,
        _tower(x, scope, (64, 1)),
        _tower(x, f"{scope}.tower", (48, 1), (64, 5)),
        _tower(x, f"{scope}.tower_1", (64, 1), (96, 3), (96, 3)),
        _pooled(x, f"{scope}.tower_2", pooled, keras.layers.AveragePooling2D),
    )


def _reduction_to_17(x, scope):
    x_tower = _tower(x, f"{scope}.tower", (64, 1), (96, 3))
    return _joined(
        scope,
        _convolution(x, f"{scope}.conv", 384, 3, strides=2, padding="valid"),
        _convolution(x_tower, f"{scope}.tower.conv_2", 96, 3, strides=2, padding="valid"),
        _halved(x, f"{scope}.pool"),
    )


def _block_17(x, scope, width):
    row, column = (1, 7), (7, 1)
    return _joined(
        scope,
        _tower(x, scope, (192, 1)),
        _tower(x, f"{scope}.tower", (width, 1), (width, row), (192, column)),
        _tower(
            x,
            f"{scope}.tower_1",
            (width, 1),
            (width, column),
            (width, row),
            (width, column),
            (192, row),
        ),
        _pooled(x, f"{scope}.tower_2", 192, keras.layers.AveragePooling2D),
    )


def _reduction_to_8(x, scope):
    one, other = f"{scope}.tower", f"{scope}.tower_1"
    x_one = _tower(x, one, (192, 1))
    x_other = _tower(x, other, (192, 1), (192, (1, 7)), (192, (7, 1)))
    return _joined(
        scope,
        _convolution(x_one, f"{one}.conv_1", 320, 3, strides=2, padding="valid"),
        _convolution(x_other, f"{other}.conv_3", 192, 3, strides=2, padding="valid"),
        _halved(x, f"{scope}.pool"),
    )


def _block_8(x, scope, pooling):
    return _joined(
        scope,
        _tower(x, scope, (320, 1)),
        _forked(_tower(x, f"{scope}.tower", (384, 1)), f"{scope}.tower.mixed"),
        _forked(_tower(x, f"{scope}.tower_1", (448, 1), (384, 3)), f"{scope}.tower_1.mixed"),
        _pooled(x, f"{scope}.tower_2", 192, pooling),
    )


def _tower(x, scope, *convolutions):
    """Convolutions `(filters, kernel size)` one after the other: `conv`, `conv_1`, ..."""
    for index, (filters, kernel_size) in enumerate(convolutions):
        name = f"{scope}.conv_{index}" if index else f"{scope}.conv"
        x = _convolution(x, name, filters, kernel_size)
    return x


def _forked(x, scope):
    row = _convolution(x, f"{scope}.conv", 384, (1, 3))
    return _joined(scope, row, _convolution(x, f"{scope}.conv_1", 384, (3, 1)))


def _pooled(x, scope, filters, pooling):
    x = pooling(3, strides=1, padding="same", dtype="float32", name=f"{scope}.pool")(x)
    return _tower(x, scope, (filters, 1))


def _halved(x, name):
    return keras.layers.MaxPooling2D(3, strides=2, dtype="float32", name=name)(x)


def _joined(scope, *branches):
    return keras.layers.Concatenate(dtype="float32", name=f"{scope}.join")(list(branches))


def _convolution(x, name, filters, kernel_size, strides=1, padding="same"):
    return keras.layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding=padding,
        activation="relu",
        kernel_initializer="he_normal",
        dtype="float32",
        name=name,
    )(x)
