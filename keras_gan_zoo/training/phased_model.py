"""A Keras model whose training step is a sequence of phases."""

import contextlib
import inspect
import random

import keras
import tensorflow as tf

from keras_gan_zoo import backend, errors, kinds, processor, weight_files
from keras_gan_zoo.kinds import values
from keras_gan_zoo.presets.preset_model import PresetModel
from keras_gan_zoo.presets.saver import check_functions
from keras_gan_zoo.serving.export import Exporting
from keras_gan_zoo.training import argument_kinds, checks
from keras_gan_zoo.training.abilities import Abilities
from keras_gan_zoo.training.arguments import RecordedArguments
from keras_gan_zoo.training.compilation import PhasedCompilation
from keras_gan_zoo.training.entrances import Entrances
from keras_gan_zoo.training.frozen_network import FrozenNetworks
from keras_gan_zoo.training.graphs import StepGraphs
from keras_gan_zoo.training.inputs import named_parts, without_nothing
from keras_gan_zoo.training.loss_means import LossMeans
from keras_gan_zoo.training.moving_average import MovingAverage
from keras_gan_zoo.training.own_networks import as_functional
from keras_gan_zoo.training.part import Part
from keras_gan_zoo.training.phase import Phase
from keras_gan_zoo.training.stages import Stages
from keras_gan_zoo.training.updates import PhaseUpdates, real_rows, rows_of, sharing

RANDOM_STATE = "random_state_"


