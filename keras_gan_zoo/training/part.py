"""What acts whenever one network of a model is trained."""

from collections.abc import Sequence


class Part:
    """Belongs to one network of a model, and acts at each update of it; see `PhasedModel.attach`.

    A subclass sets `network`, and overrides what it has something to do in.
    """

    network = None
    # Layers that hold what the part remembers, saved with the model.
    states: Sequence = ()
    # Updates after which it has a lazy term to add: of each phase that trains the network.
    intervals: tuple = ()

    def added_losses(self) -> dict:
        """Losses by name that are added to those of each phase that trains the network."""
        return {}

    def reports(self) -> dict:
        """Numbers by name that `fit` reports beside the losses of phases that train the network."""
        return {}

    def before_update(self):
        """Called before each update of the network."""

    def after_update(self, updates, samples):
        """Called after each update of the network.

        Args:
            updates: How many there were before it.
            samples: How many samples of data it saw, on all replicas together.
        """
