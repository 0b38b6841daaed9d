"""Spectrograms."""

import dataclasses

import keras

from keras_gan_zoo import pictures
from keras_gan_zoo.kinds import drawing, kind, values


@keras.saving.register_keras_serializable("keras_gan_zoo")
@dataclasses.dataclass(frozen=True)
class Spectrogram(kind.Kind):
    """The logarithms of the magnitudes of a short-time Fourier transform.

    Any finite numbers: magnitudes themselves have a range that is too large for networks. Drawn
    over seconds and kilohertz, low frequencies at the bottom, all samples on one scale.

    Args:
        shape: `(frames, bins)`; the bins go from 0 to half of the rate.
        rate: Samples of the sound per second.
        hop: Samples from one frame to the next.

    Example:

    >>> spectrogram = kgz.kinds.Spectrogram((64, 129), rate=16000, hop=128)
    >>> spectrogram.check("x", spectrogram.examples(2)).shape
    TensorShape([2, 64, 129])
    """

    shape: tuple
    rate: int
    hop: int
    axes = ("frames", "bins")
    key = "spectrogram"
    plural = "spectrograms"
    words = values.Words(
        integers="whole numbers",
        scaling="x.astype('float32')",
        swapped="Frames come first, then frequencies",
    )

    def __post_init__(self):
        super().__post_init__()
        kind.check_count(self, "rate")
        kind.check_count(self, "hop")

    def draw(self, samples, columns=None):
        samples = self.at_hand(samples)
        chart, panels = drawing.panels(len(samples), columns, 2.6, 1.7)
        extent = (0.0, samples.shape[1] * self.hop / self.rate, 0.0, self.rate / 2000.0)
        scale = {"vmin": samples.min(), "vmax": samples.max()}
        for panel, sample in zip(panels, samples, strict=True):
            panel.imshow(sample.T, "magma", origin="lower", aspect="auto", extent=extent, **scale)
        chart.supxlabel("seconds", fontsize=8)
        chart.supylabel("kHz", fontsize=8)
        return pictures.rendered(chart)
