"""Pictures of what a model generates or reconstructs, while it learns."""

import math
import pathlib

import keras

from keras_gan_zoo import errors, pictures


class SampleGrid(keras.callbacks.Callback):
    """Draws samples from the same latents after each epoch, as PNG files and for TensorBoard.

    With `images` it draws these beside their reconstructions instead.

    Args:
        directory: Folder of the pictures `epoch-0001.png`, ...; made if it is not there.
        num_samples: Samples per picture; a square number fills the grid.
        seed: Seed of the latents, the same in each picture.
        every: Draw each so many epochs.
        log_dir: TensorBoard folder to write the pictures to as well.
        images: Images `(batch, height, width, channels)` to reconstruct, for models that cannot
            generate, or only what they are told.

    Example:

    >>> callback = kgz.callbacks.SampleGrid("samples", num_samples=25)
    """

    def __init__(
        self,
        directory,
        num_samples: int = 64,
        seed: int = 0,
        every: int = 1,
        log_dir: str | None = None,
        images=None,
    ):
        super().__init__()
        if num_samples < 1 or every < 1:
            raise ValueError(
                "Expected `num_samples` and `every` >= 1. "
                f"Received: num_samples={num_samples!r}, every={every!r}"
            )
        self.directory = pathlib.Path(directory)
        self.num_samples = num_samples
        self.seed = seed
        self.every = every
        self.log_dir = log_dir
        self.images = images

    def on_train_begin(self, logs=None):
        errors.check_able(self.model, "generate" if self.images is None else "reconstruct")

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every:
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        picture = self._picture()
        picture.save(self.directory / f"epoch-{epoch + 1:04d}.png")
        if self.log_dir is not None:
            pictures.log_to_tensorboard(self.log_dir, "samples", picture, step=epoch + 1)

    def _picture(self):
        if self.images is not None:
            return pictures.beside(self.images, self.model.reconstruct(self.images))
        samples = self.model.generate(self.num_samples, seed=self.seed)
        return pictures.draw(samples, columns=math.ceil(math.sqrt(self.num_samples)))
