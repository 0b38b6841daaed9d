"""How the phases of a step update their networks, each with its part of the batch."""

import contextlib
import contextvars

import keras
import tensorflow as tf

from keras_gan_zoo import backend
from keras_gan_zoo.training.clipping import clipped_together

# What the phases of the running step share, by name and part of the batch; of each replica its own.
_shared = contextvars.ContextVar("shared", default=None)
# When the running update is to be skipped: booleans.
_skips = contextvars.ContextVar("skips", default=None)


def sharing():
    """Within this scope, which is one training step, `shared` computes a result once."""
    return _set(_shared, {})


@contextlib.contextmanager
def _set(variable, value):
    token = variable.set(value)
    try:
        yield value
    finally:
        variable.reset(token)


class PhaseUpdates:
    """Mixin for a model of phases: turns, gradients, and one update of an optimizer."""

    def shared(self, name: str, function):
        """What `function()` gives, computed once for all phases of a training step.

        The first phase that asks has its gradient. Later phases of the same step, which see the
        same part of the batch, are given its value, as it was before the updates in between.

        Args:
            name: Of the result.
            function: Without arguments; returns a tensor, or a structure of them.
        """
        results = _shared.get()
        if results is None:  # outside of training
            return function()
        key = name, self._part_of_batch
        if key in results:
            return tf.nest.map_structure(tf.stop_gradient, results[key])
        return results.setdefault(key, function())

    def skip_update(self, when):
        """For a phase's losses: the running update leaves networks and optimizer as they are.

        Args:
            when: A boolean, or a tensor of one that is the same on all replicas (see
                `kgz.backend.global_batch`). Of accumulated parts of a batch, one suffices.
        """
        skips = _skips.get()
        if skips is not None and when is not False:
            skips.append(when)

    def _turns(self, batch):
        """Each phase with the number of each of its updates, and the part of the batch it sees."""
        phases = self._playing_phases()
        slices = max(phase.steps for phase in phases)
        for phase in phases:
            for update in range(phase.steps):
                self._part_of_batch = update, 0
                yield phase, update, slice_of(batch, update, slices)

    def _update_phase(self, phase, update, batch, share, samples, seed, turn):
        optimizer, variables = self.optimizers[phase.name], phase.trainable_variables
        trained = [part for part in self._attached if part.network in phase.networks]
        for part in trained:
            part.before_update()
        count = phase.accumulate * self.accumulation_steps
        parts = [slice_of(batch, index, count) for index in range(count)]
        rows = sum(rows_of(part) for part in parts)
        gradients, number = [], tf.identity(optimizer.iterations.value)
        with _set(_skips, []) as skips:
            for index, part in enumerate(parts):
                self._part_of_batch = update, index
                own = share if count == 1 else share * tf.cast(rows_of(part) / rows, tf.float32)
                place = {"turn": turn, "start": index, "stride": count}
                # One after another: together they would need the memory of the whole.
                with backend.noise(seed, **place), tf.control_dependencies(gradients):
                    losses, added = self._gradients(phase, part, own)
                    if gradients:
                        added = [a + b for a, b in zip(gradients, added, strict=True)]
                    gradients = added if count == 1 else [tf.convert_to_tensor(a) for a in added]
                self._report(phase, losses, part, share)
        with _unless(skips, [*variables, *optimizer.variables]):
            optimizer.apply(clipped_together(optimizer, gradients), variables)
        slices = max(one.steps for one in self._playing_phases())
        for part in trained:
            part.after_update(number, samples / slices)

    def _gradients(self, phase, batch, share):
        """The losses of a phase, and the gradients of this replica's share of their sum."""
        tensors = [variable.value for variable in phase.trainable_variables]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(tensors)
            losses = self._phase_losses(phase, batch)
            # Keras optimizers sum gradients over replicas: each contributes its share.
            total = self.optimizers[phase.name].scale_loss(sum(losses.values()) * share)
        gradients = tape.gradient(total, tensors)
        may_rest = not tensors or self.intervals_of(phase)  # with no term due in this update
        if not may_rest and all(one is None for one in gradients):
            names = ", ".join(network.name for network in phase.networks)
            raise ValueError(
                f"Expected `{phase.name}_losses` to depend on what the phase trains: {names}. "
                "Received: losses without a gradient to any of it"
            )
        # A head that this phase's losses do not reach stays as it is.
        return losses, [
            tf.zeros_like(tensor) if one is None else one
            for tensor, one in zip(tensors, gradients, strict=True)
        ]

    def _phase_losses(self, phase, batch):
        self.playing = phase.name
        losses = getattr(self, f"{phase.name}_losses")(batch)
        is_dict = isinstance(losses, dict) and losses
        if not is_dict or any(keras.ops.ndim(one) for one in losses.values()):
            raise ValueError(
                f"Expected `{phase.name}_losses` to return a dict of scalars. Received: {losses!r}"
            )
        for part in self._attached:
            if part.network in phase.networks:
                losses = {**losses, **part.added_losses()}
        for name in losses:
            if self._phase_of_loss.setdefault(name, phase.name) != phase.name:
                raise ValueError(
                    "Expected losses of different phases to have different names. Received: "
                    f"{name!r} of {self._phase_of_loss[name]!r} and of {phase.name!r}"
                )
        return {name: tf.cast(value, tf.float32) for name, value in losses.items()}

    def _report(self, phase, losses, batch, share):
        for part in self._attached:
            if part.network in phase.networks:
                losses = {**losses, **part.reports()}
        self.loss_means.update_state(losses, real_rows(batch, share))


@contextlib.contextmanager
def _unless(skips, variables):
    """After this scope, variables are as they were before if one of `skips` is true."""
    before = [tf.identity(variable.value) for variable in variables] if skips else []
    with tf.control_dependencies(before):
        yield
    if skips:
        skipped = tf.reduce_any(skips)
        after = [tf.where(skipped, b, v.value) for b, v in zip(before, variables, strict=True)]
        backend.assign(variables, after)


def rows_of(batch):
    """Number of rows: a Python number where the shape says it, or else a tensor."""
    first = tf.nest.flatten(batch)[0]
    return tf.shape(first)[0] if first.shape[0] is None else first.shape[0]


def real_rows(batch, share):
    """Rows that are data: none on a replica that was given a row of zeros to compute on."""
    rows = rows_of(batch)
    return rows if isinstance(share, float) else rows * tf.cast(share > 0.0, tf.int32)


def slice_of(batch, index, slices):
    """Every `slices`-th row from `index` on: replicas' slices then make up the global batch's."""
    if slices == 1:
        return batch
    first = index % rows_of(batch)  # slices of a tiny batch share samples
    return tf.nest.map_structure(lambda part: part[first::slices], batch)
