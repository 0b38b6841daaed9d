"""What models of other kinds show besides the promises of `tests/conformance`.

Oracles: a training step written out by hand, uninterrupted runs, and sizes that are counted.
"""

import inspect
import pathlib
import re
import warnings

import keras
import numpy as np
import PIL.Image
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo.training import Phase
from keras_gan_zoo.training import state as training_state
from keras_gan_zoo.training.inputs import named_parts
from tests.conformance.spec import GUESTS
from tests.guests.pairs import Pairs
from tests.guests.sequence import Memory
from tests.guests.text import Stacked
from tests.guests.unpaired import Unpaired
from tests.guests.video import VideoGAN
from tests.guests.voxels import VoxelGAN
from tests.resuming import Kill, assert_same_state

every_guest = pytest.mark.parametrize("spec", GUESTS, ids=lambda spec: spec.model.__name__)
R1 = kgz.penalties.R1

# Of 16 samples in four columns, with two pixels around each; charts have panels of a size.
PICTURES = {
    "Pairs": (4 * (8 + 2 + 8 + 2) + 2, 4 * 10 + 2),  # map and image side by side
    "Unpaired": (4 * (8 + 2 + 8 + 2) + 2, 4 * 10 + 2),
    "VoxelGAN": (4 * 258 + 2, 4 * 258 + 2),  # cubes of 32 pixels, 8 of them in each direction
    "CloudGAN": (4 * 200, 4 * 200),
    "VideoGAN": (4 * (4 * 8 + 3 * 2 + 2) + 2, 4 * 10 + 2),  # strips of four frames
    "Memory": (4 * 260, 4 * 150),
    "Stacked": (4 * 10 + 2, 4 * 10 + 2),
    "AdversarialModel": (500, 500),  # one panel of points
}
OUTPUTS = {
    "Pairs": {"serving_default": {"images"}},
    "Unpaired": {"a_to_b": {"images"}, "b_to_a": {"images"}},
    "VoxelGAN": {"sample": {"voxels"}, "serving_default": {"voxels"}},
    "CloudGAN": {"sample": {"points"}, "serving_default": {"points"}},
    "VideoGAN": {"sample": {"videos"}, "serving_default": {"videos"}},
    "Memory": {"serving_default": {"observations"}},
    "Stacked": {"sample": {"images"}, "serving_default": {"images"}},
    "AdversarialModel": {"sample": {"vectors"}, "serving_default": {"vectors"}},
}


def images(count, seed):
    return kgz.kinds.Image((8, 8, 3)).examples(count, seed)


def unpaired(**arguments):
    keras.utils.set_random_seed(0)
    return Unpaired(seed=0, **arguments)


def values(variables):
    return [np.array(variable) for variable in variables]


@every_guest
def test_a_sample_grid_draws_what_the_kind_draws(spec, tmp_path):
    model = spec.make()
    inputs = spec.data(16) if model.abilities()[0].takes else None
    grid = kgz.callbacks.SampleGrid(tmp_path, num_samples=16, inputs=inputs)
    grid.set_model(model)
    grid.on_train_begin()
    grid.on_epoch_end(0)
    picture = PIL.Image.open(tmp_path / "epoch-0001.png")
    assert picture.size == PICTURES[spec.model.__name__]
    pixels = np.asarray(picture.convert("L"))
    quarters = [part for half in np.array_split(pixels, 2) for part in np.array_split(half, 2, 1)]
    assert all(len(np.unique(part)) > 4 for part in quarters)  # more than paper and frames


def test_two_sets_without_pairs_resume_to_the_bit_within_an_epoch(tmp_path):
    """Three batches in an epoch, of which the first set has less than two."""

    def run(*callbacks):
        model = unpaired(penalties_of_a=[R1(every=2)])
        model.compile()
        data = kgz.datasets.unpaired(images(7, 0), images(12, 1), batch_size=4, seed=3)
        history = model.fit(data, epochs=3, verbose=0, callbacks=list(callbacks))
        return model, history.history

    whole, expected = run()
    with pytest.raises(KeyboardInterrupt):
        run(kgz.callbacks.ExactResume(tmp_path, every=1), Kill(5))
    resumed, history = run(kgz.callbacks.ExactResume(tmp_path))
    assert_same_state(resumed, whole)
    assert history == {name: losses[1:] for name, losses in expected.items()}


