"""Processes that share a piece of work: in turn, whole, and none left behind."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tariffcalc.batch.crew import ALONE, Member, most_members, share
from tariffcalc.values.issues import InputError, Issue

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")
PIECES = 60


def write_pieces(file: int) -> Callable[[Member], list[int]]:
    """Return work that writes the numbers of its pieces in turn, some of them late."""

    def work(member: Member) -> list[int]:
        chance = random.Random(member.number)
        own = [piece for piece in range(PIECES) if member.is_mine(piece)]
        for piece in own:
            time.sleep(chance.choice((0, 0, 0.003)))
            with member.turn():
                os.write(file, b"%d\n" % piece)
        return own

    return work


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pieces_are_written_in_their_order(tmp_path: Path, size: int) -> None:
    file = os.open(tmp_path / "out", os.O_CREAT | os.O_WRONLY)
    found = share(write_pieces(file), size)
    os.close(file)
    assert found == [[*range(number, PIECES, size)] for number in range(size)]
    assert (tmp_path / "out").read_text().split() == [str(piece) for piece in range(PIECES)]


def children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


def test_a_fault_in_one_of_them_is_told(tmp_path: Path) -> None:
    def work(member: Member) -> None:
        for piece in range(PIECES):
            if member.is_mine(piece):
                with member.turn():
                    if piece == 31:
                        raise InputError([Issue("disk-full", "error", "the disk is full", "x")])

    before = children()
    with pytest.raises(InputError, match="the disk is full") as caught:
        share(work, 2)
    assert caught.value.issues[0].code == "disk-full"
    assert children() == before


def test_one_that_is_killed_is_missed() -> None:
    def work(member: Member) -> None:
        for piece in range(PIECES):
            if member.is_mine(piece):
                if piece == 31:
                    os.kill(os.getpid(), signal.SIGKILL)
                with member.turn():
                    pass

    before = children()
    with pytest.raises(InputError, match="ended by SIGKILL") as caught:
        share(work, 2)
    assert caught.value.issues[0].code == "process-lost"
    assert children() == before


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
    assert ALONE.is_mine(7)
    with ALONE.turn():
        pass
    assert 1 <= most_members() <= 2
