"""The activation of StyleGAN2."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan_zoo")
def scaled_leaky_relu(inputs):
    """Leaky ReLU of slope 0.2, times root 2: inputs of variance 1 keep about this variance.

    Karras et al. 2019, Analyzing and Improving the Image Quality of StyleGAN, arXiv 1912.04958, and
    the authors' `fused_bias_act.py`.

    Args:
        inputs: A tensor of any shape.
    """
    return ops.leaky_relu(inputs, negative_slope=0.2) * 2.0**0.5
