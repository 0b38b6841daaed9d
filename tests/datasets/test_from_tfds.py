"""Sets of TensorFlow Datasets, by small builders with the features of well-known ones: no download.

The value of a pixel says which example it is of.
"""

import numpy as np
import pytest
import requests
import tensorflow_datasets as tfds

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets import from_tfds, pipeline

F = tfds.features
LENGTH = 12


def builder(name, features, example, supervised=None, length=LENGTH, **attributes):
    """Registers a builder of a few examples; its name is the class's in snake case."""

    def info(self):
        return self.dataset_info_from_configs(
            features=F.FeaturesDict(features), supervised_keys=supervised
        )

    def splits(self, dl_manager):
        return {"train": self._generate_examples(length), "test": self._generate_examples(4)}

    def examples(self, number):
        for index in range(number):
            yield index, example(index)

    made = {
        "VERSION": tfds.core.Version("1.0.0"),
        "__doc__": "A few examples.",
        "__module__": __name__,
        "_info": info,
        "_split_generators": splits,
        "_generate_examples": examples,
    }
    return type(name, (tfds.core.GeneratorBasedBuilder,), {**made, **attributes})


def grey(index, *size):
    return np.full((*(size or (4, 4)), 1), index, "uint8")


def color(index, *size):
    return np.full((*(size or (4, 4)), 3), index, "uint8")


def sizes(index):
    return 6 + index, 9


