"""Oracles: PyTorch's cross-entropy, a softmax over K+1 classes, values at zero."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz

RANDOM = np.random.default_rng(0)
REAL = RANDOM.standard_normal((5, 10)).astype("float32")
FAKE = RANDOM.standard_normal((7, 10)).astype("float32")
LABELS = np.array([1, 0, 9, 3, 3])


def test_cross_entropy_equals_pytorch():
    torch = pytest.importorskip("torch")
    expected = torch.nn.functional.cross_entropy(torch.tensor(REAL), torch.tensor(LABELS))
    for labels in (LABELS, np.eye(10)[LABELS]):
        value = kgz.losses.auxiliary_classification(REAL, labels)
        assert float(value) == pytest.approx(float(expected), rel=1e-5)


def test_values_at_zero():
    """D = 10/11: 1/2 (ln 11 - ln 10) + 1/2 ln 11 = 1.246603."""
    zero = np.zeros((4, 10))
    assert float(kgz.losses.semi_supervised_unlabelled(zero, zero)) == pytest.approx(
        1.246603, rel=1e-6
    )
    probability = keras.ops.sigmoid(kgz.losses.class_evidence(zero))
    np.testing.assert_allclose(probability, 10 / 11, rtol=1e-6)


def test_a_softmax_over_one_class_more_says_the_same():
    """Append the fake class's logit 0: its probability is 1 - D."""

    def fake_probability(logits):
        padded = np.concatenate([logits, np.zeros((len(logits), 1))], axis=1)
        return np.exp(padded[:, -1]) / np.exp(padded).sum(1)

    expected = -0.5 * np.log(1 - fake_probability(REAL)).mean()
    expected -= 0.5 * np.log(fake_probability(FAKE)).mean()
    value = kgz.losses.semi_supervised_unlabelled(REAL, FAKE)
    assert float(value) == pytest.approx(expected, rel=1e-5)


def test_shifting_all_logits_changes_only_the_unlabelled_loss():
    labelled, unlabelled = (
        [float(loss(REAL + shift, other)) for shift in (0.0, 2.0)]
        for loss, other in (
            (kgz.losses.auxiliary_classification, LABELS),
            (kgz.losses.semi_supervised_unlabelled, FAKE),
        )
    )
    assert labelled[0] == pytest.approx(labelled[1], rel=1e-5)
    assert abs(unlabelled[0] - unlabelled[1]) > 0.01


def test_extreme_logits_stay_finite():
    huge = np.full((2, 3), 1e4, "float32")
    for logits in (huge, -huge):
        assert np.isfinite(kgz.losses.semi_supervised_unlabelled(logits, -logits))


@pytest.mark.parametrize("labels", [np.zeros((5, 4)), np.zeros((5, 10, 1)), np.array(3)])
def test_bad_labels(labels):
    with pytest.raises(ValueError, match=r"labels.*Received"):
        kgz.losses.auxiliary_classification(REAL, labels)
