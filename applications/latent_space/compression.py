"""Compress faces: a VAE's latents against JPEG, at equal bytes.

python compression.py --out runs/faces
"""

import argparse
import io
import pathlib

import numpy as np
import PIL.Image
import scipy.stats
from faces import ATTRIBUTED, faces_of, load

SHEET = 10  # faces on a side of what JPEG compresses, so that its header counts little
STEPS = (4.0, 2.0, 1.0, 0.5, 0.25)
QUALITIES = (1, 5, 10, 20, 40, 70)


def code_length(symbols, step):
    """Bits that arithmetic coding needs for rounded latents, by the prior, for each sample.

    A symbol `k` stands for the interval of length `step` around `k * step`.

    Args:
        symbols: Integers `(batch, latent_dim)`.
        step: Length of an interval.

    Returns:
        `(batch,)`, which whole bytes exceed by one at most.
    """
    upper = scipy.stats.norm.logcdf((np.abs(symbols) + 0.5) * step * -1.0)
    lower = scipy.stats.norm.logcdf((np.abs(symbols) - 0.5) * step * -1.0)
    # log(P(lower) - P(upper)), of the tail, which does not round to 0.
    return -(lower + np.log1p(-np.exp(upper - lower))).sum(axis=1) / np.log(2.0)


def of_vae(model, images, step):
    """Bytes per image, and the error of what is decoded from rounded latents."""
    symbols = np.round(np.asarray(model.encode(images)) / step)
    decoded = np.asarray(model.decode((symbols * step).astype("float32")))
    return np.ceil(code_length(symbols, step) / 8.0).mean(), squared_error(images, decoded)


def of_jpeg(images, quality):
    """Bytes per image of sheets of many, and the error."""
    size, errors = 0, []
    side = images.shape[1]
    for start in range(0, len(images), SHEET**2):
        part = images[start : start + SHEET**2].reshape(SHEET, SHEET, side, side, 3)
        sheet = part.transpose(0, 2, 1, 3, 4).reshape(SHEET * side, SHEET * side, 3)
        file = io.BytesIO()
        pixels = np.uint8(np.round(sheet * 127.5 + 127.5))
        PIL.Image.fromarray(pixels).save(file, "JPEG", quality=quality, optimize=True)
        size += file.tell()
        errors.append(squared_error(sheet, np.asarray(PIL.Image.open(file)) / 127.5 - 1.0))
    return size / len(images), np.mean(errors)


def squared_error(images, decoded):
    """Mean over pixels that count from 0 to 1."""
    return float(np.square((images - decoded) / 2.0).mean())


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/faces"))
    arguments = parser.parse_args()
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    model = load("VAE", ATTRIBUTED, arguments.out)
    images, _ = faces_of(ATTRIBUTED, "test", 1000)
    curves = {
        "VAE": [of_vae(model, images, step) for step in STEPS],
        "JPEG": [of_jpeg(images, quality) for quality in QUALITIES],
    }
    for name, points in curves.items():
        for size, error in points:
            print(f"{name}: {size:.1f} bytes per face, squared error {error:.5f}")
        plt.loglog(*zip(*points, strict=True), "o-", label=name)
    plt.xlabel("bytes per face (64x64)")
    plt.ylabel("mean squared error of pixels in [0, 1]")
    plt.legend()
    plt.tight_layout()
    plt.savefig(arguments.out / "compression.png", dpi=80)


if __name__ == "__main__":
    main()
