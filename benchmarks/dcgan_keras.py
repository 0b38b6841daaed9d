"""Our side of the DCGAN benchmark: the step that `fit` runs, and a convolution on its own."""

import os

import numpy as np
import turns


class KerasSide:
    """`kgz.models.DCGAN` on one batch that is in memory already."""

    def __init__(self, settings: dict):
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before TensorFlow is imported
        import keras_gan_zoo as kgz  # before Keras: it has TensorFlow use oneDNN

        # isort: split
        import keras
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(settings["threads"])
        tf.config.threading.set_inter_op_parallelism_threads(settings["threads"])
        keras.utils.set_random_seed(0)
        size = settings["image_size"]
        self._settings = settings
        self._model = kgz.models.DCGAN(
            image_shape=(size, size, 3),
            latent_dim=settings["latent_dim"],
            filters=settings["filters"],
            ema_decay=None,
            seed=0,
            dtype={"float32": "float32", "bfloat16": "mixed_bfloat16"}[settings["dtype"]],
        )
        self._model.compile()
        images = np.random.default_rng(0).uniform(-1, 1, (settings["batch_size"], size, size, 3))
        dataset = tf.data.Dataset.from_tensors(images.astype("float32")).repeat()
        self._batches = iter(dataset)
        self._model.make_train_function()
        self._step = self._model.train_function
        self._convolve = None

    def describe(self) -> dict:
        """What is measured here, after a first step that compiles it."""
        import keras
        import tensorflow as tf

        self.steps(1)
        networks = [self._model.generator, self._model.discriminator]
        return {
            "versions": f"TensorFlow {tf.__version__}, Keras {keras.__version__}",
            "parameters": [
                sum(int(np.prod(v.shape)) for v in network.trainable_variables)
                for network in networks
            ],
            "step_gflop": step_flop(*networks) * self._settings["batch_size"] / 1e9,
        }

    def steps(self, repeats: int) -> dict:
        """Times `repeats` training steps."""
        return turns.timed(lambda: float(self._step(self._batches)["generator_loss"]), repeats)

    def convolution(self, repeats: int) -> dict:
        """Times one large convolution, forward, in the type the networks compute in."""
        import tensorflow as tf

        side, channels, kernel = 32, 256, 3
        batch = self._settings["batch_size"]
        if self._convolve is None:
            dtype = tf.as_dtype(self._settings["dtype"])
            draw = tf.random.stateless_normal
            images = tf.cast(draw((batch, side, side, channels), (0, 0)), dtype)
            weights = tf.cast(draw((kernel, kernel, channels, channels), (0, 1)), dtype)
            function = tf.function(lambda x, w: tf.nn.conv2d(x, w, 1, "SAME"))
            self._convolve = lambda: function(images, weights)
            self._convolve()
        gflop = 2 * batch * side**2 * kernel**2 * channels**2 / 1e9
        return {"gflop": gflop, **turns.timed(self._convolve, repeats)}


def step_flop(generator, discriminator) -> float:
    """Floating-point operations of one DCGAN training step per image, from layer shapes.

    Counts multiplications and additions of convolutions and dense layers, at their full kernels;
    everything else is memory traffic rather than arithmetic.
    """
    made, judged = layer_flops(generator), layer_flops(discriminator)
    forward = {"generator": sum(made), "discriminator": sum(judged)}
    # Each layer's gradient costs as much as its output: once with respect to its weights, once
    # with respect to its input, which the first layer of the network being trained can omit.
    discriminator_phase = (
        forward["generator"]
        + 2 * forward["discriminator"]
        + 2 * (2 * forward["discriminator"] - judged[0])
    )
    generator_phase = (
        forward["generator"]
        + forward["discriminator"]
        + forward["discriminator"]  # with respect to inputs alone
        + (2 * forward["generator"] - made[0])
    )
    return discriminator_phase + generator_phase


def layer_flops(network) -> list[float]:
    """Floating-point operations per sample and forward pass of each layer with a kernel."""
    import keras

    flops = []
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2DTranspose):
            positions = np.prod(layer.input.shape[1:3])
        elif isinstance(layer, keras.layers.Conv2D):
            positions = np.prod(layer.output.shape[1:3])
        elif isinstance(layer, keras.layers.Dense):
            positions = 1
        else:
            continue
        flops.append(2.0 * positions * np.prod(layer.kernel.shape))
    return flops
