"""Image files become what a viewer shows. Oracle: the pixels that were written."""

import warnings

import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import image_files


def save(path, array, **options):
    PIL.Image.fromarray(array).save(path, **options)
    return path


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp"])
def test_photographs_are_upright(orientation, ending, tmp_path):
    exif = PIL.Image.Exif()
    exif[image_files.ORIENTATION] = orientation
    shown = np.zeros((24, 16, 3), "uint8")
    shown[:8, :8] = 255  # light in the upper left
    undo = {
        1: lambda x: x,
        2: lambda x: x[:, ::-1],
        3: lambda x: x[::-1, ::-1],
        4: lambda x: x[::-1],
        5: lambda x: x.transpose(1, 0, 2),
        6: lambda x: np.rot90(x),
        7: lambda x: x[::-1, ::-1].transpose(1, 0, 2),
        8: lambda x: np.rot90(x, -1),
    }
    path = tmp_path / f"a.{ending}"
    save(path, np.ascontiguousarray(undo[orientation](shown)), exif=exif)
    found = image_files.read(path)
    assert found.shape == (24, 16, 3) and image_files.header(path).size == (24, 16)
    np.testing.assert_allclose(found.astype(int), shown, atol=60)  # of JPEG


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_sixteen_bits_are_scaled(ending, tmp_path):
    ramp = np.linspace(0, 65535, 256).astype("uint16")[None]
    path = save(tmp_path / f"a.{ending}", ramp)
    np.testing.assert_array_equal(image_files.read(path)[0, :, 0], np.arange(256))
    assert image_files.read(path, channels=3).shape == (1, 256, 3)
    # A middle grey stays what it is when it is resized.
    assert image_files.read(save(path, np.full((4, 4), 128 * 257, "uint16")), (2, 2)).min() == 128


def test_numbers_of_unknown_range_are_refused(tmp_path):
    for dtype in ("float32", "int32"):
        path = save(tmp_path / f"{dtype}.tif", np.full((4, 4), 3, dtype))
        with pytest.raises(ValueError, match=rf"8 or 16 bits.*Received: .*{dtype}\.tif"):
            image_files.read(path)


def test_hidden_pixels_do_not_show(tmp_path):
    red = np.full((4, 4, 4), (255, 0, 0, 0), "uint8")
    red[:2, :, 3] = 255
    red[2, :, 3] = 51  # a fifth
    found = image_files.read(save(tmp_path / "a.png", red))
    np.testing.assert_array_equal(found[:, 0], [[255, 0, 0]] * 2 + [[255, 204, 204], [255] * 3])
    grey = np.full((2, 2, 2), (0, 0), "uint8")
    assert image_files.read(save(tmp_path / "b.png", grey)).tolist() == [[[255]] * 2] * 2
    palette = PIL.Image.new("P", (2, 2), 1)
    palette.putpalette([0, 0, 0, 9, 8, 7])
    palette.save(tmp_path / "c.png", transparency=1)
    assert (image_files.read(tmp_path / "c.png") == 255).all()
    palette.save(tmp_path / "d.png")
    assert image_files.read(tmp_path / "d.png").tolist() == [[[9, 8, 7]] * 2] * 2


def test_resizing(tmp_path):
    image = np.zeros((60, 80, 3), "uint8")
    image[:, 10:70] = 255  # the middle 60 columns: a white square
    path = save(tmp_path / "a.png", image)
    assert image_files.read(path, (30, 30), resize="crop").min() == 255
    stretched = image_files.read(path, (30, 30), resize="stretch")
    assert stretched[:, :3].max() == 0 and stretched[:, 5:25].min() == 255
    save(path, np.zeros((60, 80, 3), "uint8"))
    padded = image_files.read(path, (40, 40), resize="pad")
    assert padded[:5].min() == 255 and padded[5:35].max() == 0 and padded[35:].min() == 255
    with pytest.raises(ValueError, match="`resize` to be one of 'crop', 'pad', 'stretch'"):
        image_files.read(path, (4, 4), resize="fit")


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "gif", "bmp", "tif"])
def test_files_cut_short_are_named(ending, tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), "uint8")
    path = save(tmp_path / f"short.{ending}", noise)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ValueError, match=rf"^Expected an image file. Received: .*short\.{ending}"):
        image_files.read(path)
    with pytest.raises(ValueError, match=r"Received: .*short"):
        image_files.check(path)


def test_other_broken_files(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    with pytest.raises(FileNotFoundError, match="Expected an image file"):
        image_files.read(path)
    for content in (b"", b"text", b"\x89PNG\r\n\x1a\n" + b"\0" * 40):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"^Expected an image file. Received: .*a\.png"):
            image_files.read(path)
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", 10)
    save(path, np.zeros((5, 5), "uint8"))
    with pytest.raises(ValueError, match=r"at most 20 pixels.*MAX_IMAGE_PIXELS.*a\.png"):
        image_files.read(path)


def test_what_is_in_a_folder(tmp_path):
    names = ["2.PNG", "10.png", "a/1.webp", "a/3.tiff", "a/4.jfif", ".ipynb_checkpoints/0.png"]
    names += [
        "._2.png",
        "Thumbs.db",
        "__MACOSX/1.png",
        "notes.txt",
        "a/x.heic",
        "b/y.heic",
        "LICENSE",
    ]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    with pytest.warns(UserWarning, match=r"no images: 2 \.heic, 1 \.txt, 1 no ending\."):
        found = kgz.datasets.image_files(tmp_path)
    found = [path.relative_to(tmp_path).as_posix() for path in found]
    assert found == ["2.PNG", "10.png", "a/1.webp", "a/3.tiff", "a/4.jfif"]
    with pytest.raises(
        FileNotFoundError, match=r"Received: only files that are no images: 1 \.heic"
    ):
        image_files.find(tmp_path / "b")
    (tmp_path / "a" / "up").symlink_to(tmp_path)  # a circle
    with pytest.warns(UserWarning):
        assert len(image_files.find(tmp_path)) == 5


def test_one_reader_for_data_sets_and_for_single_files(tmp_path):
    """A photograph that is reconstructed is read as one that was trained on."""
    exif = PIL.Image.Exif()
    exif[image_files.ORIENTATION] = 6
    noise = np.random.default_rng(0).integers(0, 255, (20, 30, 4), "uint8")
    save(tmp_path / "a.png", noise, exif=exif)
    (tmp_path / ".hidden.png").write_bytes(b"")
    loaded = next(iter(kgz.datasets.load(f"folder:{tmp_path}", image_size=(12, 8)))).numpy()
    np.testing.assert_array_equal(kgz.pictures.read(tmp_path / "a.png", (12, 8, 3)), loaded[0])
    np.testing.assert_array_equal(kgz.kinds.Image((12, 8, 3)).read(tmp_path), loaded)


def test_animations_are_their_first_picture(tmp_path):
    frames = [PIL.Image.new("L", (4, 4), value) for value in (9, 200)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (image_files.read(tmp_path / "a.gif", channels=1) == 9).all()


def test_halves(tmp_path):
    both = np.arange(2 * 6 * 3, dtype="uint8").reshape(2, 6, 3)
    path = save(tmp_path / "a.png", both)
    np.testing.assert_array_equal(image_files.read(path, half="left"), both[:, :3])
    np.testing.assert_array_equal(image_files.read(path, half="right"), both[:, 3:])
    save(path, both[:, :5])
    with pytest.raises(ValueError, match=r"a width that 2 divides. Received: .*a.png of 2x5"):
        image_files.read(path, half="left")
