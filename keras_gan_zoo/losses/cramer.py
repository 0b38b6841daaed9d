"""The losses of the Cramer GAN, on the critic's embeddings."""

from keras import ops

from keras_gan_zoo.losses.tensors import euclidean_norm, floats


def cramer_critic(embedded, embedded_fake):
    """The critic function `f(x) = |h(x) - h(x'_g)| - |h(x)|` of each sample.

    This is the function whose gradient the penalty bounds, with `h(x'_g)` as a constant of `x`.

    Args:
        embedded: `h(x)`, `(batch, d)`.
        embedded_fake: `h(x'_g)` of independent fake samples, `(batch, d)`.

    Returns:
        `(batch,)`, float32.

    References:
        Bellemare et al. 2017, The Cramer Distance as a Solution to Biased Wasserstein Gradients,
        arXiv 1705.10743, section 4.
    """
    embedded, embedded_fake = floats(embedded, embedded_fake)
    return euclidean_norm(embedded - embedded_fake) - euclidean_norm(embedded)


def cramer_critic_loss(real, fake, other_fake):
    """What the critic minimises, before the gradient penalty: `E f(x_g) - E f(x_r)`.

    Args:
        real, fake: Embeddings `(batch, d)` of real and fake samples.
        other_fake: Embeddings of fake samples independent of `fake`.

    Returns:
        A float32 scalar.

    References:
        Bellemare et al. 2017, arXiv 1705.10743, algorithm 1 (surrogate loss).
    """
    on_fake = ops.mean(cramer_critic(fake, other_fake))
    return on_fake - ops.mean(cramer_critic(real, other_fake))


def cramer_generator_loss(real, fake, other_fake):
    """What the generator minimises: `E |h_r - h_g| + |h_r - h'_g| - |h_g - h'_g|`.

    The energy distance of the embeddings up to `E |h_r - h'_r|`, a constant of the generator.

    Args:
        real, fake, other_fake: As for `cramer_critic_loss`.

    Returns:
        A float32 scalar.

    References:
        Bellemare et al. 2017, arXiv 1705.10743, algorithm 1 (generator loss).
    """
    real, fake, other_fake = floats(real, fake, other_fake)
    return ops.mean(
        euclidean_norm(real - fake)
        + euclidean_norm(real - other_fake)
        - euclidean_norm(fake - other_fake)
    )
