"""Convolutions on small grids, ours against TensorFlow's: processor milliseconds of each.

    taskset -c 0 python benchmarks/small_grids.py
    taskset -c 0 python benchmarks/small_grids.py --dtype bfloat16
    ONEDNN_MAX_CPU_ISA=AVX2 taskset -c 0 python benchmarks/small_grids.py

The limits in `keras_gan_zoo.small_grids` are read off this. One thread; both take turns, and shown
is the median of `--rounds` pairs.
"""

import argparse
import os
import statistics

import turns

# Side of the fine grid, inputs, side of the kernel, stride, outputs, and rows of the batch.
CASES = (
    (8, 512, 5, 2, 1024, 64),
    (8, 256, 5, 2, 512, 64),
    (8, 128, 4, 2, 256, 64),
    (8, 512, 4, 2, 512, 1),
    (16, 256, 5, 2, 512, 64),
    (14, 128, 5, 2, 256, 64),
    (8, 256, 3, 1, 256, 64),
)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dtype", default="float32", choices=("float32", "bfloat16"))
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from keras_gan_zoo import small_grids

    # isort: split
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    # Products everywhere, wherever they are asked for.
    small_grids.POSITIONS = small_grids.WEIGHED_POSITIONS = 2**30
    print("grid, inputs, kernel, stride, outputs, batch: TensorFlow's, ours, ratio")
    for case in CASES:
        for name, (plain, product) in functions(small_grids, arguments.dtype, *case).items():
            pairs = []
            for _ in range(arguments.rounds + 1):
                pairs.append([turns.timed(one, 1)["processor_seconds"] for one in (plain, product)])
            theirs, ours = (1e3 * statistics.median(pair[n] for pair in pairs[1:]) for n in (0, 1))
            ratio = statistics.median(a / b for a, b in pairs[1:])
            print(f"{case} {name}: {theirs:.1f} ms, {ours:.1f} ms, {ratio:.2f}", flush=True)


def functions(small_grids, dtype, side, inputs, kernel_side, stride, outputs, rows) -> dict:
    """By name a plain operation and its product, both without arguments."""
    import tensorflow as tf

    grids = small_grids.Grids((side, side), (kernel_side,) * 2, (stride, stride))
    shapes = (
        (rows, side, side, inputs),
        (kernel_side, kernel_side, inputs, outputs),
        (rows, *grids.coarse, outputs),
    )
    fine, kernel, coarse = (
        tf.cast(tf.random.stateless_normal(shape, (0, n)), dtype) for n, shape in enumerate(shapes)
    )
    raw = {"strides": [1, stride, stride, 1], "padding": "SAME"}
    both = {
        "outputs": (
            lambda: tf.nn.conv2d(fine, kernel, stride, "SAME"),
            lambda: grids.convolve(fine, kernel),
        ),
        "gradient of inputs": (
            lambda: tf.nn.conv2d_transpose(coarse, kernel, shapes[0], stride),
            lambda: grids.transpose(coarse, kernel),
        ),
        "gradient of kernel": (
            lambda: tf.raw_ops.Conv2DBackpropFilter(
                input=fine, filter_sizes=shapes[1], out_backprop=coarse, **raw
            ),
            lambda: grids.weigh(fine, coarse),
        ),
    }
    return {name: [tf.function(one) for one in pair] for name, pair in both.items()}


if __name__ == "__main__":
    main()
