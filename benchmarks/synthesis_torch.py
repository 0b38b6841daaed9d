"""The peers in the benchmark of StyleGAN2 and BigGAN: the same networks and steps in PyTorch.

Written as a careful user would: gradients are computed only for the player whose turn it is, the
generator runs without a graph in the discriminator's turn, styles scale maps rather than kernels of
each sample (on a processor grouped convolutions are slower), Adam is the fused one.
"""

import numpy as np
import torch
import turns
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

MIXING, DECAY = 0.9, 0.01


def matrix(taps, channels, gain):
    row = torch.tensor(taps) / sum(taps)
    return (gain * torch.outer(row, row)).repeat(channels, 1, 1, 1)


def filtered(x, gain=1.0, stride=1, padding=1):
    kernel = matrix((1.0, 3.0, 3.0, 1.0), x.shape[1], gain)
    return functional.conv2d(x, kernel, stride=stride, padding=padding, groups=x.shape[1])


def doubled(x):
    kernel = matrix((1.0, 3.0, 3.0, 1.0), x.shape[1], 4.0)
    return functional.conv_transpose2d(x, kernel, stride=2, padding=1, groups=x.shape[1])


def activated(x):
    return functional.leaky_relu(x, 0.2) * 2.0**0.5


class Dense(nn.Module):
    """A dense layer with an equalised learning rate."""

    def __init__(self, before, after, multiplier=1.0, bias=0.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after, before) / multiplier)
        self.bias = nn.Parameter(torch.full((after,), float(bias)))
        self.scale, self.multiplier = multiplier / before**0.5, multiplier

    def forward(self, x):
        return functional.linear(x, self.weight * self.scale, self.bias * self.multiplier)


class Conv(nn.Module):
    """A convolution with an equalised learning rate."""

    def __init__(self, before, after, size, stride=1, padding=None, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after, before, size, size))
        self.bias = nn.Parameter(torch.zeros(after)) if bias else None
        self.scale, self.stride = 1.0 / (before * size * size) ** 0.5, stride
        self.padding = size // 2 if padding is None else padding

    def forward(self, x):
        return functional.conv2d(x, self.weight * self.scale, self.bias, self.stride, self.padding)


class Modulated(nn.Module):
    """A convolution whose inputs a style scales, and whose outputs are normalised again."""

    def __init__(self, before, after, style_dim, size=3, up=False, demodulate=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after, before, size, size))
        self.bias = nn.Parameter(torch.zeros(after))
        self.affine = Dense(style_dim, before, bias=1.0)
        self.scale = 1.0 / (before * size * size) ** 0.5
        self.up, self.demodulate, self.padding = up, demodulate, size // 2

    def forward(self, x, style):
        scales, weight = self.affine(style), self.weight * self.scale
        x = x * scales[:, :, None, None]
        if self.up:
            x = functional.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
            x = filtered(x, gain=4.0)
        else:
            x = functional.conv2d(x, weight, padding=self.padding)
        if self.demodulate:
            lengths = scales.square() @ weight.square().sum((2, 3)).T
            x = x * torch.rsqrt(lengths + 1e-8)[:, :, None, None]
        return x + self.bias[:, None, None]


class Styled(nn.Module):
    """A modulated convolution with noise."""

    def __init__(self, before, after, style_dim, up=False):
        super().__init__()
        self.conv = Modulated(before, after, style_dim, up=up)
        self.strength = nn.Parameter(torch.zeros(()))

    def forward(self, x, style):
        x = self.conv(x, style)
        return activated(x + self.strength * torch.randn(len(x), 1, *x.shape[2:]))


