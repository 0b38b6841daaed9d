"""Models with a network that knows classes, and learning it from few labels."""

import keras

from keras_gan_zoo import kinds
from keras_gan_zoo.training.abilities import Ability
from keras_gan_zoo.training.inputs import named_parts


class Classification:
    """Mixin, before the model's base, for a network that knows classes.

    By default it is the discriminator of an `AdversarialModel`, which gives `"class_logits"`.
    """

    def classify(self, samples):
        """Class probabilities of samples.

        Args:
            samples: Float samples `(batch, *sample_shape)`.

        Returns:
            A float32 tensor `(batch, num_classes)`; rows sum to 1.
        """
        return self.do("classify", samples)

    def abilities(self):
        """As for every model, and `classify`."""
        takes = {"samples": self.sample_kind}
        gives = {"probabilities": kinds.Vector((self.num_classes,))}
        return (*super().abilities(), Ability("classify", takes, gives, self._classify))

    def class_logits(self, samples):
        """Logits of the classes `(batch, num_classes)`, in the mode of the running step."""
        return self.critic.judge(samples)["class_logits"]

    def _classify(self, samples):
        return keras.ops.softmax(keras.ops.cast(self.class_logits(samples), "float32"))


class FewLabels(Classification):
    """Mixin for classifiers that learn from many samples, few of which have labels.

    `fit` takes batches from `kgz.datasets.load(name, labels_per_class=10)`, dicts with the keys
    `"image"` (unlabelled), `"labelled_image"` and `"label"`; or `(images, labels)`, all of them
    labelled.
    """

    def inputs(self):
        """`image` and `label`; of few labels the data set also has `labelled_image`."""
        return {self.sample_kind.key: self.sample_kind, "label": kinds.Label(self.num_classes)}

    def prepare_batch(self, data):
        """`{"real", "labelled", "label"}`: samples without labels, and samples with theirs."""
        real, label = named_parts(data, self.inputs()).values()
        labelled = real
        if isinstance(data, dict) and "labelled_image" in data:
            labelled = self.sample_kind.check("labelled_image", data["labelled_image"])
        return {"real": real, "labelled": labelled, "label": label}