builder(
    "LikeCelebA",
    {
        "image": F.Image(shape=(6, 4, 3)),
        "landmarks": F.FeaturesDict({"x": np.int64}),
        "attributes": F.FeaturesDict({"Smiling": np.bool_, "Bald": np.bool_}),
    },
    lambda i: {
        "image": color(i, 6, 4),
        "landmarks": {"x": i},
        "attributes": {"Smiling": i % 2 == 0, "Bald": i >= 6},
    },
)
builder(
    "LikeCelebAHq",
    {"image": F.Image(shape=(8, 8, 3)), "image/filename": F.Text()},
    lambda i: {"image": color(i, 8, 8), "image/filename": f"{i}.png"},
)
builder("LikeLsun", {"image": F.Image()}, lambda i: {"image": color(i, *sizes(i))})
builder(
    "LikeShapes3d",
    {"image": F.Image(shape=(4, 4, 3))}
    | {f"label_{k}": F.ClassLabel(num_classes=LENGTH) for k in ("hue", "shape")}
    | {"value_scale": np.float32},
    lambda i: {"image": color(i), "label_hue": i, "label_shape": 1, "value_scale": 0.5},
)
builder(
    "LikeCoco",
    {
        "image": F.Image(encoding_format="jpeg"),
        "image/filename": F.Text(),
        "objects": F.Sequence({"label": F.ClassLabel(num_classes=3), "bbox": F.BBoxFeature()}),
    },
    lambda i: {
        "image": color(i, *sizes(i)),
        "image/filename": "",
        "objects": [{"label": 1, "bbox": F.BBox(0.0, 0.0, 1.0, 1.0)}] * (i % 3),
    },
)
builder(
    "LikeLfw",
    {"label": F.Text(), "image": F.Image(shape=(4, 4, 3))},
    lambda i: {"label": f"person {i}", "image": color(i)},
    ("label", "image"),
)
builder(
    "LikeSwapped",
    {"label": F.ClassLabel(names=[*"abcdefghijkl"]), "image": F.Image(shape=(4, 4, 1))},
    lambda i: {"label": i, "image": grey(i)},
    ("label", "image"),
)
builder(
    "LikeStereo",
    {"left": F.Image(shape=(4, 4, 1)), "right": F.Tensor(shape=(4, 4, 1), dtype=np.uint8)},
    lambda i: {"left": grey(i), "right": grey(100 + i)},
)
builder(
    "LikeDeep",
    {"image": F.Image(shape=(2, 2, 1), dtype=np.uint16), "label": F.ClassLabel(num_classes=LENGTH)},
    lambda i: {"image": np.full((2, 2, 1), i * 257, "uint16"), "label": i},
    ("image", "label"),
)
builder(
    "LikeTransparent",
    {"image": F.Image(shape=(2, 2, 4))},
    lambda i: {"image": np.full((2, 2, 4), (i, i, i, 255 * (i % 2)), "uint8")},
)
builder("LikeText", {"text": F.Text()}, lambda i: {"text": ""})
builder(
    "LikeSorted",
    {"image": F.Image(shape=(4, 4, 1)), "label": F.ClassLabel(num_classes=2)},
    lambda i: {"image": grey(i), "label": i // 100},
    ("image", "label"),
    length=200,
)
builder(
    "LikeBinary",
    {"image": F.Image(shape=(4, 4, 1)), "label": F.ClassLabel(num_classes=2)},
    lambda i: {"image": grey(i % 2), "label": i % 2},
    ("image", "label"),
)
builder(
    "LikeManual",
    {"image": F.Image(shape=(4, 4, 1))},
    None,
    MANUAL_DOWNLOAD_INSTRUCTIONS="Get faces.zip\n from example.org.",
    _split_generators=lambda self, dl_manager: {"train": dl_manager.manual_dir},
)
builder(
    "LikeMnist",
    {"image": F.Image(shape=(4, 4, 1)), "label": F.ClassLabel(num_classes=2)},
    None,
    ("image", "label"),
    _split_generators=lambda self, dl_manager: {
        "train": dl_manager.download("http://no.invalid/mnist.gz")
    },
)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return str(tmp_path_factory.mktemp("tfds"))


@pytest.fixture
def load(data_dir):
    def function(name, split="train", **options):
        options = {"batch_size": 500, "shuffle": False, "data_dir": data_dir, **options}
        return kgz.datasets.load(f"tfds:{name}", split, **options)

    return function


def pixels(images):
    return np.rint((np.asarray(images)[:, 0, 0, 0] + 1.0) * 127.5).astype(int)


ALL = {
    "like_celeb_a": {},
    "like_celeb_a_hq": {},
    "like_lsun": {"image_size": 8},
    "like_shapes3d": {},
    "like_coco": {"image_size": (6, 8)},
    "like_lfw": {},
    "like_swapped": {},
    "like_stereo": {"image_key": "left"},
}


@pytest.mark.parametrize("name", ALL)
def test_images_without_labels(name, load):
    images = next(iter(load(name, labels=False, **ALL[name])))
    assert images.dtype == "float32" and len(images) == LENGTH
    assert sorted(pixels(images)) == pytest.approx([*range(LENGTH)], abs=1)
    if size := ALL[name].get("image_size"):
        assert tuple(images.shape[1:3]) == ((size, size) if isinstance(size, int) else size)


@pytest.mark.parametrize("name", ["like_celeb_a", "like_lsun", "like_shapes3d", "like_lfw"])
def test_images_come_without_labels_that_nobody_can_guess(name, load):
    with pytest.warns(UserWarning, match=f"tfds:{name} does not say what its labels are"):
        data = load(name, **ALL[name])
    assert data.element_spec.shape.rank == 4
    assert data.image_key == "image" and data.label_key is None


def test_labels_by_their_key(load):
    images, labels = next(iter(load("like_shapes3d", label_key="label_hue")))
    np.testing.assert_array_equal(pixels(images), labels)
    data = load("like_celeb_a", label_key="attributes")
    assert data.class_names == ("Bald", "Smiling") and data.label_key == "attributes"
    images, labels = next(iter(data))
    expected = np.stack([pixels(images) >= 6, pixels(images) % 2 == 0], axis=1)
    np.testing.assert_array_equal(labels, np.where(expected, 1.0, -1.0))
    images, labels = next(iter(load("like_celeb_a", label_key="attributes/Smiling")))
    np.testing.assert_array_equal(labels, pixels(images) % 2 == 0)
    assert labels.dtype == "int64"


def test_keys_in_another_order(load):
    data = load("like_swapped")
    images, labels = next(iter(data))
    np.testing.assert_array_equal(pixels(images), labels)
    assert data.class_names == tuple("abcdefghijkl")
    assert (data.image_key, data.label_key) == ("image", "label")


def test_one_of_several_images(load):
    with pytest.warns(UserWarning, match="several images; took 'left' of 'left', 'right'"):
        images = next(iter(load("like_stereo", labels=False)))
    assert pixels(images).max() == LENGTH - 1
    images = next(iter(load("like_stereo", labels=False, image_key="right")))
    assert sorted(pixels(images)) == [*range(100, 100 + LENGTH)]


def test_bytes_of_other_kinds(load):
    images, labels = next(iter(load("like_deep")))
    np.testing.assert_allclose(images[:, 0, 0, 0], labels.numpy() / 127.5 - 1.0, atol=1e-6)
    images = next(iter(load("like_transparent", labels=False)))
    assert images.shape == (LENGTH, 2, 2, 3)
    found = sorted(pixels(images))
    assert found == [*range(1, LENGTH, 2)] + [255] * (LENGTH // 2)


def test_slices_of_splits(load):
    parts = [
        pixels(next(iter(load("like_celeb_a_hq", part, labels=False)))).tolist()
        for part in ("train[:75%]", "train[75%:]")
    ]
    assert [len(part) for part in parts] == [9, 3]
    assert sorted(sum(parts, [])) == [*range(LENGTH)]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("like_lsun", {"labels": False}, "`image_size` for tfds:like_lsun"),
        ("like_celeb_a", {"label_key": "smile"}, "`label_key` to be a feature.*'smile'"),
        ("like_celeb_a", {"image_key": "landmarks"}, "`image_key` to be an image.*'landmarks'"),
        ("like_lfw", {"label_key": "label"}, "`label_key` .* of numbers. Received: 'label'"),
        ("like_text", {}, "data set with images. Received: tfds:like_text"),
    ],
)
def test_checks_come_before_the_download(name, options, message, tmp_path, monkeypatch):
    monkeypatch.setattr(from_tfds, "_prepare", None)
    with pytest.raises(ValueError, match=message):
        kgz.datasets.load(f"tfds:{name}", data_dir=str(tmp_path), **options)
    assert not [*tmp_path.iterdir()]


