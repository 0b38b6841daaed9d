"""Losses: pure functions and small objects on tensors; they know no models."""

from keras_gan_zoo.losses.adversarial import (
    AdversarialLoss,
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    RelativisticAverage,
    Wasserstein,
    get,
)
from keras_gan_zoo.losses.divergence import gaussian_kl

__all__ = [
    "AdversarialLoss",
    "Hinge",
    "LeastSquares",
    "Minimax",
    "NonSaturating",
    "RelativisticAverage",
    "Wasserstein",
    "gaussian_kl",
    "get",
]
