"""How fast is batch: a file of invoice lines priced, as a ratio to copying it at the same width.

    python benchmarks/batch.py --rows 10000 1000000 --workdir /tmp

The floor is Polars reading the same file and writing its columns with as many constant columns as
the result has, as many bytes wide. Runs are interleaved, each a process of its own with start-up,
and medians are compared: on a busy machine only the ratios count. It needs the extra `fast` and
Polars. Both engines must write the same bytes, and a sample of the rows must say what `quote` says.
"""

from __future__ import annotations

import argparse
import csv
import filecmp
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Any

SAMPLE = 300
"""Rows that are priced again by `quote`, unless more are asked for."""
RESULT_COLUMNS = 20
SAMPLED_EVERY = 0.05
"""Seconds between two looks at the memory of processes."""

SLOW = 2_000_000
"""Rows from which the Python engine is left out, unless asked for."""

ENVIRONMENT = {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
"""Modules are compiled once, as they are where the program is installed."""

FLOOR = """
import sys, polars as pl
source, target, width, kind = sys.argv[1:]
texts = ["x" * (int(width) // {n} - 1)] * {n}
constants = [pl.lit(text).alias(f"c{{i}}") for i, text in enumerate(texts)]
if kind == "csv":
    pl.scan_csv(source, infer_schema=False).with_columns(constants).sink_csv(target)
else:
    pl.scan_parquet(source).with_columns(constants).sink_parquet(target)
""".format(n=RESULT_COLUMNS)


COPY = """
import csv, sys
source, target, width = sys.argv[1:]
more = ["x" * (int(width) // {n} - 1)] * {n}
with open(source, newline="") as file, open(target, "w", newline="") as out:
    csv.writer(out).writerows(row + more for row in csv.reader(file))
""".format(n=RESULT_COLUMNS)


class Run:
    """A command: seconds, seconds of CPU, and megabytes at the peak of all its processes."""

    def __init__(self, command: list[str], expected: tuple[int, ...] = (0,)) -> None:
        began = time.perf_counter()
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
        sampled = Sampled(process.pid)
        sampled.start()
        _, status, usage = os.wait4(process.pid, 0)
        self.seconds = time.perf_counter() - began
        sampled.is_over.set()
        sampled.join()
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak = max(usage.ru_maxrss / 1024, sampled.peak)
        code = os.waitstatus_to_exitcode(status)
        if code not in expected:
            raise SystemExit(f"{' '.join(command)} ended with {code}")


class Sampled(Thread):
    """Looks at the memory of a process and its children: what they share counts once.

    A single process is known better, by the system's own account of its peak.
    """

    def __init__(self, process: int) -> None:
        super().__init__()
        self.process = process
        self.is_over = Event()
        self.peak = 0.0

    def run(self) -> None:
        while not self.is_over.wait(SAMPLED_EVERY):
            tree = family(self.process)
            if len(tree) > 1:
                self.peak = max(self.peak, sum(map(memory, tree)))


def family(process: int) -> list[int]:
    """Return a process and all below it."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        children = []
    return [process, *(one for child in children for one in family(int(child)))]


def memory(process: int) -> float:
    """Return the megabytes of a process, shared pages by their share."""
    try:
        told = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:  # it is over
        return 0
    return int(told.partition("\nPss:")[2].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workdir", type=Path, default=Path("/tmp"))
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--python-too", action="store_true", help="also above two million rows")
    parser.add_argument(
        "--parquet", action="store_true", help="also Parquet to Parquet, and from one to the other"
    )
    parser.add_argument("--uniform", action="store_true", help="every code as often as the others")
    parser.add_argument("--entries", action="store_true", help="with a column of entry numbers")
    parser.add_argument(
        "--as-shown", action="store_true", help="amounts such as $1,234.50, quoted descriptions"
    )
    parser.add_argument("--compare", type=int, default=SAMPLE, help="rows priced again by quote")
    told = parser.parse_args()
    print(f"{os.cpu_count()} CPUs, Python {sys.version.split()[0]}")
    for rows in told.rows:
        engines = ["arrow", "python"] if rows < SLOW or told.python_too else ["arrow"]
        folder = told.workdir / f"tariffcalc-bench-{os.getpid()}"
        folder.mkdir()
        try:
            measure(folder, rows, told, engines)
        finally:
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()


def measure(folder: Path, rows: int, told: argparse.Namespace, engines: list[str]) -> None:
    source = folder / "in.csv"
    aside(make, source, rows, told.seed, told.uniform, told.entries, told.as_shown)
    outputs = {engine: folder / f"{engine}.csv" for engine in engines}
    runs: dict[str, Callable[[], Run]] = {
        engine: lambda engine=engine: price(source, outputs[engine], engine) for engine in engines
    }
    first = runs["arrow"]()
    width = (outputs["arrow"].stat().st_size - source.stat().st_size) // rows
    print(f"\n{rows:,} rows, {source.stat().st_size / rows:.0f} bytes in and {width} more out")
    print(f"first run, arrow: {first.seconds:.2f} s")
    runs = {"floor": lambda: floor(source, folder / "floor.csv", width, "csv"), **runs}
    if "python" in engines:
        runs["csv module"] = lambda: Run(
            [sys.executable, "-c", COPY, str(source), str(folder / "copy.csv"), str(width)]
        )
    report(rows, runs, told.rounds)
    size = (folder / "floor.csv").stat().st_size / outputs["arrow"].stat().st_size
    print(f"the floor wrote {size:.2f} times the bytes of the engines")
    if len(engines) > 1:
        same = filecmp.cmp(outputs["arrow"], outputs["python"], shallow=False)
        print(f"both engines wrote the same bytes: {same}")
    if not told.entries:  # `quote` knows nothing of the other lines of an entry
        compared = aside(compare_with_quote, outputs["arrow"], rows, told.compare)
        print(
            f"{compared:,} rows of a sample of {min(told.compare, rows):,} say what quote says,"
            " the others are errors"
        )
    if told.parquet:
        measure_parquet(folder, source, rows, width, told.rounds)


def aside(work: Callable[..., Any], *arguments: Any) -> Any:
    """Do some work in a process of its own: one that is started counts the memory of this one."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def make(source: Path, rows: int, *kind: Any) -> None:
    from invoices import write_csv

    with source.open("wb") as file:
        write_csv(file, rows, *kind)


def to_parquet(source: Path, table: Path) -> None:
    import polars as pl

    pl.scan_csv(source, infer_schema=False).sink_parquet(table)


def measure_parquet(folder: Path, source: Path, rows: int, width: int, rounds: int) -> None:
    """Measure all ways from one form of file to the other beside the Parquet floor."""
    table = folder / "in.parquet"
    aside(to_parquet, source, table)
    ways = {
        "arrow": (table, folder / "arrow.parquet"),
        "csv to csv": (source, folder / "arrow.csv"),
        "to parquet": (source, folder / "other.parquet"),
        "to csv": (table, folder / "other.csv"),
    }
    if rows < SLOW:
        ways["to json"] = source, folder / "other.jsonl"
    runs: dict[str, Callable[[], Run]] = {
        "floor": lambda: floor(table, folder / "floor.parquet", width, "parquet"),
        **{name: lambda way=way: price(*way, "arrow") for name, way in ways.items()},
    }
    print("Parquet to Parquet, and from one to the other")
    report(rows, runs, rounds)
    same = filecmp.cmp(folder / "arrow.csv", folder / "other.csv", shallow=False)
    same &= aside(are_equal, folder / "arrow.parquet", folder / "other.parquet")
    print(f"all ways gave the same: {same}")


def are_equal(one: Path, other: Path) -> bool:
    """Whether two priced tables hold the same results."""
    from pyarrow import parquet

    from tariffcalc.batch.result import COLUMNS

    names = list(COLUMNS)
    one_file, other_file = parquet.ParquetFile(one), parquet.ParquetFile(other)
    if one_file.metadata.num_rows != other_file.metadata.num_rows:
        return False
    # Column by column: ten million rows are too much at once.
    return all(one_file.read([name])[name].equals(other_file.read([name])[name]) for name in names)


def report(rows: int, runs: dict[str, Callable[[], Run]], rounds: int) -> None:
    done: dict[str, list[Run]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            done[name].append(run())
    base = median(run.seconds for run in done["floor"])
    base_cpu = median(run.cpu for run in done["floor"])
    print(
        f"{'':10} {'seconds':>8} {'x floor':>8} {'CPU s':>8} {'x floor':>8} {'rows/s':>10} {'peak MB':>8}"
    )
    for name, ones in done.items():
        seconds, cpu = median(run.seconds for run in ones), median(run.cpu for run in ones)
        peak = max(run.peak for run in ones)
        print(
            f"{name:10} {seconds:8.2f} {seconds / base:8.2f} {cpu:8.2f} {cpu / base_cpu:8.2f}"
            f" {rows / seconds:10,.0f} {peak:8.0f}"
        )


def floor(source: Path, target: Path, width: int, kind: str) -> Run:
    return Run([sys.executable, "-c", FLOOR, str(source), str(target), str(width), kind])


def price(source: Path, target: Path, engine: str) -> Run:
    command = [sys.executable, "-m", "tariffcalc", "batch", str(source), "-o", str(target)]
    # Some rows are bad on purpose: the command then ends with 1.
    return Run([*command, "--engine", engine, "--quiet", "--force"], (0, 1))


def compare_with_quote(path: Path, rows: int, size: int) -> int:
    """Price a sample again with `quote`, and stop at the first difference."""
    from tariffcalc import load_catalogue

    catalogue = load_catalogue()
    law = catalogue.law()
    chosen = set(random.Random(1).sample(range(rows), min(size, rows)))
    compared = 0
    with path.open(newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file)):
            if number not in chosen or row["status"] == "error" or "restored" in row["warnings"]:
                continue
            declared: dict[str, Any] = {
                key: row[key]
                for key in ("entry_date", "shipped_date", "importer", "customs_value", "mode")
                if row[key]
            }
            for mark in "$,":  # `quote` takes plain amounts
                declared["customs_value"] = declared["customs_value"].replace(mark, "")
            declared["classification"] = row["classification"].replace(".", "")
            declared |= {"origin": row["origin"], "claims": row["claims"].split(";")}
            if not row["claims"]:
                del declared["claims"]
            quote = law.quote(catalogue.shipment(**declared))
            totals = quote.totals
            for name, amount in {
                "base_duty": totals.base_duty, "additional_duty": totals.additional_duty,
                "fees": totals.fees, "taxes": totals.taxes, "payable": totals.payable,
                "since_payable": quote.since.payable,
            }.items():  # fmt: skip
                found = row[name]
                expected = None if found in ("", "unknown") else Decimal(found)
                if expected != amount or row["status"] != quote.status:
                    raise SystemExit(f"row {number + 2}, {name}: {found}, quote says {amount}")
            compared += 1
    return compared


if __name__ == "__main__":
    main()