def test_unknown_splits_are_refused(load):
    for split in ("validation", "train[:x]"):
        with pytest.raises(ValueError, match=r"splits \['train', 'test'\].*slice.*Received: '"):
            load("like_swapped", split)


@pytest.mark.parametrize("memory", ["decoded", "encoded", "window"])
def test_the_shuffle_is_exact_unless_a_window_is_full(memory, load, monkeypatch):
    """200 sorted examples: decoded 3,200 bytes, encoded about 100 bytes each."""
    size = {"decoded": 2**31, "encoded": 3000, "window": 1000}[memory]
    monkeypatch.setattr(from_tfds, "LARGEST_IN_MEMORY", size)
    windows = {"encoded": lambda *_: 200, "window": lambda *_: 10}
    if memory in windows:
        monkeypatch.setattr(from_tfds, "_window", windows[memory])

    def epochs(**options):
        data = load("like_sorted", **{"shuffle": True, "seed": 5, "batch_size": 20, **options})
        assert pipeline.why_not_repeatable(data) is None
        return [[pixels(images).tolist() for images, _ in data] for _ in range(2)]

    first = epochs()
    assert first == epochs() and first[0] != first[1] and first != epochs(seed=6)
    assert sorted(sum(first[0], [])) == [*range(200)]
    once = epochs(shuffle="once")
    assert once[0] == once[1] != first[0]
    if memory != "window":
        spread = [np.ptp(batch) for batch in first[0]]
        assert min(spread) > 100


def test_the_window_is_bounded_by_bytes():
    class Part:
        num_examples, num_bytes = 1000, 50_000

    assert from_tfds._window(Part, 2**31) == 1000
    assert from_tfds._window(Part, 5000) == 100


def test_augmentation(load):
    data = load("like_sorted", flip="both", image_size=4, random_crop=0.8, shuffle=True)
    images, labels = next(iter(data))
    assert images.shape == (200, 4, 4, 1)
    np.testing.assert_array_equal(pixels(images) // 100, labels)


def test_files_got_by_hand_are_asked_for_in_one_sentence(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        kgz.datasets.load("tfds:like_manual", data_dir=str(tmp_path), labels=False)
    said = str(caught.value)
    assert "\n" not in said and "tfds:like_manual" in said and "Get faces.zip from" in said
    assert f"{tmp_path}/downloads/manual" in said and f"{tmp_path}/like_manual/1.0.0" in said


def test_without_a_network_it_says_so_at_once(tmp_path, monkeypatch):
    """Not after ten attempts with longer and longer pauses."""
    tried = []

    def refuse(self, request, **options):
        tried.append(self.max_retries.total)
        raise requests.exceptions.ConnectionError("HTTPSConnectionPool(host='no.invalid')")

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", refuse)
    with pytest.raises(ConnectionError) as caught:
        kgz.datasets.load("tfds:like_mnist", data_dir=str(tmp_path))
    said = str(caught.value)
    assert "\n" not in said and "tfds:like_mnist" in said and "no connection to no.invalid" in said
    assert f"{tmp_path}/downloads/manual" in said and f"{tmp_path}/like_mnist/1.0.0" in said
    assert tried[-1] == 0


def test_bytes_of_zero_and_one_are_black_and_white(load, monkeypatch):
    monkeypatch.setattr(from_tfds, "BINARY", {"like_binary"})
    images, labels = next(iter(load("like_binary")))
    np.testing.assert_array_equal(images[:, 0, 0, 0], labels.numpy() * 2.0 - 1.0)
