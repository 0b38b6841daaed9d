"""Dreams as an environment: many at once."""

import numpy as np
import tensorflow as tf

from keras_gan_zoo import backend, errors
from keras_gan_zoo.environments.extra import package
from keras_gan_zoo.environments.frames import SIDE, checked_actions
from keras_gan_zoo.environments.remembered import as_images, latent_space
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.calls import compiled

gymnasium = package("gymnasium")

NAMES = ("latents", "hidden", "cell")


class DreamEnv(gymnasium.vector.VectorEnv):
    """Dreams of a world model: environments without a game, any number of them in one graph.

    A dream begins with the latents of one of some first frames, drawn from the posterior of V.
    Each step M draws the next latents, given the action, and says whether the episode is over. The
    observation is what the agent sees and remembers, `latents`, `hidden` and `cell`, the same as
    of `Remembered`, and the reward is the same for each step. After the end of a dream the next
    step begins a new one (`AutoresetMode.NEXT_STEP`).

    Args:
        vision: A `WorldModelVAE`.
        memory: The `MDNRNN` that has learnt of its latents.
        frames: First frames of episodes, `(frames, 64, 64, 3)`, bytes.
        num_envs: How many dreams there are.
        temperature: See `MDNRNN.dream`. More makes dreams harder, and harder to cheat in. It may be
            changed between steps, by the attribute of this name.
        time_limit: Steps after which a dream is cut short.
        reward: Of a step: as many as the frames that a step of the real environment takes.
        copies: How often the same luck is dealt. Dreams are that many equal blocks, and the first
            of each begins with the same latents and has the same noise, for comparing controllers.
        render_mode: `"rgb_array"`, in which `render` gives what V sees in each dream, or `None`.

    Raises:
        WrongNetworkError: If vision and memory do not belong together.
        ValueError: If there are no frames or they are not bytes of this shape, or `num_envs` are
            no multiple of `copies`.

    Example:

    >>> vision = kgz.models.WorldModelVAE(latent_dim=2, filters=1, seed=0)
    >>> memory = kgz.models.MDNRNN(latent_dim=2, units=3, steps=5, seed=0)
    >>> frames = np.zeros((4, 64, 64, 3), "uint8")
    >>> dreams = kgz.environments.DreamEnv(vision, memory, frames, num_envs=8)
    >>> seen, _ = dreams.reset(seed=0)
    >>> seen, rewards, over, _, _ = dreams.step(np.zeros((8, 1)))
    >>> seen["latents"].shape, rewards.tolist() == 8 * [1.0]
    ((8, 2), True)

    References:
        Ha and Schmidhuber 2018, arXiv 1803.10122, section 4; the authors' code
        `doomrnn/doomrnn.py`.
    """

    metadata = {
        "render_modes": ["rgb_array"],
        "autoreset_mode": gymnasium.vector.AutoresetMode.NEXT_STEP,
    }

    def __init__(
        self,
        vision,
        memory,
        frames,
        num_envs: int = 1,
        *,
        temperature: float = 1.15,
        time_limit: int = 2100,
        reward: float = 1.0,
        copies: int = 1,
        render_mode: str | None = None,
    ):
        memory.check_vision(vision)
        self.temperature = temperature
        for name, value in {"time_limit": time_limit, "copies": copies}.items():
            checks.check_count(name, value)
        checks.check_count("num_envs", num_envs)
        if num_envs % copies:
            raise ValueError(
                f"Expected `num_envs` to be a multiple of `copies`, {copies}. Received: {num_envs}"
            )
        errors.check_choice("render_mode", render_mode, (None, "rgb_array"))
        self.vision, self.memory = vision, memory
        self.time_limit, self.reward = time_limit, reward
        self.copies, self.render_mode, self.num_envs = copies, render_mode, num_envs
        self.single_observation_space = latent_space(memory)
        self.single_action_space = gymnasium.spaces.Box(-1.0, 1.0, (memory.action_dim,), np.float32)
        batched = gymnasium.vector.utils.batch_space
        self.observation_space = batched(self.single_observation_space, num_envs)
        self.action_space = batched(self.single_action_space, num_envs)
        # Not drawn once: each dream draws its first latents anew.
        self._first = vision.posterior(as_images(_checked_frames(frames)))
        self._begin, self._go_on = compiled(self._begin_all), compiled(self._step_all)
        self._state = None

    @property
    def temperature(self) -> float:
        """How often the unlikely is dreamt; a positive number."""
        return self._temperature

    @temperature.setter
    def temperature(self, value):
        checks.check_positive(temperature=value)
        self._temperature = float(value)

    def reset(self, *, seed: int | None = None, options: dict | None = None):
        """Begins all dreams anew; the seed decides all that follows."""
        super().reset(seed=seed)
        self._state = self._begin(self._noise_seed())
        return self._seen(), {}

    def step(self, actions):
        """One step of all dreams, in one graph.

        Args:
            actions: `(num_envs, action_dim)`; those of dreams that begin anew are ignored.

        Raises:
            ValueError: If an action is outside of the space.
        """
        shape = (self.num_envs, self.memory.action_dim)
        actions = tf.constant(checked_actions("actions", actions, shape))
        over = self._state["over"]
        self._state = self._go_on(
            self._state, actions, self._noise_seed(), tf.constant(self.temperature)
        )
        reward = np.where(over, 0.0, self.reward)
        ended, cut = (self._state[name].numpy() for name in ("ended", "cut"))
        return self._seen(), reward, ended, cut, {}

    def render(self):
        """What V sees in each dream: a tuple of frames `(64, 64, 3)`, bytes."""
        if self.render_mode is None:
            return None
        images = np.array(self.vision.decode(self._state["latents"]))
        return tuple(np.clip(127.5 * images + 127.5, 0, 255).round().astype("uint8"))

    def episodes(self, act):
        """A function that plays one episode in each dream, in one graph call.

        Dreams that have ended cost nothing more.

        Args:
            act: Of the numbers of the dreams that go on, `(dreams,)`, what is seen in them, a dict
                of tensors `(dreams, ...)`, and what else the function was given; returns actions
                `(dreams, action_dim)`. It is called in the graph.

        Returns:
            A function of a seed, an integer, and of tensors that `act` is given; it returns the sum
            of rewards of each dream, `(num_envs,)`.
        """
        play = compiled(lambda seed, temperature, *given: self._play(act, seed, temperature, given))

        def run(seed: int, *given):
            numbers = tf.constant([seed, 0], tf.int32), tf.constant(self.temperature)
            return self.reward * play(*numbers, *given).numpy()

        return run

    def _noise_seed(self):
        return tf.constant(self.np_random.integers(2**31, size=2), tf.int32)

    def _dealt(self, rows, number):
        """Rows of noise for some dreams: those of one block for all blocks."""
        return tf.gather(rows, number % self._block)

    @property
    def _block(self):
        return self.num_envs // self.copies

    def _first_latents(self, number):
        """Latents to begin with, from the open stream of noise."""
        mean, log_variance = self._first
        chosen = backend.random_uniform((self._block,), 0.0, float(len(mean)))
        chosen = tf.minimum(tf.cast(chosen, tf.int32), len(mean) - 1)
        normal = backend.random_normal((self._block, mean.shape[-1]))
        spread = tf.exp(0.5 * tf.gather(log_variance, chosen))
        return self._dealt(tf.gather(mean, chosen) + spread * normal, number)

    def _noise(self, number):
        shape = (self._block, self.memory.latent_dim)
        noise = backend.random_uniform(shape), backend.random_normal(shape)
        return [self._dealt(one, number) for one in noise]

    def _begin_all(self, seed):
        everyone = tf.range(self.num_envs)
        with backend.noise(seed):
            latents = self._first_latents(everyone)
        hidden, cell = self.memory.initial_state(self.num_envs)
        never = tf.zeros((self.num_envs,), tf.bool)
        state = {"latents": latents, "hidden": hidden, "cell": cell}
        age = tf.zeros((self.num_envs,), tf.int32)
        return {**state, "age": age, "ended": never, "cut": never, "over": never}

    def _step_all(self, state, actions, seed, temperature):
        everyone, over = tf.range(self.num_envs), state["over"]
        with backend.noise(seed):
            first, noise = self._first_latents(everyone), self._noise(everyone)
        begins = tf.cast(state["age"] == 0, tf.float32)[:, None]
        latents, ended, after = self.memory.step(
            state["latents"],
            actions,
            [state["hidden"], state["cell"]],
            temperature,
            begins=begins,
            noise=noise,
        )
        anew, age = over[:, None], tf.where(over, 0, state["age"] + 1)
        ended &= ~over
        cut = (age >= self.time_limit) & ~ended
        found = {"latents": tf.where(anew, first, latents), "age": age}
        for name, part in zip(("hidden", "cell"), after, strict=True):
            found[name] = tf.where(anew, 0.0, part)
        return {**found, "ended": ended, "cut": cut, "over": ended | cut}

    def _seen(self):
        return {name: np.array(self._state[name]) for name in NAMES}

    def _play(self, act, seed, temperature, given):
        everyone = tf.range(self.num_envs)
        with backend.noise(seed):
            latents = self._first_latents(everyone)
        lengths = tf.zeros((self.num_envs,), tf.float32)
        start = [tf.constant(0), everyone, latents, *self.memory.initial_state(self.num_envs)]

        def one(time, number, *parts):
            *seen, lengths = parts
            actions = act(number, dict(zip(NAMES, seen, strict=True)), *given)
            with backend.noise(seed + tf.stack([0, 1 + time])):
                noise = self._noise(number)
            begins = tf.fill((tf.size(number), 1), tf.cast(time == 0, tf.float32))
            latents, over, state = self.memory.step(
                seen[0], actions, seen[1:], temperature, begins=begins, noise=noise
            )
            lengths = tf.tensor_scatter_nd_add(
                lengths, number[:, None], tf.ones_like(number, tf.float32)
            )
            left = [tf.boolean_mask(part, ~over) for part in (number, latents, *state)]
            return time + 1, *left, lengths

        sizes = [tf.TensorShape((None, part.shape[-1])) for part in start[2:]]
        shapes = [tf.TensorShape(()), tf.TensorShape((None,)), *sizes, lengths.shape]
        return tf.while_loop(
            lambda time, number, *_: (time < self.time_limit) & (tf.size(number) > 0),
            one,
            [*start, lengths],
            shape_invariants=shapes,
        )[-1]


def _checked_frames(frames):
    frames = np.asarray(frames)
    if frames.shape[1:] != (SIDE, SIDE, 3) or frames.dtype != np.uint8 or not len(frames):
        raise ValueError(
            f"Expected `frames` of shape (frames, {SIDE}, {SIDE}, 3), bytes, as environments give "
            f"them. Received: shape {frames.shape}, {frames.dtype}"
        )
    return frames
