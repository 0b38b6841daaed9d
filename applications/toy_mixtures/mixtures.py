"""GANs on mixtures of Gaussians, where the modes that a generator finds can be counted.

python mixtures.py compare --seeds 5 --data ring_of_gaussians --out runs/ring
python mixtures.py compare --seeds 1 --models SNGAN --data grid_of_gaussians
python mixtures.py frozen --out runs/frozen
"""

import argparse
import dataclasses
import json
import pathlib
import sys
import time

import keras
import numpy as np
from matplotlib.figure import Figure

import keras_gan_zoo as kgz

# The standard deviation of each mixture's coordinates: outputs and inputs are scaled by it.
SIZES = {"ring_of_gaussians": 0.7, "grid_of_gaussians": 2.8}
METRICS = {"modes": "modes", "high_quality": "high quality", "reverse_kl": "reverse KL"}
COLUMNS = {**METRICS, "cpu_seconds": "CPU seconds"}


@dataclasses.dataclass(frozen=True)
class Settings:
    """How one model is trained. Learning rates fall to 0 along a cosine.

    Attributes:
        steps: Training steps.
        batch_size: Real samples of each update.
        rates: Adam's learning rates of the discriminator and the generator at the start.
        betas: Adam's decays of the two moments.
        updates: Updates of the discriminator and the generator in a training step.
        ema_decay: Decay of the moving average of the generator, which is what is measured.
        critic: Arguments of `kgz.networks.toy_critic`.
        sharpness: The critic's inputs have this standard deviation. More makes it easier for the
            critic to tell apart points that are close.
        arguments: Further arguments of the model.
    """

    steps: int
    batch_size: int
    rates: tuple
    betas: tuple = (0.5, 0.9)
    updates: tuple = (1, 1)
    ema_decay: float = 0.999
    critic: dict = dataclasses.field(default_factory=dict)
    sharpness: float = 4.0
    arguments: dict = dataclasses.field(default_factory=dict)


SETTINGS = {
    "GAN": Settings(3000, 256, (2e-3, 2e-3), arguments={"sample_shape": (2,)}),
    "WGANGP": Settings(3000, 256, (2e-3, 2e-3), updates=(2, 1)),
    "SNGAN": Settings(
        3000,
        256,
        (2e-3, 2e-3),
        critic={"normalization": "spectral"},
        arguments={"adversarial_loss": "hinge"},
    ),
    "OTGAN": Settings(2000, 256, (1e-3, 3e-3), critic={"output_dim": 8}),
}


