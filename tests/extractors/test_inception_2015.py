"""The Inception network against torch-fidelity's, with random weights: the real ones are 96 MB."""

import builtins
import pathlib
import runpy
import shutil
import sys
import tarfile

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo import weight_files
from keras_gan_zoo.extractors import inception_weights
from keras_gan_zoo.extractors.inception_weights import load_inception_weights
from tests.metrics import fidelity

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIZES = [(2, 32, 32), (1, 300, 200)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("inception")


@pytest.fixture(scope="module")
def reference(folder):
    """torch-fidelity's network, and the checkpoint of random weights that it was built from."""
    fidelity.load("fid")
    torch = pytest.importorskip("torch")
    inception = sys.modules["torch_fidelity.feature_extractor_inceptionv3"]

    class Blank(inception.FeatureExtractorInceptionV3):
        def load_state_dict(self, state):
            return None

    path = folder / "random.pth"
    torch.save({}, path)
    random = np.random.default_rng(0)
    state = {}
    with torch.device("meta"):
        blank = Blank("shapes", ["2048"], path)
    for name, value in blank.state_dict().items():
        shape = tuple(value.shape)
        if name.endswith("conv.weight"):
            value = random.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape)
        elif name.endswith(("bn.weight", "running_var")):
            value = random.uniform(0.5, 1.5, shape)
        elif name.endswith("num_batches_tracked"):
            value = np.array(7)
        else:
            value = random.normal(0, 0.1, shape)
        kind = torch.int64 if name.endswith("tracked") else torch.float32
        state[name] = torch.tensor(value, dtype=kind)
    torch.save(state, path)
    network = inception.FeatureExtractorInceptionV3("random", ["2048", "logits_unbiased"], path)
    return network, path


@pytest.fixture(scope="module")
def network():
    return kgz.networks.inception_2015()


@pytest.fixture(scope="module")
def converted(network, reference):
    load_inception_weights(network, reference[1])
    return network


def images(count, height, width):
    shape = (count, height, width, 3)
    return np.random.default_rng(1).integers(0, 256, shape).astype("uint8")


@pytest.mark.parametrize("size", SIZES)
def test_equals_torch_fidelity(converted, reference, size):
    torch = pytest.importorskip("torch")
    batch = images(*size)
    with torch.no_grad():
        features, logits = reference[0](torch.from_numpy(batch).permute(0, 3, 1, 2))
    ours = converted(batch.astype("float32"))
    assert ours["features"].shape == (size[0], 2048) and ours["logits"].shape == (size[0], 1008)
    for name, expected in (("features", features.numpy()), ("logits", logits.numpy())):
        scale = np.abs(expected).max()
        assert 1e-2 < scale < 1e3 and expected.std() > 1e-2 * scale  # says something at all
        np.testing.assert_allclose(ours[name], expected, rtol=0, atol=1e-5 * scale)


@pytest.mark.parametrize("size", [(1, 1), (32, 32), (300, 200), (299, 299), (17, 640)])
@pytest.mark.parametrize("new_size", [299, (50, 31)])
def test_resizing_equals_torch_fidelity(size, new_size):
    fidelity.load("fid")
    torch = pytest.importorskip("torch")
    resize = sys.modules["torch_fidelity.interpolate_compat_tensorflow"]
    batch = images(2, *size).astype("float32")
    layer = kgz.layers.LegacyResizing(new_size)
    expected = resize.interpolate_bilinear_2d_like_tensorflow1x(
        torch.from_numpy(batch).permute(0, 3, 1, 2), size=layer.size, align_corners=False
    )
    ours = keras.layers.deserialize(keras.layers.serialize(layer))(batch)
    np.testing.assert_allclose(ours, expected.permute(0, 2, 3, 1), rtol=0, atol=1e-4)


