"""Products of float32 matrices by the library that multiplies them faster on this processor.

NumPy's OpenBLAS uses half of the width of AVX-512 on processors that it does not know; oneDNN, in
TensorFlow, uses all of it. Sums are of float32 in both, in another order.
"""

import functools
import os

import numpy as np
import tensorflow as tf

from keras_gan_zoo import processor

# Fewer multiplications than this cost less than what TensorFlow needs to begin.
LEAST = 2**20


@functools.cache
def _wide() -> bool:
    """Whether TensorFlow's products are the faster ones."""
    return "avx512f" in (processor.features() or ()) and os.environ.get(processor.ONEDNN) != "0"


def _by_tensorflow(multiplications, dtype):
    return dtype == np.float32 and multiplications >= LEAST and _wide()


def _multiply(a, b, **transposed):
    # A GPU would round to fewer digits.
    with tf.device("CPU"):
        return tf.linalg.matmul(a, b, **transposed).numpy()


def across(a, b):
    """`a @ b.T`, for `(n, dimensions)` and `(m, dimensions)`."""
    if _by_tensorflow(a.size * len(b), np.result_type(a, b)):
        return _multiply(a, b, transpose_b=True)
    return a @ b.T


class UpperGram:
    """`a @ a.T` by strips of rows, each from the diagonal on.

    Symmetric products are half the work: of NumPy's for the whole, of TensorFlow's by the strips.

    Args:
        a: `(n, dimensions)`; a transposed array may be given.
        out: Where NumPy puts the whole product, `(n, n)`; taking room anew costs time.
    """

    def __init__(self, a, out=None):
        self._whole = None
        if not _by_tensorflow(a.size * len(a), a.dtype):
            self._whole = np.matmul(a, a.T, out=out)
            return
        self._columns = a.flags.f_contiguous and not a.flags.c_contiguous
        with tf.device("CPU"):
            self._a = tf.constant(a.T if self._columns else a)

    def rows(self, start, stop):
        """Rows from `start` to `stop`, and columns from `start` on."""
        if self._whole is not None:
            return self._whole[start:stop, start:]
        if self._columns:
            a = self._a
            return _multiply(a[:, start:stop], a[:, start:], transpose_a=True)
        return _multiply(self._a[start:stop], self._a[start:], transpose_b=True)
