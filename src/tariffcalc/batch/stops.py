"""Signals that ask a command to end, turned into one exception until its last steps begin."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class Stopped(KeyboardInterrupt):
    """The user or the system asked the command to end; `signal` says how."""

    def __init__(self, number: int) -> None:
        self.signal = signal.Signals(number)
        super().__init__(self.signal.name)


class Stops:
    """Raises `Stopped` on the first signal, or never once `hold` was called."""

    def __init__(self) -> None:
        self._is_held = False

    def hold(self) -> None:
        """Let the last steps run to their end."""
        self._is_held = True

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal."""
        if not self._is_held:
            self._is_held = True
            raise Stopped(number)


@contextmanager
def catch_stops() -> Iterator[Stops]:
    """Catch SIGINT, SIGTERM and SIGHUP while the block runs, in the main thread."""
    stops = Stops()
    old = {}
    if threading.current_thread() is threading.main_thread():
        for number in (getattr(signal, name) for name in NAMES if hasattr(signal, name)):
            # What was told to be ignored, as under nohup, stays ignored.
            if signal.getsignal(number) is not signal.SIG_IGN:
                old[number] = signal.signal(number, stops)
    try:
        yield stops
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
