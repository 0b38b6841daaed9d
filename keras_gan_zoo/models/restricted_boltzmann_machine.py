"""The restricted Boltzmann machine."""

import math

import keras
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.families.autoencoder_model import AutoencoderModel, LatentPrior
from keras_gan_zoo.families.likelihoods import EXACT
from keras_gan_zoo.layers import BoltzmannUnits
from keras_gan_zoo.layers.boltzmann_units import coins
from keras_gan_zoo.networks.boltzmann import boltzmann_decoder, boltzmann_encoder
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.calls import compiled
from keras_gan_zoo.training.phase import Phase


@keras.saving.register_keras_serializable("keras_gan_zoo")
class RestrictedBoltzmannMachine(LatentPrior, AutoencoderModel):
    """Binary pixels and binary hidden units, trained by contrastive divergence.

    It descends `mean F(v) - mean F(v_k)` with respect to the parameters alone, where `F` is the
    free energy (`free_energy`) and `v_k` the samples after `k` steps of Gibbs sampling: from the
    data (CD-k), or with `chains` from where the last update left them (persistent CD).

    Images in `[-1, 1]` stand for probabilities in `[0, 1]` of their pixels. Latents are the
    probabilities of hidden units; those of the prior are samples of Gibbs sampling from noise.

    Args:
        image_shape: Shape of a sample: `(height, width, channels)`.
        hidden_units: Number of hidden units.
        gibbs_steps: Steps of Gibbs sampling per update, the k of CD-k.
        chains: Number of persistent chains; 0 for chains that start at the data.
        sampling_steps: Steps of Gibbs sampling for `generate`.
        **kwargs: `seed`, `name`, `dtype`.

    Example:

    >>> model = kgz.models.RestrictedBoltzmannMachine((4, 4, 1), hidden_units=3)
    >>> model.compile()
    >>> images = np.ones((8, 4, 4, 1), "float32")
    >>> history = model.fit(images, verbose=0)
    >>> sorted(history.history)
    ['contrastive_loss', 'loss']
    >>> model.free_energy(images).shape, model.gibbs(images, steps=2, seed=0).shape
    (TensorShape([8]), TensorShape([8, 4, 4, 1]))

    References:
        Hinton 2002, Training Products of Experts by Minimizing Contrastive Divergence, Neural
        Computation 14; Tieleman 2008, Training Restricted Boltzmann Machines using Approximations
        to the Likelihood Gradient, ICML (persistent chains); Hinton 2010, A Practical Guide to
        Training Restricted Boltzmann Machines; reviewed in Bengio, Courville and Vincent 2012,
        arXiv 1206.5538, section 6.

    Deviations:
        Visible units are samples in every step of a chain, the last one, too. Weight decay applies
        to biases, too.
    """

    largest_pixel = EXACT

    def __init__(
        self,
        image_shape: tuple = (28, 28, 1),
        hidden_units: int = 500,
        *,
        gibbs_steps: int = 1,
        chains: int = 0,
        sampling_steps: int = 1000,
        **kwargs,
    ):
        checks.check_count("hidden_units", hidden_units)
        checks.check_count("gibbs_steps", gibbs_steps)
        checks.check_count("chains", chains, least=0)
        checks.check_count("sampling_steps", sampling_steps)
        units = BoltzmannUnits(hidden_units, dtype=kwargs.get("dtype"))
        super().__init__(
            networks={
                "encoder": lambda: boltzmann_encoder(units, image_shape),
                "decoder": lambda: boltzmann_decoder(units, image_shape),
            },
            **kwargs,
        )
        self.units = units
        self._compiled_walk = compiled(self.units.gibbs)
        self.gibbs_steps, self.sampling_steps = int(gibbs_steps), int(sampling_steps)
        self.chains = None
        if chains:
            self.chains = self.add_weight(
                (chains, math.prod(self.sample_shape)),
                initializer=keras.initializers.RandomUniform(0.0, 1.0, seed=self.seed),
                trainable=False,
                autocast=False,
                aggregation="only_first_replica",
                name="chains",
            )

    def phases(self):
        return (Phase("machine", (self.encoder,)),)

    def machine_losses(self, batch):
        visible = _pixels(batch["real"])
        energy = ops.mean(self.units.free_energy(visible))
        model = ops.stop_gradient(self._chains(visible))
        return {"contrastive_loss": energy - ops.mean(self.units.free_energy(model))}

    def observed(self, decoded):
        return 2.0 * ops.cast(decoded, "float32") - 1.0

    # What it can do ------------------------------------------------------------------------

    def free_energy(self, samples):
        """`F(v) = -log sum_h exp(-E(v, h))` of samples, `(batch,)`: low where they are likely."""
        return self.units.free_energy(_pixels(self._checked(samples)))

    def gibbs(self, samples, steps: int = 1, seed=None):
        """Binary samples after steps of Gibbs sampling that start at `samples`.

        Args:
            samples: `(batch, *sample_shape)`.
            steps: How many.
            seed: An integer or a `SeedGenerator`.

        Returns:
            A float32 tensor `(batch, *sample_shape)` of values -1 and 1.
        """
        checks.check_count("steps", steps)
        pixels, seed = _pixels(self._checked(samples)), backend.draw_seed(seed)
        visible = self._compiled_walk(pixels, *map(ops.convert_to_tensor, (steps, seed)))
        return ops.reshape(2.0 * visible - 1.0, (-1, *self.sample_shape))

    def sample_latents(self, num_samples: int, seed=None):
        """Binary hidden units `(num_samples, hidden_units)`, by Gibbs sampling from noise."""
        seed = backend.draw_seed(seed)
        shape = (num_samples, math.prod(self.sample_shape))
        steps = self.sampling_steps
        noise = coins(ops.full(shape, 0.5), seed)
        visible = self._compiled_walk(noise, *map(ops.convert_to_tensor, (steps, seed + 1)))
        return coins(self.units.hidden_probabilities(visible), seed + 2 * steps + 1)

    def initialize_from_data(self, samples):
        """Sets the biases of visible units to the logits of their means, as the guide advises.

        Args:
            samples: Some samples `(batch, *sample_shape)`.
        """
        mean = ops.clip(ops.mean(_pixels(self._checked(samples)), axis=0), 0.01, 0.99)
        self.units.visible_bias.assign(ops.log(mean) - ops.log(1.0 - mean))

    def preset_networks(self):
        """The encoder, which has all of the parameters."""
        return {"encoder": self.encoder}

    def default_optimizers(self):
        """SGD with learning rate 0.05, momentum 0.5 and weight decay 1e-4 (the guide)."""
        return {"machine": keras.optimizers.SGD(0.05, momentum=0.5, weight_decay=1e-4)}

    # Internals -----------------------------------------------------------------------------

    def _chains(self, visible):
        """Samples of the model, from the data or from the persistent chains."""
        seed = backend.draw_seed()
        if self.chains is None:
            return self.units.gibbs(visible, self.gibbs_steps, seed)
        # Each replica moves its share of the chains.
        rows, rest = divmod(self.chains.shape[0], backend.num_replicas())
        if rest:
            raise ValueError(
                f"Expected `chains` to be a multiple of the {backend.num_replicas()} devices. "
                f"Received: {self.chains.shape[0]}"
            )
        moved = self.units.gibbs(backend.own_rows(self.chains.value, rows), self.gibbs_steps, seed)
        if self.in_training:
            backend.assign([self.chains], [backend.global_batch(moved)])
        return moved


def _pixels(samples):
    """Images in [-1, 1] as probabilities of visible units, `(batch, pixels)`."""
    flat = ops.reshape(samples, (ops.shape(samples)[0], -1))
    return ops.cast(flat, "float32") * 0.5 + 0.5
