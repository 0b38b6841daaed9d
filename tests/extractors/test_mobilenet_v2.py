"""MobileNetV2 against PyTorch with random weights, and the shipped weights on photographs."""

import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo import weight_files
from keras_gan_zoo.extractors.mobilenet_weights import load_mobilenet_weights

WEIGHTS = pathlib.Path(kgz.__file__).parent / "extractors/weights/mobilenet_v2.h5"
# Input channels, output channels and stride of torchvision's features.1 to features.17.
BLOCKS = [
    *[(32, 16, 1), (16, 24, 2), (24, 24, 1), (24, 32, 2), (32, 32, 1), (32, 32, 1), (32, 64, 2)],
    *[(64, 64, 1), (64, 64, 1), (64, 64, 1), (64, 96, 1), (96, 96, 1), (96, 96, 1), (96, 160, 2)],
    *[(160, 160, 1), (160, 160, 1), (160, 320, 1)],
]


def random_state(torch):
    """torchvision's names and shapes, with statistics that keep the maps at a scale of one."""
    random = np.random.default_rng(0)
    state = {}

    def convolution(name, norm, *shape):
        deviation = np.sqrt(2 / np.prod(shape[1:]))
        state[f"{name}.weight"] = random.normal(0, deviation, shape)
        state[f"{norm}.weight"] = random.uniform(0.5, 1.5, shape[0])
        state[f"{norm}.bias"] = random.normal(0, 0.1, shape[0])
        state[f"{norm}.running_mean"] = random.normal(0, 0.1, shape[0])
        state[f"{norm}.running_var"] = random.uniform(0.5, 1.5, shape[0])

    convolution("features.0.0", "features.0.1", 32, 3, 3, 3)
    for index, (before, after, _) in enumerate(BLOCKS, start=1):
        name, wide = f"features.{index}.conv", before if index == 1 else 6 * before
        place = 0
        if index > 1:
            convolution(f"{name}.0.0", f"{name}.0.1", wide, before, 1, 1)
            place = 1
        convolution(f"{name}.{place}.0", f"{name}.{place}.1", wide, 1, 3, 3)
        convolution(f"{name}.{place + 1}", f"{name}.{place + 2}", after, wide, 1, 1)
    convolution("features.18.0", "features.18.1", 1280, 320, 1, 1)
    state["classifier.1.weight"] = random.normal(0, 0.03, (1000, 1280))
    state["classifier.1.bias"] = random.normal(0, 0.1, 1000)
    return {name: torch.tensor(value, dtype=torch.float32) for name, value in state.items()}


def forward(torch, state, batch):
    """The network in PyTorch, from uint8 images."""
    functional = torch.nn.functional

    def normalised(x, name):
        statistics = (state[f"{name}.{part}"] for part in ("running_mean", "running_var"))
        scale, offset = state[f"{name}.weight"], state[f"{name}.bias"]
        return functional.batch_norm(x, *statistics, scale, offset, eps=1e-5)

    def convolved(x, name, stride=1, groups=1):
        kernel = state[f"{name}.0.weight"]
        padding = kernel.shape[-1] // 2
        x = functional.conv2d(x, kernel, stride=stride, padding=padding, groups=groups)
        return functional.relu6(normalised(x, f"{name}.1"))

    x = torch.from_numpy(batch).permute(0, 3, 1, 2).float() / 255
    x = functional.interpolate(x, (224, 224), mode="bilinear", antialias=True)
    mean, deviation = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]])[..., None, None]
    x = convolved((x - mean) / deviation, "features.0", stride=2)
    for index, (before, after, stride) in enumerate(BLOCKS, start=1):
        name = f"features.{index}.conv"
        y = x if index == 1 else convolved(x, f"{name}.0")
        place = 0 if index == 1 else 1
        y = convolved(y, f"{name}.{place}", stride, groups=y.shape[1])
        y = functional.conv2d(y, state[f"{name}.{place + 1}.weight"])
        y = normalised(y, f"{name}.{place + 2}")
        x = x + y if stride == 1 and before == after else y
    features = convolved(x, "features.18").mean((2, 3))
    linear = state["classifier.1.weight"], state["classifier.1.bias"]
    return features.numpy(), functional.linear(features, *linear).numpy()


