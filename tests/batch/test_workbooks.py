"""Cells of a workbook beside their values: formulas without results, formats with currencies."""

from __future__ import annotations

import csv
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.batch.test_readers import _Stdin

from tariffcalc import Catalogue
from tariffcalc.batch.job import Job
from tariffcalc.batch.pipeline import look, price_file
from tariffcalc.batch.readers import open_rows

openpyxl = pytest.importorskip("openpyxl")

HEADER = (
    "entry", "entry_date", "importer", "origin", "classification", "customs_value", "quantity",
    "unit", "claims", "filed_duty", "description",
)  # fmt: skip
GOOD = ["E1", "2020-09-10", "US", "CA", "7601.10.60", "1000", "", "", "", "", ""]


def with_cells(**cells: Any) -> list[Any]:
    return [cells.get(name, told) for name, told in zip(HEADER, GOOD, strict=True)]


def save(
    path: Path, rows: Sequence[Sequence[Any]], change: Callable[[str], str] = lambda text: text
) -> Path:
    """Save rows as a workbook; `change` is made to the text of its sheet and its workbook part."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, body in parts.items():
            is_changed = name in ("xl/worksheets/sheet1.xml", "xl/workbook.xml")
            new.writestr(name, change(body.decode()) if is_changed else body)
    return path


def priced(catalogue: Catalogue, source: Path, **told: Any) -> list[dict[str, str]]:
    output = source.with_suffix(".csv")
    price_file(Job(str(source), str(output), quiet=True, force=True, **told), catalogue)
    with output.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_days_are_counted_as_the_workbook_counts_them(catalogue: Catalogue, tmp_path: Path) -> None:
    """1,462 days lie between day 0 of most workbooks, 1899-12-30, and of others, 1904-01-01."""
    rows = [HEADER, *(with_cells(entry="", entry_date=day) for day in (44084, 42622))]
    told = '<workbookPr date1904="1" '
    source = save(tmp_path / "in.xlsx", rows, lambda text: text.replace("<workbookPr ", told))
    late, good = priced(catalogue, source)
    assert late["warnings"].startswith("entry_date: spreadsheet day 44084 read as 2024-09-11")
    assert good["warnings"].startswith("entry_date: spreadsheet day 42622 read as 2020-09-10")
    assert good["additional_duty"] == "100.00"
    early, day = priced(catalogue, save(tmp_path / "in.xlsx", rows))
    assert early["warnings"].startswith("entry_date: spreadsheet day 44084 read as 2020-09-10")
    assert day["error_code"] == "bad-entry-date"


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("entry", "bad-entry"), ("entry_date", "bad-entry-date"), ("origin", "unknown-country"),
        ("classification", "bad-classification"), ("customs_value", "bad-customs-value"),
        ("quantity", "bad-quantity"), ("claims", "unknown-claim"), ("filed_duty", "bad-filed-duty"),
    ],
)  # fmt: skip
def test_a_formula_without_a_result_is_an_error_of_its_row(
    catalogue: Catalogue, tmp_path: Path, field: str, code: str
) -> None:
    rows = [HEADER, GOOD, with_cells(**{field: "=A1*2"}), GOOD]
    source = save(tmp_path / "in.xlsx", rows)
    good, bad, other = priced(catalogue, source)
    assert good["status"] == other["status"] == "ok"
    assert (bad["status"], bad["error_code"], bad["error_field"]) == ("error", code, field)
    assert bad["error_message"] == (
        '"=A1*2" is a formula, and the file does not hold its result; open and save the file once'
        " in a spreadsheet program"
    )
    assert bad[field] == "'=A1*2"
    assert look(Job(str(source)), catalogue).problems == {code: 1}


def test_what_does_not_count_may_be_a_formula(catalogue: Catalogue, tmp_path: Path) -> None:
    rows = [HEADER, with_cells(description='=HYPERLINK("x")'), GOOD]
    assert [row["status"] for row in priced(catalogue, save(tmp_path / "in.xlsx", rows))] == [
        "ok", "ok",
    ]  # fmt: skip


def test_shared_and_array_formulas_without_results(tmp_path: Path) -> None:
    def change(text: str) -> str:
        return (
            text.replace("<f>A1</f><v />", '<f t="shared" ref="A2:A3" si="0">B1*2</f>')
            .replace("<f>A2</f><v />", '<f t="shared" si="0"/><v></v>')
            .replace("<f>A3</f><v />", '<f t="array" ref="A4">SUM(B1:B3)</f><v />')
            .replace("<f>A4</f><v />", '<f t="dataTable" ref="A5" dt2D="1" r1="B1"/>')
        )

    rows = [["a", "b"], *([f"=A{number}", "x"] for number in range(1, 5))]
    source = save(tmp_path / "in.xlsx", rows, change)
    assert [row[0] for row in open_rows(source)] == ["=B1*2", "=B2*2", "=SUM(B1:B3)", "="]


def test_formulas_with_results_are_read_as_these(tmp_path: Path) -> None:
    def change(text: str) -> str:
        return (
            text.replace('fullCalcOnLoad="1"', "")
            .replace("<f>A1</f><v />", "<f>A1</f><v>0</v>")
            .replace("><f>A2</f><v />", ' t="str"><f>A2</f><v></v>')
            .replace("><f>A3</f><v />", ' t="str"><f>A3</f><v>usmca</v>')
        )

    rows = [["a", "b"], *([f"=A{number}", "x"] for number in range(1, 4))]
    source = save(tmp_path / "in.xlsx", rows, change)
    assert [row[0] for row in open_rows(source)] == ["0", "", "usmca"]
    rows.append(["=A4", "x"])  # and one without: the others are as before
    source = save(tmp_path / "in.xlsx", rows, change)
    assert [row[0] for row in open_rows(source)] == ["0", "", "usmca", "=A4"]


def test_a_zero_that_is_still_to_be_worked_out_is_no_result(tmp_path: Path) -> None:
    """Some programs write 0 for every result, and that all of them are to be worked out on load."""

    def change(text: str) -> str:
        return text.replace("<f>A1</f><v />", "<f>A1</f><v>0</v>").replace(
            "<f>A2</f><v />", "<f>A2</f><v>5</v>"
        )

    source = save(tmp_path / "in.xlsx", [["a", "b"], ["=A1", 0], ["=A2", "x"]], change)
    assert list(open_rows(source)) == [["=A1", "0"], ["5", "x"]]


def test_a_formula_is_found_wherever_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the edge of what is looked at together, behind many others, and on standard input."""
    filled = [[number, "x" * 90] for number in range(20_000)]
    source = save(tmp_path / "in.xlsx", [["a", "b"], *filled, ["=A1", "x"]])
    monkeypatch.setattr(sys, "stdin", _Stdin(source.read_bytes()))
    *_, last = open_rows("-")
    assert last == ["=A1", "x"]
    from tariffcalc.batch import xlsx_rows

    small = save(tmp_path / "small.xlsx", [["a", "b"], ["=A1", "x"]])
    for size in range(40, 60):
        monkeypatch.setattr(xlsx_rows, "CHUNK", size)
        assert list(open_rows(small)) == [["=A1", "x"]]


