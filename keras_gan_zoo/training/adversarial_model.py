"""A generator against a discriminator."""

import copy
import functools

import keras
import tensorflow as tf

from keras_gan_zoo import backend, errors, losses
from keras_gan_zoo.penalties import Penalty
from keras_gan_zoo.serving.export import export_model
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.latents import LATENT_DISTRIBUTIONS, interpolation_path
from keras_gan_zoo.training.phase import Phase
from keras_gan_zoo.training.phased_model import PhasedModel

GENERATE_BATCH = 256


class AdversarialModel(PhasedModel):
    """A generator that turns latents into samples, trained against a discriminator.

    A training step is `discriminator_steps` updates of the discriminator, each on fresh real
    samples, then one of the generator.

    Args:
        generator: Maps latents `(batch, latent_dim)` to samples `(batch, *sample_shape)`.
        discriminator: Maps samples to logits `(batch, 1)`; no sigmoid at its end.
        latent_dim: Size of a latent vector.
        latent_distribution: `"normal"` (standard) or `"uniform"` (in `[-1, 1]`).
        adversarial_loss: A name or an instance, see `kgz.losses.get`.
        penalties: `kgz.penalties` added to the discriminator's loss.
        discriminator_steps: Discriminator updates per generator update.
        ema_decay: Decay of the moving average of the generator's weights; `None` for none.
        seed, **kwargs: See `PhasedModel`.
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        latent_dim: int,
        *,
        latent_distribution: str = "normal",
        adversarial_loss="non_saturating",
        penalties=(),
        discriminator_steps: int = 1,
        ema_decay: float | None = 0.999,
        seed: int | None = None,
        **kwargs,
    ):
        checks.check_count("latent_dim", latent_dim)
        checks.check_count("discriminator_steps", discriminator_steps)
        if latent_distribution not in LATENT_DISTRIBUTIONS:
            raise errors.unknown_name(
                "latent_distribution", latent_distribution, LATENT_DISTRIBUTIONS
            )
        super().__init__(seed=seed, **kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.record_architecture({"generator": generator, "discriminator": discriminator})
        self.latent_dim = int(latent_dim)
        self.latent_distribution = latent_distribution
        self.adversarial_loss = losses.get(adversarial_loss)
        self.penalties = [Penalty.check(penalty) for penalty in penalties]
        self.discriminator_steps = int(discriminator_steps)
        self.ema_decay = ema_decay
        self.ema_generator = (
            None if ema_decay is None else self.moving_average(generator, ema_decay)
        )
        self.sample_shape = tuple(generator.output_shape[1:])
        self._check_networks()
        # Indexed by whether the average is used; one trace each, whatever the number of samples.
        latents = [tf.TensorSpec((None, self.latent_dim), tf.float32)]
        self._run = tuple(
            tf.function(
                functools.partial(self._run_generator, ema=ema),
                input_signature=latents,
                autograph=False,
            )
            for ema in (False, True)
        )
        self.built = True

    # The algorithm -------------------------------------------------------------------------

    def phases(self):
        return (
            Phase("discriminator", (self.discriminator,), steps=self.discriminator_steps),
            Phase("generator", (self.generator,)),
        )

    def prepare_batch(self, data):
        """`{"real": samples}`; labels that a data set carries along are not used."""
        return {"real": checks.check_samples("x", samples_of(data), self.sample_shape)}

    def discriminator_losses(self, batch):
        real = batch["real"]
        fake = self.fake_samples(batch)
        loss = self.adversarial_loss.discriminator(self.criticize(real), self.criticize(fake))
        return {"discriminator_loss": loss, **self.penalty_losses(self.criticize, real, fake)}

    def generator_losses(self, batch):
        fake_logits = self.criticize(self.fake_samples(batch))
        real_logits = None
        if self.adversarial_loss.generator_needs_real:
            real_logits = self.criticize(batch["real"])
        return {"generator_loss": self.adversarial_loss.generator(fake_logits, real_logits)}

    def fake_samples(self, batch):
        """Samples of the generator, as many as there are real ones."""
        num_samples = keras.ops.shape(batch["real"])[0]
        latents = self.sample_latents(num_samples, self.seed_generator)
        return self.generator(latents, training=self.in_training)

    def comparison(self, batch):
        """Real samples and as many of the averaged generator."""
        real = batch["real"]
        latents = self.sample_latents(keras.ops.shape(real)[0], self.seed_generator)
        return real, self._run_generator(latents, ema=True)

    def criticize(self, samples):
        """The discriminator's logits in the mode of the running step."""
        return self.discriminator(samples, training=self.in_training)

    def penalty_losses(self, critic, real, fake):
        """The weighted penalties by name, each at its own interval."""
        result = {}
        for penalty in self.penalties:
            seed = backend.draw_seed(self.seed_generator)
            result[penalty.name] = self.lazily(
                penalty.every,
                "discriminator",
                lambda penalty=penalty, seed=seed: penalty(critic, real, fake, seed=seed),
            )
        return result

    @property
    def image_shape(self) -> tuple:
        """The shape of a sample: `(height, width, channels)` for images."""
        return self.sample_shape

    # Capabilities --------------------------------------------------------------------------

    def sample_latents(self, num_samples: int, seed=None):
        """Latents `(num_samples, latent_dim)` from the model's latent distribution."""
        draw = LATENT_DISTRIBUTIONS[self.latent_distribution]
        return draw((num_samples, self.latent_dim), seed=seed)

    def call(self, latents, training=False):
        """Samples for `latents`, from the generator that is being trained."""
        return self.generator(latents, training=training)

    def generate(self, num_samples=None, labels=None, latents=None, seed=None, ema=True):
        """Generates samples.

        Args:
            num_samples: How many. May be left out when `latents` are given.
            labels: Not taken by this model.
            latents: Latents `(num_samples, latent_dim)` to use instead of random ones.
            seed: Integer for reproducible latents.
            ema: Whether to use the moving average of the generator, if the model keeps one.

        Returns:
            A float32 tensor `(num_samples, *sample_shape)`.

        Raises:
            ValueError: On bad counts, labels, or latents of the wrong shape.
        """
        if labels is not None:
            raise ValueError(
                f"{type(self).__name__} is unconditional: it takes no `labels`. "
                f"Received: labels={labels!r}"
            )
        latents = self._latents(num_samples, latents, seed)
        chunks = [
            self._run[bool(ema)](latents[start : start + GENERATE_BATCH])
            for start in range(0, len(latents), GENERATE_BATCH)
        ]
        return tf.concat(chunks, axis=0)

    def discriminate(self, samples):
        """The discriminator's logits for `samples`: positive where it believes them real.

        Args:
            samples: Float samples `(batch, *sample_shape)`.

        Returns:
            A float32 tensor `(batch, 1)`.
        """
        samples = checks.check_samples("samples", samples, self.sample_shape)
        return keras.ops.cast(self.discriminator(samples, training=False), "float32")

    def interpolate(self, start, end, steps: int = 8):
        """Samples along the line from one latent to another.

        Gaussian latents are interpolated on the great circle, where the model has seen latents
        (White 2016, Sampling Generative Networks, arXiv 1609.04468), others on the line.

        Args:
            start, end: Latents `(latent_dim,)`.
            steps: How many samples, both ends included.

        Returns:
            A float32 tensor `(steps, *sample_shape)`.
        """
        checks.check_count("steps", steps, least=2)
        start, end = (
            checks.check_samples("start and end", [latent], (self.latent_dim,))[0]
            for latent in (start, end)
        )
        spherical = self.latent_distribution == "normal"
        return self.generate(latents=interpolation_path(start, end, steps, spherical))

    def export(self, filepath, *, overwrite: bool = False, verbose: bool = False):
        """Writes a SavedModel with named signatures that needs no Keras to run.

        `serving_default` (latents -> images), `sample` (num_samples, seed -> images) and
        `discriminate` (samples -> logits) give the numbers that `generate` and `discriminate`
        give here. The moving average of the generator is what is exported.

        Args:
            filepath: Folder to write; it must not exist unless `overwrite`.
            overwrite: Replaces an existing folder.
            verbose: Prints where the model went.
        """
        export_model(self, filepath, overwrite=overwrite, verbose=verbose)

    def signatures(self) -> dict:
        """The functions that `export` writes, by signature name."""
        generator = self._generator(ema=True)

        def serving_default(latents):
            return {"images": keras.ops.cast(generator(latents, training=False), "float32")}

        def sample(num_samples, seed):
            return serving_default(self.sample_latents(num_samples, seed))

        def discriminate(samples):
            logits = self.discriminator(samples, training=False)
            return {"logits": keras.ops.cast(logits, "float32")}

        latents = tf.TensorSpec((None, self.latent_dim), tf.float32, "latents")
        number = tf.TensorSpec((), tf.int32, "num_samples")
        seed = tf.TensorSpec((), tf.int32, "seed")
        samples = tf.TensorSpec((None, *self.sample_shape), tf.float32, "samples")
        traced = functools.partial(tf.function, autograph=False)
        return {
            "serving_default": traced(serving_default, input_signature=[latents]),
            "sample": traced(sample, input_signature=[number, seed]),
            "discriminate": traced(discriminate, input_signature=[samples]),
        }

    # Presets and serialisation -------------------------------------------------------------

    def preset_networks(self) -> dict:
        """The networks a preset ships: the averaged generator, and the discriminator."""
        return {"generator": self._generator(ema=True), "discriminator": self.discriminator}

    def preset_loaded(self):
        """Called when `preset_networks` of a fresh model have received a preset's weights."""
        if self.ema_generator is not None:
            self.generator.set_weights(self.ema_generator.get_weights())

    def record_architecture(self, given: dict, **arguments):
        """Lets `get_config` record how default networks are built, instead of the networks.

        Called at the end of a subclass's constructor. Configs then stay readable, and do not
        depend on how a version of Keras serialises layers.

        Args:
            given: `{"generator": ..., "discriminator": ...}` as the constructor received them;
                those that are not `None` are recorded as they are.
            **arguments: The constructor's arguments that default networks are built from.
        """
        self._architecture = arguments
        self._recorded_networks = [name for name, network in given.items() if network is not None]

    def get_config(self):
        networks = {name: getattr(self, name) for name in self._recorded_networks}
        return {
            **super().get_config(),
            **self._architecture,
            **{key: keras.saving.serialize_keras_object(one) for key, one in networks.items()},
            "latent_dim": self.latent_dim,
            "latent_distribution": self.latent_distribution,
            "adversarial_loss": keras.saving.serialize_keras_object(self.adversarial_loss),
            "penalties": [keras.saving.serialize_keras_object(p) for p in self.penalties],
            "discriminator_steps": self.discriminator_steps,
            "ema_decay": self.ema_decay,
        }

    @classmethod
    def from_config(cls, config):
        nested = {
            key: keras.saving.deserialize_keras_object(
                copy.deepcopy(config[key])
            )  # it consumes them
            for key in ("generator", "discriminator", "adversarial_loss", "penalties")
            if key in config
        }
        return cls(**{**config, **nested})

    # Internals -----------------------------------------------------------------------------

    def _generator(self, ema):
        return self.ema_generator if ema and self.ema_generator is not None else self.generator

    def _run_generator(self, latents, ema):
        return keras.ops.cast(self._generator(ema)(latents, training=False), "float32")

    def _latents(self, num_samples, latents, seed):
        checks.check_seed(seed)
        if num_samples is not None:
            checks.check_count("num_samples", num_samples)
        if latents is None:
            if num_samples is None:
                raise ValueError("Expected `num_samples` or `latents`. Received neither.")
            return self.sample_latents(num_samples, seed)
        latents = checks.check_samples("latents", latents, (self.latent_dim,))
        if num_samples not in (None, len(latents)):
            raise ValueError(
                f"Expected `num_samples` to be the number of `latents` or left out. "
                f"Received: num_samples={num_samples}, {len(latents)} latents"
            )
        return latents

    def _check_networks(self):
        accepted = tuple(self.discriminator.input_shape[1:])
        if accepted != self.sample_shape:
            raise ValueError(
                "Expected a `discriminator` that takes what the `generator` makes. "
                f"Received: generator output {self.sample_shape}, discriminator input {accepted}"
            )
        if tuple(self.generator.input_shape[1:]) != (self.latent_dim,):
            raise ValueError(
                f"Expected a `generator` with input shape (batch, {self.latent_dim}), as "
                f"`latent_dim` says. Received: input shape {self.generator.input_shape}"
            )


def samples_of(data):
    """The samples in what `fit` hands over: `x`, `(x, labels)`, or a dict with `"image"`."""
    if isinstance(data, dict):
        if "image" not in data:
            raise ValueError(f"Expected a dict with the key 'image'. Received: keys {sorted(data)}")
        return data["image"]
    return data[0] if isinstance(data, (tuple, list)) else data
