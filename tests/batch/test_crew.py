"""Processes that share a piece of work: in turn, whole, and none left behind."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tariffcalc.batch.crew import ALONE, HELD, Member, most_members, share
from tariffcalc.values.issues import InputError, Issue

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")
PIECES = 60


def write_pieces(file: int, slow: int = -1) -> Callable[[Member], list[int]]:
    """Return work that writes the numbers of its pieces, and returns them; one may be slow."""

    def work(member: Member) -> list[int]:
        chance, own = random.Random(member.number), []

        def made() -> Iterator[tuple[int, int]]:
            for number, piece in member.own(range(100, 100 + PIECES)):
                time.sleep(0.02 if member.number == slow else chance.choice((0, 0, 0.003)))
                own.append(number)
                yield number, piece

        for piece in member.in_order(made()):
            os.write(file, b"%d\n" % piece)
        return own

    return work


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pieces_are_done_once_and_written_in_their_order(tmp_path: Path, size: int) -> None:
    file = os.open(tmp_path / "out", os.O_CREAT | os.O_WRONLY)
    found = share(write_pieces(file), size)
    os.close(file)
    assert len(found) == size
    assert sorted(number for own in found for number in own) == [*range(PIECES)]
    assert (tmp_path / "out").read_text().split() == [str(100 + piece) for piece in range(PIECES)]


def test_a_slow_process_does_less(tmp_path: Path) -> None:
    file = os.open(tmp_path / "out", os.O_CREAT | os.O_WRONLY)
    fast, slow = share(write_pieces(file, slow=1), 2)
    os.close(file)
    assert len(slow) < len(fast)


def test_what_is_done_too_soon_is_held_back(tmp_path: Path) -> None:
    file = os.open(tmp_path / "out", os.O_CREAT | os.O_WRONLY)

    def work(member: Member) -> int:
        ahead = 0

        def made() -> Iterator[tuple[int, int]]:
            nonlocal ahead
            for number, piece in member.own(range(PIECES)):
                time.sleep(0.01 if member.number else 0)
                ahead = max(ahead, number - os.fstat(file).st_size)
                yield number, piece

        for _ in member.in_order(made()):
            os.write(file, b".")
        return ahead

    assert max(share(work, 2)) <= HELD + 1
    os.close(file)


def children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


@pytest.mark.parametrize("size", [1, 2, 3])
def test_what_need_not_be_in_order_is_written_one_by_one(tmp_path: Path, size: int) -> None:
    file = os.open(tmp_path / "out", os.O_CREAT | os.O_WRONLY)

    def work(member: Member) -> list[int]:
        done = []
        for number, _ in member.one_by_one(member.own(range(PIECES))):
            for digit in f"{100 + number} ":  # in pieces: another process may not come between
                os.write(file, digit.encode())
                time.sleep(0)
            done.append(number)
        return done

    found = share(work, size)
    os.close(file)
    assert sorted(number for own in found for number in own) == [*range(PIECES)]
    texts = (tmp_path / "out").read_text().split()
    assert sorted(texts) == [str(100 + piece) for piece in range(PIECES)]


@pytest.mark.parametrize("slow", [0, 1])
def test_who_is_done_before_another_is_not_missed(slow: int) -> None:
    def work(member: Member) -> int:
        def made() -> Iterator[int]:
            for number, _ in member.own(range(4)):
                time.sleep(0.1 if member.number == slow else 0)
                yield number

        return sum(1 for _ in member.one_by_one(made()))

    assert sum(share(work, 2)) == 4


@pytest.mark.parametrize("fault", [0, 31, PIECES - 1])
def test_a_fault_in_one_of_them_is_told(fault: int) -> None:
    def work(member: Member) -> None:
        for piece in member.in_order(member.own(range(PIECES))):
            if piece == fault:
                raise InputError([Issue("disk-full", "error", "the disk is full", "x")])

    before = children()
    with pytest.raises(InputError, match="the disk is full") as caught:
        share(work, 2)
    assert caught.value.issues[0].code == "disk-full"
    assert children() == before


@pytest.mark.parametrize("way", [Member.in_order, Member.one_by_one])
def test_one_that_is_killed_is_missed(way: Any) -> None:
    def work(member: Member) -> None:
        for _ in way(member, member.own(range(PIECES))):
            if member.number:
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(0.01)

    before = children()
    with pytest.raises(InputError, match="ended by SIGKILL") as caught:
        share(work, 2)
    assert caught.value.issues[0].code == "process-lost"
    assert children() == before


def test_one_that_is_killed_is_missed_by_the_others_too(tmp_path: Path) -> None:
    """The process that began is killed: who goes on must see it before it has done all."""

    def work(member: Member) -> None:
        for number, _ in member.one_by_one(member.own(range(1000))):
            if not member.number:
                os._exit(1)
            done.write_text(str(number))
            time.sleep(0.01)

    done = tmp_path / "done"
    done.write_text("")
    one = os.fork()
    if not one:
        with suppress(BaseException):
            share(work, 2)
        os._exit(2)
    os.waitpid(one, 0)
    time.sleep(0.3)
    told = done.read_text()
    time.sleep(0.2)
    assert told == done.read_text()


def test_they_end_with_the_one_that_began() -> None:
    def work(member: Member) -> None:
        if member.number:
            signal.pause()
        raise KeyboardInterrupt

    before = children()
    with pytest.raises(KeyboardInterrupt):
        share(work, 2)
    assert children() == before


def test_alone_there_is_no_waiting() -> None:
    assert [*ALONE.in_order(ALONE.own("abc"))] == ["a", "b", "c"]
    assert 1 <= most_members() <= 2
