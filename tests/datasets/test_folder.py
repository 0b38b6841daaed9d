"""Folders of a person's own pictures: order, classes, splits, broken files. The value of a pixel
says which file it is of."""

import warnings

import numpy as np
import PIL.Image
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets import folder as module
from keras_gan_zoo.datasets import pipeline


def write(path, value=0, size=(4, 4), mode="L"):
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.new(mode, size, value).save(path)


def load(path, split="train", **options):
    return kgz.datasets.load(f"folder:{path}", split, **{"batch_size": 500, **options})


def values(data):
    """The first pixel of each image as a byte, and the labels."""
    batches = list(data.as_numpy_iterator())
    images = [batch[0] if isinstance(batch, tuple) else batch for batch in batches]
    pixels = np.rint((np.concatenate(images)[:, 0, 0, 0] + 1.0) * 127.5).astype(int)
    labels = [batch[1] for batch in batches if isinstance(batch, tuple)]
    return pixels.tolist(), np.concatenate(labels).tolist() if labels else None


@pytest.fixture
def sorted_by_class(tmp_path):
    for index in range(200):
        write(tmp_path / "ab"[index // 100] / f"{index:03d}.png", index)
    return tmp_path


def test_a_folder_sorted_by_class_is_shuffled_as_a_whole(sorted_by_class):
    data = load(sorted_by_class, batch_size=20, seed=1)
    for _ in range(2):  # epochs
        shares = [float(labels.mean()) for _, labels in data.as_numpy_iterator()]
        assert all(0.1 < share < 0.9 for share in shares) and abs(np.mean(shares) - 0.5) < 1e-9
    first, again = load(sorted_by_class, seed=1), load(sorted_by_class, seed=1)
    epochs = [values(first) for _ in range(2)]
    assert epochs == [values(again) for _ in range(2)]
    assert epochs[0] != epochs[1] and epochs[0] != values(load(sorted_by_class, seed=2))
    assert all(label == pixel // 100 for pixel, label in zip(*epochs[0], strict=True))
    assert pipeline.why_not_repeatable(first) is None
    once = load(sorted_by_class, seed=1, shuffle="once")
    assert values(once) == values(once) and sorted(values(once)[0]) == list(range(200))


def test_nothing_is_decoded_before_it_is_needed(sorted_by_class, monkeypatch):
    """Two batches of 10 at work, one or two waiting: never the 200."""
    read = []
    decode = module.Reader._decode
    monkeypatch.setattr(module.Reader, "_decode", lambda *a: (read.append(a[1]), decode(*a))[1])
    data = load(sorted_by_class, batch_size=10).repeat(1)
    options = pipeline.tf.data.Options()
    options.autotune.enabled = False
    next(iter(data.with_options(options)))
    assert 10 <= len(read) <= 60
    # What is kept is bounded by its bytes.
    for kept, images in ((True, 199), (False, 200)):
        reader = module.Reader([None] * images, (4, 4, 1), "crop", 200 * 16 - 1)
        assert (reader._kept is not None) == kept


def test_images_are_decoded_once_if_they_are_kept(sorted_by_class, monkeypatch):
    read = []
    decode = module.Reader._decode
    monkeypatch.setattr(module.Reader, "_decode", lambda *a: (read.append(a[1]), decode(*a))[1])
    data = load(sorted_by_class)
    assert sorted(values(data)[0]) == sorted(values(data)[0]) == list(range(200))
    assert sorted(read) == list(range(200))
    # Data that are not shuffled anew, as in evaluations, may take an eighth of the memory.
    whole = 200 * 16
    for memory, shuffle, times in ((100, True, 2), (whole, False, 2), (8 * whole, False, 1)):
        read.clear()
        monkeypatch.setattr(module, "LARGEST_IN_MEMORY", memory)
        data = load(sorted_by_class, shuffle=shuffle)
        assert sorted(values(data)[0]) == sorted(values(data)[0]) == list(range(200))
        assert sorted(read) == sorted([*range(200)] * times)


def test_hidden_folders_are_no_classes(tmp_path):
    for name in ("cat/0.png", "dog/0.png", ".ipynb_checkpoints/0.png", "cat/._0.png"):
        write(tmp_path / name)
    data = load(tmp_path, shuffle=False)
    assert values(data) == ([0, 0], [0, 1]) and data.class_names == ("cat", "dog")
    assert values(load(tmp_path / "cat")) == ([0], None)


def test_classes_are_numbered_as_people_count(tmp_path):
    for number in range(12):
        write(tmp_path / str(number) / "0.png", number)
    data = load(tmp_path, shuffle=False)
    assert values(data) == ([*range(12)],) * 2
    assert data.class_names == tuple(map(str, range(12)))


def test_one_numbering_for_all_splits(tmp_path):
    for name, value in (("train/cat", 1), ("train/dog", 2), ("test/dog", 2), ("val/dog", 3)):
        write(tmp_path / name / "0.png", value)
    assert values(load(tmp_path, "test")) == ([2], [1])
    assert values(load(tmp_path, "val")) == ([3], [1])
    assert load(tmp_path, "test").class_names == ("cat", "dog")
    write(tmp_path / "test" / "cow" / "0.png")
    with pytest.raises(ValueError, match="classes of the training split.*Received: 'cow'"):
        load(tmp_path, "test")
    assert len(values(load(tmp_path, "test", labels=False))[0]) == 2
    with pytest.raises(ValueError, match="'test', 'train', 'val'.*Received: 'validation'"):
        load(tmp_path, "validation")


def test_a_class_may_be_called_as_a_split_is(tmp_path):
    for name in ("car", "plane", "train"):
        write(tmp_path / name / "0.png")
    assert load(tmp_path).class_names == ("car", "plane", "train")


def test_images_beside_classes_are_refused(tmp_path):
    write(tmp_path / "cat" / "0.png")
    write(tmp_path / "0.png")
    with pytest.raises(ValueError, match="or none; `labels=False`.*Received: 1 images beside"):
        load(tmp_path)
    assert len(values(load(tmp_path, labels=False))[0]) == 2


def test_unknown_splits_are_refused(sorted_by_class):
    for split in ("test", "validation", "tets", "test[:10%]"):
        with pytest.raises(ValueError, match="splits of .*'train'.*test_share.*Received: '"):
            load(sorted_by_class, split)
    for split in ("train[", "train[:x]", "train+test", 3):
        with pytest.raises(ValueError, match="slice such as.*Received"):
            load(sorted_by_class, split)
    with pytest.raises(ValueError, match=r"images in the split 'train\[:0\]'.*none"):
        load(sorted_by_class, "train[:0]")


def test_slices_are_fair_and_disjoint(sorted_by_class):
    train = load(sorted_by_class, "train[:90%]", shuffle=False)
    test = load(sorted_by_class, "train[90%:]", shuffle=False)
    pixels = [values(one)[0] for one in (train, test)]
    assert [len(one) for one in pixels] == [180, 20] and sorted(sum(pixels, [])) == [*range(200)]
    assert 4 < sum(values(test)[1]) < 16 and test.class_names == ("a", "b")
    assert len(values(load(sorted_by_class, "train[-7:]"))[0]) == 7


def test_an_automatic_split_stays_when_files_are_added(sorted_by_class):
    parts = [values(load(sorted_by_class, s, test_share=0.1))[0] for s in ("train", "test")]
    assert sorted(sum(parts, [])) == [*range(200)] and 8 <= len(parts[1]) <= 35
    for index in range(200, 250):
        write(sorted_by_class / "b" / f"{index}.png", index)
    more = [values(load(sorted_by_class, s, test_share=0.1))[0] for s in ("train", "test")]
    assert all(set(one) <= set(two) for one, two in zip(parts, more, strict=True))
    write(sorted_by_class / "split" / "train" / "0.png")
    write(sorted_by_class / "split" / "test" / "0.png")
    with pytest.raises(ValueError, match="without a test split"):
        load(sorted_by_class / "split", test_share=0.1)
    with pytest.raises(ValueError, match="test_share.*Received: 2"):
        load(sorted_by_class, test_share=2)


def test_one_rule_for_grey_and_colour(tmp_path):
    for index in range(3):
        write(tmp_path / f"{index}.png", 7)
    assert load(tmp_path).element_spec.shape[-1] == 1
    write(tmp_path / "3.png", (7, 8, 9), mode="RGB")
    with pytest.warns(UserWarning, match="3 of 4 images are grey.*in colour"):
        assert load(tmp_path).element_spec.shape[-1] == 3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load(tmp_path, channels=1).element_spec.shape[-1] == 1
        assert load(tmp_path, channels=3).element_spec.shape[-1] == 3
    with pytest.raises(ValueError, match="`channels` to be 1, 3 or None. Received: 4"):
        load(tmp_path, channels=4)


def cut_short(path):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), "uint8")
    PIL.Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:2000])


