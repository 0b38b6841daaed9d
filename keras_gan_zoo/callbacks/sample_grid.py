"""Pictures of what a model generates, reconstructs or translates, while it learns."""

import math
import pathlib

import keras

from keras_gan_zoo import atomic, pictures
from keras_gan_zoo.callbacks.folders import check_folder
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.demonstration import Demonstration


class SampleGrid(keras.callbacks.Callback):
    """Draws what a model can do after each epoch, as PNG files and for TensorBoard.

    That is the first of the model's abilities: samples from the same latents of a model that
    generates, or, of `inputs`, their reconstructions or translations beside them. Voxels, videos,
    sounds and so on are drawn as their kinds draw them.

    Args:
        directory: Folder of the pictures `epoch-0001.png`, ...; made if it is not there.
        num_samples: Samples per picture; a square number fills the grid.
        seed: Seed of the latents, the same in each picture.
        every: Draw each so many epochs.
        log_dir: TensorBoard folder to write the pictures to as well.
        inputs: What the ability needs: images to reconstruct, labels that are no classes, ...; an
            array, a dict by the names of its arguments, or a batch as `fit` takes it.
        ability: Name of the ability; by default the first for which `inputs` suffice.

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
        inputs=None,
        ability: str | None = None,
    ):
        super().__init__()
        checks.check_count("num_samples", num_samples)
        checks.check_count("every", every)
        checks.check_seed(seed)
        self.directory = pathlib.Path(directory)
        self.num_samples = num_samples
        self.seed = seed
        self.every = every
        self.log_dir = log_dir
        self.inputs = inputs
        self.ability = ability

    def on_train_begin(self, logs=None):
        self._shown = Demonstration(
            self.model, self.ability, self.inputs, self.num_samples, self.seed
        )
        check_folder("directory", self.directory)
        if self.log_dir is not None:
            check_folder("log_dir", self.log_dir)
        self._picture()  # what cannot be drawn later cannot be drawn now

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every:
            return
        picture = self._picture()
        with atomic.file(self.directory / f"epoch-{epoch + 1:04d}.png") as unfinished:
            picture.save(unfinished)
        if self.log_dir is not None:
            pictures.log_to_tensorboard(self.log_dir, "samples", picture, step=epoch + 1)

    def _picture(self):
        columns = None if self._shown.inputs else math.ceil(math.sqrt(self.num_samples))
        return self._shown.picture(columns)