class PhasedModel(
    RecordedArguments,
    PresetModel,
    Abilities,
    Exporting,
    Entrances,
    PhasedCompilation,
    Stages,
    StepGraphs,
    PhaseUpdates,
    FrozenNetworks,
    keras.Model,
):
    """Owns the mechanics of training; a subclass says only what its paper says.

    A subclass names its networks in the constructor and defines

    - `phases()`: the players' turns of one training step, in order;
    - `inputs()`: what `fit` takes, by name; and `prepare_batch(data) -> dict`, if a batch has
      other parts than these;
    - `<phase>_losses(batch) -> dict`: the weighted losses of a phase; their sum is minimised
      with respect to that phase's networks only, and their names are what `fit` reports;
    - `default_optimizers()`: the paper's, one or by phase, for `compile()` without arguments;
    - `call(inputs)`, and rarely `after_step(batch)`, or `stages()`: see `Stage`.

    Its constructor's arguments are its config, without its doing; see `RecordedArguments`.

    Losses are means over the batch. Scaling over replicas, loss scaling, gradient accumulation,
    moving averages, lazy intervals, noise and (de)serialisation of the compiled state are done
    here. In a step, whatever draws without a seed of its own (`self.sample_latents(count)`,
    `backend.random_normal(shape)`, layers with noise) draws from one stream that the model's seed
    and the number of the step decide; see `keras_gan_zoo.backend.noise`.

    Args:
        networks: By name a function that makes the network, without arguments or from the shape of
            what the first network makes. Each becomes an attribute, is shipped in presets, and is
            replaced by the network that is passed as the keyword argument of its name.
        seed: Seed of the initial weights of networks that the model makes, and of its noise.
            `None` draws them from Keras's global generator.
        **kwargs: Networks; `name` and `dtype` (a policy such as `"mixed_bfloat16"`), as for
            `keras.Model`.
    """

    def __init__(self, *, networks: dict | None = None, seed: int | None = None, **kwargs):
        networks = dict(networks or {})
        checks.check_seed(seed)
        checks.check_arguments(type(self), kwargs, networks)
        argument_kinds.check_dtype(kwargs.get("dtype"))
        argument_kinds.checked("name", str | None, kwargs.get("name"))
        passed = {name: kwargs.pop(name) for name in networks if kwargs.get(name) is not None}
        super().__init__(**{k: value for k, value in kwargs.items() if k not in networks})
        processor.warn_of_slow_bfloat16(self.dtype_policy)
        self._check_names(networks)
        self._networks = tuple(networks)
        with _building(self.dtype_policy, seed):
            for name, make in networks.items():
                given = passed[name] if name in passed else self._network_from(name, make)
                network = as_functional(name, given, self.shapes_taken(name))
                setattr(self, name, network)
                if name in passed and name in self._arguments:
                    self._arguments[name] = network
        self.seed = seed
        self._training_noise = keras.random.SeedGenerator(seed, name="training_noise")
        self._evaluation_noise = keras.random.SeedGenerator(seed, name="evaluation_noise")
        if seed is not None:
            _seed_layers(self, seed)
        self.loss_means = LossMeans()
        self.sample_metrics = []
        self.optimizers: dict[str, keras.optimizers.Optimizer] = {}
        self.in_training = False
        self.playing: str | None = None
        self.accumulation_steps = 1
        self._auto_scale_loss = True
        self._attached: list[Part] = []
        self._part_states = []
        self._phase_of_loss = {}
        self._order = None
        self._add_progress()

    # What a model says ---------------------------------------------------------------------

    def phases(self) -> tuple[Phase, ...]:
        """The phases of one training step, in order."""
        raise errors.not_defined(self, "phases")

    def inputs(self) -> dict:
        """What `fit` takes: the `kgz.kinds` of the parts of a batch by name, in order."""
        raise errors.not_defined(self, "inputs")

    def prepare_batch(self, data) -> dict:
        """Names the parts of a batch from `fit` and checks them, as `inputs` says.

        Raises:
            ValueError: If a part is missing or bad.
        """
        return named_parts(data, self.inputs())

    def default_optimizers(self) -> "dict | keras.optimizers.Optimizer":
        """The paper's optimizers by phase name, or one of which each phase gets its own."""
        raise errors.not_defined(self, "default_optimizers")

    def after_step(self, batch: dict):
        """Called once at the end of each training step. Does nothing by default."""

    def comparison(self, batch: dict) -> tuple:
        """Real samples of a batch and as many generated ones, for metrics given to `compile`."""
        raise errors.not_defined(self, "comparison")

    def shapes_taken(self, network: str) -> list | None:
        """The shapes of the inputs of a network, for subclassed ones that were never called.

        Asked for in the constructor, before the network of this name is there. `None`, the default,
        if the model does not know them then.
        """

    @property
    def takes_targets(self) -> bool:
        """Whether `fit` takes more than samples: labels or targets."""
        return len(self.inputs()) > 1

    def kind_of_samples(self, shape: tuple, kind=None):
        """The kind of samples of a shape: what the shape tells, unless one is passed."""
        return kinds.of_shape(shape) if kind is None else kinds.get(kind)

    # What a model may use ------------------------------------------------------------------

    def phase(self, name: str) -> Phase:
        """The phase called `name`."""
        phases = {phase.name: phase for phase in self.phases()}
        if name not in phases:
            raise errors.unknown_name("phase", name, phases)
        return phases[name]

    def preset_networks(self) -> dict:
        """The networks a preset ships, by name: moving averages, where there are any."""
        return {name: self.averaged(getattr(self, name)) for name in self._networks}

    def preset_facts(self) -> dict:
        """What a preset says besides its weights: its stage, and the sha256 of what is frozen."""
        facts = {"stage": self.stage.name} if self.stages() else {}
        frozen = {one.name: one.sha256 for one in self.frozen_networks()}
        return {**facts, "frozen": frozen} if frozen else facts

    def preset_loaded(self, facts: dict | None = None):
        """Called when `preset_networks` of a fresh model have received a preset's weights."""
        for one in self._averages():
            one.network.set_weights(one.average.get_weights())
        if facts and "stage" in facts and self.stages():
            self._go_to(self._number_of(facts["stage"]))

    def moving_average(self, network: keras.Model, decay: float, half_life=None) -> keras.Model:
        """Returns a twin of `network` that follows it as an exponential moving average.

        The twin is updated after each update of `network`, and shipped in presets in its place. The
        model keeps it as an attribute, so that it is saved.

        Args:
            network: The network.
            decay: Largest decay, in `[0, 1)`.
            half_life: Samples in which the average forgets one half of what it was, in place of a
                decay, which depends on the size of batches.
        """
        try:
            average = self.attach(MovingAverage(network, decay, half_life)).average
        except (TypeError, ValueError):  # Keras's, if the config does not make it again
            for name in self._networks:
                if getattr(self, name) is network:
                    check_functions(name, keras.saving.serialize_keras_object(network))
            raise
        if self.seed is not None:
            _seed_layers(average, self.seed)
        return average

    def averaged(self, network: keras.Model) -> keras.Model:
        """The moving average of a network, or the network itself if it has none."""
        return next((one.average for one in self._averages() if one.network is network), network)

    def attach(self, part: Part) -> Part:
        """Adds a part, which acts at each update of its network; what it remembers is saved."""
        self._attached.append(part)
        self._part_states.extend(part.states)
        return part

    def is_training(self, network: keras.Model) -> bool:
        """Whether the running phase trains the network."""
        if self.playing is None or not self.in_training:
            return False
        return network in self.phase(self.playing).networks

    def updates_of(self, network: keras.Model):
        """How many updates a network has had: an integer tensor."""
        owners = [phase.name for phase in self.phases() if network in phase.networks]
        return sum(self.optimizers[name].iterations for name in owners)

    # The training step ---------------------------------------------------------------------

    def train_step(self, data):
        """One training step: every phase in order, each `steps` times."""
        batch, share, samples = self._received(data)
        # Nothing happens before the data are there and sound: without this, a step that fails at
        # the end of the data would still have drawn noise.
        arrived = tf.control_dependencies(tf.nest.flatten(batch))
        noise = backend.noise(self._training_noise)
        with self._mode(training=True), sharing(), arrived, noise as step:
            for turn, (phase, update, part) in enumerate(self._turns(batch), start=1):
                number = self._step_of_graph * phase.steps + update
                self._due = tuple(n for n in self.intervals_of(phase) if number % n == 0)
                self._update_phase(phase, update, part, share, samples, step.seed, turn)
            self.after_step(batch)
            self._count_step()
        return self._results()

    def test_step(self, data):
        """The losses of every phase on one batch; nothing is updated."""
        batch, share, _ = self._received(data)
        with self._mode(training=False), backend.noise(self._evaluation_noise):
            for phase, _, part in self._turns(batch):
                self._report(phase, self._phase_losses(phase, part), part, share)
            if self.sample_metrics:
                real, fake = self.comparison(batch)
                kept = real_rows(batch, share)
                for metric in self.sample_metrics:
                    metric.update_state(real[:kept], fake[:kept])
        return self._results(*self.sample_metrics)

    def _received(self, data):
        """The named batch, this replica's share of the global batch, and that one's rows."""
        batch = self.prepare_batch(without_nothing(data))
        replicas = backend.num_replicas()
        rows = rows_of(batch)
        if replicas == 1:
            return _with_rows(batch, rows), 1.0, rows
        context = tf.distribute.get_replica_context()
        all_rows = context.all_reduce(tf.distribute.ReduceOp.SUM, tf.cast(rows, tf.float32))
        # A last batch smaller than the number of replicas leaves some with nothing: they compute
        # on one row of zeros, which counts for nothing.
        missing = tf.maximum(1 - rows, 0)
        batch = tf.nest.map_structure(
            lambda part: tf.pad(part, [[0, missing]] + [[0, 0]] * (part.shape.rank - 1)), batch
        )
        return _with_rows(batch, all_rows), tf.cast(rows, tf.float32) / all_rows, all_rows

    def _results(self, *metrics):
        results = self.loss_means.result()
        if len(self.phases()) == 1:  # for Keras's callbacks, which look for it
            losses = (one for name, one in results.items() if name in self._phase_of_loss)
            results = {"loss": sum(losses), **results}
        results |= {metric.name: metric.result() for metric in metrics}
        if isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy):
            # Keras averages over workers along axis 0, which a scalar does not have.
            return {name: tf.reshape(value, (1,)) for name, value in results.items()}
        return results

    @contextlib.contextmanager
    def _mode(self, training):
        self.in_training = training
        try:
            yield
        finally:
            self.in_training, self.playing = False, None

    @property
    def metrics(self):
        """The metrics that `fit` and `evaluate` report and reset."""
        return [self.loss_means, *self.sample_metrics]

    # Internals -----------------------------------------------------------------------------

    def _averages(self):
        return [part for part in self._attached if isinstance(part, MovingAverage)]

    # Serialisation -------------------------------------------------------------------------

    def get_config(self):
        """The constructor's arguments."""
        config = super().get_config()
        for name in ("networks", *self._networks):  # made by function, unless passed
            if name == "networks" or config.get(name) is None:
                config.pop(name, None)
        return {**config, **self.if_taken(name=self.name, dtype=self.dtype_policy.name)}

    def _network_from(self, name, make):
        """A network from a function of nothing, or of the shape that the first network gives."""
        if not callable(make):
            raise ValueError(
                f"Expected `{name}`, a `keras.Model`: {type(self).__name__} makes none itself. "
                f"Received: {make!r}"
            )
        if isinstance(make, keras.Model):
            raise ValueError(
                f"Expected a function that makes `{name}` in `networks`; pass a network itself as "
                f"`{name}=`. Received: {make!r}"
            )
        optional = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD
        parameters = inspect.signature(make).parameters.values()
        wanted = [p.name for p in parameters if p.default is p.empty and p.kind not in optional]
        first = self._networks[0]
        if len(wanted) > (name != first):
            raise ValueError(
                f"Expected the function that makes `{name}` to need nothing, or, after the first "
                f"network, the shape of what that gives. Received: one that needs {wanted}"
            )
        return make(getattr(self, first).output_shape[1:]) if wanted else make()

    def _check_names(self, networks):
        """Raises for the name of a network that means something else to Keras or to this class."""
        for name in networks:
            if hasattr(self, name):
                raise ValueError(
                    "Expected names of networks that are free: each becomes an attribute of the "
                    f"model. Received: {name!r}, which {type(self).__name__} has already"
                )

    def random_states(self) -> list:
        """The states of every random generator in the model, which Keras itself does not save."""
        weights = {id(weight) for weight in self.weights}
        return [variable for variable in self.variables if id(variable) not in weights]

    def save_own_variables(self, store):
        super().save_own_variables(store)
        for index, state in enumerate(self.random_states()):
            store[f"{RANDOM_STATE}{index}"] = keras.ops.convert_to_numpy(state)

    def load_own_variables(self, store):
        own = {key: store[key] for key in store.keys()}
        for index, state in enumerate(self.random_states()):
            if (saved := own.pop(f"{RANDOM_STATE}{index}", None)) is not None:
                state.assign(saved)
        super().load_own_variables(own)
        weight_files.warn_of_bad_file(getattr(store, "h5_file", None))
        self._asked_stage = None
        self._forget_other_graphs()


@contextlib.contextmanager
def _building(policy, seed):
    """Networks built inside this scope compute as the model they are for, channels last.

    Their initial weights follow from the model's seed, if it has one: Keras's initialisers take
    theirs from Python's generator, which goes on afterwards as if nothing had been drawn.
    """
    outside = keras.config.dtype_policy(), random.getstate()
    keras.config.set_dtype_policy(policy)
    if seed is not None:
        random.seed(int(seed))
    try:
        with backend.channels_last():
            yield
    finally:
        keras.config.set_dtype_policy(outside[0])
        if seed is not None:
            random.setstate(outside[1])


def _with_rows(batch, rows):
    """The batch, if it has rows at all: the mean of nothing would make every weight NaN."""
    with tf.control_dependencies(values.require_rows(rows)):
        return tf.nest.map_structure(tf.identity, batch)


def _seed_layers(model, seed):
    """Layers of Keras that draw, and were given no seed, draw as the model's decides."""
    for index, layer in enumerate(model._flatten_layers()):
        generator = getattr(layer, "seed_generator", None)
        drawn = isinstance(generator, keras.random.SeedGenerator)
        if drawn and getattr(layer, "seed", None) is None:
            generator.state.assign([seed, index])