class StyleGenerator(nn.Module):
    """The generator of StyleGAN2, from styles to images."""

    def __init__(self, widths, channels, latent_dim, style_dim, depth):
        super().__init__()
        sizes = [latent_dim, *[style_dim] * depth]
        self.dense = nn.ModuleList(
            Dense(a, b, 0.01) for a, b in zip(sizes, sizes[1:], strict=False)
        )
        self.constant = nn.Parameter(torch.randn(widths[0], 4, 4))
        self.up = nn.ModuleList(
            Styled(a, b, style_dim, up=True) for a, b in zip(widths, widths[1:], strict=False)
        )
        self.conv = nn.ModuleList(Styled(a, a, style_dim) for a in widths)
        self.colours = nn.ModuleList(
            Modulated(a, channels, style_dim, 1, demodulate=False) for a in widths
        )
        self.register_buffer("mean", torch.zeros(style_dim))
        self.count = 2 * len(widths)

    def mapping(self, latents):
        x = latents * torch.rsqrt(latents.square().mean(1, keepdim=True) + 1e-8)
        for dense in self.dense:
            x = activated(dense(x))
        self.mean.lerp_(x.detach().mean(0), 0.005)
        return x

    def training_styles(self, rows, latent_dim):
        first, second = self.mapping(torch.randn(2 * rows, latent_dim)).chunk(2)
        place = 1 + torch.floor(torch.rand(rows, 1) * (self.count - 1))
        place = torch.where(torch.rand(rows, 1) < MIXING, place, self.count)
        later = (torch.arange(self.count)[None] >= place)[..., None]
        return torch.where(later, second[:, None], first[:, None])

    def forward(self, styles):
        x, image = self.constant.expand(len(styles), -1, -1, -1), None
        for level, (conv, colours) in enumerate(zip(self.conv, self.colours, strict=True)):
            if level:
                x = self.up[level - 1](x, styles[:, 2 * level - 1])
            x = conv(x, styles[:, 2 * level])
            new = colours(x, styles[:, 2 * level + 1])
            image = new if image is None else doubled(image) + new
        return image


class StyleDiscriminator(nn.Module):
    """The discriminator of StyleGAN2."""

    def __init__(self, widths, channels):
        super().__init__()
        widths = widths[::-1]
        self.first = Conv(channels, widths[0], 1)
        pairs = list(zip(widths, widths[1:], strict=False))
        self.same = nn.ModuleList(Conv(a, a, 3) for a, _ in pairs)
        self.halves = nn.ModuleList(Conv(a, b, 3, 2, 0) for a, b in pairs)
        self.skip = nn.ModuleList(Conv(a, b, 1, bias=False) for a, b in pairs)
        self.last = Conv(widths[-1] + 1, widths[-1], 3)
        self.dense = Dense(16 * widths[-1], widths[-1])
        self.logit = Dense(widths[-1], 1)

    def forward(self, x):
        x = activated(self.first(x))
        for same, half, skip in zip(self.same, self.halves, self.skip, strict=True):
            straight = skip(filtered(x, stride=2))
            x = activated(half(filtered(activated(same(x)), padding=2)))
            x = (x + straight) * 0.5**0.5
        groups = x.reshape(4, -1, *x.shape[1:])
        deviation = (groups.var(0, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3))
        deviation = deviation.repeat(4)[:, None, None, None].expand(-1, 1, *x.shape[2:])
        x = activated(self.last(torch.cat([x, deviation], 1)))
        return self.logit(activated(self.dense(x.flatten(1))))


class Side:
    """A generator against a discriminator on one batch that is in memory already."""

    def __init__(self, settings, generator, discriminator, rates, betas):
        torch.set_num_threads(settings["threads"])
        self.settings, self.steps_done = settings, 0
        self.generator, self.discriminator = generator, discriminator
        shape = (settings["batch_size"], settings["channels"], 32, 32)
        images = np.random.default_rng(0).uniform(-1, 1, shape)
        self.real = torch.from_numpy(images.astype("float32"))
        self.optimizers = [
            torch.optim.Adam(network.parameters(), lr=rate, betas=betas, eps=1e-8, fused=True)
            for network, rate in zip((discriminator, generator), rates, strict=True)
        ]

    def describe(self) -> dict:
        self.steps(1)
        networks = self.generator, self.discriminator
        return {
            "versions": f"PyTorch {torch.__version__}",
            "parameters": [sum(p.numel() for p in one.parameters()) for one in networks],
        }

    def steps(self, repeats: int) -> dict:
        return turns.timed(self.step, repeats)

    def descend(self, player, loss):
        network = (self.discriminator, self.generator)[player]
        self.optimizers[player].zero_grad(set_to_none=True)
        loss.backward(inputs=list(network.parameters()))
        self.optimizers[player].step()
        return loss.item()

    def due(self, every):
        return every and self.steps_done % every == 0


