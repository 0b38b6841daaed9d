"""GANs on mixtures of Gaussians, where the modes that a generator finds can be counted.

python mixtures.py compare --seeds 5 --data ring_of_gaussians --out runs/ring
python mixtures.py compare --seeds 1 --models SNGAN --data grid_of_gaussians
python mixtures.py frozen --out runs/frozen
"""

import argparse
import dataclasses
import io
import json
import pathlib
import sys
import time

import keras_gan_zoo as kgz  # before Keras: it has TensorFlow use oneDNN

# isort: split
import keras
import numpy as np
import PIL.Image
from matplotlib.figure import Figure

# The standard deviation of each mixture's coordinates, by which networks are scaled, and the
# training steps of a model with batches of 256 points.
SIZES = {"ring_of_gaussians": 0.7, "grid_of_gaussians": 2.8}
STEPS = {"ring_of_gaussians": 4000, "grid_of_gaussians": 8000}
# Deep rather than wide: the way from one mode to the next has to be steep.
GENERATOR_UNITS = (64,) * 5
CRITIC_UNITS = (64,) * 3
COLUMNS = {
    "modes": "modes",
    "high_quality": "high quality",
    "reverse_kl": "reverse KL",
    "cpu_seconds": "CPU seconds",
}


@dataclasses.dataclass(frozen=True)
class Settings:
    """How one model is trained.

    Attributes:
        model: Name of the class in `kgz.models`.
        arguments: Further arguments of the model.
        gradient_penalty: Weight of the gradient penalty; `None` for the model's own.
        critic: Further arguments of `kgz.networks.toy_critic`.
        sharpness: The standard deviation of the critic's inputs. More makes it easier for the
            critic to tell close points apart, which a Lipschitz constraint makes hard.
        batch_size: Real samples of each update.
        longer: Times as many training steps, for a model with smaller batches.
        updates: Updates of the discriminator and the generator in a training step.
        rates: Adam's learning rates of the discriminator and the generator at the start; `None`
            for the optimizers of the model's paper.
        betas: Adam's decays of the two moments.
        decay: Whether learning rates fall to 0 along a cosine.
        ema_decay: Decay of the moving average of the generator, which is what is measured.
        jit_compile: Whether XLA compiles the training step, which pays for Sinkhorn's loop.
    """

    model: str
    arguments: dict = dataclasses.field(default_factory=dict)
    gradient_penalty: float | None = None
    critic: dict = dataclasses.field(default_factory=dict)
    sharpness: float = 1.0
    batch_size: int = 256
    longer: int = 1
    updates: tuple = (1, 1)
    rates: tuple | None = (2e-3, 2e-3)
    betas: tuple = (0.0, 0.99)
    decay: bool = True
    ema_decay: float | None = 0.999
    jit_compile: bool = False


# As plain GANs are trained in the literature: constant rates, no moving average.
PLAIN = Settings(
    "GAN",
    {"sample_shape": (2,)},
    rates=(2e-4, 2e-4),
    betas=(0.5, 0.999),
    decay=False,
    ema_decay=None,
)
SETTINGS = {
    "GAN": Settings("GAN", {"sample_shape": (2,)}),
    # The Adams of DCGAN (Radford et al. 2016) and of the demo of unrolled GANs (Metz et al. 2017).
    "GAN-dcgan-adam": PLAIN,
    "GAN-metz-adam": dataclasses.replace(PLAIN, rates=(1e-4, 1e-3)),
    # The gradient descent of its own paper.
    "GAN-descent": dataclasses.replace(PLAIN, rates=None),
    # The settings of SNGAN, without its normalisation and its loss.
    "GAN-sharp": Settings("GAN", {"sample_shape": (2,)}, sharpness=20.0),
    "GAN-minimax": Settings("GAN", {"sample_shape": (2,), "adversarial_loss": "minimax"}),
    "WGAN-GP": Settings("WGANGP", gradient_penalty=0.1, sharpness=10.0, updates=(2, 1)),
    "SNGAN": Settings(
        "SNGAN", {"adversarial_loss": "hinge"}, critic={"normalization": "spectral"}, sharpness=20.0
    ),
    "OT-GAN": Settings(
        "OTGAN",
        {"regularization": 0.02, "iterations": 5},
        critic={"output_dim": 32},
        sharpness=3.0,
        batch_size=128,
        longer=6,
        rates=(1e-3, 2e-3),
        jit_compile=True,
    ),
}


