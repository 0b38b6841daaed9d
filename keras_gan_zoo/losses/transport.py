"""Distances between samples: energy distance, optimal transport, and OT-GAN's combination."""

from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.losses.tensors import euclidean_norm, floats


def energy_distance(x, y, biased: bool = False):
    """The squared energy distance `2 E|X - Y| - E|X - X'| - E|Y - Y'|` of two samples.

    Zero for equal distributions; in one dimension twice the squared area between the
    distribution functions. Under several replicas it is that of the global batch.

    Args:
        x: Samples `(n, ...)`; each is flattened, and distances are Euclidean.
        y: Samples `(m, ...)` of the same shape.
        biased: Whether to count a sample's distance to itself, which makes the estimate at least
            0 and too large; without, it is unbiased and needs two samples on each side.

    Returns:
        A float32 scalar.

    Example:

    >>> x, y = np.array([[0.0], [2.0]]), np.array([[1.0], [5.0]])
    >>> round(float(kgz.losses.energy_distance(x, y)), 4)
    -1.0

    References:
        Szekely and Rizzo 2013, Energy statistics, J. Stat. Plan. Inference 143, equation 2.2.
    """
    x, y = (_rows(backend.global_batch(one)) for one in floats(x, y))
    # Distances do not change, and rounding hurts less, when the cloud is centred.
    centre = ops.stop_gradient(ops.mean(x, axis=0))
    x, y = x - centre, y - centre

    def within(samples):
        count = ops.cast(ops.shape(samples)[0], "float32")
        pairs = count * (count if biased else count - 1.0)
        distances = _pairwise_distances(samples, samples)
        return ops.sum(distances * (1.0 - ops.eye(ops.shape(samples)[0]))) / pairs

    return 2.0 * ops.mean(_pairwise_distances(x, y)) - within(x) - within(y)


def cosine_cost(x, y):
    """`1 - cosine` of the angle between each row of `x` and each row of `y`.

    Args:
        x: Features `(..., n, d)`.
        y: Features `(..., m, d)`.

    Returns:
        Costs `(..., n, m)` in `[0, 2]`, float32.

    References:
        Salimans et al. 2018, Improving GANs Using Optimal Transport, arXiv 1803.05573, section 4.
    """
    x, y = (one / (euclidean_norm(one, keepdims=True) + 1e-12) for one in floats(x, y))
    return 1.0 - ops.matmul(x, ops.swapaxes(y, -1, -2))


def sinkhorn(
    cost, regularization: float = 0.01, iterations: int = 50, differentiable: bool = False
):
    """The entropy-regularised transport plan between two uniform samples, in log space.

    Minimises `sum(plan * cost) - regularization * entropy(plan)` over plans with row sums `1/n`
    and column sums `1/m`, by alternating projections. Column sums are exact; row sums become so
    with `iterations`, of which a small `regularization` needs more.

    Args:
        cost: Costs `(..., n, m)`; leading axes are problems solved side by side.
        regularization: Weight of the entropy, above 0; OT-GAN's code uses 1/500.
        iterations: Pairs of projections, at least 1.
        differentiable: Whether gradients flow through the plan. By default it is a constant, as
            the envelope theorem allows at convergence (OT-GAN, section 4).

    Returns:
        Plans `(..., n, m)`, float32, each with the sum 1. `sum(plan * cost)` is the mean cost.

    Example:

    >>> plan = kgz.losses.sinkhorn(np.array([[0.0, 1.0], [1.0, 0.0]]))
    >>> np.round(plan, 3).tolist()
    [[0.5, 0.0], [0.0, 0.5]]

    References:
        Cuturi 2013, Sinkhorn Distances, arXiv 1306.0895, algorithm 1.
    """
    if not regularization > 0:
        raise ValueError(f"Expected `regularization` > 0. Received: {regularization!r}")
    if iterations < 1:
        raise ValueError(f"Expected `iterations` >= 1. Received: {iterations!r}")
    (cost,) = floats(cost)
    if not differentiable:
        cost = ops.stop_gradient(cost)
    scores = -cost / regularization
    log_rows = -ops.log(ops.cast(ops.shape(cost)[-2], "float32"))
    log_columns = -ops.log(ops.cast(ops.shape(cost)[-1], "float32"))

    def project(row_potential, column_potential):
        row_potential = log_rows - ops.logsumexp(scores + column_potential, axis=-1, keepdims=True)
        column_potential = log_columns - ops.logsumexp(
            scores + row_potential, axis=-2, keepdims=True
        )
        return row_potential, column_potential

    start = (ops.zeros_like(scores[..., :1]), ops.zeros_like(scores[..., :1, :]))
    rows, columns = ops.while_loop(
        lambda *_: True, project, start, maximum_iterations=int(iterations)
    )
    return ops.exp(scores + rows + columns)


