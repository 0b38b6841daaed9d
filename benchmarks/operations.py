"""Floating-point operations of a TensorFlow graph, counted from the shapes in it.

Multiplications and additions of convolutions and matrix products, at their full kernels; everything
else is memory traffic rather than arithmetic. What is computed twice is counted twice.
"""

import math


def of_step(model, *shapes) -> float:
    """Those of one training step of a compiled model, for parts of a batch of these shapes."""
    return flop(step_graph(model, *shapes))


def step_graph(model, *shapes):
    """The graph of one training step, as it is before TensorFlow optimises it."""
    import tensorflow as tf

    batch = tuple(tf.TensorSpec(shape, "float32") for shape in shapes)
    step = tf.function(model.train_step, autograph=False)
    return step.get_concrete_function(batch if len(batch) > 1 else batch[0]).graph


def flop(graph) -> float:
    """Those of all operations of a graph that something comes of.

    Raises:
        ValueError: If there are products whose shapes are not known.
    """
    return sum(COUNTED[op.type](op) for op in needed(graph) if op.type in COUNTED)


def needed(graph) -> set:
    """The operations without those that TensorFlow drops before it runs a graph."""
    left = [op for op in graph.get_operations() if op.op_def.is_stateful]
    left += [output.op for output in graph.outputs]
    found = set()
    while left:
        if (op := left.pop()) not in found:
            found.add(op)
            left += [one.op for one in op.inputs] + list(op.control_inputs)
    return found


def _size(tensor, stop=None):
    dimensions = tensor.shape.as_list()[:stop]
    if None in dimensions:
        raise ValueError(f"Expected known shapes. Received: {tensor.op.type} {tensor.op.name}")
    return math.prod(dimensions)


def _convolution(op):
    return 2.0 * _size(op.outputs[0]) * _size(op.inputs[1], 3)


def _gradient_of_inputs(op):
    return 2.0 * _size(op.inputs[2]) * _size(op.inputs[1], 3)


def _gradient_of_kernel(op):
    return 2.0 * _size(op.inputs[2]) * _size(op.outputs[0], 3)


def _product(op):
    rows = op.inputs[0].shape.as_list()
    transposed = op.node_def.attr["transpose_a"].b or op.node_def.attr["adj_x"].b
    return 2.0 * _size(op.outputs[0]) * (rows[-2] if transposed else rows[-1])


COUNTED = {
    "Conv2D": _convolution,
    "Conv2DBackpropInput": _gradient_of_inputs,
    "Conv2DBackpropFilter": _gradient_of_kernel,
    "MatMul": _product,
    "BatchMatMulV2": _product,
    "BatchMatMulV3": _product,
}
