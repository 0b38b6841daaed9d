"""From arrays to batches in an order that a resumed run can find again."""

import contextlib
import dataclasses
import functools
import math
import re
import warnings

import numpy as np
import tensorflow as tf

ONCE = "once"
LARGEST_AUTOTUNED = 2**24  # bytes of a batch; of larger ones a single one is made ahead
# A sentence of ours in what TensorFlow makes of it.
OUR_ERROR = re.compile(r"\b(ValueError|FileNotFoundError): (Expected .*)")
# What is drawn anew each time it is opened, with what says so.
RANDOM = {
    "ShuffleDataset": ("a `shuffle`", "_reshuffle_each_iteration"),
    "RandomDataset": ("a random data set", "_rerandomize"),
}
UNSET_SEED = 87654321  # of TensorFlow, where there is no global one
REOPENS = {"RepeatDataset": "repeat", "CacheDataset": "cache"}


def is_arrays(x) -> bool:
    """Whether `x` is an array, or a non-empty structure of arrays: tuples, lists, dicts."""
    parts = tf.nest.flatten(x)
    return bool(parts) and all(isinstance(part, (np.ndarray, tf.Tensor)) for part in parts)


def from_arrays(
    x, y=None, *, batch_size=64, seed=0, shuffle=True, drop_remainder=False, prepare=None
) -> tf.data.Dataset:
    """Batches of arrays held in memory, shuffled anew each epoch.

    The order of an epoch depends on `seed` and on how often the data set has been iterated, so
    that equal programs see equal batches.

    Args:
        x: An array, or a structure of arrays with one length.
        y: A second such structure, or `None`.
        batch_size: Samples per batch.
        seed: Seed of the order.
        shuffle: Whether to shuffle; `"once"` for one seeded order that stays the same.
        drop_remainder: Whether to leave out a last partial batch.
        prepare: Function applied to each whole batch, such as scaling.

    Returns:
        A `tf.data.Dataset` of `x` or `(x, y)`.

    Raises:
        ValueError: If the arrays differ in length.
    """
    arrays = tensors(x if y is None else (x, y))
    lengths = {len(array) for array in tf.nest.flatten(arrays)}
    if len(lengths) != 1:
        listed = isinstance(x, list) and len(x) > 2
        hint = ". Stack a list of samples, which are of one shape: np.stack(x)" if listed else ""
        raise ValueError(
            f"Expected arrays of one length{hint}. Received: lengths {sorted(lengths)}"
        )
    (length,) = lengths

    def gather(indices):
        batch = tf.nest.map_structure(lambda array: tf.gather(array, indices), arrays)
        return batch if prepare is None else prepare(batch)

    return Batching(batch_size, seed, shuffle, drop_remainder).of(length, gather)


@dataclasses.dataclass(frozen=True)
class Batching:
    """How samples become batches; the arguments are those of `from_arrays`."""

    batch_size: int
    seed: int
    shuffle: bool | str
    drop_remainder: bool

    def share_of(self, memory: int) -> int:
        """Of so many bytes of memory, those that samples may take: less if they are read but once.

        Only training shuffles anew; evaluations and pictures read in one order, once or twice.
        """
        return memory if self.shuffle is True else memory // 8

    def of(self, length: int, prepare, draws: int = 0, parallel=tf.data.AUTOTUNE):
        """Batches of what `prepare` makes of numbers below `length`.

        Args:
            length: How many samples there are.
            prepare: Function of a batch of their numbers, and of random integers if there are any.
            draws: How many random integers each sample has beside it, see `with_draws`.
            parallel: How many batches are prepared at once.

        Returns:
            A `tf.data.Dataset`.
        """
        order = with_draws(indices(length, self.seed, self.shuffle), draws, self.seed)
        order = order.batch(self.batch_size, drop_remainder=self.drop_remainder)
        return finish(order.map(prepare, num_parallel_calls=parallel, deterministic=True))


def indices(length: int, seed: int, shuffle: bool | str) -> tf.data.Dataset:
    """The numbers below `length`, in an order of which nothing but the numbers is in memory.

    Args:
        length: How many.
        seed: Seed of the order.
        shuffle: `True` for another order each epoch, `"once"` for one that stays.
    """
    if shuffle == ONCE:
        order = np.random.default_rng(seed).permutation(length)
        return tf.data.Dataset.from_tensor_slices(order)
    order = tf.data.Dataset.range(length)
    if shuffle:
        order = shuffled(order, length, seed)
    return order


def with_draws(dataset: tf.data.Dataset, draws: int, seed: int) -> tf.data.Dataset:
    """Beside each element so many random integers below 2**32, decided by epoch and position.

    Args:
        dataset: Of anything but tuples.
        draws: How many; none leaves the data set as it is.
        seed: Seed of the numbers.
    """
    if not draws:
        return dataset
    random = tf.data.Dataset.random(seed, rerandomize_each_iteration=True)
    return tf.data.Dataset.zip((dataset, random.batch(draws, drop_remainder=True)))


