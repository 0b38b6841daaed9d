"""World Models: what the agent does."""

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import kinds, networks
from keras_gan_zoo.errors import WrongNetworkError, check_choice
from keras_gan_zoo.training.abilities import Ability
from keras_gan_zoo.training.phased_model import PhasedModel
from keras_gan_zoo.weight_files import sha256_of

# Latents, units of the memory, what of its state is seen, numbers of an action, and a bias.
VARIANTS: dict[str, tuple] = {
    "doom": (64, 512, "both", 1, False),
    "car_racing": (32, 256, "hidden", 3, True),
}
STATES = {"none": (), "hidden": ("hidden",), "both": ("hidden", "cell")}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class LinearController(PhasedModel):
    """The controller of a world model: a linear map from what is seen and remembered to actions.

    `a = tanh(W [z h c] + b)`. It is evolved, not trained by gradient: its reward comes out of
    whole episodes, through which nothing is differentiated. So there is no loss that `fit` could
    descend, and `compile` and `fit` say so. Whatever evolves it (the package `cma` in
    `applications/world_models`) sees one vector: `parameters`, `set_parameters`, and `act_each` for
    a whole population at once.

    Args:
        variant: `"doom"` (1,088 parameters; no bias) or `"car_racing"` (867; it does not see the
            cell).
        latent_dim, units: Sizes of what it sees, if they are others: of a latent vector of
            `WorldModelVAE`, and of each half of the state of `MDNRNN`.
        state: What it sees of that state, if it is another: `"both"`, `"hidden"` or `"none"`.
        action_dim: Numbers of an action, if they are others.
        use_bias: Whether there is a bias, if it is another.
        memory_sha256: Of the `MDNRNN` with which it was evolved, see `check_memory`.
        **kwargs: A `policy` to use instead, see `kgz.networks.linear_controller`; `seed`, `name`
            and `dtype`, see `kgz.training.PhasedModel`.

    Example:

    >>> model = kgz.models.LinearController(latent_dim=3, units=2)
    >>> model.set_parameters(np.zeros(3 + 2 + 2))
    >>> model.act(np.ones((1, 3)), hidden=np.ones((1, 2)), cell=np.ones((1, 2)))
    <tf.Tensor: shape=(1, 1), dtype=float32, numpy=array([[0.]], dtype=float32)>

    References:
        Ha and Schmidhuber 2018, World Models, arXiv 1803.10122, section 2.3, equation 1, and
        appendix A.3; the authors' code `doomrnn/model.py` and `carracing/model.py`.
    """

    def __init__(
        self,
        variant: str = "doom",
        *,
        latent_dim: int | None = None,
        units: int | None = None,
        state: str | None = None,
        action_dim: int | None = None,
        use_bias: bool | None = None,
        memory_sha256: str | None = None,
        **kwargs,
    ):
        check_choice("variant", variant, VARIANTS)
        chosen: tuple = (latent_dim, units, state, action_dim, use_bias)
        self.latent_dim, self.units, self.state, self.action_dim, has_bias = (
            usual if one is None else one
            for one, usual in zip(chosen, VARIANTS[variant], strict=True)
        )
        check_choice("state", self.state, STATES)
        self.memory_sha256 = memory_sha256
        super().__init__(
            networks={
                "policy": lambda: networks.linear_controller(
                    self.latent_dim, self.units, STATES[self.state], self.action_dim, has_bias
                )
            },
            **kwargs,
        )
        self.built = True

    def check_memory(self, memory):
        """Checks that the state of an `MDNRNN` is what this controller has learnt to read.

        Raises:
            WrongNetworkError: A `ValueError`, if sizes differ, or its weights are not those of
                `memory_sha256`.
        """
        sizes = (self.latent_dim, self.units, self.action_dim)
        if sizes != (memory.latent_dim, memory.units, memory.action_dim):
            raise WrongNetworkError(
                f"Expected a memory of {sizes} latents, units and numbers of an action. Received: "
                f"one of {(memory.latent_dim, memory.units, memory.action_dim)}"
            )
        found = sha256_of(memory)
        if self.memory_sha256 not in (None, found):
            raise WrongNetworkError(
                "Expected the memory with which the controller was evolved, of sha256 "
                f"{self.memory_sha256}. Received: one of sha256 {found}; load those that were "
                "saved together"
            )

    def act(self, latents, hidden=None, cell=None):
        """What to do, given what is seen and remembered.

        Args:
            latents: `(batch, latent_dim)`.
            hidden, cell: The memory's state, each `(batch, units)`, of which as much is needed as
                `state` says; the rest is ignored.

        Returns:
            Actions in `(-1, 1)`, `(batch, action_dim)`.

        Raises:
            ValueError: If one is missing, or of another shape.
        """
        return self.do("act", *self.seen(latents=latents, hidden=hidden, cell=cell))

    def act_each(self, parameters, latents, hidden=None, cell=None):
        """What each of a population does, in one graph.

        Args:
            parameters: One vector for each controller, `(controllers, parameters)`.
            latents, hidden, cell: As `act` takes them, for each: `(controllers, batch, ...)`.

        Returns:
            Actions `(controllers, batch, action_dim)`.
        """

        def one(given):
            outputs, _ = self.policy.stateless_call(self._weights(given[0]), [], given[1:])
            return outputs

        given = [parameters, *self.seen(latents=latents, hidden=hidden, cell=cell)]
        return ops.vectorized_map(one, [ops.convert_to_tensor(part, "float32") for part in given])

    def seen(self, **state) -> list:
        """What the controller sees of `latents`, `hidden` and `cell`, in the order it takes them.

        Raises:
            ValueError: If one that it sees is missing.
        """
        names = ("latents", *STATES[self.state])
        if missing := [name for name in names if state.get(name) is None]:
            raise ValueError(
                f"Expected {', '.join(names)}, all of which this controller sees. Received: no "
                f"{' and no '.join(missing)}"
            )
        return [state[name] for name in names]

    def parameters(self) -> np.ndarray:
        """All weights as one float32 vector."""
        return np.concatenate([np.ravel(weight) for weight in self.policy.get_weights()])

    def set_parameters(self, parameters):
        """Takes all weights from one vector, as `parameters` gives it.

        Raises:
            ValueError: If they are not as many, or not finite.
        """
        parameters = np.asarray(parameters, "float32")
        if parameters.shape != (self.count_params(),) or not np.isfinite(parameters).all():
            raise ValueError(
                f"Expected `parameters`, a vector of {self.count_params():,} finite numbers. "
                f"Received: shape {parameters.shape}"
            )
        self.policy.set_weights([np.array(part) for part in self._weights(parameters)])

    def abilities(self):
        """`act`."""
        states = {name: kinds.Vector((self.units,)) for name in STATES[self.state]}
        takes = {"latents": kinds.Vector((self.latent_dim,)), **states}
        gives = {"actions": kinds.Vector((self.action_dim,))}
        return (Ability("act", takes, gives, self._act, signature="serving_default"),)

    def phases(self):
        """There are none; see the class."""
        raise _evolved()

    def inputs(self):
        """There are none; see the class."""
        raise _evolved()

    def fit(self, *args, **kwargs):
        """There is nothing to descend; see the class."""
        raise _evolved()

    def call(self, inputs, training=False):
        """The actions; see `kgz.networks.linear_controller`."""
        return self.policy(inputs, training=training)

    def _act(self, *seen):
        return self.policy(list(seen), training=False)

    def _weights(self, parameters):
        """One vector as the arrays of the network."""
        weights, start = [], 0
        for weight in self.policy.weights:
            size = int(np.prod(weight.shape))
            weights.append(ops.reshape(parameters[start : start + size], weight.shape))
            start += size
        return weights


def _evolved():
    return TypeError(
        "Expected a model that is trained by gradient. Received: a LinearController, which is "
        "evolved: use `parameters`, `set_parameters` and `act_each`, as "
        "applications/world_models does"
    )
