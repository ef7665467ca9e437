"""Killed at a random moment, twenty times: under the final name stands the old file or a whole one.

SIGTERM also cleans up behind itself; after SIGKILL a hidden file may be left beside.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.batch.invoices import as_lines, good_row

from tariffcalc.batch.columnar import WORTH_SHARING

ROOT = Path(__file__).parents[2]
TIMES = 20
SHARED = 6
OLD = b"the old file\n"


ENGINES = ("python", "arrow") if find_spec("pyarrow") else ("python",)


def command(source: Path, output: Path, engine: str) -> list[str]:
    words = [sys.executable, "-m", "tariffcalc", "batch", source, "-o", output, "--force", "-q"]
    return [*map(str, words), "--engine", engine]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import csv

    path = tmp_path_factory.mktemp("killed") / "in.csv"
    chance = random.Random(10)
    rows = [good_row(line, chance) for line in range(350)] * 20
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(as_lines(rows))
    return path


def test_killed_at_any_moment_no_part_of_a_file_appears(source: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    environment["PYTHONPYCACHEPREFIX"] = str(tmp_path / "bytecode")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    whole = tmp_path / "whole.csv"
    lasts = {}
    for engine in (*ENGINES, *ENGINES):  # once to warm up
        began = time.monotonic()
        subprocess.run(command(source, whole, engine), env=environment, check=True)
        lasts[engine] = time.monotonic() - began
    chance = random.Random(11)
    seen = set()
    for turn in range(TIMES):
        folder = tmp_path / str(turn)
        folder.mkdir()
        output = folder / "out.csv"
        is_replacing = turn % 4 > 1
        if is_replacing:
            output.write_bytes(OLD)
        number = signal.SIGKILL if turn % 2 else signal.SIGTERM
        engine = chance.choice(ENGINES)
        words = command(source, output, engine)
        process = subprocess.Popen(words, env=environment, stderr=subprocess.PIPE)
        time.sleep(lasts[engine] * chance.uniform(0.2, 1.1))
        process.send_signal(number)
        _, told = process.communicate()
        found = output.read_bytes() if output.exists() else None
        assert found in (OLD if is_replacing else None, whole.read_bytes())
        left = [path.name for path in folder.iterdir() if path != output]
        assert all(name.startswith(".out.csv.") for name in left)
        if process.returncode == 128 + signal.SIGTERM:
            assert not left
            assert f"stopped by SIGTERM; {output} was left as it was" in told.decode()
        seen.add(process.returncode)
    assert -signal.SIGKILL in seen
    assert 128 + signal.SIGTERM in seen


@pytest.mark.skipif(ENGINES == ("python",) or sys.platform != "linux", reason="one process")
def test_killed_while_two_processes_price_a_file(source: Path, tmp_path: Path) -> None:
    """The file appears whole or not at all, and the other process ends as well."""
    large = tmp_path / "in.csv"
    head, *lines = source.read_bytes().splitlines(keepends=True)
    large.write_bytes(head + b"".join(lines) * (1 + WORTH_SHARING["text"] // source.stat().st_size))
    whole = tmp_path / "whole.csv"
    began = time.monotonic()
    subprocess.run(command(large, whole, "arrow"), check=True)
    lasts = time.monotonic() - began
    chance = random.Random(12)
    for turn in range(SHARED):
        output = tmp_path / f"{turn}.csv"
        output.write_bytes(OLD)
        with subprocess.Popen(command(large, output, "arrow"), stderr=subprocess.DEVNULL) as one:
            time.sleep(lasts * chance.uniform(0.3, 1.0))
            one.send_signal(signal.SIGKILL if turn % 2 else signal.SIGTERM)
        assert output.read_bytes() in (OLD, whole.read_bytes())
        deadline = time.monotonic() + 20
        while working_on(output):
            assert time.monotonic() < deadline, "a process is left behind"
            time.sleep(0.05)


def working_on(output: Path) -> list[str]:
    """Return the processes that were told to write a file."""
    found = []
    for told in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(output).encode() in told.read_bytes():
                found.append(told.parent.name)
        except OSError:
            continue  # it has ended since
    return found
