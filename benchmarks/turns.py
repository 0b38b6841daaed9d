"""Worker processes that live long and take turns, so that only one computes at a time.

Two programs timed one after the other see different machines: another job starts, a clock drops.
Here each side keeps its own process, warm, and the sides compute in turns of a few seconds.
"""

import multiprocessing
import os
import time
import traceback


class Worker:
    """A process that builds something once and then runs its methods when asked.

    Args:
        name: What the progress calls it.
        build: Function at module level, called in the process; its result's methods are what
            `run` runs.
        *arguments: Arguments of `build`; must be picklable.
    """

    def __init__(self, name: str, build, *arguments):
        self.name = name
        # A forked process would inherit thread pools that do not survive forking.
        context = multiprocessing.get_context("spawn")
        self._connection, other_end = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(other_end, build, arguments), daemon=True
        )
        self._process.start()
        other_end.close()

    def run(self, method: str, *arguments):
        """Runs a method in the process and returns its result."""
        self._connection.send((method, arguments))
        try:
            failed, result = self._connection.recv()
        except EOFError:
            self._process.join()
            raise RuntimeError(
                f"The worker {self.name!r} died with exit code {self._process.exitcode}"
            ) from None
        if failed:
            raise RuntimeError(f"The worker {self.name!r} failed:\n{result}")
        return result

    def close(self):
        """Ends the process."""
        self._connection.close()
        self._process.join(timeout=10)
        if self._process.is_alive():
            self._process.terminate()


def _serve(connection, build, arguments):
    served = None
    while True:
        try:
            method, method_arguments = connection.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            if served is None:
                served = build(*arguments)
            connection.send((False, getattr(served, method)(*method_arguments)))
        except Exception:
            connection.send((True, traceback.format_exc()))


def begin_tensorflow(threads: int):
    """Imports TensorFlow as the library has it, quiet, with so many threads; to be called first."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before TensorFlow is imported
    import keras_gan_zoo  # noqa: F401, before TensorFlow: it has that use oneDNN

    # isort: split
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def timed(function, repeats: int) -> dict:
    """Wall-clock and processor seconds of one call, as the mean over `repeats` calls.

    Processor seconds, summed over threads, tell apart a slow program from a busy machine.
    """
    wall, processor = time.perf_counter(), time.process_time()
    for _ in range(repeats):
        function()
    return {
        "seconds": (time.perf_counter() - wall) / repeats,
        "processor_seconds": (time.process_time() - processor) / repeats,
    }