def test_a_file_cut_short_is_one_sentence_wherever_it_is_read(tmp_path):
    for index in range(3):
        write(tmp_path / f"{index}.png", (index,) * 3, (64, 64), "RGB")
    cut_short(tmp_path / "short.png")
    said = r"^Expected an image file\. Received: [^\n]*short\.png \([^\n]*cut short[^\n]*\)"
    alone, said = f"{said}$", rf"{said}\. `skip_broken=True` leaves out such files$"
    options = {"image_size": 8}
    for read in (list, lambda data: list(data.as_numpy_iterator()), lambda data: next(iter(data))):
        with pytest.raises(ValueError, match=said):
            read(load(tmp_path, **options))
    model = kgz.models.DCGAN((8, 8, 3), 4, filters=4, seed=0)
    model.compile()
    with pytest.raises(ValueError, match=said):
        model.fit(load(tmp_path, **options), verbose=0)
    with pytest.raises(ValueError, match=said):
        kgz.evaluation.evaluate(str(tmp_path), "fashion_mnist_mini", image_size=28, metrics="fid")
    with pytest.raises(ValueError, match=alone):  # a pair is not left out
        list(kgz.datasets.load(f"pairs:{tmp_path}", **options))


def test_what_skip_broken_would_not_leave_out_is_not_advised(tmp_path):
    write(tmp_path / "floats.tif", mode="F")
    with pytest.raises(ValueError, match="save it as 16-bit grey PNG$"):
        list(load(tmp_path, image_size=8))
    (tmp_path / "floats.tif").write_bytes(b"")  # sizes and colours are those of headers
    with pytest.raises(ValueError, match=r"Pillow knows\)\. `skip_broken=True` leaves out"):
        load(tmp_path)


