"""Mixtures of normals, as networks give them: their likelihood, and samples of them."""

from keras import ops

from keras_gan_zoo.losses.likelihoods import LOG_TWO_PI
from keras_gan_zoo.losses.tensors import floats


def mixture_nll(x, logits, mean, log_scale):
    """Negative log-density of numbers under mixtures of normals, one mixture for each number.

    `-log sum_k w_k N(x; m_k, s_k)`, with weights `w = softmax(logits)`.

    Args:
        x: Numbers of any shape.
        logits, mean, log_scale: Of the normals, along a last axis that `x` does not have.

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
    if len(set(shapes)) > 1 or shapes[0][:-1] != tuple(x.shape):
        raise ValueError(
            "Expected `logits`, `mean` and `log_scale` of one shape: that of `x` and an axis of "
            f"normals. Received: {', '.join(map(str, shapes))}; x of shape {tuple(x.shape)}"
        )
    standard = (x[..., None] - mean) * ops.exp(-log_scale)
    log_densities = -0.5 * (ops.square(standard) + LOG_TWO_PI) - log_scale
    return -ops.logsumexp(ops.log_softmax(logits, axis=-1) + log_densities, axis=-1)


def mixture_sample(logits, mean, log_scale, uniform, normal, temperature=1.0):
    """Numbers drawn from mixtures of normals, one from each.

    A normal is chosen with probability `softmax(logits / t)`, and its variance is multiplied by
    `t`: towards 0 the mean of the most probable one is left.

    Args:
        logits, mean, log_scale: Of the normals, along the last axis.
        uniform: Uniform noise in `[0, 1)`, one number for each mixture, which chooses.
        normal: Standard normal noise, one number for each mixture.
        temperature: The positive `t`, a number or a tensor that broadcasts to the numbers.

    Returns:
        A float32 tensor of the shape of `uniform`.

    References:
        Ha and Schmidhuber 2018, arXiv 1803.10122, section 4; Ha and Eck 2017, arXiv 1704.03477,
        equation 8.
    """
    logits, mean, log_scale, uniform, normal = floats(logits, mean, log_scale, uniform, normal)
    temperature = ops.convert_to_tensor(temperature, "float32")
    sharpened = logits / (temperature[..., None] if temperature.shape else temperature)
    passed = ops.cumsum(ops.softmax(sharpened, axis=-1), axis=-1) <= uniform[..., None]
    chosen = ops.sum(ops.cast(passed[..., :-1], "int32"), axis=-1)
    one_hot = ops.one_hot(chosen, logits.shape[-1], dtype="float32")
    scale = ops.exp(ops.sum(one_hot * log_scale, axis=-1)) * ops.sqrt(temperature)
    return ops.sum(one_hot * mean, axis=-1) + scale * normal
