"""Exact answers about near neighbours from float32 products: a filter with a proven bound.

A tile of squared distances is one float32 matrix product, whose rounding error has a bound that
holds whatever the order of summation. Each comparison farther from its threshold than the bound
is decided; the few others are decided by the float64 distance itself. The answers are therefore
those of float64, at the price of float32, and no matrix of all distances is ever held.
"""

import numpy as np

from keras_gan_zoo.metrics import products

TILE = 1024
PILOTS = 512
# Rows whose float64 coordinates are held at once; they stay in the processor's cache.
ROWS = 128
PENDING = 4_000_000  # candidate pairs that are held at once
EXACT = 2**19  # float64 coordinates of pairs that are held at once


class Frame:
    """Common coordinates of sets of points: centred, and scaled to norms of at most 1."""

    def __init__(self, *sets):
        self.centre = sum(s.sum(axis=0, dtype="float64") for s in sets) / sum(map(len, sets))
        self.scale = 1.0
        largest = max(_squared_norms(part).max() for s in sets for _, part in self.parts(s))
        self.scale = np.sqrt(largest) if largest > 0.0 else 1.0
        # A float32 sum of n products is off by at most n u / (1 - n u) sum |x_i y_i|, u = 2^-24
        # (Higham 2002, Accuracy and Stability of Numerical Algorithms, section 3.1), and the
        # absolute values of -2 x . y + |x|^2 + |y|^2 sum to at most 2 (|x|^2 + |y|^2). The 16 u
        # cover the rounding of x, y, their norms and the bounds themselves.
        unit = 2.0**-24
        terms = (sets[0].shape[1] + 2) * unit
        self.relative = 2.0 * terms / (1.0 - terms) + 16.0 * unit if terms < 0.25 else np.inf
        if not np.isfinite(self.relative):
            raise ValueError(
                f"Expected fewer than 4,000,000 dimensions. Received: {sets[0].shape[1]}"
            )

    def parts(self, points):
        """Yields `(slice, centred and scaled float64 rows)`."""
        for start in range(0, len(points), ROWS):
            part = slice(start, start + ROWS)
            scaled = points[part] - self.centre
            scaled /= self.scale
            yield part, scaled


class Placed:
    """A set of points in a frame, ready for products that give bounds of squared distances."""

    # Below this, products underflow and relative bounds do not hold.
    tiny = 1e-30

    def __init__(self, frame, points):
        self.relative = frame.relative
        self.norms = np.empty(len(points))
        # Rows (y, 1, lower norm): with (-2 x, lower norm, 1) they give the lower bound at once.
        self.right = np.ones((len(points), points.shape[1] + 2), "float32")
        for part, scaled in frame.parts(points):
            self.norms[part] = _squared_norms(scaled)
            self.right[part, :-2] = scaled
            self.right[part, -1] = self.norms[part] * (1.0 - self.relative) - self.tiny

    def lower(self, part, other, other_part):
        """Lower bounds of the squared distances between rows of `self` and rows of `other`."""
        left = self.right[part]
        left = np.concatenate([-2.0 * left[:, :-2], left[:, :-3:-1]], axis=1)
        return products.across(left, other.right[other_part])

    def lower_within(self, part):
        """The same between some rows of `self`: symmetric products are half the work."""
        points, lower_norms = self.right[part, :-2], self.right[part, -1]
        lower = products.across(points, points)
        lower *= -2.0
        lower += lower_norms[:, None]
        lower += lower_norms
        return lower

    def width(self, rows, other, columns):
        """Upper minus lower bounds of squared distances."""
        return 2.0 * self.relative * (self.norms[rows] + other.norms[columns]) + 4.0 * self.tiny


def squared_radii(points, k: int):
    """Squared distance of each point to its k-th nearest other point, `(points,)`, float64."""
    return _RadiusSearch(points, k).run()


def compare(a, radii_a, b, radii_b):
    """Finds which points lie in which balls, of radius around `a` and around `b`.

    Args:
        a: `(n, dimensions)`.
        radii_a: Squared radii `(n,)` of the balls around `a`.
        b: `(m, dimensions)`.
        radii_b: Squared radii `(m,)` of the balls around `b`.

    Returns:
        `(inside, reached, held)`: how many points of `b` are closer to each of `a` than its
        radius `(n,)`; whether each of `b` is at most a radius from any of `a` `(m,)`; whether each
        of `a` is at most a radius from any of `b` `(n,)`.
    """
    frame = Frame(a, b)
    placed_a, placed_b = Placed(frame, a), Placed(frame, b)
    scaled_a, scaled_b = radii_a / frame.scale**2, radii_b / frame.scale**2
    limits_a, limits_b = _not_below(scaled_a), _not_below(scaled_b)
    inside = np.zeros(len(a), "int64")
    reached, held = np.zeros(len(b), bool), np.zeros(len(a), bool)

    def candidates(lower, limits, row, column):
        rows, columns, lower = _not_above(lower, limits)
        upper = lower.astype("float64")
        rows, columns = rows + row, columns + column
        return rows, columns, upper + placed_a.width(rows, placed_b, columns)

    for row in range(0, len(a), TILE):
        for column in range(0, len(b), TILE):
            part_a, part_b = slice(row, row + TILE), slice(column, column + TILE)
            lower = placed_a.lower(part_a, placed_b, part_b)

            rows, columns, upper = candidates(lower, limits_a[part_a, None], row, column)
            sure = upper < scaled_a[rows]
            reached[columns[sure]] = True
            inside += np.bincount(rows[sure], minlength=len(a))
            rows, columns = rows[~sure], columns[~sure]
            exact = squared_distances(a, b, rows, columns)
            reached[columns[exact <= radii_a[rows]]] = True
            inside += np.bincount(rows[exact < radii_a[rows]], minlength=len(a))

            rows, columns, upper = candidates(lower, limits_b[part_b], row, column)
            held[rows[upper < scaled_b[columns]]] = True
            # Here one ball is enough: pairs of points that are held already need no decision.
            rows, columns = rows[~held[rows]], columns[~held[rows]]
            exact = squared_distances(a, b, rows, columns)
            held[rows[exact <= radii_b[columns]]] = True
    return inside, reached, held


