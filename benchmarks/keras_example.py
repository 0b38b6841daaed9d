"""DCGAN as Keras users write it: a `train_step` in a subclass of `keras.Model`.

The networks are those of `kgz.models.DCGAN`, of Keras's own layers. The step is the one that the
example code of Keras has: one pass of the discriminator over fake and real images together, noise
on the labels of both, then the generator with latents of its own.
"""

import keras
from keras import layers, ops


def make_generator(image_size, latent_dim, filters):
    """Latents to images `(size, size, 1)`, for sides of 4 or 7 times a power of two."""
    side, widths = _grids(image_size, filters)
    network = keras.Sequential([keras.Input((latent_dim,))], name="generator")
    network.add(layers.Dense(side * side * widths[-1], use_bias=False))
    network.add(layers.BatchNormalization())
    network.add(layers.ReLU())
    network.add(layers.Reshape((side, side, widths[-1])))
    for width in widths[-2::-1]:
        network.add(layers.Conv2DTranspose(width, 5, 2, padding="same", use_bias=False))
        network.add(layers.BatchNormalization())
        network.add(layers.ReLU())
    network.add(layers.Conv2DTranspose(1, 5, 2, padding="same", use_bias=False, activation="tanh"))
    return network


def make_discriminator(image_size, filters, normalized=True):
    """Images to logits; Keras's own example has no batch normalisation here."""
    network = keras.Sequential([keras.Input((image_size, image_size, 1))], name="discriminator")
    for index, width in enumerate(_grids(image_size, filters)[1]):
        network.add(layers.Conv2D(width, 5, 2, padding="same", use_bias=False))
        if normalized and index > 0:
            network.add(layers.BatchNormalization())
        network.add(layers.LeakyReLU(0.2))
    network.add(layers.Flatten())
    network.add(layers.Dense(1, use_bias=False))
    return network


def _grids(image_size, filters):
    """The side of the coarsest grid, and the channels from the image inwards."""
    side, widths = image_size, []
    while side % 2 == 0 and side > 7:
        widths.append(filters * 2 ** len(widths))
        side //= 2
    return side, widths


class ExampleGAN(keras.Model):
    """The step of Keras's DCGAN example.

    Args:
        discriminator, generator: Networks.
        latent_dim: Size of a latent vector.
    """

    def __init__(self, discriminator, generator, latent_dim):
        super().__init__()
        self.discriminator, self.generator = discriminator, generator
        self.latent_dim = latent_dim
        self.noise = keras.random.SeedGenerator(0)

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn
        self.d_loss_metric = keras.metrics.Mean(name="d_loss")
        self.g_loss_metric = keras.metrics.Mean(name="g_loss")

    @property
    def metrics(self):
        return [self.d_loss_metric, self.g_loss_metric]

    def call(self, latents):
        return self.generator(latents)

    def train_step(self, real):
        import tensorflow as tf

        rows = ops.shape(real)[0]
        fake = self.generator(self._latents(rows), training=True)
        images = ops.concatenate([fake, real])
        labels = ops.concatenate([ops.ones((rows, 1)), ops.zeros((rows, 1))])
        labels += 0.05 * keras.random.uniform(ops.shape(labels), seed=self.noise)
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(labels, self.discriminator(images, training=True))
        weights = self.discriminator.trainable_weights
        gradients = tape.gradient(d_loss, weights)
        self.d_optimizer.apply_gradients(zip(gradients, weights, strict=True))
        with tf.GradientTape() as tape:
            fake = self.generator(self._latents(rows), training=True)
            judged = self.discriminator(fake, training=True)
            g_loss = self.loss_fn(ops.zeros((rows, 1)), judged)
        weights = self.generator.trainable_weights
        gradients = tape.gradient(g_loss, weights)
        self.g_optimizer.apply_gradients(zip(gradients, weights, strict=True))
        self.d_loss_metric.update_state(d_loss)
        self.g_loss_metric.update_state(g_loss)
        return {"d_loss": self.d_loss_metric.result(), "g_loss": self.g_loss_metric.result()}

    def _latents(self, rows):
        return keras.random.normal((rows, self.latent_dim), seed=self.noise)


def dataset(name, batch_size):
    """Whole batches of the training images of a data set, in `[-1, 1]`, as Keras users do it."""
    import tensorflow as tf

    from keras_gan_zoo.datasets import builtin

    images, _ = getattr(builtin, name)("train", 0)
    images = images.astype("float32") / 127.5 - 1.0
    data = tf.data.Dataset.from_tensor_slices(images).shuffle(1024)
    return data.batch(batch_size, drop_remainder=True)


def compiled(image_size, latent_dim, filters, normalized=True):
    """The model with Adam and a cross-entropy from logits."""
    networks = (
        make_discriminator(image_size, filters, normalized),
        make_generator(image_size, latent_dim, filters),
    )
    model = ExampleGAN(*networks, latent_dim)
    adam = {"learning_rate": 2e-4, "beta_1": 0.5}
    model.compile(
        keras.optimizers.Adam(**adam),
        keras.optimizers.Adam(**adam),
        keras.losses.BinaryCrossentropy(from_logits=True),
    )
    return model
