"""Networks that turn images into features."""

import functools
import importlib.resources
import os
import pathlib
import typing

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan_zoo import backend, errors, networks, weight_files
from keras_gan_zoo.extractors.inception_weights import INCEPTION_URL, load_inception_weights

# RGB networks take bytes; the small ones take the range of this library.
BYTES, UNIT = "[0, 255]", "[-1, 1]"
INCEPTION_VARIABLE = "KERAS_GAN_ZOO_INCEPTION_2015"
SMALLEST_SIDE = 32  # of an image to try a network of unknown input size on
# Images may overshoot their range a little, by this share of it; a wrong scale does by far more.
OVERSHOOT = 0.5
# Images that are in a network at once. Each takes about 20 MB in `mobilenet_v2`, whatever its size.
CHUNK = 8


class Builtin(typing.NamedTuple):
    """How one of the zoo's own extractors is made, and what it takes."""

    build: typing.Callable
    channels: int
    pixels: str
    side: int | None
    resize: str


_SMALL = Builtin(networks.small_classifier, 1, UNIT, 28, "bilinear, antialiased, to 28x28")
BUILTIN = {
    "fashion_mnist": _SMALL,
    "mnist": _SMALL,
    "mobilenet_v2": Builtin(
        networks.mobilenet_v2, 3, BYTES, None, "bilinear, antialiased, to 224x224"
    ),
    "inception_2015": Builtin(
        networks.inception_2015, 3, BYTES, None, "bilinear as in TensorFlow 1, to 299x299"
    ),
}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class FeatureExtractor:
    """A feature network with a name, which is part of the name of every number made with it.

    Numbers of different extractors cannot be compared: `fid[fashion_mnist]` is the Frechet
    distance between features of the extractor `fashion_mnist`, and only `fid[inception_2015]` is
    what the literature calls FID. Made by `FeatureExtractor.get`.

    Args:
        name: Its name.
        network: Function or `keras.Model` from images to features `(batch, dimensions)`, or to a
            dict of `"features"` and `"logits"`.
        channels: Channels the network takes; grey images are repeated for 3. `None` for any.
        pixels: `"[-1, 1]"` or `"[0, 255]"`, the range the network takes; images are then checked
            to be in `[-1, 1]`. `None` for a network that takes what it is given.
        side: Side of the images the network takes; others are resized to it. `None` for a network
            that resizes for itself, or takes any size.
        resize: How, in words, for protocols.
        weights: sha256 of the weights, for protocols.
        source: What `get` made it from, for configs.

    Example:

    >>> extractor = kgz.metrics.FeatureExtractor.get("fashion_mnist")
    >>> images, _ = next(iter(kgz.datasets.load("fashion_mnist_mini", "test", batch_size=8)))
    >>> extractor(images).shape, extractor.probabilities(images).shape
    (TensorShape([8, 128]), TensorShape([8, 10]))
    """

    def __init__(
        self,
        name: str,
        network,
        *,
        channels: int | None = None,
        pixels: str | None = None,
        side: int | None = None,
        resize: str = "none",
        weights: str | None = None,
        source=None,
    ):
        self.name = name
        self.network = network
        self.channels = channels
        self.pixels = pixels
        self.side = side
        self.resize = resize
        self.weights = weights
        self._source = network if source is None else source
        self._hidden = {}

    @classmethod
    def get(cls, source, weights=None) -> "FeatureExtractor":
        """The extractor called `source`, or one made from a model or function.

        Args:
            source: `"fashion_mnist"` or `"mnist"` (classifiers of 28x28 grey images trained for
                this library: 128 features), `"mobilenet_v2"` (ImageNet, 1280 features),
                `"inception_2015"` (the network of FID, 2048 features); a `keras.Model` or a
                function from images in `[-1, 1]` to features; or an extractor.
            weights: For `"inception_2015"`: path or URL of its weights. By default where
                `KERAS_GAN_ZOO_INCEPTION_2015` says, or else the published file, downloaded.

        Raises:
            ValueError: If there is no extractor of that name, or `source` is none of these.
        """
        if isinstance(source, FeatureExtractor):
            return source
        if isinstance(source, str):
            if source not in BUILTIN:
                raise errors.unknown_name("feature extractor", source, BUILTIN)
            return _builtin(source, None if weights is None else str(weights))
        if not callable(source):
            raise ValueError(
                "Expected a feature extractor: one of "
                f"{', '.join(map(repr, BUILTIN))}, a `keras.Model` or a function from images to "
                f"features. Received: {source!r}"
            )
        name = getattr(source, "name", None) or getattr(source, "__name__", "custom")
        shape = getattr(source, "input_shape", None)
        channels = shape[-1] if isinstance(shape, tuple) and len(shape) == 4 else None
        return cls(str(name), source, channels=channels)

    def __call__(self, images):
        """Features `(batch, dimensions)` of float images in `[-1, 1]`, a float32 tensor.

        Arrays go through the network a few images at a time. Tensors go as a whole: someone may
        want the gradient.
        """
        if isinstance(images, np.ndarray) and images.ndim == 4 and len(images) > CHUNK:
            return ops.convert_to_tensor(self.features_and_probabilities(images)[0])
        return self._run(images)["features"]

    def maps(self, images, layer: str):
        """What a hidden layer of the network gives for float images in `[-1, 1]`, as float32.

        Args:
            images: `(batch, height, width, channels)`.
            layer: Name of the layer.

        Raises:
            ValueError: If the network is no functional `keras.Model`, or has no such layer.
        """
        if layer not in self._hidden:
            known = [one.name for one in getattr(self.network, "layers", ())]
            if layer not in known:
                raise errors.unknown_name(f"layer of the extractor {self.name!r}", layer, known)
            output = self.network.get_layer(layer).output
            self._hidden[layer] = keras.Model(self.network.inputs, output)
        return ops.cast(self._hidden[layer](self._prepared(images), training=False), "float32")

    def probabilities(self, images):
        """Class probabilities `(batch, classes)`, float32; raises if this is no classifier."""
        return self._probabilities(self._run(images))

    def features_and_probabilities(self, images):
        """Both of one pass as NumPy arrays; probabilities are `None` if this is no classifier.

        Images go through the network a few at a time, so that many of them take no more memory.
        """
        if isinstance(images, np.ndarray) and self.pixels is not None:
            _check_range(self.name, images)
        # Outside of the graph, which is traced anew where only the number of channels differs, and
        # then for any number of them.
        images, parts = self._with_channels(ops.convert_to_tensor(images)), []
        for start in range(0, len(images), CHUNK):
            outputs = self._run_compiled(images[start : start + CHUNK])
            parts.append({key: ops.convert_to_numpy(value) for key, value in outputs.items()})
        whole = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
        if "logits" not in whole:
            return whole["features"], None
        return whole["features"], ops.convert_to_numpy(self._probabilities(whole))

    @functools.cached_property
    def dimensions(self) -> int:
        """Number of features of an image."""
        return self._sizes["features"]

    @functools.cached_property
    def classes(self) -> int:
        """Number of classes; raises `ValueError` if this is no classifier."""
        if "logits" not in self._sizes:
            raise self._no_classifier()
        return self._sizes["logits"]

    def describe(self) -> dict:
        """What a protocol must say of it."""
        return {"extractor": self.name, "resize": self.resize, "weights_sha256": self.weights}

    def get_config(self):
        source = self._source
        named = isinstance(source, (str, tuple))
        return {"source": source if named else keras.saving.serialize_keras_object(source)}

    @classmethod
    def from_config(cls, config):
        source = config["source"]
        if isinstance(source, (list, tuple)):
            return cls.get(*source)
        return cls.get(keras.saving.deserialize_keras_object(source))

    @functools.cached_property
    def _run_compiled(self):
        """`_run` as a graph, in less time and memory; a function of Python stays as it is."""
        if not isinstance(self.network, keras.layers.Layer):
            return self._run
        return tf.function(self._run, autograph=False, reduce_retracing=True)

    @functools.cached_property
    def _sizes(self):
        """Widths of the network's outputs, from one black image."""
        shape = getattr(self.network, "input_shape", None)
        if not isinstance(shape, tuple) or None in shape[1:]:
            side = self.side or SMALLEST_SIDE
            shape = (None, side, side, self.channels or 3)
        outputs = self._run(np.full((1, *shape[1:]), -1.0, "float32"))
        return {name: int(value.shape[-1]) for name, value in outputs.items()}

    def _run(self, images):
        images = self._prepared(images)
        if isinstance(self.network, keras.layers.Layer):
            outputs = self.network(images, training=False)
        else:
            outputs = self.network(images)
        outputs = outputs if isinstance(outputs, dict) else {"features": outputs}
        features = outputs["features"]
        if len(features.shape) != 2:
            raise ValueError(
                f"Expected the extractor {self.name!r} to give features of shape (batch, "
                f"dimensions). Received: shape {tuple(features.shape)}"
            )
        return {key: ops.cast(value, "float32") for key, value in outputs.items()}

    def _prepared(self, images):
        if isinstance(images, np.ndarray) and self.pixels is not None:
            _check_range(self.name, images)
        images = self._with_channels(ops.cast(ops.convert_to_tensor(images), "float32"))
        if self.side is not None and tuple(images.shape[1:3]) != (self.side, self.side):
            images = ops.image.resize(
                images,
                (self.side, self.side),
                "bilinear",
                antialias=True,
                data_format="channels_last",
            )
        return (images + 1.0) * 127.5 if self.pixels == BYTES else images

    def _with_channels(self, images):
        """Images of as many channels as the network takes, grey ones repeated."""
        channels, count = images.shape[-1], self.channels
        if count is None or (len(images.shape) == 4 and channels == count):
            return images
        if count == 3 and len(images.shape) == 4 and channels == 1:
            return ops.repeat(images, 3, axis=-1)
        raise ValueError(
            f"Expected images for the extractor {self.name!r} of shape (batch, height, width, "
            f"{count}); 'mobilenet_v2' takes 1 or 3 channels. "
            f"Received: shape {tuple(images.shape)}"
        )

    def _probabilities(self, outputs):
        if "logits" not in outputs:
            raise self._no_classifier()
        return ops.softmax(outputs["logits"], axis=-1)

    def _no_classifier(self):
        return ValueError(
            f"Expected an extractor that classifies: a network with the outputs 'features' and "
            f"'logits'. Received: {self.name!r}, which has features only"
        )


