"""Losses: pure functions and small objects on tensors; they know no models."""

from keras_gan_zoo.losses.adversarial import (
    AdversarialLoss,
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    RelativisticAverage,
    RelativisticPairing,
    Wasserstein,
    get,
)
from keras_gan_zoo.losses.classification import (
    auxiliary_classification,
    class_evidence,
    semi_supervised_unlabelled,
)
from keras_gan_zoo.losses.content_similarity import masked_pairwise_mse
from keras_gan_zoo.losses.cramer import cramer_critic, cramer_critic_loss, cramer_generator_loss
from keras_gan_zoo.losses.divergence import gaussian_kl, kl_per_dimension
from keras_gan_zoo.losses.energy_based import energy_margin, pulling_away, reconstruction_energy
from keras_gan_zoo.losses.feature_matching import feature_matching, layer_matching
from keras_gan_zoo.losses.likelihoods import (
    bernoulli_nll,
    discretized_logistic_nll,
    gaussian_nll,
    importance_weighted_log_likelihood,
    standard_normal_nll,
)
from keras_gan_zoo.losses.mixture_density import mixture_nll, mixture_sample
from keras_gan_zoo.losses.transport import (
    cosine_cost,
    energy_distance,
    minibatch_energy_distance,
    sinkhorn,
)

__all__ = [
    "AdversarialLoss",
    "Hinge",
    "LeastSquares",
    "Minimax",
    "NonSaturating",
    "RelativisticAverage",
    "RelativisticPairing",
    "Wasserstein",
    "auxiliary_classification",
    "bernoulli_nll",
    "class_evidence",
    "cosine_cost",
    "cramer_critic",
    "cramer_critic_loss",
    "cramer_generator_loss",
    "discretized_logistic_nll",
    "energy_distance",
    "energy_margin",
    "feature_matching",
    "gaussian_kl",
    "gaussian_nll",
    "get",
    "importance_weighted_log_likelihood",
    "kl_per_dimension",
    "layer_matching",
    "masked_pairwise_mse",
    "minibatch_energy_distance",
    "mixture_nll",
    "mixture_sample",
    "pulling_away",
    "reconstruction_energy",
    "semi_supervised_unlabelled",
    "sinkhorn",
    "standard_normal_nll",
]