def test_broken_files_are_left_out_and_counted(tmp_path):
    for index in range(3):
        write(tmp_path / "ab"[index // 2] / f"{index}.png", (index,) * 3, (64, 64), "RGB")
    cut_short(tmp_path / "a" / "short.png")
    (tmp_path / "b" / "empty.jpg").write_bytes(b"")
    with pytest.warns(UserWarning, match=r"Left out 2 of 5 image files that are broken: .*short"):
        data = load(tmp_path, shuffle=False, skip_broken=True)
    assert values(data) == ([0, 1, 2], [0, 0, 1]) and int(data.cardinality()) == 1
    for path in tmp_path.rglob("[012].png"):
        path.unlink()
    with pytest.raises(ValueError, match="Expected an image file"):
        load(tmp_path, skip_broken=True)


def test_resize_is_an_argument(tmp_path):
    image = np.zeros((60, 80), "uint8")
    image[:, 10:70] = 255
    PIL.Image.fromarray(image).save(tmp_path / "a.png")
    for resize, middle, edge in (("crop", 1.0, 1.0), ("stretch", 1.0, -1.0), ("pad", 1.0, 1.0)):
        images = next(iter(load(tmp_path, image_size=16, resize=resize))).numpy()
        assert images[0, 8, 8, 0] == middle and images[0, 0, 0, 0] == edge
    assert images[0, 8, 0, 0] == -1.0
    with pytest.raises(ValueError, match="`resize` to be one of"):
        load(tmp_path, image_size=8, resize="fit")


def test_options_of_one_source_are_refused_by_others(tmp_path):
    for option in ({"skip_broken": True}, {"channels": 1}, {"test_share": 0.1}):
        with pytest.raises(ValueError, match=f"`{[*option][0]}` .*'folder:...' only"):
            kgz.datasets.load("fashion_mnist_mini", **option)
    write(tmp_path / "a.png")
    with pytest.raises(ValueError, match="`image_key` .*'tfds:...' only"):
        load(tmp_path, image_key="image")
