"""Work done by several threads at once, its results in the order in which it came."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

THREADS = 2
"""PyArrow and NumPy let threads run side by side; more were not measured."""

Task = TypeVar("Task")
Result = TypeVar("Result")


def in_order(
    work: Callable[[int, Task], Result], tasks: Iterable[tuple[int, Task]], threads: int
) -> Iterator[tuple[int, Result]]:
    """Yield what comes of tasks, in their order, with the number of rows of each.

    No more tasks are under way than there are threads, and one is waiting: memory stays flat.

    Args:
        work: Takes the number of rows before a task, and the task.
        tasks: Each with the number of its rows.
        threads: How many run at once.
    """
    waiting: deque[tuple[int, Future[Result]]] = deque()
    before = 0
    with ThreadPoolExecutor(threads) as pool:
        try:
            for count, task in tasks:
                waiting.append((count, pool.submit(work, before, task)))
                before += count
                if len(waiting) > threads:
                    done, future = waiting.popleft()
                    yield done, future.result()
            while waiting:
                done, future = waiting.popleft()
                yield done, future.result()
        finally:
            for _, future in waiting:
                future.cancel()
