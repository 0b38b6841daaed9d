"""Keras's entrances to a model: `fit`, `evaluate` and their relatives, and what they are given."""

import contextlib
import functools
import types
import warnings

import keras
import numpy as np
import tensorflow as tf

from keras_gan_zoo.datasets import pipeline
from keras_gan_zoo.kinds import values
from keras_gan_zoo.training import monitors
from keras_gan_zoo.training.given_data import (
    as_arrays,
    batch_size_of,
    check_numbers,
    is_batch,
    is_numbers,
    plain_errors,
)
from keras_gan_zoo.training.inputs import checked, parts_of, without_nothing
from keras_gan_zoo.training.monitored import check_monitored

FIRST = 64  # rows of large arrays that are checked before a step is traced
FEW = 16  # samples of an update, of which a paper's batch has more


class Entrances:
    """Mixin for a `keras.Model` with `inputs()` and `prepare_batch`: what comes in is checked.

    The same is checked of arrays, of data sets and of single batches, before any variable changes.
    """

    called: str | None = None  # the network that `call` begins with; by default the first

    def fit(self, x=None, y=None, batch_size=None, *, shuffle=True, **kwargs):
        """Trains the model, as `keras.Model.fit`, with two additions.

        Arrays are shuffled by the model's seed, so that training on them is reproducible and can
        be resumed to the bit. Bad values in the data raise a `ValueError` that names them.

        Args:
            x: A `tf.data.Dataset`, or arrays: what `inputs` names, as a dict with these names or in
                this order.
            y: Labels or targets, if `x` is an array.
            batch_size: Samples per step, if `x` is an array; by default what the stage says,
                or else 32.
            shuffle: Whether arrays are shuffled each epoch.
            **kwargs: As for `keras.Model.fit`. What `validation_split` sets aside are the last
                samples, as they were given.

        Returns:
            A `keras.callbacks.History`. A model with one phase also reports the sum of its losses
            as `loss`.
        """
        if not self.compiled:
            raise ValueError(
                "Expected a compiled model; `model.compile()` takes the paper's optimizers. "
                f"Received: {type(self).__name__} before `compile`"
            )
        check_numbers({"batch_size": batch_size, **kwargs})
        x, y = self._without_validation(as_arrays(x), as_arrays(y), kwargs)
        if kwargs.get("validation_data") is not None:
            self._check_validation(batch_size, kwargs)
        x, y, batch_size = self._checked_data(x, y, batch_size, shuffle)
        self._check_batch_size(batch_size_of(x))
        in_range = getattr(x, "is_in_range", False)
        length = {name: kwargs[name] for name in ("epochs", "initial_epoch") if name in kwargs}
        order = pipeline.DataOrder(x, kwargs.pop("steps_per_epoch", None), **length)
        steps, per_call = order.steps_per_epoch, self.steps_per_execution
        endless = tf.data.INFINITE_CARDINALITY
        if steps is None and isinstance(x, tf.data.Dataset) and x.cardinality() == endless:
            raise ValueError(
                "Expected `steps_per_epoch` with a data set that never ends. Received: None"
            )
        if steps and steps % per_call:
            raise ValueError(
                f"Expected the steps of an epoch to be a multiple of `steps_per_execution`, "
                f"{per_call}, since no call is cut short; `fit(steps_per_epoch=...)` sets them. "
                f"Received: {steps} steps"
            )
        validates = kwargs.get("validation_data") is not None
        self._check_callbacks(kwargs.get("callbacks"), x, validates)
        # Keras warns of an argument that a data set or a generator has no use for.
        shuffle = shuffle and not isinstance(x, (tf.data.Dataset, types.GeneratorType))
        self._order = order
        try:
            kwargs["callbacks"] = self._prepare_callbacks(kwargs.get("callbacks"))
            with plain_errors():
                history = super().fit(
                    order.data if in_range else self._watched(order.data),
                    y,
                    batch_size,
                    shuffle=shuffle,
                    steps_per_epoch=order.steps_per_epoch,
                    **kwargs,
                )
        finally:
            order.end(self)
            self._order = self._initial_epoch = None
            for callback in _resuming(kwargs.get("callbacks")):
                getattr(callback, "after_fit", lambda: None)()
        if len(history.epoch) == 1:  # Keras stops when data end before their time
            self._check_has_seen_data()
        return history

    def evaluate(self, x=None, y=None, batch_size=None, **kwargs):
        """Mean losses over a data set, as `keras.Model.evaluate`; always returns a dict."""
        check_numbers({"batch_size": batch_size, **kwargs})
        x, y, batch_size = self._checked_data(as_arrays(x), as_arrays(y), batch_size, False)
        start = keras.ops.convert_to_numpy(self._evaluation_noise.state)
        try:
            with plain_errors():
                options = {"return_dict": True, **kwargs}
                found = super().evaluate(self._watched(x), y, batch_size, **options)
        finally:  # so that each evaluation has the same noise, and leaves no trace
            self._evaluation_noise.state.assign(start)
        self._check_has_seen_data()
        return found

    def train_on_batch(self, x, y=None, *args, **kwargs):
        """One training step on one batch, as `keras.Model.train_on_batch`; checked as in `fit`."""
        self._check_batch(x, y, *args, **kwargs)
        with plain_errors():
            return super().train_on_batch(x, y, *args, **kwargs)

    def test_on_batch(self, x, y=None, *args, **kwargs):
        """The losses of one batch, as `keras.Model.test_on_batch`; checked as in `evaluate`."""
        self._check_batch(x, y, *args, **kwargs)
        with plain_errors():
            return super().test_on_batch(x, y, *args, **kwargs)

    def predict(self, x, batch_size=None, **kwargs):
        """What `call` makes of all batches, as `keras.Model.predict`: mostly that of one network.

        The methods of `abilities`, such as `generate`, say more of what they take.
        """
        check_numbers({"batch_size": batch_size, **kwargs})
        x = as_arrays(x)
        with self._explained(x):
            return super().predict(x, batch_size, **kwargs)

    def predict_on_batch(self, x):
        """What `call` makes of a batch, as `keras.Model.predict_on_batch`."""
        x = as_arrays(x)
        with self._explained(x):
            return super().predict_on_batch(x)

    def save(self, filepath, *args, **kwargs):
        """Writes model and optimizers to a file that ends in `.keras`, as `keras.Model.save`."""
        if str(filepath).endswith((".h5", ".hdf5")):
            raise ValueError(
                "Expected a file name that ends in .keras, since HDF5 knows one optimizer alone; "
                f"`save_weights` takes one that ends in .weights.h5. Received: {filepath}"
            )
        return super().save(filepath, *args, **kwargs)

    def quantize(self, *args, **kwargs):
        """Not done, since nothing could load the model again; presets keep eight bits."""
        raise NotImplementedError(
            "Expected no `quantize`: a quantized model could be saved, but not loaded again. "
            '`save_to_preset(..., dtype="int8")` stores weights in eight bits'
        )

    def parts_of(self, data) -> dict:
        """The parts of what `fit` is given by name, as `inputs` names them, as they are."""
        return {name: part for name, (_, part) in parts_of(data, self.inputs()).items()}

    @property
    def data_order(self) -> "pipeline.DataOrder | None":
        """The order of batches of the running `fit`, for callbacks that resume it."""
        return self._order

    # Internals -----------------------------------------------------------------------------

    def _check_callbacks(self, callbacks, data, has_validation):
        """Refuses callbacks before anything is changed for one of them."""
        given, is_over = _flat(callbacks), self.asked_stage < self._stage_number()
        if is_over and not _resuming(given):
            raise ValueError(
                "Expected `ExactResume` in each `fit` of a run that it resumed: the stage "
                f"{self.stages()[self.asked_stage].name!r} is over. Received: callbacks without it"
            )
        for callback in given:
            monitors.check(callback, self)
        if not is_over:
            check_monitored(self, given, data, has_validation)

    def _prepare_callbacks(self, callbacks):
        """The callbacks, with what they need; lets them put back a state before data are opened."""
        given = _flat(callbacks)
        for callback in given:
            monitors.leave_schedules(callback, self)
        self._asked_stage = self.asked_stage  # whatever they put back
        for callback in _resuming(given):
            callback.before_fit(self)
        averaging = self.optimizer and any(one.use_ema for one in self.optimizer.optimizers)
        if not averaging:
            return callbacks
        last = monitors.FinalAverages()
        if hasattr(callbacks, "append") and not isinstance(callbacks, list):  # a `CallbackList`
            callbacks.append(last)
            return callbacks
        return [last, *given]

    def _checked_data(self, x, y, batch_size, shuffle):
        """Checks what `fit` was given, and makes arrays a data set with a seeded order."""
        if x is None:
            raise ValueError("Expected `x`: samples, or a data set. Received: None")
        if y is not None and not self.takes_targets:
            raise ValueError(
                f"{type(self).__name__} learns from samples alone: it takes no labels or targets. "
                f"Pass only `x`. Received: y of type {type(y).__name__}"
            )
        self._forget_other_graphs()
        is_over = self.asked_stage < self._stage_number()  # its data may have another shape
        arrays = None
        if pipeline.is_arrays(x):
            arrays = x if y is None else (x, y)
            if not is_over:
                self._warn_of_scales(arrays)
            if 0 in {len(part) for part in tf.nest.flatten(x)}:
                raise ValueError("Expected `x` to hold data. Received: no samples")
            size = batch_size or self.stage.batch_size or 32
            x = pipeline.from_arrays(x, y, batch_size=size, seed=self.seed or 0, shuffle=shuffle)
            x.is_in_range = True
            y = batch_size = None
        if isinstance(x, tf.data.Dataset) and not is_over:
            # Traced anew each time: a training step traced before may have relaxed its shapes.
            prepare = tf.function(self.prepare_batch, autograph=False)
            prepare.get_concrete_function(x.element_spec)
            if arrays is not None:
                self._check_values(arrays)
        return x, y, batch_size

    def _without_validation(self, x, y, options):
        """The arrays without those that `validation_split` sets aside, as `validation_data`."""
        share = options.pop("validation_split", None)
        if not share or options.get("validation_data") is not None:
            return x, y
        if not pipeline.is_arrays(x):
            raise ValueError(
                "Expected arrays with `validation_split`; a data set is split by its `take` and "
                f"`skip`. Received: x of type {type(x).__name__}"
            )
        data = x if y is None else (x, y)
        count = len(tf.nest.flatten(data)[0])
        first = int(count * (1.0 - share))
        if not 0 < first < count:
            raise ValueError(
                "Expected a `validation_split` that leaves samples on both sides. "
                f"Received: {share!r} of {count} samples"
            )
        kept, aside = (
            tf.nest.map_structure(lambda part, rows=rows: part[rows], data)
            for rows in (slice(first), slice(first, None))
        )
        options["validation_data"] = aside
        return (kept, None) if y is None else kept

    def _check_validation(self, batch_size, options):
        """Checks `validation_data` before anything is trained, and makes arrays a data set."""
        given = options["validation_data"]
        x, y = given if isinstance(given, tuple) and len(given) == 2 else (given, None)
        size = options.pop("validation_batch_size", None) or batch_size
        x, y, _ = self._checked_data(as_arrays(x), as_arrays(y), size, False)
        options["validation_data"] = self._watched(x) if y is None else (x, y)

    def _check_batch(self, x, y, sample_weight=None, class_weight=None, **kwargs):
        """Checks a batch at hand."""
        check_numbers({"sample_weight": sample_weight, "class_weight": class_weight})
        with plain_errors():
            for part in tf.nest.flatten(self.prepare_batch(without_nothing((x, y)))):
                values.require_rows(len(part))

    @contextlib.contextmanager
    def _explained(self, x):
        """Says in words what `call` takes, where it fails of `x`."""
        try:
            yield
        except Exception:  # of many kinds, by what is wrong
            self._check_called(x)
            raise

    def _check_called(self, x):
        """Raises `ValueError` unless `x` is what the network takes that `call` begins with.

        Asked after `call` has failed, whose own errors are long.
        """
        if isinstance(x, (types.GeneratorType, keras.utils.PyDataset)) or not self._networks:
            return
        name = self.called or self._networks[0]
        takes = [tuple(one.shape[1:]) for one in getattr(self, name).inputs]
        if isinstance(x, tf.data.Dataset):
            x = keras.utils.unpack_x_y_sample_weight(x.element_spec)[0]
        given = tf.nest.flatten(x)
        if len(given) != len(takes) or not all(map(is_batch, given, takes)):
            received = (
                f"shape {tuple(one.shape)}" if is_numbers(one) else repr(one) for one in given
            )
            raise ValueError(
                f"Expected `x` as `{name}` takes it, numbers of shape "
                f"{' and '.join(map(values.shown, takes))}. Received: {', '.join(received)}"
            ) from None

    def _check_batch_size(self, size):
        """Checks what the phases make of a batch of so many samples, `None` if that is unknown."""
        if size is None:
            return
        updates = max(phase.steps for phase in self.phases())
        if updates > 1 and size < updates * FEW:
            warnings.warn(
                f"A batch is divided among the {updates} updates of a training step: of {size} "
                f"samples each sees about {size // updates}. The papers' batch size is that of "
                f"one update: for 64 samples each, use batch_size={64 * updates}.",
                stacklevel=4,
            )
        if size < self.accumulation_steps:
            raise ValueError(
                "Expected batches of at least `accumulation_steps` samples, "
                f"{self.accumulation_steps}, as `compile` was told. Received: batches of {size}"
            )

    def _check_has_seen_data(self):
        if not np.any(keras.ops.convert_to_numpy(self.loss_means.counts)):
            raise ValueError("Expected `x` to hold data. Received: a data set without batches")

    def _warn_of_scales(self, arrays):
        for name, part in self.parts_of(arrays).items():
            self.inputs()[name].warn_of_scale(part)

    def _check_values(self, arrays):
        """Checks arrays before a step is traced, which takes long: labels and the like as a whole.

        Of others, which are large, the first rows: the step itself sees the rest.
        """
        kinds = self.inputs()
        parts = {
            name: (called, _checked_ahead(part, kinds[name]))
            for name, (called, part) in parts_of(arrays, kinds).items()
        }
        for name in parts:
            checked(name, parts, kinds)

    def _watched(self, data):
        """A data set whose first batch is looked at as it goes by, as arrays are at the door.

        Nothing is opened that would not be, so that a resumed run finds its place.
        """
        if not isinstance(data, tf.data.Dataset) or getattr(data, "is_in_range", False):
            return data
        names = [name for name, kind in self.inputs().items() if kind.is_scaled]
        if not names:
            return data

        def look(structure, *parts):
            for name, part in tf.nest.pack_sequence_as(structure, parts).items():
                self.inputs()[name].warn_of_scale(part)
            return np.int32(0)

        def pass_by(index, batch):
            parts = self.parts_of(batch)
            parts = {name: parts[name] for name in names}
            show = functools.partial(look, tf.nest.map_structure(lambda part: 0, parts))
            looked = tf.cond(
                tf.equal(index, 0),
                lambda: tf.numpy_function(show, tf.nest.flatten(parts), tf.int32),
                lambda: tf.constant(0),
            )
            with tf.control_dependencies([looked]):
                return tf.nest.map_structure(tf.identity, batch)

        # Not `enumerate`, which has an end: Keras must see how long the data are. In parallel with
        # the step: one after the other would take a millisecond more.
        numbered = tf.data.Dataset.zip((tf.data.Dataset.counter(), data))
        return numbered.map(pass_by, num_parallel_calls=2, deterministic=True)

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Does nothing: networks are built in the constructor.

        Under a strategy Keras reads a batch here, which would move the order of the data.
        """


def _checked_ahead(part, kind):
    """Of a part of arrays, what is checked before a step is traced."""
    if "int" in str(getattr(part, "dtype", "")) and not kind.is_scaled:
        return part
    return tf.nest.map_structure(lambda one: one[:FIRST], part)


def _flat(callbacks):
    """The callbacks of a `fit`: one, a list, a `CallbackList` or `None`."""
    given = keras.tree.flatten(getattr(callbacks, "callbacks", callbacks))
    return [one for one in given if one is not None]


def _resuming(callbacks):
    """Those of the callbacks of a `fit` that put back a state."""
    return [one for one in _flat(callbacks) if hasattr(one, "before_fit")]
