"""Presets with other arguments: what fits is taken over, the rest is as a new model has it.

Oracle: the preset and a new model of the changed arguments, variable by variable.
"""

import warnings

import keras
import numpy as np
import pytest
from keras import layers

import keras_gan_zoo as kgz
from keras_gan_zoo.presets.take_over import take_over, told

SIZES = {"latent_dim": 4, "filters": 2, "discriminator_filters": 2, "seed": 0}


def numbers(network):
    return [np.array(weight) for weight in network.weights]


def saved(model, folder):
    """A preset of a model whose average is not the network that it averages."""
    for index, weight in enumerate(model.weights):
        noise = np.random.default_rng(index).normal(size=weight.shape)
        weight.assign(weight + 0.1 * noise.astype(weight.dtype))
    model.save_to_preset(folder)
    return model


@pytest.fixture(scope="module")
def conditional(tmp_path_factory):
    folder = tmp_path_factory.mktemp("presets") / "conditional"
    model = kgz.models.ConditionalGAN((8, 8, 1), num_classes=3, discriminator_steps=1, **SIZES)
    return saved(model, folder), folder


def test_classes_of_one_s_own_make_new_heads_and_keep_the_rest(conditional):
    preset, folder = conditional
    with pytest.warns(UserWarning, match="With num_classes=5 some layers are not") as caught:
        model = kgz.models.from_preset(folder, num_classes=5)
    fresh = kgz.models.ConditionalGAN((8, 8, 1), num_classes=5, discriminator_steps=1, **SIZES)
    message, new = str(caught[0].message), 0
    for name, trained in preset.preset_networks().items():
        made = numbers(getattr(fresh, name))
        found = numbers(model.preset_networks()[name])
        for old, start, now in zip(numbers(trained), made, found, strict=True):
            is_new = old.shape != start.shape
            new += is_new
            np.testing.assert_array_equal(now, start if is_new else old)
    # Gains and shifts of three normalisations; in the discriminator the classes and their vector.
    assert new == 3 * 2 + 2
    assert "generator, 8 of 11 layers taken over:" in message
    assert message.count("(of shape (5,") == message.count("in the preset (3,") == 3 + 2
    assert "taken over: u of spectral_normalization" in message
    # The generator that is trained starts from the average, as of every preset.
    for one, other in zip(numbers(model.generator), numbers(model.ema_generator), strict=True):
        np.testing.assert_array_equal(one, other)
    assert model.generate(labels=[4], seed=0).shape == (1, 8, 8, 1)


def test_a_larger_image_keeps_the_layers_that_it_has_in_common(tmp_path):
    sizes = {"latent_dim": 4, "filters": 2, "seed": 0}
    preset = saved(kgz.models.DCGAN((8, 8, 1), **sizes), tmp_path / "small")
    with pytest.warns(UserWarning, match=r"With image_shape=\(16, 16, 1\)") as caught:
        model = kgz.models.DCGAN.from_preset(tmp_path / "small", image_shape=(16, 16, 1))
    fresh = kgz.models.DCGAN((16, 16, 1), **sizes)
    taken = 0
    for name, network in model.preset_networks().items():
        old = numbers(preset.preset_networks()[name])
        for start, now in zip(numbers(getattr(fresh, name)), numbers(network), strict=True):
            from_preset = any(np.array_equal(one, now) for one in old)
            taken += from_preset
            assert from_preset or np.array_equal(start, now)
    assert model.image_shape == (16, 16, 1) and taken >= 2
    assert "the preset has no such layer" in str(caught[0].message)


def test_without_weights_the_model_is_as_its_seed_makes_it(conditional):
    _, folder = conditional
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        models = [
            kgz.models.from_preset(folder, load_weights=False, **more)
            for more in ({}, {"num_classes": 5}, {"seed": 1})
        ]
    fresh = kgz.models.ConditionalGAN((8, 8, 1), num_classes=3, discriminator_steps=1, **SIZES)
    kernels = [numbers(one.generator)[0] for one in (*models, fresh)]
    np.testing.assert_array_equal(kernels[0], kernels[3])
    assert models[1].num_classes == 5
    assert not np.array_equal(kernels[2], kernels[3])


def test_what_changes_no_layer_is_not_worth_a_word(conditional):
    preset, folder = conditional
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = kgz.models.from_preset(folder, penalties=[kgz.penalties.R1()], ema_decay=None)
    assert model.ema_generator is None and len(model.critic.penalties.penalties) == 1
    for one, other in zip(numbers(model.generator), numbers(preset.ema_generator), strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_the_class_does_not_take_is_refused(conditional):
    _, folder = conditional
    with pytest.raises(ValueError, match="^Unknown argument of ConditionalGAN: 'num_clases'.*Did"):
        kgz.models.from_preset(folder, num_clases=3)
    with pytest.raises(ValueError, match="^Expected `num_classes`.*Received: 1"):
        kgz.models.from_preset(folder, num_classes=1)


def network(*sizes, start=3):
    return keras.Sequential([keras.Input((start,)), *map(layers.Dense, sizes)], name="network")


def kept(found):
    """For each layer the names of its variables that were taken over."""
    layers = {}
    for one in found["network"]:
        layers.setdefault(one.layer, []).extend([one.name] * (not one.why))
    return list(layers.values())


BOTH = ["kernel", "bias"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ((4, 5, 2), (4, 5, 2), [BOTH, BOTH, BOTH]),
        ((4, 5, 2), (4, 5, 7), [BOTH, BOTH, []]),
        ((4, 5, 2), (4, 6, 2), [BOTH, [], ["bias"]]),
        ((4, 5, 2), (4, 5, 5, 2), [BOTH, BOTH, [], BOTH]),
        ((4, 5, 2), (5, 2), [[], BOTH]),
        ((4, 4, 5, 2), (4, 6, 2), [BOTH, [], []]),
    ],
)
def test_which_layers_are_each_other_s(old, new, expected):
    old, new = network(*old), network(*new)
    found = take_over({"network": old}, {"network": new})
    assert kept(found) == expected


def test_the_weights_that_are_taken_over_are_those_of_the_layer():
    old, new = network(4, 5, 2), network(4, 5, 5, 2)
    before = numbers(new)
    found = take_over({"network": old}, {"network": new})
    for index, source in enumerate((0, 1, None, 2)):
        expected = before[2 * index] if source is None else old.layers[source].kernel
        np.testing.assert_array_equal(new.layers[index].kernel, expected)
    third = new.layers[2].name
    assert told(found).splitlines() == [
        "network, 3 of 4 layers taken over:",
        f"  as they were: {', '.join(layer.name for layer in new.layers if layer.name != third)}",
        f"  made anew: kernel, bias of {third} (the preset has no such layer)",
    ]


def test_a_network_that_the_preset_has_not_is_new():
    new = network(4)
    before = numbers(new)
    found = take_over({}, {"network": new})
    assert kept(found) == [[]]
    np.testing.assert_array_equal(numbers(new)[0], before[0])
