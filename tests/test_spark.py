"""Rows priced by a local Spark are those that `tariffcalc batch` writes, one by one."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.batch.invoices import HEADER, INGOT, OVERLAY, PLAIN, lines_of_entries, some_lines

from tariffcalc import Catalogue, InputError
from tariffcalc.batch.columns import Defaults
from tariffcalc.batch.result import COLUMNS, Options
from tariffcalc.values.exchange import parse_rates

needs_spark = pytest.mark.skipif(
    find_spec("pyspark") is None, reason='needs Java and pip install "tariffcalc[spark]"'
)
Row = Sequence[Any]
ByCommand = Callable[..., list[tuple[Any, ...]]]
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "3",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "700",
}


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]").appName("tariffcalc tests")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def priced(dataframe: Any, **arguments: Any) -> list[tuple[Any, ...]]:
    from tariffcalc.spark import price

    return [tuple(row) for row in price(dataframe, **arguments).collect()]


def results(spark: Any, header: Sequence[str], row: Row, **arguments: Any) -> dict[str, str]:
    """Price one row; return its results by name."""
    (found,) = priced(spark.createDataFrame([tuple(row)], list(header)), **arguments)
    return dict(zip(COLUMNS, found[len(header) :], strict=True))


@needs_spark
@pytest.mark.slow
def test_every_row_is_that_of_the_command(spark: Any, by_command: ByCommand) -> None:
    rows = some_lines(4_000)
    found = priced(spark.createDataFrame(rows, list(HEADER)))
    assert found == by_command(HEADER, rows)
    assert {row[len(HEADER)] for row in found} >= {"ok", "partial", "error"}


@needs_spark
@pytest.mark.slow
def test_an_entry_shares_its_fees_wherever_its_rows_lie(spark: Any, by_command: ByCommand) -> None:
    header, rows = ("entry", *HEADER), lines_of_entries(4_000, 300)
    dataframe = spark.createDataFrame(rows, list(header)).repartition(5, "description")
    # The share of a row is told by its order: both see the rows in the same one.
    seen = [list(row) for row in dataframe.collect()]
    found = priced(dataframe)
    assert sorted(found) == sorted(by_command(header, seen))


@needs_spark
def test_no_entry_is_cut_in_two(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa

    from tariffcalc import spark as module

    monkeypatch.setattr(module, "ROWS", 4)
    sent = ["", "a", "ab", "bb", "bcd", "dd", "ef", "g"]
    batches = [pa.record_batch({module.ENTRY: pa.array([*names], pa.string())}) for names in sent]
    cut = ["".join(b.column(0).to_pylist()) for b in module._gather(batches, is_by_entry=True)]
    assert "".join(cut) == "".join(sent)
    assert len(cut) > 2
    assert all(not set(one) & set(other) for one, other in pairwise(cut))
    freely = [batch.num_rows for batch in module._gather(batches, is_by_entry=False)]
    assert freely == [5, 5, 3]


@needs_spark
@pytest.mark.slow
def test_no_rows_give_no_rows(spark: Any) -> None:
    from tariffcalc.spark import price

    dataframe = spark.createDataFrame([INGOT], list(PLAIN)).where("origin = 'none'")
    assert priced(dataframe) == []
    assert price(dataframe).columns == [*PLAIN, *COLUMNS]


@needs_spark
@pytest.mark.slow
def test_typed_columns_read_as_text_and_stay_what_they_are(spark: Any) -> None:
    from tariffcalc.spark import price

    schema = (
        "entry_date date, customs_value decimal(18,4), classification long, origin string,"
        " shipped_date timestamp_ntz, quantity double, tags array<string>, note string"
    )
    values = (
        date(2020, 8, 20), Decimal("100000.0000"), 7601106000, "CA",
        datetime.fromisoformat("2020-08-17"), 2.5, ["a"], None,
    )  # fmt: skip
    dataframe = spark.createDataFrame([values], schema)
    found = price(dataframe, importer="US")
    assert found.schema.fields[: len(values)] == dataframe.schema.fields
    assert {field.dataType.typeName() for field in found.schema.fields[len(values) :]} == {"string"}
    row = found.first()
    assert tuple(row)[: len(values)] == values
    assert (row.status, row.total_duty, row.error_code) == ("ok", "10000.00", None)


@needs_spark
@pytest.mark.slow
def test_names_may_hold_points_and_be_taken(spark: Any) -> None:
    from tariffcalc.spark import price

    header = ["Line No.", "Status", "HTS No.", "Net", "Made in", "Entry Date"]
    row = ("1", "open", "7601.10.60", "100000", "CA", "2020-08-20")
    found = price(
        spark.createDataFrame([row], header),
        columns={"customs_value": "Net", "origin": "Made in", "line": ""},
        importer="US",
    )
    assert found.columns[: len(header)] == header
    assert found.columns[len(header)] == "status_2"
    assert found.select("Status", "status_2", "total_duty").first()[:] == ("open", "ok", "10000.00")


@needs_spark
@pytest.mark.slow
def test_the_law_may_be_another(
    spark: Any, catalogue: Catalogue, by_command: ByCommand, tmp_path: Path
) -> None:
    overlay, rates = tmp_path / "more.yaml", tmp_path / "rates.csv"
    overlay.write_text(OVERLAY.format(rate="3%"))
    rates.write_text("date,currency,rate\n2020-07-09,USD,1.3501\n")
    threat = "us-aluminum-threat-2020-06"
    assert results(spark, PLAIN, INGOT)["additional_duty"] == "0.00"
    assert results(spark, PLAIN, INGOT, assume=[threat])["additional_duty"] == "100.00"
    assert results(spark, PLAIN, INGOT, overlays=[overlay])["additional_duty"] == "30.00"
    september = ("US", "2020-09-10", "CA", "7601.10.60", "1000.00")
    assert results(spark, PLAIN, september)["additional_duty"] == "100.00"
    assert results(spark, PLAIN, september, known_on="now")["additional_duty"] == "0.00"
    assert results(spark, PLAIN, september, known_on=date(2020, 9, 15))["refundable"] == "100.00"
    abroad = ("CA", "2020-07-10", "US", "7601.10.00", "1000.00")
    told = results(spark, PLAIN, abroad, currency="USD", fx_rates=rates)
    options = Options(rates=parse_rates(rates.read_text(), "rates"))
    (expected,) = by_command(PLAIN, [abroad], options=options, defaults=Defaults(currency="USD"))
    assert tuple(told.values()) == expected[len(PLAIN) :]
    assert told["status"] == "ok"


@needs_spark
@pytest.mark.slow
def test_a_comma_may_part_the_cents(spark: Any) -> None:
    row = (*INGOT[:4], "12 345,67")
    assert results(spark, PLAIN, row)["error_code"] == "bad-customs-value"
    assert results(spark, PLAIN, row, decimal_comma=True)["fees"] == "42.77"  # 0.3464 %


@needs_spark
@pytest.mark.slow
@pytest.mark.parametrize(
    ("header", "arguments", "words"),
    [
        (PLAIN[:-1], {}, "customs_value"),
        (PLAIN, {"columns": {"customs_value": "Net"}}, "Net"),
        (PLAIN, {"mode": "sledge"}, "sledge"),
        (PLAIN, {"claims": ["usmcaa"]}, "usmcaa"),
        (PLAIN, {"assume": ["us-no-such-act"]}, "us-no-such-act"),
        (PLAIN, {"date_format": "DDMM"}, "DDMM"),
    ],
)
def test_what_cannot_be_understood_is_told_before_spark_runs(
    spark: Any, header: Sequence[str], arguments: dict[str, Any], words: str
) -> None:
    from tariffcalc.spark import price

    dataframe = spark.createDataFrame([INGOT[: len(header)]], list(header))
    with pytest.raises(InputError, match=words):
        price(dataframe, **arguments)


@needs_spark
@pytest.mark.slow
def test_lists_and_reports_of_several_rows_a_line_are_refused(spark: Any) -> None:
    from tariffcalc.spark import price

    listed = spark.createDataFrame([(*INGOT, ["usmca"])], [*PLAIN, "claims"])
    with pytest.raises(InputError, match='"claims" holds lists'):
        price(listed)
    header = (Path(__file__).parent / "batch" / "samples" / "es003.csv").read_text().split("\n")[0]
    names = next(csv.reader([header]))
    report = spark.createDataFrame([("",) * len(names)], names)
    with pytest.raises(InputError, match="tariffcalc batch"):
        price(report)


def test_without_spark_it_says_what_to_install() -> None:
    script = "import sys; sys.modules['pyspark'] = None; import tariffcalc.spark"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert 'needs pyspark. Type: pip install "tariffcalc[spark]"' in done.stderr.splitlines()[-1]
