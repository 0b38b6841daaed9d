"""Distances as a network sees them: between images, and along paths through latent space."""

import numpy as np

from keras_gan_zoo.metrics import checks


def learned_perceptual_distance(images_a, images_b, features, weights=None) -> np.ndarray:
    """Perceptual distance (LPIPS) of each pair of images, given the network's features.

    `sum_l mean_hw sum_c w_lc (f_a / |f_a| - f_b / |f_b|)^2`: features of each layer are scaled to
    unit length over channels at each position. With the published weights it is LPIPS; without,
    every weight is 1 and the distance is uncalibrated: say so with the number.

    Args:
        images_a: Images `(batch, height, width, channels)`, passed on to `features`.
        images_b: Images of the same shape.
        features: Function from images to a list of feature maps `(batch, h, w, channels)`, one
            for each layer, or a list of such functions with one map each. It does the network's
            own preprocessing.
        weights: One array `(channels,)` of weights >= 0 for each layer, or `None`.

    Returns:
        `(batch,)` distances, float64, at least 0.

    Raises:
        ValueError: If shapes do not fit, values are not finite or a weight is negative.

    Example:

    >>> red, blue = np.array([[[[1.0, 0.0]]]]), np.array([[[[0.0, 3.0]]]])
    >>> kgz.metrics.learned_perceptual_distance(red, blue, lambda images: [images])
    array([2.])

    References:
        Zhang et al. 2018, The Unreasonable Effectiveness of Deep Features as a Perceptual Metric,
        arXiv 1801.03924, equation 1.
    """
    shapes = np.shape(images_a), np.shape(images_b)
    if shapes[0] != shapes[1]:
        raise ValueError(
            "Expected `images_a` and `images_b` to have the same shape. "
            f"Received: {shapes[0]} and {shapes[1]}"
        )
    maps_a, maps_b = _feature_maps(features, images_a), _feature_maps(features, images_b)
    if weights is None:
        weights = [np.ones(layer.shape[-1]) for layer in maps_a]
    if len(weights) != len(maps_a):
        raise ValueError(
            f"Expected `weights` to hold one array for each of {len(maps_a)} layers. "
            f"Received: {len(weights)}"
        )
    distance = np.zeros(shapes[0][0])
    for index, (a, b, weight) in enumerate(zip(maps_a, maps_b, weights, strict=True)):
        weight = checks.array("weights", weight).astype("float64")
        if weight.shape != a.shape[-1:] or weight.min() < 0.0:
            raise ValueError(
                f"Expected `weights[{index}]` >= 0 of shape {a.shape[-1:]}. Received: shape "
                f"{weight.shape}, minimum {weight.min():.6g}"
            )
        distance += (np.square(_unit(a) - _unit(b)) @ weight).mean(axis=(1, 2))
    return distance


