"""WGAN, by weight clipping and by gradient penalty."""

import keras

from keras_gan_zoo import backend
from keras_gan_zoo.models.image_synthesis.dcgan import DCGAN
