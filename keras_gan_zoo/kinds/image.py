"""Images."""

import dataclasses
import pathlib

import keras
import numpy as np

from keras_gan_zoo import image_files, pictures
from keras_gan_zoo.kinds import kind, values


@keras.saving.register_keras_serializable("keras_gan_zoo")
@dataclasses.dataclass(frozen=True)
class Image(kind.Kind):
    """An image with values in `[-1, 1]`: -1 is black.

    Drawn as a grid of images.

    Args:
        shape: `(height, width, channels)`. Images of one or three channels can be drawn.
        largest: The largest absolute value taken, at least 1. Noise and interpolation may overshoot
            the range a little; wrong scaling does not.

    Example:

    >>> image = kgz.kinds.Image((28, 28, 1))
    >>> image.check("x", image.examples(4)).shape
    TensorShape([4, 28, 28, 1])
    >>> image.draw(image.examples(4)).size
    (62, 62)
    """

    shape: tuple
    largest: float = values.LARGEST_PIXEL
    axes = ("height", "width", "channels")
    key = "image"
    plural = "images"
    words = values.IMAGES

    def __post_init__(self):
        super().__post_init__()
        kind.check_positive(self, "largest")
        if self.largest < 1.0:
            raise ValueError(
                "Expected `largest` of Image to be at least 1, as images are in [-1, 1]. "
                f"Received: {self.largest!r}"
            )

    @property
    def extractors(self) -> tuple:
        """RGB networks, which take grey images, too, and for these the small networks."""
        small = ("fashion_mnist", "mnist") if self.shape[-1] == 1 else ()
        return ("mobilenet_v2", "inception_2015", *small) if self.shape[-1] in (1, 3) else ()

    def mend(self, received, shape):
        return values.mend_image(received, shape)

    def tiles(self, samples):
        return samples

    def writers(self):
        """What all kinds have; the picture of one image has no frame."""
        frames = dict.fromkeys((".png", ".jpg"), self._write_picture)
        return {**super().writers(), **frames}

    def _write_picture(self, samples, path):
        pictures.grid(samples, padding=2 if len(samples) > 1 else 0).save(path)

    def read(self, path):
        """Reads an image file, or those of a folder in the order of their names; or an `.npy` file.

        Images are resized and made grey or RGB as `shape` says. Where it leaves their size open
        they keep their own, which must be one for all.
        """
        path = pathlib.Path(path)
        if path.suffix == ".npy":
            return super().read(path)
        files = image_files.find(path, below=False) if path.is_dir() else [path]
        images = [pictures.read(one, self.shape) for one in files]
        for file, image in zip(files, images, strict=True):
            if image.shape != images[0].shape:
                raise ValueError(
                    f"Expected images of one size in {path}, or one file at a time. Received: "
                    f"{files[0].name} of shape {images[0].shape}, {file.name} of {image.shape}"
                )
        return self.check(str(path), np.stack(images))
