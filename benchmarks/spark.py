"""Is a local Spark as right as `tariffcalc batch`, row for row, and what does it cost?

Run it with the Python of an environment that has tariffcalc with the extra `spark`; it needs Java:

    python benchmarks/spark.py [ROWS]

It writes invoice lines from a seed, prices them both ways, compares every cell of every row, and
exits with 1 when one differs. The times are of one machine, on which the command is the faster way.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
from invoices import HEADER, write_csv

ROWS = 1_000_000
PARTITION = 16 << 20
FIELDS = HEADER.split(",")


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        source = folder / "invoices.csv"
        with source.open("wb") as file:
            write_csv(file, rows)
        timed("batch, CSV to CSV", rows, lambda: by_command(source, folder / "priced.csv"))
        by_spark(source, folder, rows)
        differing = compare(folder / "priced.csv", folder / "priced.parquet", rows)
    return int(differing > 0)


def timed(name: str, rows: int, work: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    result = work()
    taken = time.perf_counter() - start
    print(f"{name:40} {taken:7.1f} s {rows / taken:12,.0f} rows/s", flush=True)
    return result


def by_command(source: Path, out: Path) -> None:
    """Price the file in a process of its own; some of its rows are broken, so it ends with 1."""
    command = [sys.executable, "-m", "tariffcalc", "batch", source, "-o", out, "--quiet"]
    assert subprocess.run(command, check=False).returncode == 1


def by_spark(source: Path, folder: Path, rows: int) -> None:
    """Price the file in as many processes as there are cores."""
    from pyspark.sql import SparkSession

    from tariffcalc.spark import price

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[*]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.sql.files.maxPartitionBytes", PARTITION).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    invoices = spark.read.csv(str(source), header=True)

    def write(dataframe: Any, name: str) -> None:
        dataframe.write.parquet(str(folder / name), mode="overwrite")

    def same(batches: Any) -> Any:
        yield from batches

    timed("Spark, no work", rows, lambda: write(invoices, "copy"))
    through = invoices.mapInArrow(same, invoices.schema)
    timed("Spark, no work, through Python", rows, lambda: write(through, "copy"))
    for turn in ("first", "again"):
        name = f"Spark, CSV to Parquet, {turn}"
        timed(name, rows, lambda: write(price(invoices), "priced.parquet"))
    spark.stop()


def compare(by_batch: Path, by_spark: Path, rows: int) -> int:
    """Count the rows that differ, in the order in which they lie in the files."""
    names = by_batch.open().readline().rstrip("\n").split(",")
    as_text = pcsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    expected = pcsv.read_csv(by_batch, convert_options=as_text)
    parts = [pq.read_table(part) for part in sorted(by_spark.glob("part-*"))]
    found = pa.concat_tables(parts)
    assert found.column_names == names
    assert found.num_rows == expected.num_rows == rows
    differs = None
    for name in names:
        one, other = (table[name].fill_null("") for table in (expected, found))
        unequal = pc.not_equal(one, other)
        differs = unequal if differs is None else pc.or_(differs, unequal)
    differing = pc.sum(differs).as_py()
    print(f"{rows:,} rows of {len(names)} columns compared in order, {differing} differ")
    return differing


if __name__ == "__main__":
    sys.exit(main())
