"""Every argument of every model, given every kind of bad value: it is named, or none."""

import inspect

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from tests.conformance.spec import SPECS

BAD = ("x", -1, 0, 1.5, float("nan"), float("inf"), None, [], object(), 10**12)
BAD_IDS = ("x", "-1", "0", "1.5", "nan", "inf", "None", "[]", "object", "10**12")


def arguments():
    """For each model the arguments that its constructors take, and none before it took."""
    tried, found = set(), []
    for spec in SPECS:
        names = {"name", "dtype"} if spec is SPECS[0] else set()
        for owner in spec.model.__mro__:
            if "__init__" in owner.__dict__ and owner.__module__.startswith("keras_gan_zoo."):
                if owner not in tried:
                    names |= set(inspect.signature(owner.__init__).parameters)
                tried.add(owner)
        names -= {"self", "args", "kwargs", "networks", "likelihood"}
        found.append(pytest.param(spec, sorted(names), id=spec.model.__name__))
    return found


@pytest.mark.parametrize(("spec", "names"), arguments())
def test_a_bad_value_is_refused_by_the_name_of_its_argument(spec, names):
    unnamed = []
    for name in names:
        for value, shown in zip(BAD, BAD_IDS, strict=True):
            try:
                spec.model(**{"seed": 0, **spec.arguments(), name: value})
            except (ValueError, TypeError) as error:
                if name not in str(error):
                    unnamed.append((name, shown, str(error)[:100]))
            except Exception as error:
                unnamed.append((name, shown, repr(error)[:100]))
    assert not unnamed, "\n".join(map(str, unnamed))


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.model.__name__)
def test_a_shape_that_no_network_is_made_for_is_named(spec):
    arguments = {k: v for k, v in spec.arguments().items() if not isinstance(v, keras.Model)}
    for name in arguments.keys() & {"image_shape", "source_shape"}:
        for shape in ((16,), (1, 1, 1)):
            try:
                spec.model(**{**arguments, name: shape})
            except ValueError as error:
                assert f"`{name}`" in str(error), error


def test_patches_larger_than_images_are_refused_by_the_name_of_their_argument():
    small = {"filters": 2, "discriminator_filters": 2}
    for make in (kgz.models.Pix2Pix, kgz.models.CycleGAN):
        with pytest.raises(ValueError, match=r"`patch`: .*sides from 24 on.*: \(16, 16, 3\)"):
            make((16, 16, 3), **small)
        make((16, 16, 3), patch=34, **small)


def test_what_is_senseless_is_refused():
    make = kgz.models.GAN
    for arguments in (
        {"instance_noise": float("inf")},
        {"instance_noise": True},
        {"discriminator_steps": 10**12},
        {"ema_decay": 1.0},
        {"ema_half_life": 0.0},
        {"image_shape": (28, 28)},
        {"sample_shape": (28, 0, 1)},
        {"penalties": kgz.penalties.R1()},
    ):
        (name,) = arguments
        with pytest.raises(ValueError, match=f"Expected `{name}`.*Received: "):
            make(**{"latent_dim": 4, "hidden_units": 10, **arguments})
    with pytest.raises(ValueError, match=r"Grey images have one channel: \(28, 28, 1\)"):
        make(image_shape=(28, 28))
    assert make((np.int64(2),), latent_dim=np.int32(3), hidden_units=5).latent_dim == 3


def test_networks_that_contradict_the_shape_are_refused():
    generator = kgz.networks.dcgan_generator((16, 16, 1), 4, filters=4)
    with pytest.raises(ValueError, match=r"`image_shape`, \(8, 8, 1\).*Received.*\(16, 16, 1\)"):
        kgz.models.DCGAN((8, 8, 1), 4, filters=4, generator=generator)
    model = kgz.models.DCGAN(
        latent_dim=4, filters=4, generator=generator
    )  # the default says nought
    twin = kgz.models.DCGAN.from_config(model.get_config())
    assert twin.image_shape == (16, 16, 1)
    encoder = kgz.networks.conv_encoder((16, 16, 1), 3)
    with pytest.raises(ValueError, match=r"`image_shape`, \(8, 8, 1\).*Received.*\(16, 16, 1\)"):
        kgz.models.Autoencoder((8, 8, 1), 3, encoder=encoder)
    with pytest.raises(ValueError, match=r"`encoder` whose outputs.*\[3, 3\].*Received: \[3\]"):
        kgz.models.VAE((16, 16, 1), 3, encoder=encoder)
    with pytest.raises(ValueError, match=r"`encoder` whose outputs.*\[5\].*Received: \[3\]"):
        kgz.models.Autoencoder((16, 16, 1), 5, encoder=encoder)


def test_a_discriminator_that_ends_in_a_sigmoid_is_warned_of():
    layers = [keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")]
    for network in (
        keras.Sequential(layers),
        keras.Sequential([*layers[:1], keras.layers.Dense(1), keras.layers.Activation("sigmoid")]),
    ):
        with pytest.warns(UserWarning, match="`discriminator` ends in a sigmoid"):
            kgz.models.GAN((2,), 4, hidden_units=10, discriminator=network)
