"""Mixtures of normals, as networks give them: their likelihood, and samples of them."""

from keras import ops

from keras_gan_zoo.losses.likelihoods import LOG_TWO_PI
from keras_gan_zoo.losses.tensors import floats


def mixture_nll(x, logits, mean, log_scale, axis: int = -1):
    """Negative log-density of numbers under mixtures of normals, one mixture for each number.

    `-log sum_k w_k N(x; m_k, s_k)`, with weights `w = softmax(logits)`.

    Args:
        x: Numbers of any shape.
        logits, mean, log_scale: Of the normals, along an axis that `x` does not have.
        axis: Which axis of theirs that is.

    Returns:
        A float32 tensor of the shape of `x`, in nats.

    Raises:
        ValueError: If the shapes do not fit.

    Example:

    >>> two = np.zeros((1, 2)), np.array([[-1.0, 1.0]]), np.zeros((1, 2))
    >>> float(kgz.losses.mixture_nll(np.zeros(1), *two)[0])  # (1 + log(2 pi)) / 2
    1.4189...

    References:
        Bishop 1994, Mixture Density Networks, equation 29; Graves 2013, arXiv 1308.0850.
    """
    x, logits, mean, log_scale = floats(x, logits, mean, log_scale)
    shapes = [tuple(one.shape) for one in (logits, mean, log_scale)]
    numbers = [*shapes[0]]
    if numbers:
        del numbers[axis]
    if len(set(shapes)) > 1 or not shapes[0] or tuple(numbers) != tuple(x.shape):
        raise ValueError(
            "Expected `logits`, `mean` and `log_scale` of one shape: that of `x` and an axis of "
            f"normals. Received: {', '.join(map(str, shapes))}; x of shape {tuple(x.shape)}"
        )
    standard = (ops.expand_dims(x, axis) - mean) * ops.exp(-log_scale)
    log_densities = -0.5 * (ops.square(standard) + LOG_TWO_PI) - log_scale
    # `log_softmax` of TensorFlow moves an axis that is not the last.
    return ops.logsumexp(logits, axis=axis) - ops.logsumexp(logits + log_densities, axis=axis)


def mixture_sample(logits, mean, log_scale, uniform, normal, temperature=1.0, axis: int = -1):
    """Numbers drawn from mixtures of normals, one from each.

    A normal is chosen with probability `softmax(logits / t)`, and its variance is multiplied by
    `t`: towards 0 the mean of the most probable one is left.

    Args:
        logits, mean, log_scale: Of the normals, along one axis.
        uniform: Uniform noise in `[0, 1)`, one number for each mixture, which chooses.
        normal: Standard normal noise, one number for each mixture.
        temperature: The positive `t`, a number or a tensor that broadcasts to the numbers.
        axis: That of the normals.

    Returns:
        A float32 tensor of the shape of `uniform`.

    References:
        Ha and Schmidhuber 2018, arXiv 1803.10122, section 4; Ha and Eck 2017, arXiv 1704.03477,
        equation 8.
    """
    logits, mean, log_scale, uniform, normal = floats(logits, mean, log_scale, uniform, normal)
    temperature = ops.convert_to_tensor(temperature, "float32")
    sharper = ops.expand_dims(temperature, axis) if len(temperature.shape) else temperature
    passed = ops.cumsum(ops.softmax(logits / sharper, axis=axis), axis=axis)
    passed = ops.cast(passed <= ops.expand_dims(uniform, axis), "int32")
    # By rounding all may be passed.
    chosen = ops.minimum(ops.sum(passed, axis=axis), logits.shape[axis] - 1)
    place = axis % len(logits.shape)
    one_hot = ops.one_hot(chosen, logits.shape[axis], axis=place, dtype="float32")
    scale = ops.exp(ops.sum(one_hot * log_scale, axis=axis)) * ops.sqrt(temperature)
    return ops.sum(one_hot * mean, axis=axis) + scale * normal
