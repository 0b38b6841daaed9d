"""Two tiny models that are trained in stages."""

import keras
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.training import Phase, PhasedModel, Stage


def network(inputs, *units):
    layers = [keras.layers.Dense(unit, "tanh") for unit in units[:-1]]
    dropout = kgz.layers.Dropout(0.2)
    return keras.Sequential(
        [keras.Input((inputs,)), *layers, dropout, keras.layers.Dense(units[-1])]
    )


@keras.saving.register_keras_serializable("tests")
class Pretrained(PhasedModel):
    """As SRGAN: a distance to the data first, then a critic, whose penalty comes every 2nd time."""

    def __init__(self, resets=("distance", "average"), **kwargs):
        networks = {"generator": lambda: network(2, 5, 2), "critic": lambda: network(2, 4, 1)}
        super().__init__(networks=networks, **kwargs)
        self.resets = tuple(resets)
        self.average = self.moving_average(self.generator, 0.9)
        self.built = True

    def phases(self):
        return (
            Phase("distance", (self.generator,), steps=2),
            Phase("critic", (self.critic,), intervals=(2,)),
            Phase("fooling", (self.generator,)),
        )

    def stages(self):
        return (
            Stage("pretraining", ("distance",), batch_size=4),
            Stage("adversarial", ("critic", "fooling"), self.resets, batch_size=6),
            Stage("together", resets=("critic",)),
        )

    def prepare_batch(self, data):
        return {"real": data[0] if isinstance(data, tuple) else data}

    def distance_losses(self, batch):
        return {"distance": ops.mean(ops.square(self._fake(batch) - batch["real"]))}

    def critic_losses(self, batch):
        real, fake = self._logits(batch["real"]), self._logits(self._fake(batch))
        penalty = self.lazily(2, lambda: ops.mean(ops.square(real)))
        return {"critic": ops.mean(fake - real), "penalty": penalty}

    def fooling_losses(self, batch):
        return {"fooling": -ops.mean(self._logits(self._fake(batch)))}

    def _fake(self, batch):
        noise = kgz.backend.random_normal(ops.shape(batch["real"]))
        return self.generator(noise, training=self.in_training)

    def _logits(self, samples):
        return self.critic(samples, training=self.in_training)

    def default_optimizers(self):
        return keras.optimizers.Adam(0.01)

    def call(self, inputs, training=False):
        return self.generator(inputs, training=training)


def growing_generator():
    latents = x = keras.Input((3,))
    images = []
    x = keras.layers.Reshape((2, 2, 4))(keras.layers.Dense(16)(x))
    for _ in range(3):
        x = keras.layers.UpSampling2D()(x)
        x = keras.layers.Conv2D(4, 3, padding="same", activation="tanh")(x)
        images.append(keras.layers.Conv2D(1, 1)(x))
    return keras.Model(latents, images)


@keras.saving.register_keras_serializable("tests")
class Growing(PhasedModel):
    """As ProGAN: 4x4, 8x8 and 16x16 images, the larger ones faded in during four steps."""

    def __init__(self, **kwargs):
        super().__init__(networks={"generator": growing_generator}, **kwargs)
        self.built = True

    def phases(self):
        return (Phase("generator", (self.generator,)),)

    def stages(self):
        return tuple(Stage(f"{side}x{side}", image_size=side) for side in (4, 8, 16))

    def prepare_batch(self, data):
        side = self.stage.image_size
        images = data[0] if isinstance(data, tuple) else data
        if tuple(images.shape[1:]) != (side, side, 1):
            raise ValueError(f"Expected images of {side}x{side}. Received: {images.shape}")
        return {"real": images}

    def call(self, latents, training=False):
        images = self.generator(latents, training=training)
        number = self.stages().index(self.stage)
        if number == 0:
            return images[0]
        share = ops.minimum(ops.cast(self.steps_in_stage, "float32") / 4.0, 1.0)
        before = ops.repeat(ops.repeat(images[number - 1], 2, axis=1), 2, axis=2)
        return share * images[number] + (1.0 - share) * before

    def generator_losses(self, batch):
        latents = kgz.backend.random_normal((ops.shape(batch["real"])[0], 3))
        share = self.steps_in_stage if self.in_training else 0
        return {
            "distance": ops.mean(ops.square(self(latents, training=True) - batch["real"])),
            "steps": ops.cast(share, "float32"),
        }

    def default_optimizers(self):
        return keras.optimizers.Adam(0.01)