def compare(arguments):
    """Trains every model with several seeds; writes numbers, a table and a picture."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    runs, panels = [], []
    for data in arguments.data:
        means = kgz.datasets.builtin.MIXTURES[data][0]()
        panels.append([])
        for name in arguments.models:
            for seed in range(arguments.seeds):
                settings = SETTINGS[name]
                if arguments.steps:
                    settings = dataclasses.replace(settings, steps=arguments.steps)
                model, seconds = train(name, settings, data, seed)
                measured = kgz.evaluation.evaluate(model, data)
                numbers = {**measured["metrics"], "cpu_seconds": round(seconds, 1)}
                print(f"{data} {name} seed {seed}: {numbers}", flush=True)
                runs.append({"data": data, "model": name, "seed": seed, **numbers})
                if seed == 0:
                    points = np.asarray(model.generate(2500, seed=0))
                    panels[-1].append(Panel(caption(name, points, data), points, means))
                # Written after every run, so that a run that is stopped leaves what it measured.
                write_numbers(arguments.out, runs, measured["protocol"])
    draw(arguments.out / "points.png", panels)
    print(f"Numbers, table and picture: {arguments.out}")


def train(name, settings, data, seed):
    """Trains one model on a mixture.

    Args:
        name: Of a class in `kgz.models`.
        settings: Its `Settings`.
        data: Name of the mixture.
        seed: Of weights, noise and the order of the data.

    Returns:
        The model, and the CPU seconds that training took.
    """
    keras.utils.set_random_seed(seed)
    model = make(getattr(kgz.models, name), settings, SIZES[data], seed)
    model.compile(optimizers(settings), steps_per_execution=min(100, settings.steps))
    rows = settings.batch_size * max(settings.updates)
    real = kgz.datasets.load(data, batch_size=rows, seed=seed, labels=False, drop_remainder=True)
    start = time.process_time()
    model.fit(
        real.repeat(), steps_per_epoch=settings.steps, epochs=1, verbose=int(sys.stdout.isatty())
    )
    return model, time.process_time() - start


def make(model, settings, size, seed):
    """A model of the class `model` with small dense networks, for points of standard deviation
    `size`. All models have the same generator.
    """
    discriminator_steps, generator_steps = settings.updates
    return model(
        generator=kgz.networks.toy_generator(output_scale=size),
        discriminator=kgz.networks.toy_critic(
            input_scale=settings.sharpness / size, **settings.critic
        ),
        latent_dim=2,
        latent_distribution="normal",
        discriminator_steps=discriminator_steps,
        generator_steps=generator_steps,
        ema_decay=settings.ema_decay,
        seed=seed,
        **settings.arguments,
    )


def optimizers(settings):
    """An Adam for each player, whose learning rate is 0 at the end."""
    beta_1, beta_2 = settings.betas
    players = zip(("discriminator", "generator"), settings.rates, settings.updates, strict=True)
    return {
        player: keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(rate, settings.steps * updates), beta_1, beta_2
        )
        for player, rate, updates in players
    }


def write_numbers(folder, runs, protocol):
    """Writes every run as JSON, and the means over seeds as a table in Markdown."""
    settings = {name: dataclasses.asdict(SETTINGS[name]) for name in {r["model"] for r in runs}}
    facts = {"protocol": protocol, "settings": settings, "runs": runs}
    (folder / "results.json").write_text(json.dumps(facts, indent=1) + "\n")
    (folder / "results.md").write_text(table(runs))


def table(runs):
    """The means over seeds, one row for each data set and model.

    Args:
        runs: Dicts with `data`, `model` and the numbers of one run each.

    Returns:
        Markdown.
    """
    lines = [
        "| data | model | seeds | " + " | ".join(COLUMNS.values()) + " |",
        "|" + "---|" * (3 + len(COLUMNS)),
    ]
    for data, name in dict.fromkeys((run["data"], run["model"]) for run in runs):
        group = [run for run in runs if (run["data"], run["model"]) == (data, name)]
        mean = {key: np.mean([run[key] for run in group]) for key in COLUMNS}
        lines.append(
            f"| {data} | {name} | {len(group)} | {mean['modes']:.1f} | "
            f"{100 * mean['high_quality']:.1f} % | {mean['reverse_kl']:.3f} | "
            f"{mean['cpu_seconds']:.0f} |"
        )
    return "\n".join(lines) + "\n"


@dataclasses.dataclass(frozen=True)
class Panel:
    """One panel of a picture: points, the means they are compared with, and a title."""

    title: str
    points: np.ndarray
    means: np.ndarray


def draw(path, rows):
    """Draws points over the true means.

    Args:
        path: Of the picture.
        rows: Lists of as many `Panel`s.
    """
    figure = Figure(figsize=(2.7 * len(rows[0]), 2.9 * len(rows)), layout="constrained")
    for axes, panel in zip(
        figure.subplots(len(rows), len(rows[0]), squeeze=False).flat, sum(rows, []), strict=True
    ):
        axes.plot(*panel.means.T, "x", color="tab:red", markersize=7, markeredgewidth=1.0)
        axes.plot(*panel.points.T, ".", color="tab:blue", markersize=1.5)
        limit = 1.35 * np.abs(panel.means).max()
        axes.set(xlim=(-limit, limit), ylim=(-limit, limit), xticks=[], yticks=[], aspect="equal")
        axes.set_title(panel.title, fontsize=9)
    figure.savefig(path, dpi=90)


# The lecture's figure -----------------------------------------------------------------------


class FreezableCritic:
    """Mixin for an adversarial model: once `frozen`, only the generator is trained.

    Compile the model again after setting `frozen`, so that its training step is traced anew.
    """

    frozen = False

    def phases(self):
        return tuple(p for p in super().phases() if not (self.frozen and p.name == "discriminator"))


class FreezableGAN(FreezableCritic, kgz.models.GAN):
    """The original GAN, with a critic that can be frozen."""


class FreezableOTGAN(FreezableCritic, kgz.models.OTGAN):
    """OT-GAN, with a critic that can be frozen."""


# As in the authors' toy example: radius 2, standard deviation 0.2.
LECTURE_MEANS = 2.0 * kgz.datasets.builtin.ring_means()
LECTURE_DEVIATION = 0.2
LECTURE_SIZE = 1.4
LECTURE_SETTINGS = {
    FreezableOTGAN: Settings(
        3000,
        128,
        (5e-4, 5e-4),
        ema_decay=None,
        critic={"output_dim": 8},
        sharpness=1.0,
        arguments={"regularization": 0.01, "iterations": 10},
    ),
    FreezableGAN: Settings(
        3000,
        128,
        (5e-4, 5e-4),
        ema_decay=None,
        sharpness=1.0,
        arguments={"sample_shape": (2,)},
    ),
}
TITLES = {FreezableOTGAN: "OT-GAN", FreezableGAN: "original GAN"}


def frozen(arguments):
    """Trains both players, then freezes the critic and trains the generator alone."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    runs, rows = [], []
    for model_class in LECTURE_SETTINGS:
        rows.append([])
        for step, is_frozen, points in snapshots(model_class, arguments):
            numbers = kgz.metrics.mode_coverage(points, LECTURE_MEANS, LECTURE_DEVIATION)
            title = TITLES[model_class]
            after = f"critic frozen for {step} steps" if is_frozen else f"{step} steps together"
            print(f"{title}, {after}: {numbers}", flush=True)
            runs.append({"model": title, "steps": step, "frozen": is_frozen, **numbers})
            caption = f"{title}, {after}\n{numbers['modes']} of 8 modes"
            rows[-1].append(Panel(caption, points, LECTURE_MEANS))
    (arguments.out / "frozen_critic.json").write_text(json.dumps(runs, indent=1) + "\n")
    draw(arguments.out / "frozen_critic.png", rows)
    print(f"Numbers and picture: {arguments.out}")


