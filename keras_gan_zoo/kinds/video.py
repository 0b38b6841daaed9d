"""Videos."""

import dataclasses

import keras
import numpy as np

from keras_gan_zoo import pictures
from keras_gan_zoo.kinds import drawing, kind, values

STRIP = 16  # frames that a strip shows at most


@keras.saving.register_keras_serializable("keras_gan_zoo")
@dataclasses.dataclass(frozen=True)
class Video(kind.Kind):
    """A video with values in `[-1, 1]`: -1 is black.

    Each sample is drawn as a strip of its frames, at most 16 at equal distances. `save` writes a
    grid of moving pictures to `.gif`, and strips to `.png`.

    Args:
        shape: `(frames, height, width, channels)`. Videos of one or three channels can be drawn.
        fps: Frames per second.

    Example:

    >>> video = kgz.kinds.Video((10, 32, 32, 3), fps=5.0)
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> video.save(video.examples(4), folder / "videos.gif").name
    'videos.gif'
    """

    shape: tuple
    fps: float = 8.0
    axes = ("frames", "height", "width", "channels")
    largest = values.LARGEST_PIXEL
    key = "video"
    plural = "videos"
    words = values.Words(
        integers="8-bit videos",
        values="pixels",
        lowest="Black",
        plural="videos",
        channel="Grey videos have a channel",
    )

    def __post_init__(self):
        super().__post_init__()
        kind.check_positive(self, "fps")

    def tiles(self, samples):
        frames = samples.shape[1]
        shown = np.linspace(0, frames - 1, min(frames, STRIP)).round().astype(int)
        return drawing.beside([samples[:, index] for index in shown])

    def draw(self, samples, columns=1):
        """See `Kind.draw`; `columns` is the number of strips in a row."""
        return super().draw(samples, columns)

    def writers(self):
        """`.gif` for moving pictures, and what all kinds have."""
        return {".gif": self._write_gif, **super().writers()}

    def _write_gif(self, samples, path):
        first, *others = (pictures.grid(frames) for frames in np.moveaxis(samples, 1, 0))
        # A GIF counts hundredths of a second: rounded so that the errors do not add up.
        ends = np.rint(100.0 / self.fps * np.arange(1 + samples.shape[1]))
        durations = np.maximum(10 * np.diff(ends), 10).astype(int).tolist()
        first.save(path, save_all=True, append_images=others, duration=durations, loop=0)
