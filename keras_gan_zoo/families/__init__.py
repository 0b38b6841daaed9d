"""What kinds of models share: bases with their abilities, conditions, priors and posteriors."""

from keras_gan_zoo.families.adaptive_augment import AdaptiveAugment
from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.families.augmentation import augmented
from keras_gan_zoo.families.autoencoder_model import AutoencoderModel
from keras_gan_zoo.families.critic import Critic
from keras_gan_zoo.families.distortion import distort
from keras_gan_zoo.families.growing_model import GrowingModel
from keras_gan_zoo.families.replay import ReplayBuffer
from keras_gan_zoo.families.style_based_model import StyleBasedModel

__all__ = [
    "AdaptiveAugment",
    "AdversarialModel",
    "AutoencoderModel",
    "Critic",
    "GrowingModel",
    "ReplayBuffer",
    "StyleBasedModel",
    "augmented",
    "distort",
]
