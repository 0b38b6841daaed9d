"""SRResNet."""

import keras
from keras import ops

from keras_gan_zoo import kinds
from keras_gan_zoo.errors import sizes_of_image
from keras_gan_zoo.families.translation_model import TranslationModel
from keras_gan_zoo.networks import sr_resnet
from keras_gan_zoo.training.abilities import Ability
from keras_gan_zoo.training.own_networks import check_shapes
from keras_gan_zoo.training.phase import Phase


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SRResNet(TranslationModel):
    """Super-resolution: a residual network that learns large images from small ones.

    It descends the mean squared error of pixels (equation 4), which gives the best signal-to-noise
    ratio, and blurred details; `SRGAN` starts from it. Trained on crops of one size, it enlarges
    images of any size.

    Args:
        image_shape: `(height, width, channels)` of the large images of training.
        scale: How many times as high and wide they are as the small ones: 2, 4 or 8.
        filters: Channels of most layers of the generator.
        blocks: Residual blocks of the generator.
        **kwargs: A `generator` to use instead; `seed`, `name` and `dtype`, see
            `kgz.training.PhasedModel`.

    `fit` takes pairs of small and large images: `"low_resolution:4,NAME"` of `kgz.datasets.load`
    makes them of any images.

    Example:

    >>> model = kgz.models.SRResNet((16, 16, 3), scale=2, filters=4, blocks=1)
    >>> model.compile()
    >>> large = np.zeros((4, 16, 16, 3), "float32")
    >>> history = model.fit(kgz.datasets.low_resolution(large, 2), large, verbose=0)
    >>> model.translate(np.zeros((1, 10, 30, 3), "float32")).shape
    TensorShape([1, 20, 60, 3])

    References:
        Ledig et al. 2016, Photo-Realistic Single Image Super-Resolution Using a Generative
        Adversarial Network, arXiv 1609.04802, equation 4 and section 3.2.
    """

    # Its network takes any size, and sees about 40 pixels around each: more than there are in the
    # small images of training.
    tile_size = (96, 96)

    def __init__(
        self,
        image_shape: tuple = (96, 96, 3),
        scale: int = 4,
        *,
        filters: int = 64,
        blocks: int = 16,
        networks: dict | None = None,
        **kwargs,
    ):
        height, width, channels = sizes_of_image(image_shape)
        super().__init__(
            networks={
                "generator": lambda: sr_resnet(channels, scale, filters, blocks),
                **(networks or {}),
            },
            **kwargs,
        )
        if height % scale or width % scale:
            raise ValueError(
                f"Expected sides of `image_shape` that `scale` divides. Received: "
                f"image_shape={tuple(image_shape)}, scale={scale}"
            )
        source_shape = (height // scale, width // scale, channels)
        check_shapes("generator", self.generator, [source_shape], [image_shape])
        self.source_kind = kinds.Image(source_shape)
        self.target_kind = kinds.Image(image_shape)
        self.scale = scale
        self.built = True

    def inputs(self):
        """`source`, small images, and `target`, large ones."""
        return {"source": self.source_kind, "target": self.target_kind}

    def phases(self):
        return (Phase("generator", (self.generator,)),)

    def generator_losses(self, batch):
        enlarged = self._enlarged(batch["source"])
        return {"content_loss": ops.mean(ops.square(batch["target"] - enlarged))}

    def default_optimizers(self):
        """Adam with learning rate 1e-4 and beta_1 0.9."""
        return keras.optimizers.Adam(1e-4, beta_1=0.9, epsilon=1e-8)

    def translate(self, images):
        """Enlarges images of any size.

        Args:
            images: Float images `(batch, height, width, channels)` in `[-1, 1]`.

        Returns:
            A float32 tensor `(batch, scale * height, scale * width, channels)` in `[-1, 1]`.
        """
        return self.do("translate", images)

    def abilities(self):
        """`translate`."""
        images = {"images": kinds.Image((None, None, self.target_kind.shape[-1]))}
        return (
            Ability(
                "translate",
                images,
                images,
                lambda small: ops.clip(self._enlarged(small), -1.0, 1.0),
                signature="serving_default",
                data={"images": "source"},
            ),
        )

    def call(self, inputs, training=False):
        """Enlarged images, which may overshoot `[-1, 1]`."""
        return self.generator(inputs, training=training)

    def _enlarged(self, images):
        return self.translated(self.generator, images)
