"""The controller's evolution, by the covariance matrix adaptation evolution strategy."""

import json
import pathlib

import keras
import numpy as np
import rich.progress
from learning import dreams_of
from rollouts import new_controller, play_one, world_of
from settings import settings_of
from workers import Workers

from keras_gan_zoo import atomic
from keras_gan_zoo.environments.extra import package

EVOLVED, CHECKED = 2, 3  # purposes of seeds
REAL = 100_000  # where the numbers of episodes begin that a controller is evolved with


class Evolution:
    """A strategy whose whole state is what it has been told.

    It draws from a generator of its own, so that the fitness of all generations, replayed, puts it
    where it was: a file of numbers, which anyone can read, takes the place of a pickled object.

    Args:
        size: How many parameters there are.
        sigma: Standard deviation at first; the mean at first is 0.
        population: Members of a generation.
        decay: Of weights: the fitness of a member loses so many of its mean squares.
        seed: Of what is drawn.
        log: The fitness of generations, as `told` kept it.

    Raises:
        ValueError: If the log leads elsewhere than it did when it was written.

    References:
        Hansen 2016, The CMA Evolution Strategy: A Tutorial, arXiv 1604.00772; Ros and Hansen 2008,
        A Simple Modification in CMA-ES Achieving Linear Time and Space Complexity. Only the
        diagonal of the covariance matrix is adapted.

    Deviations:
        The authors' code adds what weights should lose to the negated fitness with the wrong sign,
        and so rewards large ones.
    """

    def __init__(self, size: int, sigma: float, population: int, decay: float, seed: int, log=()):
        random = np.random.default_rng(seed)
        options = {
            "popsize": population,
            "CMA_diagonal": True,
            "seed": np.nan,  # NumPy's own generator is left alone
            "randn": lambda *shape: random.standard_normal(shape),
            "verbose": -9,
            "verb_log": 0,
        }
        strategy = package("cma").CMAEvolutionStrategy
        self._strategy = strategy(np.zeros(size), sigma, options)
        self._decay, self.log = decay, []
        for line in log:
            self.members()
            self.told(line["fitness"])
            if not np.isclose(self.log[-1]["norm"], line["norm"], rtol=1e-6):
                raise ValueError(
                    f"Expected generation {len(self.log)} to end in a mean of norm "
                    f"{line['norm']}, as the log says. Received: {self.log[-1]['norm']}; the log "
                    "is of another version of `cma`, or of other settings"
                )
            self.log[-1] = line

    def members(self) -> np.ndarray:
        """The members of the next generation, `(population, size)`."""
        self._members = self._strategy.ask()
        return np.stack(self._members).astype("float32")

    def told(self, fitness):
        """Goes on to the next generation.

        Args:
            fitness: Of each member, to be as large as it can be.
        """
        fitness = [float(one) for one in fitness]
        decays = [self._decay * float(np.mean(np.square(one))) for one in self._members]
        costs = [lost - gained for lost, gained in zip(decays, fitness, strict=True)]
        self._strategy.tell(self._members, costs)
        self.log.append({"fitness": fitness, "norm": float(np.linalg.norm(self._strategy.mean))})

    @property
    def mean(self) -> np.ndarray:
        """The mean of the strategy: its guess."""
        return np.asarray(self._strategy.mean, "float32")


def evolve(run: pathlib.Path, temperature: float, workers: Workers):
    """Evolves C, in dreams of a temperature or, on the race track, in the game.

    Every `check_every` generations the mean is tried in many other episodes; the best of these
    means is written as the preset `controller_<temperature>`.
    """
    settings, name = settings_of(run), f"{temperature:g}"
    if (run / f"controller_{name}").exists():
        return
    _, memory = world_of(run)
    controller, path = new_controller(settings, memory), run / f"evolution_{name}.json"
    log = json.loads(path.read_text()) if path.exists() else []
    size, population = controller.count_params(), settings.population
    known = size, settings.sigma, population, settings.decay, settings.seed_of(EVOLVED)
    evolution = Evolution(*known, log)
    tried = _tried_in(run, controller, temperature, workers)
    left = range(len(evolution.log), settings.generations)
    for generation in rich.progress.track(left, f"evolve at {name}"):
        members = evolution.members()
        fitness = tried(members, settings.rollouts, settings.seed_of(EVOLVED, generation))
        evolution.told(fitness.mean(axis=1))
        done = generation + 1
        if done % settings.check_every == 0 or done == settings.generations:
            returns = tried(
                evolution.mean[None], settings.check_rollouts, settings.seed_of(CHECKED, generation)
            )[0]
            evolution.log[-1] |= {
                "checked": [float(returns.mean()), float(returns.std())],
                "mean": [float(one) for one in evolution.mean],
            }
        atomic.write_json(path, evolution.log)
    best = max((one for one in evolution.log if "checked" in one), key=lambda one: one["checked"])
    controller.set_parameters(best["mean"])
    facts = {
        "data": settings.environment,
        "generations": len(evolution.log),
        "temperature": temperature,
        "score": best["checked"],
        "evolved_in": "dreams" if settings.dreams else "the game",
    }
    controller.save_to_preset(run / f"controller_{name}", facts, dtype="float16")


def _tried_in(run, controller, temperature, workers):
    """What tries members: a function of members, rollouts and a seed to returns of each."""
    settings, made = settings_of(run), {}

    def act(number, seen, rows, each):
        parameters = keras.ops.take(rows, number // each, axis=0)
        single = {name: part[:, None] for name, part in seen.items()}
        actions = controller.act_each(parameters, **single)
        return keras.ops.reshape(actions, (-1, controller.action_dim))

    def in_dreams(members, rollouts, seed):
        shape = len(members), rollouts
        if shape not in made:
            options = {"copies": shape[0], "temperature": temperature}
            made[shape] = dreams_of(run, shape[0] * shape[1], **options).episodes(act)
        given = [keras.ops.convert_to_tensor(part) for part in (members, rollouts)]
        return made[shape](seed, *given).reshape(shape)

    def in_the_game(members, rollouts, seed):
        first = REAL + seed % REAL * rollouts
        tasks = [
            (str(run), tuple(map(float, one)), first + index, settings.skill)
            for one in members
            for index in range(rollouts)
        ]
        found = dict(workers.each(play_one, tasks))
        return np.array([found[task] for task in tasks]).reshape(len(members), rollouts)

    return in_dreams if settings.dreams else in_the_game
