"""Samples as pictures people can look at."""

import io
import math

import numpy as np


def grid(images, columns: int | None = None, padding: int = 2):
    """Lays images out as one picture.

    Args:
        images: `(batch, height, width, 1 or 3)` in `[-1, 1]`.
        columns: Images per row; by default about as many as rows.
        padding: White pixels between images.

    Returns:
        A `PIL.Image.Image`.

    Raises:
        ValueError: If the shape is not that of images.
    """
    import PIL.Image

    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise ValueError(
            "Expected `images` of shape (batch, height, width, 1 or 3). "
            f"Received: shape {images.shape}"
        )
    count, height, width, channels = images.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    height, width = height + padding, width + padding
    canvas = np.full((rows * height + padding, columns * width + padding, channels), 255, "uint8")
    pixels = np.clip(np.rint((images + 1.0) * 127.5), 0, 255).astype("uint8")
    for index, image in enumerate(pixels):
        top = padding + index // columns * height
        left = padding + index % columns * width
        canvas[top : top + height - padding, left : left + width - padding] = image
    return PIL.Image.fromarray(canvas[..., 0] if channels == 1 else canvas)


def scatter(points, real=None):
    """Draws points of one or two dimensions, over real ones if given.

    Args:
        points: `(batch, 1 or 2)`.
        real: Real points of the same shape, drawn in grey below.

    Returns:
        A `PIL.Image.Image`.
    """
    import PIL.Image
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5), dpi=100)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for cloud, color in ((real, "0.7"), (points, "tab:blue")):
        if cloud is None:
            continue
        cloud = np.asarray(cloud)
        if cloud.shape[1] == 1:
            axes.hist(cloud[:, 0], bins=60, color=color, density=True, alpha=0.6)
        else:
            axes.scatter(cloud[:, 0], cloud[:, 1], s=3, color=color)
    if np.shape(points)[1] > 1:
        axes.set_aspect("equal")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return PIL.Image.open(buffer)


def draw(samples, columns: int | None = None):
    """A grid for images, a scatter plot for points."""
    samples = np.asarray(samples)
    return grid(samples, columns) if samples.ndim == 4 else scatter(samples)


def log_to_tensorboard(log_dir, name: str, picture, step: int):
    """Writes a picture to a TensorBoard log."""
    import tensorflow as tf

    pixels = np.asarray(picture.convert("RGB"))[None]
    writer = tf.summary.create_file_writer(str(log_dir))
    with writer.as_default():
        tf.summary.image(name, pixels, step=step)
    writer.close()


def log_numbers_to_tensorboard(log_dir, numbers: dict, step: int):
    """Writes `{name: number}` to a TensorBoard log."""
    import tensorflow as tf

    writer = tf.summary.create_file_writer(str(log_dir))
    with writer.as_default():
        for name, value in numbers.items():
            tf.summary.scalar(name, value, step=step)
    writer.close()
