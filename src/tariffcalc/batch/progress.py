"""How far the work has come, on stderr: a bar for people, a line now and then for logs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Protocol, TextIO

EVERY = 10.0
"""Seconds between two lines of a log."""

DRAW_EVERY = 0.2


class Progress(Protocol):
    """Told how far the work has come."""

    def update(self, rows: int, share: float | None = None) -> None:
        """Say that so many rows are done, which is about such a share of all, if that is known."""

    def close(self) -> None:
        """Take the bar away."""


def open_progress(doing: str, quiet: bool, stream: TextIO | None = None) -> Progress:
    """Return a bar when stderr is a terminal, lines otherwise, nothing when quiet."""
    stream = stream or sys.stderr
    if quiet:
        return Silence()
    return Bar(doing, stream) if stream.isatty() else Lines(doing, stream)


class Silence:
    """Says nothing."""

    def update(self, rows: int, share: float | None = None) -> None:
        """Keep silent."""

    def close(self) -> None:
        """Keep silent."""


class Lines:
    """A plain line every ten seconds; work done sooner says nothing."""

    def __init__(
        self, doing: str, stream: TextIO, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._doing = doing
        self._stream = stream
        self._clock = clock
        self._began = self._said = clock()

    def update(self, rows: int, share: float | None = None) -> None:
        """Write a line when it is time for one."""
        now = self._clock()
        if now - self._said < EVERY:
            return
        self._said = now
        passed = now - self._began
        text = f"{self._doing}: {rows:,} rows, {rows / passed:,.0f} a second"
        if share:
            text += f", about {min(share, 1):.0%} done, {show_time(left(passed, share))} left"
        print(text, file=self._stream, flush=True)

    def close(self) -> None:
        """Leave the lines standing."""


class Bar:
    """A bar with rate and remaining time."""

    def __init__(
        self, doing: str, stream: TextIO, clock: Callable[[], float] = time.monotonic
    ) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as RichProgress

        self._clock = clock
        self._began = clock()
        self._drawn = self._began - DRAW_EVERY
        self._bar: Any = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[figures]}"),
            console=Console(file=stream),
            transient=True,
            auto_refresh=False,
        )
        self._bar.start()
        self._task = self._bar.add_task(doing, total=None, figures="")

    def update(self, rows: int, share: float | None = None) -> None:
        """Draw the bar anew, a few times a second."""
        now = self._clock()
        if now - self._drawn < DRAW_EVERY:
            return
        self._drawn = now
        passed = max(now - self._began, 0.001)
        figures = f"{rows:,} rows  {rows / passed:,.0f}/s"
        if share:
            figures += f"  {show_time(left(passed, share))} left"
        total = None if share is None else 1.0
        self._bar.update(self._task, total=total, completed=min(share or 0, 1), figures=figures)
        self._bar.refresh()

    def close(self) -> None:
        """Take the bar away."""
        self._bar.stop()


def left(passed: float, share: float) -> float:
    """Return the seconds that the rest will take, at the pace so far."""
    return max(0.0, passed / share - passed)


def show_time(seconds: float) -> str:
    """Write a length of time for people.

    >>> show_time(4.2), show_time(75), show_time(3725)
    ('4.2 s', '1 min 15 s', '1 h 2 min')
    """
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
