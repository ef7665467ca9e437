"""What a cold command loads, and what becomes of the compiled catalogue it keeps between runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLAGS = "--into US --origin CA --hs 7601.10.60 --value 100000 --date 2020-08-20"
QUOTE = ["quote", *FLAGS.split()]
HEAVY = {
    *("yaml", "pydantic", "numpy", "pyarrow", "difflib", "csv"),
    *("tariffcalc.catalogue.models", "tariffcalc.catalogue.read", "tariffcalc.catalogue.compile"),
}
WATCHED = """
import atexit, sys
seen = open(sys.argv.pop(1), "w")
atexit.register(lambda: seen.write("\\n".join(sys.modules)))
from tariffcalc.cli.main import run
sys.argv[0] = "tariffcalc"
run()
"""


class Runs:
    """Commands run in processes of their own, over one cache folder."""

    def __init__(self, folder: Path) -> None:
        self.cache = folder / "cache"
        self.seen = folder / "modules"

    def __call__(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-c", WATCHED, self.seen, *arguments],
            env={
                **os.environ,
                "TARIFFCALC_CACHE": str(self.cache),
                "PYTHONPATH": str(ROOT / "src"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout

    def payable(self, *arguments: str) -> str:
        answer = json.loads(self(*QUOTE, *arguments, "--format", "json"))
        return answer["totals"]["payable"]

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


@pytest.fixture
def run(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    warmed = Runs(tmp_path_factory.mktemp("warm"))
    warmed.payable()
    return warmed


def test_json_from_cache_loads_nothing_heavy(warm: Runs) -> None:
    warm.payable()
    loaded = warm.modules
    assert not loaded & HEAVY
    assert not {name for name in loaded if name.partition(".")[0] in ("rich", "tomllib")}


def test_the_table_adds_rich_and_nothing_else(warm: Runs) -> None:
    warm.payable()
    before = {name.partition(".")[0] for name in warm.modules}
    assert "payable" in warm(*QUOTE)
    added = warm.modules
    assert "rich.table" in added
    assert not added & (HEAVY - {"csv"})
    others = {name.partition(".")[0] for name in added} - before - set(sys.stdlib_module_names)
    assert others <= {"rich", "pygments", "markdown_it"}


@pytest.mark.parametrize("arguments", [[], ["quote"], ["measures"], ["show"], ["check"]])
def test_help_opens_no_catalogue(run: Runs, arguments: list[str]) -> None:
    assert "Usage" in run(*arguments, "--help")
    assert run.left == []
    loaded = run.modules
    assert not loaded & {"yaml", "pydantic", "sqlite3", "tariffcalc.library", "rich"}


def test_a_command_wrongly_used_opens_no_catalogue(run: Runs) -> None:
    run("quote", "--no-such-flag", code=2)
    assert run.left == []


def copied(warm: Runs, folder: Path) -> Runs:
    """Return runs over a copy of a cache that holds the shipped catalogue."""
    runs = Runs(folder)
    shutil.copytree(warm.cache, runs.cache)
    assert len(runs.kept) == 1
    return runs


def test_a_deleted_cache_is_made_anew(warm: Runs, tmp_path: Path) -> None:
    runs = copied(warm, tmp_path)
    runs.kept[0].unlink()
    assert runs.payable() == "10346.40"
    assert [path.name for path in runs.kept] == [path.name for path in warm.kept]
    assert "yaml" in runs.modules


@pytest.mark.parametrize("how", ["empty", "text", "cut", "flipped", "other digest", "older format"])
def test_a_damaged_cache_is_made_anew(warm: Runs, tmp_path: Path, how: str) -> None:
    runs = copied(warm, tmp_path)
    (file,) = runs.kept
    damage(file, how)
    assert runs.payable() == "10346.40"
    assert "tariffcalc.catalogue.compile" in runs.modules
    assert runs.payable() == "10346.40"
    assert "tariffcalc.catalogue.compile" not in runs.modules


def damage(file: Path, how: str) -> None:
    whole = file.read_bytes()
    if how == "empty":
        file.write_bytes(b"")
    elif how == "text":
        file.write_bytes(b"not a database, " * 4096)
    elif how == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif how == "flipped":
        file.write_bytes(whole[:200_000] + bytes(400_000) + whole[600_000:])
    else:
        import sqlite3

        key, value = ("digest", "0") if how == "other digest" else ("format", "0")
        with sqlite3.connect(file) as connection:
            connection.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))
        connection.close()


@pytest.mark.skipif(os.name == "nt", reason="permissions of a folder mean something else there")
def test_a_cache_that_cannot_be_written_is_done_without(run: Runs) -> None:
    run.cache.write_text("a file stands where the folder should be")
    assert run.payable() == "10346.40"
    run.cache.unlink()
    run.cache.mkdir(mode=0o500)
    assert run.payable() == "10346.40"
    if os.geteuid():  # nothing is read-only to root
        assert run.left == []


def test_a_change_of_the_data_is_seen_at_once(run: Runs, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data", data)
    assert run.payable("--catalogue", str(data)) == "10346.40"
    file = data / "measures" / "us" / "us-232-aluminum.yaml"
    text = file.read_text(encoding="utf-8")
    start = text.index("us-proclamation-10060")
    file.write_text(text[:start] + text[start:].replace("duty: 10%", "duty: 12%", 1), "utf-8")
    assert run.payable("--catalogue", str(data)) == "12346.40"
    assert len(run.kept) == 2
    assert run.payable("--catalogue", str(data)) == "12346.40"
    assert "yaml" not in run.modules


def test_few_compiled_catalogues_are_kept(run: Runs, tmp_path: Path) -> None:
    overlay = tmp_path / "mine.yaml"
    text = (ROOT / "data/scenarios/us-canada-100-percent.yaml").read_text(encoding="utf-8")
    for number in range(8):
        overlay.write_text(text + f"# {number}\n", encoding="utf-8")
        run.payable("--overlay", str(overlay))
    assert 1 < len(run.kept) < 8
    assert {path.suffix for path in run.left} <= {".sqlite", ".stamp"}
