"""A player's turn in a training step."""

import dataclasses

import keras


@dataclasses.dataclass(frozen=True)
class Phase:
    """One player's turn: which networks are updated, and how often in a training step.

    Args:
        name: Name of the phase. The model's method `<name>_losses(batch)` computes its losses
            and the optimizer compiled under this name minimises their sum.
        networks: The networks whose trainable variables this phase updates, and no others.
        steps: Updates per training step. A phase with `steps=n` sees `n` different slices of
            the batch that `fit` hands over, never the same samples twice.
        accumulate: Slices of an update's samples whose gradients are added up before its one
            update, for batches that do not fit into memory. The update is that of all samples at
            once, unless something couples the samples of a batch, as batch normalisation does.
        intervals: The intervals, above 1, at which `PhasedModel.lazily` adds terms to the losses
            of this phase; those of penalties and other parts of its networks are known.
    """

    name: str
    networks: tuple[keras.layers.Layer, ...]
    steps: int = 1
    accumulate: int = 1
    intervals: tuple[int, ...] = ()

    @property
    def trainable_variables(self) -> list:
        """The variables this phase updates, each once."""
        variables = (v for network in self.networks for v in network.trainable_variables)
        return list({id(v): v for v in variables}.values())
