"""One of each kind, small."""

import keras_gan_zoo as kgz

EVERY = [
    kgz.kinds.Audio((50,), rate=100),
    kgz.kinds.Audio((50, 2), rate=100),
    kgz.kinds.Image((6, 5, 3)),
    kgz.kinds.Image((6, 5, 1), largest=4.0),
    kgz.kinds.Label(4),
    kgz.kinds.LabelMap((6, 5), classes=4),
    kgz.kinds.Points((20, 2)),
    kgz.kinds.Points((20, 3)),
    kgz.kinds.Sequence((7, 3)),
    kgz.kinds.Spectrogram((7, 5), rate=100, hop=4),
    kgz.kinds.Tokens((7,), vocabulary=11),
    kgz.kinds.Vector((1,)),
    kgz.kinds.Vector((2,)),
    kgz.kinds.Vector((5,)),
    kgz.kinds.Video((4, 6, 5, 1), fps=10.0),
    kgz.kinds.Voxels((4, 3, 2, 1)),
    kgz.kinds.Named(source=kgz.kinds.LabelMap((4, 4), 3), target=kgz.kinds.Image((6, 5, 3))),
    kgz.kinds.Named(image=kgz.kinds.Image((6, 5, 1)), label=kgz.kinds.Label(4)),
]
NAMES = [f"{type(kind).__name__}{index}" for index, kind in enumerate(EVERY)]
