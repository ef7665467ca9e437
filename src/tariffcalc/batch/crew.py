"""Work shared by processes: each takes the next piece that is left, and they write in order.

A process runs Python on one core at a time, so threads help little where much is Python. The others
are forked off the one that begins: they know what it knows, and write to the very file it opened.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, TypeVar

from tariffcalc.values.issues import InputError, Issue

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

MOST = 2
"""Processes that share a piece of work: each has tables of its own, and memory is to stay small."""

HELD = 1
"""Pieces that a process holds back until those before them are written."""

TAKING, WRITING = 0, 1
"""What processes do one at a time: the bytes of the counter that are locked meanwhile."""

Found = TypeVar("Found")
Piece = TypeVar("Piece")
Ends = Sequence["tuple[Connection, Connection]"]


class GoneError(Exception):
    """A process ended before it had written its piece."""


class Member:
    """A process among those that share a piece of work.

    Attributes:
        number: Its own, from 0 on; number 0 is the process that began.
        size: How many there are.
    """

    def __init__(self, number: int, counter: int | None, ends: Ends) -> None:
        """Join in.

        Args:
            number: Its own.
            counter: A file that holds the number of the next piece. None where it is alone.
            ends: For each process, where it is told of pieces that the others wrote.
        """
        self.number = number
        self.size = max(1, len(ends))
        self._counter = counter
        self._told = ends[number][0] if ends else None
        self._others = [there for place, (_, there) in enumerate(ends) if place != number]
        self._written = 0
        self._done = 0
        # Whoever waits for a process must see it end: the other ends are not its own.
        for place, (here, there) in enumerate(ends):
            (there if place == number else here).close()

    def own(self, pieces: Iterable[Piece]) -> Iterator[tuple[int, Piece]]:
        """Yield the pieces that this process is to do, with their numbers, as it asks for them."""
        taken = -1
        for number, piece in enumerate(pieces):
            if taken < number:
                taken = self._take(number)
            if taken == number:
                yield number, piece

    def _take(self, number: int) -> int:
        """Return the number of the next piece that nobody has taken."""
        if self._counter is None:
            return number
        with _locked(self._counter, TAKING):
            taken = int.from_bytes(os.pread(self._counter, 8, 0), "little")
            os.pwrite(self._counter, (taken + 1).to_bytes(8, "little"), 0)
        return taken

    def in_order(self, done: Iterable[tuple[int, Found]]) -> Iterator[Found]:
        """Yield what came of pieces when those before are written; the next call says it is too.

        Raises:
            GoneError: when a process has ended before it wrote one of those before.
        """
        held: deque[tuple[int, Found]] = deque()
        for numbered in done:
            held.append(numbered)
            while held and (len(held) > HELD or self._is_next(held[0][0])):
                yield from self._write(*held.popleft())
        while held:
            yield from self._write(*held.popleft())

    def one_by_one(self, done: Iterable[Found]) -> Iterator[Found]:
        """Yield what comes of pieces, in any order, but never at once with another process.

        A lock of the system keeps the others out, and no thread of this one.

        Raises:
            GoneError: when a process has ended before its work was done.
        """
        for found in done:
            with nullcontext() if self._counter is None else _locked(self._counter, WRITING):
                self._heed()
                yield found
        for other in self._others:
            with suppress(OSError):
                other.send_bytes(b"")

    def _heed(self) -> None:
        """Take note of the processes that are done."""
        told, others = self._told, len(self._others)
        while told is not None and self._done < others and told.poll():
            self._hear(told)
            self._done += 1

    def _is_next(self, number: int) -> bool:
        while self._told is not None and self._written < number and self._told.poll():
            self._hear(self._told)
            self._written += 1
        return self._written >= number

    def _write(self, number: int, found: Found) -> Iterator[Found]:
        while self._told is not None and self._written < number:
            self._hear(self._told)
            self._written += 1
        yield found
        self._written += 1
        for other in self._others:
            with suppress(OSError):  # it has nothing left to write, and is gone
                other.send_bytes(b"")

    def _hear(self, told: Connection) -> None:
        try:
            told.recv_bytes()
        except EOFError:
            raise GoneError from None


@contextmanager
def _locked(file: int, byte: int) -> Iterator[None]:
    """Keep the others out. A lock is gone with the process that holds it."""
    import fcntl  # which Windows has not; nor are there others

    fcntl.lockf(file, fcntl.LOCK_EX, 1, byte)
    try:
        yield
    finally:
        fcntl.lockf(file, fcntl.LOCK_UN, 1, byte)


ALONE = Member(0, None, ())


def most_members() -> int:
    """Return how many processes may share a piece of work here."""
    # Elsewhere a fork is not to be had, or not safe; nor is it beside other threads.
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return min(MOST, len(os.sched_getaffinity(0)))


def share(work: Callable[[Member], Found], size: int) -> list[Found]:
    """Do some work in several processes, and return what comes of each, that of this one first.

    Args:
        work: Is told who does it, and so which pieces are its own. What it returns is pickled.
        size: How many processes, at most `most_members`.

    Raises:
        InputError: when a process ended without a word. Whatever `work` raises in one of them.
    """
    if size == 1:
        return [work(ALONE)]
    import multiprocessing  # with much in its train

    fork = multiprocessing.get_context("fork")
    ends = [fork.Pipe(duplex=False) for _ in range(size)]
    others: list[tuple[BaseProcess, Connection]] = []
    gc.freeze()  # or each would write into memory that they share, to look for unused cycles
    with TemporaryFile() as file:
        counter = file.fileno()
        try:
            for number in range(1, size):
                answer, told = fork.Pipe(duplex=False)
                task = work, number, counter, ends, told
                one: BaseProcess = fork.Process(target=_take_part, args=task, daemon=True)
                one.start()
                told.close()
                others.append((one, answer))
            try:
                own = work(Member(0, counter, ends))
            except GoneError:
                for one, answer in others:
                    _answer(one, answer)  # says what ended it
                raise
            return [own, *(_answer(one, answer) for one, answer in others)]
        finally:
            gc.unfreeze()
            for one, _ in others:
                one.terminate()
                one.join()


def _take_part(
    work: Callable[[Member], Found], number: int, counter: int, ends: Ends, told: Connection
) -> None:
    """Do the work in a process of its own. It ends with the one that began it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for asked in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, signal.SIG_DFL)
    answer: tuple[bool, object]
    try:
        answer = True, work(Member(number, counter, ends))
    except GoneError:
        return
    except Exception as error:
        answer = False, error
    with suppress(OSError):
        told.send(answer)


def _answer(one: BaseProcess, answer: Connection) -> Any:
    try:
        is_done, found = answer.recv()
    except EOFError:
        one.join()
        code = one.exitcode or 0
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        message = f"a process that priced a part of the file was ended {how}"
        hint = "Was there too little memory? Type: --engine python"
        raise InputError([Issue("process-lost", "error", message, "", hint)]) from None
    if not is_done:
        raise found
    return found
