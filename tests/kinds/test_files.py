"""Files of samples."""

import wave

import numpy as np
import PIL.Image
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.kinds import audio
from tests.kinds.every import EVERY, NAMES

kinds = kgz.kinds


@pytest.mark.parametrize("kind", EVERY, ids=NAMES)
def test_every_kind_is_saved_by_every_writer_and_to_a_folder(kind, tmp_path):
    samples = kind.examples(2)
    for suffix in kind.writers():
        if suffix != ".wav":
            assert kind.save(samples, tmp_path / f"new/file{suffix}").stat().st_size > 0
    folder = kind.save(samples, tmp_path / "folder")
    suffix = next(iter(kind.writers()))
    assert sorted(path.name for path in folder.iterdir()) == [f"000{suffix}", f"001{suffix}"]
    assert not [path for path in tmp_path.rglob("*") if "unfinished" in path.name]


def test_pictures_and_numbers_are_read_back(tmp_path):
    kind = kinds.Image((4, 4, 3))
    samples = kind.examples(4)
    kind.save(samples, str(tmp_path / "images.PNG"))
    shown = np.array(PIL.Image.open(tmp_path / "images.PNG"))
    np.testing.assert_array_equal(shown, np.array(kind.draw(samples)))
    kind.save(samples[:1], tmp_path / "one.png")  # without a frame
    shown = np.array(PIL.Image.open(tmp_path / "one.png"))
    np.testing.assert_array_equal(shown, np.rint((samples[0] + 1.0) * 127.5))
    kind.save(samples, tmp_path / "images.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "images.npy"), samples)
    pair = kinds.Named(a=kind, b=kinds.Label(3))
    samples = pair.examples(2)
    pair.save(samples, tmp_path / "pair.npz")
    with np.load(tmp_path / "pair.npz") as read:
        np.testing.assert_array_equal(read["b"], samples["b"])


@pytest.mark.parametrize(
    "fps, durations", [(10.0, [100] * 6), (8.0, [120, 130, 130, 120, 120, 130])]
)
def test_a_gif_has_all_frames_at_the_right_speed(tmp_path, fps, durations):
    assert sum(durations) == 6 * 1000 / fps
    kind = kinds.Video((6, 4, 4, 1), fps=fps)
    samples = kind.examples(5)
    gif = PIL.Image.open(kind.save(samples, tmp_path / "videos.gif"))
    assert gif.n_frames == 6 and gif.info["loop"] == 0
    for frame, duration in enumerate(durations):
        gif.seek(frame)
        assert gif.info["duration"] == duration
        expected = kgz.pictures.grid(samples[:, frame])
        np.testing.assert_array_equal(np.array(gif.convert("L")), np.array(expected))


@pytest.mark.parametrize("shape", [(50,), (50, 2)])
def test_a_wav_has_the_numbers(tmp_path, shape):
    kind = kinds.Audio(shape, rate=8000)
    samples = kind.examples(1)
    samples[0, 0] = 1.5  # is clipped
    path = kind.save(samples, tmp_path / "sound.wav")
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnframes()) == (8000, 2, 50)
        assert file.getnchannels() == (1 if len(shape) == 1 else 2)
        read = np.frombuffer(file.readframes(50), "<i2").reshape(shape) / audio.LOUDEST
    np.testing.assert_allclose(read, np.clip(samples[0], -1, 1), atol=0.51 / audio.LOUDEST)


def test_a_wav_holds_one_sound(tmp_path):
    kind = kinds.Audio((50,))
    with pytest.raises(ValueError, match="one sound for a .wav file.*folder.*Received: 2"):
        kind.save(kind.examples(2), tmp_path / "sound.wav")
    assert not list(tmp_path.iterdir())


def test_unknown_suffixes_are_refused_before_any_work(tmp_path):
    kind = kinds.Image((4, 4, 1))
    message = r"suffixes \.png, \.jpg, \.npy, or without.*Received: '.*images.gif'"
    with pytest.raises(ValueError, match=message):
        kind.save(None, tmp_path / "new" / "images.gif")
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten_silently(tmp_path):
    kind = kinds.Image((4, 4, 1))
    black, white = (np.full((2, 4, 4, 1), value, "float32") for value in (-1.0, 1.0))
    for path in (tmp_path / "images.png", tmp_path / "folder"):
        kind.save(black, path)
        with pytest.raises(FileExistsError, match="overwrite=True. Received: "):
            kind.save(white, path)
    assert np.array(PIL.Image.open(tmp_path / "images.png")).min() == 0
    (tmp_path / "folder" / "other.txt").write_text("kept")
    for path in (tmp_path / "images.png", tmp_path / "folder"):
        kind.save(white, path, overwrite=True)
    assert np.array(PIL.Image.open(tmp_path / "images.png")).min() == 255
    assert np.array(PIL.Image.open(tmp_path / "folder" / "001.png")).min() == 255
    assert (tmp_path / "folder" / "other.txt").read_text() == "kept"
    (tmp_path / "name").write_text("a file")
    with pytest.raises(ValueError, match="to be a folder, as its name says. Received"):
        kind.save(white, tmp_path / "name", overwrite=True)


