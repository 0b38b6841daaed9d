"""Resuming a training to the bit."""

import pathlib
import warnings

import keras

from keras_gan_zoo import atomic
from keras_gan_zoo.training import checks
from keras_gan_zoo.training import state as training_state
from keras_gan_zoo.training.facts import differences, facts_of


class ExactResume(keras.callbacks.Callback):
    """Saves the whole training state; a run that was killed goes on as if it never stopped.

    The state holds weights, optimizer slots, random states, running means, and the position in
    the data. It is written atomically, and the last `keep` files are kept: one that is torn or
    corrupt is passed over for the one before it, with a warning. A state with NaN in it is never
    written. Start the same program again with the same folder to resume; a finished run has nothing
    left to do, and one with more `epochs` goes on from its end. (In the same process, make the data
    set anew, too: one that has been trained on has shuffled already.)

    A program may call `fit` several times with one folder, for the stages of a model
    (`model.begin_stage`) or with more and more `epochs`. Of the calls of a program that was killed
    and started again, those that are over return at once and leave the model in the stored state.
    Each stage has its own epochs.

    The data must come in a reproducible order: arrays, `kgz.datasets` (for two sets without pairs
    `kgz.datasets.unpaired`), or a `tf.data.Dataset` that is not shuffled or shuffled with a seed. A
    data set that is seen to give another order in a resumed run, such as one that shuffles without
    a seed, or below a `repeat`, is warned of when training begins.

    While a `fit` runs, its process has the folder to itself: a second one is told so at once.
    Where another learning rate, optimizer, batch size or data set is asked for than that of the
    state, a warning names both, and what is asked for now holds.

    Args:
        directory: Folder of the state files; made if it is not there.
        every: Save each so many training steps, besides at the end of each epoch; `None` for
            epochs only.
        keep: How many files to keep, at least 2.

    Raises:
        ValueError: In `fit`, if the folder holds the state of another model.
        OSError: In `fit`, if the disk is full, and files saved before are intact; or if another
            training uses the folder (`BlockingIOError`).

    Example:

    >>> folder = tempfile.mkdtemp()
    >>> model = kgz.models.GAN(sample_shape=(2,), latent_dim=4, hidden_units=20, seed=0)
    >>> model.compile()
    >>> points = kgz.datasets.load("ring_of_gaussians", batch_size=50_000)
    >>> history = model.fit(points, verbose=0, callbacks=[kgz.callbacks.ExactResume(folder)])
    >>> sorted(path.name for path in pathlib.Path(folder).iterdir())
    ['state-0000000002.zip']
    """

    def __init__(self, directory, every: int | None = None, keep: int = 2):
        super().__init__()
        if every is not None:
            checks.check_count("every", every)
        checks.check_count("keep", keep)
        if keep < 2:
            raise ValueError(
                f"Expected `keep` >= 2, so that a torn file has a predecessor. Received: {keep!r}"
            )
        self.directory = pathlib.Path(directory)
        self.every = every
        self.keep = keep
        self._lock = None

    def before_fit(self, model):
        """Finds the newest state and puts it back; `fit` calls this before it opens the data."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self._lock = atomic.Lock(self.directory, "training")
        for unfinished in self.directory.glob(f".state-*{atomic.UNFINISHED}*"):
            unfinished.unlink()
        self._steps = self._saved_at = 0
        self._epoch = self._batch = 0
        self._means = None
        self._stage, self._steps_before = model.asked_stage, []
        self._found = None
        self._facts = facts_of(model, model.data_order.given)
        if cause := model.data_order.inexact:
            warnings.warn(
                f"A resumed run may see other batches, because of {cause}. Give shuffles a seed "
                "and leave `repeat` to `fit(epochs=...)`; for two sets without pairs use "
                "`kgz.datasets.unpaired`.",
                stacklevel=3,
            )
        if newest := self._newest():
            self._go_on(model, *newest)

    def after_fit(self):
        """Lets another training use the folder; `fit` calls this at its end, however it ends."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _go_on(self, model, state, position):
        order, stage = model.data_order, position.get("stage", 0)
        self._steps_before = position.get("steps_before", [])
        if stage < self._stage:  # which begins now
            skipped_stages = [0] * (self._stage - stage - 1)
            self._steps_before = [*self._steps_before, position["steps"], *skipped_stages]
            return
        training_state.restore(model, state)
        is_other_data = self._compare(model, position, stage)
        model.stage_was_restored(position.get("losses", ()))
        self._found = position
        if stage > self._stage:  # which is over
            order.pass_over(self._steps_before[self._stage])
            model._initial_epoch = order.last_epoch
            return
        self._epoch, batch, steps = position["epoch"], position["batch"], position["steps"]
        if is_other_data:  # whose unfinished epoch begins anew
            batch, steps = 0, position["epoch"] * (order.steps_per_epoch or 0)
        # The steps of the unfinished epoch are replayed without effect, and counted once more.
        self._steps = position["steps"] - batch
        self._saved_at = position["steps"]
        self._means = [v.numpy() for v in model.metrics_variables]
        model._initial_epoch = self._epoch  # what Keras's own BackupAndRestore sets
        if self._epoch < order.last_epoch:
            order.move_to(steps, batch)
        else:
            order.pass_over()

    def _compare(self, model, position, stage):
        """Says what was compiled or given otherwise, and lets what is asked for now hold."""
        before = position.get("facts", {})
        is_over = stage > self._stage or position["epoch"] >= model.data_order.last_epoch
        if is_over or not (found := differences(before, self._facts)):
            return False
        for phase, optimizer in model.optimizers.items():
            name = f"learning_rate of {phase!r}"
            asked = self._facts.get(name)
            if name in before and before[name] != asked and isinstance(asked, float):
                getattr(optimizer, "inner_optimizer", optimizer).learning_rate = asked
        warnings.warn(
            f"The training in {self.directory} goes on with what is asked for now, which is not "
            f"what it was begun with: {'; '.join(found)}.",
            stacklevel=4,
        )
        return any(one.startswith("the batch") for one in found)

    def on_train_begin(self, logs=None):
        self.model.data_order.replay(self.model)
        if self._found and self.params.get("verbose"):
            stage = self.model.stage.name
            print(
                f"Resuming from step {self._found['steps']}, epoch {self._found['epoch'] + 1}"
                f"{f' of stage {stage!r}' if stage else ''}.",
                flush=True,
            )

    def on_epoch_begin(self, epoch, logs=None):
        if self._means is not None and self._saved_at > self._steps:
            # Keras has just reset the means of the unfinished epoch.
            for variable, value in zip(self.model.metrics_variables, self._means, strict=True):
                variable.assign(value)
        self._means = None
        self._epoch, self._batch = epoch, 0

    def on_train_batch_end(self, batch, logs=None):
        per_call = self.model.steps_per_execution
        self._steps += per_call
        self._batch += per_call
        if self.every and self._steps - self._saved_at >= self.every:
            self._save()

    def on_epoch_end(self, epoch, logs=None):
        # Keras also calls this when training stops within an epoch.
        if self._batch >= (self.model.data_order.steps_per_epoch or 0):
            self._epoch, self._batch = epoch + 1, 0
        self._save()

    def _save(self):
        if self.model.data_order.left:
            return
        state = training_state.capture(self.model)
        if not training_state.is_finite(state):
            warnings.warn(
                f"The training state at step {self._steps} has NaN or infinite numbers and was "
                f"not saved; the last good one is kept in {self.directory}.",
                stacklevel=2,
            )
            return
        position = {"steps": self._steps, "epoch": self._epoch, "batch": self._batch}
        position["facts"] = self._facts
        # Of an epoch whose steps were all made, no graph tells the names any more.
        position["losses"] = list(self.model.loss_means.names)
        if self.model.stages():
            position |= {"stage": self._stage, "steps_before": self._steps_before}
        number = sum(self._steps_before) + self._steps
        training_state.write(self.directory / f"state-{number:010d}.zip", state, position)
        self._saved_at = self._steps
        for old in self._files()[self.keep :]:
            old.unlink()

    def _files(self):
        return sorted(self.directory.glob("state-*.zip"), reverse=True)

    def _newest(self):
        for path in self._files():
            try:
                return training_state.read(path)
            except training_state.BrokenStateError as error:
                warnings.warn(
                    f"The training state is torn or corrupt, falling back to the one before: "
                    f"{error}",
                    stacklevel=2,
                )
        return None
