"""How many channels maps have at each side, in networks whose sides are powers of two."""

from keras_gan_zoo.errors import sizes_of_image

COARSEST = 4


def widths_of(image_shape: tuple, filters: int, max_filters: int, coarsest: int = COARSEST) -> list:
    """The channels at each side, from the coarsest to the image's.

    Args:
        image_shape: `(side, side, channels)`.
        filters: Channels at the image's side; they double with each halving of it.
        max_filters: Most channels of all.
        coarsest: The first side.

    Raises:
        ValueError: If the side is no power of two from 8 on.
    """
    height, width, _ = sizes_of_image(image_shape)
    if height != width or height < 2 * COARSEST or height & (height - 1):
        raise ValueError(
            "Expected `image_shape` (side, side, channels) with a side that is a power of two from "
            f"{2 * COARSEST} on. Received: image_shape={tuple(image_shape)}"
        )
    sides = [coarsest]
    while sides[-1] < height:
        sides.append(2 * sides[-1])
    return [min(filters * height // side, max_filters) for side in sides]
