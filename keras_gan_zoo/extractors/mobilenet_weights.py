"""torchvision's weights of MobileNetV2, for `keras_gan_zoo.networks.mobilenet_v2`."""

import pathlib

import keras

from keras_gan_zoo.extractors.published_weights import Named, fold, read_checkpoint

EPSILON = 1e-5


def load_mobilenet_weights(network: keras.Model, source: str | pathlib.Path):
    """Puts the weights of a PyTorch checkpoint into the network, batch normalisation folded.

    Args:
        network: What `mobilenet_v2()` returns.
        source: torchvision's `mobilenet_v2-b0353104.pth`, or a later one of the same layout.

    Raises:
        ImportError: If PyTorch is not installed.
        ValueError: If the file lacks a weight, or has one in another shape; then no weight has been
            changed.
    """
    path = pathlib.Path(source)
    state = Named(read_checkpoint(path), path)
    loaded = []
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dense):
            kernel, bias = (tuple(weight.shape) for weight in layer.weights)
            loaded.append(state.get(f"{layer.name}.weight", kernel, axes=(1, 0)))
            loaded.append(state.get(f"{layer.name}.bias", bias))
        elif layer.weights:
            loaded.extend(_convolution(state, layer))
    network.set_weights(loaded)


def _convolution(state, layer):
    """Kernel and bias of a convolution and of the normalisation that torchvision put next to it."""
    prefix, _, place = layer.name.rpartition(".")
    norm = f"{prefix}.{int(place) + 1}"
    shape = tuple(layer.kernel.shape)
    channels = (layer.bias.shape[0],)
    statistics = [
        state.get(f"{norm}.{name}", channels)
        for name in ("weight", "bias", "running_mean", "running_var")
    ]
    if not isinstance(layer, keras.layers.DepthwiseConv2D):
        kernel = state.get(f"{layer.name}.weight", shape, axes=(2, 3, 1, 0))
        return fold(kernel, *statistics, EPSILON)
    # PyTorch has a depthwise kernel's channels in front, and Keras as inputs: both but one output.
    outputs_last = (*shape[:2], 1, shape[2])
    kernel = state.get(f"{layer.name}.weight", outputs_last, axes=(2, 3, 1, 0))
    kernel, bias = fold(kernel, *statistics, EPSILON)
    return kernel.reshape(shape), bias
