"""The peers of SNGAN (ResNet) and WGAN-GP in the benchmark of training steps, in PyTorch."""

import step_torch
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

GRID = 4  # side of the coarsest


class GeneratorBlock(nn.Module):
    """A residual block that doubles the side."""

    def __init__(self, before, width):
        super().__init__()
        self.shortcut = nn.Conv2d(before, width, 1)
        self.norms = nn.ModuleList([nn.BatchNorm2d(before), nn.BatchNorm2d(width)])
        self.first = nn.Conv2d(before, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        h = functional.interpolate(functional.relu(self.norms[0](x)), scale_factor=2)
        h = self.second(functional.relu(self.norms[1](self.first(h))))
        return h + functional.interpolate(self.shortcut(x), scale_factor=2)


class DiscriminatorBlock(nn.Module):
    """A residual block, which halves the side unless told otherwise."""

    def __init__(self, before, width, halves, first=False):
        super().__init__()
        self.is_first, self.halves = first, halves
        needed = first or halves or before != width
        self.shortcut = spectral_norm(nn.Conv2d(before, width, 1)) if needed else nn.Identity()
        self.first = spectral_norm(nn.Conv2d(before, width, 3, padding=1))
        self.second = spectral_norm(nn.Conv2d(width, width, 3, padding=1))

    def forward(self, x):
        h = self.first(x if self.is_first else functional.relu(x))
        h = self.second(functional.relu(h))
        if self.halves:
            h, x = functional.avg_pool2d(h, 2), functional.avg_pool2d(x, 2)
        return h + self.shortcut(x)


class SumPooling(nn.Module):
    """Sums over positions."""

    def forward(self, x):
        return x.sum(dim=(2, 3))


class SNGANSide(step_torch.TorchSide):
    """SNGAN's residual networks at 32x32, five updates of the discriminator.

    PyTorch's spectral normalisation, with its one step of power iteration.
    """

    updates = 5
    adam = {"lr": 2e-4, "betas": (0.0, 0.9), "eps": 1e-8}

    def networks(self, settings):
        wide, width = 256, 128
        units = wide * GRID**2
        generator = nn.Sequential(
            nn.Linear(settings["latent_dim"], units),
            step_torch.Reshape(wide, GRID, GRID),
            *(GeneratorBlock(wide, wide) for _ in range(3)),
            nn.BatchNorm2d(wide),
            nn.ReLU(),
            nn.Conv2d(wide, 3, 3, padding=1),
            nn.Tanh(),
        )
        discriminator = nn.Sequential(
            DiscriminatorBlock(3, width, True, first=True),
            DiscriminatorBlock(width, width, True),
            DiscriminatorBlock(width, width, False),
            DiscriminatorBlock(width, width, False),
            nn.ReLU(),
            SumPooling(),
            spectral_norm(nn.Linear(width, 1, bias=False)),
        )
        return generator, discriminator

    latents = staticmethod(torch.randn)

    @staticmethod
    def critic_loss(on_real, on_fake):
        return functional.relu(1 - on_real).mean() + functional.relu(1 + on_fake).mean()

    @staticmethod
    def generator_loss(on_fake):
        return -on_fake.mean()


class WGANGPSide(step_torch.TorchSide):
    """WGAN-GP's convolutional networks, five updates of the critic with its gradient penalty."""

    updates = 5
    adam = {"lr": 1e-4, "betas": (0.5, 0.9), "eps": 1e-8}

    def networks(self, settings):
        widths, side = [], settings["image_size"]
        while side > GRID:
            widths.append(64 * 2 ** len(widths))
            side //= 2
        critic, before = [], 3
        for width in widths:
            critic += [nn.Conv2d(before, width, 5, 2, padding=2), nn.LeakyReLU(0.2)]
            before = width
        critic += [nn.Flatten(), nn.Linear(before * GRID**2, 1)]
        generator = [
            nn.Linear(settings["latent_dim"], before * GRID**2),
            nn.ReLU(),
            step_torch.Reshape(before, GRID, GRID),
        ]
        for width in [*widths[-2::-1], 3]:
            generator.append(nn.ConvTranspose2d(before, width, 5, 2, padding=2, output_padding=1))
            generator.append(nn.Tanh() if width == 3 else nn.ReLU())
            before = width
        return nn.Sequential(*generator), nn.Sequential(*critic)

    latents = staticmethod(torch.randn)

    @staticmethod
    def critic_loss(on_real, on_fake):
        return on_fake.mean() - on_real.mean()

    def penalty(self, real, fake):
        mix = real + torch.rand(len(real), 1, 1, 1) * (fake - real)
        mix.requires_grad_()
        with self._precision():
            judged = self._discriminator(mix)
        (gradient,) = torch.autograd.grad(judged.float().sum(), mix, create_graph=True)
        return 10.0 * (gradient.flatten(1).norm(dim=1) - 1).square().mean()

    @staticmethod
    def generator_loss(on_fake):
        return -on_fake.mean()
