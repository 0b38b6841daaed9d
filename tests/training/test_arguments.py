"""Constructor arguments as configs: what subclasses of users' own are when they are loaded."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz


@keras.saving.register_keras_serializable("tests")
class Narrow(kgz.models.GAN):
    """A subclass that takes one argument, and none of its base's."""

    def __init__(self, width=8):
        super().__init__(sample_shape=(2,), latent_dim=4, hidden_units=width, seed=0)


@keras.saving.register_keras_serializable("tests")
class Wide(kgz.models.GAN):
    """A subclass that passes on what it does not know."""

    def __init__(self, extra=1.0, sample_shape=(2,), **kwargs):
        super().__init__(sample_shape, 4, hidden_units=10, **kwargs)
        self.extra = extra


def test_a_subclass_is_loaded_by_the_arguments_that_it_takes(tmp_path):
    model = Narrow(width=10)
    assert model.get_config() == {"width": 10}
    wide = Wide(extra=2.0, ema_decay=None)
    config = wide.get_config()
    assert config["extra"] == 2.0 and config["ema_decay"] is None and "latent_dim" not in config
    for index, one in enumerate((model, wide)):
        one.save(tmp_path / f"{index}.keras")
        loaded = keras.models.load_model(tmp_path / f"{index}.keras")
        np.testing.assert_array_equal(loaded.generate(3, seed=0), one.generate(3, seed=0))
        one.save_to_preset(tmp_path / str(index))
        kgz.models.from_preset(str(tmp_path / str(index)))


def test_arguments_that_have_no_names_are_refused_where_the_class_is_made():
    with pytest.raises(TypeError, match=r"Expected `.*Nameless.__init__` without `\*args`"):

        class Nameless(kgz.models.GAN):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)


def test_what_was_passed_may_change_afterwards():
    shape = [2]
    model = kgz.models.GAN(shape, 4, hidden_units=10)
    shape.append(9)
    assert model.get_config()["sample_shape"] == [2]


def test_a_preset_of_an_unregistered_class_is_refused(tmp_path):
    class Unregistered(kgz.models.GAN):
        pass

    model = Unregistered((2,), 4, hidden_units=10)
    with pytest.raises(ValueError, match="Expected Unregistered to be registered.*Received"):
        model.save_to_preset(tmp_path / "preset")
    assert not list(tmp_path.iterdir())


def unregistered(x):
    return keras.ops.tanh(x)


@keras.saving.register_keras_serializable("tests")
def registered(x):
    return keras.ops.tanh(x)


def generator_with(activation, layer):
    latents = keras.Input((4,))
    x = keras.layers.Dense(2, bias_initializer=keras.initializers.Constant([1.0, 2.0]))(latents)
    last = {
        "Lambda": lambda: keras.layers.Lambda(activation, output_shape=(2,)),
        "Dense": lambda: keras.layers.Dense(2, activation),
    }[layer]
    return keras.Model(latents, last()(x))


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
@pytest.mark.parametrize("layer", ["Lambda", "Dense"])
def test_functions_that_would_not_be_found_are_refused_when_a_preset_is_saved(layer, tmp_path):
    for activation, said in ((lambda x: x, "a lambda"), (unregistered, "function 'unregistered'")):
        network = generator_with(activation, layer)
        message = f"functions in `generator`.*register.*: .*{said}$"
        model = kgz.models.GAN((2,), 4, generator=network, ema_decay=None)
        with pytest.raises(ValueError, match=message):
            model.save_to_preset(tmp_path / "preset")
        with pytest.raises(ValueError, match=message):  # its average is made of its config
            kgz.models.GAN((2,), 4, generator=network)
        assert not list(tmp_path.iterdir())
    for index, activation in enumerate((registered, "relu", keras.activations.gelu, None)):
        if layer == "Dense" or callable(activation):
            model = kgz.models.GAN((2,), 4, generator=generator_with(activation, layer))
            model.save_to_preset(tmp_path / str(index))
            loaded = kgz.models.from_preset(str(tmp_path / str(index)))
            np.testing.assert_array_equal(loaded.generate(3, seed=0), model.generate(3, seed=0))


def test_a_network_that_is_no_model_is_refused():
    with pytest.raises((ValueError, TypeError), match="`generator` to be a `keras.Model.*Received"):
        kgz.models.GAN((2,), 4, hidden_units=10, generator=lambda: None)


def test_a_discriminator_with_other_outputs_is_refused():
    samples = keras.Input((2,))
    three = keras.Model(samples, keras.layers.Dense(3)(samples))
    with pytest.raises(ValueError, match=r"one logit for each sample. Received: .*\(3,\)"):
        kgz.models.GAN((2,), 4, hidden_units=10, discriminator=three)
    heads = keras.Model(samples, [keras.layers.Dense(1)(samples), samples])
    with pytest.raises(ValueError, match="gives logits. Received: 2 outputs"):
        kgz.models.GAN((2,), 4, hidden_units=10, discriminator=heads)


def test_a_penalty_that_remembers_serves_two_models():
    penalty = kgz.penalties.HistoricalAverage(100.0)
    points = np.random.default_rng(0).normal(size=(16, 2)).astype("float32")

    def train(penalties):
        keras.utils.set_random_seed(0)
        model = kgz.models.GAN((2,), 4, hidden_units=10, seed=0, generator_penalties=penalties[:1])
        kgz.models.GAN((2,), 4, hidden_units=10, generator_penalties=penalties[1:])
        model.compile()
        history = model.fit(points, batch_size=8, epochs=2, verbose=0).history
        return history["generator_historical_average"]

    assert train([penalty, penalty]) == train([penalty]) and train([penalty, penalty])[-1] > 0.0
