from __future__ import annotations

from pathlib import Path

import pytest

from tariffcalc import Catalogue, InputError
from tariffcalc.batch.cells import CellReader
from tariffcalc.batch.columns import Defaults, map_columns
from tariffcalc.batch.dry_run import DryRun, dry_run
from tariffcalc.batch.es003 import group_rows
from tariffcalc.batch.profile import EXAMPLE, lay_over, load_profile
from tariffcalc.batch.readers import open_rows

SAMPLES = Path(__file__).parent / "samples"
US = Defaults(importer="US", entry_date="2020-08-16", origin="CA")


def look(
    catalogue: Catalogue,
    path: Path,
    defaults: Defaults | None = None,
    *,
    comma: bool = False,
    most: int = 100_000,
) -> DryRun:
    rows = open_rows(path)
    columns = map_columns(rows.header, {}, defaults or Defaults())
    reader = CellReader(catalogue.store, columns.date_format, comma, columns.kinds)
    groups = group_rows(rows, columns, reader)
    law = catalogue.law().sheets
    return dry_run(rows.reopen(), columns, reader, law, groups=groups, most=most)


def test_a_messy_spreadsheet(catalogue: Catalogue) -> None:
    found = look(catalogue, SAMPLES / "broker.csv", Defaults(importer="US"))
    assert found.rows == 14
    assert found.is_whole
    assert found.problems == {
        "bad-customs-value": 2, "bad-classification": 1, "ambiguous-date": 1,
        "unknown-country": 1, "ragged-row": 3,
    }  # fmt: skip
    text = found.text
    assert 'classification    "HTS Code" (column 4)' in text
    assert "importer          US for all rows" in text
    assert '"Steel %" (column 10, as percent)' in text
    assert 'not read          "Invoice No.", "SKU"' in text
    assert "row 3: entry_date 2020-08-16, origin US, classification 0901210020" in text
    assert "14 rows: 8 could not be priced" in text
    assert "ambiguous-date: 1 (row 8, entry_date:" in text
    assert "leading zero restored" in text
    assert "2 blank rows" in text
    assert "nothing was priced" in text


@pytest.mark.parametrize("told", ["Unliquidated", "N/A", "#N/A", "03/04/2026", "05/05/2026"])
def test_a_day_of_liquidation_may_say_anything(
    catalogue: Catalogue, tmp_path: Path, told: str
) -> None:
    """Nothing is priced by it: a row whose entry is not liquidated is no worse for it."""
    path = tmp_path / "in.csv"
    path.write_text(f"hts,value,Liquidation Date\n7601.10.60,100,{told}\n", encoding="utf-8")
    found = look(catalogue, path, US)
    assert found.problems == {}
    assert f", liquidation_date {told}\n" in found.text


def test_the_fault_that_batch_tells_is_told(catalogue: Catalogue, tmp_path: Path) -> None:
    """Of a row with several, that of the cell which is read first: the entry is read last."""
    book = pytest.importorskip("openpyxl").Workbook()
    for row in (["entry", "hts", "value"], ["=A9", "7601.10.60", "x"]):
        book.active.append(row)
    book.save(tmp_path / "in.xlsx")
    assert look(catalogue, tmp_path / "in.xlsx", US).problems == {"bad-customs-value": 1}


def test_a_canadian_sheet_in_french(catalogue: Catalogue) -> None:
    found = look(catalogue, SAMPLES / "b3_fr.csv", comma=True)
    assert found.problems == {}
    assert "importer          CA for all rows" in found.text
    assert "origin US, classification 7214200000" in found.text
    assert "customs_value 10000.00" in found.text
    assert "preference usmca" in found.text
    assert "filed_surtax 2500.00" in found.text


def test_the_wrong_decimal_sign_is_told(catalogue: Catalogue) -> None:
    found = look(catalogue, SAMPLES / "b3_fr.csv")
    assert found.problems["bad-customs-value"] == 3
    assert "--decimal-comma" in found.text


def test_a_report_with_grouped_rows(catalogue: Catalogue) -> None:
    text = look(catalogue, SAMPLES / "es003.csv").text
    assert "row 2: grouped into the goods of its line" in text
    assert "filed_duty 2800.00" in text
    assert "3 rows of chapters 98 and 99 grouped into 2 lines" in text


def test_only_the_first_rows_of_a_long_file_are_looked_at(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    path = tmp_path / "long.csv"
    path.write_text("hts,value\n" + "7601.10.60,5\n" * 30)
    found = look(catalogue, path, US, most=20)
    assert (found.rows, found.is_whole) == (20, False)
    assert "the first 20 rows: 0 could not be priced" in found.text
    assert found.text.count("  row ") == 5


def test_shares_and_amounts_in_one_column_are_a_warning(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    path = tmp_path / "mixed.csv"
    path.write_text("hts,value,steel\n73089095,100,40\n73089095,100,40%\n")
    assert "1 shares and 1 amounts in one column" in look(catalogue, path, US).text


def test_a_profile_has_every_key(tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(EXAMPLE)
    profile = load_profile(path)
    assert profile.map == {"customs_value": "Invoice total", "origin": "Made in", "unit": ""}
    assert profile.defaults == Defaults(importer="CA", currency="USD", claims=("usmca",))
    assert (profile.date_format, profile.delimiter) == ("DD/MM/YYYY", "semicolon")
    assert (profile.encoding, profile.sheet, profile.decimal_comma) == ("cp1252", "Lines", True)
    laid = lay_over(profile.defaults, Defaults(importer="US", origin="CA"))
    assert laid == Defaults(importer="US", origin="CA", currency="USD", claims=("usmca",))
    assert map_columns(["hts", "Invoice total", "Made in", "unit"], profile.map, US).places == {
        "origin": 2, "classification": 0, "customs_value": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("date_format: DD/MM/YYYY\nmapp: {}\n", 'line 2: the key "mapp" is not known here'),
        ("defaults:\n  importr: CA\n", 'line 2: the key "importr" is not known here'),
        ("date_format: YYYY\n", "line 1: date_format"),
        ("map: [a]\n", "must be a table of keys"),
        ("- a\n", "must be a table of keys"),
        ("defaults: {claims: usmca}\n", "must be a list"),
        ("decimal_comma: perhaps\n", "decimal_comma"),
        ("", "holds nothing"),
        ("map: {a: b}\nmap: {c: d}\n", "stands twice"),
    ],
)
def test_faults_of_a_profile_are_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        load_profile(path)
    assert "profile.yaml" in str(caught.value)
    assert words in str(caught.value)
    assert type(caught.value) is InputError


def test_a_profile_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_profile(tmp_path / "none.yaml")
