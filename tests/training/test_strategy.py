"""Several devices, several processes."""

import json
import os
import socket
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

WORKER = textwrap.dedent(
    """
    import os, sys
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras, numpy as np
    import keras_gan_zoo as kgz

    with kgz.distribute("auto") as strategy:
        keras.utils.set_random_seed(0)
        model = kgz.models.DCGAN((16, 16, 1), latent_dim=4, filters=4, seed=0)
        model.compile({p.name: keras.optimizers.SGD(0.05) for p in model.phases()})
    samples = np.random.default_rng(0).uniform(-1, 1, (8, 16, 16, 1)).astype("float32")
    data = kgz.datasets.from_arrays(samples, batch_size=4, seed=1)
    history = model.fit(data, epochs=2, verbose=0).history
    weights = {f"w{i}": np.array(v) for i, v in enumerate(model.weights)}
    losses = {name: np.array(values) for name, values in history.items()}
    np.savez(sys.argv[1], replicas=strategy.num_replicas_in_sync, **weights, **losses)
    """
)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("localhost", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def run_workers(folder, count):
    addresses = [f"localhost:{port}" for port in free_ports(count)]
    processes = []
    for index in range(count):
        environment = dict(os.environ)
        environment.pop("TF_CONFIG", None)
        if count > 1:
            task = {"type": "worker", "index": index}
            environment["TF_CONFIG"] = json.dumps({"cluster": {"worker": addresses}, "task": task})
        target = folder / f"{count}-{index}.npz"
        command = [sys.executable, "-c", WORKER, str(target)]
        processes.append(
            (target, subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True))
        )
    results = []
    for target, process in processes:
        _, errors = process.communicate(timeout=240)
        assert process.returncode == 0, errors[-3000:]
        results.append(np.load(target))
    return results


def test_two_worker_processes_equal_one(tmp_path):
    """The same global batches, split over two real processes."""
    (single,) = run_workers(tmp_path, 1)
    pair = run_workers(tmp_path, 2)
    assert int(single["replicas"]) == 1 and int(pair[0]["replicas"]) == 2
    for result in pair:
        for name in set(single.files) - {"replicas"}:
            np.testing.assert_allclose(
                result[name].reshape(single[name].shape),
                single[name],
                rtol=1e-4,
                atol=1e-4,
                err_msg=name,
            )


def test_lazy_penalties_train_with_spectral_normalisation_as_on_one_device():
    images = np.random.default_rng(0).uniform(-1, 1, (8, 8, 8, 1)).astype("float32")

    def train():
        keras.utils.set_random_seed(0)
        model = kgz.models.SNGAN(
            (8, 8, 1),
            4,
            filters=4,
            discriminator_filters=4,
            discriminator_steps=1,
            penalties=[kgz.penalties.R1(10.0, every=2)],
            seed=0,
        )
        model.compile({phase.name: keras.optimizers.SGD(0.01) for phase in model.phases()})
        model.fit(images, batch_size=8, epochs=3, verbose=0)
        return [np.array(weight) for weight in model.discriminator.trainable_weights]

    single = train()
    with kgz.distribute("mirrored"):
        double = train()
    for one, other in zip(single, double, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)


def test_dropout_masks_of_replicas_are_those_of_one_device():
    def layer():
        return kgz.layers.Dropout(0.5, seed=3)

    expected = layer()(np.ones((6, 50), "float32"), training=True)
    with kgz.distribute("mirrored") as strategy:
        double = layer()

    @tf.function
    def run():
        return strategy.run(lambda: double(tf.ones((3, 50)), training=True))

    np.testing.assert_array_equal(
        np.concatenate(strategy.experimental_local_results(run())), expected
    )


def test_names_and_instances():
    with kgz.distribute("auto") as strategy:
        assert strategy.num_replicas_in_sync == len(tf.config.list_logical_devices("CPU")) == 2
    own = tf.distribute.OneDeviceStrategy("CPU:0")
    with kgz.distribute(own) as strategy:
        assert strategy is own and tf.distribute.get_strategy() is own
    with pytest.raises(ValueError, match="Did you mean 'mirrored'"), kgz.distribute("miror"):
        pass
    with pytest.raises(ValueError, match="Received: 3"), kgz.distribute(3):
        pass


@pytest.mark.parametrize(
    "clipping", [{"clipnorm": 0.01}, {"global_clipnorm": 0.01}, {"clipvalue": 1e-3}]
)
@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_gradients_are_clipped_as_on_one_device(clipping, policy):
    """Clipped by themselves, the gradients of the replicas would add up to longer ones."""
    points = np.random.default_rng(0).normal(size=(8, 2)).astype("float32")
    points[4:] *= 20.0

    def train():
        keras.utils.set_random_seed(0)
        model = kgz.models.GAN((2,), latent_dim=3, hidden_units=10, seed=0, dtype=policy)
        model.compile(keras.optimizers.SGD(10.0, **clipping))
        start = [np.array(weight) for weight in model.trainable_weights]
        model.fit(kgz.datasets.from_arrays(points, batch_size=8, shuffle=False), verbose=0)
        return [
            np.array(weight) - before
            for weight, before in zip(model.trainable_weights, start, strict=True)
        ]

    single = train()
    with kgz.distribute("mirrored"):
        double = train()
    assert max(np.abs(one).max() for one in single) > 1e-4
    for one, other in zip(single, double, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-2, atol=1e-4)


@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.optimizers.AdamW(0.5, weight_decay=0.1, epsilon=0.1),
        lambda: keras.optimizers.SGD(5.0, weight_decay=0.1, momentum=0.5),
        lambda: keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(5.0, 1, 0.5)),
        lambda: keras.optimizers.SGD(kgz.training.LinearDecay(5.0, stop=3)),
        lambda: keras.optimizers.SGD(5.0, use_ema=True, ema_momentum=0.5),
    ],
    ids=["AdamW", "decay", "schedule", "linear", "average"],
)
def test_what_optimizers_add_is_that_of_one_device(make):
    points = np.random.default_rng(0).normal(size=(8, 2)).astype("float32")

    def train():
        model = kgz.models.GAN((2,), latent_dim=3, hidden_units=10, seed=0)
        model.compile(make())
        start = [np.array(weight) for weight in model.trainable_weights]
        model.fit(points, batch_size=8, epochs=3, shuffle=False, verbose=0)
        trained = [np.array(weight) for weight in model.trainable_weights]
        rest = [np.array(v) for one in model.optimizers.values() for v in one.variables]
        return start, trained, rest

    start, single, state = train()
    with kgz.distribute("mirrored"):
        same, double, double_state = train()
    assert max(np.abs(a - b).max() for a, b in zip(start, single, strict=True)) > 1e-3
    for first, second in ((start, same), (single, double), (state, double_state)):
        for one, other in zip(first, second, strict=True):
            np.testing.assert_allclose(other, one, rtol=1e-3, atol=1e-5)


def test_what_keras_cannot_run_on_several_devices_is_refused():
    with kgz.distribute("mirrored"):
        model = kgz.models.GAN((2,), latent_dim=3, hidden_units=10)
        with pytest.raises(ValueError, match="`ema_overwrite_frequency`.*Received"):
            model.compile(keras.optimizers.SGD(0.5, use_ema=True, ema_overwrite_frequency=2))
