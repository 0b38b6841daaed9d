"""Processor time of a training step of `MDNRNN`, ours against PyTorch's.

    python benchmarks/mdn_rnn.py
    taskset -c 0 python benchmarks/mdn_rnn.py --threads 1 --latent-dim 64 --units 512

A batch of series in memory, of the sizes of the preset of Doom. PyTorch has the same LSTM,
mixtures, logit, losses, clipping and Adam in two forms: its fused `nn.LSTM`, which cannot empty its
state within a series, and a loop of `nn.LSTMCell`, which empties it as ours does. Episodes begin
with the series here, so that all do the same, and their losses on the same weights are compared
first. Each side runs in a process of its own; they take turns, and ratios are taken within a round.
The result goes to `benchmarks/results`.
"""

import argparse
import os
import sys

import numpy as np
import rich.console
import turns
from report import in_turns, in_words, parsed, ratios, spread, write

OURS, FUSED, LOOP = "keras_gan_zoo", "PyTorch, nn.LSTM", "PyTorch, loop"
SPREAD = 0.1  # standard deviation of the latents of a step


def batch_of(settings: dict, log_variance: float) -> dict:
    """Random series, at whose first step an episode begins."""
    random, shape = np.random.default_rng(0), (settings["batch_size"], settings["steps"])
    mean = random.normal(size=(*shape, settings["latent_dim"]))
    return {
        "mean": mean.astype("float32"),
        "log_variance": np.full_like(mean, log_variance, "float32"),
        "action": random.uniform(-1, 1, (*shape, 1)).astype("float32"),
        "restart": np.tile(np.arange(shape[1]) == 0, (shape[0], 1)).astype("int32"),
    }


class KerasSide:
    """`kgz.models.MDNRNN`."""

    def __init__(self, settings):
        turns.begin_tensorflow(settings["threads"])
        import tensorflow as tf

        import keras_gan_zoo as kgz

        sizes = {name: settings[name] for name in ("steps", "latent_dim", "units")}
        self._settings = settings
        self.model = kgz.models.MDNRNN("doom", **sizes, seed=0)
        self.model.compile()
        batch = batch_of(settings, 2.0 * np.log(SPREAD))
        self._batches = iter(tf.data.Dataset.from_tensors(batch).repeat())
        self.model.make_train_function()

    def weights(self) -> list:
        """Of the LSTM and of what follows it, each kernels before biases."""
        return self.model.memory.get_weights()

    def losses(self) -> list:
        """Those of latents without spread, before the first step."""
        found = self.model.memory_losses(batch_of(self._settings, -60.0))
        return [float(found[name]) for name in ("latent_loss", "restart_loss")]

    def describe(self) -> dict:
        """What is measured here, after steps that compile it."""
        import keras
        import tensorflow as tf

        self.train(3)
        return {
            "versions": f"TensorFlow {tf.__version__}, Keras {keras.__version__}",
            "parameters": self.model.count_params(),
        }

    def train(self, repeats: int) -> dict:
        """Times so many training steps."""
        step = self.model.train_function
        return turns.timed(lambda: float(step(self._batches)["loss"]), repeats)


