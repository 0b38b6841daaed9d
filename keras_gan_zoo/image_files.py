"""Image files: which there are in a folder, and the pixels of one. The only place that opens them.

Whatever a file holds becomes bytes that look as a viewer shows them: turned as its EXIF orientation
says, 16 bits scaled to 8, and transparent pixels laid over `BACKGROUND`. Of animations and of files
with several pages it is the first picture.
"""

import collections
import contextlib
import dataclasses
import functools
import os
import pathlib
import re
import struct
import warnings
import zlib

import numpy as np

from keras_gan_zoo import errors

BACKGROUND = 255  # white: below transparent pixels, and around padded images
CLUTTER = {
    *("__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found"),
    *("Thumbs.db", "ehthumbs.db", "desktop.ini"),
}  # and all that begins with a dot
# What Pillow opens, but is no picture, or needs another program.
NO_PICTURES = {".bufr", ".emf", ".eps", ".fit", ".fits", ".grib", ".h5", ".hdf", ".mpeg", ".mpg"}
NO_PICTURES |= {".gbr", ".iim", ".pdf", ".ps", ".wmf"}
RESIZE = ("crop", "pad", "stretch")
ORIENTATION = 0x0112  # of EXIF; from 5 on, height and width change places
# What Pillow raises for files that are no images, or damaged.
DAMAGED = (
    *(OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError),
    *(OverflowError, struct.error, zlib.error),
)
TIFF_BITS, TIFF_INVERTED = 258, 262  # tags: bits per sample; 0 where black is the largest value


@dataclasses.dataclass(frozen=True)
class Header:
    """What a file says of its picture before it is decoded.

    Args:
        size: (height, width), as it is shown.
        grey: Whether it has no colours.
    """

    size: tuple
    grey: bool


@functools.cache
def endings() -> frozenset:
    """The endings of image files, in lower case and with a dot: all that Pillow can open."""
    import PIL.Image

    known = PIL.Image.registered_extensions().items()
    return frozenset(end for end, kind in known if kind in PIL.Image.OPEN) - NO_PICTURES


def natural(name: str) -> tuple:
    """A key that sorts names as people do: "2" before "10"."""
    parts = re.split(r"([0-9]+)", name)
    return tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts if p), name


def is_clutter(name: str) -> bool:
    """Whether a file or folder is hidden, or left by a file manager."""
    return name.startswith(".") or name in CLUTTER


def find(folder, below: bool = True) -> list[pathlib.Path]:
    """The image files in a folder, in natural order.

    Hidden files and folders, such as `.ipynb_checkpoints` and `._0.png`, are ignored. Other files
    that are no images are passed over with a warning that says how many of which ending.

    Args:
        folder: Where to look.
        below: Whether to look into its subfolders, too.

    Raises:
        FileNotFoundError: If there is no such folder, or no image in it.

    Example:

    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for name in ("10.png", "2.PNG", ".hidden.png"):
    ...     kgz.pictures.grid(np.zeros((1, 4, 4, 1))).save(folder / name)
    >>> print(*(path.name for path in kgz.datasets.image_files(folder)))
    2.PNG 10.png
    """
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"Expected a folder of images. Received: {folder}")
    files, others = [], collections.Counter()
    for path in _walk(folder, below):
        if path.suffix.lower() in endings():
            files.append(path)
        else:
            others[path.suffix.lower() or "no ending"] += 1
    said = ", ".join(f"{count} {ending}" for ending, count in sorted(others.items()))
    if not files:
        expected = ", ".join(sorted(endings() & {".bmp", ".gif", ".jpg", ".png", ".tif", ".webp"}))
        raise FileNotFoundError(
            f"Expected image files ({expected} or another format that Pillow reads) in {folder}. "
            f"Received: {f'only files that are no images: {said}' if said else 'none'}"
        )
    if said:
        warnings.warn(f"Passed over files in {folder} that are no images: {said}.", stacklevel=3)
    return sorted(files, key=lambda path: [natural(part) for part in path.parts])