def test_resizing_equals_tensorflow_1():
    batch = images(1, 37, 53).astype("float32")
    expected = tf.compat.v1.image.resize_bilinear(batch, (299, 299), align_corners=False)
    ours = kgz.layers.LegacyResizing(299)
    np.testing.assert_allclose(ours(batch), expected, rtol=0, atol=1e-4)
    # the sizes known only when it runs, and the whole under XLA
    traced = tf.function(ours, input_signature=[tf.TensorSpec((None, None, None, 3))])
    np.testing.assert_allclose(traced(batch), expected, rtol=0, atol=1e-4)
    compiled = tf.function(ours, jit_compile=True)
    np.testing.assert_allclose(compiled(batch), expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("size", [0, (3,), (3, 2.0), True, "299"])
def test_resizing_refuses_what_is_no_size(size):
    with pytest.raises(ValueError, match="Expected `size`.*Received"):
        kgz.layers.LegacyResizing(size)


def test_scaling_of_white(network):
    """(255 - 128) / 128 = 0.9921875 and (0 - 128) / 128 = -1, exactly."""
    head = keras.Model(network.input, network.get_layer("rescale").output)
    white = head(np.full((1, 5, 7, 3), 255, "uint8"))
    assert np.all(np.asarray(white) == 0.9921875) and white.shape == (1, 299, 299, 3)
    assert np.all(np.asarray(head(np.zeros((1, 5, 7, 3), "uint8"))) == -1.0)


def test_averages_leave_out_the_padding(network):
    """The average of a constant map is that constant, at the borders too."""
    pools = [x for x in network.layers if isinstance(x, keras.layers.AveragePooling2D)]
    assert len(pools) == 8
    for pool in pools:
        np.testing.assert_allclose(pool(np.full((1, 8, 8, 2), 3.0, "float32")), 3.0, rtol=1e-6)
    assert isinstance(network.get_layer("mixed_10.tower_2.pool"), keras.layers.MaxPooling2D)


def test_is_for_inference_in_float32(network):
    """94 convolutions with their biases and the matrix of the softmax."""
    assert not network.trainable_variables
    assert len(network.weights) == 2 * 94 + 1
    keras.config.set_dtype_policy("mixed_float16")
    layers = kgz.networks.inception_2015().layers[1:]  # the first is the input
    assert {layer.compute_dtype for layer in layers} == {"float32"}


def test_own_file(converted, reference, folder, monkeypatch):
    """The script's .h5 holds the same weights, and takes no PyTorch to read."""
    target = folder / "converted.h5"
    monkeypatch.setattr(sys, "argv", ["convert_inception.py", str(reference[1]), str(target)])
    runpy.run_path(ROOT / "tools/convert_inception.py", run_name="__main__")
    expected = [np.asarray(weight) for weight in converted.weights]
    converted.set_weights([np.zeros_like(weight) for weight in expected])
    load_inception_weights(converted, target, sha256=weight_files.sha256(target))
    for ours, weight in zip(converted.weights, expected, strict=True):
        np.testing.assert_array_equal(ours, weight)


def test_frozen_graph(converted, reference, folder):
    """The constants of a TensorFlow graph of those names give the same network."""
    torch = pytest.importorskip("torch")
    state = {k: v.numpy() for k, v in torch.load(reference[1], weights_only=True).items()}
    parts = {"gamma": "weight", "beta": "bias"}
    parts |= {"moving_mean": "running_mean", "moving_variance": "running_var"}
    constants = {"softmax/weights": state["fc.weight"].T, "softmax/biases": state["fc.bias"]}
    for layer in converted.layers:
        if isinstance(layer, keras.layers.Conv2D):
            scope = layer.name.replace(".", "/")
            name = inception_weights._checkpoint_name(layer.name)
            kernel = state[f"{name}.conv.weight"].transpose(2, 3, 1, 0)
            constants[f"{scope}/conv2d_params"] = kernel
            for ours, theirs in parts.items():
                constants[f"{scope}/batchnorm/{ours}"] = state[f"{name}.bn.{theirs}"]
    graph = tf.compat.v1.GraphDef()
    for name, value in constants.items():
        node = graph.node.add(name=name, op="Const")
        node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value))
    path = folder / inception_weights.GRAPH_FILE
    path.write_bytes(graph.SerializeToString())
    archive = folder / "inception.tgz"
    with tarfile.open(archive, "w:gz", compresslevel=0) as packed:
        packed.add(path, path.name)
    expected = [np.asarray(weight) for weight in converted.weights]
    converted.set_weights([np.zeros_like(weight) for weight in expected])
    load_inception_weights(converted, archive)
    for ours, weight in zip(converted.weights, expected, strict=True):
        np.testing.assert_array_equal(ours, weight)


def test_graph_without_its_constants(network, folder):
    graph = tf.compat.v1.GraphDef()
    graph.node.add(name="conv/conv2d_params", op="Placeholder")
    (folder / "empty.pb").write_bytes(graph.SerializeToString())
    with pytest.raises(ValueError, match="conv/batchnorm/gamma'. Received: .*empty.pb.* 0 arrays"):
        load_inception_weights(network, folder / "empty.pb")


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        ("conv_3", "Conv2d_3b_1x1"),
        ("mixed.tower.conv_1", "Mixed_5b.branch5x5_2"),
        ("mixed_3.conv", "Mixed_6a.branch3x3"),
        ("mixed_3.tower.conv_2", "Mixed_6a.branch3x3dbl_3"),
        ("mixed_7.tower_1.conv_4", "Mixed_6e.branch7x7dbl_5"),
        ("mixed_8.tower_1.conv_3", "Mixed_7a.branch7x7x3_4"),
        ("mixed_9.tower.mixed.conv_1", "Mixed_7b.branch3x3_2b"),
        ("mixed_10.tower_1.mixed.conv", "Mixed_7c.branch3x3dbl_3a"),
        ("mixed_10.tower_2.conv", "Mixed_7c.branch_pool"),
    ],
)
def test_names_of_the_checkpoint(scope, name):
    """As torch-fidelity's utils/util_convert_inception_weights.py pairs them."""
    assert inception_weights._checkpoint_name(scope) == name


