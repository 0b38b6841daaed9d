"""What a training took and where its losses came to, kept over interruptions."""

import json
import time
import warnings

import keras

from keras_gan_zoo import atomic


class Progress(keras.callbacks.Callback):
    """Seconds spent training, on the wall and of all cores, and the last epoch of each stage.

    Args:
        path: File in which it is kept.

    Attributes:
        seconds, cpu_seconds: Of all stages and all runs.
        stages: By name of the stage, `""` where there are none, the losses of its last epoch, and
            the steps so far of a stage that has a name, else the epochs.
    """

    def __init__(self, path):
        super().__init__()
        self.path = path
        self.seconds, self.cpu_seconds, self.stages = self._kept()

    def check(self, recipe):
        """Raises `ValueError` if more was trained already than a recipe without stages says."""
        done = self.stages.get("", {}).get("epochs")
        if isinstance(done, int) and done > recipe.training.epochs:
            raise ValueError(
                f"Expected at least the {done} epochs that this run has trained already. Received: "
                f"{recipe.training.epochs} (`training.epochs`, --epochs)"
            )

    def on_train_begin(self, logs=None):
        before = self.seconds, self.cpu_seconds
        self._starts = [now - spent for now, spent in zip(_now(), before, strict=True)]

    def _kept(self):
        """What the file says; nothing if there is none, or, with a warning, if it is broken."""
        if not self.path.exists():
            return 0.0, 0.0, {}
        try:
            seconds, cpu_seconds, stages = json.loads(self.path.read_text(encoding="utf-8"))
            stages = {name: {**one} for name, one in stages.items()}
            return float(seconds), float(cpu_seconds), stages
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            warnings.warn(
                f"{self.path} is broken ({error}); the training goes on, and its times count from "
                "here.",
                stacklevel=2,
            )
            return 0.0, 0.0, {}

    def on_epoch_end(self, epoch, logs=None):
        losses = {name: round(float(value), 4) for name, value in (logs or {}).items()}
        name = self.model.stage.name
        steps = {"steps": int(self.model.steps_in_stage)} if name else {"epochs": epoch + 1}
        self.stages[name] = {**steps, "final_losses": losses}
        self.on_train_end()
        atomic.write_text(
            self.path, json.dumps([self.seconds, self.cpu_seconds, self.stages]) + "\n"
        )

    def on_train_end(self, logs=None):
        spent = (now - start for now, start in zip(_now(), self._starts, strict=True))
        self.seconds, self.cpu_seconds = spent


def _now():
    return time.monotonic(), time.process_time()