def _walk(folder, below):
    seen = set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(parent)
        folders[:] = [one for one in folders if below and not is_clutter(one)]
        if real in seen:  # a link that leads back
            folders[:] = []
            continue
        seen.add(real)
        for name in names:
            if not is_clutter(name):
                yield pathlib.Path(parent, name)


def subfolders(folder) -> list[str]:
    """The names of the folders in a folder that are not hidden, in natural order."""
    found = [one.name for one in pathlib.Path(folder).iterdir() if one.is_dir()]
    return sorted((name for name in found if not is_clutter(name)), key=natural)


def header(path) -> Header:
    """The size of an image, and whether it is grey, without decoding it.

    Raises:
        ValueError: If it is no image file.
        FileNotFoundError: If there is no such file.
    """
    with _opened(path) as image:
        turned = image.format != "TIFF" and image.getexif().get(ORIENTATION, 1) >= 5
        size = image.size if turned else image.size[::-1]
        return Header(size, _is_grey(image))


def check(path):
    """Decodes an image at the smallest cost; raises as `read` does if that fails."""
    with _opened(path) as image:
        image.draft(None, (1, 1))  # of a JPEG file all bytes are read all the same
        image.load()


def read(
    path,
    size=None,
    channels: int | None = None,
    resize: str = "crop",
    half: str | None = None,
) -> np.ndarray:
    """The pixels of an image file.

    Args:
        path: The file.
        size: (height, width) to bring it to (bilinear, antialiased); by default its own.
        channels: 1 for grey, 3 for RGB; by default as the file has it.
        resize: What to do where `size` has other proportions: `"crop"` cuts off what is too much,
            in equal parts on both sides; `"pad"` adds white; `"stretch"` distorts.
        half: `"left"` or `"right"`: the file holds two pictures side by side, and this one is read.

    Returns:
        Bytes `(height, width, channels)`.

    Raises:
        ValueError: If it is no image file, cut short, too large for Pillow, or has numbers whose
            range is unknown; or if it has no halves.
        FileNotFoundError: If there is no such file.
    """
    import PIL.Image
    import PIL.ImageOps

    errors.check_choice("resize", resize, RESIZE)
    with _opened(path) as image:
        grey = _is_grey(image) if channels is None else channels == 1
        image.load()
        PIL.ImageOps.exif_transpose(image, in_place=True)
        image = _on_background(image, path)
        if half is not None:
            image = image.crop(_half(image.size, half, path))
        if image.mode != "F":  # 16 bits stay exact until they have been resized
            image = image.convert("L" if grey else "RGB")
        if size is not None and image.size != tuple(size[::-1]):
            bilinear = PIL.Image.Resampling.BILINEAR
            if resize == "crop":
                # Cut before, so that nothing of what is cut off is mixed in.
                image = image.crop(_middle(image.size, size[::-1])).resize(size[::-1], bilinear)
            elif resize == "pad":
                color = BACKGROUND if image.mode in ("L", "F") else (BACKGROUND,) * 3
                image = PIL.ImageOps.pad(image, size[::-1], bilinear, color=color)
            else:
                image = image.resize(size[::-1], bilinear)
        pixels = np.asarray(image)
    if pixels.dtype != np.uint8:
        pixels = np.clip(np.rint(pixels), 0, 255).astype("uint8")
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 1 if grey else 3, axis=-1)
    return pixels


def read_classes(path, size=None) -> np.ndarray:
    """The numbers in a picture whose pixels are classes, as segmentations are stored.

    Those of a palette are its indices, whatever their colours; those of grey are its values.

    Args:
        path: The file, PNG or another format without loss.
        size: (height, width) to bring it to: the nearest pixel, cropped as `read` does.

    Returns:
        Integers `(height, width)`.

    Raises:
        ValueError: If it is no image file, or has colours or transparency, which are no numbers.
        FileNotFoundError: If there is no such file.
    """
    import PIL.Image

    with _opened(path) as image:
        image.load()
        if image.format == "JPEG" or image.mode not in ("1", "L", "P", "I;16", "I"):
            raise ValueError(
                "Expected a picture whose pixels are the numbers of classes: PNG, with a palette "
                f"or grey. Received: {path}, {image.format} of mode {image.mode}"
            )
        if size is not None and image.size != tuple(size[::-1]):
            box = _middle(image.size, size[::-1])
            image = image.crop(box).resize(size[::-1], PIL.Image.Resampling.NEAREST)
        return np.asarray(image).astype("int32")


