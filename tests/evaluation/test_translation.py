"""Translations against what they should be: numbers by hand, and what is refused at the door."""

import keras
import numpy as np
import PIL.Image
import pytest
import tensorflow as tf
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.evaluation import evaluate
from keras_gan_zoo.evaluation.translation import LARGEST_PSNR, NUMBERS

SHAPE = (16, 16, 3)
OPTIONS = {"filters": 2, "discriminator_filters": 2, "patch": 16, "seed": 0}


class Means:
    """A feature network without training: the means of the channels, and of the upper half."""

    name = "means"

    def __call__(self, images):
        return ops.concatenate([ops.mean(images, (1, 2)), ops.mean(images[:, :8], (1, 2))], axis=1)


def adding(value):
    image = keras.Input(SHAPE)
    return keras.Model(image, keras.layers.Lambda(lambda x: x + value)(image))


@pytest.fixture
def pairs(tmp_path):
    """Ten pairs in a test split, of which the second is lighter by 51 of 255; and what they are."""
    random, names = np.random.default_rng(0), []
    pixels = random.integers(0, 200, (10, *SHAPE)).astype("uint8")
    for part, offset in (("a", 0), ("b", 51)):
        for split in ("train", "test"):
            (tmp_path / part / split).mkdir(parents=True)
            for index, image in enumerate(pixels):
                path = tmp_path / part / split / f"{index}.png"
                PIL.Image.fromarray(image + np.uint8(offset)).save(path)
        names.append(str(tmp_path / part))
    return f"pairs:{','.join(names)}"


def test_the_numbers_of_a_known_error(pairs):
    """Half of the way is left: 25.5 of 255 in every pixel, 20 dB, and as much in features."""
    model = kgz.models.Pix2Pix(SHAPE, 3, generator=adding(0.2), **OPTIONS)
    found = evaluate(model, pairs, extractor=Means())
    numbers = found["metrics"]
    assert numbers["translation_l1"] == pytest.approx(0.1, abs=1e-5)
    assert numbers["translation_psnr"] == pytest.approx(20.0, abs=1e-3)
    assert numbers["translation_distance[means]"] == pytest.approx(6 * 0.2**2, abs=1e-5)
    assert numbers["translation_fid[means]"] == pytest.approx(6 * 0.2**2, abs=1e-5)
    assert numbers["identity_l1"] == pytest.approx(0.2, abs=1e-5)
    assert numbers["identity_psnr"] == pytest.approx(20 * np.log10(5.0), abs=1e-3)
    assert numbers["identity_fid[means]"] == pytest.approx(6 * 0.4**2, abs=1e-5)
    # A grey that is added to all of a picture changes nothing of its colours.
    for name in ("identity", "translation"):
        assert numbers[f"{name}_colorfulness"] == pytest.approx(
            numbers["target_colorfulness"], 1e-5
        )
    assert numbers["identity_ssim"] < numbers["translation_ssim"] < 1.0
    assert {name.split("[")[0] for name in numbers} == {
        name for name in NUMBERS if not name.startswith(("back", "bicubic"))
    }
    assert found["protocol"]["reference"] == f"{pairs}[test]"
    assert found["protocol"]["extractor"] == "means"
    assert found["protocol"]["test_samples"] == 10


def test_enlargements_are_compared_with_bicubic_interpolation(tmp_path):
    pixels = np.zeros((16, 16, 3), "uint8")
    pixels[:, 8:] = 255
    for split in ("train", "test"):
        (tmp_path / split).mkdir()
        for index in range(4):
            PIL.Image.fromarray(pixels).save(tmp_path / split / f"{index}.png")
    model = kgz.models.SRResNet(SHAPE, scale=2, filters=2, blocks=1, seed=0)
    data = f"low_resolution:2,folder:{tmp_path}"
    numbers = evaluate(model, data, extractor=Means())["metrics"]
    small = tf.image.resize(pixels[None] / 255.0, (8, 8), "bicubic", antialias=True)
    large = tf.image.resize(np.round(255.0 * small) / 255.0, (16, 16), "bicubic")
    expected = np.abs(np.clip(large, 0, 1) - pixels / 255.0).mean()
    assert numbers["bicubic_l1"] == pytest.approx(expected, abs=2e-3) and expected > 0.01
    assert numbers["bicubic_psnr"] > numbers["translation_psnr"]


def test_there_and_back_again(pairs):
    """What is wrong in one direction only; equal pictures count as an error of 1/255."""
    networks = {"a_to_b": adding(0.4), "b_to_a": adding(0.0)}
    model = kgz.models.CycleGAN(SHAPE, blocks=1, **networks, **OPTIONS)
    numbers = evaluate(model, pairs, metrics="translation", extractor=Means())["metrics"]
    assert numbers["translation_l1"] == pytest.approx(0.0, abs=1e-6)
    assert numbers["translation_psnr"] == LARGEST_PSNR == pytest.approx(48.1308, abs=1e-4)
    assert numbers["translation_ssim"] == pytest.approx(1.0, abs=1e-5)
    for key in ("l1", "psnr", "ssim", "fid[means]"):
        assert numbers[f"back_translation_{key}"] == pytest.approx(numbers[f"identity_{key}"])


def test_what_has_no_pairs_is_refused(pairs):
    model = kgz.models.CycleGAN(SHAPE, blocks=1, **OPTIONS)
    unpaired = pairs.replace("pairs:", "unpaired:")
    for against in (unpaired, "fashion_mnist_mini", f"folder:{pairs[6:].split(',')[0]}"):
        with pytest.raises(ValueError, match="data set of pairs .*'pairs:PATH,PATH'.*Received: "):
            evaluate(model, against, extractor=Means())
    with pytest.raises(ValueError, match="Expected a model that can `translate`"):
        evaluate(kgz.models.GAN((16, 16, 3)), pairs, metrics="translation")


def test_while_a_model_learns(pairs, tmp_path):
    model = kgz.models.Pix2Pix(SHAPE, 3, **OPTIONS)
    model.compile()
    data = kgz.datasets.load(pairs, batch_size=5)
    options = {"metrics": ["translation"], "extractor": Means()}
    callback = kgz.callbacks.EvaluateSamples(
        pairs, monitor="translation_psnr", directory=tmp_path / "best", **options
    )
    history = model.fit(data, epochs=2, verbose=0, callbacks=[callback]).history
    best = callback.best["metrics"]["translation_psnr"]
    assert best == max(history["translation_psnr"]) != min(history["translation_psnr"])
    refused = [
        (pairs, {**options, "monitor": "translation_pnsr"}, "Did you mean 'translation_psnr'"),
        (pairs, {}, "Expected a model that can `generate`"),
        (pairs.replace("pairs:", "unpaired:"), options, "data set of pairs"),
    ]
    for against, wrong, message in refused:
        callback = kgz.callbacks.EvaluateSamples(against, **wrong)
        with pytest.raises(ValueError, match=message):
            model.fit(data, verbose=0, callbacks=[callback])