class TorchSide:
    """The same in PyTorch, as a careful user would write it."""

    def __init__(self, settings, fused):
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before PyTorch is imported
        import torch

        torch.set_num_threads(settings["threads"])
        self._torch, self._settings, self._fused = torch, settings, fused
        latent_dim, units = settings["latent_dim"], settings["units"]
        recurrent = torch.nn.LSTM if fused else torch.nn.LSTMCell
        options = {"batch_first": True} if fused else {}
        self.recurrent = recurrent(latent_dim + 2, units, **options)
        self.mixtures = torch.nn.Linear(units, 1 + 3 * latent_dim * 5)
        self._learnt = [*self.recurrent.parameters(), *self.mixtures.parameters()]
        self._learnt[3].requires_grad = False  # PyTorch has two biases of the gates, we have one
        self._learnt = [one for one in self._learnt if one.requires_grad]
        self._optimizer = torch.optim.Adam(self._learnt, lr=1e-3, eps=1e-8, fused=True)
        self._batch = self._tensors(batch_of(settings, 2.0 * np.log(SPREAD)))

    def _tensors(self, batch):
        return {name: self._torch.tensor(part) for name, part in batch.items()}

    def load(self, weights: list):
        """Takes the weights of our side; both have the gates in one order."""
        tensors = [self._torch.tensor(one) for one in weights]
        with self._torch.no_grad():
            for mine, theirs in zip(self._learnt, tensors, strict=True):
                mine.copy_(theirs.T if theirs.ndim > 1 else theirs)
            list(self.recurrent.parameters())[3].zero_()

    def losses(self) -> list:
        """As those of our side."""
        return [one.item() for one in self._losses(self._tensors(batch_of(self._settings, -60.0)))]

    def describe(self) -> dict:
        """What is measured here, after steps."""
        self.train(3)
        return {
            "versions": f"PyTorch {self._torch.__version__}",
            "parameters": sum(one.numel() for one in self._learnt),
        }

    def train(self, repeats: int) -> dict:
        """Times so many training steps."""

        def step():
            loss = sum(self._losses(self._batch))
            self._optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self._torch.nn.utils.clip_grad_value_(self._learnt, 1.0)
            self._optimizer.step()
            return loss.item()

        return turns.timed(step, repeats)

    def _losses(self, batch):
        torch, functional = self._torch, self._torch.nn.functional
        noise = torch.randn_like(batch["mean"])
        latents = batch["mean"] + torch.exp(0.5 * batch["log_variance"]) * noise
        begins = batch["restart"].float()[..., None]
        steps = torch.cat([latents, batch["action"], begins], dim=-1)[:, :-1]
        outputs = self.mixtures(self._remembered(steps))
        parameters = outputs[..., 1:].reshape(*latents[:, 1:].shape, 15)
        logits, mean, log_scale = parameters.chunk(3, dim=-1)
        standard = (latents[:, 1:, :, None] - mean) * torch.exp(-log_scale)
        densities = -0.5 * (standard.square() + np.log(2.0 * np.pi)) - log_scale
        nll = -torch.logsumexp(torch.log_softmax(logits, dim=-1) + densities, dim=-1)
        restarts = functional.binary_cross_entropy_with_logits(
            outputs[..., :1], begins[:, 1:], pos_weight=torch.tensor(10.0)
        )
        return nll.mean(), restarts

    def _remembered(self, steps):
        if self._fused:
            return self.recurrent(steps)[0]
        state = [steps.new_zeros(len(steps), self._settings["units"]) for _ in range(2)]
        found = []
        for step in steps.unbind(1):
            goes_on = 1.0 - step[:, -1:]
            state = self.recurrent(step, [goes_on * one for one in state])
            found.append(state[0])
        return self._torch.stack(found, dim=1)


def check_equal(workers: dict):
    """Checks that all sides have as many parameters, and on the same weights the same losses."""
    weights = workers[OURS].run("weights")
    for name in (FUSED, LOOP):
        workers[name].run("load", weights)
    losses = {name: worker.run("losses") for name, worker in workers.items()}
    for one in losses.values():
        if not np.allclose(one, losses[OURS], rtol=1e-5):
            raise RuntimeError(f"Expected equal losses on all sides. Received: {losses}")


def measure(settings: dict) -> dict:
    """Runs all sides in turns, and compares them."""
    workers = {
        OURS: turns.Worker(OURS, KerasSide, settings),
        FUSED: turns.Worker(FUSED, TorchSide, settings, True),
        LOOP: turns.Worker(LOOP, TorchSide, settings, False),
    }
    try:
        check_equal(workers)
        described = {name: worker.run("describe") for name, worker in workers.items()}
        counts = {name: one["parameters"] for name, one in described.items()}
        if len(set(counts.values())) > 1:
            raise RuntimeError(f"Expected equal numbers of parameters. Received: {counts}")
        sides = {
            name: lambda worker=worker: worker.run("train", settings["updates"])
            for name, worker in workers.items()
        }
        records = in_turns(sides, settings["rounds"])
    finally:
        for worker in workers.values():
            worker.close()
    kinds = {"processor_ms": "processor_seconds", "step_ms": "seconds"}
    return {
        "parameters": counts[OURS],
        "versions": {name: one["versions"] for name, one in described.items()},
        **{
            kind: {name: spread([1e3 * one[name][key] for one in records]) for name in sides}
            for kind, key in kinds.items()
        },
        "ratios": {name: ratios(records, name, OURS) for name in (FUSED, LOOP)},
        "settings": settings,
        "rounds": records,
    }


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    numbers = {
        "batch-size": (32, "series of a batch"),
        "steps": (100, "length of a series"),
        "latent-dim": (32, "size of a latent vector"),
        "units": (128, "of the LSTM"),
        "rounds": (9, "turns of each side"),
        "updates": (10, "training steps of a turn"),
        "threads": (os.cpu_count(), "threads of each side"),
    }
    return parsed(parser, numbers)


def main():
    settings = vars(parse_arguments())
    load = os.getloadavg()[0]
    try:
        result = measure(settings)
    except RuntimeError as error:
        sys.exit(f"error: {error}")
    result = write(f"mdn_rnn_{settings['units']}", {**result, "load_before": load})
    console = rich.console.Console()
    for name, one in result["processor_ms"].items():
        wall = in_words(result["step_ms"][name])
        console.print(f"{name}: {in_words(one)} processor ms a step, {wall} by wall clock")
    for name, one in result["ratios"].items():
        console.print(f"{name} / ours: {in_words(one, 2)}")


if __name__ == "__main__":
    main()