def snapshots(model_class, arguments):
    """Points of the generator on its way.

    Args:
        model_class: A key of `LECTURE_SETTINGS`.
        arguments: With `seed`, and `steps` to train together and then with a frozen critic.

    Yields:
        Steps since the start or since the freeze, whether the critic is frozen, and 2,500 points.
    """
    settings = LECTURE_SETTINGS[model_class]
    together = arguments.steps or settings.steps
    keras.utils.set_random_seed(arguments.seed)
    model = make(model_class, settings, LECTURE_SIZE, arguments.seed)
    random = np.random.default_rng(arguments.seed)
    rows = settings.batch_size * max(settings.updates)
    plan = {False: (together // 10, together), True: (together // 10, together)}
    for model.frozen, stops in plan.items():
        model.compile(constant_optimizers(model, settings), steps_per_execution=together // 10)
        for start, stop in zip((0, *stops[:-1]), stops, strict=True):
            model.fit(lecture_points((stop - start) * rows, random), batch_size=rows, verbose=0)
            yield stop, model.frozen, np.asarray(model.generate(2500, seed=0))


def constant_optimizers(model, settings):
    """An Adam with a constant learning rate for each player that is trained."""
    rates = dict(zip(("discriminator", "generator"), settings.rates, strict=True))
    return {
        phase.name: keras.optimizers.Adam(rates[phase.name], *settings.betas)
        for phase in model.phases()
    }


def lecture_points(count, random):
    """Points of the lecture's eight Gaussians, `(count, 2)`."""
    means = LECTURE_MEANS[random.integers(len(LECTURE_MEANS), size=count)]
    noise = random.standard_normal(means.shape)
    return (means + LECTURE_DEVIATION * noise).astype("float32")


def caption(name, points, data):
    """The title of a panel: the model, the modes and the share of high quality."""
    numbers = kgz.evaluation.evaluate(points, data)["metrics"]
    return f"{name}: {numbers['modes']} modes, {100 * numbers['high_quality']:.1f} %"


def main():
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    for function in (compare, frozen):
        command = commands.add_parser(function.__name__, help=function.__doc__)
        command.set_defaults(run=function)
        command.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/toy_mixtures"))
        command.add_argument("--steps", type=int, help="training steps, instead of the table's")
        if function is compare:
            command.add_argument("--seeds", type=int, default=5, help="0, 1, ... up to this")
            command.add_argument("--data", nargs="+", choices=SIZES, default=list(SIZES))
            command.add_argument("--models", nargs="+", choices=SETTINGS, default=list(SETTINGS))
        else:
            command.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
