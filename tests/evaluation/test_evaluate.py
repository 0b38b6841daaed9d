"""What is measured, against what, and what the protocol says of it."""

import warnings

import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.evaluation import evaluate, extract, features, protocol, score, sources
from keras_gan_zoo.metrics import FeatureExtractor

DATA = "fashion_mnist_mini"


class Pixels:
    """A feature network without training: every seventh pixel, and the mean as two classes."""

    name = "pixels"

    def __init__(self):
        self.calls = 0

    def __call__(self, images):
        self.calls += 1
        mean = ops.mean(images, axis=(1, 2, 3))
        return {
            "features": ops.reshape(images[:, ::7, ::7], (-1, 16)),
            "logits": ops.stack([mean, -mean], axis=1) * 10.0,
        }


class Copier:
    """Stands in for a model: gives training images, whose numbers are its latents."""

    def __init__(self, images, labels=None):
        self.images, self.labels = images, labels
        self.num_classes = None if labels is None else 10

    def sample_latents(self, num_samples, seed):
        return np.arange(num_samples)

    def generate(self, latents, labels=None):
        if self.labels is not None:
            assert labels.tolist() == (latents % 10).tolist()
        return self.images[latents]


@pytest.fixture(scope="module")
def data():
    images, labels = next(iter(kgz.datasets.load(DATA, batch_size=600, shuffle=False)))
    return np.array(images), np.array(labels)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_data_themselves_are_at_distance_zero(data):
    fair = np.random.default_rng(0).permutation(10_000)[:600]
    images = next(iter(kgz.datasets.load(DATA, batch_size=10_000, shuffle=False)))[0].numpy()[fair]
    result = evaluate(images, DATA, extractor=Pixels(), num_reference=600)["metrics"]
    assert result["fid[pixels]"] == pytest.approx(0.0, abs=1e-6)
    assert result["precision[pixels]"] == result["recall[pixels]"] == 1.0
    assert result["coverage[pixels]"] == 1.0
    halves = evaluate(data[0][:300], DATA, extractor=Pixels(), num_reference=600)["metrics"]
    assert halves["fid[pixels]"] > 0.01


def test_numbers_are_those_of_the_functions(data):
    fake = data[0][::-1][:250] * 0.9
    names = ["fid", "kid", "is", "prdc", "class_shares", "ms_ssim"]
    result = evaluate(fake, DATA, metrics=names, extractor=Pixels(), num_reference=500)["metrics"]
    fair = np.random.default_rng(0).permutation(10_000)[:500]
    images = next(iter(kgz.datasets.load(DATA, batch_size=10_000, shuffle=False)))[0].numpy()[fair]
    a, b = (x[:, ::7, ::7].reshape(len(x), 16) for x in (images, fake))
    assert result["fid[pixels]"] == pytest.approx(kgz.metrics.frechet_distance_from_features(a, b))
    assert result["kid[pixels]"] == pytest.approx(kgz.metrics.kernel_distance(a, b, 250)[0])
    assert "kid_std[pixels]" not in result  # of one block there is none
    logits = fake.mean(axis=(1, 2, 3)) * 10.0
    p = 1.0 / (1.0 + np.exp(-2.0 * logits))
    expected = kgz.metrics.inception_score(np.stack([p, 1.0 - p], axis=1))[0]
    assert result["is[pixels]"] == pytest.approx(expected, rel=1e-4)
    assert result["largest_class[pixels]"] == pytest.approx(max((p > 0.5).mean(), (p < 0.5).mean()))
    assert result["ms_ssim"] == kgz.metrics.multiscale_ssim_diversity(fake)["mean"]


def test_models_are_drawn_from_in_batches_that_do_not_matter(data, monkeypatch):
    model = Copier(data[0])
    options = {"extractor": Pixels(), "num_samples": 300, "num_reference": 400}
    first = evaluate(model, DATA, **options)
    monkeypatch.setattr("keras_gan_zoo.evaluation.sources.BATCH", 70)
    again = evaluate(model, DATA, **options)
    assert first == again
    assert first["metrics"] == evaluate(data[0][:300], DATA, **options)["metrics"]
    assert first["protocol"]["samples"] == 300
    assert first["protocol"]["reference"] == f"{DATA}[train]"
    assert first["protocol"]["extractor"] == "pixels"


