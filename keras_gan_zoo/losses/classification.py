"""Losses of discriminators that also know classes."""

from keras import ops

from keras_gan_zoo.losses.tensors import floats


def auxiliary_classification(logits, labels):
    """Cross-entropy of class logits: `E [log sum_k exp l_k - l_y]`, in nats.

    AC-GAN adds it to both players' losses, on real and fake samples alike; the semi-supervised
    GAN uses it on labelled samples.

    Args:
        logits: `(batch, classes)`.
        labels: Integer classes `(batch,)`, or probabilities `(batch, classes)` such as one-hot
            rows.

    Returns:
        A float32 scalar.

    Raises:
        ValueError: If the shapes do not fit.

    Example:

    >>> round(float(kgz.losses.auxiliary_classification(np.zeros((2, 10)), np.array([3, 7]))), 6)
    2.302585

    References:
        Odena et al. 2016, Conditional Image Synthesis With Auxiliary Classifier GANs, arXiv
        1610.09585, equation 3. Salimans et al. 2016, Improved Techniques for Training GANs,
        arXiv 1606.03498, section 5 (supervised loss).
    """
    (logits,) = floats(logits)
    labels = ops.convert_to_tensor(labels)
    classes = logits.shape[-1]
    if len(logits.shape) != 2 or len(labels.shape) not in (1, 2):
        raise _shapes(logits, labels)
    if len(labels.shape) == 1:
        labels = ops.one_hot(ops.cast(labels, "int32"), classes)
    elif labels.shape[-1] != classes:
        raise _shapes(logits, labels)
    labels = ops.cast(labels, "float32")
    return -ops.mean(ops.sum(labels * ops.log_softmax(logits, axis=-1), axis=-1))


def class_evidence(logits):
    """The logit of "real" that K class logits stand for, with the fake class's fixed at 0.

    `log sum_k exp l_k`, so that `sigmoid` of it is `Z / (Z + 1)`: any adversarial loss takes it.

    Args:
        logits: `(batch, classes)`.

    Returns:
        `(batch, 1)`, float32.

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv 1606.03498, section 5.
    """
    (logits,) = floats(logits)
    return ops.logsumexp(logits, axis=-1, keepdims=True)


def semi_supervised_unlabelled(real_logits, fake_logits):
    """The unsupervised half of the K+1 classifier's loss, with factors 1/2 as in the code.

    `1/2 E[-e(x) + sp(e(x))] + 1/2 E[sp(e(G(z)))]` with `e = class_evidence`: half the binary
    cross-entropy of telling unlabelled real samples from fake ones.

    Args:
        real_logits, fake_logits: Class logits `(batch, classes)`.

    Returns:
        A float32 scalar.

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv 1606.03498, section 5.
    """
    real, fake = class_evidence(real_logits), class_evidence(fake_logits)
    return 0.5 * (ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(fake)))


def _shapes(logits, labels):
    return ValueError(
        "Expected `logits` (batch, classes) and `labels` (batch,) or (batch, classes). "
        f"Received: logits {tuple(logits.shape)}, labels {tuple(labels.shape)}"
    )