@functools.lru_cache(maxsize=4)
def _builtin(name, weights):
    made = BUILTIN[name]
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")  # its numbers are the same in every program
    try:
        with backend.channels_last():
            network = made.build()
    finally:
        keras.config.set_dtype_policy(policy)
    if name == "inception_2015":
        source = weights or os.environ.get(INCEPTION_VARIABLE, INCEPTION_URL)
        _load_inception(network, source)
    elif weights is not None:
        raise ValueError(
            f"Expected no `weights` for {name!r}: they come with the library. Received: {weights!r}"
        )
    else:
        folder = importlib.resources.files("keras_gan_zoo.extractors") / "weights"
        path = pathlib.Path(str(folder)) / f"{name}.h5"
        weight_files.load_weights(path, {"classifier": network})
    return FeatureExtractor(
        name,
        network,
        channels=made.channels,
        pixels=made.pixels,
        side=made.side,
        resize=made.resize,
        weights=weight_files.sha256_of_network(network),
        source=(name, weights),
    )


def _load_inception(network, source):
    try:
        load_inception_weights(network, source)
    except (ValueError, OSError, ImportError):
        raise
    except Exception as error:  # what Keras raises when a download fails
        raise OSError(
            f"Expected to download the weights of 'inception_2015'. Received: {error}. Get the "
            f"file {source} elsewhere, and set {INCEPTION_VARIABLE} to where it is"
        ) from None


def _check_range(name, images):
    expected = f"Expected images for the extractor {name!r} to be floats in [-1, 1]"
    if images.dtype.kind != "f":
        raise ValueError(f"{expected}; 8-bit ones are x / 127.5 - 1. Received: {images.dtype}")
    if np.isnan(images).any():
        raise ValueError(
            f"{expected}. Received: images with NaN; has the model that made them diverged?"
        )
    if images.size and np.abs(images).max() > 1.0 + OVERSHOOT:
        raise ValueError(f"{expected}. Received: from {images.min():.6g} to {images.max():.6g}")