def minibatch_energy_distance(
    real,
    fake,
    other_real=None,
    other_fake=None,
    regularization: float = 0.01,
    iterations: int = 50,
):
    """OT-GAN's distance between batches: an energy distance whose metric is optimal transport.

    `W(X,Y) + W(X,Y') + W(X',Y) + W(X',Y') - 2 W(X,X') - 2 W(Y,Y')`, where `W` is the mean cosine
    cost under the Sinkhorn plan, a constant in back-propagation. `X, X'` are independent real
    and `Y, Y'` independent fake batches; with one of each, they are their halves. The generator
    minimises it, the critic that makes the features maximises it. Under several replicas it is
    that of the global batch.

    Args:
        real, fake: Features `(n, d)`, of as many samples.
        other_real, other_fake: Features `(n, d)` of the second batches. Without them, `real` and
            `fake` are cut in two; an odd sample is left out.
        regularization, iterations: See `sinkhorn`.

    Returns:
        A float32 scalar. It is not bounded by 0, but its mean over independent batches is.

    Raises:
        ValueError: If only one of the second batches is given.

    References:
        Salimans et al. 2018, Improving GANs Using Optimal Transport, arXiv 1803.05573,
        equation 8 and algorithm 1.
    """
    if (other_real is None) != (other_fake is None):
        raise ValueError(
            "Expected both `other_real` and `other_fake`, or neither. Received: "
            f"{'other_fake' if other_real is None else 'other_real'} only"
        )
    real, fake = (backend.global_batch(one) for one in floats(real, fake))
    if other_real is None:
        half = ops.shape(real)[0] // 2
        real, other_real = real[:half], real[half : 2 * half]
        fake, other_fake = fake[:half], fake[half : 2 * half]
    else:
        other_real, other_fake = (
            backend.global_batch(one) for one in floats(other_real, other_fake)
        )
    count = ops.shape(real)[0]
    # All costs at once, of which six blocks are needed; each cost then has one place in the
    # gradient, which is the same to the bit however threads run.
    rows = ops.concatenate([real, other_real, fake, other_fake])
    rows = rows / (euclidean_norm(rows, keepdims=True) + 1e-12)
    cost = ops.reshape(1.0 - ops.matmul(rows, ops.transpose(rows)), (4, -1, 4, count))
    cost = ops.reshape(ops.transpose(cost, (0, 2, 1, 3)), (16, -1, count))
    pairs = [(0, 2), (0, 3), (1, 2), (1, 3), (0, 1), (2, 3)]
    cost = ops.take(cost, [4 * first + second for first, second in pairs], axis=0)
    plan = sinkhorn(cost, regularization, iterations)
    distances = ops.sum(plan * cost, axis=(-2, -1))
    return ops.sum(distances * ops.convert_to_tensor([1.0, 1.0, 1.0, 1.0, -2.0, -2.0]))


def _rows(samples):
    return ops.reshape(samples, (ops.shape(samples)[0], -1))


def _pairwise_distances(x, y):
    products = ops.matmul(x, ops.transpose(y))
    x_squares = ops.sum(ops.square(x), axis=1)[:, None]
    y_squares = ops.sum(ops.square(y), axis=1)[None, :]
    return ops.sqrt(ops.maximum(x_squares + y_squares - 2.0 * products, 1e-12))
