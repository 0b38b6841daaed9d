"""StyleGAN2."""

import dataclasses

import keras
from keras import ops

from keras_gan_zoo.families.style_based_model import StyleBasedModel
from keras_gan_zoo.layers import MovingMean
from keras_gan_zoo.networks import stylegan2_discriminator, stylegan2_generator
from keras_gan_zoo.penalties import R1, path_lengths


@keras.saving.register_keras_serializable("keras_gan_zoo")
class StyleGAN2(StyleBasedModel):
    """Style-based GAN with demodulated convolutions and regularised path lengths.

    The discriminator descends `E softplus(D(G(z))) + E softplus(-D(x))` with R1 at every 16th
    update, the generator `E softplus(-D(G(z)))`, and at every 4th update `E (|J_w^T y|_2 - a)^2`:
    the length of a random direction of images, seen from the styles `w`, shall be what it is on
    average, `a` (equation 4). Terms at intervals count as many times more.

    Args:
        image_shape: `(side, side, channels)`, the side a power of two from 8 on.
        latent_dim: Size of a standard normal latent vector.
        style_dim: Size of a style.
        mapping_layers: Dense layers from latents to styles.
        filters: Channels at the image's side, by default 32,768 divided by it (configuration F);
            they double with each halving.
        max_filters: Most channels of all.
        path_length_weight: Factor of the path length term; 0 for none.
        path_length_every: Its interval.
        penalties: By default `kgz.penalties.R1(10.0, every=16)`, which is for 1024 pixels: the
            smaller the images, the less is needed, 0.01 at 32 pixels.
        ema_half_life: Samples in which the moving average of the generator forgets one half.
        **kwargs: See `kgz.families.AdversarialModel`; and `style_mixing`, the share of images in
            training with two styles, 0.9 by default.

    Example:

    >>> model = kgz.models.StyleGAN2((8, 8, 1), 4, style_dim=4, mapping_layers=1, filters=4)
    >>> model.generate(2, truncation=0.7, seed=0).shape
    TensorShape([2, 8, 8, 1])
    >>> styles = model.styles_of(model.sample_latents(2, seed=0))
    >>> model.generate(styles=styles).shape
    TensorShape([2, 8, 8, 1])

    References:
        Karras et al. 2019, Analyzing and Improving the Image Quality of StyleGAN, arXiv 1912.04958,
        sections 2 to 4; the authors' `loss.py` and `training_loop.py`.

    Deviations:
        Terms at intervals are part of the update at which they are due. The authors' have an update
        of their own, which all rates are corrected for. Path lengths are those of half of the
        styles of the update, as many as the authors draw anew, and no gradient flows through
        their mean. Where the second style takes over is drawn for each image, as in the
        paper, not for each batch. The moving average follows faster in the first updates.
    """

    def __init__(
        self,
        image_shape: tuple = (1024, 1024, 3),
        latent_dim: int = 512,
        *,
        style_dim: int = 512,
        mapping_layers: int = 8,
        filters: int | None = None,
        max_filters: int = 512,
        path_length_weight: float = 2.0,
        path_length_every: int = 4,
        penalties=None,
        ema_half_life: float = 10_000.0,
        **kwargs,
    ):
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: stylegan2_generator(
                    image_shape, latent_dim, style_dim, mapping_layers, filters, max_filters
                ),
                "discriminator": lambda shape: stylegan2_discriminator(shape, filters, max_filters),
            },
            penalties=[R1(10.0, every=16)] if penalties is None else penalties,
            ema_half_life=ema_half_life,
            **kwargs,
        )
        self.path_length_weight = float(path_length_weight)
        self.path_length_every = int(path_length_every)
        self.path_length = MovingMean(0.99)  # a of equation 4
        self.path_length.build((None, 1))

    def phases(self):
        discriminator, generator = super().phases()
        intervals = (self.path_length_every,) if self.path_length_weight else ()
        return discriminator, dataclasses.replace(generator, intervals=intervals)

    def generator_losses(self, batch):
        real = self.real_inputs(batch)
        styles = self.training_styles(ops.shape(real[0])[0])
        loss = self.critic.generator_loss((self.synthesize(styles),), real)
        if not self.path_length_weight:
            return {"generator_loss": loss}
        penalty = self.lazily(self.path_length_every, lambda: self._path_length_penalty(styles))
        return {"generator_loss": loss, "path_length_penalty": penalty}

    def _path_length_penalty(self, styles):
        """Equation 4 with the mean that counts the present lengths, too."""
        lengths = path_lengths(self.synthesize, styles[::2])
        self.path_length(lengths[:, None], training=self.in_training)
        distance = lengths - self.path_length.mean
        return self.path_length_weight * ops.mean(ops.square(distance))

    def default_optimizers(self):
        """Adam with learning rate 2e-3, beta_1 0 and beta_2 0.99."""
        return keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.99, epsilon=1e-8)