@pytest.fixture(scope="module")
def shipped():
    network = kgz.networks.mobilenet_v2()
    weight_files.load_weights(WEIGHTS, {"classifier": network})
    return network


@pytest.mark.parametrize("size", [(2, 224, 224), (1, 28, 28), (1, 300, 451)])
def test_equals_pytorch(tmp_path, size):
    torch = pytest.importorskip("torch")
    state = random_state(torch)
    torch.save(state, tmp_path / "random.pth")
    network = kgz.networks.mobilenet_v2()
    load_mobilenet_weights(network, tmp_path / "random.pth")
    batch = np.random.default_rng(1).integers(0, 256, (*size, 3)).astype("uint8")
    ours = network(batch.astype("float32"))
    for one, expected in zip(
        (ours["features"], ours["logits"]), forward(torch, state, batch), strict=True
    ):
        scale = np.abs(expected).max()
        assert expected.std() > 1e-2 * scale and scale < 1e3
        np.testing.assert_allclose(one, expected, rtol=0, atol=1e-4 * scale)


def test_refuses_another_network(tmp_path):
    torch = pytest.importorskip("torch")
    network = kgz.networks.mobilenet_v2()
    before = np.asarray(network.weights[0]).copy()
    state = random_state(torch)
    state["classifier.1.bias"] = state["classifier.1.bias"][:10]
    torch.save(state, tmp_path / "ten.pth")
    with pytest.raises(ValueError, match=r"'classifier.1.bias' in shape \(1000,\).*ten.pth"):
        load_mobilenet_weights(network, tmp_path / "ten.pth")
    del state["features.3.conv.1.0.weight"]
    torch.save(state, tmp_path / "less.pth")
    with pytest.raises(ValueError, match=r"'features.3.conv.1.0.weight'.*less.pth"):
        load_mobilenet_weights(network, tmp_path / "less.pth")
    np.testing.assert_array_equal(network.weights[0], before)


def test_normalisation(shipped):
    head = keras.Model(shipped.input, shipped.get_layer("normalise").output)
    grey = np.full((1, 9, 30, 3), 51, "uint8")
    expected = (np.array([0.2, 0.2, 0.2]) - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    np.testing.assert_allclose(head(grey)[0, 100, 7], expected, atol=1e-6)


def test_is_small_and_for_inference_in_float32(shipped):
    """3,504,872 weights in torchvision; folding makes of two per channel one, 17,056 less."""
    assert WEIGHTS.stat().st_size < 10e6
    assert shipped.count_params() == 3_504_872 - 17_056
    assert not shipped.trainable_variables
    batch = np.random.default_rng(1).uniform(0, 255, (2, 40, 30, 3)).astype("float32")
    expected = shipped(batch)
    keras.config.set_dtype_policy("mixed_float16")
    mixed = kgz.networks.mobilenet_v2()
    mixed.set_weights(shipped.get_weights())
    for name in ("features", "logits"):
        np.testing.assert_array_equal(mixed(batch)[name], expected[name])


def test_sizes_known_only_when_it_runs(shipped):
    traced = tf.function(shipped, input_signature=[tf.TensorSpec((None, None, None, 3))])
    for size in ((1, 32, 32), (2, 60, 250)):
        batch = np.random.default_rng(1).uniform(0, 255, (*size, 3)).astype("float32")
        outputs = traced(batch)
        assert outputs["features"].shape == (size[0], 1280)
        np.testing.assert_allclose(outputs["logits"], shipped(batch)["logits"], atol=1e-3)


@pytest.mark.parametrize(
    ("photograph", "labels"),
    [
        ("chelsea", range(281, 286)),  # five kinds of cats
        ("coffee", {967}),  # espresso
        ("camera", {872}),  # tripod
        ("stereo_motorcycle", {665, 670}),  # moped, motor scooter
    ],
)
def test_knows_photographs(shipped, photograph, labels):
    image = getattr(pytest.importorskip("skimage.data"), photograph)()
    image = image[0] if isinstance(image, tuple) else image
    image = np.stack([image] * 3, axis=-1) if image.ndim == 2 else image
    logits = shipped(image[None].astype("float32"))["logits"]
    assert int(np.argmax(logits)) in labels
