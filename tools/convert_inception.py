"""Makes a weight file of ours from published Inception weights.

python tools/convert_inception.py SOURCE OUT.h5

SOURCE is the PyTorch checkpoint (.pth) or the frozen TensorFlow graph (.tgz, .pb) of 2015-12-05: a
path, or the word `published` to download the checkpoint. OUT.h5 needs no PyTorch to read.
"""

import pathlib
import sys

from keras_gan_zoo import networks, weight_files
from keras_gan_zoo.extractors.inception_weights import INCEPTION_URL, load_inception_weights


def main():
    """Converts one file."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, target = sys.argv[1], pathlib.Path(sys.argv[2])
    network = networks.inception_2015()
    load_inception_weights(network, INCEPTION_URL if source == "published" else source)
    weight_files.save_weights(target, {"inception": network})
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB, sha256 {weight_files.sha256(target)}")


if __name__ == "__main__":
    main()
