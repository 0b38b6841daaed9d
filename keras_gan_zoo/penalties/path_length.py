"""How far images move when styles do."""

from keras import ops

from keras_gan_zoo import backend


def path_lengths(synthesize, styles, seed=None):
    """The length of `J^T y` for each sample: of a random direction of images, seen from the styles.

    `J` is the Jacobian of the images by the styles and `y` standard normal, divided by the root of
    the number of pixels. `J^T y` is the gradient of `sum(images * y)`; its squares are added up
    over the numbers of a style, and averaged over the layers. Lengths are differentiable: their own
    gradient is a second-order one.

    Args:
        synthesize: Function from styles to images `(batch, height, width, channels)`.
        styles: `(batch, layers, style_dim)`.
        seed: Of the noise: an integer or a `SeedGenerator`.

    Returns:
        A float32 tensor `(batch,)`.

    References:
        Karras et al. 2019, Analyzing and Improving the Image Quality of StyleGAN, arXiv 1912.04958,
        section 3.2, equation 4, and the authors' `loss.py`.

    Example:

    >>> styles = np.ones((2, 3, 4), "float32")
    >>> kgz.penalties.path_lengths(lambda styles: styles[..., None], styles).shape
    TensorShape([2])
    """

    def product(styles):
        images = ops.cast(synthesize(styles), "float32")
        noise = backend.random_normal(ops.shape(images), seed)
        return ops.sum(images * noise, axis=(1, 2, 3)) / (images.shape[1] * images.shape[2]) ** 0.5

    gradient = ops.cast(backend.input_gradient(product, ops.convert_to_tensor(styles)), "float32")
    squares = ops.mean(ops.sum(ops.square(gradient), axis=2), axis=1)
    # The tiny constant keeps the root's own gradient finite where nothing moves.
    return ops.sqrt(squares + 1e-12)