def compare(arguments):
    """Trains every model with several seeds; writes numbers, a table and a picture."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    for data in arguments.data:
        for name in arguments.models:
            for seed in range(arguments.seeds):
                steps = arguments.steps or STEPS[data] * SETTINGS[name].longer
                measure(arguments.out, data, name, seed, steps)
    results = load_results(arguments.out)
    print(table(results))
    draw_results(arguments.out, results)
    print(f"Numbers, table and picture: {arguments.out}")


def measure(folder, data, name, seed, steps):
    """Trains and measures one model, unless `folder` has the numbers already."""
    results = load_results(folder)
    key = {"data": data, "model": name, "seed": seed}
    # What JSON makes of it, so that it compares equal with what was stored.
    settings = json.loads(json.dumps({"steps": steps, **dataclasses.asdict(SETTINGS[name])}))
    same = [run for run in results if all(run[part] == value for part, value in key.items())]
    if any(run["settings"] == settings for run in same):
        print(f"{data} {name} seed {seed}: done before", flush=True)
        return
    model, seconds = train(SETTINGS[name], data, steps, seed)
    measured = kgz.evaluation.evaluate(model, data)
    numbers = {**measured["metrics"], "cpu_seconds": round(seconds, 1)}
    print(f"{data} {name} seed {seed}: {numbers}", flush=True)
    if seed == 0:
        np.save(points_file(folder, data, name), np.asarray(model.generate(2500, seed=0)))
    run = {**key, **numbers, "settings": settings, "protocol": measured["protocol"]}
    results = [one for one in results if one not in same] + [run]
    data_sets, models = list(SIZES), list(SETTINGS)
    results.sort(key=lambda r: (data_sets.index(r["data"]), models.index(r["model"]), r["seed"]))
    (folder / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (folder / "results.md").write_text(table(results))


def load_results(folder):
    """The runs that `folder` has the numbers of."""
    path = folder / "results.json"
    return json.loads(path.read_text()) if path.exists() else []


def points_file(folder, data, name):
    """Where the points of a model's first seed are kept for the picture."""
    return folder / f"{data}_{name}.npy"


def train(settings, data, steps, seed):
    """Trains one model on a mixture.

    Args:
        settings: Its `Settings`.
        data: Name of the mixture.
        steps: Training steps.
        seed: Of weights, noise and the order of the data.

    Returns:
        The model, and the CPU seconds that training took.
    """
    keras.utils.set_random_seed(seed)
    model = make(getattr(kgz.models, settings.model), settings, SIZES[data], seed)
    model.compile(
        optimizers(settings, steps),
        jit_compile=settings.jit_compile,
        steps_per_execution=min(100, steps),
    )
    rows = settings.batch_size * max(settings.updates)
    real = kgz.datasets.load(data, batch_size=rows, seed=seed, labels=False, drop_remainder=True)
    start = time.process_time()
    model.fit(real.repeat(), steps_per_epoch=steps, verbose=int(sys.stdout.isatty()))
    return model, time.process_time() - start


def make(model_class, settings, size, seed):
    """A model with small dense networks, for points whose standard deviation is `size`.

    The generator is the same for all models.
    """
    discriminator_steps, generator_steps = settings.updates
    arguments = dict(settings.arguments)
    if settings.gradient_penalty is not None:
        arguments["penalties"] = [kgz.penalties.GradientPenalty(settings.gradient_penalty)]
    return model_class(
        generator=kgz.networks.toy_generator(units=GENERATOR_UNITS, output_scale=size),
        discriminator=kgz.networks.toy_critic(
            units=CRITIC_UNITS, input_scale=settings.sharpness / size, **settings.critic
        ),
        latent_dim=2,
        latent_distribution="normal",
        discriminator_steps=discriminator_steps,
        generator_steps=generator_steps,
        ema_decay=settings.ema_decay,
        seed=seed,
        **arguments,
    )


