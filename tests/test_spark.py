"""Rows priced by a local Spark are those that `tariffcalc batch` writes, one by one."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.batch.invoices import HEADER, good_row

from tariffcalc import InputError
from tariffcalc.batch.columns import Defaults
from tariffcalc.batch.job import Job
from tariffcalc.batch.pipeline import price_file
from tariffcalc.batch.result import COLUMNS, Options
from tariffcalc.library import Catalogue
from tariffcalc.values.exchange import parse_rates

ROOT = Path(__file__).parents[1]
needs_spark = pytest.mark.skipif(
    find_spec("pyspark") is None, reason='needs PySpark and Java: pip install "tariffcalc[spark]"'
)
slow = pytest.mark.slow
ROWS = 3_000
BROKEN = [
    ("classification", "7601"), ("origin", "Freedonia"), ("entry_date", "2025-02-30"),
    ("entry_date", "2016-05-01"), ("customs_value", "1e3"), ("claims", "usmcaa"),
    ("importer", ""), ("customs_value", "1,000.005"), ("quantity", "n/a"),
]  # fmt: skip
THREAT = "us-aluminum-threat-2020-06"
OVERLAY = """
id: us-test
title: A duty on all aluminum of Canada
importer: US
kind: additional_duty
authority: none
acts:
  - instrument: us-proclamation-10060
    paints:
      - {from: 2020-07-01, origins: [CA], goods: [7601], duty: 3%}
"""


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("tariffcalc tests")
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "3",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "700",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


def lines(count: int) -> list[list[str]]:
    """Lines of which one in ten is broken, some in words that only the Python lane reads."""
    chance = Random(4)
    rows = [good_row(number, chance) for number in range(1, count + 1)]
    for row in rows[::10]:
        field, text = chance.choice(BROKEN)
        row[HEADER.index(field)] = text
    return rows


def by_command(
    header: Sequence[str], rows: Sequence[Sequence[str]], catalogue: Catalogue, folder: Path,
    defaults: Defaults | None = None, options: Options | None = None,
) -> list[tuple[str, ...]]:  # fmt: skip
    """Return the header and rows that `tariffcalc batch` writes."""
    with (folder / "in.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    out = folder / "out.jsonl"
    job = Job(
        str(folder / "in.csv"), str(out), defaults or Defaults(), options=options or Options(),
        quiet=True, force=True,
    )  # fmt: skip
    price_file(job, catalogue)
    import json

    return [tuple(json.loads(line).values()) for line in out.read_text("utf-8").splitlines()]


def frame(spark: Any, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Any:
    return spark.createDataFrame([tuple(row) for row in rows], list(header)).repartition(1)


def priced(dataframe: Any, **arguments: Any) -> list[tuple[Any, ...]]:
    from tariffcalc.spark import price

    return [tuple(row) for row in price(dataframe, **arguments).collect()]


@slow
@needs_spark
def test_every_row_is_that_of_the_command(
    spark: Any, catalogue: Catalogue, tmp_path: Path
) -> None:
    rows = lines(ROWS)
    found = priced(frame(spark, HEADER, rows).coalesce(1).sortWithinPartitions("line"))
    expected = by_command(HEADER, sorted(rows), catalogue, tmp_path)
    assert found == expected
    statuses = {row[len(HEADER)] for row in found}
    assert statuses >= {"ok", "partial", "error"}
