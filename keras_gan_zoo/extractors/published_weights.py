"""Published weights of classifiers: read, folded and put into networks of this package."""

import pathlib

import numpy as np


def read_checkpoint(path: pathlib.Path) -> dict[str, np.ndarray]:
    """The arrays of a PyTorch checkpoint, by name. Runs no code that the file may hold.

    Args:
        path: A file that `torch.save` wrote of a state dict.

    Returns:
        `{name: array}`.

    Raises:
        ImportError: If PyTorch is not installed.
        ValueError: If the file is not a state dict.
    """
    try:
        import torch
    except ImportError:
        raise ImportError(
            f"Expected PyTorch, which reads {path}. Received: no module 'torch'. Install it once "
            "(`pip install torch`), convert the file with tools/convert_inception.py or "
            "tools/convert_mobilenet.py, and use the .h5 file it writes: that needs no PyTorch"
        ) from None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        return {name: tensor.numpy() for name, tensor in state.items()}
    except Exception as error:  # many kinds; the text of some advises to run what the file holds
        raise ValueError(
            "Expected a PyTorch state dict, made of tensors only. "
            f"Received: {path}: {type(error).__name__}"
        ) from None


def fold(kernel, gamma, beta, mean, variance, epsilon: float):
    """A convolution without bias and the batch normalisation after it, as one convolution.

    Args:
        kernel: The kernel, output channels last.
        gamma: Scale `(channels,)`.
        beta: Offset `(channels,)`.
        mean: Moving mean `(channels,)`.
        variance: Moving variance `(channels,)`.
        epsilon: What the normalisation adds to the variance.

    Returns:
        `(kernel, bias)` in float32, computed in float64.

    Example:

    >>> from keras_gan_zoo.extractors.published_weights import fold
    >>> kernel, bias = fold(np.full((1, 1, 1, 1), 2.0), [3.0], [1.0], [4.0], [0.0], epsilon=0.25)
    >>> kernel.ravel().tolist(), bias.tolist()
    ([12.0], [-23.0])
    """
    scale = np.asarray(gamma, "float64") / np.sqrt(np.asarray(variance, "float64") + epsilon)
    return (kernel * scale).astype("float32"), (beta - mean * scale).astype("float32")


class Named:
    """Arrays by name, whose absence and shapes are errors that name the file.

    Args:
        arrays: `{name: array}`.
        path: Where they came from.
    """

    def __init__(self, arrays: dict[str, np.ndarray], path: pathlib.Path):
        self.arrays = arrays
        self.path = path

    def get(self, name: str, shape: tuple, axes: tuple | None = None) -> np.ndarray:
        """The array `name`, its axes transposed by `axes`, which then has the `shape`."""
        if name not in self.arrays:
            raise ValueError(
                f"Expected the weight {name!r}. Received: {self.path}, which holds "
                f"{len(self.arrays)} arrays and not this one"
            )
        array = self.arrays[name] if axes is None else np.transpose(self.arrays[name], axes)
        if array.shape != tuple(shape):
            raise ValueError(
                f"Expected the weight {name!r} in shape {tuple(shape)}"
                f"{f' after transposing by {axes}' if axes else ''}. "
                f"Received: shape {array.shape} in {self.path}"
            )
        return array