def step_by_hand(model, a, b, rate=0.1, seen_by_critics="before"):
    """Gradient descent: the generators first, then the critics on the fakes from before."""
    loss, names = kgz.losses.get("least_squares"), ("a_to_b", "b_to_a")
    with tf.GradientTape() as tape:
        fakes = model.b_to_a(b), model.a_to_b(a)
        fooled = loss.generator(model.critic_of_a(fakes[0]))
        fooled += loss.generator(model.critic_of_b(fakes[1]))
        cycle = tf.reduce_mean(tf.abs(model.b_to_a(fakes[1]) - a))
        cycle += tf.reduce_mean(tf.abs(model.a_to_b(fakes[0]) - b))
        total = fooled + 10.0 * cycle
    descend(tape, total, [getattr(model, name) for name in names], rate)
    if seen_by_critics == "after":
        fakes = model.b_to_a(b), model.a_to_b(a)
    with tf.GradientTape() as tape:
        critics = [(model.critic_of_a, a, fakes[0]), (model.critic_of_b, b, fakes[1])]
        total = sum(loss.discriminator(one(real), one(fake)) for one, real, fake in critics)
    descend(tape, total, [one for one, *_ in critics], rate)


def descend(tape, loss, networks, rate):
    weights = [weight for network in networks for weight in network.trainable_variables]
    tensors = [weight.value for weight in weights]
    gradients = tape.gradient(loss, tensors, unconnected_gradients="zero")
    for weight, gradient in zip(weights, gradients, strict=True):
        weight.assign_sub(rate * gradient)


@pytest.fixture(scope="module")
def by_hand():
    """The weights after two steps, and those of critics that saw the fakes after the update."""
    results = []
    for seen in ("before", "after"):
        model = unpaired()
        for _ in range(2):
            step_by_hand(model, images(4, 0), images(4, 1), seen_by_critics=seen)
        results.append(values(model.trainable_variables))
    return results


