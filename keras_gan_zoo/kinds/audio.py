"""Sound."""

import dataclasses
import wave

import keras
import numpy as np

from keras_gan_zoo.kinds import drawing, kind, values

LOUDEST = 32767  # of 16 bits


@keras.saving.register_keras_serializable("keras_gan_zoo")
@dataclasses.dataclass(frozen=True)
class Audio(kind.Kind):
    """Sound as a waveform with values in `[-1, 1]`.

    Drawn as waveforms over seconds. `save` writes one sound to `.wav` with 16 bits, and several to
    a folder.

    Args:
        shape: `(samples,)`, or `(samples, channels)`.
        rate: Samples per second.

    Example:

    >>> audio = kgz.kinds.Audio((16000,), rate=16000)
    >>> folder = audio.save(audio.examples(2), pathlib.Path(tempfile.mkdtemp()) / "sounds")
    >>> sorted(path.name for path in folder.iterdir())
    ['000.wav', '001.wav']
    """

    shape: tuple
    rate: int = 16000
    largest = values.LARGEST_PIXEL
    key = "audio"
    plural = "audio"
    words = values.Words(
        integers="16-bit sounds",
        scaling="x / 32768.0",
        channel="Sounds of one channel have an axis for it",
    )

    @property
    def axes(self):
        """One or two."""
        return ("samples", "channels") if len(self.shape) == 2 else ("samples",)

    def __post_init__(self):
        super().__post_init__()
        kind.check_count(self, "rate")

    def mend(self, received, shape):
        if len(shape) == 1 and received.rank == 3 and received[-1:].is_compatible_with((1,)):
            return " Sounds without an axis of channels: x[..., 0]."
        return super().mend(received, shape)

    def draw(self, samples, columns=None):
        samples = self.at_hand(samples)
        times = np.arange(samples.shape[1]) / self.rate
        return drawing.lines(samples, times, columns, "seconds", limits=(-1.0, 1.0))

    def writers(self):
        """`.wav` for sound, and what all kinds have."""
        return {".wav": self._write_wav, **super().writers()}

    def _write_wav(self, samples, path):
        if len(samples) != 1:
            raise ValueError(
                "Expected one sound for a .wav file; a path without suffix becomes a folder of "
                f"them. Received: {len(samples)} sounds"
            )
        sound = np.rint(np.clip(samples[0], -1.0, 1.0) * LOUDEST).astype("<i2")
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1 if sound.ndim == 1 else sound.shape[1])
            file.setsampwidth(2)
            file.setframerate(self.rate)
            file.writeframes(sound.tobytes())
