"""Runs a function on two replicas, each with its half of a batch."""

import numpy as np
import tensorflow as tf

import keras_gan_zoo as kgz


def on_two_replicas(make, *arrays):
    """What `make()(*halves)` gives on each replica.

    Args:
        make: Called once in the strategy's scope, where layers make their variables; returns a
            function of tensors.
        *arrays: Global batches; each replica gets half of the rows.

    Returns:
        A list of two results, with arrays in place of tensors.
    """
    with kgz.distribute("mirrored") as strategy:
        function = make()

    def replica():
        index = tf.distribute.get_replica_context().replica_id_in_sync_group
        halves = [tf.stack(tf.split(tf.constant(array), 2))[index] for array in arrays]
        return function(*halves)

    results = tf.function(lambda: strategy.run(replica), autograph=False)()
    local = strategy.experimental_local_results
    parts = [local(part) for part in tf.nest.flatten(results)]
    return [
        tf.nest.pack_sequence_as(results, [np.array(part[index]) for part in parts])
        for index in range(2)
    ]
