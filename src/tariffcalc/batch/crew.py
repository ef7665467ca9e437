"""Work shared by processes: each takes every so many-th piece, and they write in turn.

A process runs Python on one core at a time, so threads help little where much is Python. The others
are forked off the one that begins: they know what it knows, and write to the very file it opened.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple, TypeVar

from tariffcalc.values.issues import InputError, Issue

MOST = 2
"""Processes that share a piece of work: each has tables of its own, and memory is to stay small."""

Found = TypeVar("Found")
Ring = Sequence[tuple[Connection, Connection]]


class GoneError(Exception):
    """A process ended before its turn was over."""


class Member(NamedTuple):
    """A process among those that share a piece of work.

    Attributes:
        number: Its own, from 0 on; number 0 is the process that began.
        size: How many there are.
        before: Says that its turn has come; None where it is alone.
        behind: Is told when its turn is over.
    """

    number: int = 0
    size: int = 1
    before: Connection | None = None
    behind: Connection | None = None

    def is_mine(self, piece: int) -> bool:
        """Whether a piece, counted from 0, is for this process."""
        return piece % self.size == self.number

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until the piece before is written; afterwards the one behind may be.

        Raises:
            GoneError: when the process that had the turn before has ended.
        """
        if self.before is not None:
            try:
                self.before.recv_bytes()
            except EOFError:
                raise GoneError from None
        yield
        if self.behind is not None:
            with suppress(OSError):  # it has nothing left to write, and is gone
                self.behind.send_bytes(b"")


ALONE = Member()


def most_members() -> int:
    """Return how many processes may share a piece of work here."""
    # Elsewhere a fork is not to be had, or not safe; nor is it beside other threads.
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return min(MOST, len(os.sched_getaffinity(0)))


def share(work: Callable[[Member], Found], size: int) -> list[Found]:
    """Do some work in several processes, and return what comes of each, that of this one first.

    Args:
        work: Is told which pieces are its own. What it returns goes through `pickle`.
        size: How many processes, at most `most_members`.

    Raises:
        InputError: when a process ended without a word. Whatever `work` raises in one of them.
    """
    if size == 1:
        return [work(ALONE)]
    fork = multiprocessing.get_context("fork")
    ring = [fork.Pipe(duplex=False) for _ in range(size)]
    ring[0][1].send_bytes(b"")
    others: list[tuple[BaseProcess, Connection]] = []
    gc.freeze()  # or each would write into memory that they share, to look for unused cycles
    try:
        for number in range(1, size):
            answer, told = fork.Pipe(duplex=False)
            one: BaseProcess = fork.Process(
                target=_take_part, args=(work, number, ring, told), daemon=True
            )
            one.start()
            told.close()
            others.append((one, answer))
        try:
            own = work(_member(0, ring))
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


def _take_part(work: Callable[[Member], Found], number: int, ring: Ring, told: Connection) -> None:
    """Do the work in a process of its own. It ends with the one that began it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for asked in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, signal.SIG_DFL)
    answer: tuple[bool, object]
    try:
        answer = True, work(_member(number, ring))
    except GoneError:
        return
    except Exception as error:
        answer = False, error
    with suppress(OSError):
        told.send(answer)


def _member(number: int, ring: Ring) -> Member:
    """Keep the two ends that are one's own: whoever waits for a process must see it end."""
    behind = (number + 1) % len(ring)
    for place, (reader, writer) in enumerate(ring):
        if place != number:
            reader.close()
        if place != behind:
            writer.close()
    return Member(number, len(ring), ring[number][0], ring[behind][1])


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
