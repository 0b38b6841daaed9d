"""StyleGAN."""

import keras

from keras_gan_zoo.families.growing_model import GrowingModel
from keras_gan_zoo.families.style_based_model import StyleBasedModel
from keras_gan_zoo.networks import progan_discriminator, stylegan_generator
from keras_gan_zoo.penalties import R1


@keras.saving.register_keras_serializable("keras_gan_zoo")
class StyleGAN(StyleBasedModel, GrowingModel):
    """ProGAN with a style-based generator: latents decide the statistics of each layer's maps.

    The discriminator descends `E softplus(D(G(z))) + E softplus(-D(x))` and R1, the generator
    `E softplus(-D(G(z)))`. Both grow from 8x8 pixels on, as `kgz.families.GrowingModel` tells; the
    styles of layers that are not there yet count for nothing. What `generate(truncation=...)`
    truncates are the styles up to 32x32 pixels.

    Args:
        image_shape: `(side, side, channels)`, the side a power of two from 8 on.
        latent_dim: Size of a standard normal latent vector.
        style_dim: Size of a style.
        mapping_layers: Dense layers from latents to styles.
        filters: Channels at the image's side, by default 16,384 divided by it; they double with
            each halving.
        max_filters: Most channels of all.
        fade_steps: Training steps of a fade. The paper's takes 600,000 images, and as many follow
            until the next.
        penalties: By default `kgz.penalties.R1(10.0)`.
        ema_half_life: Samples in which the moving average of the generator forgets one half.
        **kwargs: See `kgz.families.GrowingModel`; and `style_mixing`, the share of images in
            training with two styles, 0.9 by default.

    Example:

    >>> sizes = {"style_dim": 4, "mapping_layers": 1, "filters": 2, "max_filters": 4}
    >>> model = kgz.models.StyleGAN((16, 16, 1), 4, **sizes)
    >>> print(*(stage.name for stage in model.stages()))
    8x8 16x16
    >>> model.generate(styles=model.styles_of(model.sample_latents(2))).shape
    TensorShape([2, 16, 16, 1])

    References:
        Karras et al. 2018, A Style-Based Generator Architecture for GANs, arXiv 1812.04948,
        sections 2 and 3, appendices A to C; the authors' `loss.py` and `training_loop.py`.

    Deviations:
        Growth is counted in training steps, not in images, and neither the batch size nor the
        learning rate follows the side. Where the second style takes over is drawn for each image,
        as in the paper, not for each batch.
    """

    first_stage = 1  # 8x8
    truncated_layers = 8

    def __init__(
        self,
        image_shape: tuple = (1024, 1024, 3),
        latent_dim: int = 512,
        *,
        style_dim: int = 512,
        mapping_layers: int = 8,
        filters: int | None = None,
        max_filters: int = 512,
        penalties=None,
        ema_half_life: float = 10_000.0,
        **kwargs,
    ):
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: stylegan_generator(
                    image_shape, latent_dim, style_dim, mapping_layers, filters, max_filters
                ),
                "discriminator": lambda: progan_discriminator(
                    image_shape, filters, max_filters, blur=True
                ),
            },
            penalties=[R1(10.0)] if penalties is None else penalties,
            ema_half_life=ema_half_life,
            **kwargs,
        )

    @property
    def layers_in_use(self) -> int:
        return 2 * (self.level + 1)

    def default_optimizers(self):
        """Adam with learning rate 1e-3, beta_1 0 and beta_2 0.99."""
        return keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99, epsilon=1e-8)