def test_nothing_is_left_of_what_fails(tmp_path, monkeypatch):
    kind = kinds.Image((4, 4, 1))

    def fails(samples, path):
        path.write_text("half")
        raise OSError("disk full")

    monkeypatch.setattr(kinds.Image, "writers", lambda self: {".png": fails})
    for name in ("images.png", "folder"):
        with pytest.raises(OSError, match="disk full"):
            kind.save(kind.examples(2), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_file_that_says_it_is_larger_than_it_is(tmp_path):
    """Nothing is allocated for what is not there: these would be 4 TB."""
    path = tmp_path / "x.npy"
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000, 2), }"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    with pytest.raises(ValueError, match="Expected an .npy file of numbers. Received: .*x.npy"):
        kgz.kinds.Vector((2,)).read(path)


@pytest.mark.parametrize("content", [b"", b"nothing", b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65535])
def test_a_file_that_is_no_array(content, tmp_path):
    (tmp_path / "x.npy").write_bytes(content)
    with pytest.raises(ValueError, match="Expected an .npy file of numbers"):
        kgz.kinds.Vector((2,)).read(tmp_path / "x.npy")


def test_a_zip_of_arrays_is_no_array(tmp_path):
    with open(tmp_path / "x.npy", "wb") as file:
        np.savez(file, a=np.zeros(2))
    with pytest.raises(ValueError, match="one array.*an .npz file"):
        kgz.kinds.Vector((2,)).read(tmp_path / "x.npy")


def picture_of(numbers, path, mode="L"):
    """A picture whose pixels are numbers; with a palette of random colours for mode P."""
    image = PIL.Image.fromarray(np.asarray(numbers, "uint8" if mode in ("L", "P") else "uint16"))
    if mode == "P":
        image = PIL.Image.fromarray(np.asarray(numbers, "uint8"), "P")
        image.putpalette(np.random.default_rng(0).integers(0, 256, 768, "uint8").tobytes())
    image.save(path)
    return path


@pytest.mark.parametrize(
    ("mode", "ending"), [("L", "png"), ("P", "png"), ("P", "gif"), ("I", "png")]
)
def test_a_label_map_is_the_numbers_of_a_picture(mode, ending, tmp_path):
    numbers = np.arange(12).reshape(3, 4) % 5
    path = picture_of(numbers, tmp_path / f"map.{ending}", mode)
    for shape in ((3, 4), (None, None)):
        np.testing.assert_array_equal(kinds.LabelMap(shape, 5).read(path), numbers[None])


def test_label_maps_are_resized_without_mixing_classes(tmp_path):
    """Halves of classes 0 and 4: between them there is none."""
    numbers = np.repeat([[0, 4]], 6, axis=0).repeat(6, axis=1)  # (6, 12)
    for index in (10, 9):
        picture_of(numbers if index == 10 else 4 - numbers, tmp_path / f"{index}.png")
    maps = np.array(kinds.LabelMap((2, 4), 5).read(tmp_path))
    assert maps.shape == (2, 2, 4) and set(np.unique(maps)) == {0, 4}
    np.testing.assert_array_equal(maps[1], [[0, 0, 4, 4]] * 2)  # 9.png comes first
    np.testing.assert_array_equal(maps[0], 4 - maps[1])


def test_pictures_that_are_no_label_maps_are_refused(tmp_path):
    kind, numbers = kinds.LabelMap((3, 4), 5), np.arange(12).reshape(3, 4)
    with pytest.raises(
        ValueError, match=r"`.*map.png` to be integers .* in \[0, 5\).*one of their"
    ):
        kind.read(picture_of(numbers, tmp_path / "map.png"))
    PIL.Image.fromarray(np.zeros((3, 4, 3), "uint8")).save(tmp_path / "colours.png")
    with pytest.raises(
        ValueError, match="whose pixels are the numbers.*colours.png, PNG of mode RGB"
    ):
        kind.read(tmp_path / "colours.png")
    PIL.Image.fromarray(np.zeros((3, 4), "uint8")).save(tmp_path / "lossy.jpg")
    with pytest.raises(ValueError, match="whose pixels are the numbers.*JPEG of mode L"):
        kind.read(tmp_path / "lossy.jpg")
    with pytest.raises(FileNotFoundError, match="Expected an image file. Received: .*none.png"):
        kind.read(tmp_path / "none.png")