@pytest.mark.parametrize(
    ("number_format", "shown"),
    [
        ("[$US$-409]#,##0.00", "1000.5 US$"), ("[$USD] #,##0.00", "1000.5 USD"),
        ('"C$"#,##0.00', "1000.5 C$"), ('#,##0.00 "CAD";-#,##0.00 "CAD"', "1000.5 CAD"),
        ("_-[$£-809]* #,##0.00_-", "1000.5 £"), ("#,##0.00\\ [$€-1]", "1000.5 €"),
        ("€ #,##0.00", "1000.5 €"), ('"JPY" 0', "1000.5 JPY"), ('0.00 "CNY"', "1000.5 CNY"),
        ('"A$"0', "1000.5 A$"), ('#,##0.00 "$ US"', "1000.5 $ US"), ('"$CA"0', "1000.5 $CA"),
        # A dollar sign says nothing, nor does a language, a colour, or a word that is no currency.
        ("[$$-409]#,##0.00", "1000.5"), ('"$"#,##0.00', "1000.5"), ("[$-409]0.0", "1000.5"),
        ("[Red]0.0", "1000.5"), ('0.0 "kg"', "1000.5"), ("#,##0.00", "1000.5"),
        ('0 "USDA lots"', "1000.5"),
    ],
)  # fmt: skip
def test_a_currency_that_the_format_shows_is_read(
    tmp_path: Path, number_format: str, shown: str
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["value", "b"])
    book.active.append([1000.5, "x"])
    book.active["A2"].number_format = number_format
    book.save(tmp_path / "in.xlsx")
    assert list(open_rows(tmp_path / "in.xlsx")) == [[shown, "x"]]


