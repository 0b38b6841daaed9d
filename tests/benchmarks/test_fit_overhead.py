import numpy as np
import pytest
import tensorflow as tf

TINY = {"filters": 2, "batch_size": 4, "steps": 1, "threads": 1}


def test_fit_and_the_bare_step_do_the_same():
    import fit_overhead

    sides = [fit_overhead.OurSide(TINY) for _ in range(2)]
    times = sides[0].fit(), sides[1].bare()
    assert all(one["processor_seconds"] > 0.0 for one in times)
    fitted, bare = (side.model.generator.get_weights() for side in sides)
    assert sides[0].model.optimizers["generator"].iterations == 2  # the first is not timed
    for one, other in zip(fitted, bare, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_the_clock_leaves_the_first_step_out(monkeypatch):
    import fit_overhead

    times = {"perf_counter": iter((5.0, 6.0, 9.0)), "process_time": iter((1.0, 2.0, 3.0))}
    for name, values in times.items():
        monkeypatch.setattr(fit_overhead.time, name, lambda values=values: next(values))
    clock = fit_overhead.Clock()
    for _ in range(3):
        clock.tick()
    assert clock.result() == {"seconds": 2.0, "processor_seconds": 1.0}


def test_the_example_has_the_networks_of_dcgan():
    """Oracle: `kgz.models.DCGAN` with the same weights, but for the epsilon of normalisation."""
    import keras_example

    import keras_gan_zoo as kgz

    example = keras_example.compiled(28, 3, 2)
    model = kgz.models.DCGAN((28, 28, 1), 3, filters=2, ema_decay=None, seed=0)
    random = np.random.default_rng(0)
    for name, shape in (("generator", (3,)), ("discriminator", (28, 28, 1))):
        ours, theirs = getattr(model, name), getattr(example, name)
        weights = ours.get_weights()
        theirs.set_weights(weights)
        x = random.standard_normal((2, *shape)).astype("float32")
        np.testing.assert_allclose(theirs(x), ours(x), rtol=2e-3, atol=1e-5)


def test_the_example_does_without_normalisation_where_keras_does():
    import keras
    import keras_example

    def kinds(normalized):
        example = keras_example.compiled(28, 3, 2, normalized)
        return [type(layer) for layer in example.discriminator.layers]

    assert keras.layers.BatchNormalization in kinds(True)
    without = [kind for kind in kinds(True) if kind is not keras.layers.BatchNormalization]
    assert kinds(False) == without


def test_the_example_trains_by_its_losses():
    """Adam's first step is its learning rate; both losses are log 2 where all logits are 0."""
    import keras_example

    example = keras_example.compiled(28, 3, 2)
    images = np.random.default_rng(0).uniform(-1, 1, (4, 28, 28, 1)).astype("float32")
    data = tf.data.Dataset.from_tensors(images)
    networks = example.generator, example.discriminator
    before = [network.trainable_variables[0].numpy() for network in networks]
    example.fit(data, verbose=0)
    for network, kernel in zip(networks, before, strict=True):
        moved = np.abs(network.trainable_variables[0].numpy() - kernel).max()
        assert moved == pytest.approx(2e-4, rel=0.01)
    judge = example.discriminator
    judge.set_weights([np.zeros_like(one) for one in judge.get_weights()])
    losses = example.fit(data, verbose=0).history
    np.testing.assert_allclose([*losses["d_loss"], *losses["g_loss"]], np.log(2.0), rtol=1e-5)
