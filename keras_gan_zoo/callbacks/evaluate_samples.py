"""How good samples are, while the model learns; the best generator is kept."""

import json
import pathlib

import keras

from keras_gan_zoo import atomic, errors, evaluation, pictures, weight_files
from keras_gan_zoo.callbacks.folders import check_folder
from keras_gan_zoo.training import checks

# For these, more is better.
RISING = (
    "is",
    "precision",
    "recall",
    "density",
    "coverage",
    "class_accuracy",
    "smallest_class",
    "modes",
    "high_quality",
    "elbo",
    *evaluation.RISING,
)


class EvaluateSamples(keras.callbacks.Callback):
    """Measures samples after every so many epochs, in the history and for TensorBoard.

    Args:
        against: Name of the data set to compare with, see `kgz.datasets.load`.
        every: Measure each so many epochs.
        metrics: Names, see `kgz.evaluation.score`; by default `fid`, or `modes` for a mixture.
        directory: Folder that keeps the best networks, `best.weights.h5` with `best.json` beside
            it; made if it is not there. A resumed run goes on from the best it had. `None` keeps
            none.
        monitor: The number that decides which is best, such as `"fid"`; by default the first.
        restore_best: Whether the model has its best networks when training ends.
        log_dir: TensorBoard folder to write the numbers to.
        **options: `extractor`, `split`, `num_samples`, `num_reference`, `image_size` and `seed`
            as for `kgz.evaluation.evaluate`.

    Raises:
        ValueError: If a name is unknown, or `restore_best` is asked for without `directory`.
        ValueError, OSError: When `fit` begins, if the data set, the model or a folder lack what is
            needed, or nothing measures `monitor`.
        FileExistsError: In `fit`, if a new run finds the best networks of another in `directory`.

    Example:

    >>> callback = kgz.callbacks.EvaluateSamples(
    ...     "fashion_mnist_mini", every=5, metrics=["fid", "prdc"], num_samples=2000
    ... )
    """

    def __init__(
        self,
        against: str,
        every: int = 1,
        metrics=None,
        directory=None,
        monitor: str | None = None,
        restore_best: bool = False,
        log_dir: str | None = None,
        **options,
    ):
        super().__init__()
        checks.check_count("every", every)
        if restore_best and directory is None:
            raise ValueError(
                "Expected `directory`, where the best networks are kept, with `restore_best`. "
                "Received: directory=None"
            )
        self.against = against
        self.every = every
        self.names = evaluation.check_metrics(metrics, against, default=("fid",))
        evaluation.check_options(options)
        self.directory = None if directory is None else pathlib.Path(directory)
        self.monitor = monitor
        self.restore_best = restore_best
        self.log_dir = log_dir
        self.options = options
        self.best = None

    @property
    def reported(self) -> tuple:
        """The numbers that it adds to the logs, without the extractor in brackets."""
        return evaluation.numbers_of(self.against, self.names)

    def on_train_begin(self, logs=None):
        self._checked = False
        if self.directory is not None:
            check_folder("directory", self.directory)
        if self.log_dir is not None:
            check_folder("log_dir", self.log_dir)
        evaluation.check_ahead(self.model, self.against, self.names, self.monitor, **self.options)

    def on_epoch_begin(self, epoch, logs=None):
        # Not before: another callback may have resumed the model when training began.
        self._recall()

    def _recall(self):
        """Reads, once, the best that this run had before it was resumed."""
        if self._checked or self.directory is None:
            return
        self._checked = True
        path = self.directory / "best.json"
        if not path.is_file():
            return
        if not any(int(one.iterations) for one in self.model.optimizers.values()):
            raise FileExistsError(
                "Expected a folder without the best networks of another run. "
                f"Received: {self.directory}, which holds {path.name}"
            )
        self.best = json.loads(path.read_text())
        self._number(self.best["metrics"])

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every:
            return
        measured = evaluation.evaluate(self.model, self.against, metrics=self.names, **self.options)
        numbers = measured["metrics"]
        if logs is not None:
            logs.update(numbers)
        if self.log_dir is not None:
            pictures.log_numbers_to_tensorboard(self.log_dir, numbers, step=epoch + 1)
        self._keep(epoch + 1, measured)

    def on_train_end(self, logs=None):
        self._recall()  # a resumed run may have had nothing left to do
        if self.restore_best and self.best is not None:
            weight_files.load_weights(self._weights(), self.model.preset_networks())
            self.model.preset_loaded()

    def _number(self, measured):
        """The name of the number that decides, among those measured."""
        monitor = self.monitor or next(iter(measured))
        for name in measured:
            if monitor in (name, name.split("[")[0]):
                return name
        raise errors.unknown_name("number to monitor", monitor, measured)

    def _keep(self, epoch, measured):
        monitor = self._number(measured["metrics"])
        value = measured["metrics"][monitor]
        sign = 1.0 if monitor.split("[")[0] in RISING else -1.0
        if self.best is not None and sign * value <= sign * self.best["metrics"][monitor]:
            return
        self.best = {"epoch": epoch, **measured}
        if self.directory is None:
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        weight_files.save_weights(self._weights(), self.model.preset_networks())
        atomic.write_json(self.directory / "best.json", self.best)

    def _weights(self):
        return self.directory / "best.weights.h5"