def optimizers(settings, steps):
    """An Adam for each player; where rates fall, they are 0 after `steps` training steps."""
    if settings.rates is None:
        return None

    def schedule(rate, updates):
        decays = keras.optimizers.schedules.CosineDecay
        return decays(rate, steps * updates) if settings.decay else rate

    players = zip(("discriminator", "generator"), settings.rates, settings.updates, strict=True)
    return {
        player: keras.optimizers.Adam(schedule(rate, updates), *settings.betas)
        for player, rate, updates in players
    }


def table(results):
    """The means over seeds, one row for each data set and model.

    Args:
        results: Dicts with `data`, `model` and the numbers of one run each.

    Returns:
        Markdown.
    """
    lines = [
        "| data | model | seeds | " + " | ".join(COLUMNS.values()) + " |",
        "|" + "---|" * (3 + len(COLUMNS)),
    ]
    for data, name in dict.fromkeys((run["data"], run["model"]) for run in results):
        group = [run for run in results if (run["data"], run["model"]) == (data, name)]
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
        rows: Lists of `Panel`s.
    """
    columns = max(len(row) for row in rows)
    figure = Figure(figsize=(2.7 * columns, 2.9 * len(rows)), layout="constrained")
    grid = figure.subplots(len(rows), columns, squeeze=False)
    for (row, column), axes in np.ndenumerate(grid):
        if column >= len(rows[row]):
            axes.set_axis_off()
            continue
        panel = rows[row][column]
        axes.plot(*panel.points.T, ".", color="tab:blue", markersize=1.5)
        axes.plot(*panel.means.T, "x", color="tab:red", markersize=6, markeredgewidth=1.2)
        limit = 1.35 * np.abs(panel.means).max()
        axes.set(xlim=(-limit, limit), ylim=(-limit, limit), xticks=[], yticks=[], aspect="equal")
        axes.set_title(panel.title, fontsize=9)
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=90)
    # A palette makes the file several times smaller.
    PIL.Image.open(buffer).convert("RGB").quantize(32).save(path, optimize=True)


def draw_results(folder, results):
    """Draws the points of every model's first seed: a row for each data set."""
    rows = {}
    for run in results:
        if run["seed"] == 0:
            means = kgz.datasets.builtin.MIXTURES[run["data"]][0]()
            good = 100 * run["high_quality"]
            title = f"{run['model']}: {run['modes']} of {len(means)} modes, {good:.1f} %"
            points = np.load(points_file(folder, run["data"], run["model"]))
            rows.setdefault(run["data"], []).append(Panel(title, points, means))
    draw(folder / "points.png", list(rows.values()))


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
LECTURE_STEPS = 3000
LECTURE_SETTINGS = {
    FreezableOTGAN: Settings(
        "OTGAN",
        batch_size=256,
        rates=(5e-4, 5e-4),
        ema_decay=None,
        critic={"output_dim": 8},
        arguments={"regularization": 0.02, "iterations": 5},
        jit_compile=True,
    ),
    FreezableGAN: Settings(
        "GAN",
        batch_size=256,
        rates=(5e-4, 5e-4),
        ema_decay=None,
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
            after = f"critic frozen for {step}" if is_frozen else f"{step} steps together"
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
    together = arguments.steps or LECTURE_STEPS
    keras.utils.set_random_seed(arguments.seed)
    model = make(model_class, settings, LECTURE_SIZE, arguments.seed)
    random = np.random.default_rng(arguments.seed)
    rows = settings.batch_size * max(settings.updates)
    early = max(1, together // 10)
    for model.frozen in (False, True):
        model.compile(
            constant_optimizers(model, settings),
            jit_compile=settings.jit_compile,
            steps_per_execution=early,
        )
        for start, stop in ((0, early), (early, together)):
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
