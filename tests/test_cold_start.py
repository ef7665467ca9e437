"""What a cold command loads, and what becomes of the compiled catalogue it keeps between runs."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLAGS = "--into US --origin CA --hs 7601.10.60 --value 100000 --date 2020-08-20"
QUOTE = ["quote", *FLAGS.split()]
HEAVY = {
    *("yaml", "pydantic", "numpy", "pyarrow", "csv"),
    *("tariffcalc.catalogue.models", "tariffcalc.catalogue.read", "tariffcalc.catalogue.compile"),
}
WATCHED = """
import atexit, sys
seen = open(sys.argv.pop(1), "w")
atexit.register(lambda: (seen.write("\\n".join(sys.modules)), seen.close()))
from tariffcalc.cli.main import run
sys.argv[0] = "tariffcalc"
run()
"""


MEASURE = """
id: us-test
title: A duty on aluminum
importer: US
kind: additional_duty
authority: none
acts:
  - instrument: us-proclamation-10060
    paints:
      - {from: 2020-08-16, origins: [CA], goods: [7601.10], duty: 10%}
"""
BUILD = "tariffcalc.catalogue.compile"


class Runs:
    """Commands of one installation, each in a process of its own, over one cache folder."""

    def __init__(self, installation: Path, folder: Path) -> None:
        self.data = installation / "data"
        self.source = installation / "src"
        self.cache = folder / "cache"
        self.seen = folder / "modules"

    def __call__(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-c", WATCHED, self.seen, *arguments],
            env={
                **os.environ,
                "TARIFFCALC_CACHE": str(self.cache),
                "PYTHONPATH": str(self.source),
                "PYTHONDONTWRITEBYTECODE": "",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout

    def additional_duty(self, *arguments: str) -> str:
        answer = json.loads(self(*QUOTE, *arguments, "--format", "json"))
        return answer["totals"]["additional_duty"]

    @property
    def modules(self) -> set[str]:
        """Everything that the last command had loaded when it ended."""
        return set(self.seen.read_text().splitlines())

    @property
    def kept(self) -> list[Path]:
        """The compiled catalogues."""
        return sorted(self.cache.glob("*.sqlite"))

    @property
    def left(self) -> list[Path]:
        """Everything in the cache folder."""
        return sorted(self.cache.glob("*"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Return a copy of program and data that has answered once."""
    folder = tmp_path_factory.mktemp("whole")
    for part in ("src", "data"):
        shutil.copytree(ROOT / part, folder / part)
    warmed = Runs(folder, folder)
    assert warmed.additional_duty() == "10000.00"
    return warmed


