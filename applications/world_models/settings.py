"""What a run is made with, kept in its folder."""

import dataclasses
import json
import pathlib

import numpy as np

from keras_gan_zoo import atomic, errors


@dataclasses.dataclass(frozen=True)
class Settings:
    """The numbers of a run. Those here are for Doom on a processor; the paper's are beside them."""

    environment: str = "doom"  # or "car_racing"
    skill: int = 4  # of Doom
    frame_skip: int = 4  # 1
    time_limit: int = 2100  # in frames; 1000 on the race track
    seed: int = 0
    episodes: int = 1500  # 10,000
    hold: int = 3  # steps for which a random action is held at most; 10 (frames)
    latent_dim: int = 32  # 64, and 32 on the race track
    filters: int = 16  # 32
    vision_frames: int = 30_000  # all
    vision_epochs: int = 10
    vision_batch: int = 64  # 100
    vision_rate: float = 1e-3  # 1e-4
    units: int = 128  # 512, and 256 on the race track
    steps: int = 100  # 500, and 999 on the race track
    memory_batch: int = 32  # 100
    memory_updates: int = 1100  # 24,400; of 1,500 episodes more are learnt by heart
    population: int = 16  # 64
    rollouts: int = 16
    generations: int = 200  # 1,800
    sigma: float = 0.1
    decay: float = 0.01  # of weights, on fitness
    check_every: int = 25  # generations
    check_rollouts: int = 256  # 1,024

    def __post_init__(self):
        errors.check_choice("environment", self.environment, ("doom", "car_racing"))

    @property
    def dreams(self) -> bool:
        """Whether the controller is evolved in dreams, as in Doom, or in the game."""
        return self.environment == "doom"

    def seed_of(self, *numbers: int) -> int:
        """A seed for one purpose, from the run's and some numbers."""
        state = np.random.SeedSequence([self.seed, *numbers]).generate_state(1)
        return int(state[0]) >> 1


def settings_of(run: pathlib.Path, changes=()) -> Settings:
    """The settings of a run; the first command writes them, and later ones must agree.

    Args:
        run: The folder of the run.
        changes: `"name=value"`, what differs from the defaults.

    Raises:
        ValueError: If a name is unknown, a value is of another type, or the folder was made with
            others.
    """
    fields = {field.name: field.type for field in dataclasses.fields(Settings)}
    found = {}
    for change in changes:
        name, _, value = change.partition("=")
        if name not in fields:
            raise errors.unknown_name("setting", name, fields)
        try:
            found[name] = fields[name](value)
        except ValueError:
            raise ValueError(
                f"Expected `{name}` to be of type {fields[name].__name__}. Received: {value!r}"
            ) from None
    path = run / "settings.json"
    if not path.exists():
        settings = Settings(**found)
        run.mkdir(parents=True, exist_ok=True)
        atomic.write_json(path, dataclasses.asdict(settings))
        return settings
    kept = json.loads(path.read_text())
    for name, value in found.items():
        if kept[name] != value:
            raise ValueError(
                f"Expected `{name}={kept[name]}`, with which {run} was begun; choose another "
                f"folder for other settings. Received: {value}"
            )
    return Settings(**kept)