def shuffled(dataset: tf.data.Dataset, size: int, seed: int) -> tf.data.Dataset:
    """`dataset.shuffle(size, seed)` in an order that `tf.random.set_seed` does not change.

    TensorFlow mixes its global seed into that of each shuffle; here it is what stands in its place
    where nobody has set it.
    """
    spec = dataset.element_spec
    variant = tf.raw_ops.ShuffleDatasetV3(
        input_dataset=tf.data.experimental.to_variant(dataset),
        buffer_size=size,
        seed=UNSET_SEED,
        seed2=seed,
        seed_generator=tf.raw_ops.DummySeedGenerator(),
        output_types=[one.dtype for one in tf.nest.flatten(spec)],
        output_shapes=[one.shape for one in tf.nest.flatten(spec)],
        reshuffle_each_iteration=True,
    )
    return tf.data.experimental.from_variant(variant, spec)


def tensors(arrays):
    """A structure of arrays as tensors, doubles as single precision."""

    def tensor(array):
        array = tf.convert_to_tensor(array)
        return tf.cast(array, tf.float32) if array.dtype == tf.float64 else array

    return tf.nest.map_structure(tensor, arrays)


def finish(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Prefetches, and shards by batch rather than by file when there are several workers."""
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    specs = tf.nest.flatten(dataset.element_spec)
    sizes = [math.prod(side or 1 for side in spec.shape) * spec.dtype.size for spec in specs]
    ahead = tf.data.AUTOTUNE if sum(sizes) <= LARGEST_AUTOTUNED else 1
    return dataset.with_options(options).prefetch(ahead)


class Loaded(tf.data.Dataset):
    """A data set that knows what its labels mean, and says in one sentence what is wrong with it.

    Args:
        dataset: The batches.
        **facts: Attributes, see below.

    Attributes:
        class_names: The name of each label, if they have names.
        image_key: The feature of a set of TensorFlow Datasets that the images are.
        label_key: The feature that the labels are.
    """

    class_names = image_key = label_key = None
    is_in_range = True  # images of this library are in their range

    def __init__(self, dataset, **facts):
        self._dataset = dataset
        super().__init__(dataset._variant_tensor)
        for name, value in facts.items():
            setattr(self, name, value)

    def _inputs(self):
        return [self._dataset]

    @property
    def element_spec(self):
        return self._dataset.element_spec

    def __iter__(self):
        iterator = super().__iter__()
        iterator.__class__ = _plain_iterator(type(iterator))
        return iterator


@functools.cache
def _plain_iterator(kind):
    """The class of TensorFlow's iterators, which functions of TensorFlow know, with our errors."""

    def next_plainly(self):
        with plain_errors():
            return kind.__next__(self)

    return type(kind.__name__, (kind,), {"__next__": next_plainly})


@contextlib.contextmanager
def plain_errors():
    """Raises the `ValueError` of a Python function that TensorFlow ran, as it was."""
    try:
        yield
    except tf.errors.OpError as error:
        if found := OUR_ERROR.search(str(error)):
            kind = {"FileNotFoundError": FileNotFoundError}.get(found[1], ValueError)
            raise kind(found[2]) from None
        raise


def why_not_repeatable(dataset: tf.data.Dataset, openings: bool = True) -> str | None:
    """What in a data set gives another order in another process, as far as can be seen.

    Args:
        dataset: A data set, however it was built.
        openings: Whether the n-th opening must give the same order though those before it were
            never read. Otherwise it is read from the start.

    Returns:
        The cause, in words that follow "because of"; `None` if none is seen.
    """
    return _cause(dataset, openings, None)


def _cause(node, openings, reopened_by):
    # Names and attributes of TensorFlow's own classes; one that is not known is taken for good.
    kind = type(node).__name__.strip("_")
    if kind in RANDOM:
        called, anew = RANDOM[kind]
        if not any(int(getattr(node, name, 1)) for name in ("_seed", "_seed2")):
            return f"{called} without a seed"
        if openings and reopened_by and getattr(node, anew, False):
            return f"{called} below a `{reopened_by}`, which does not open it once per epoch"
    if getattr(node, "_deterministic", None) == "false" or node.options().deterministic is False:
        return "`deterministic=False`"
    for function in node._functions():
        if cause := _cause_in(function.function.graph.as_graph_def(), openings):
            return cause
    reopened_by = REOPENS.get(kind, reopened_by)
    causes = (_cause(one, openings, reopened_by) for one in node._inputs())
    return next(filter(None, causes), None)


def _cause_in(graph, openings):
    bodies = (graph.node, *(function.node_def for function in graph.library.function))
    for node in (node for body in bodies for node in body):
        if node.op == "GeneratorDataset":
            return "`from_generator`, whose Python code may give another order each time"
        seeds = [node.attr[name].i for name in ("seed", "seed2") if name in node.attr]
        if seeds and (openings or not any(seeds)):
            return f"random numbers with a state of their own ({node.op}) in a function"
    return None


class DataOrder:
    """The order of batches of one `fit`, which a resuming callback moves to where it was.

    A data set of known length is trained on as one stream, so that nothing but this class decides
    how often it is opened: a seeded shuffle gives its n-th opening the same order in every process,
    and opening it without reading skips an epoch. A `fit` opens it as often as it has epochs, and
    as often if some of them were trained by a run before: what a second `fit` reads of the same
    data set does not depend on where the program was killed.

    Args:
        data: What `fit` was given: anything; only a `tf.data.Dataset` can be moved.
        steps_per_epoch: What `fit` was given.
        epochs, initial_epoch: What `fit` was given.

    Raises:
        ValueError: If the data set is empty.

    Attributes:
        left: Whether the model is no longer where the order is: a callback took it back.
        last_epoch: The number of the epoch after which `fit` ends.
    """

    def __init__(
        self, data, steps_per_epoch: int | None = None, epochs: int = 1, initial_epoch: int = 0
    ):
        self.left = False
        self.steps_per_epoch = steps_per_epoch
        self.length = None
        if isinstance(data, tf.data.Dataset):
            length = int(data.cardinality())
            if length == 0:
                raise ValueError("Expected `x` to hold data. Received: an empty data set")
            if length > 0:
                self.length = length
                self.steps_per_epoch = steps_per_epoch or length
        self.last_epoch = epochs
        self._epochs = epochs - initial_epoch
        self._opened = data
        self._openings = 0  # so far
        self._rest = self._batch = 0  # steps to be replayed
        self._train = None  # the model's own function, while another replays its steps

    @property
    def given(self):
        """What `fit` was given."""
        return self._opened

    @property
    def data(self):
        """What Keras is to read: as many openings as are left of this `fit`."""
        if self.length is None:
            return self._opened
        # Endless, what is read ahead at the end would open it again, or not, by chance. Keras must
        # take it to be endless all the same: at the end of a known length it opens it once more.
        openings = max(self._openings_of(self._epochs * self.steps_per_epoch) - self._openings, 0)
        stream = self._opened.repeat().take(openings * self.length)
        endless = tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY)
        return stream.apply(endless)

    @property
    def inexact(self) -> str | None:
        """Why a resumed run may see other batches, as far as the data set's structure shows it."""
        if not isinstance(self._opened, tf.data.Dataset):
            return None
        return why_not_repeatable(self._opened, openings=self.length is not None)

    def move_to(self, steps: int, batch: int):
        """Continues after `steps` steps, of which `batch` belong to the unfinished epoch.

        To be called before `data` is read, and `replay` once the model has its training function.
        """
        skipped = steps - batch
        if self.length is None and skipped and self.steps_per_epoch is None:
            warnings.warn(
                "The length of the data set is unknown, so a resumed run may see its batches in "
                "another order. Tell it with `tf.data.experimental.assert_cardinality`.",
                stacklevel=2,
            )
            skipped = 0
        openings, rest = divmod(skipped, self.length) if self.length else (0, skipped)
        self._open(openings)
        self._rest, self._batch = rest, batch

    def pass_over(self, steps: int | None = None):
        """Leaves out a `fit` that an earlier run trained for `steps`, by default all of its own."""
        if self.length is not None:
            own = self._epochs * (self.steps_per_epoch or self.length)
            self._open(self._openings_of(own if steps is None else steps))

    def replay(self, model):
        """Makes the first steps of `fit` those of the unfinished epoch: they only read their data.

        Args:
            model: Its training function is replaced until they are through.
        """
        if not (self._rest or self._batch):
            return
        train, per_call = model.train_function, model.steps_per_execution
        self._train = train

        def replay(iterator):
            for _ in range(self._rest):
                next(iterator)
            self._rest = 0
            if self._batch <= 0:
                self.end(model)
                return train(iterator)
            for _ in range(per_call):
                next(iterator)
            self._batch -= per_call
            return model.get_metrics_result()

        model.train_function = replay

    def end(self, model):
        """Takes back what `replay` changed of the model and no step has used up."""
        if self._train is not None:
            model.train_function, self._train = self._train, None

    def _open(self, openings):
        for _ in range(openings):
            iter(self._opened)
        self._openings += openings

    def _openings_of(self, steps):
        return -(-steps // self.length)
