"""What several kinds are drawn with."""

import math

import numpy as np

from keras_gan_zoo import pictures

CELL, SMALL_CELL = 24, 8  # pixels of a side, with and without a number
MOST_NUMBERS = 40  # in a row
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0


def palette(count: int):
    """Colours that differ, as bytes `(count, 3)`; the first ones as much as they can."""
    import matplotlib.colors

    index = np.arange(count)
    hue = (0.58 + index * GOLDEN) % 1.0  # never the same, and far from the last one
    saturation = np.array([0.75, 0.45, 0.95])[index % 3]
    brightness = np.array([0.85, 0.95, 0.6, 0.75])[index // 3 % 4]
    colors = matplotlib.colors.hsv_to_rgb(np.stack([hue, saturation, brightness], axis=-1))
    return np.rint(colors * 255.0).astype("uint8")


def colored(indices, count: int):
    """Integers as colours of the palette, in `[-1, 1]`, with a last axis of three channels."""
    return palette(count)[indices] / 127.5 - 1.0


def panels(count: int, columns: int | None, width: float, height: float, **options):
    """A figure with a panel for each of `count` samples, and the panels.

    Args:
        count: How many panels there are.
        columns: Panels in a row; by default about as many as rows.
        width, height: Of a panel, in units of 100 pixels.
        **options: Of `Figure.add_subplot`.
    """
    columns = min(count, columns or math.ceil(math.sqrt(count)))
    rows = math.ceil(count / columns)
    chart = pictures.figure(columns * width, rows * height, layout="constrained")
    axes = [chart.add_subplot(rows, columns, index + 1, **options) for index in range(count)]
    for one in axes:
        one.tick_params(labelsize=7)
    return chart, axes


def lines(samples, times, columns, label, limits=None):
    """Samples `(batch, steps)` or `(batch, steps, features)` as line plots over `times`."""
    chart, panel = panels(len(samples), columns, 2.6, 1.5)
    span = limits or (samples.min(), samples.max())
    margin = 0.05 * (span[1] - span[0]) or 1.0
    for one, sample in zip(panel, samples, strict=True):
        one.plot(times, sample, "-" if len(times) > 1 else "o", linewidth=0.8)
        one.set_xlim(times[0], times[-1] if len(times) > 1 else times[0] + 1)
        one.set_ylim(span[0] - margin, span[1] + margin)
    chart.supxlabel(label, fontsize=8)
    return pictures.rendered(chart)


def heat_map(rows):
    """Vectors as rows of a heat map, red above 0 and blue below."""
    count, dimensions = rows.shape
    height = min(max(1.0 + 0.12 * count, 2.0), 12.0)
    chart = pictures.figure(7, height, layout="constrained")
    axes = chart.add_subplot()
    most = float(np.abs(rows).max()) or 1.0
    image = axes.imshow(
        rows, "RdBu_r", aspect="auto", interpolation="nearest", vmin=-most, vmax=most
    )
    axes.set_xlabel("dimension")
    axes.set_ylabel("sample")
    for axis, size in ((axes.xaxis, dimensions), (axes.yaxis, count)):
        axis.get_major_locator().set_params(integer=True)
        if size == 1:
            axis.set_ticks([0])
    chart.colorbar(image)
    return pictures.rendered(chart)


def cells(rows):
    """Rows of integers as coloured cells, with their numbers if there is room for these.

    Args:
        rows: Rows of integers, which may differ in length.
    """
    import PIL.Image
    import PIL.ImageDraw

    longest = max(map(len, rows))
    colors = palette(1 + max(int(np.max(row)) for row in rows))
    room = longest <= MOST_NUMBERS
    height = CELL if room else SMALL_CELL
    width = max(CELL, 8 * len(str(len(colors) - 1)) + 6) if room else SMALL_CELL
    picture = PIL.Image.new("RGB", (width * longest + 2, height * len(rows) + 2), "white")
    pen = PIL.ImageDraw.Draw(picture)
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            left, top = 2 + x * width, 2 + y * height
            color = colors[value]
            corners = (left, top, left + width - 3, top + height - 3)
            pen.rectangle(corners, tuple(color.tolist()))
            if room:
                ink = "black" if color @ [0.3, 0.6, 0.1] > 120 else "white"
                middle = (left + (width - 2) / 2, top + (height - 2) / 2)
                pen.text(middle, str(value), ink, anchor="mm", font_size=12)
    return picture


def beside(parts):
    """Batches of images side by side, as one batch of images: grey, if all of them are."""
    height, channels = (max(part.shape[axis] for part in parts) for axis in (1, 3))
    tallest = max(parts, key=lambda part: part.shape[1])
    strips = []
    for index, part in enumerate(parts):
        factor = height // part.shape[1]
        if (factor * part.shape[1], factor * part.shape[2]) == tallest.shape[1:3]:
            part = part.repeat(factor, axis=1).repeat(factor, axis=2)  # a smaller version of it
        if part.shape[-1] not in (1, 3):
            raise ValueError(
                f"Expected samples of 1 or 3 channels to draw. Received: {part.shape[-1]} channels"
            )
        part = np.repeat(part, channels // part.shape[-1], axis=-1)
        gap = 2 if index else 0  # between parts, as `pictures.grid` leaves between images
        border = ((0, 0), (0, height - part.shape[1]), (gap, 0), (0, 0))
        strips.append(np.pad(part, border, constant_values=1.0))
    return np.concatenate(strips, axis=2)


def stacked(drawn):
    """Pictures below each other."""
    import PIL.Image

    drawn = [picture.convert("RGB") for picture in drawn]
    size = (max(one.width for one in drawn), sum(one.height for one in drawn))
    picture, top = PIL.Image.new("RGB", size, "white"), 0
    for one in drawn:
        picture.paste(one, (0, top))
        top += one.height
    return picture