def test_refuses_another_sha256(network, folder):
    path = folder / "other.h5"
    path.write_bytes(b"other")
    found = weight_files.sha256(path)
    with pytest.raises(ValueError, match=f"Expected sha256 {'0' * 64}. Received: .*{found}"):
        load_inception_weights(network, path, sha256="0" * 64)


def test_refuses_missing_weights_and_wrong_shapes(network, reference, folder):
    torch = pytest.importorskip("torch")
    state = torch.load(reference[1], weights_only=True)
    before = np.asarray(network.weights[0]).copy()
    path = folder / "broken.pth"
    name = "Mixed_7c.branch_pool.bn.running_var"
    value = state.pop(name)
    torch.save(state, path)
    with pytest.raises(ValueError, match=f"Expected the weight '{name}'. Received: .*565 arrays"):
        load_inception_weights(network, path)
    torch.save({**state, name: value[:5]}, path)
    with pytest.raises(ValueError, match=r"in shape \(192,\). Received: shape \(5,\)"):
        load_inception_weights(network, path)
    np.testing.assert_array_equal(network.weights[0], before)


class Evil:
    def __reduce__(self):
        return (pathlib.Path.touch, (pathlib.Path("evil"),))


def test_runs_no_code_of_a_checkpoint(network, folder, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.chdir(folder)
    torch.save({"fc.weight": Evil()}, "evil.pth")
    with pytest.raises(ValueError, match="Expected a PyTorch state dict.*Received: evil.pth"):
        load_inception_weights(network, "evil.pth")
    assert not (folder / "evil").exists()


@pytest.mark.parametrize("name", ["bad.pb", "bad.tgz", "bad.pth", "bad.h5"])
def test_refuses_broken_files(network, folder, name):
    if name.endswith(".pth"):
        pytest.importorskip("torch")
    (folder / name).write_bytes(b"not this")
    with pytest.raises(ValueError, match=f"Expected .*Received: .*{name}"):
        load_inception_weights(network, folder / name)


def test_says_how_to_do_without_torch(network, folder, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **options):
        if name == "torch":
            raise ImportError(name)
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    (folder / "some.pth").write_bytes(b"")
    with pytest.raises(ImportError, match="pip install torch.*convert_inception.py"):
        load_inception_weights(network, folder / "some.pth")


def test_addresses(network, folder, monkeypatch):
    """Only https with a known sum; a download with another sum is not kept."""
    with pytest.raises(ValueError, match="Expected a path or an https address"):
        load_inception_weights(network, "http://example.org/a.h5", sha256="0" * 64)
    with pytest.raises(ValueError, match="Expected `sha256` with an address"):
        load_inception_weights(network, "https://example.org/a.h5")
    with pytest.raises(FileNotFoundError, match="Received: none.h5"):
        load_inception_weights(network, "none.h5")
    with pytest.raises(ValueError, match="ends in .h5"):
        load_inception_weights(network, __file__)
    good = folder / "good.h5"
    weight_files.save_weights(good, {"inception": network})
    asked = []

    def get_file(name, origin, cache_subdir):
        asked.append(origin)
        return shutil.copy(good, folder / name)

    monkeypatch.setattr(keras.utils, "get_file", get_file)
    load_inception_weights(network, "https://example.org/a.h5", weight_files.sha256(good))
    for url in (inception_weights.INCEPTION_URL, inception_weights.PYTORCH_FID_URL):
        with pytest.raises(
            ValueError, match=f"Expected sha256 {inception_weights.INCEPTION_SHA256}"
        ):
            load_inception_weights(network, url)
        assert not list(folder.glob("6726825d*"))
    assert len(asked) == 3


def test_a_torn_download_is_made_again_and_a_whole_one_is_not(network, folder, monkeypatch):
    good, cache = folder / "good.h5", folder / "home" / "keras_gan_zoo"
    cache.mkdir(parents=True)
    weight_files.save_weights(good, {"inception": network})
    asked = []

    def get_file(name, origin, cache_subdir):
        asked.append(name)
        return shutil.copy(good, cache / name)

    monkeypatch.setattr(keras.utils, "get_file", get_file)
    monkeypatch.setenv("KERAS_HOME", str(folder / "home"))
    sha256 = weight_files.sha256(good)
    torn = cache / f"{sha256[:16]}-a.h5"
    torn.write_bytes(good.read_bytes()[:1000])
    for _ in range(2):
        load_inception_weights(network, "https://example.org/a.h5", sha256)
    assert len(asked) == 1 and asked[0] != torn.name
    assert [path.name for path in cache.iterdir()] == [torn.name]
    assert weight_files.sha256(torn) == sha256
