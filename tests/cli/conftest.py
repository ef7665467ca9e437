"""The command run in this process, as the installed `tariffcalc` runs it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tariffcalc.cli.main import run

WIDTH = 80


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code, stdout, stderr and the seconds of work it took."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def words(self) -> str:
        """Stdout with every run of spaces and line breaks as one space."""
        return " ".join(self.out.split())

    @property
    def is_narrow(self) -> bool:
        """Whether every line fits; an address is not broken, so that it can be followed."""
        lines = (line.strip() for line in self.out.splitlines())
        return all(len(line) <= WIDTH or line.startswith("https://") for line in lines)


Command = Callable[..., Done]


@pytest.fixture
def tariffcalc(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    def command(line: str, *more: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["tariffcalc", *line.split(), *map(str, more)])
        capsys.readouterr()
        started = time.process_time()
        try:
            run()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        seconds = time.process_time() - started
        shown = capsys.readouterr()
        return Done(code, shown.out, shown.err, seconds)

    return command
