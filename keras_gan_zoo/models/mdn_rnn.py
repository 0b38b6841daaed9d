"""World Models: what the agent remembers, and expects."""

import keras
from keras import ops

from keras_gan_zoo import backend, kinds, losses, networks
from keras_gan_zoo.errors import WrongNetworkError, check_choice
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.abilities import Ability
from keras_gan_zoo.training.calls import compiled
from keras_gan_zoo.training.phase import Phase
from keras_gan_zoo.training.phased_model import PhasedModel
from keras_gan_zoo.training.schedules import FlooredDecay
from keras_gan_zoo.weight_files import sha256_of

# Latents, numbers of an action, units, and whether episodes end.
VARIANTS = {"doom": (64, 1, 512, True), "car_racing": (32, 3, 256, False)}
RESTART_WEIGHT = 10.0  # of the rare steps at which an episode begins


@keras.saving.register_keras_serializable("keras_gan_zoo")
class MDNRNN(PhasedModel):
    """The memory of a world model: a density of the next latents, given all before and the actions.

    An LSTM gives a mixture of normals for each latent of the next step, and the logit that the
    episode is over and another begins. `fit` takes series of what `WorldModelVAE.posterior` gives
    of frames, and draws the latents anew for each update. It descends the negative log-likelihood
    of the next latents, in nats, the mean over steps and latents, and the cross-entropy of
    beginnings.

    Args:
        variant: `"doom"` (1,678,785 parameters) or `"car_racing"` (422,368; its episodes do not
            end).
        steps: Length of the series that `fit` takes.
        latent_dim, action_dim, units: Sizes of a latent vector, of an action and of the LSTM's
            state, if they are others.
        mixtures: Normals in a mixture.
        restarts: Whether episodes end, if it is another.
        vision_sha256: Of the `WorldModelVAE` whose latents these are, as
            `keras_gan_zoo.weight_files.sha256_of` gives it;
            what runs both refuses another then.
        **kwargs: A `memory` to use instead, see `kgz.networks.mdn_rnn`; `seed`, `name` and `dtype`,
            see `kgz.training.PhasedModel`.

    Example:

    >>> model = kgz.models.MDNRNN(steps=6, latent_dim=3, units=4, restarts=False)
    >>> model.compile()
    >>> latents, actions = np.zeros((2, 6, 3), "float32"), np.zeros((2, 6, 1), "float32")
    >>> data = {"mean": latents, "log_variance": latents, "action": actions}
    >>> sorted(model.fit(data, verbose=0).history)
    ['latent_loss', 'loss']
    >>> model.dream(latents[:, 0], actions, temperature=1.15, seed=0).shape
    TensorShape([2, 6, 3])

    References:
        Ha and Schmidhuber 2018, World Models, arXiv 1803.10122, section 2.2 and appendix A.2; the
        authors' code `doomrnn/rnn.py`.

    Deviations:
        Every series begins with an empty state (theirs: with that after the series before it, for
        Doom).
    """

    def __init__(
        self,
        variant: str = "doom",
        *,
        steps: int = 500,
        latent_dim: int | None = None,
        action_dim: int | None = None,
        units: int | None = None,
        mixtures: int = 5,
        restarts: bool | None = None,
        vision_sha256: str | None = None,
        **kwargs,
    ):
        check_choice("variant", variant, VARIANTS)
        checks.check_count("steps", steps, least=2)
        chosen = zip((latent_dim, action_dim, units, restarts), VARIANTS[variant], strict=True)
        self.latent_dim, self.action_dim, self.units, self.restarts = (
            usual if one is None else one for one, usual in chosen
        )
        self.mixtures, self.steps = mixtures, int(steps)
        self.vision_sha256 = vision_sha256
        super().__init__(
            networks={
                "memory": lambda: networks.mdn_rnn(
                    self.latent_dim, self.action_dim, self.units, mixtures, bool(self.restarts)
                )
            },
            **kwargs,
        )
        self._unrolled = compiled(self._unroll)
        self.built = True

    def inputs(self):
        """`mean`, `log_variance` and `action`, and `restart`, 1 where an episode begins."""
        series = kinds.Sequence((self.steps, self.latent_dim))
        actions = kinds.Sequence((self.steps, self.action_dim))
        parts = {"mean": series, "log_variance": series, "action": actions}
        return {**parts, "restart": kinds.Tokens((self.steps,), 2)} if self.restarts else parts

    def phases(self):
        return (Phase("memory", (self.memory,)),)

    def memory_losses(self, batch):
        noise = backend.random_normal(ops.shape(batch["mean"]))
        latents = batch["mean"] + ops.exp(0.5 * batch["log_variance"]) * noise
        steps = [latents[:, :-1], batch["action"][:, :-1]]
        if self.restarts:
            begins = ops.cast(batch["restart"], "float32")[..., None]
            steps.append(begins[:, :-1])
        state = self.initial_state(ops.shape(latents)[0])
        mixtures, logits, _ = self.remembered(ops.concatenate(steps, -1), state)
        found = {"latent_loss": ops.mean(losses.mixture_nll(latents[:, 1:], *mixtures, axis=-2))}
        if self.restarts:
            begins = begins[:, 1:]
            wrong = RESTART_WEIGHT * begins * ops.softplus(-logits)
            found["restart_loss"] = ops.mean(wrong + (1.0 - begins) * ops.softplus(logits))
        return found

    def default_optimizers(self):
        """Adam, its rate from 1e-3 to 1e-5 by 0.99999 per update, each gradient in `[-1, 1]`."""
        return keras.optimizers.Adam(FlooredDecay(1e-3, 1e-5, 0.99999), epsilon=1e-8, clipvalue=1.0)

    def initial_state(self, count: int) -> list:
        """An empty state of the LSTM for so many series: `[hidden, cell]`."""
        return [ops.zeros((count, self.units)) for _ in range(2)]

    def remembered(self, steps, state):
        """What the LSTM makes of steps.

        Args:
            steps: `(batch, steps, ...)`: latents, actions and, with `restarts`, whether an episode
                begins.
            state: `[hidden, cell]`.

        Returns:
            The mixtures `[logits, mean, log_scale]`, each `(batch, steps, mixtures, latent_dim)`;
            the logits `(batch, steps, 1)` that an episode begins next, without `restarts` of no
            features; the state after the last step.
        """
        outputs, *state = self.memory([steps, *state], training=self.in_training)
        logits, parameters = ops.split(outputs, [int(self.restarts)], axis=-1)
        shape = (*ops.shape(outputs)[:2], 3 * self.mixtures, self.latent_dim)
        return ops.split(ops.reshape(parameters, shape), 3, axis=-2), logits, state

    def check_vision(self, vision):
        """Checks that latents of a `WorldModelVAE` are those that this memory has learnt.

        Raises:
            WrongNetworkError: A `ValueError`, if the weights of its encoder and decoder are not
                those of `vision_sha256`, or its latents are of another size.
        """
        if vision.latent_dim != self.latent_dim:
            raise WrongNetworkError(
                f"Expected a vision of {self.latent_dim} latents, as the memory has. "
                f"Received: one of {vision.latent_dim}"
            )
        found = sha256_of(vision)
        if self.vision_sha256 not in (None, found):
            raise WrongNetworkError(
                "Expected the vision whose latents the memory has learnt, of sha256 "
                f"{self.vision_sha256}. Received: one of sha256 {found}; load the two that were "
                "saved together"
            )

    def remember(self, latents, actions, state, begins=None):
        """The state after one step that was taken, for agents outside of dreams; as `step`."""
        return self._after(latents, actions, state, begins)[-1]

    def step(self, latents, actions, state, temperature=1.0, seed=None, begins=None, noise=None):
        """One step of a dream, for code that dreams many at once.

        Args:
            latents: `(batch, latent_dim)`.
            actions: `(batch, action_dim)`.
            state: `[hidden, cell]`, see `initial_state`.
            temperature: See `dream`.
            seed: Of the noise: an integer or a tensor of two; `None` for any.
            begins: Whether an episode begins with these latents, `(batch, 1)`, 0 or 1; by default
                none does.
            noise: Instead of a seed: uniform and normal noise, each of the shape of `latents`.

        Returns:
            The next latents, whether the episode is over, a boolean `(batch,)`, and the state.
        """
        if noise is None:
            with backend.noise(seed):
                noise = self._noise(ops.shape(latents))
        return self._step(latents, actions, state, *noise, temperature, begins)

    def dream(self, latents, actions, temperature: float = 1.0, seed: int | None = None):
        """Latents as they may go on, given what is done.

        Args:
            latents: The first, `(batch, latent_dim)`.
            actions: `(batch, steps, action_dim)`, from the first step on; `steps` as in training.
            temperature: More makes the unlikely likely (a positive number): the logits of mixtures
                are divided, and variances multiplied, by it.
            seed: Integer for a reproducible dream.

        Returns:
            A float32 tensor `(batch, steps, latent_dim)`: what follows each action, whether or not
            the episode would be over.
        """
        checks.check_positive(temperature=temperature)
        return self.do("dream", latents, actions, seed=seed, temperature=temperature)

    def abilities(self):
        """`dream`."""
        takes = {"latents": kinds.Vector((self.latent_dim,)), "actions": self.inputs()["action"]}
        return (Ability("dream", takes, {"latents": self.sample_kind}, self._dream),)

    @property
    def sample_kind(self) -> kinds.Kind:
        """The kind of a dream: series of latents."""
        return kinds.Sequence((self.steps, self.latent_dim))

    def call(self, inputs, training=False):
        """What the LSTM gives; see `kgz.networks.mdn_rnn`."""
        return self.memory(inputs, training=training)

    def _dream(self, latents, actions, temperature=1.0):
        noise = self._noise((ops.shape(latents)[0], self.steps, self.latent_dim))
        temperature = ops.convert_to_tensor(temperature, "float32")
        return self._unrolled(latents, actions, *noise, temperature)

    def _unroll(self, latents, actions, uniform, normal, temperature):
        def one(carried, given):
            latents, *state = carried
            latents, _, state = self._step(latents, given[0], state, *given[1:], temperature)
            return [latents, *state], [latents]

        start = [latents, *self.initial_state(ops.shape(latents)[0])]
        given = [ops.swapaxes(part, 0, 1) for part in (actions, uniform, normal)]
        _, (dreamt,) = backend.scan(one, start, given)
        return ops.swapaxes(dreamt, 0, 1)

    def _noise(self, shape):
        return backend.random_uniform(shape), backend.random_normal(shape)

    def _after(self, latents, actions, state, begins):
        """What `remembered` gives of one step."""
        inputs = [latents, actions]
        if self.restarts:
            inputs.append(ops.zeros_like(actions[:, :1]) if begins is None else begins)
        return self.remembered(ops.concatenate(inputs, -1)[:, None], state)

    def _step(self, latents, actions, state, uniform, normal, temperature, begins=None):
        mixtures, logits, state = self._after(latents, actions, state, begins)
        mixtures = [one[:, 0] for one in mixtures]
        latents = losses.mixture_sample(*mixtures, uniform, normal, temperature, axis=-2)
        over = ops.any(logits[:, 0] > 0.0, axis=-1)
        return latents, over, state
