"""Point clouds."""

import dataclasses

import keras
import numpy as np

from keras_gan_zoo import pictures
from keras_gan_zoo.kinds import drawing, kind, values


@keras.saving.register_keras_serializable("keras_gan_zoo")
@dataclasses.dataclass(frozen=True)
class Points(kind.Kind):
    """A cloud of points in the plane or in space, in any order.

    Each cloud is drawn as a scatter plot, all of them on one scale; the third dimension upwards.

    Args:
        shape: `(points, dimensions)` with 2 or 3 dimensions.

    Example:

    >>> points = kgz.kinds.Points((256, 3))
    >>> points.check("x", points.examples(4)).shape
    TensorShape([4, 256, 3])
    """

    shape: tuple
    axes = ("points", "dimensions")
    key = "points"
    plural = "points"
    words = values.Words(
        integers="whole numbers",
        scaling="x.astype('float32')",
        swapped="The coordinates of a point are on the last axis",
    )

    def __post_init__(self):
        super().__post_init__()
        if self.shape[1] not in (2, 3):
            raise ValueError(
                "Expected `shape` of Points to be (points, 2) or (points, 3); points of other "
                f"dimensions are `Vector` or `Sequence`. Received: {self.shape}"
            )

    def draw(self, samples, columns=None):
        samples = self.at_hand(samples)
        in_space = samples.shape[2] == 3
        chart, panels = drawing.panels(
            len(samples), columns, 2.0, 2.0, **({"projection": "3d"} if in_space else {})
        )
        middle = (samples.max(axis=(0, 1)) + samples.min(axis=(0, 1))) / 2.0
        reach = float(np.linalg.norm(samples - middle, axis=-1).max()) or 1.0
        for panel, cloud in zip(panels, samples, strict=True):
            size = np.clip(1500.0 / len(cloud), 1.0, 12.0)
            if in_space:
                panel.scatter(*cloud.T, s=size, c=cloud[:, 2], cmap="viridis", linewidths=0)
                panel.set_zlim(middle[2] - reach, middle[2] + reach)
                panel.set_box_aspect((1, 1, 1), zoom=1.5)
                panel.set_axis_off()  # its labels would take half of the room
            else:
                panel.scatter(*cloud.T, s=size, linewidths=0)
                panel.set_aspect("equal")
            panel.set_xlim(middle[0] - reach, middle[0] + reach)
            panel.set_ylim(middle[1] - reach, middle[1] + reach)
        return pictures.rendered(chart)
