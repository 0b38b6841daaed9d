"""The mechanics of training, which know no paper."""

from keras_gan_zoo.training.adversarial_model import AdversarialModel
from keras_gan_zoo.training.autoencoder_model import AutoencoderModel
from keras_gan_zoo.training.distortion import distort
from keras_gan_zoo.training.phase import Phase
from keras_gan_zoo.training.phased_model import PhasedModel
from keras_gan_zoo.training.replay import ReplayBuffer
from keras_gan_zoo.training.schedules import LinearDecay
from keras_gan_zoo.training.strategy import distribute

__all__ = [
    "AdversarialModel",
    "AutoencoderModel",
    "LinearDecay",
    "Phase",
    "PhasedModel",
    "ReplayBuffer",
    "distort",
    "distribute",
]