@pytest.mark.parametrize(
    ("strategy", "slices"), [(None, 1), ("mirrored", 1), (None, 2)], ids=["one", "replicas", "sums"]
)
def test_phases_share_the_fakes_from_before_the_first_update(strategy, slices, by_hand):
    """Once in a step, or once for each slice whose gradients are accumulated."""
    made_in = []
    with kgz.distribute(strategy or tf.distribute.get_strategy()):
        model = unpaired()
        model.compile(keras.optimizers.SGD(0.1), accumulation_steps=slices)
        shared = model.shared
        model.shared = lambda name, make: shared(
            name, lambda: made_in.append(model.playing) or make()
        )
        data = {"a": images(4, 0), "b": images(4, 1)}
        model.fit(data, epochs=2, batch_size=4, shuffle=False, verbose=0)
    assert made_in == ["generators"] * slices * (2 if strategy else 1)
    expected, otherwise = by_hand
    trained = values(model.trainable_variables)
    for one, other in zip(trained, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    furthest = [np.abs(one - other).max() for one, other in zip(trained, otherwise, strict=True)]
    assert max(furthest) > 1e-4


def test_a_penalty_of_one_critic_moves_that_critic_alone():
    """What it adds is what gradient descent on it alone would do."""
    plain, penalized = unpaired(), unpaired(penalties_of_a=[R1(1.0)])
    data = {"a": images(4, 0), "b": images(4, 1)}
    for model in (plain, penalized):
        model.compile(keras.optimizers.SGD(0.1))
        model.train_on_batch(data)
    for name in ("a_to_b", "b_to_a", "critic_of_b"):
        for change in differences(getattr(penalized, name), getattr(plain, name)):
            assert np.abs(change).max() < 1e-6
    alone, start = unpaired().critic_of_a, unpaired().critic_of_a
    with tf.GradientTape() as tape:
        penalty = R1(1.0)(alone, data["a"])
    descend(tape, penalty, [alone], 0.1)
    changes = differences(penalized.critic_of_a, plain.critic_of_a)
    for change, expected in zip(changes, differences(alone, start), strict=True):
        np.testing.assert_allclose(change, expected, rtol=1e-3, atol=1e-6)
    assert max(np.abs(change).max() for change in changes) > 1e-3


def differences(network, other):
    pairs = zip(values(network.weights), values(other.weights), strict=True)
    return [one - another for one, another in pairs]


def test_penalties_of_two_critics_keep_intervals_of_their_own():
    model = unpaired(penalties_of_a=[R1(1.0, every=2)], penalties_of_b=[R1(1.0, every=3)])
    data = {"a": images(4, 0), "b": images(4, 1)}
    expected = [
        2 * float(R1(1.0)(model.critic_of_a, data["a"])),
        3 * float(R1(1.0)(model.critic_of_b, data["b"])),
    ]
    model.compile(keras.optimizers.SGD(0.0))
    history = model.fit(data, epochs=7, batch_size=4, verbose=0).history
    a, b = (history[f"critic_of_{name}_r1_penalty"] for name in "ab")
    np.testing.assert_allclose(a, [expected[0] * (step % 2 == 0) for step in range(7)], rtol=1e-4)
    np.testing.assert_allclose(b, [expected[1] * (step % 3 == 0) for step in range(7)], rtol=1e-4)


def test_stages_resume_to_the_bit_at_either_side_of_their_border(tmp_path):
    data = next(spec for spec in GUESTS if spec.model is Stacked).data(6)

    def program(folder=None, kill=None):
        """Four steps on small images, then four on both."""
        keras.utils.set_random_seed(0)
        model = Stacked(seed=0)
        model.compile()
        batches = kgz.datasets.from_arrays(data, batch_size=3, seed=1)
        for stage in ("small", "both"):
            model.begin_stage(stage)
            callbacks = [kgz.callbacks.ExactResume(folder, every=1)] if folder else []
            callbacks += [Kill(kill)] if kill and stage == "small" else []
            callbacks += [Kill(kill - 4)] if kill and stage == "both" else []
            model.fit(batches, epochs=2, verbose=0, callbacks=callbacks)
        return model

    whole = program()
    for step in (4, 5):
        folder = tmp_path / str(step)
        with pytest.raises(KeyboardInterrupt):
            program(folder, step)
        assert len(list(folder.glob("state-*.zip"))) == 2
        assert_same_state(program(folder), whole)


def test_pairs_are_taken_in_every_form():
    keras.utils.set_random_seed(0)
    model = Pairs(seed=0)
    model.compile(keras.optimizers.SGD(0.01))
    start = training_state.capture(model)
    maps, painted = model.source.examples(4), model.target.examples(4)
    named, pair = {"source": maps, "target": painted}, (maps, painted)
    of = tf.data.Dataset.from_tensors
    fits = [(maps, painted), (pair,), (named,), (of(pair),), (of(named),), (of((pair,)),)]
    losses = []
    for given in fits:
        training_state.restore(model, start)
        history = model.fit(*given, batch_size=4, shuffle=False, verbose=0).history
        losses.append({name: value for name, (value,) in history.items()})
    for given in ((maps, painted), (pair,), (named,)):
        training_state.restore(model, start)
        losses.append(model.train_on_batch(*given, return_dict=True))
    assert set(losses[0]) == {"discriminator_loss", "generator_loss", "distance"}
    for one in losses[1:]:
        for name, value in losses[0].items():
            np.testing.assert_allclose(one[name], value, rtol=1e-6)


@every_guest
def test_exports_call_outputs_what_they_are(spec):
    found = {
        name: set(function.get_concrete_function().structured_outputs)
        for name, function in spec.make().signatures().items()
    }
    judged = {"discriminate": {"logits"}} if "sample" in found else {}
    assert found == {**OUTPUTS[spec.model.__name__], **judged}


@pytest.mark.parametrize(
    ("model", "hint"),
    [
        (VoxelGAN, "x / 127.5 - 1, or 2.0 * x - 1 for occupancies of 0 and 1"),
        (VideoGAN, "x / 127.5 - 1"),
    ],
)
def test_bytes_of_voxels_and_videos_are_refused_with_advice(model, hint):
    model = model(seed=0)
    model.compile()
    kind = model.sample_kind
    numbers = np.random.default_rng(0).integers(0, 256, (4, *kind.shape))
    name = f"8-bit {kind.plural}"
    for call in (model.discriminate, lambda x: model.fit(x, verbose=0)):
        with pytest.raises(ValueError) as error:
            call(numbers.astype("uint8"))
        assert f"Are these {name}? Use {hint}. Received: dtype uint8" in str(error.value)
        with pytest.raises(ValueError) as error:
            call(numbers.astype("float32"))
        assert f"({name}: {hint}). Received: " in str(error.value)


def test_a_one_hot_map_is_told_of_argmax_and_not_of_black_pixels():
    model = Pairs(seed=0)
    model.compile()
    one_hot = np.eye(4, dtype="float32")[model.source.examples(4)]
    for wrong in (one_hot, one_hot.astype("int32")):
        for call in (lambda x: model.fit(x, images(4, 0), verbose=0), model.translate):
            with warnings.catch_warnings(), pytest.raises(ValueError, match=r"x.argmax\(axis=-1\)"):
                warnings.simplefilter("error")
                call(wrong)


def test_guests_are_short():
    folder = pathlib.Path(__file__).parent
    lines = {
        path.name: len(path.read_text().splitlines())
        for path in folder.glob("*.py")
        if not path.name.startswith(("test_", "__"))
    }
    print(lines)
    assert len(lines) == len(GUESTS)
    assert max(lines.values()) < 90
    assert sum(count < 60 for count in lines.values()) > len(lines) / 2


def test_the_guide_shows_a_guest_whole_and_runs(tmp_path, monkeypatch):
    guide = pathlib.Path(kgz.__file__).parents[1] / "docs" / "guide" / "add-a-model.md"
    snippets = re.findall(r"^```python\n(.*?)^```", guide.read_text(), re.M | re.S)
    (snippet,) = (one for one in snippets if "class Pairs" in one)
    guest = pathlib.Path(inspect.getfile(Pairs)).read_text().partition("\n\n")[2]
    assert guest.replace('serializable("tests")', 'serializable("keras_gan_zoo")') in snippet
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "guide"}
    exec(snippet, names)
    assert names["painted"].shape == (16, 8, 8, 3)
    assert PIL.Image.open("samples/epoch-0001.png").size == PICTURES["Pairs"]


