"""An encoder and a decoder."""

import dataclasses

import keras
import tensorflow as tf

from keras_gan_zoo import kinds
from keras_gan_zoo.families.conditions import NoCondition
from keras_gan_zoo.families.generation import Generation
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.abilities import Ability
from keras_gan_zoo.training.calls import apply
from keras_gan_zoo.training.phase import Phase
from keras_gan_zoo.training.phased_model import PhasedModel


class AutoencoderModel(PhasedModel):
    """An encoder that turns samples into latents, and a decoder that turns them back.

    A subclass says what is minimised, in `autoencoder_losses`. What the decoder gives becomes a
    sample by `observed`; what the encoder gives becomes latents by `latents_of`.

    Args:
        networks: By name a function that makes the network: `encoder`, `decoder`, and what else a
            subclass needs.
        encoder: Network to use instead of that function's. Maps samples `(batch, *sample_shape)`
            to what `latents_of` takes.
        decoder: Network to use instead. Maps latents `(batch, latent_dim)` to what `observed`
            takes.
        sample_kind: The kind of the samples, if their shape does not tell: vectors have one axis,
            images three; see `kgz.kinds`.
        **kwargs: `seed`, `name` and `dtype`, see `kgz.training.PhasedModel`.
    """

    # The largest absolute value of a pixel that is taken.
    largest_pixel = kinds.LARGEST_PIXEL

    def __init__(
        self,
        *,
        networks: dict | None = None,
        encoder: keras.Model | None = None,
        decoder: keras.Model | None = None,
        sample_kind: kinds.Kind | None = None,
        **kwargs,
    ):
        passed = {"encoder": encoder, "decoder": decoder}
        super().__init__(networks={**passed, **(networks or {})}, **passed, **kwargs)
        self.sample_shape = tuple(self.encoder.inputs[0].shape[1:])
        self.check_shape_of("encoder", self.sample_shape)
        self._check_networks()
        self.sample_kind = self.kind_of_samples(self.sample_shape, sample_kind)
        self.latent_dim = int(self.decoder.input_shape[-1])
        chosen = self._chosen.get("latent_dim")
        if decoder is not None and chosen not in (None, self.latent_dim):
            raise ValueError(
                f"Expected a `decoder` of latents of `latent_dim`, {chosen}. Received: one of "
                f"{self.latent_dim}"
            )
        self.built = True

    # The algorithm -------------------------------------------------------------------------

    def phases(self):
        return (Phase("autoencoder", (self.encoder, self.decoder)),)

    def inputs(self):
        """`image`, or what else a sample is."""
        return {self.sample_kind.key: self.sample_kind}

    def prepare_batch(self, data):
        """`{"real": samples}`, and what else `inputs` names."""
        parts = super().prepare_batch(data)
        return {"real": parts.pop(self.sample_kind.key), **parts}

    def kind_of_samples(self, shape, kind=None):
        kind = super().kind_of_samples(shape, kind)
        if isinstance(kind, kinds.Image):
            return dataclasses.replace(kind, largest=self.largest_pixel)
        return kind

    def encoded(self, samples):
        """What the encoder gives, in the mode of the running step."""
        return apply(self.encoder, (samples,), training=self.in_training)

    def decoded(self, latents):
        """What the decoder gives, in the mode of the running step."""
        return apply(self.decoder, (latents,), training=self.in_training)

    def latents_of(self, encoded):
        """The latents that stand for a sample."""
        return encoded

    def observed(self, decoded):
        """The samples, images in `[-1, 1]`, that the decoder's output means."""
        return decoded

    def call(self, inputs, training=False):
        """Reconstructions of samples."""
        latents = self.latents_of(self.encoder(inputs, training=training))
        return self.observed(self.decoder(latents, training=training))

    def comparison(self, batch):
        """Real samples and their reconstructions."""
        return batch["real"], self._reconstruct(batch["real"])

    # What it can do ------------------------------------------------------------------------

    @property
    def image_shape(self) -> tuple:
        """The shape of a sample: `(height, width, channels)` for images."""
        return self.sample_shape

    def encode(self, samples):
        """The latents of samples.

        Args:
            samples: Float samples `(batch, *sample_shape)`.

        Returns:
            A float32 tensor `(batch, latent_dim)`.
        """
        return self.do("encode", samples)

    def decode(self, latents):
        """The samples that latents stand for.

        Args:
            latents: `(batch, latent_dim)`.

        Returns:
            A float32 tensor `(batch, *sample_shape)`.
        """
        return self.do("decode", latents)

    def reconstruct(self, samples):
        """Samples, encoded and decoded: `(batch, *sample_shape)`."""
        return self.do("reconstruct", samples)

    def interpolate(self, start, end, steps: int = 8):
        """Samples on the straight lines between the latents of others.

        Args:
            start, end: As many samples `(batch, *sample_shape)` each.
            steps: How many samples for each pair, the two reconstructions included.

        Returns:
            A float32 tensor `(batch, steps, *sample_shape)`.

        Raises:
            ValueError: If the batches differ in size, or an argument is bad.
        """
        checks.check_count("steps", steps, least=2)
        start, end = self.encode(start), self.encode(end)
        if len(start) != len(end):
            raise ValueError(
                "Expected `start` and `end` to hold as many samples. "
                f"Received: {len(start)} and {len(end)}"
            )
        weight = tf.linspace(0.0, 1.0, steps)[None, :, None]
        path = (1.0 - weight) * start[:, None] + weight * end[:, None]
        samples = self.decode(tf.reshape(path, (-1, self.latent_dim)))
        return tf.reshape(samples, (len(start), steps, *self.sample_shape))

    def attribute_vector(self, having, lacking):
        """The direction in latent space from samples without an attribute to samples with it.

        The difference of the two mean latents. Attributes that go together in the data are not
        told apart: choose samples that differ in this one only.

        Args:
            having, lacking: Samples with and without the attribute, `(batch, *sample_shape)`.

        Returns:
            A float32 tensor `(latent_dim,)`.

        Raises:
            ValueError: If one of them is empty.
        """
        for name, samples in (("having", having), ("lacking", lacking)):
            if len(samples) == 0:
                raise ValueError(
                    f"Expected `{name}` to hold samples to average over. Received: none"
                )
        return tf.reduce_mean(self.encode(having), axis=0) - tf.reduce_mean(
            self.encode(lacking), axis=0
        )

    def edit(self, samples, vector, strength: float = 1.0):
        """Samples moved along a direction of latent space: the decoded `z + strength * vector`.

        Args:
            samples: Samples `(batch, *sample_shape)`.
            vector: A direction `(latent_dim,)`, such as an `attribute_vector`.
            strength: How far; 0 reconstructs.

        Returns:
            A float32 tensor `(batch, *sample_shape)`.
        """
        vector = tf.cast(tf.convert_to_tensor(vector), "float32")
        if vector.shape != (self.latent_dim,):
            raise ValueError(
                f"Expected `vector` to be one direction of shape ({self.latent_dim},). "
                f"Received: shape {tuple(vector.shape)}"
            )
        return self.decode(self.encode(samples) + strength * vector)

    def abilities(self):
        """`reconstruct`, `encode` and `decode`."""
        samples, latents = {"samples": self.sample_kind}, {"latents": self.latent_kind}
        made = {self.sample_kind.plural: self.sample_kind}
        return (
            Ability("reconstruct", samples, made, self._reconstruct, signature="serving_default"),
            Ability("encode", samples, latents, self._encode),
            Ability("decode", latents, made, self._decode),
        )

    @property
    def latent_kind(self) -> kinds.Kind:
        """The kind of latents: vectors `(latent_dim,)`."""
        return kinds.Vector((self.latent_dim,))

    # Internals -----------------------------------------------------------------------------

    def _encode(self, samples):
        return keras.ops.cast(self.latents_of(self.encoded(samples)), "float32")

    def _decode(self, latents):
        return keras.ops.cast(self.observed(self.decoded(latents)), "float32")

    def _reconstruct(self, samples):
        return self._decode(self._encode(samples))

    def _checked(self, samples):
        return self.sample_kind.check("samples", samples)

    def _check_networks(self):
        inputs, latents = self.encoder.inputs, self.decoder.inputs
        if len(inputs) != 1 or len(latents) != 1 or len(latents[0].shape) != 2:
            shapes = [[tuple(one.shape[1:]) for one in part] for part in (inputs, latents)]
            raise ValueError(
                "Expected an `encoder` with one input, samples, and a `decoder` with one input, "
                f"latents (batch, latent_dim). Received: inputs {shapes[0]} and {shapes[1]}"
            )
        expected, received = self._widths(latents[0].shape[-1])
        if expected != received:
            raise ValueError(
                f"Expected an `encoder` whose outputs have widths {expected}, as the `decoder` "
                f"takes latents. Received: {received}"
            )
        decoded = self.decoder.outputs[0].shape
        made = tuple(self.observed(keras.KerasTensor(decoded)).shape[1:])
        if made != self.sample_shape:
            raise ValueError(
                "Expected a `decoder` that gives samples of the shape that the `encoder` takes, "
                f"{self.sample_shape}. Received: outputs of shape {tuple(decoded[1:])}, for "
                f"samples of shape {made}"
            )

    def _widths(self, latent_dim):
        """The widths of the encoder's outputs: those that go with the latents, and its own."""
        total = sum(one.shape[-1] for one in self.encoder.outputs)
        return [latent_dim], [total]


class LatentPrior(Generation):
    """Mixin, before `AutoencoderModel`, for latents that have a prior: the decoder generates."""

    condition = NoCondition()
    latent_distribution = "normal"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._trace_generators()

    def comparison(self, batch):
        """Real samples and as many generated ones."""
        count = keras.ops.shape(batch["real"])[0]
        return batch["real"], self._decode(self.sample_latents(count))

    def abilities(self):
        """`generate`, and those of every autoencoder."""
        made = {self.sample_kind.plural: self.sample_kind}
        return (
            Ability(
                *("generate", {}, made, self._decode),
                signature="sample",
                draws=self.sample_latents,
            ),
            *super().abilities(),
        )

    def _run_generator(self, latents, ema):
        return self._decode(latents)
