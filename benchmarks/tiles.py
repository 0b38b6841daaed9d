"""How much is seen of the tiles in which a large picture is translated.

python benchmarks/tiles.py

Where tiles end, what a translation adds to the picture should change from one column to the next no
more than elsewhere. It prints the ratio of the two for overlaps of the tiles, the mean over 16
sheets that begin at different columns, so that tiles end at different places of the pictures.
"""

import argparse

import numpy as np

import keras_gan_zoo as kgz

ROWS, COLUMNS = 5, 6  # of pictures in a sheet


def sheet_of(data, start):
    """Pictures of a data set side by side; of the first columns a part, so that tiles differ."""
    pictures = np.asarray(next(iter(data))["source"])
    rows = [np.concatenate(list(row), axis=1) for row in np.split(pictures, ROWS)]
    return np.concatenate(rows, axis=0)[None, :, start:]


def tile_ends(length, tile, overlap):
    """Columns after which a tile begins or ends."""
    count = 1 + -(-(length - tile) // (tile - overlap))
    starts = np.linspace(0, length - tile, count).round().astype(int)
    return sorted(
        {end - 1 for start in starts for end in (start, start + tile) if 0 < end < length}
    )


def main():
    """Prints a line for each overlap."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="pix2pix_openmoji")
    parser.add_argument("--data", default="pairs:tfds:openmoji")
    arguments = parser.parse_args()
    model = kgz.models.from_preset(arguments.preset)
    data = kgz.datasets.load(arguments.data, "test", batch_size=ROWS * COLUMNS, shuffle=False)
    tile = model.tile_size[1]
    for overlap in (0, tile // 4, tile // 2 - 4):
        at_ends, elsewhere = [], []
        for start in range(0, tile, 4):
            sheet = sheet_of(data, start)
            made = np.asarray(model.translate_any_size(sheet, whole=False, overlap=overlap))
            changes = np.abs(np.diff((made - sheet)[0], axis=1)).mean(axis=(0, 2))
            ends = tile_ends(sheet.shape[2], tile, overlap)
            at_ends += list(changes[ends])
            elsewhere += list(np.delete(changes, ends))
        ratio = np.mean(at_ends) / np.mean(elsewhere)
        print(f"overlap of {overlap} of {tile} pixels: {ratio:.2f} times")


if __name__ == "__main__":
    main()
