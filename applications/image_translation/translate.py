"""Colour line art, and enlarge photographs, through the public API only.

python translate.py color --drawings applications/image_translation/drawings
python translate.py enlarge --photos ~/photos
"""

import argparse
import pathlib

import numpy as np
import PIL.Image
import PIL.ImageOps

import keras_gan_zoo as kgz  # before Keras: it has TensorFlow use oneDNN

# isort: split
import keras

MARGIN = 0.11  # of a side, which emoji leave around what they show
INK = 128  # pixels darker than this are drawn
SHEET = "before_and_after.png"


def color(arguments):
    """Colours drawings: dark lines on a light ground, files of any size."""
    model = kgz.models.from_preset(arguments.preset)
    side = model.source_kind.shape[0]
    files = files_of(arguments.drawings)
    drawings = np.stack([as_line_art(PIL.Image.open(path), side) for path in files])
    colored = np.asarray(model.translate(drawings))
    arguments.out.mkdir(parents=True, exist_ok=True)
    for path, image in zip(files, colored, strict=True):
        kgz.pictures.grid(image[None], padding=0).save(arguments.out / f"{path.stem}.png")
    both = np.concatenate([drawings, colored])
    kgz.pictures.grid(both, columns=len(files)).save(arguments.out / SHEET)
    print(f"Pictures: {arguments.out}")


def as_line_art(drawing, side):
    """A drawing as the model knows line art: fitted into a square, black on white.

    Args:
        drawing: A `PIL.Image.Image`; transparent parts are white.
        side: Side of the square.

    Returns:
        float32 `(side, side, 3)` in `[-1, 1]`.
    """
    ground = PIL.Image.new("RGBA", drawing.size, "white")
    ground.alpha_composite(drawing.convert("RGBA"))
    ink = PIL.ImageOps.autocontrast(ground.convert("L"))
    box = PIL.ImageOps.invert(ink).point(lambda value: 255 * (value > INK)).getbbox()
    if box is None:
        raise ValueError("Expected a drawing with dark lines. Received: a picture of one colour")
    inner = round(side * (1.0 - 2.0 * MARGIN))
    fitted = PIL.ImageOps.pad(ink.crop(box), (inner, inner), color=255)
    square = PIL.ImageOps.expand(PIL.ImageOps.autocontrast(fitted), (side - inner) // 2, 255)
    pixels = np.asarray(square.resize((side, side)), "float32") / 127.5 - 1.0
    return np.repeat(pixels[..., None], 3, axis=-1)


def enlarge(arguments):
    """Enlarges photographs; with --check shrinks them first, and says how near it comes."""
    model = kgz.models.from_preset(arguments.preset)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for path in files_of(arguments.photos):
        photo = kgz.pictures.read(path, (None, None, 3))[None]
        if arguments.check:
            enlarge_again(model, photo, path, arguments.out)
        else:
            large = model.translate_any_size(photo)
            kgz.pictures.grid(large, padding=0).save(arguments.out / f"{path.stem}.png")
    print(f"Pictures: {arguments.out}")


def enlarge_again(model, photo, path, out):
    """Shrinks a photograph and enlarges it, beside bicubic interpolation and the original.

    PSNR is that of luminance within a border, as in the paper of SRGAN, section 3.1.
    """
    height, width = (length - length % model.scale for length in photo.shape[1:3])
    photo = photo[:, :height, :width]
    small = kgz.datasets.low_resolution(photo, model.scale)
    plain = keras.ops.image.resize(small, (height, width), "bicubic")
    versions = [np.clip(one, -1.0, 1.0) for one in (plain, model.translate_any_size(small))]
    options = {"border": model.scale, "luminance": "bt601_studio"}
    bicubic, found = (float(kgz.metrics.psnr(photo, one, **options)[0]) for one in versions)
    print(f"{path.name}: PSNR {found:.2f} dB, bicubic {bicubic:.2f} dB")
    three = np.concatenate([*versions, photo])
    kgz.pictures.grid(three, columns=3).save(out / f"{path.stem}_{SHEET}")


def files_of(path):
    """An image file, or those of a folder."""
    return kgz.datasets.image_files(path, below=False) if path.is_dir() else [path]


def main():
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    for function, preset, what in (
        (color, "pix2pix_openmoji", "--drawings"),
        (enlarge, "srgan_photos", "--photos"),
    ):
        command = commands.add_parser(function.__name__, help=function.__doc__)
        command.set_defaults(run=function)
        command.add_argument(what, type=pathlib.Path, required=True, help="a file or a folder")
        command.add_argument("--preset", default=preset)
        command.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/translation"))
        if function is enlarge:
            command.add_argument("--check", action="store_true", help="shrink first, and compare")
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
