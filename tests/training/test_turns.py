"""Turns of a training step: lazy terms and accumulated gradients, on one device and on two.

Oracles: the same terms computed by hand, and the same step on the whole batch.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz


class Count(kgz.training.PhasedModel):
    """A number that a lazy term with a running state and noise pulls at."""

    def __init__(self, steps=1, **kwargs):
        super().__init__(**kwargs)
        self.steps = steps
        self.number = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
        self.number.build((None, 1))
        self.calls = self.add_weight(
            (), initializer="zeros", trainable=False, aggregation="only_first_replica"
        )
        self.built = True

    def phases(self):
        return (kgz.training.Phase("number", (self.number,), steps=self.steps, intervals=(3,)),)

    def inputs(self):
        return {"x": kgz.kinds.Vector((None,))}

    def number_losses(self, batch):
        value = self.number.kernel.value[0, 0]
        return {
            "loss": tf.reduce_mean(0.0 * value * batch["x"]),
            "term": self.lazily(3, lambda: self._term(value, batch["x"])),
        }

    def _term(self, value, samples):
        kgz.backend.assign([self.calls], [self.calls.value + 1.0])
        noise = kgz.backend.random_uniform(keras.ops.shape(samples))
        return value * tf.reduce_mean(noise)

    def default_optimizers(self):
        return keras.optimizers.SGD(1.0)

    def call(self, x):
        return x


@pytest.mark.parametrize(("steps", "calls"), [(1, [1, 1, 1, 2, 2, 2, 3]), (2, [1, 2, 2, 3, 4, 4])])
def test_a_lazy_term_is_computed_when_it_is_due_and_not_before(steps, calls):
    """Updates 0, 3, 6, ... of the phase: with two in a step, steps 0, 1, 3, 4, ..."""
    results = []
    for strategy in (None, "mirrored"):
        with kgz.distribute(strategy or tf.distribute.get_strategy()):
            model = Count(steps=steps, seed=0)
            model.compile()
            data = kgz.datasets.from_arrays(np.ones((8, 1), "float32"), batch_size=8)
            seen, values = [], []
            for _ in calls:
                model.fit(data, verbose=0)
                seen.append(int(np.array(model.calls)))
                values.append(float(np.array(model.number.kernel)[0, 0]))
            assert seen == calls
            results.append(values)
    np.testing.assert_allclose(results[0], results[1], rtol=1e-5)
    assert results[0][-1] < -1.0


def test_an_interval_that_a_phase_does_not_name_is_refused():
    model = Count(seed=0)
    model.lazily = lambda every, function: kgz.training.PhasedModel.lazily(model, 5, function)
    model.compile()
    with pytest.raises(ValueError, match=r"Expected 5 among the `intervals`.*Received: \(3,\)"):
        model.train_on_batch(np.ones((2, 1), "float32"))


def accumulating(accumulation_steps, strategy=None, **options):
    with kgz.distribute(strategy or tf.distribute.get_strategy()):
        keras.utils.set_random_seed(0)
        model = kgz.models.WGANGP(
            (8, 8, 1),
            latent_dim=4,
            filters=4,
            seed=0,
            discriminator_steps=2,
            generator=keras.Sequential(
                [
                    keras.Input((4,)),
                    keras.layers.Dense(64),
                    kgz.layers.Dropout(0.5),
                    keras.layers.Reshape((8, 8, 1)),
                    keras.layers.Activation("tanh", dtype="float32"),
                ]
            ),
            **options,
        )
        model.compile(keras.optimizers.SGD(0.05), accumulation_steps=accumulation_steps)
        samples = np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 1)).astype("float32")
        data = kgz.datasets.from_arrays(samples, batch_size=16, shuffle=False)
        history = model.fit(data, epochs=2, verbose=0).history
    return model, history


@pytest.mark.parametrize("strategy", [None, "mirrored"])
def test_accumulated_gradients_are_those_of_the_whole_batch(strategy):
    """Latents, dropout and the penalty's mixtures are those of the whole batch, too."""
    expected, history = accumulating(1)
    model, accumulated = accumulating(4, strategy)
    for one, other in zip(expected.weights, model.weights, strict=True):
        np.testing.assert_allclose(np.array(other), np.array(one), rtol=1e-5, atol=1e-5)
    for name, values in history.items():
        np.testing.assert_allclose(accumulated[name], values, rtol=1e-4, atol=1e-5)
    # One update of the optimizer and one step of the average for four slices.
    assert int(np.array(model.optimizers["discriminator"].iterations)) == 4
    assert int(np.array(model.optimizers["generator"].iterations)) == 2


def test_a_batch_that_the_slices_do_not_divide_is_weighted_by_rows():
    """`mean (value - x)^2` of 0, 1, 2, 3, 10 in two slices of 3 and 2."""

    class Mean(Count):
        def phases(self):
            return (kgz.training.Phase("number", (self.number,), accumulate=2),)

        def number_losses(self, batch):
            return {"loss": tf.reduce_mean((self.number.kernel.value[0, 0] - batch["x"]) ** 2)}

    model = Mean(seed=0)
    model.compile(keras.optimizers.SGD(0.5))
    model.train_on_batch(np.array([[0.0], [1.0], [2.0], [3.0], [10.0]], "float32"))
    assert float(model.number.kernel[0, 0]) == pytest.approx(3.2)


def test_an_optimizer_that_accumulates_by_itself_is_refused():
    model = kgz.models.GAN((2,), latent_dim=3, hidden_units=10)
    with pytest.raises(ValueError, match=r"compile\(accumulation_steps=4\).*Received"):
        model.compile(keras.optimizers.Adam(gradient_accumulation_steps=4))


def test_what_a_part_reports_is_no_loss():
    """Beside the losses, in their sum of a model of one phase not counted, and not descended."""

    class Seven(kgz.training.Part):
        def __init__(self, network):
            self.network = network

        def reports(self):
            return {"seven": tf.constant(7.0)}

    model = kgz.models.Autoencoder((8, 8, 1), latent_dim=3, seed=0)
    model.attach(Seven(model.encoder))
    model.compile()
    history = model.fit(np.zeros((4, 8, 8, 1), "float32"), verbose=0).history
    assert history["seven"] == [7.0]
    assert history["loss"] == history["reconstruction_loss"]