def perceptual_path_length(
    generator,
    distance,
    latent_dim: int,
    num_samples: int = 10_000,
    mapping=None,
    epsilon: float = 1e-4,
    sampling: str = "full",
    percentiles=(1.0, 99.0),
    batch_size: int = 64,
    seed: int = 0,
) -> float:
    """Perceptual path length: how fast images change along straight paths between latents.

    `E d(G(z_t), G(z_(t + epsilon))) / epsilon^2`. Standard normal latents are interpolated on the
    sphere; with a `mapping` (StyleGAN's z to w), what it returns is interpolated linearly.

    Args:
        generator: Function from latents `(batch, latent_dim)`, or from what `mapping` returns, to
            images.
        distance: Function of two image batches that gives `(batch,)` *squared* distances, such as
            `learned_perceptual_distance` with its features filled in.
        latent_dim: Size of a latent.
        num_samples: Number of paths; StyleGAN takes 100,000, StyleGAN2 50,000.
        mapping: Function from latents to an intermediate space, or `None`.
        epsilon: Length of a step, as a share of the path, > 0.
        sampling: `"full"`: steps anywhere on the path; `"end"`: at its start.
        percentiles: Values below the first and above the second are dropped; `(0, 100)` keeps all.
        batch_size: Paths of one call.
        seed: Seed of latents and steps.

    Returns:
        The mean length.

    Raises:
        ValueError: If an argument is out of range, or the distance is not `(batch,)` and finite.

    Example:

    >>> squared = lambda a, b: np.sum((a - b) ** 2, axis=-1)
    >>> kgz.metrics.perceptual_path_length(np.zeros_like, squared, latent_dim=4, num_samples=8)
    0.0

    References:
        Karras et al. 2018, A Style-Based Generator Architecture for Generative Adversarial
        Networks, arXiv 1812.04948, section 4.1.
    """
    for name, value in (("latent_dim", latent_dim), ("num_samples", num_samples)):
        checks.count(name, value)
    checks.count("batch_size", batch_size)
    if not 0.0 < epsilon <= 1.0:
        raise ValueError(f"Expected `epsilon` in (0, 1]. Received: {epsilon!r}")
    if sampling not in ("full", "end"):
        raise ValueError(f'Expected `sampling` to be "full" or "end". Received: {sampling!r}')
    random = np.random.default_rng(seed)
    interpolate = spherical_interpolation if mapping is None else _linear_interpolation
    lengths = []
    for done in range(0, num_samples, batch_size):
        count = min(batch_size, num_samples - done)
        start, end = random.standard_normal((2, count, latent_dim))
        where = random.uniform(size=(count, 1)) * (sampling == "full")
        if mapping is not None:
            start, end = (
                np.asarray(mapping(one.astype("float32")), "float64") for one in (start, end)
            )
        first, second = (
            np.asarray(generator(interpolate(start, end, t).astype("float32")))
            for t in (where, where + epsilon)
        )
        step = checks.array("distance", distance(first, second)).astype("float64")
        if step.shape != (count,):
            raise ValueError(
                f"Expected `distance` to return shape ({count},). Received: {step.shape}"
            )
        lengths.append(step / epsilon**2)
    all_lengths = np.concatenate(lengths)
    low, high = np.percentile(all_lengths, percentiles)
    return float(all_lengths[(all_lengths >= low) & (all_lengths <= high)].mean())


def spherical_interpolation(a, b, t) -> np.ndarray:
    """Interpolates on the arc from `a` to `b`: rows at `t = 0` are a's, at `t = 1` b's.

    `sin((1 - t) w) / sin(w) a + sin(t w) / sin(w) b`, with the angle w between the rows; nearly
    parallel rows are interpolated linearly.

    Args:
        a: Rows `(batch, dimensions)`.
        b: Rows of the same shape.
        t: Position, broadcast against `(batch, 1)`.

    Returns:
        `(batch, dimensions)`, float64.

    Example:

    >>> kgz.metrics.spherical_interpolation([[1.0, 0.0]], [[0.0, 1.0]], 0.5).round(6)
    array([[0.707107, 0.707107]])

    References:
        Shoemake 1985, Animating rotation with quaternion curves.
    """
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    norms = np.linalg.norm(a, axis=-1, keepdims=True) * np.linalg.norm(b, axis=-1, keepdims=True)
    cosine = np.sum(a * b, axis=-1, keepdims=True) / np.maximum(norms, 1e-300)
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    sine = np.sin(angle)
    flat = sine < 1e-6
    sine = np.where(flat, 1.0, sine)
    first = np.where(flat, 1.0 - t, np.sin((1.0 - t) * angle) / sine)
    return first * a + np.where(flat, t, np.sin(t * angle) / sine) * b


def _linear_interpolation(a, b, t):
    t = np.reshape(t, (len(a),) + (1,) * (a.ndim - 1))
    return a + t * (b - a)


def _feature_maps(features, images):
    maps = features(images) if callable(features) else [layer(images) for layer in features]
    maps = [checks.array("features", np.asarray(layer)).astype("float64") for layer in maps]
    for layer in maps:
        if layer.ndim != 4 or len(layer) != len(images):
            raise ValueError(
                f"Expected `features` to give maps of shape ({len(images)}, height, width, "
                f"channels), one for each layer. Received: shape {layer.shape}"
            )
    return maps


def _unit(layer):
    # The offset of the published code, so that a position without features stays at zero.
    return layer / (np.linalg.norm(layer, axis=-1, keepdims=True) + 1e-10)
