"""Images per second of a VAE's training step, ours against pythae's in PyTorch.

    python benchmarks/vae.py
    python benchmarks/vae.py --network mlp --rounds 9

The same networks, batch, Bernoulli likelihood, Adam and float32 on both sides, each in a process of
its own; they take turns, and ratios are taken within a round. Needs `pip install torch pythae`.
"""

import argparse
import os
import statistics
import sys

import numpy as np
import rich.console
import turns

SHAPE = (28, 28, 1)
LATENT = 16
HIDDEN = 512
# Channels and strides of `kgz.networks.conv_encoder` and `conv_decoder`.
ENCODER, DECODER = ((32, 1), (64, 2), (64, 2), (64, 1)), ((64, 1), (64, 2), (32, 2))


def batch_of(settings):
    """Random images in [0, 1]."""
    return np.random.default_rng(0).uniform(0, 1, (settings["batch_size"], *SHAPE)).astype("f4")


class KerasSide:
    """`kgz.models.VAE` on one batch that is in memory already."""

    def __init__(self, settings):
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before TensorFlow is imported
        import keras_gan_zoo as kgz  # before Keras: it has TensorFlow use oneDNN

        # isort: split
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(settings["threads"])
        tf.config.threading.set_inter_op_parallelism_threads(settings["threads"])
        networks = {}
        if settings["network"] == "mlp":
            networks = {
                "encoder": kgz.networks.mlp_encoder(SHAPE, (LATENT, LATENT), (HIDDEN,)),
                "decoder": kgz.networks.mlp_decoder(SHAPE, LATENT, (HIDDEN,), output="logits"),
            }
        self._model = kgz.models.VAE(SHAPE, LATENT, seed=0, **networks)
        self._model.compile()
        images = 2.0 * batch_of(settings) - 1.0
        self._batches = iter(tf.data.Dataset.from_tensors(images).repeat())
        self._model.make_train_function()
        self.parameters = self._model.count_params()

    def describe(self):
        self.steps(1)
        return self.parameters

    def steps(self, repeats):
        step = self._model.train_function
        return turns.timed(lambda: float(step(self._batches)["kl_loss"]), repeats)


class PythaeSide:
    """`pythae.models.VAE` with the same networks, and the step of its `BaseTrainer`."""

    def __init__(self, settings):
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before PyTorch is imported
        import torch
        from pythae.models import VAE, VAEConfig

        torch.set_num_threads(settings["threads"])
        encoder, decoder = _torch_networks(settings["network"])
        config = VAEConfig(input_dim=(1, 28, 28), latent_dim=LATENT, reconstruction_loss="bce")
        self._model = VAE(config, encoder=encoder, decoder=decoder)
        self._optimizer = torch.optim.Adam(self._model.parameters(), lr=1e-3)
        self._images = torch.tensor(batch_of(settings).transpose(0, 3, 1, 2))

    def describe(self):
        self.steps(1)
        return sum(one.numel() for one in self._model.parameters())

    def steps(self, repeats):
        def step():
            self._optimizer.zero_grad()
            loss = self._model({"data": self._images}).loss
            loss.backward()
            self._optimizer.step()
            return loss.item()

        return turns.timed(step, repeats)


def _torch_networks(network):
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseEncoder
    from torch import nn

    def convolution(kind, before, width, stride):
        options = {"output_padding": stride - 1} if kind is nn.ConvTranspose2d else {}
        return kind(before, width, 3, stride, padding=1, **options)

    if network == "mlp":
        body = nn.Sequential(nn.Flatten(), nn.Linear(784, HIDDEN), nn.ReLU())
        size = HIDDEN
        back = nn.Sequential(
            nn.Linear(LATENT, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, 784),
            nn.Unflatten(1, (1, 28, 28)),
        )
    else:
        layers, before, size = [], 1, 3136
        for width, stride in ENCODER:
            layers += [convolution(nn.Conv2d, before, width, stride), nn.LeakyReLU(0.3)]
            before = width
        body = nn.Sequential(*layers, nn.Flatten())
        layers = [nn.Linear(LATENT, size), nn.Unflatten(1, (64, 7, 7))]
        for width, stride in DECODER:
            layers += [convolution(nn.ConvTranspose2d, before, width, stride), nn.LeakyReLU(0.3)]
            before = width
        back = nn.Sequential(*layers, convolution(nn.ConvTranspose2d, before, 1, 1))

    class Encoder(BaseEncoder):
        def __init__(self):
            super().__init__()
            self.body = body
            self.mean, self.log_variance = nn.Linear(size, LATENT), nn.Linear(size, LATENT)

        def forward(self, x):
            x = self.body(x)
            return ModelOutput(embedding=self.mean(x), log_covariance=self.log_variance(x))

    class Decoder(BaseDecoder):
        def __init__(self):
            super().__init__()
            self.body = back

        def forward(self, z):
            return ModelOutput(reconstruction=self.body(z).sigmoid())

    return Encoder(), Decoder()


def measure(settings, console):
    """Seconds per step of each side in each round, ours first."""
    sides = {"keras_gan_zoo": KerasSide, "pythae": PythaeSide}
    workers = [turns.Worker(name, side, settings) for name, side in sides.items()]
    try:
        counts = [worker.run("describe") for worker in workers]
        if len(set(counts)) > 1:
            sys.exit(f"error: expected equal numbers of parameters. Received: {counts}")
        records = []
        for index in range(settings["rounds"]):
            record = {}
            for worker in workers[:: 1 if index % 2 == 0 else -1]:
                record[worker.name] = worker.run("steps", settings["steps"])
            records.append([record[name] for name in sides])
            speeds = (settings["batch_size"] / one["seconds"] for one in records[-1])
            console.print(
                f"round {index + 1}, images per second: {', '.join(map('{:.0f}'.format, speeds))}"
            )
    finally:
        for worker in workers:
            worker.close()
    return counts[0], records


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--network", default="conv", choices=("conv", "mlp"))
    for name, value in (("batch-size", 100), ("rounds", 7), ("steps", 20)):
        parser.add_argument(f"--{name}", default=value, type=int, help=f"[{value}]")
    parser.add_argument("--threads", default=os.cpu_count(), type=int, help="of each side")
    settings = vars(parser.parse_args())
    console = rich.console.Console()
    parameters, records = measure(settings, console)
    console.print(
        f"{settings['network']}, {parameters:,} parameters, batch {settings['batch_size']}"
    )
    for key in ("seconds", "processor_seconds"):
        ratios = [theirs[key] / ours[key] for ours, theirs in records]
        console.print(
            f"ours is {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) "
            f"times as fast by {key.replace('_', ' ')}"
        )
    console.print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
