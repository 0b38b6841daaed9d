"""Work in several processes, any of which may die."""

import concurrent.futures
import multiprocessing
import os
import sys
from concurrent.futures.process import BrokenProcessPool

from keras_gan_zoo.environments.extra import package

DEATHS = 5  # in a row, without a result in between, after which something else must be wrong


class Workers:
    """Processes that do tasks, and stay until the scope ends.

    Args:
        count: How many processes; 1 for this one alone.
    """

    def __init__(self, count: int = 1):
        self._count, self._pool = count, None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._end()

    def each(self, function, tasks):
        """Does each task, in any order.

        What a process that dies was at is done again by another, so that a task must give the same
        whenever it is done.

        Args:
            function: Of a task; both must be such that `pickle` knows them.
            tasks: The tasks, each once.

        Yields:
            `(task, result)`, as they come.

        Raises:
            RuntimeError: If processes die again and again.
        """
        if self._count == 1:
            for task in tasks:
                yield task, function(task)
            return
        left, deaths = list(tasks), 0
        while left:
            if self._pool is None:
                # Not by forking: TensorFlow's threads would be missing in the new process.
                context = multiprocessing.get_context("spawn")
                self._pool = concurrent.futures.ProcessPoolExecutor(self._count, context)
            try:
                futures = {self._pool.submit(function, task): task for task in left}
                for future in concurrent.futures.as_completed(futures):
                    task, result = futures[future], future.result()
                    left.remove(task)
                    deaths = 0
                    yield task, result
            except BrokenProcessPool as error:
                self._end()
                deaths += 1
                if deaths == DEATHS:
                    raise RuntimeError(
                        f"Expected processes that live. Received: {DEATHS} that died one after "
                        "another; is there memory for so many `--workers`?"
                    ) from error

    def _end(self):
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


class RayWorkers:
    """`Workers` in a Ray cluster. All its machines see the folder of the run, and have the extras.

    Args:
        address: Of the cluster, or `"local"` for one that is started on this machine.
        count: How many processes a local one has.
    """

    def __init__(self, address: str, count: int = 1):
        self._ray = package("ray", "distributed")
        # Its processes find what this one does, the modules of this folder too.
        options = {"runtime_env": {"env_vars": {"PYTHONPATH": os.pathsep.join(sys.path)}}}
        if address == "local":
            options |= {"num_cpus": count, "include_dashboard": False}
        self._ray.init(address, log_to_driver=False, **options)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._ray.shutdown()

    def each(self, function, tasks):
        """As `Workers.each`: what a process that dies was at is done again."""
        remote = self._ray.remote(num_cpus=1, max_retries=DEATHS - 1)(function)
        futures = {remote.remote(task): task for task in tasks}
        while futures:
            (done,), _ = self._ray.wait([*futures])
            try:
                result = self._ray.get(done)
            except self._ray.exceptions.WorkerCrashedError as error:
                raise RuntimeError(
                    f"Expected processes that live. Received: {DEATHS} that died at the task "
                    f"{futures[done]}"
                ) from error
            yield futures.pop(done), result
