"""Work in several processes, any of which may die."""

import concurrent.futures
import multiprocessing
from concurrent.futures.process import BrokenProcessPool

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