class StyleGAN2Side(Side):
    """StyleGAN2, with penalties at the intervals that the settings say."""

    def __init__(self, settings):
        torch.manual_seed(0)
        widths, dim = [64, 64, 64, 32], 64
        generator = StyleGenerator(widths, settings["channels"], dim, dim, 2)
        discriminator = StyleDiscriminator(widths, settings["channels"])
        super().__init__(settings, generator, discriminator, (2e-3, 2e-3), (0.0, 0.99))
        self.dim, self.length = dim, torch.zeros(())

    def step(self):
        self.steps_done += 1
        rows, every = len(self.real), self.settings["every"]
        softplus = functional.softplus
        with torch.no_grad():
            fake = self.generator(self.generator.training_styles(rows, self.dim))
        loss = softplus(-self.discriminator(self.real)).mean()
        loss = loss + softplus(self.discriminator(fake)).mean()
        if self.due(every[0]):
            real = self.real.detach().requires_grad_(True)
            logits = self.discriminator(real)
            (gradient,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
            loss = loss + every[0] * 0.05 * gradient.square().sum((1, 2, 3)).mean()
        self.descend(0, loss)
        styles = self.generator.training_styles(rows, self.dim)
        loss = softplus(-self.discriminator(self.generator(styles))).mean()
        if self.due(every[1]):
            some = styles[::2]
            made = self.generator(some)
            total = (made * torch.randn_like(made)).sum() / 32.0
            (gradient,) = torch.autograd.grad(total, some, create_graph=True)
            lengths = (gradient.square().sum(2).mean(1) + 1e-12).sqrt()
            self.length = self.length.lerp(lengths.detach().mean(), DECAY)
            loss = loss + every[1] * 2.0 * (lengths - self.length).square().mean()
        return self.descend(1, loss)


# BigGAN -------------------------------------------------------------------------------------


def normalised(layer):
    nn.init.orthogonal_(layer.weight)
    return spectral_norm(layer, n_power_iterations=5, eps=1e-12)


def conv(before, after, size, bias=True):
    return normalised(nn.Conv2d(before, after, size, padding=size // 2, bias=bias))


class Attention(nn.Module):
    """Self-attention, keys and values pooled."""

    def __init__(self, width):
        super().__init__()
        self.query, self.key, self.value = (
            conv(width, width // part, 1, bias=False) for part in (8, 8, 2)
        )
        self.output = conv(width // 2, width, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        query = self.query(x).flatten(2)
        key, value = (functional.max_pool2d(one(x), 2).flatten(2) for one in (self.key, self.value))
        attention = (query.transpose(1, 2) @ key).softmax(-1)
        context = (value @ attention.transpose(1, 2)).reshape(len(x), -1, *x.shape[2:])
        return x + self.gamma * self.output(context)


class Conditional(nn.Module):
    """Conditional batch normalisation and ReLU."""

    def __init__(self, width, features):
        super().__init__()
        self.norm = nn.BatchNorm2d(width, affine=False)
        self.gamma, self.beta = (
            normalised(nn.Linear(features, width, bias=False)) for _ in range(2)
        )

    def forward(self, x, condition):
        gamma, beta = (one(condition)[:, :, None, None] for one in (self.gamma, self.beta))
        return functional.relu(self.norm(x) * (1.0 + gamma) + beta)


class Doubling(nn.Module):
    """A residual block of the generator."""

    def __init__(self, width, features):
        super().__init__()
        self.norms = nn.ModuleList(Conditional(width, features) for _ in range(2))
        self.skip, self.convs = (
            conv(width, width, 1),
            nn.ModuleList(conv(width, width, 3) for _ in range(2)),
        )

    def forward(self, x, condition):
        skip = functional.interpolate(self.skip(x), scale_factor=2)
        x = functional.interpolate(self.norms[0](x, condition), scale_factor=2)
        x = self.convs[1](self.norms[1](self.convs[0](x), condition))
        return x + skip


class BigGenerator(nn.Module):
    """The generator of BigGAN at 32 pixels."""

    def __init__(self, width, channels, chunk, classes, shared):
        super().__init__()
        self.shared = nn.Linear(classes, shared, bias=False)
        self.dense = normalised(nn.Linear(chunk, 16 * width))
        self.blocks = nn.ModuleList(Doubling(width, shared + chunk) for _ in range(3))
        self.attention, self.norm = Attention(width), nn.BatchNorm2d(width)
        self.last = conv(width, channels, 3)

    def forward(self, latents, classes):
        first, *chunks = latents.chunk(4, 1)
        shared = self.shared(classes)
        x = self.dense(first).reshape(len(latents), -1, 4, 4)
        for block, chunk in zip(self.blocks, chunks, strict=True):
            x = block(x, torch.cat([shared, chunk], 1))
            if x.shape[2] == 16:
                x = self.attention(x)
        return torch.tanh(self.last(functional.relu(self.norm(x))))


class BigBlock(nn.Module):
    """A residual block of the discriminator."""

    def __init__(self, before, after, down, first=False):
        super().__init__()
        self.down, self.first = down, first
        self.convs = nn.ModuleList([conv(before, after, 3), conv(after, after, 3)])
        self.skip = conv(before, after, 1) if down or before != after else None

    def forward(self, x):
        skip = functional.avg_pool2d(x, 2) if self.down else x
        skip = skip if self.skip is None else self.skip(skip)
        x = self.convs[0](x if self.first else functional.relu(x))
        x = self.convs[1](functional.relu(x))
        return skip + (functional.avg_pool2d(x, 2) if self.down else x)


class BigDiscriminator(nn.Module):
    """The discriminator of BigGAN at 32 pixels."""

    def __init__(self, width, channels, classes):
        super().__init__()
        self.blocks = nn.ModuleList(
            [BigBlock(channels, width, True, first=True), BigBlock(width, width, True)]
            + [BigBlock(width, width, False) for _ in range(2)]
        )
        self.attention = Attention(width)
        self.logit = normalised(nn.Linear(width, 1))
        self.embedding = normalised(nn.Linear(classes, width, bias=False))

    def forward(self, x, classes):
        for index, block in enumerate(self.blocks):
            x = block(x)
            x = self.attention(x) if index == 0 else x
        x = functional.relu(x).sum((2, 3))
        return self.logit(x) + (x * self.embedding(classes)).sum(1, keepdim=True)


class BigGANSide(Side):
    """BigGAN, with one update of each player."""

    def __init__(self, settings):
        torch.manual_seed(0)
        width, classes = 64, 10
        generator = BigGenerator(width, settings["channels"], 16, classes, 32)
        discriminator = BigDiscriminator(width, settings["channels"], classes)
        super().__init__(settings, generator, discriminator, (2e-4, 5e-5), (0.0, 0.999))
        labels = torch.arange(settings["batch_size"]) % classes
        self.classes = functional.one_hot(labels, classes).float()

    def step(self):
        rows = len(self.real)
        with torch.no_grad():
            fake = self.generator(torch.randn(rows, 64), self.classes)
        loss = functional.relu(1.0 - self.discriminator(self.real, self.classes)).mean()
        loss = loss + functional.relu(1.0 + self.discriminator(fake, self.classes)).mean()
        self.descend(0, loss)
        fake = self.generator(torch.randn(rows, 64), self.classes)
        loss = -self.discriminator(fake, self.classes).mean()
        for name, weight in self.generator.named_parameters():
            if weight.dim() > 1 and not name.startswith("shared"):
                rows_of = weight.flatten(1)
                gram = rows_of @ rows_of.T
                loss = loss + 1e-4 * (gram - torch.diag(gram.diagonal())).square().sum()
        return self.descend(1, loss)
