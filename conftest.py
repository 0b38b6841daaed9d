"""What every test and every example in a docstring may use."""

import importlib.util
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# As the library does where it is imported before TensorFlow.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
# Several test processes share the machine: each keeps to one thread per operation.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pathlib
import tempfile
from unittest import mock

import keras
import numpy as np
import pytest
import tensorflow as tf

# Two logical devices, so that strategies have replicas to train on.
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)

# As the fixture `graphs` says; here for fixtures of modules, which come before those of tests.
tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})

import keras_gan_zoo as kgz

seed_everything = keras.utils.set_random_seed


def set_random_seed(seed):
    """Sets all seeds but TensorFlow's own, by which nothing draws here.

    Whenever that is set, TensorFlow throws away its kernels, and with them all functions that it
    has prepared: of a step of SAGAN that is half the time of the first one, test for test.
    """
    with mock.patch.object(tf.random, "set_seed"):
        seed_everything(seed)


keras.utils.set_random_seed = set_random_seed

# Their examples need the extra; tests/environments says that it is missing.
WITHOUT = ["gymnasium", "vizdoom", "Box2D"]
if not all(map(importlib.util.find_spec, WITHOUT)):
    collect_ignore_glob = ["keras_gan_zoo/environments/[a-z]*"]


def pytest_addoption(parser):
    """The option `--part`."""
    parser.addoption("--part", help="of conformance, the models of one part: 1/4, 2/4, ...")


@pytest.fixture(autouse=True)
def graphs(request):
    """TensorFlow's rewriting of graphs takes half the time of a first step, and is left out.

    Tests of what it does to a step have it (`pytest.mark.rewritten_graphs`), as have all processes
    that tests start: killed and resumed trainings, workers, exports, the command line.
    """
    rewritten = request.node.get_closest_marker("rewritten_graphs") is not None
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": not rewritten})


@pytest.fixture(autouse=True)
def fresh_keras(doctest_namespace, tmp_path_factory, monkeypatch):
    """Each test starts from one seed and the float32 policy."""
    keras.utils.set_random_seed(0)
    keras.config.set_dtype_policy("float32")
    doctest_namespace.update(kgz=kgz, keras=keras, np=np, tf=tf, tempfile=tempfile, pathlib=pathlib)
    yield
    keras.config.set_dtype_policy("float32")
