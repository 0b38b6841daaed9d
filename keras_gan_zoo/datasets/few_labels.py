"""Many samples, of which few have labels: data for semi-supervised learning."""

import numpy as np
import tensorflow as tf

from keras_gan_zoo import errors
from keras_gan_zoo.datasets import pipeline


def few_labels(
    x,
    y,
    labels_per_class: int,
    *,
    batch_size: int = 100,
    seed: int = 0,
    labels_seed: int = 0,
    shuffle: bool = True,
    drop_remainder: bool = False,
    prepare=None,
) -> tf.data.Dataset:
    """Batches of all samples without labels beside as many of the few that have labels.

    Args:
        x: Samples, an array.
        y: Integer labels of all of them, of which only the chosen are used.
        labels_per_class: How many samples of each class keep their label.
        batch_size: Unlabelled samples per batch, and labelled ones as well.
        seed: Seed of the order.
        labels_seed: Seed of the choice.
        shuffle, drop_remainder, prepare: See `from_arrays`; `prepare` maps `(samples, labels)`.

    Returns:
        A `tf.data.Dataset` of dicts: `"image"` (every sample once per epoch),
        `"labelled_image"` and `"label"` (the chosen ones: in each batch equally often, if
        `batch_size` is a multiple of their number).

    Raises:
        ValueError: If a class has fewer samples than `labels_per_class`, lengths differ, or
            labels are no integers.
    """
    if np.ndim(y) != 1 or not np.issubdtype(np.asarray(y).dtype, np.integer):
        raise ValueError(
            f"Expected `y` to be integers of shape (samples,).{errors.label_hint(np.shape(y))} "
            f"Received: dtype {np.asarray(y).dtype}, shape {np.shape(y)}"
        )
    chosen = choose(y, labels_per_class, labels_seed)
    if len(x) != len(y):
        raise ValueError(f"Expected arrays of one length. Received: lengths {len(x)} and {len(y)}")
    x, y = tf.convert_to_tensor(x), tf.convert_to_tensor(y)
    rounds = -(-batch_size // len(chosen))
    copies = tf.tile(chosen, [rounds])

    def parts(indices):
        # Each batch has its own order of them, which the shuffled rest of the batch decides.
        few = tf.random.experimental.stateless_shuffle(
            copies, (seed, tf.cast(indices[0], tf.int32))
        )
        image, _ = gather(indices)
        labelled, label = gather(few[: tf.shape(indices)[0]])
        return {"image": image, "labelled_image": labelled, "label": label}

    def gather(indices):
        batch = tf.gather(x, indices), tf.gather(y, indices)
        return batch if prepare is None else prepare(batch)

    return pipeline.from_arrays(
        np.arange(len(y)),
        batch_size=batch_size,
        seed=seed,
        shuffle=shuffle,
        drop_remainder=drop_remainder,
        prepare=parts,
    )


def choose(labels, per_class: int, seed: int = 0) -> np.ndarray:
    """Indices of `per_class` samples of each class, drawn without replacement; in random order.

    Raises:
        ValueError: If a class has too few.
    """
    labels = np.asarray(labels)
    random = np.random.default_rng(seed)
    order = random.permutation(len(labels))
    chosen = []
    for label in np.unique(labels):
        own = order[labels[order] == label]
        if not 1 <= per_class <= len(own):
            raise ValueError(
                f"Expected `labels_per_class` between 1 and the {len(own)} samples of class "
                f"{label}. Received: {per_class}"
            )
        chosen.append(own[:per_class])
    return random.permutation(np.concatenate(chosen))
