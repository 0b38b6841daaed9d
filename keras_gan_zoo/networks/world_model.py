"""The networks of World Models: what is seen, what is remembered, and what is done."""

import keras
from keras import layers

from keras_gan_zoo.layers import LSTMSeries, MixtureDense
from keras_gan_zoo.networks.blocks.autoencoder_ends import code_heads, latents_input

SHAPE = (64, 64, 3)


def world_model_encoder(latent_dim: int = 64, filters: int = 32) -> keras.Model:
    """Four unpadded 4x4 convolutions of stride 2 with ReLU, then a mean and a log-variance.

    Args:
        latent_dim: Size of a latent vector.
        filters: Channels of the first convolution; they double.

    Returns:
        A model from images `(batch, 64, 64, 3)` to `[mean, log_variance]`, each
        `(batch, latent_dim)`.

    References:
        Ha and Schmidhuber 2018, arXiv 1803.10122, appendix A.1.
    """
    samples = keras.Input(SHAPE, name="samples")
    x = samples
    for width in (filters, 2 * filters, 4 * filters, 8 * filters):
        x = layers.Conv2D(width, 4, strides=2, activation="relu")(x)
    codes = code_heads(layers.Flatten(name="features")(x), latent_dim, variational=True)
    return keras.Model(samples, codes, name="encoder")


def world_model_decoder(latent_dim: int = 64, filters: int = 32) -> keras.Model:
    """A linear map to one pixel, then unpadded transposed convolutions of stride 2 with ReLU.

    Their kernels have sides 5, 5, 6 and 6, from 1 to 5, 13, 30 and 64 pixels; the last ends in a
    sigmoid.

    Args:
        latent_dim: Size of a latent vector.
        filters: Channels of the last hidden layer; they double towards the one pixel, which has
            32 times as many.

    Returns:
        A model from latents `(batch, latent_dim)` to images `(batch, 64, 64, 3)` in `[0, 1]`.

    References:
        As for `world_model_encoder`.
    """
    latents = latents_input(latent_dim)
    x = layers.Reshape((1, 1, 32 * filters))(layers.Dense(32 * filters)(latents))
    for width, side in ((4 * filters, 5), (2 * filters, 5), (filters, 6)):
        x = layers.Conv2DTranspose(width, side, strides=2, activation="relu")(x)
    x = layers.Conv2DTranspose(SHAPE[-1], 6, strides=2)(x)
    x = layers.Activation("sigmoid", dtype="float32")(x)
    return keras.Model(latents, x, name="decoder")


def mdn_rnn(
    latent_dim: int = 64,
    action_dim: int = 1,
    units: int = 512,
    mixtures: int = 5,
    restarts: bool = True,
) -> keras.Model:
    """An LSTM whose every step gives the parameters of a mixture of normals for each latent.

    Args:
        latent_dim: Size of a latent vector.
        action_dim: Size of an action.
        units: Size of the LSTM's state.
        mixtures: Normals in each mixture.
        restarts: Whether the last input says that an episode begins, which empties the state, and
            the first output is the logit that one begins next.

    Returns:
        A model from `[steps, hidden, cell]`, steps `(batch, steps, latent_dim + action_dim
        + restarts)` and states `(batch, units)`, to `[parameters, hidden, cell]`, parameters
        `(batch, steps, restarts + 3 * mixtures * latent_dim)` and the states after the last step.
        Parameters are in the order of `kgz.layers.MixtureDense`.

    References:
        Ha and Schmidhuber 2018, arXiv 1803.10122, appendix A.2.
    """
    inputs = keras.Input((None, latent_dim + action_dim + restarts), name="steps")
    states = [keras.Input((units,), name=name) for name in ("hidden", "cell")]
    recurrent = LSTMSeries(units, episodic=restarts, name="recurrent")
    x, *after = recurrent(inputs, initial_state=states)
    outputs = MixtureDense(latent_dim, mixtures, int(restarts), dtype="float32", name="mixtures")
    after = [layers.Activation("linear", dtype="float32")(one) for one in after]
    return keras.Model([inputs, *states], [outputs(x), *after], name="memory")


def linear_controller(
    latent_dim: int = 64,
    units: int = 512,
    states: tuple = ("hidden", "cell"),
    action_dim: int = 1,
    use_bias: bool = False,
) -> keras.Model:
    """A linear map with a hyperbolic tangent, from latents and a memory's state to actions.

    Args:
        latent_dim: Size of a latent vector.
        units: Size of each half of the memory's state.
        states: The names of the halves that it sees.
        action_dim: Numbers of an action.
        use_bias: Whether there is a bias.

    Returns:
        A model from `[latents, *states]`, `(batch, latent_dim)` and each `(batch, units)`, to
        actions `(batch, action_dim)` in `[-1, 1]`.

    References:
        Ha and Schmidhuber 2018, arXiv 1803.10122, section 2.3 and appendix A.3.
    """
    inputs = [latents_input(latent_dim)]
    inputs += [keras.Input((units,), name=name) for name in states]
    x = layers.Concatenate()(inputs) if states else inputs[0]
    dense = layers.Dense(action_dim, use_bias=use_bias, dtype="float32", name="actions")
    actions = layers.Activation("tanh", dtype="float32")(dense(x))
    return keras.Model(inputs, actions, name="policy")