def test_parts_in_a_dict_beside_others_are_found_by_name():
    kinds = {name: kgz.kinds.Vector((1,)) for name in "zat"}
    z, a, t = (tf.fill((2, 1), value) for value in (1.0, 2.0, 3.0))
    for data in (({"a": a, "z": z}, t), (t, {"z": z, "a": a}), ({"z": z}, a, t)):
        parts = named_parts(data, kinds)
        assert {name: float(part[0, 0]) for name, part in parts.items()} == {
            "z": 1.0,
            "a": 2.0,
            "t": 3.0,
        }
        assert list(parts) == ["z", "a", "t"]
    with pytest.raises(ValueError, match="keys 'z', 'a', 't'.*Received.*without 'z', 'a', 't'"):
        named_parts(({"q": z, "r": a}, t), kinds)
    with pytest.raises(ValueError, match="Expected a, or a dict.*Received: 0 of 1"):
        named_parts(({"z": z, "t": t},), kinds)


class TwoOfAName(Pairs):
    def generator_losses(self, batch):
        return {"discriminator_loss": super().generator_losses(batch)["generator_loss"]}


class WithoutLosses(Pairs):
    def phases(self):
        return (Phase("nobody", (self.generator,)),)


class OnePhase(Pairs):
    def phases(self):
        return Phase("generator", (self.generator,))


class OneOptimizer(Pairs):
    def default_optimizers(self):
        return {"generator": "adam"}


