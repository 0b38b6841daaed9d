"""Tokens."""

import dataclasses

import keras

from keras_gan_zoo.kinds import drawing, kind


@keras.saving.register_keras_serializable("keras_gan_zoo")
@dataclasses.dataclass(frozen=True)
class Tokens(kind.Kind):
    """A sequence of tokens, integers in `[0, vocabulary)`: text, notes, codes of a codebook.

    Each sample is drawn as a row of cells, coloured by token, with its number if there is room.

    Args:
        shape: `(length,)`.
        vocabulary: How many tokens there are, at least 2.

    Example:

    >>> tokens = kgz.kinds.Tokens((16,), vocabulary=50)
    >>> tokens.check("x", tokens.examples(4)).shape
    TensorShape([4, 16])
    """

    shape: tuple
    vocabulary: int
    axes = ("length",)
    counted = "vocabulary"
    dtype = "int32"
    key = "tokens"
    plural = "tokens"
    outside = " Tokens are counted from 0."

    def draw(self, samples, columns=None):
        """See `Kind.draw`; each sample has a row, whatever `columns`."""
        return drawing.cells(self.at_hand(samples))
