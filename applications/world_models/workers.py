"""Work in several processes, any of which may die."""

import concurrent.futures
import multiprocessing
from concurrent.futures.process import BrokenProcessPool

DEATHS = 5  # in a row, without a result in between, after which something else must be wrong


def run_each(function, tasks, workers: int):
    """Does each task, in any order.

    What a process that dies was at is done again by another, so that a task must give the same
    whenever it is done.

    Args:
        function: Of a task; both must be such that `pickle` knows them.
        tasks: The tasks, each once.
        workers: How many processes; 1 for this one alone.

    Yields:
        `(task, result)`, as they come.

    Raises:
        RuntimeError: If processes die again and again.
    """
    if workers == 1:
        for task in tasks:
            yield task, function(task)
        return
    left, deaths = list(tasks), 0
    # Not by forking: TensorFlow's threads would be missing in the new process.
    context = multiprocessing.get_context("spawn")
    while left:
        with concurrent.futures.ProcessPoolExecutor(min(workers, len(left)), context) as pool:
            futures = {pool.submit(function, task): task for task in left}
            try:
                for future in concurrent.futures.as_completed(futures):
                    task, result = futures[future], future.result()
                    left.remove(task)
                    deaths = 0
                    yield task, result
            except BrokenProcessPool as error:
                deaths += 1
                if deaths == DEATHS:
                    raise RuntimeError(
                        f"Expected processes that live. Received: {DEATHS} that died one after "
                        "another; is there memory for so many `--workers`?"
                    ) from error