def test_what_a_model_forgot_is_said():
    model = TwoOfAName()
    model.compile()
    data = {name: kind.examples(4) for name, kind in model.inputs().items()}
    with pytest.raises(ValueError, match="different names.*'discriminator_loss' of"):
        model.fit(data, verbose=0)
    with pytest.raises(TypeError, match="must define `nobody_losses`"):
        WithoutLosses().compile()
    with pytest.raises(ValueError, match="tuple of `kgz.training.Phase`"):
        OnePhase().compile()
    with pytest.raises(ValueError, match="each phase. Received: none for 'discriminator'"):
        OneOptimizer().compile()
    with pytest.raises(ValueError, match="network of Pairs.*'critc'.*discriminator"):
        kgz.families.Critic(Pairs(), "critc")
    with pytest.raises(ValueError, match="what 'translate' takes, maps. Received: 2"):
        Pairs().do("translate", data["source"], data["source"])


class Episodes(Memory):
    """What is seen and done comes as one thing with two parts, beside how it was rewarded."""

    def inputs(self):
        episode = kgz.kinds.Named(observation=self.observations, action=self.actions)
        return {"episode": episode, "reward": kgz.kinds.Vector((1,))}

    def memory_losses(self, batch):
        losses = super().memory_losses(batch["episode"])
        return {**losses, "reward": tf.reduce_mean(batch["reward"])}

    def predict_frames(self, episode):
        return self.do("predict_frames", episode)

    def abilities(self):
        kind = kgz.kinds.Named(observation=self.observations, action=self.actions)
        return (
            kgz.training.Ability("predict_frames", {"episode": kind}, {"next": kind}, self._next),
        )

    def _next(self, episode):
        predicted = self._predicted(episode["observation"], episode["action"])
        return {"observation": predicted, "action": episode["action"]}


def test_an_input_may_have_several_parts(tmp_path):
    kinds = Episodes(seed=0).inputs()
    episode, reward = kinds["episode"].examples(9), kinds["reward"].examples(9)
    flat = (episode["observation"], episode["action"], reward)
    forms = (
        ({"episode": episode, "reward": reward}, None),
        (episode, reward),
        ((episode, reward), None),
        (flat, None),
        (tf.data.Dataset.from_tensor_slices((episode, reward)).batch(4), None),
    )
    histories = []
    for x, y in forms:
        model = Episodes(seed=0)
        model.compile(keras.optimizers.SGD(0.1))
        histories.append(model.fit(x, y, batch_size=4, shuffle=False, verbose=0).history)
    for history in histories[1:]:
        assert history == histories[0]
    made = model.predict_frames(episode)
    np.testing.assert_array_equal(made["action"], episode["action"])
    model.export(tmp_path / "exported")
    exported = tf.saved_model.load(str(tmp_path / "exported")).signatures["predict_frames"]
    outputs = exported(**{name: tf.constant(part) for name, part in episode.items()})
    np.testing.assert_allclose(outputs["observation"], made["observation"], atol=1e-6)
    with pytest.raises(ValueError, match="keys .'observation', 'action'..*Received"):
        model.fit({"episode": {"observation": flat[0]}, "reward": reward}, verbose=0)


@pytest.mark.parametrize("losses", [1.0, {}, {"loss": [1.0, 2.0]}])
def test_losses_are_scalars_by_name(losses):
    class Other(Pairs):
        def generator_losses(self, batch):
            return tf.nest.map_structure(tf.constant, losses)

    model = Other()
    model.compile()
    data = {name: kind.examples(4) for name, kind in model.inputs().items()}
    with pytest.raises(ValueError, match="`generator_losses` to return a dict of scalars"):
        model.fit(data, verbose=0)


def test_losses_without_a_gradient_are_refused():
    class Other(Pairs):
        def generator_losses(self, batch):
            return {"loss": tf.constant(1.0)}

    model = Other()
    model.compile()
    data = {name: kind.examples(4) for name, kind in model.inputs().items()}
    with pytest.raises(ValueError, match="`generator_losses` to depend on what the phase trains"):
        model.fit(data, verbose=0)


def test_weights_of_samples_and_classes_are_refused():
    model = Pairs()
    model.compile()
    data = {name: kind.examples(4) for name, kind in model.inputs().items()}
    for options in ({"class_weight": {0: 1.0}}, {"sample_weight": np.ones(4)}):
        for call in (model.fit, model.train_on_batch):
            with pytest.raises(ValueError, match="weighs its own losses.*Received"):
                call(data, **options)