def test_conditional_models_are_asked_for_every_class(data):
    order = np.argsort(np.arange(600) % 10, kind="stable")
    by_class = data[0][np.argsort(data[1], kind="stable")]
    images = np.empty_like(data[0])
    images[order] = by_class
    model = Copier(images, labels=True)
    metrics = ["intra_fid", "class_accuracy", "ms_ssim"]
    options = {"metrics": metrics, "extractor": Pixels(), "num_samples": 400}
    result = evaluate(model, DATA, **options, num_reference=600)["metrics"]
    expected = {"intra_fid[pixels]", "class_accuracy[pixels]", "ms_ssim_within_classes"}
    assert set(result) == expected
    assert 0.0 <= result["class_accuracy[pixels]"] < 0.3  # it knows two classes of ten
    with pytest.raises(ValueError, match=r"class-conditional.*'intra_fid'.*Received: Copier"):
        evaluate(Copier(images), DATA, metrics=["intra_fid"], extractor=Pixels(), num_samples=50)


def test_folders_of_other_programs(data, tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    for index, image in enumerate(data[0][:60]):
        kgz.pictures.grid(image[None], padding=0).save(folder / f"{index:03d}.png")
    options = {"extractor": Pixels(), "num_reference": 100, "metrics": ["fid", "prdc"]}
    files, arrays = evaluate(str(folder), DATA, **options), evaluate(data[0][:60], DATA, **options)
    assert files["protocol"] == arrays["protocol"]
    for name, value in arrays["metrics"].items():
        assert files["metrics"][name] == pytest.approx(value, rel=1e-4)


def test_samples_of_another_size_than_the_images_are_warned_of(data):
    model, options = Copier(data[0]), {"num_samples": 20, "num_reference": 20, "metrics": ["fid"]}
    model.sample_shape = (28, 28, 1)
    with pytest.warns(UserWarning, match="Samples are 28x28.*14x14, .*image_size=28"):
        evaluate(model, DATA, extractor=lambda x: x[:, :2, 0, 0], image_size=14, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        evaluate(model, DATA, extractor=lambda x: x[:, :2, 0, 0], **options)


def test_images_beside_folders_of_samples_are_taken_without_classes(data, tmp_path):
    (tmp_path / "images" / "more").mkdir(parents=True)
    for name, image in zip(("0.png", "1.png", "more/2.png"), data[0], strict=False):
        kgz.pictures.grid(image[None], padding=0).save(tmp_path / "images" / name)
    options = {"extractor": Pixels(), "num_reference": 20, "metrics": ["fid"]}
    with pytest.raises(ValueError, match="labels=False"):
        evaluate(tmp_path / "images", DATA, **options)
    found = evaluate(tmp_path / "images", DATA, load_options={"labels": False}, **options)
    assert found["protocol"]["samples"] == 3


def test_some_of_a_sorted_folder_are_a_fair_sample(data, tmp_path):
    """As many of each class as chance gives; the first 60 would all be of one class."""
    for index, image in enumerate(data[0]):
        label = int(index >= 300)
        (tmp_path / "images" / str(label)).mkdir(exist_ok=True, parents=True)
        white = np.full_like(image, 2.0 * label - 1.0)
        kgz.pictures.grid(white[None], padding=0).save(
            tmp_path / "images" / str(label) / f"{index}.png"
        )
    folder = str(tmp_path / "images")
    options = {"extractor": Pixels(), "metrics": ["class_shares"], "num_reference": 50}
    for seed in (0, 1):
        found = evaluate(folder, DATA, num_samples=60, seed=seed, **options)
        assert 0.3 < found["metrics"]["largest_class[pixels]"] < 0.7
        assert found["protocol"]["samples_chosen"] == f"at random, seed {seed}"
        assert found["protocol"]["reference_chosen"] == f"at random, seed {seed}"
        assert found == evaluate(folder, DATA, num_samples=60, seed=seed, **options)
    # The reference, and arrays, likewise.
    against = {**options, "metrics": ["fid"], "num_samples": 200}
    found = evaluate(folder, f"folder:{folder}", **{**against, "num_reference": 200})["metrics"]
    assert found["fid[pixels]"] < 1.0  # of two halves it is 64
    ordered = np.repeat([-1.0, 1.0], 300)[:, None, None, None] * np.ones((600, 28, 28, 1))
    found = evaluate(ordered.astype("float32"), DATA, **{**options, "num_samples": 60})["metrics"]
    assert 0.3 < found["largest_class[pixels]"] < 0.7


def test_classes_of_a_folder_are_those_of_the_reference(data, tmp_path):
    """By their numbers: folders 5 and 7 alone are not classes 0 and 1."""
    rows = np.flatnonzero(np.isin(data[1], [5, 7]))
    for row in rows:
        (tmp_path / str(data[1][row])).mkdir(exist_ok=True)
        path = tmp_path / str(data[1][row]) / f"{row}.png"
        kgz.pictures.grid(data[0][row][None], padding=0).save(path)
    options = {"metrics": ["class_accuracy"], "num_reference": 50}
    found = evaluate(str(tmp_path), DATA, **options)["metrics"]
    assert found["class_accuracy[fashion_mnist]"] > 0.9
    (tmp_path / "5").rename(tmp_path / "shoe")
    with pytest.raises(ValueError, match="classes of the data set.*'class_accuracy'.*shoe"):
        evaluate(str(tmp_path), DATA, **options)


def test_the_size_of_an_evaluation_follows_the_data(data, tmp_path, monkeypatch):
    for index, image in enumerate(data[0][:40]):
        kgz.pictures.grid(image[None], padding=0).save(tmp_path / f"{index:03d}.png")
    options = {"extractor": Pixels(), "metrics": ["fid"]}
    against, model = f"folder:{tmp_path}", Copier(data[0])
    found = evaluate(model, against, **options)
    assert found["protocol"]["samples"] == found["protocol"]["reference_samples"] == 40
    assert found["metrics"]["fid[pixels]"] == pytest.approx(0.0, abs=1e-4)
    assert "reference_chosen" not in found["protocol"]
    monkeypatch.setattr(sources.Model, "most", 30)
    assert evaluate(model, against, **options)["protocol"]["samples"] == 30
    # Of a large set a fair sample: the choice does not depend on how many are read at once.
    monkeypatch.setattr(protocol, "MOST_REFERENCES", 20)
    monkeypatch.setattr(sources, "BATCH", 10)
    some = evaluate(data[0][:40], against, **options)
    assert some["protocol"]["reference_samples"] == 20
    assert some["protocol"]["reference_chosen"] == "at random, seed 0"
    monkeypatch.setattr(sources, "LARGEST_BATCH", 3 * 28 * 28)
    assert evaluate(data[0][:40], against, **options) == some


def test_large_images_are_made_few_at_a_time():
    sizes = {(28, 28, 1): 250, (64, 64, 3): 85, (256, 256, 3): 5, (2048, 2048, 3): 1}
    assert {shape: sources.batch_size(shape) for shape in sizes} == sizes


def test_presets_by_name():
    options = {"extractor": Pixels(), "num_reference": 100, "num_samples": 50, "metrics": ["fid"]}
    model = kgz.models.from_preset("dcgan_fashion_mnist")
    assert evaluate("dcgan_fashion_mnist", DATA, **options) == evaluate(model, DATA, **options)


def test_modes_of_mixtures_are_counted():
    model = kgz.models.GAN(sample_shape=(2,), latent_dim=2, hidden_units=5, seed=0)
    result = evaluate(model, "ring_of_gaussians", num_samples=100)
    assert set(result["metrics"]) == {"modes", "high_quality", "reverse_kl"}
    points, _ = next(iter(kgz.datasets.load("ring_of_gaussians", "test", batch_size=2500)))
    perfect = evaluate(points, "ring_of_gaussians")["metrics"]
    assert perfect["modes"] == 8 and perfect["high_quality"] == pytest.approx(0.989, abs=0.01)


def named(network, weights="abc"):
    return FeatureExtractor("pixels", network, channels=1, weights=weights)


def test_features_of_the_reference_are_kept_and_found_again(data, cache):
    network = Pixels()
    options = {"metrics": ["fid"], "num_reference": 100}
    first = evaluate(data[0][:50], DATA, extractor=named(network), **options)
    calls = network.calls
    (path,) = cache.iterdir()
    assert evaluate(data[0][:50], DATA, extractor=named(network), **options) == first
    assert network.calls == calls + 7  # the 50 samples only, 8 at a time
    evaluate(data[0][:50], DATA, extractor=named(network, "other weights"), **options)
    evaluate(data[0][:50], DATA, extractor=named(network), metrics=["fid"], num_reference=101)
    assert len(list(cache.iterdir())) == 3
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.warns(UserWarning, match="torn"):
        assert evaluate(data[0][:50], DATA, extractor=named(network), **options) == first


def test_a_disk_that_refuses_costs_time_only(data, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="could not be kept"):
        evaluate(data[0][:50], DATA, extractor=named(Pixels()), metrics=["fid"], num_reference=50)


def test_features_of_another_extractor_are_refused(data, tmp_path):
    found = extract([data[0][:20]], named(Pixels()))
    found.save(tmp_path / "features.npz")
    loaded = kgz.evaluation.FeatureSet.load(tmp_path / "features.npz", named(Pixels()))
    np.testing.assert_array_equal(loaded.features, found.features)
    with pytest.raises(ValueError, match=r"extractor.*Received: .*features.npz, made with"):
        kgz.evaluation.FeatureSet.load(tmp_path / "features.npz", named(Pixels(), "others"))
    with pytest.raises(ValueError, match="same feature extractor"):
        score(found, extract([data[0][:20]], Pixels()), ["fid"])
    (tmp_path / "text.npz").write_text("no features")
    with pytest.raises(ValueError, match=r"Expected a file of features.*text.npz"):
        kgz.evaluation.FeatureSet.load(tmp_path / "text.npz", named(Pixels()))


def test_the_modes_of_stacked_digits_are_counted():
    """Ten digits, each of its own brightness, in each channel."""

    def classifier(images):
        brightness = ops.mean(images, axis=(1, 2, 3))[:, None]
        logits = -ops.square(brightness - np.linspace(-1, 1, 10, dtype="float32"))
        return {"features": brightness, "logits": logits}

    levels = np.linspace(-1, 1, 10, dtype="float32")
    digits = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1)
    images = np.tile(digits.reshape(1000, 1, 1, 3), (1, 28, 28, 1))
    found = evaluate(images, "stacked_mnist", extractor=classifier)
    assert found["metrics"] == {"modes": 1000, "reverse_kl": pytest.approx(0.0, abs=1e-9)}
    assert found["protocol"]["samples"] == 1000
    assert found["protocol"]["extractor"] == "classifier"
    half = evaluate(images[:500], "stacked_mnist", extractor=classifier)["metrics"]
    assert half == {"modes": 500, "reverse_kl": pytest.approx(np.log(2.0))}
    some = evaluate(Copier(images), "stacked_mnist", extractor=classifier, num_samples=20)
    assert some["metrics"]["modes"] == 20
    with pytest.raises(ValueError, match=r"digits \(28, 28, 3\).*Received: .*\(28, 28, 1\)"):
        evaluate(images[..., :1], "stacked_mnist", extractor=classifier)
    with pytest.raises(ValueError, match="to be 'modes' alone"):
        evaluate(images, "stacked_mnist", extractor=classifier, metrics="modes,fid")


def test_bad_input_is_refused(data, tmp_path):
    with pytest.raises(ValueError, match="Did you mean 'fid'"):
        evaluate(data[0], DATA, metrics=["fdi"], extractor=Pixels())
    with pytest.raises(ValueError, match="Did you mean 'fashion_mnist'"):
        evaluate(data[0], DATA, extractor="fashion_mnits")
    with pytest.raises(ValueError, match="Expected `metrics`, some of .*Received: none"):
        evaluate(data[0], DATA, metrics=[], extractor=Pixels())
    with pytest.raises(ValueError, match="`load_options` without 'image_size'"):
        evaluate(data[0], DATA, extractor=Pixels(), load_options={"image_size": 28})
    with pytest.raises(ValueError, match="`num_samples` to be an integer >= 2"):
        evaluate(Copier(data[0]), DATA, num_samples=1)
    with pytest.raises(ValueError, match="`num_reference` to be an integer >= 2"):
        evaluate(Copier(data[0]), DATA, num_reference=0)
    with pytest.raises(ValueError, match="Expected `metrics` for 'ring_of_gaussians' to be"):
        evaluate(data[0], "ring_of_gaussians", metrics=["fid"])
    with pytest.raises(ValueError, match=r"Expected points \(2,\)"):
        evaluate(data[0], "ring_of_gaussians")
    with pytest.raises(ValueError, match="Received: 3 of 20 samples with NaN"):
        broken = data[0][:20].copy()
        broken[2:5, 0, 0] = np.nan
        evaluate(broken, DATA, extractor=Pixels(), num_reference=20)
    with pytest.raises(ValueError, match="Received: none"):
        extract([], Pixels())
    with pytest.raises(ValueError, match="classifies"):
        blind = extract([data[0][:20]], lambda images: images[:, 0, :, 0])
        score(blind, blind, ["is"])
    with pytest.raises(FileNotFoundError, match="Expected image files"):
        evaluate(tmp_path, DATA, extractor=Pixels())
    with pytest.raises(ValueError, match="Expected a model or an array of points"):
        evaluate(str(tmp_path), "ring_of_gaussians")


def test_progress_bars_are_on_standard_error(data, capsys):
    evaluate(data[0], DATA, metrics=["fid"], extractor=Pixels(), num_reference=50, verbose=True)
    captured = capsys.readouterr()
    assert "samples" in captured.err and not captured.out
    assert features.CACHE.startswith("~/")


def test_errors_of_a_classifier_are_counted_on_the_test_split(data):
    test, labels = map(np.array, next(iter(kgz.datasets.load(DATA, "test", batch_size=2000))))
    known = {image.tobytes(): label for image, label in zip(test, labels, strict=True)}

    class Knowing(Copier):
        """Knows all but the images of class 3."""

        def classify(self, images):
            known_labels = [known[image.tobytes()] for image in np.array(images)]
            return np.eye(10)[[0 if label == 3 else label for label in known_labels]]

    result = evaluate(
        Knowing(data[0]), DATA, metrics="test_errors,fid", extractor=Pixels(), num_samples=50
    )
    found, protocol = result["metrics"], result["protocol"]
    assert protocol["test_reference"] == f"{DATA}[test]"
    assert protocol["reference"] == f"{DATA}[train]"
    assert found["test_errors"] == pytest.approx(0.1) and "fid[pixels]" in found
    alone = evaluate(Knowing(data[0]), DATA, metrics="test_errors")
    assert alone["metrics"] == {"test_errors": found["test_errors"]}
    assert alone["protocol"]["reference"] == f"{DATA}[test]"
    assert "extractor" not in alone["protocol"]  # no features were asked for
    some = extract([data[0][:50]], Pixels())
    with pytest.raises(ValueError, match="Unknown metric: 'test_errors'"):
        score(some, some, ("test_errors",))
    with pytest.raises(ValueError, match="classify.*Received"):
        evaluate(Copier(data[0]), DATA, metrics="test_errors", extractor=Pixels())


def test_reconstructions_are_compared_with_what_they_stand_for():
    class Dimming:
        """Gives images back at half their brightness."""

        def reconstruct(self, images):
            return 0.5 * (np.array(images) - 1.0)

    found = evaluate(Dimming(), DATA, metrics="reconstruction", extractor=Pixels())["metrics"]
    test = np.array(next(iter(kgz.datasets.load(DATA, "test", batch_size=2000)))[0])
    lost = (test + 1.0) / 4.0  # of pixels that count from 0 to 1
    assert found["reconstruction_error"] == pytest.approx(np.square(lost).mean(), rel=1e-4)
    seen = 2.0 * lost[:, ::7, ::7].reshape(len(test), 16)
    expected = np.square(seen).sum(axis=1).mean()
    assert found["reconstruction_distance[pixels]"] == pytest.approx(expected, rel=1e-4)
    a, b = (x[:, ::7, ::7].reshape(len(test), 16) for x in (test, 0.5 * (test - 1.0)))
    expected = kgz.metrics.frechet_distance_from_features(a, b)
    assert found["reconstruction_fid[pixels]"] == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("binarize", [False, True])
def test_likelihoods_are_those_of_the_test_split(binarize):
    """A decoder of zeros: every pixel is a fair coin; the encoder gives the prior."""
    model = kgz.models.VAE((28, 28, 1), 2, network="mlp", binarize=binarize, seed=0)
    for network in (model.encoder, model.decoder):
        network.set_weights([np.zeros_like(weight) for weight in network.get_weights()])
    result = evaluate(model, DATA, metrics="likelihood", importance_samples=2)
    assert result["protocol"]["importance_samples"] == 2
    found = result["metrics"]
    assert found["nll_2"] == pytest.approx(784 * np.log(2.0), rel=1e-5)
    assert found["elbo"] == pytest.approx(-784 * np.log(2.0), rel=1e-5)
    with pytest.raises(ValueError, match="importance_samples.*Received: 0"):
        evaluate(model, DATA, metrics="likelihood", importance_samples=0)
    with pytest.raises(ValueError, match="log_likelihood.*Received"):
        evaluate(kgz.models.Autoencoder(), DATA, metrics="likelihood")


def test_a_model_without_what_a_metric_asks_for_is_refused_at_once(data):
    class Blind:
        """Can do nothing."""

    with pytest.raises(ValueError, match="Expected a model that can `generate`. Received: Blind"):
        evaluate(Blind(), DATA, metrics="fid", extractor=Pixels())
    with pytest.raises(ValueError, match="Expected a model that can `classify`. Received: ndarray"):
        evaluate(data[0], DATA, metrics="test_errors")
    # Before a recipe trains, too.
    unconditional = kgz.models.GAN(sample_shape=(2,), latent_dim=2, hidden_units=5, seed=0)
    with pytest.raises(ValueError, match=r"class-conditional.*'intra_fid'.*Received: GAN without"):
        kgz.evaluation.check_model(unconditional, ["intra_fid"])


def test_any_wrong_byte_of_a_file_of_features_is_found_or_does_not_matter(data, tmp_path):
    extractor = named(Pixels())
    found = extract([data[0][:2]], extractor)
    path = tmp_path / "features.npz"
    found.save(path)
    content = path.read_bytes()
    near = [*range(400), *range(len(content) - 400, len(content))]  # where all but numbers is
    for place in near:
        for bit in (1, 8, 64):
            changed = bytearray(content)
            changed[place] ^= bit
            path.write_bytes(changed)
            try:
                loaded = kgz.evaluation.FeatureSet.load(path, extractor)
            except ValueError:
                continue
            np.testing.assert_array_equal(loaded.features, found.features)


def test_what_is_compared_with_is_named():
    with pytest.raises(ValueError, match="`against` to be the name of a data set.*: ndarray"):
        kgz.evaluation.evaluate(np.zeros((4, 3)), np.zeros((4, 3)), metrics="fid")
