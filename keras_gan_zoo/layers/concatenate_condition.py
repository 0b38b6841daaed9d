"""A condition as additional features."""

import keras
from keras import ops

from keras_gan_zoo.layers.condition_vectors import check_condition, condition_vectors


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ConcatenateCondition(keras.layers.Layer):
    """Appends the condition to the features of every position.

    Next to images the condition is tiled to constant maps; next to vectors it is just appended.

    Args:
        num_classes: Lets the condition be integer classes `(batch,)`; not needed for vectors.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(x, condition)`: `x` is `(batch, ..., channels)`; the condition
            `(batch, features)`, or `(batch,)` integers below `num_classes`.

    Returns:
        `(batch, ..., channels + features)`.

    Raises:
        ValueError: If the condition has another shape.

    References:
        Mirza and Osindero 2014, Conditional Generative Adversarial Nets, arXiv 1411.1784,
        section 3.2.
    """

    def __init__(self, num_classes: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes

    def build(self, input_shape):
        check_condition(input_shape, self.num_classes)
        self.built = True

    def call(self, inputs):
        x, condition = inputs
        condition = condition_vectors(condition, self.num_classes, x.dtype)
        ones = (1,) * (len(x.shape) - 2)
        maps = ops.reshape(condition, (-1, *ones, condition.shape[-1]))
        maps = ops.broadcast_to(maps, (*ops.shape(x)[:-1], condition.shape[-1]))
        return ops.concatenate([x, maps], axis=-1)

    def compute_output_shape(self, input_shape):
        features = check_condition(input_shape, self.num_classes)
        return (*input_shape[0][:-1], input_shape[0][-1] + features)

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes}