@pytest.fixture
def run(whole: Runs, tmp_path: Path) -> Runs:
    """Return an installation with a catalogue of one measure that has never answered."""
    shutil.copytree(whole.source, tmp_path / "src")
    for part in (
        "catalogue.yaml",
        "claims.yaml",
        "countries.csv",
        "instruments/us/s232-metals.yaml",
    ):
        (tmp_path / "data" / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(whole.data / part, tmp_path / "data" / part)
    (tmp_path / "data" / "measures").mkdir()
    (tmp_path / "data" / "measures" / "us-test.yaml").write_text(MEASURE, encoding="utf-8")
    return Runs(tmp_path, tmp_path)


def test_json_from_cache_loads_nothing_heavy(whole: Runs) -> None:
    whole.additional_duty()
    loaded = whole.modules
    assert sorted(loaded & HEAVY) == []
    assert not {name for name in loaded if name.partition(".")[0] == "rich"}


def test_the_table_adds_rich_and_nothing_else(whole: Runs) -> None:
    whole.additional_duty()
    before = {name.partition(".")[0] for name in whole.modules}
    assert "payable" in whole(*QUOTE)
    added = whole.modules
    assert "rich.table" in added
    assert sorted(added & (HEAVY - {"csv"})) == []
    others = {name.partition(".")[0] for name in added} - before - set(sys.stdlib_module_names)
    assert others <= {"rich", "pygments", "markdown_it"}


def test_the_columnar_lane_loads_little_beside_numpy_and_arrow(whole: Runs, tmp_path: Path) -> None:
    """PyArrow would ask for pandas wherever it is installed, and NumPy for its masked arrays."""
    pytest.importorskip("pyarrow")
    priced = str(tmp_path / "priced.csv")
    asked = f"batch {ROOT}/examples/invoices.csv --into US --engine arrow -o {priced}"
    whole(*asked.split(), code=1)
    assert {"numpy", "pyarrow"} <= whole.modules
    heavy = {"pandas", "numpy.ma", "pyarrow.compute", "multiprocessing", "pydantic", "yaml", "rich"}
    assert sorted(whole.modules & heavy) == []


@pytest.mark.parametrize("arguments", [[], ["quote"], ["measures"], ["show"], ["check"]])
def test_help_opens_no_catalogue(whole: Runs, tmp_path: Path, arguments: list[str]) -> None:
    cold = Runs(whole.source.parent, tmp_path)
    assert "Usage" in cold(*arguments, "--help")
    assert cold.left == []
    assert not cold.modules & {"yaml", "pydantic", "sqlite3", "tariffcalc.library", "rich"}


def test_a_command_wrongly_used_opens_no_catalogue(whole: Runs, tmp_path: Path) -> None:
    cold = Runs(whole.source.parent, tmp_path)
    cold("quote", "--no-such-flag", code=2)
    assert cold.left == []


def test_a_deleted_cache_is_made_anew(run: Runs) -> None:
    run.additional_duty()
    (file,) = run.kept
    run.additional_duty()
    assert BUILD not in run.modules
    file.unlink()
    assert run.additional_duty() == "10000.00"
    assert BUILD in run.modules
    assert run.kept == [file]


@pytest.mark.parametrize(
    "how", ["empty", "text", "cut", "zeroed", "a page", "other digest", "older format"]
)
def test_a_damaged_cache_is_made_anew(run: Runs, how: str) -> None:
    run.additional_duty()
    (file,) = run.kept
    damage(file, how)
    assert run.additional_duty() == "10000.00"
    assert BUILD in run.modules
    assert run.additional_duty() == "10000.00"
    assert BUILD not in run.modules


def damage(file: Path, how: str) -> None:
    intact = file.read_bytes()
    if how == "empty":
        file.write_bytes(b"")
    elif how == "text":
        file.write_bytes(b"not a database, " * 4096)
    elif how == "cut":
        file.write_bytes(intact[: len(intact) // 2])
    elif how == "zeroed":
        head = 4096 * 2
        file.write_bytes(intact[:head] + bytes(len(intact) - head))
    elif how == "a page":
        with closing(sqlite3.connect(file)) as connection:
            ((size,),) = connection.execute("PRAGMA page_size")
            query = "SELECT rootpage FROM sqlite_master WHERE name = 'paint'"
            ((page,),) = connection.execute(query)
        file.write_bytes(intact[: size * (page - 1)] + bytes(size) + intact[size * page :])
    else:
        key = "digest" if how == "other digest" else "format"
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("UPDATE meta SET value = '0' WHERE key = ?", (key,))


def test_a_note_of_other_files_is_not_believed(run: Runs) -> None:
    run.additional_duty()
    for note in run.cache.glob("*.stamp"):
        note.write_bytes(b"\xff\xfe no note of ours")
    assert run.additional_duty() == "10000.00"


@pytest.mark.skipif(os.name == "nt", reason="permissions of a folder mean something else there")
def test_a_cache_that_cannot_be_written_is_done_without(run: Runs) -> None:
    run.cache.write_text("a file stands where the folder should be")
    assert run.additional_duty() == "10000.00"
    run.cache.unlink()
    run.cache.mkdir(mode=0o500)
    assert run.additional_duty() == "10000.00"
    if os.geteuid():  # nothing is read-only to root
        assert run.left == []


@pytest.mark.skipif(os.name == "nt", reason="permissions of a folder mean something else there")
def test_an_installation_may_be_read_only(run: Runs) -> None:
    for path in [*run.data.rglob("*"), run.data]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert run.additional_duty() == "10000.00"
        assert len(run.kept) == 1
    finally:
        for path in [run.data, *run.data.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_change_of_the_data_is_seen_at_once(run: Runs) -> None:
    assert run.additional_duty() == "10000.00"
    file = run.data / "measures" / "us-test.yaml"
    before = file.stat()
    file.write_text(MEASURE.replace("10%", "12%"), encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))  # of the same size and time
    assert run.additional_duty() == "12000.00"
    assert len(run.kept) == 2
    assert run.additional_duty() == "12000.00"
    assert BUILD not in run.modules
    more = MEASURE.replace("us-test", "us-more").replace("10%", "1%")
    (run.data / "measures" / "us-more.yaml").write_text(more, encoding="utf-8")
    assert run.additional_duty() == "13000.00"
    file.unlink()
    assert run.additional_duty() == "1000.00"


def test_few_compiled_catalogues_are_kept(run: Runs) -> None:
    run.cache.mkdir()
    for number in range(12):
        old = run.cache / f"0.0.1-{number:032x}.sqlite"
        old.write_bytes(b"")
        os.utime(old, (number, number))
    run.additional_duty()
    assert 1 < len(run.kept) < 12
    assert sum(path.stat().st_size > 0 for path in run.kept) == 1
    assert {path.suffix for path in run.left} <= {".sqlite", ".stamp"}
