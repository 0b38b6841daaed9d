"""What can be done with a discriminator that also knows classes."""

import keras
import tensorflow as tf

from keras_gan_zoo.training import checks


class Classification:
    """Mixin for an `AdversarialModel` whose discriminator also gives `"class_logits"`."""

    def classify(self, samples):
        """Class probabilities of samples, from the discriminator.

        Args:
            samples: Float samples `(batch, *sample_shape)`.

        Returns:
            A float32 tensor `(batch, num_classes)`; rows sum to 1.
        """
        return self._classify(checks.check_samples("samples", samples, self.sample_shape))

    def signatures(self):
        """As for every model, and `classify`: samples -> probabilities."""
        samples = tf.TensorSpec((None, *self.sample_shape), tf.float32, "samples")

        def classify(samples):
            return {"probabilities": self._classify(samples)}

        traced = tf.function(classify, input_signature=[samples], autograph=False)
        return {**super().signatures(), "classify": traced}

    def _classify(self, samples):
        logits = self.judge(samples)["class_logits"]
        return keras.ops.softmax(keras.ops.cast(logits, "float32"))
