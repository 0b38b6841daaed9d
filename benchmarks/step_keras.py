"""Our side of the benchmark of training steps, and the rates that the machine reaches."""

import numpy as np
import operations
import turns


class KerasSide:
    """A model on one batch that is in memory already.

    Args:
        settings: As `train_step.py` parses them.
        plain: Leaves convolutions on small grids, and next to images, to TensorFlow.
    """

    def __init__(self, settings: dict, plain: bool = False):
        turns.begin_tensorflow(settings["threads"])
        import keras
        import tensorflow as tf

        import keras_gan_zoo as kgz

        keras.utils.set_random_seed(0)
        size = settings["image_size"]
        self._settings = settings
        if plain:
            from keras_gan_zoo import small_grids

            small_grids.WEIGHED_POSITIONS = small_grids.FEW = 0
        shape, common = (size, size, 3), {"ema_decay": None, "seed": 0}
        common["latent_dim"] = settings["latent_dim"]
        common["dtype"] = {"bfloat16": "mixed_bfloat16"}.get(settings["dtype"], settings["dtype"])
        self._model = {
            "dcgan": lambda: kgz.models.DCGAN(shape, filters=settings["filters"], **common),
            "sngan": lambda: kgz.models.SNGAN(shape, network="resnet", **common),
            "wgan_gp": lambda: kgz.models.WGANGP(shape, **common),
        }[settings["model"]]()
        self._model.compile()
        rows = settings["batch_size"] * self._model.discriminator_steps
        images = np.random.default_rng(0).uniform(-1, 1, (rows, *shape))
        dataset = tf.data.Dataset.from_tensors(images.astype("float32")).repeat()
        self._batches = iter(dataset)
        self._model.make_train_function()
        self._step = self._model.train_function
        self._shape, self._alone = images.shape, {}

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
            "step_gflop": operations.of_step(self._model, self._shape) / 1e9,
        }

    def steps(self, repeats: int) -> dict:
        """Times `repeats` training steps."""
        return turns.timed(lambda: float(self._step(self._batches)["generator_loss"]), repeats)

    def alone(self, what: str, repeats: int) -> dict:
        """Times one large `"convolution"` or `"product"` of matrices, in the networks' type."""
        import tensorflow as tf

        batch, side, channels, kernel, rows = self._settings["batch_size"], 32, 256, 3, 2048
        shapes, gflop, function = {
            "convolution": (
                ((batch, side, side, channels), (kernel, kernel, channels, channels)),
                2 * batch * side**2 * kernel**2 * channels**2 / 1e9,
                lambda x, w: tf.nn.conv2d(x, w, 1, "SAME"),
            ),
            "product": (((rows, rows), (rows, rows)), 2 * rows**3 / 1e9, tf.matmul),
        }[what]
        if what not in self._alone:
            draw, dtype = tf.random.stateless_normal, tf.as_dtype(self._settings["dtype"])
            given = [tf.cast(draw(shape, (0, n)), dtype) for n, shape in enumerate(shapes)]
            compiled = tf.function(function)
            self._alone[what] = lambda: compiled(*given)
            self._alone[what]()
        return {"gflop": gflop, **turns.timed(self._alone[what], repeats)}
