"""Progress: a bar for people, a line every ten seconds for logs, nothing when quiet."""

from __future__ import annotations

import io
import sys

import pytest

from tariffcalc.batch.progress import Bar, Lines, Silence, left, open_progress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_line_every_ten_seconds() -> None:
    out, clock = io.StringIO(), Clock()
    lines = Lines("pricing", out, clock)
    for second in range(1, 26):
        clock.now += 1
        lines.update(second * 1000, second / 100)
    lines.close()
    assert out.getvalue().splitlines() == [
        "pricing: 10,000 rows, 1,000 a second, about 10% done, 1 min 30 s left",
        "pricing: 20,000 rows, 1,000 a second, about 20% done, 1 min 20 s left",
    ]


def test_no_share_no_remaining_time() -> None:
    out, clock = io.StringIO(), Clock()
    lines = Lines("pricing", out, clock)
    clock.now += 10
    lines.update(1000)
    assert out.getvalue() == "pricing: 1,000 rows, 100 a second\n"


def test_the_bar_shows_rate_and_remaining_time() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out, clock = Terminal(), Clock()
    bar = Bar("pricing", out, clock)
    clock.now += 10
    bar.update(1000, 0.25)
    bar.close()
    assert "1,000 rows  100/s  30 s left" in out.getvalue()


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(open_progress("pricing", quiet=True), Silence)
    assert isinstance(open_progress("pricing", quiet=False), Lines)
    assert capsys.readouterr() == ("", "")


def test_rich_is_not_imported_for_lines() -> None:
    import subprocess

    program = (
        "import sys, tariffcalc.batch.progress as p; p.open_progress('x', False);"
        "sys.exit('rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], stderr=subprocess.PIPE)
    assert done.returncode == 0


def test_what_is_left() -> None:
    assert left(10, 0.25) == 30
    assert left(10, 1.5) == 0
