"""Episodes: what is seen, and what is done, step by step, as the memory of a world model."""

import keras
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.training import Ability, Phase


def memory(seen, done, units):
    inputs = keras.Input((None, seen)), keras.Input((None, done))
    x = layers.GRU(units, return_sequences=True)(layers.Concatenate()(list(inputs)))
    return keras.Model(list(inputs), layers.Dense(seen)(x))


@keras.saving.register_keras_serializable("tests")
class Memory(kgz.training.PhasedModel):
    """World Models, arXiv 1803.10122: predicts the next step from those before and the actions."""

    def __init__(self, steps=6, seen=3, done=2, units=8, **kwargs):
        super().__init__(networks={"memory": lambda: memory(seen, done, units)}, **kwargs)
        self.observations = kgz.kinds.Sequence((steps, seen))
        self.actions = kgz.kinds.Sequence((steps, done))
        self.built = True

    def inputs(self):
        return {"observation": self.observations, "action": self.actions}

    def phases(self):
        return (Phase("memory", (self.memory,)),)

    def memory_losses(self, batch):
        predicted = self._predicted(batch["observation"], batch["action"])
        errors = predicted[:, :-1] - batch["observation"][:, 1:]
        return {"prediction_loss": ops.mean(ops.square(errors))}

    def default_optimizers(self):
        return keras.optimizers.Adam(1e-2)

    def predict_frames(self, context, actions):
        return self.do("predict_frames", context, actions)

    def abilities(self):
        takes = {"context": self.observations, "actions": self.actions}
        gives = {"observations": self.observations}
        return (Ability("predict_frames", takes, gives, self._predicted, "serving_default"),)

    def call(self, inputs, training=False):
        return self.memory(inputs, training=training)

    def _predicted(self, observations, actions):
        made = self.memory([observations, actions], training=self.in_training)
        return ops.cast(made, "float32")
