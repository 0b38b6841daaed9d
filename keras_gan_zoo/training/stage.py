"""A part of a training, with phases of its own."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Stage:
    """A part of a training: which phases play in it, and what begins anew with it.

    Args:
        name: Name of the stage, for `begin_stage` and recipes.
        phases: Names of the phases that play, in the order of `phases()`; `None` for all. Those
            that do not play change nothing, and their losses are neither computed nor reported.
        resets: What is put back when the stage begins. The name of a phase stands for its
            optimizer, which starts again; that of an attribute which holds a moving average, such
            as `"ema_generator"`, for the average, which becomes the present network.
        batch_size: Samples per step when `fit` gets arrays and no `batch_size`; `None` for 32.
        image_size: Side of the images that recipes load for this stage; `None` for the recipe's.
    """

    name: str
    phases: tuple[str, ...] | None = None
    resets: tuple[str, ...] = ()
    batch_size: int | None = None
    image_size: int | None = None