@contextlib.contextmanager
def _opened(path):
    """An open image; whatever is wrong with the file is one sentence that names it."""
    import PIL.Image

    try:
        with PIL.Image.open(path) as image:
            yield image
    except FileNotFoundError:
        raise FileNotFoundError(f"Expected an image file. Received: {path}") from None
    except PIL.Image.DecompressionBombError:
        raise ValueError(
            f"Expected an image of at most {2 * PIL.Image.MAX_IMAGE_PIXELS} pixels, since a small "
            "file may claim to be larger than memory; make it smaller, or raise "
            f"`PIL.Image.MAX_IMAGE_PIXELS` if you trust it. Received: {path}"
        ) from None
    except DAMAGED as error:
        said = " ".join(str(error).split())
        if said.startswith("Expected"):
            raise
        if isinstance(error, PIL.UnidentifiedImageError):
            said = "no format that Pillow knows"
        elif "truncated" in said:
            said = f"cut short: {said}"
        raise ValueError(f"Expected an image file. Received: {path} ({said})") from None


def _middle(size, proportions):
    """The largest box in the middle of a size that has these proportions."""
    share = min(side / part for side, part in zip(size, proportions, strict=True))
    inner = [max(1, min(s, round(share * p))) for s, p in zip(size, proportions, strict=True)]
    left, top = ((side - part) // 2 for side, part in zip(size, inner, strict=True))
    return left, top, left + inner[0], top + inner[1]


def _half(size, half, path):
    """The box of one of two pictures side by side."""
    width, height = size
    if width % 2:
        raise ValueError(
            "Expected two pictures of one size side by side, so a width that 2 divides. Received: "
            f"{path} of {height}x{width} pixels"
        )
    left = {"left": 0, "right": width // 2}[half]
    return left, 0, left + width // 2, height


def _is_grey(image):
    if image.mode == "P":
        colors = np.frombuffer(image.palette.palette if image.palette else b"", "uint8")
        if not len(colors) or image.palette.rawmode not in (None, "RGB") or len(colors) % 3:
            return False
        colors = colors.reshape(-1, 3)
        return bool((colors == colors[:, :1]).all())
    return image.mode in ("1", "L", "LA", "La", "I", "F") or image.mode.startswith("I;16")


def _on_background(image, path):
    """Without transparency; 16-bit grey as floats from 0 to 255."""
    import PIL.Image

    transparent = image.info.get("transparency")
    if image.mode == "I" or image.mode.startswith("I;16"):
        return _from_16_bits(image, path, transparent)
    if image.mode == "F":
        raise ValueError(
            "Expected an image with 8 or 16 bits per channel. Received: "
            f"{path}, floats whose range is unknown; save it as 16-bit grey PNG"
        )
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or transparent is not None:
        image = image.convert("RGBA")
        background = PIL.Image.new("RGBA", image.size, (BACKGROUND,) * 4)
        return PIL.Image.alpha_composite(background, image).convert("RGB")
    return image


def _from_16_bits(image, path, transparent):
    import PIL.Image

    tags = getattr(image, "tag_v2", {})
    values = np.asarray(image).astype("float32")
    if image.mode == "I" and (image.format == "TIFF" or values.min() < 0 or values.max() > 65535):
        raise ValueError(
            "Expected an image with 8 or 16 bits per channel. Received: "
            f"{path}, 32 bits whose range is unknown; save it as 16-bit grey PNG"
        )
    bits = tags.get(TIFF_BITS, (16,))
    largest = 2.0 ** (bits[0] if isinstance(bits, tuple) else bits) - 1.0
    pixels = values * (255.0 / largest)
    if tags.get(TIFF_INVERTED) == 0:
        pixels = 255.0 - pixels
    if isinstance(transparent, int):
        pixels[values == transparent] = BACKGROUND
    return PIL.Image.fromarray(pixels)
