"""A gate against slower steps that no clock disturbs: what a training step computes, counted."""

import pathlib
import runpy

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz

KINDS = keras.layers.Conv2D, keras.layers.Conv2DTranspose, keras.layers.Dense
ROOT = pathlib.Path(kgz.__file__).parent.parent
COUNTS = runpy.run_path(str(ROOT / "benchmarks/operations.py"))
SMALL = {"latent_dim": 4, "seed": 0, "ema_decay": None}
# Models, a batch, floating-point operations of products, and operations of all kinds. Lower what
# has become less. Whoever raises a number says in the changelog what the step does more.
STEPS = {
    "dcgan": (
        lambda: kgz.models.DCGAN((16, 16, 1), filters=4, **SMALL),
        (4, 16, 16, 1),
        1_761_280,
        997,
    ),
    "wgan_gp": (
        lambda: kgz.models.WGANGP((8, 8, 1), filters=4, discriminator_steps=1, **SMALL),
        (4, 8, 8, 1),
        203_264,
        694,
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_computes_no_more_than_it_did(name):
    make, shape, flop, operations = STEPS[name]
    model = make()
    model.compile()
    graph = COUNTS["step_graph"](model, shape)
    assert COUNTS["flop"](graph) == flop
    # Other versions of TensorFlow and Keras may have a few more for the same.
    assert len(COUNTS["needed"](graph)) <= 1.03 * operations


def test_a_step_of_dcgan_is_what_its_layers_cost():
    """Oracle: the passes that the algorithm needs, times the cost of the layers of a pass."""
    make, (rows, *_), flop, _ = STEPS["dcgan"]
    model = make()
    made, judged = flop_of_layers(model.generator), flop_of_layers(model.discriminator)
    # A gradient costs a pass for the weights, and one for the inputs, but not of the first layer.
    discriminator_phase = sum(made) + 2 * sum(judged) + 2 * (2 * sum(judged) - judged[0])
    generator_phase = sum(made) + 2 * sum(judged) + (2 * sum(made) - made[0])
    assert rows * (discriminator_phase + generator_phase) == flop


def flop_of_layers(network):
    """For one sample, each layer with a kernel."""
    found = []
    for layer in network.layers:
        if isinstance(layer, KINDS):
            transposed = isinstance(layer, keras.layers.Conv2DTranspose)
            grid = (layer.input if transposed else layer.output).shape[1:-1]
            found.append(2.0 * np.prod(grid) * np.prod(layer.kernel.shape))
    return found
