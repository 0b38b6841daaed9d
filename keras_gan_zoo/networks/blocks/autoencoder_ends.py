"""Where encoders end, and where decoders begin and end."""

import math

import keras
from keras import layers

from keras_gan_zoo.errors import check_choice

OUTPUTS = {"logits": "linear", "tanh": "tanh", "linear": "linear"}


def linear_heads(features, **sizes: int):
    """A linear layer for each name, in float32: a tensor, or a list of several."""
    heads = [layers.Dense(size, dtype="float32", name=name) for name, size in sizes.items()]
    outputs = [head(features) for head in heads]
    return outputs if len(outputs) > 1 else outputs[0]


def code_heads(features, latent_dim: int, variational: bool):
    """`[mean, log_variance]` of a Gaussian posterior, or one code."""
    if variational:
        return linear_heads(features, mean=latent_dim, log_variance=latent_dim)
    return linear_heads(features, codes=latent_dim)


def output_activation(output: str):
    """The layer that makes what the likelihood takes, in float32.

    Args:
        output: `"tanh"`: pixels in [-1, 1], for squared errors. `"linear"`: means of any size.
            `"logits"`: of a pixel being 1, for `kgz.losses.bernoulli_nll`.

    Returns:
        A layer of that name.

    Raises:
        ValueError: If there is no such output.
    """
    check_choice("output", output, OUTPUTS)
    return layers.Activation(OUTPUTS[output], dtype="float32", name=output)


def coarsest_grid(image_shape: tuple, strides: tuple):
    """Height and width of an image after convolutions of these strides.

    Raises:
        ValueError: If they do not divide the sides.
    """
    total = math.prod(strides)
    if len(image_shape) != 3 or image_shape[0] % total or image_shape[1] % total:
        raise ValueError(
            "Expected `image_shape` (height, width, channels) with sides that are multiples of "
            f"{total}, the product of the strides. Received: image_shape={tuple(image_shape)}"
        )
    return image_shape[0] // total, image_shape[1] // total


def latents_input(latent_dim: int):
    """The input of a decoder."""
    return keras.Input((latent_dim,), name="latents")
