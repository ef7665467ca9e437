"""Rows of an Arrow table are priced as `tariffcalc batch` prices those of a file, one by one."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.batch.invoices import HEADER, INGOT, OVERLAY, PLAIN, lines_of_entries, some_lines

from tariffcalc import InputError
from tariffcalc import arrow as module
from tariffcalc.arrow import price
from tariffcalc.batch.result import COLUMNS

ROOT = Path(__file__).parents[1]
ByCommand = Callable[..., list[tuple[str | None, ...]]]


def table_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Any:
    return pa.table([*map(pa.array, zip(*rows, strict=True))], [*header])


def rows_of(table: Any) -> list[tuple[Any, ...]]:
    return [*zip(*(column.to_pylist() for column in table.columns), strict=True)]


def result(row: Sequence[str], **options: Any) -> dict[str, Any]:
    """Price one row; return its results by name."""
    (found,) = price(table_of(PLAIN, [row]), **options).select([*COLUMNS]).to_pylist()
    return dict(found)


@pytest.mark.parametrize("rows_at_once", [50_000, 7])
def test_every_row_is_that_of_the_command(
    monkeypatch: pytest.MonkeyPatch, by_command: ByCommand, rows_at_once: int
) -> None:
    monkeypatch.setattr(module, "ROWS", rows_at_once)
    rows = some_lines(500)
    found = price(table_of(HEADER, rows))
    assert rows_of(found) == by_command(HEADER, rows)
    assert {*found["status"].to_pylist()} >= {"ok", "partial", "error"}


def test_an_entry_shares_its_fees_wherever_its_rows_lie(
    monkeypatch: pytest.MonkeyPatch, by_command: ByCommand
) -> None:
    monkeypatch.setattr(module, "ROWS", 7)
    header, rows = ("entry", *HEADER), lines_of_entries(500, 40)
    table = pa.concat_tables([table_of(header, rows[:100]), table_of(header, rows[100:])])
    assert rows_of(price(table)) == by_command(header, rows)


def test_values_too_large_for_columns_are_priced_row_by_row(by_command: ByCommand) -> None:
    """100,000 at 10 % from 2020-08-16 on; an entry worth 4 * 10**14 is more than columns add up."""
    header = ("entry", *PLAIN)
    rows = [("A", "US", "2020-08-20", "CA", "7601.10.60", "100000")]
    rows += [("B", "US", "2020-08-20", "CA", "7601.10.60", "400000000000000")]
    found = price(table_of(header, rows))
    assert found["total_duty"].to_pylist() == ["10000.00", "40000000000000.00"]
    assert rows_of(found) == by_command(header, rows)


def test_no_rows_give_no_rows() -> None:
    found = price(table_of(PLAIN, [INGOT]).slice(0, 0))
    assert found.num_rows == 0
    assert found.column_names == [*PLAIN, *COLUMNS]
    assert {*found.schema.types} == {pa.string()}


def test_typed_columns_read_as_text_and_stay_what_they_are() -> None:
    """Aluminum of Canada, the duty of 2020-08-16: 10 % of 100,000.00."""
    values = {
        "entry_date": pa.array([date(2020, 8, 20)]),
        "customs_value": pa.array([Decimal("100000.0000")]),
        "classification": pa.array([7601106000]),
        "origin": pa.array(["CA"]).dictionary_encode(),
        "quantity": pa.array([2.5]),
        "unit": pa.nulls(1),
        "tags": pa.array([["a"]]),
    }
    table = pa.table(values)
    found = price(table, importer="US")
    assert found.select([*values]) == table
    assert found.select(["status", "total_duty", "error_code"]).to_pylist() == [
        {"status": "ok", "total_duty": "10000.00", "error_code": None}
    ]


def test_names_may_be_taken_or_said_otherwise() -> None:
    header = ["Line No.", "status", "HTS No.", "Net", "Made in", "Entry Date"]
    row = ("1", "open", "7601.10.60", "100000", "CA", "2020-08-20")
    columns = {"customs_value": "Net", "origin": "Made in", "line": ""}
    found = price(table_of(header, [row]), columns=columns, importer="US")
    assert found.column_names[: len(header) + 1] == [*header, "status_2"]
    assert found["status_2"].to_pylist() == ["ok"]
    assert found["total_duty"].to_pylist() == ["10000.00"]


def test_the_law_may_be_another(tmp_path: Path) -> None:
    """1,000.00 at 10 %, or at the rate that the overlay says now: it is read at each call."""
    overlay, threat = tmp_path / "more.yaml", "us-aluminum-threat-2020-06"
    assert result(INGOT)["additional_duty"] == "0.00"
    assert result(INGOT, assume=[threat])["additional_duty"] == "100.00"
    for rate, duty in (("3%", "30.00"), ("4%", "40.00")):
        overlay.write_text(OVERLAY.format(rate=rate))
        assert result(INGOT, overlays=[overlay])["additional_duty"] == duty
    september = ("US", "2020-09-10", *INGOT[2:])
    assert result(september)["additional_duty"] == "100.00"
    assert result(september, known_on="now")["additional_duty"] == "0.00"
    assert result(september, known_on=date(2020, 9, 15))["refundable"] == "100.00"


def test_one_name_need_not_be_a_list(tmp_path: Path) -> None:
    """1,000.00 at 10 % if the threat is law, at 3 % under the overlay. The informal fee of fiscal
    year 2020, 2.14 (84 FR 37902), is not taken where preference is claimed."""
    overlay, threat = tmp_path / "more.yaml", "us-aluminum-threat-2020-06"
    overlay.write_text(OVERLAY.format(rate="3%"))
    assert result(INGOT, assume=threat)["additional_duty"] == "100.00"
    assert result(INGOT, overlays=str(overlay))["additional_duty"] == "30.00"
    assert (result(INGOT)["fees"], result(INGOT, claims="usmca")["fees"]) == ("2.14", "0.00")


def test_another_currency_takes_the_rates_of_a_file(tmp_path: Path) -> None:
    """1,000.00 USD at 1.3501 is 1,350.10 CAD: free of duty, GST 5 % is 67.505, half up 67.51."""
    rates = tmp_path / "rates.csv"
    rates.write_text("date,currency,rate\n2020-07-09,USD,1.3501\n")
    abroad = ("CA", "2020-07-10", "US", "7601.10.00", "1000.00")
    assert result(abroad, currency="USD", fx_rates=rates)["taxes"] == "67.51"


def test_a_comma_may_part_the_cents() -> None:
    """12,345.67 at 0.3464 % is 42.7654, half up 42.77."""
    row = (*INGOT[:4], "12 345,67")
    assert result(row)["error_code"] == "bad-customs-value"
    assert result(row, decimal_comma=True)["fees"] == "42.77"


def test_threads_share_what_they_find(by_command: ByCommand) -> None:
    rows = some_lines(400)
    parts = [rows[start : start + 50] for start in range(0, 400, 50)]
    with ThreadPoolExecutor(4) as pool:
        found = [*pool.map(lambda part: rows_of(price(table_of(HEADER, part))), parts)]
    assert [row for part in found for row in part] == by_command(HEADER, rows)


@pytest.mark.parametrize(
    ("header", "options", "words"),
    [
        (PLAIN[:-1], {}, "customs_value"),
        (PLAIN, {"columns": {"customs_value": "Net"}}, "Net"),
        (PLAIN, {"mode": "sledge"}, "sledge"),
        (PLAIN, {"claims": ["usmcaa"]}, "usmcaa"),
        (PLAIN, {"assume": ["us-no-such-act"]}, "us-no-such-act"),
        (PLAIN, {"date_format": "DDMM"}, "DDMM"),
        (PLAIN, {"fx_rates": "no-such-file.csv"}, "no-such-file.csv"),
    ],
)
def test_what_cannot_be_understood_is_told_before_rows_are(
    header: Sequence[str], options: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        price(table_of(header, [INGOT[: len(header)]]), **options)


def test_an_option_that_there_is_not_is_no_option() -> None:
    with pytest.raises(TypeError, match="no option 'orgin': did you mean origin"):
        price(table_of(PLAIN, [INGOT]), orgin="CA")  # type: ignore[call-arg]


def test_lists_and_reports_of_several_rows_a_line_are_refused() -> None:
    listed = pa.table([*table_of(PLAIN, [INGOT]).columns, [["usmca"]]], [*PLAIN, "claims"])
    with pytest.raises(InputError, match='"claims" holds lists'):
        price(listed)
    sample = ROOT / "tests" / "batch" / "samples" / "es003.csv"
    names = next(csv.reader([sample.read_text().split("\n")[0]]))
    with pytest.raises(InputError, match="tariffcalc batch"):
        price(table_of(names, [("",) * len(names)]))


def test_without_pyarrow_it_says_what_to_install() -> None:
    script = "import sys; sys.modules['pyarrow'] = None; import tariffcalc.arrow"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert 'needs pyarrow. Type: pip install "tariffcalc[fast]"' in done.stderr.splitlines()[-1]


@pytest.mark.slow
def test_the_page_shows_how_dask_prices_many_files(tmp_path: Path) -> None:
    """100,000 at 10 %, and 5,000.05 of steel of Germany at 25 %: 1,250.0125."""
    pytest.importorskip("dask")
    (script,) = re.findall(r"```python\n([^`]*dask[^`]*)```", (ROOT / "README.md").read_text())
    (tmp_path / "pricing.py").write_text(script)
    for folder in ("invoices", "priced"):
        (tmp_path / folder).mkdir()
    ingot = ("US", "2020-08-20", "CA", "7601.10.60", "100000")
    sheet = ("US", "2020-08-20", "DE", "7208.10.00", "5000.05")
    for name, row in (("a", ingot), ("b", sheet)):
        pq.write_table(table_of(PLAIN, [row]), tmp_path / "invoices" / f"{name}.parquet")
    subprocess.run([sys.executable, "pricing.py"], cwd=tmp_path, check=True)
    found = [
        pq.read_table(tmp_path / "priced" / f"{name}.parquet")["additional_duty"][0].as_py()
        for name in "ab"
    ]
    assert found == ["10000.00", "1250.01"]