def test_a_value_formatted_in_us_dollars_is_not_priced_in_canadian_ones(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    header = ["entry_date", "importer", "origin", "classification", "customs_value"]
    book = openpyxl.Workbook()
    book.active.append(header)
    for form in ("[$US$-409]#,##0.00", "[$CAD] #,##0.00", "[$€-2] #,##0.00"):
        book.active.append(["2025-09-10", "CA", "US", "7208.10.00.10", 1000])
        book.active.cell(book.active.max_row, 5).number_format = form
    book.save(tmp_path / "in.xlsx")
    usd, cad, eur = priced(catalogue, tmp_path / "in.xlsx")
    assert (usd["status"], usd["error_code"]) == ("error", "no-exchange-rate")
    assert cad["status"] == "ok"
    assert (eur["status"], eur["error_code"]) == ("error", "no-exchange-rate")


@pytest.mark.parametrize(
    ("ending", "engine"), [("xlsx", "python"), ("parquet", "python"), ("parquet", "arrow")]
)
def test_numbers_are_numbers_where_commas_part_the_cents_of_texts(
    catalogue: Catalogue, tmp_path: Path, ending: str, engine: str
) -> None:
    header = ["entry_date", "importer", "origin", "classification", "customs_value", "filed_duty"]
    like = ["2025-09-10", "CA", "US", "7208.10.00.10"]
    rows = [[*like, 12.345, "1.000,50"], [*like, 1234.5, "0"], [*like, 1000.0, "12,35"]]
    source = tmp_path / f"in.{ending}"
    if ending == "xlsx":
        save(source, [header, *rows])
    else:
        pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        pq.write_table(pa.table(dict(zip(header, zip(*rows, strict=True), strict=True))), source)
    told = priced(catalogue, source, decimal_comma=True, engine=engine)
    # 25% of 12.345 is 3.09, and 1000.50 less that 997.41; of 1234.50, 308.63; of 1000, 250.00.
    assert [row["total_duty"] for row in told] == ["3.09", "308.63", "250.00"]
    assert [row["filed_minus_computed"] for row in told] == ["997.41", "-308.63", "-237.65"]
    assert [row["customs_value"] for row in told] == ["12,345", "1234,5", "1000"]


@pytest.mark.parametrize(
    ("ending", "engine"), [("xlsx", "python"), ("parquet", "python"), ("parquet", "arrow")]
)
def test_days_and_codes_are_numbers_there_too(
    catalogue: Catalogue, tmp_path: Path, ending: str, engine: str
) -> None:
    header = ["entry_date", "importer", "origin", "classification", "customs_value"]
    rows = [[45910.5, "CA", "US", 7208.1011, 1000.0]]  # 2025-09-10, at noon
    source = tmp_path / f"in.{ending}"
    if ending == "xlsx":
        save(source, [header, *rows])
    else:
        pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        pq.write_table(pa.table(dict(zip(header, zip(*rows, strict=True), strict=True))), source)
    (told,) = priced(catalogue, source, decimal_comma=True, engine=engine)
    assert told["error_message"] == ""
    assert "entry_date: spreadsheet day 45910,5 read as 2025-09-10" in told["warnings"]


def test_rows_that_are_formatting_only_are_no_long_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Formatted down to its end, a sheet has hundreds of thousands of rows without a cell."""
    from tariffcalc.batch import xlsx_rows

    monkeypatch.setattr(xlsx_rows, "MOST_BYTES", 10_000)
    monkeypatch.setattr(xlsx_rows, "CHUNK", 4_096)
    formatted = "".join(f'<row r="{n}" s="1" customFormat="1"/>' for n in range(3, 1_000))
    path = save(
        tmp_path / "in.xlsx",
        [HEADER, GOOD],
        lambda text: text.replace("</sheetData>", f"{formatted}</sheetData>"),
    )
    assert [*open_rows(path)] == [[*GOOD[:6], *[""] * 5]]
