"""Drawings and photographs: what is shown to the models, and what is written.

Oracle: models whose translations are known, and rectangles.
"""

import re
import sys
import types

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest

import keras_gan_zoo as kgz
from tests.applications.loading import load


def frame(color=0, ground="white", mode="RGB"):
    """A drawing 200x100 of a rectangle, 40x80, that is no square and not in the middle."""
    drawing = PIL.Image.new(mode, (200, 100), ground)
    PIL.ImageDraw.Draw(drawing).rectangle((150, 10, 189, 89), fill=color)
    return drawing


@pytest.mark.parametrize(
    "drawing",
    [frame(), frame("navy"), frame((0, 0, 0, 255), (0, 0, 0, 0), "RGBA"), frame(40, 230, "L")],
    ids=["black", "blue", "transparent", "pale"],
)
def test_a_drawing_fills_the_square_but_for_margins(drawing):
    lines = load("image_translation", "translate").as_line_art(drawing, 64)
    assert lines.shape == (64, 64, 3) and lines.dtype == "float32"
    rows, columns = np.nonzero(lines[..., 0] < 0)
    assert (rows.min(), rows.max()) == (7, 56)  # 50 of 64
    assert (columns.min(), columns.max()) == (19, 43)  # half as wide
    assert lines[32, 32].tolist() == [-1.0] * 3 and lines[0, 0].tolist() == [1.0] * 3


def test_an_empty_drawing_is_refused():
    script = load("image_translation", "translate")
    with pytest.raises(ValueError, match="Expected a drawing with dark lines"):
        script.as_line_art(PIL.Image.new("L", (30, 30), 255), 64)


def run(monkeypatch, model, *arguments):
    monkeypatch.setattr(kgz.models, "from_preset", lambda name: model)
    monkeypatch.setattr(sys, "argv", ["translate.py", *map(str, arguments)])
    load("image_translation", "translate").main()


def test_every_drawing_becomes_a_picture_and_all_of_them_a_sheet(tmp_path, monkeypatch):
    drawings, out = tmp_path / "drawings", tmp_path / "out"
    drawings.mkdir()
    for name in ("a", "b"):
        frame().save(drawings / f"{name}.png")
    model = types.SimpleNamespace(
        source_kind=kgz.kinds.Image((16, 16, 3)), translate=lambda images: -images
    )
    run(monkeypatch, model, "color", "--drawings", drawings, "--out", out)
    found = np.asarray(PIL.Image.open(out / "a.png"))
    assert found.shape == (16, 16, 3) and found[0, 0].tolist() == [0, 0, 0]
    assert sorted(path.name for path in out.iterdir()) == ["a.png", "b.png", "before_and_after.png"]
    sheet = np.asarray(PIL.Image.open(out / "before_and_after.png"))
    assert sheet.shape == (38, 38, 3)  # two by two, and frames
    assert sheet[3, 3, 0] == 255 and sheet[21, 3, 0] == 0


class Doubled:
    """Repeats pixels."""

    scale = 2

    def translate_any_size(self, images):
        return np.repeat(np.repeat(images, 2, axis=1), 2, axis=2)


def test_photographs_are_enlarged_and_compared(tmp_path, monkeypatch, capsys):
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    ramp = np.broadcast_to(np.arange(0, 240, 10, "uint8")[:, None], (24, 31))
    PIL.Image.fromarray(ramp).save(photos / "ramp.png")
    run(monkeypatch, Doubled(), "enlarge", "--photos", photos, "--out", out)
    found = np.asarray(PIL.Image.open(out / "ramp.png"))
    assert found.shape == (48, 62, 3)
    np.testing.assert_array_equal(found[::2, ::2, 0], ramp)

    run(monkeypatch, Doubled(), "enlarge", "--check", "--photos", photos, "--out", out)
    said = capsys.readouterr().out.split("ramp.png: ")[1]
    repeated, bicubic = re.findall(r"[\d.]+(?= dB)", said)
    sheet = PIL.Image.open(out / "ramp_before_and_after.png")
    assert sheet.size == (3 * 30 + 8, 24 + 4)  # the odd column is cut off
    # Bicubic interpolation is exact on a ramp, but near its ends; a repeated pixel is 5 of 255 too
    # bright or too dark, in studio luminance 219/255 of that.
    assert float(bicubic) > 50
    assert float(repeated) == pytest.approx(-20 * np.log10(5 / 255 * 219 / 255), abs=0.1)
