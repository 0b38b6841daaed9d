"""The peer in the benchmark of training steps, and DCGAN: networks, losses, optimizers in PyTorch.

Written as a careful user would: gradients are computed only for the player whose turn it is, the
generator runs without a graph in the discriminator's turn, Adam is the fused one.
"""

import numpy as np
import torch
import turns
from torch import nn
from torch.nn import functional

MAX_FILTERS = 1024


class Reshape(nn.Module):
    """Units to a grid."""

    def __init__(self, *shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(-1, *self.shape)


def widths_of(image_size, filters):
    """The side of the coarsest grid, and the channels from the image inwards."""
    side, widths = image_size, []
    while side % 2 == 0 and side > 7:
        widths.append(min(filters * 2 ** len(widths), MAX_FILTERS))
        side //= 2
    return side, widths


def make_generator(image_size, latent_dim, filters):
    side, widths = widths_of(image_size, filters)
    widths = widths[::-1]
    units = side * side * widths[0]
    layers = [
        nn.Linear(latent_dim, units, bias=False),
        nn.BatchNorm1d(units),
        nn.ReLU(),
        Reshape(widths[0], side, side),
    ]
    # "same" padding puts the odd row on the other side than PyTorch does: the two are mirror
    # images of each other, of equal size and cost.
    options = {"kernel_size": 5, "stride": 2, "padding": 2, "output_padding": 1, "bias": False}
    for before, after in zip(widths, widths[1:], strict=False):
        layers += [
            nn.ConvTranspose2d(before, after, **options),
            nn.BatchNorm2d(after),
            nn.ReLU(),
        ]
    layers += [nn.ConvTranspose2d(widths[-1], 3, **options), nn.Tanh()]
    return nn.Sequential(*layers)


def make_discriminator(image_size, filters):
    side, widths = widths_of(image_size, filters)
    layers, before = [], 3
    for index, width in enumerate(widths):
        layers.append(nn.Conv2d(before, width, kernel_size=5, stride=2, padding=2, bias=False))
        if index > 0:
            layers.append(nn.BatchNorm2d(width))
        layers.append(nn.LeakyReLU(0.2))
        before = width
    layers += [nn.Flatten(), nn.Linear(side * side * before, 1, bias=False)]
    return nn.Sequential(*layers)


def initialise(module):
    if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
        nn.init.normal_(module.weight, 1.0, 0.02)
    elif isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.normal_(module.weight, 0.0, 0.02)


def uniform(count, dim):
    return torch.rand(count, dim) * 2 - 1


def logistic_losses(on_real, on_fake):
    return functional.softplus(-on_real).mean() + functional.softplus(on_fake).mean()


class TorchSide:
    """A GAN on one batch that is in memory already; this one is DCGAN."""

    updates = 1
    adam = {"lr": 2e-4, "betas": (0.5, 0.999), "eps": 1e-8}

    def __init__(self, settings: dict, channels_last: bool):
        torch.set_num_threads(settings["threads"])
        torch.manual_seed(0)
        size = settings["image_size"]
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self._settings = settings
        self._generator, self._discriminator = self.networks(settings)
        for network in (self._generator, self._discriminator):
            network.to(memory_format=layout)
        rows = settings["batch_size"] * self.updates
        images = np.random.default_rng(0).uniform(-1, 1, (rows, 3, size, size))
        images = torch.from_numpy(images.astype("float32")).contiguous(memory_format=layout)
        self._real = images.split(settings["batch_size"])
        self._optimizers = [
            torch.optim.Adam(network.parameters(), fused=True, **self.adam)
            for network in (self._discriminator, self._generator)
        ]

    def networks(self, settings):
        """The generator and the discriminator."""
        size, filters = settings["image_size"], settings["filters"]
        generator = make_generator(size, settings["latent_dim"], filters)
        return generator.apply(initialise), make_discriminator(size, filters).apply(initialise)

    latents = staticmethod(uniform)
    critic_loss = staticmethod(logistic_losses)

    def penalty(self, real, fake):
        """What is added to the discriminator's loss."""
        return 0.0

    @staticmethod
    def generator_loss(on_fake):
        return functional.softplus(-on_fake).mean()

    def describe(self) -> dict:
        """What is measured here, after a first step."""
        self.steps(1)
        return {
            "versions": f"PyTorch {torch.__version__}",
            "parameters": [
                sum(p.numel() for p in network.parameters())
                for network in (self._generator, self._discriminator)
            ],
        }

    def steps(self, repeats: int) -> dict:
        """Times `repeats` training steps."""
        return turns.timed(lambda: self.step().item(), repeats)

    def step(self):
        """The updates of the discriminator, one of the generator."""
        generator, discriminator = self._generator, self._discriminator
        of_discriminator, of_generator = self._optimizers
        sizes = self._settings["batch_size"], self._settings["latent_dim"]
        for real in self._real:
            with torch.no_grad(), self._precision():
                fake = generator(self.latents(*sizes)).float()
            with self._precision():
                on_real, on_fake = discriminator(real), discriminator(fake)
            loss = self.critic_loss(on_real.float(), on_fake.float()) + self.penalty(real, fake)
            of_discriminator.zero_grad(set_to_none=True)
            loss.backward()
            of_discriminator.step()
        with self._precision():
            on_fake = discriminator(generator(self.latents(*sizes)))
        loss = self.generator_loss(on_fake.float())
        of_generator.zero_grad(set_to_none=True)
        # `inputs` leaves the discriminator's weight gradients out.
        loss.backward(inputs=list(generator.parameters()))
        of_generator.step()
        return loss

    def _precision(self):
        return torch.autocast("cpu", torch.bfloat16, enabled=self._settings["dtype"] == "bfloat16")
