"""Work done by several threads at once, its results in the order in which it came."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

THREADS = 2
"""PyArrow and NumPy let threads run side by side; more were not measured."""

Task = TypeVar("Task")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Task], Result], tasks: Iterable[Task], threads: int
) -> Iterator[Result]:
    """Yield what comes of tasks, in their order.

    No more tasks are under way than there are threads, and one is waiting: memory stays flat.

    Args:
        work: Is done on each task.
        tasks: What is to be done.
        threads: How many run at once; with one, no other thread than this.
    """
    if threads == 1:
        yield from map(work, tasks)
        return
    from concurrent.futures import ThreadPoolExecutor  # takes its time, and one thread needs none

    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for task in tasks:
                waiting.append(pool.submit(work, task))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
