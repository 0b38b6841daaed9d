"""Maps that are learned, and mixed by a vector."""

import keras


@keras.saving.register_keras_serializable("keras_gan_zoo")
class LearnedBasis(keras.layers.Layer):
    """One learned map for each channel, scaled by that channel of a vector.

    Args:
        grid: Height and width of the maps, which start standard normal.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(batch, channels)`.

    Returns:
        `(batch, *grid, channels)`.

    References:
        Huang et al. 2024, The GAN is dead; long live the GAN! A Modern GAN Baseline, arXiv
        2501.05441, the authors' `Networks.py`.
    """

    def __init__(self, grid: tuple, **kwargs):
        super().__init__(**kwargs)
        self.grid = tuple(grid)

    def build(self, input_shape):
        self.basis = self.add_weight(
            shape=(*self.grid, input_shape[-1]),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            name="basis",
        )
        self.built = True

    def call(self, inputs):
        return inputs[:, None, None, :] * self.basis

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.grid, input_shape[-1])

    def get_config(self):
        return {**super().get_config(), "grid": self.grid}
