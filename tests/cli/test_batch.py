"""`tariffcalc batch` as it is typed: options, exit codes, what goes to which stream."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BODY = (
    "Entered,HTS,Made in,Day\n1000.00,7601.10.60,CA,2020-08-20\n2000.00,8471300100,DE,2024-06-03\n"
)
MAP = ["--map", "value=Entered", "--map", "origin=Made in", "--map", "entry_date=Day"]
Command = Callable[..., Any]


@pytest.fixture
def batch(tariffcalc: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    def run(*words: object, stdin: str = "", code: int = 0) -> Any:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        done = tariffcalc("batch", *words)
        assert done.code == code, done.err
        return done

    return run


def spawn(line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of a shell, in which `tariffcalc` is the command."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    whole = f'tariffcalc() {{ "{sys.executable}" -m tariffcalc "$@"; }}; {line}'
    return subprocess.run(whole, shell=True, capture_output=True, text=True, env=environment)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def invoices(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    path.write_text(BODY)
    return path


def test_a_file_is_priced(batch: Command, invoices: Path, tmp_path: Path) -> None:
    done = batch(invoices, "-o", tmp_path / "out.csv", "--into", "US", *MAP)
    assert done.out == ""
    assert "in.csv: 2 rows, to" in done.err
    first, second = rows((tmp_path / "out.csv").read_text())
    assert (first["Entered"], first["charges"]) == ("1000.00", "us-232-aluminum=100.00")
    assert (second["status"], second["fees"]) == ("ok", "2.53")
    again = batch(invoices, "-o", tmp_path / "out.csv", "--into", "US", *MAP, code=3)
    assert "error: " in again.err
    assert "Add --force to replace it." in again.err
    batch(invoices, "-o", tmp_path / "out.csv", "--into", "US", *MAP, "--force")


def test_from_stdin_to_stdout(batch: Command, invoices: Path) -> None:
    piped = batch("-", "--into", "US", *MAP, "--quiet", stdin=BODY)
    assert piped.err == ""
    assert piped.out == batch(invoices, "--into", "US", *MAP, "-q").out
    lines = batch("-", "--into", "US", *MAP, "-q", "-f", "jsonl", stdin=BODY).out
    assert [json.loads(line)["HTS"] for line in lines.splitlines()] == ["7601.10.60", "8471300100"]


def test_one_row_that_fails_is_told_by_the_exit_code(
    batch: Command, invoices: Path, tmp_path: Path
) -> None:
    invoices.write_text(BODY + "5,12,CA,2020-08-20\n")
    done = batch(invoices, "-o", tmp_path / "out.csv", "--into", "US", *MAP, code=1)
    assert "bad-classification" in done.err
    assert [row["status"] for row in rows((tmp_path / "out.csv").read_text())] == [
        "ok", "ok", "error",
    ]  # fmt: skip
    strict = ["--strict", "--into", "US", *MAP]
    done = batch(invoices, "-o", tmp_path / "no.csv", *strict, code=1)
    assert "nothing was written" in done.err
    assert not (tmp_path / "no.csv").exists()
    assert batch(invoices, *strict, code=1).out == ""


def test_a_summary_is_saved(batch: Command, invoices: Path, tmp_path: Path) -> None:
    for name in ("s.json", "s.md"):
        where = ["-o", tmp_path / "out.csv", "--summary", tmp_path / name]
        batch(invoices, *where, "--into", "US", *MAP, "--force", "-q")
    assert json.loads((tmp_path / "s.json").read_text())["lines"] == 2
    assert "| us-232-aluminum | 100.00 |" in (tmp_path / "s.md").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take no such names")
@pytest.mark.parametrize("ending", ["json", "md"])
def test_a_summary_tells_names_that_are_no_text(invoices: Path, ending: str) -> None:
    folder = os.fsencode(invoices.parent)
    os.rename(invoices, folder + b"/caf\xe9.csv")  # noqa: PTH104  # a path is text
    line = f"cd {invoices.parent}; tariffcalc batch caf*.csv --into US --map value=Entered"
    line += " --map 'origin=Made in' --map entry_date=Day -q -o $(printf 'out\\377.csv')"
    assert spawn(f"{line} --summary summary.{ending}").stderr == ""
    told = (invoices.parent / f"summary.{ending}").read_text()
    if ending == "json":
        assert json.loads(told)["input"] == "caf\udce9.csv"
    else:
        assert r"caf\udce9.csv: 2 rows, to out\udcff.csv" in told


def test_a_dry_run_prices_nothing(batch: Command, invoices: Path, tmp_path: Path) -> None:
    where = ["-o", tmp_path / "out.csv"]
    done = batch(invoices, *where, "--into", "US", *MAP, "--dry-run")
    assert 'customs_value "Entered" (column 1)' in done.words
    assert "nothing was priced" in done.out
    assert not (tmp_path / "out.csv").exists()


def test_missing_columns_are_all_named(batch: Command, invoices: Path) -> None:
    done = batch(invoices, code=3)
    for word in ("customs_value", "entry_date", "--date", "importer", "--into", "--map"):
        assert word in done.err


def test_a_profile_keeps_the_mapping(batch: Command, invoices: Path, tmp_path: Path) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text(
        "map: {value: Entered, origin: Made in, entry_date: Day}\ndefaults: {importer: US}\n"
    )
    kept = batch(invoices, "--profile", profile, "-q").out
    assert kept == batch(invoices, "--into", "US", *MAP, "-q").out
    other = batch(invoices, "--profile", profile, "--into", "CA", "-q", "--date", "2020-01-01")
    assert [row["taxes"] for row in rows(other.out)] != [row["taxes"] for row in rows(kept)]


def test_defaults_hold_for_rows_that_say_nothing(batch: Command) -> None:
    body = "hts,customs_value,origin,entry_date,claims\n8471300100,100,,,\n8471300100,100,CN,,\n"
    words = ["--into", "US", "--origin", "CA", "--date", "2025-04-08", "--claim", "usmca"]
    found = rows(batch("-", *words, "-q", stdin=body).out)
    assert [row["total_duty"] for row in found] == ["0.00", found[1]["total_duty"]]
    assert float(found[1]["total_duty"]) > 0


def test_rates_of_exchange_come_from_a_file(batch: Command, tmp_path: Path) -> None:
    body = "hts,customs_value,origin,entry_date,currency\n8471300100,100,CA,2024-06-04,CAD\n"
    rates = tmp_path / "rates.csv"
    rates.write_text("date,currency,rate\n2024-06-03,USD,1.25\n")
    words = ["-", "--into", "US", "-q", "-f", "jsonl"]
    assert "no-exchange-rate" in batch(*words, stdin=body, code=1).out
    found = json.loads(batch(*words, "--fx-rates", rates, stdin=body).out)
    assert found["status"] == "ok"


def test_rates_of_a_file_without_shipped_dates_are_told_of(batch: Command, tmp_path: Path) -> None:
    """Both countries take the rate of the day on which the goods left (SOR/85-900, s. 3; 31 U.S.C.
    5151); with no such day the rate of the entry date stands in, as `quote` says it does."""
    body = "hts,customs_value,origin,entry_date,currency\n8471300100,100,CN,2024-06-04,USD\n"
    rates = tmp_path / "rates.csv"
    rates.write_text("date,currency,rate\n2024-06-03,USD,1.25\n")
    told = "shipped_date: no column: rates of exchange are those of the entry date"
    words = ["-", "--into", "CA", "--fx-rates", rates]
    assert f"note: {told}" in batch(*words, stdin=body).err
    assert f"info: {told}" in batch(*words, "--dry-run", stdin=body).out
    left = body.replace("currency", "currency,shipped_date").replace("USD", "USD,2024-06-03")
    assert told not in batch(*words, stdin=left).err


def test_law_options_reach_the_pricing(batch: Command) -> None:
    body = "hts,customs_value,origin,entry_date,importer\n7601.10.60,1000,CA,2020-10-01,US\n"
    then = rows(batch("-", "-q", stdin=body).out)[0]
    now = rows(batch("-", "-q", "--known-on", "now", stdin=body).out)[0]
    assert (then["total_duty"], then["refundable"]) == ("100.00", "100.00")
    assert (now["total_duty"], now["refundable"]) == ("0.00", "0.00")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--charges", "wide"], 2, "charges"),
        (["--engine", "abacus"], 2, "engine"),
        (["--map", "value"], 3, 'Write value="HEADER".'),
        (["--known-on", "soon"], 3, "--known-on"),
        (["--assume", "nothing"], 3, "no act of the catalogue"),
        (["--date-format", "D.M.Y"], 3, "--date-format"),
        (["-o", "out"], 3, "does not say how to write"),
        (["-o", "no/such/out.csv"], 3, "does not exist"),
        (["--profile", "no.yaml"], 3, "no.yaml"),
        (["--fx-rates", "no.csv"], 3, "no.csv"),
        (["--overlay", "no.yaml"], 3, "no.yaml"),
        (["--encoding", "klingon"], 3, "--encoding"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    batch: Command, invoices: Path, words: list[str], code: int, told: str
) -> None:
    assert told in batch(invoices, "--into", "US", *MAP, *words, code=code).err


def test_a_file_that_is_not_there(batch: Command) -> None:
    assert "nowhere.csv" in batch("nowhere.csv", code=3).err


def test_the_input_is_not_overwritten(batch: Command, invoices: Path) -> None:
    done = batch(invoices, "-o", invoices, "--into", "US", *MAP, "--force", code=3)
    assert "itself" in done.err
    assert invoices.read_text() == BODY


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_full_disk_is_told_in_words(invoices: Path, form: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    if form == "xlsx":
        pytest.importorskip("openpyxl")
    line = f"tariffcalc batch {invoices} --into US --map value=Entered --map 'origin=Made in'"
    done = spawn(f"{line} --map entry_date=Day -q -f {form} > /dev/full")
    assert done.returncode == 3
    assert done.stderr == "error: stdout: the disk is full. Make room, or write to another disk.\n"


def test_a_stream_that_is_closed_is_no_reason_to_fail(invoices: Path, tmp_path: Path) -> None:
    line = f"tariffcalc batch {invoices} --into US --map value=Entered --map 'origin=Made in'"
    line += " --map entry_date=Day"
    done = spawn(f"{line} -q")
    assert (done.returncode, done.stderr) == (0, "")
    closed = (" 2>&-", " 2>&- >&-", " -q >&-", " >&-", " <&- >&- 2>&-")
    for number, streams in enumerate(closed):
        out = tmp_path / f"out{number}.csv"
        assert spawn(f"{line} -o {out}{streams}").returncode == 0
        assert out.read_text() == done.stdout
    assert spawn(f"{line} 2>&-").stdout == done.stdout
    assert spawn(f"{line} --dry-run >&-").returncode == 0
    for words in ("", " --strict"):
        told = spawn(f"{line} -q{words} >&-")
        assert told.returncode == 3
        assert told.stderr == "error: stdout: is closed. Name a file: -o FILE\n"
    told = spawn("tariffcalc batch - --into US <&-")
    assert told.returncode == 3
    assert told.stderr == "error: standard input: is closed. Give the file's name.\n"


def test_a_reader_that_leaves_ends_it_quietly(invoices: Path) -> None:
    first = BODY.splitlines(keepends=True)[1]
    invoices.write_text(BODY + first * 20_000)
    line = f"tariffcalc batch {invoices} --into US --map value=Entered --map 'origin=Made in'"
    done = spawn(f"{line} --map entry_date=Day -q | head -1")
    assert done.stdout.startswith("Entered,HTS")
    assert done.stderr == ""


def test_help_teaches(batch: Command) -> None:
    text = batch("--help").out
    assert "Example: tariffcalc batch invoices.csv -o priced.csv" in text
    for option in ("--dry-run", "--map", "--strict", "--summary", "--engine", "--charges"):
        assert option in text
