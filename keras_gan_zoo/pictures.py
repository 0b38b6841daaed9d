"""Samples as pictures people can look at."""

import io
import itertools
import math

import numpy as np

from keras_gan_zoo import image_files


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


def tables(rows, columns, cells, padding: int = 2):
    """Tables of images, one below the other, with images at the left and on top.

    Args:
        rows: What is at the left of each row, `(rows, height, width, 1 or 3)` in `[-1, 1]`.
        columns: What is on top of each column, `(columns, height, width, 1 or 3)`.
        cells: One `(rows, columns, height, width, 1 or 3)` for each table.
        padding: White pixels between images.

    Returns:
        A `PIL.Image.Image`. The columns' heads are on top of the first table alone.

    Raises:
        ValueError: If the shapes do not fit.

    Example:

    >>> head, cells = np.zeros((2, 8, 8, 1)), np.zeros((2, 2, 8, 8, 1))
    >>> kgz.pictures.tables(head, head, [cells, cells]).size
    (32, 52)
    """
    rows, columns = np.asarray(rows), np.asarray(columns)
    cells = [np.asarray(table) for table in cells]
    expected = (len(rows), len(columns), *rows.shape[1:])
    if columns.shape[1:] != rows.shape[1:] or any(one.shape != expected for one in cells):
        raise ValueError(
            "Expected cells (rows, columns, height, width, channels) and images of that size at "
            f"the left and on top. Received: shapes {rows.shape}, {columns.shape} and "
            f"{[one.shape for one in cells]}"
        )
    white = np.ones((1, *rows.shape[1:]), rows.dtype)
    lines = [white, columns]
    for table in cells:
        for head, line in zip(rows, table, strict=True):
            lines += [head[None], line]
    return grid(np.concatenate(lines), len(columns) + 1, padding)


def read(path, shape: tuple):
    """Reads an image file as an image of a shape.

    Args:
        path: The file.
        shape: `(height, width, 1 or 3)`. The image is resized to it as `kgz.datasets.load` does:
            what is too long is cut off in equal parts on both sides. Where a side is `None` it
            keeps its size.

    Returns:
        A float32 array of the shape, in `[-1, 1]`.

    Raises:
        ValueError: If it is no image file.
        FileNotFoundError: If there is no such file.
    """
    *size, channels = shape
    pixels = image_files.read(path, None if None in size else tuple(size), channels)
    return pixels.astype("float32") / 127.5 - 1.0


QUERY_COLORS = np.array(
    [[230, 25, 75], [60, 180, 75], [0, 130, 200], [245, 130, 48], [145, 30, 180]], "uint8"
)


def attention(images, maps, queries=None, scale: int = 4):
    """Where some positions of each image attended, beside the image.

    One row per image: the image with its query points marked in five colours, then for each point
    its map, brightest where it attended most, framed in the point's colour (as figure 1 of Zhang
    et al. 2018, arXiv 1805.08318).

    Args:
        images: `(batch, height, width, 1 or 3)` in `[-1, 1]`.
        maps: `(batch, rows, columns, key rows, key columns)`, as `SAGAN.attention_maps` gives.
        queries: Up to five positions `(row, column)` on the grid of the maps; by default the
            middle and the middles of the four quarters.
        scale: Side of a pixel in the picture.

    Returns:
        A `PIL.Image.Image`.

    Raises:
        ValueError: If the shapes do not fit, or a query is outside of the grid.
    """
    import PIL.Image

    images, maps = np.asarray(images), np.asarray(maps)
    if images.ndim != 4 or maps.ndim != 5 or len(images) != len(maps):
        raise ValueError(
            "Expected images (batch, height, width, channels) and as many maps (batch, rows, "
            f"columns, key rows, key columns). Received: shapes {images.shape} and {maps.shape}"
        )
    rows, columns = maps.shape[1:3]
    if queries is None:
        quarters = [(side // 4, side - 1 - side // 4) for side in (rows, columns)]
        queries = [(rows // 2, columns // 2), *itertools.product(*quarters)]
    if len(queries) > 5 or any(not (0 <= r < rows and 0 <= c < columns) for r, c in queries):
        raise ValueError(
            f"Expected at most five `queries` on a grid of {rows}x{columns}. Received: {queries}"
        )
    size = (images.shape[2] * scale, images.shape[1] * scale)
    tiles = []
    for image, of_image in zip(images, maps, strict=True):
        marked = _enlarged(np.repeat(image, 3 // image.shape[-1], axis=-1), size, "nearest")
        row = [marked]
        for color, (r, c) in zip(QUERY_COLORS, queries, strict=False):
            y, x = int((r + 0.5) / rows * size[1]), int((c + 0.5) / columns * size[0])
            marked[max(y - scale, 0) : y + scale, max(x - scale, 0) : x + scale] = color
            weights = of_image[r, c] / of_image[r, c].max() * 2.0 - 1.0
            tile = _enlarged(np.repeat(weights[..., None], 3, axis=-1), size, "bilinear")
            for edge in (tile[:3], tile[-3:], tile[:, :3], tile[:, -3:]):
                edge[:] = color
            row.append(tile)
        padding = ((2, 2), (2, 2), (0, 0))
        row = [np.pad(tile, padding, constant_values=255) for tile in row]
        tiles.append(np.concatenate(row, axis=1))
    return PIL.Image.fromarray(np.concatenate(tiles, axis=0))


def _enlarged(image, size, how):
    """An RGB image in `[-1, 1]` as bytes at another size."""
    import PIL.Image

    pixels = np.clip(np.rint((image + 1.0) * 127.5), 0, 255).astype("uint8")
    how = getattr(PIL.Image.Resampling, how.upper())
    return np.array(PIL.Image.fromarray(pixels).resize(size, how))


def scatter(points, real=None):
    """Draws points of one or two dimensions, over real ones if given.

    Args:
        points: `(batch, 1 or 2)`.
        real: Real points of the same shape, drawn in grey below.

    Returns:
        A `PIL.Image.Image`.
    """
    chart = figure(5, 5, layout="constrained")
    axes = chart.add_subplot()
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
    return rendered(chart)


def figure(width: float, height: float, **options):
    """An empty Matplotlib figure that no window and no global state knows of.

    Args:
        width, height: In units of 100 pixels.
        **options: Of `matplotlib.figure.Figure`, such as `layout="constrained"`.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    empty = Figure(figsize=(width, height), dpi=100, **options)
    FigureCanvasAgg(empty)
    return empty


def rendered(chart):
    """A Matplotlib figure as a `PIL.Image.Image`."""
    import PIL.Image

    buffer = io.BytesIO()
    chart.savefig(buffer, format="png")
    return PIL.Image.open(buffer).convert("RGB")


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
