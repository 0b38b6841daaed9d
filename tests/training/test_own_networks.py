"""Networks that somebody passes: subclassed ones work, and what cannot work is said at once.

Oracle of a subclassed network: the same layers as a functional model.
"""

import warnings

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from tests.guests.own import OwnDiscriminator, OwnGenerator

POINTS = np.random.default_rng(0).normal(size=(16, 2)).astype("float32")


def dense(inputs, outputs, activation=None):
    shape = inputs if isinstance(inputs, tuple) else (inputs,)
    return keras.Sequential(
        [keras.Input(shape), layers.Flatten(), layers.Dense(outputs, activation)]
    )


def gan(**networks):
    return kgz.models.GAN((2,), 4, hidden_units=8, seed=0, **networks)


def trained(generator, discriminator):
    model = kgz.families.AdversarialModel(generator, discriminator, latent_dim=4, seed=0)
    model.compile("sgd")
    model.fit(POINTS, batch_size=8, epochs=2, verbose=0)
    return model


def test_a_subclassed_network_learns_as_the_same_layers_do():
    subclassed = OwnGenerator()
    latents = keras.Input((4,))
    subclassed(latents)
    hidden, gate, points = layers.Dense(16), layers.Dense(16, "sigmoid"), layers.Dense(2)
    functional = keras.Model(latents, points(ops.tanh(hidden(latents)) * gate(latents)))
    functional.set_weights(subclassed.get_weights())
    discriminator = dense(2, 1)
    twin = keras.models.clone_model(discriminator)
    twin.set_weights(discriminator.get_weights())
    one, other = trained(subclassed, discriminator), trained(functional, twin)
    for a, b in zip(one.trainable_variables, other.trainable_variables, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    np.testing.assert_allclose(one.generate(5, seed=0), other.generate(5, seed=0), atol=1e-6)


def test_one_that_was_called_may_take_any_place(tmp_path):
    @keras.saving.register_keras_serializable("tests")
    class Encoder(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.flat, self.mean, self.spread = layers.Flatten(), layers.Dense(3), layers.Dense(3)

        def call(self, images):
            flat = self.flat(images)
            return self.mean(flat), self.spread(flat)

    encoder = Encoder()
    with pytest.raises(
        ValueError, match="`encoder` to know the shape.*Call a subclassed model once"
    ):
        kgz.models.VAE((8, 8, 1), 3, encoder=encoder)
    encoder(keras.Input((8, 8, 1)))
    model = kgz.models.VAE((8, 8, 1), 3, encoder=encoder)
    model.compile()
    images = np.zeros((4, 8, 8, 1), "float32")
    model.fit(images, verbose=0)
    model.save_to_preset(tmp_path / "vae")
    again = kgz.models.from_preset(tmp_path / "vae")
    np.testing.assert_array_equal(again.encode(images), model.encode(images))


def test_two_inputs_are_a_list():
    class Conditional(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.dense = layers.Dense(2)

        def call(self, inputs):
            latents, classes = inputs
            return self.dense(ops.concatenate([latents, classes], axis=-1))

    class TwoArguments(keras.Model):
        def call(self, latents, classes):
            return latents + classes

    inputs = [keras.Input((2,)), keras.Input((3,))]
    judge = keras.Model(inputs, layers.Dense(1)(layers.Concatenate()(inputs)))
    make = kgz.families.AdversarialModel
    with pytest.warns(UserWarning, match="Conditional, the `generator`, is not registered"):
        model = make(Conditional(), judge, latent_dim=4, num_classes=3)
    assert model.generate(labels=[0, 2], seed=0).shape == (2, 2)
    with pytest.raises(ValueError, match=r"`generator` to be called on a list.*\[\(4,\), \(3,\)\]"):
        make(TwoArguments(), judge, latent_dim=4, num_classes=3)


class Forgetful(keras.Model):
    """Its config does not know how wide it is."""

    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(width)

    def call(self, inputs):
        return self.dense(inputs)


class Forgets(Forgetful):
    def __init__(self, width=3, **kwargs):
        super().__init__(width, **kwargs)

    def get_config(self):
        return {}


class Scaled(Forgetful):
    def __init__(self, width=2, scale=1.0, **kwargs):
        super().__init__(width, **kwargs)
        self.scale = scale

    def call(self, inputs):
        return self.scale * self.dense(inputs)

    def get_config(self):
        return {"name": self.name}


class Named(keras.Model):
    def call(self, inputs):
        return {"points": inputs}


@pytest.mark.parametrize(
    ("generator", "message"),
    [
        (lambda: layers.Dense(2), "`generator` to be a `keras.Model`.*Received: <Dense"),
        (lambda: dense, "`generator` to be a `keras.Model`.*Received: <function"),
        (lambda: Scaled(scale=0.1), "`get_config` of `generator` to name all.*something else"),
        (lambda: Forgets(2), r"`get_config` of `generator`.*same weights.*\(4, 3\).*\(4, 2\)"),
        (Named, "`generator` to return a tensor.*Received: a dict"),
        (lambda: dense(5, 2), r"`generator` with inputs of shapes \[\(4,\)\].*\[\(5,\)\]"),
    ],
)
def test_what_cannot_be_a_network_is_refused(generator, message):
    with pytest.raises(ValueError, match=message):
        gan(generator=generator())


def test_a_config_that_keras_cannot_write_is_refused():
    class OfLayers(keras.Model):
        def __init__(self, layer):
            super().__init__()
            self.layer = layer

        def call(self, inputs):
            return self.layer(inputs)

    class WithoutMore(Forgetful):
        def __init__(self):
            super().__init__(2)

    with pytest.raises(ValueError, match="makes `generator` again.*Received: NotImplementedError"):
        gan(generator=OfLayers(layers.Dense(2)))
    with pytest.raises(ValueError, match=r"constructor that takes `\*\*kwargs`.*Received: TypeErr"):
        gan(generator=WithoutMore())


def test_an_unbuilt_sequential_is_built():
    model = gan(generator=keras.Sequential([layers.Dense(2)]))
    assert model.generator.input_shape == (None, 4)


def judge(*ends):
    return keras.Sequential([keras.Input((2,)), layers.Dense(1), *ends])


@pytest.mark.parametrize(
    "discriminator",
    [
        lambda: judge(layers.Lambda(ops.sigmoid)),
        lambda: judge(layers.Activation("hard_sigmoid"), layers.Flatten(), layers.Dropout(0.1)),
        lambda: keras.Sequential([keras.Input((2,)), judge(layers.Activation("sigmoid"))]),
        lambda: OwnDiscriminator(end="sigmoid"),
    ],
)
def test_a_sigmoid_is_found_wherever_it_is(discriminator):
    with pytest.warns(UserWarning, match="`discriminator` ends in a sigmoid. The loss NonSat"):
        gan(discriminator=discriminator())


def test_no_sigmoid_is_seen_where_none_is_or_where_it_does_no_harm():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gan(discriminator=OwnDiscriminator())
        gan(discriminator=judge(layers.Reshape((1,))))
        gan(discriminator=judge(layers.Activation("sigmoid")), adversarial_loss="least_squares")


IMAGE = (8, 8, 1)
TRANSLATION = {"patch": 16, "filters": 2, "discriminator_filters": 2}


def image_network(shape, channels):
    return keras.Sequential([keras.Input(shape), layers.Conv2D(channels, 3, padding="same")])


@pytest.mark.parametrize(
    ("make", "name", "network"),
    [
        (lambda **n: kgz.models.VAE(IMAGE, 3, **n), "decoder", lambda: dense(3, 64)),
        (
            lambda **n: kgz.models.Pix2Pix((16, 16, 3), 3, **TRANSLATION, **n),
            "generator",
            lambda: image_network((16, 16, 3), 1),
        ),
        (
            lambda **n: kgz.models.Pix2Pix((16, 16, 3), 3, **TRANSLATION, **n),
            "discriminator",
            lambda: image_network((16, 16, 3), 1),
        ),
        (
            lambda **n: kgz.models.CycleGAN((16, 16, 3), blocks=1, **TRANSLATION, **n),
            "a_to_b",
            lambda: image_network((16, 16, 3), 1),
        ),
        (
            lambda **n: kgz.models.CycleGAN((16, 16, 3), blocks=1, **TRANSLATION, **n),
            "discriminator_b",
            lambda: image_network((8, 8, 3), 1),
        ),
        (
            lambda **n: kgz.models.SRResNet((16, 16, 3), filters=2, blocks=1, **n),
            "generator",
            lambda: image_network((4, 4, 3), 3),
        ),
        (
            lambda **n: kgz.models.GauGAN(
                (16, 16, 3), 4, filters=2, hidden_filters=2, upsamplings=1, scales=1, **n
            ),
            "generator",
            lambda: image_network((16, 16, 4), 1),
        ),
        (
            lambda **n: kgz.models.PixelDA((16, 16, 1), filters=2, blocks=1, **n),
            "discriminator",
            lambda: image_network((16, 16, 1), 1),
        ),
        (
            lambda **n: kgz.models.ColorizationGAN((16, 16, 3), network="cifar10", filters=2, **n),
            "generator",
            lambda: image_network((16, 16, 1), 3),
        ),
        (
            lambda **n: kgz.models.IcGAN(IMAGE, 4, num_classes=3, filters=2, **n),
            "latent_encoder",
            lambda: dense(IMAGE, 5),
        ),
        (
            lambda **n: kgz.models.AdversarialAutoencoder(IMAGE, 4, units=4, **n),
            "discriminator",
            lambda: dense(5, 1),
        ),
        (
            lambda **n: kgz.models.SemiSupervisedAAE(IMAGE, 4, 3, units=4, **n),
            "class_discriminator",
            lambda: dense(4, 1),
        ),
    ],
)
def test_a_network_that_contradicts_the_others_is_refused(make, name, network):
    with pytest.raises(ValueError, match=f"Expected a `{name}`.*Received: .*\\("):
        make(**{name: network()})


def test_a_network_of_any_size_fits():
    any_size = image_network((None, None, 3), 3)
    kgz.models.CycleGAN((16, 16, 3), blocks=1, **TRANSLATION, a_to_b=any_size)


class Small(kgz.training.PhasedModel):
    """A model that somebody writes."""

    def __init__(self, networks=None, inputs=None, abilities=(), **kwargs):
        super().__init__(networks=networks or {"network": lambda: dense(2, 2)}, **kwargs)
        self.__dict__["said"] = inputs, abilities
        self.built = True

    def phases(self):
        return (kgz.training.Phase("all", (self.network,)),)

    def inputs(self):
        return self.said[0]

    def abilities(self):
        return self.said[1]

    def all_losses(self, batch):
        return {"squares": ops.mean(ops.square(self.network(batch["x"])))}

    def default_optimizers(self):
        return "sgd"


def test_players_have_no_layer_in_common():
    shared = layers.Dense(4, name="shared")
    networks = [keras.Sequential([keras.Input((2,)), shared, layers.Dense(n)]) for n in (2, 1)]
    inner = keras.Sequential([keras.Input((2,)), keras.Sequential([shared]), layers.Dense(1)])
    both = keras.Sequential([keras.Input((1,)), layers.Dense(1, name="shared")])
    for generator, discriminator in ((*networks,), (networks[0], inner), (both, both)):
        model = kgz.families.AdversarialModel(generator, discriminator, generator.input_shape[1])
        with pytest.raises(ValueError, match="`generator` and `discriminator`.*'shared' in both"):
            model.compile()
    shared.trainable = False
    model = kgz.families.AdversarialModel(*networks, 2)
    model.compile()


@pytest.mark.parametrize("name", ["fit", "layers", "name", "phases"])
def test_names_of_networks_must_be_free(name):
    with pytest.raises(ValueError, match=f"names of networks that are free.*Received: '{name}'"):
        Small({name: lambda: dense(2, 2)})


def test_functions_that_make_networks():
    model = Small(
        {"network": lambda size=3: dense(2, size), "other": lambda shape: dense(shape, 1)}
    )
    assert model.network.output_shape == (None, 3) and model.other.input_shape == (None, 3)
    with pytest.raises(ValueError, match=r"makes `network` to need nothing.*\['shape'\]"):
        Small({"network": lambda shape: dense(shape, 2)})
    with pytest.raises(ValueError, match="function that makes `network` in `networks`"):
        Small({"network": dense(2, 2)})
    with pytest.raises(ValueError, match="Expected `network`, a `keras.Model`.*Received: 3"):
        Small({"network": 3})
    with pytest.raises(ValueError, match="Expected `generator`, a `keras.Model`.*makes none"):
        kgz.families.AdversarialModel(discriminator=dense(2, 1), latent_dim=4)


KIND = kgz.kinds.Vector((2,))


def test_phases_are_phases_of_names_of_their_own():
    twice = kgz.training.Phase("all", ())
    for wrong in (("all",), (twice, twice)):
        model = Small(inputs={"x": KIND}, abilities=())
        model.phases = lambda wrong=wrong: wrong
        with pytest.raises(ValueError, match="a `kgz.training.Phase` for each name once"):
            model.compile()


def test_a_model_that_can_do_nothing_is_not_exported(tmp_path):
    with pytest.raises(ValueError, match=r"a model with `abilities\(\)`.*Received: Small"):
        Small(inputs={"x": KIND}, abilities=()).export(tmp_path / "nothing")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("inputs", [None, [KIND], KIND, {}, {"x": (2,)}, {"x": kgz.kinds.Vector}])
def test_inputs_must_be_kinds_by_name(inputs):
    with pytest.raises(ValueError, match=r"`inputs\(\)` of Small to give a dict of kinds.*Receiv"):
        Small(inputs=inputs).compile()


def test_abilities_need_a_method():
    translate = kgz.training.Ability("translate", {"x": KIND}, {"y": KIND}, lambda x: x)
    model = Small(inputs={"x": KIND}, abilities=(translate,))
    with pytest.raises(TypeError, match="Small must define `translate`"):
        model.compile()
    with pytest.raises(TypeError, match="Small must define `translate`"):
        model.do("translate", POINTS)
    with pytest.raises(ValueError, match=r"`abilities\(\)` of Small.*Received: \[3\]"):
        Small(inputs={"x": KIND}, abilities=[3]).compile()


PAIR = {"y": KIND, "label": kgz.kinds.Label(3)}
NAMED = {"y": kgz.kinds.Named(a=KIND, b=KIND)}
WRONG_OUTPUTS = {
    "shape": ({"y": KIND}, lambda x: x[:, :1], r"y of shape \(batch, 2\), float32.*\(16, 1\)"),
    "rank": ({"y": KIND}, ops.mean, r"y of shape \(batch, 2\).*Received: shape \(\), float32"),
    "dtype": ({"y": KIND}, lambda x: ops.cast(x, "float16"), "float32.*Received.*float16"),
    "type": ({"y": KIND}, lambda x: None, "says, y. Received: NoneType"),
    "too many": ({"y": KIND}, lambda x: (x, x), "y. Received: 2 outputs"),
    "too few": (PAIR, lambda x: x, "y, label. Received: 1 outputs"),
    "second": (PAIR, lambda x: (x, x), r"label of shape \(batch,\), int32.*\(16, 2\), float32"),
    "no dict": (NAMED, lambda x: x, r"y with the keys \['a', 'b'\]. Received: "),
    "key": (NAMED, lambda x: {"a": x}, r"y with the keys \['a', 'b'\]. Received: keys \['a'\]"),
    "part": (NAMED, lambda x: {"a": x, "b": x[:, 0]}, r"y\['b'\] of shape \(batch, 2\)"),
}


@pytest.mark.parametrize("wrong", WRONG_OUTPUTS)
def test_what_an_ability_gives_is_what_it_says(wrong, tmp_path):
    gives, function, message = WRONG_OUTPUTS[wrong]
    said = "Expected the ability 'translate' to give.*"
    model = Small(
        inputs={"x": KIND},
        abilities=(kgz.training.Ability("translate", {"x": KIND}, gives, function),),
    )
    model.__dict__["translate"] = lambda x: model.do("translate", x)
    with pytest.raises(ValueError, match=f"{said}{message}"):
        model.translate(POINTS)
    with pytest.raises(ValueError, match=said):
        model.export(tmp_path / "model")