def squared_distances(a, b, rows, columns):
    """Float64 squared distances of the pairs `(a[rows], b[columns])`."""
    result = np.empty(len(rows))
    step = max(1, EXACT // a.shape[1])
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        result[part] = _squared_norms(a[rows[part]].astype("float64") - b[columns[part]])
    return result


class _RadiusSearch:
    """All k-th neighbours within one set; each tile of distances serves its rows and columns."""

    def __init__(self, points, k):
        self.points, self.k = points, k
        self.frame = Frame(points)
        self.placed = Placed(self.frame, points)
        self.limits = self._first_limits()
        self.found = []

    def run(self):
        starts = range(0, len(self.points), TILE)
        for row in starts:
            for column in starts[row // TILE :]:
                rows, columns = slice(row, row + TILE), slice(column, column + TILE)
                if row == column:
                    lower = self.placed.lower_within(rows)
                    # A point is not its own neighbour.
                    np.fill_diagonal(lower, np.inf)
                else:
                    lower = self.placed.lower(rows, self.placed, columns)
                    part_columns, part_rows, part = _not_above(lower, self.limits[columns])
                    self.found.append((part_rows + column, part_columns + row, part))
                part_rows, part_columns, part = _not_above(lower, self.limits[rows, None])
                self.found.append((part_rows + row, part_columns + column, part))
                if sum(len(rows) for rows, _, _ in self.found) > PENDING:
                    self._settle()
        return self._settle()

    def _first_limits(self):
        """Upper bounds of the radii: the k-th neighbour among random pilots."""
        number = min(len(self.points), max(PILOTS, self.k + 1))
        pilots = np.random.default_rng(0).permutation(len(self.points))[:number]
        limits = np.empty(len(self.points), "float32")
        for start in range(0, len(limits), TILE):
            rows = np.arange(start, min(start + TILE, len(limits)))[:, None]
            part = slice(start, start + TILE)
            upper = self.placed.lower(part, self.placed, pilots)
            upper += self.placed.width(rows, self.placed, pilots)
            # A pilot is not its own neighbour.
            upper[rows == pilots] = np.inf
            limits[part] = np.partition(upper, self.k - 1, axis=1)[:, self.k - 1]
        return _not_below(limits)

    def _settle(self):
        """Keeps the k nearest of each row, and returns the squared distance of the last."""
        rows, columns, lower = (np.concatenate(part) for part in zip(*self.found, strict=True))
        upper = lower + self.placed.width(rows, self.placed, columns)
        needed = np.full(len(self.points), self.k)
        close = lower <= self._smallest(rows, upper, needed)[rows]
        rows, columns, lower, upper = (x[close] for x in (rows, columns, lower, upper))
        # Nearer than the k-th for certain: they count, at whatever distance they are.
        nearer = upper < self._smallest(rows, lower, needed)[rows]
        needed -= np.bincount(rows[nearer], minlength=len(needed))
        kept = [(rows[nearer], columns[nearer], lower[nearer])]
        rows, columns = rows[~nearer], columns[~nearer]
        exact = squared_distances(self.points, self.points, rows, columns)
        radii = self._smallest(rows, exact, needed)
        close = np.flatnonzero(exact <= radii[rows])
        scaled = (exact[close] / self.frame.scale**2).astype("float32")
        self.found = [*kept, (rows[close], columns[close], scaled)]
        self.limits = np.minimum(self.limits, _not_below(radii / self.frame.scale**2))
        return radii

    def _smallest(self, rows, values, ranks):
        """The value of given rank (from 1) of each row; infinite where there are fewer."""
        order = np.lexsort((values, rows))
        sizes = np.bincount(rows, minlength=len(self.points))
        starts = np.cumsum(sizes) - sizes
        enough = sizes >= ranks
        found = np.full(len(sizes), np.inf)
        found[enough] = values[order[(starts + ranks - 1)[enough]]]
        return found


def _not_above(values, limits):
    """Rows, columns and values of the entries of a matrix that are not above their limits."""
    # Three times quicker than the non-zero entries of a matrix.
    flat = np.flatnonzero(values <= limits)
    return *np.divmod(flat, values.shape[1]), values.ravel()[flat]


def _squared_norms(rows):
    return np.einsum("ij,ij->i", rows, rows)


def _not_below(values):
    """Float32 values that are not below `values`."""
    return np.nextafter(values.astype("float32"), np.float32(np.inf))
