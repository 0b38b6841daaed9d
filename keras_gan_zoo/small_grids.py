"""Strided convolutions between small grids, and of images, in forms that processors do faster.

The convolutions of TensorFlow (oneDNN's) run at a third of a processor's rate when their outputs
are few positions of many channels, and gradients of kernels do so on grids twice as large. Patches
that are gathered and multiplied by a matrix run at the processor's rate. Transposed convolutions to
the few channels of an image leave most of a processor's lanes empty; a convolution to as many
channels more as the stride has phases, which are then interleaved, fills them. See
`docs/performance.md`.

A convolution from a fine to a coarse grid, its transpose and the gradient of its kernel are linear
in both of their arguments, and the gradients of each are the other two. So they can be
differentiated as often as a loss asks for.
"""

import dataclasses
import functools
import math

import numpy as np
import tensorflow as tf

# Measured with `python benchmarks/small_grids.py`.
POSITIONS = 16  # of the coarse grid: up to here all three are products
WEIGHED_POSITIONS = 64  # up to here the gradient of the kernel is one
NUMBERS = 2**18  # of the kernel: from here on
FEW, MANY = 4, 32  # up to so many channels of an image, from so many of maps


@dataclasses.dataclass(frozen=True)
class Grids:
    """A convolution with `"same"` padding, from a fine grid to a coarse one.

    Args:
        fine: Height and width of the fine grid.
        kernel: Those of the kernel.
        strides: Along both.
    """

    fine: tuple[int, int]
    kernel: tuple[int, int]
    strides: tuple[int, int]

    @property
    def coarse(self) -> tuple[int, int]:
        """Height and width of the coarse grid."""
        (height, width), (down, across) = self.fine, self.strides
        return -(-height // down), -(-width // across)

    def convolve(self, fine, kernel):
        """The convolution `(batch, *coarse, outputs)`.

        Args:
            fine: `(batch, *fine, inputs)`.
            kernel: `(*kernel, inputs, outputs)`.
        """

        @tf.custom_gradient
        def function(fine, kernel):
            def gradient(upstream):
                return self.transpose(upstream, kernel), self.weigh(fine, upstream)

            return self._convolved(fine, kernel), gradient

        return function(fine, kernel)

    def transpose(self, coarse, kernel):
        """The transposed convolution `(batch, *fine, inputs)`.

        Args:
            coarse: `(batch, *coarse, outputs)`.
            kernel: `(*kernel, inputs, outputs)`.
        """

        @tf.custom_gradient
        def function(coarse, kernel):
            def gradient(upstream):
                return self.convolve(upstream, kernel), self.weigh(upstream, coarse)

            return self._transposed(coarse, kernel), gradient

        return function(coarse, kernel)

    def weigh(self, fine, coarse):
        """The gradient of the kernel, `(*kernel, inputs, outputs)`.

        Args:
            fine: `(batch, *fine, inputs)`.
            coarse: `(batch, *coarse, outputs)`, the gradient with respect to outputs.
        """

        @tf.custom_gradient
        def function(fine, coarse):
            def gradient(upstream):
                return self.transpose(coarse, upstream), self.convolve(fine, upstream)

            return self._weighed(fine, coarse), gradient

        return function(fine, coarse)

    def _convolved(self, fine, kernel):
        if not self._within(POSITIONS):
            return tf.nn.conv2d(fine, kernel, self.strides, "SAME")
        outputs = tf.matmul(self._patches(fine), _rows(kernel))
        return tf.reshape(outputs, (-1, *self.coarse, kernel.shape[-1]))

    def _transposed(self, coarse, kernel):
        shape = (tf.shape(coarse)[0], *self.fine, kernel.shape[2])
        if not self._within(POSITIONS):
            return tf.nn.conv2d_transpose(coarse, kernel, shape, self.strides)
        spread = tf.matmul(_rows(coarse), _rows(kernel), transpose_b=True)
        spread = tf.reshape(spread, (shape[0], -1, kernel.shape[2]))
        return tf.reshape(self._gathered(spread), shape)

    def _weighed(self, fine, coarse):
        products = tf.matmul(self._patches(fine), _rows(coarse), transpose_a=True)
        return tf.reshape(products, (*self.kernel, fine.shape[-1], coarse.shape[-1]))

    def _within(self, positions):
        return math.prod(self.coarse) <= positions

    def _patches(self, fine):
        """What each position of the coarse grid sees: `(batch * positions, taps * inputs)`."""
        channels = fine.shape[-1]
        flat = tf.reshape(fine, (-1, math.prod(self.fine), channels))
        patches = tf.gather(_with_zeros(flat), _seen(self), axis=1)
        return tf.reshape(patches, (-1, math.prod(self.kernel) * channels))

    def _gathered(self, spread):
        """Sums at each position of the fine grid, in float32, of what the coarse one gives it."""
        spread = _with_zeros(spread)
        parts = [tf.gather(spread, column, axis=1) for column in _seen_by(self).T]
        return tf.cast(tf.add_n([tf.cast(part, tf.float32) for part in parts]), spread.dtype)


class ImageGrids(Grids):
    """From an image, or back: the transposed convolution is one with interleaved outputs.

    Each phase of the stride sees taps of its own. Together they are one convolution of the coarse
    grid, with outputs for each phase.
    """

    def _convolved(self, fine, kernel):
        return tf.nn.conv2d(fine, kernel, self.strides, "SAME")

    def _transposed(self, coarse, kernel):
        rows, columns = map(_taps_along, self.fine, self.kernel, self.strides)
        taps = tf.pad(kernel, [[0, 1], [0, 1], [0, 0], [0, 0]])
        taps = tf.gather(tf.gather(taps, columns, axis=1), rows, axis=0)
        # (offset, phase) twice, inputs, outputs; the last two change places, as in a transpose
        taps = tf.transpose(taps, (0, 2, 5, 1, 3, 4))
        phases = tf.reshape(taps, (len(rows), len(columns), kernel.shape[3], -1))
        return tf.nn.depth_to_space(tf.nn.conv2d(coarse, phases, 1, "SAME"), self.strides[0])

    def _weighed(self, fine, coarse):
        shape = (*self.kernel, fine.shape[-1], coarse.shape[-1])
        strides = [1, *self.strides, 1]
        return tf.raw_ops.Conv2DBackpropFilter(
            input=fine, filter_sizes=shape, out_backprop=coarse, strides=strides, padding="SAME"
        )


def convolutions(fine_shape, kernel_shape, strides, dtype) -> Grids | None:
    """The convolutions between two grids if they are faster than TensorFlow's, or else `None`.

    They are on processors, between grids that are known: with large kernels on small grids, and
    between an image and maps of many channels.

    Args:
        fine_shape: `(batch, height, width, channels)` of the fine grid, `None` where unknown.
        kernel_shape: `(height, width, inputs, outputs)`.
        strides: Along both axes.
        dtype: What is computed in.
    """
    fine, strides = tuple(fine_shape[1:3]), tuple(strides)
    if None in fine or max(strides) == 1 or tf.as_dtype(dtype) not in (tf.float32, tf.bfloat16):
        return None
    grids = Grids(fine, tuple(kernel_shape[:2]), strides)
    small = math.prod(grids.coarse) <= WEIGHED_POSITIONS and math.prod(kernel_shape) >= NUMBERS
    of_images = kernel_shape[2] <= FEW and kernel_shape[3] >= MANY and _is_even(grids)
    if not (small or of_images) or tf.config.get_visible_devices("GPU"):
        return None
    return grids if small else ImageGrids(**vars(grids))


def _is_even(grids):
    """Whether each position of the coarse grid stands for a square of the fine one."""
    down, across = grids.strides
    return down == across and grids.fine == tuple(down * side for side in grids.coarse)


@functools.cache
def _seen(grids):
    """By coarse position and tap a number of a fine position, or one past the last."""
    rows, columns = map(_seen_along, grids.fine, grids.kernel, grids.strides)
    rows, columns = rows[:, None, :, None], columns[None, :, None, :]
    inside = (rows >= 0) & (columns >= 0)
    return np.where(inside, rows * grids.fine[1] + columns, math.prod(grids.fine)).reshape(-1)


@functools.cache
def _seen_by(grids):
    """By fine position the numbers of the coarse positions and taps that see it.

    As many columns as the most that any position has; one past the last fills them.
    """
    seen = _seen(grids)
    places = [np.flatnonzero(seen == position) for position in range(math.prod(grids.fine))]
    most = max(map(len, places))
    return np.stack([np.pad(p, (0, most - len(p)), constant_values=len(seen)) for p in places])


def _seen_along(side, kernel, stride):
    """Along one axis, by coarse place and tap, a fine place, or -1 where there is none."""
    coarse = -(-side // stride)
    before = max((coarse - 1) * stride + kernel - side, 0) // 2
    places = stride * np.arange(coarse)[:, None] + np.arange(kernel)[None] - before
    return np.where((places >= 0) & (places < side), places, -1)


def _taps_along(side, kernel, stride):
    """Along one axis, by offset on the coarse grid and phase, a tap, or one past the last.

    As many offsets on either side as the most that a phase has on one.
    """
    before = max((-(-side // stride) - 1) * stride + kernel - side, 0) // 2
    reach = max((kernel - 1 - before) // stride, (stride - 1 + before) // stride)
    offsets = np.arange(-reach, reach + 1)[:, None]
    taps = np.arange(stride)[None] + before - stride * offsets
    return np.where((taps >= 0) & (taps < kernel), taps, kernel)


def _rows(values):
    return tf.reshape(values, (-1, values.shape[-1]))


def _with_zeros(values):
    """`(batch, positions, channels)`, and one position more, of zeros."""
    return tf.pad(values, [[0, 0], [0, 1], [0, 0]])
