"""Models with a network that knows classes, and learning it from few labels."""

import keras

from keras_gan_zoo.kinds import values
from keras_gan_zoo.training.calls import float_batch, in_chunks, signature


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
        samples = values.check_samples("samples", samples, self.sample_shape)
        return in_chunks(self._classify, samples)

    def signatures(self):
        """As for every model, and `classify`: samples -> probabilities."""
        samples = float_batch("samples", self.sample_shape)
        return {
            **super().signatures(),
            "classify": signature({"probabilities": self._classify}, samples),
        }

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

    takes_targets = True

    def prepare_batch(self, data):
        """`{"real", "labelled", "label"}`: samples without labels, and samples with theirs."""
        unlabelled, labelled, label = labelled_parts(data)
        return {
            "real": values.check_samples("x", unlabelled, self.sample_shape),
            "labelled": values.check_samples("labelled_image", labelled, self.sample_shape),
            "label": values.check_labels("labels", label, self.num_classes),
        }


def labelled_parts(data):
    """Unlabelled samples, labelled samples and their labels, from what `fit` hands over."""
    if isinstance(data, dict) and {"image", "labelled_image", "label"} <= set(data):
        return data["image"], data["labelled_image"], data["label"]
    if isinstance(data, (tuple, list)) and len(data) > 1 and data[1] is not None:
        return data[0], data[0], data[1]
    received = f"keys {sorted(data)}" if isinstance(data, dict) else "samples without labels"
    raise ValueError(
        "Expected a dict with the keys 'image', 'labelled_image' and 'label', as "
        "`kgz.datasets.load(name, labels_per_class=10)` gives, or (images, labels). "
        f"Received: {received}"
    )
