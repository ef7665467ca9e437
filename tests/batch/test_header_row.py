"""A header that lacks fields: which row it is, and which row looks more like one."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from tariffcalc import Catalogue, InputError
from tariffcalc.batch.columns import Defaults
from tariffcalc.batch.job import Job, open_table

GOODS = ["2025-05-05", "CA", "7208.10.15.00", "1000", ""]
HEADER = ["Entry Date", "Origin", "HTS", "Value", "Claims"]
TITLED = [
    ["Acme Customs Brokers", "", "", "", ""],
    ["Entry worksheet for May 2025", "", "", "", ""],
    ["", "", "", "", ""],
    HEADER,
    GOODS,
]
US = Defaults(importer="US")
LOOKS = (
    'Row 4 looks like the header (it has "Entry Date", "Origin", "HTS", "Value"):'
    " delete the rows above it."
)


def save(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    if path.suffix == ".xlsx":
        book: Any = openpyxl.Workbook()
        for row in rows:
            book.active.append([cell or None for cell in row])
        book.save(path)
    elif path.suffix == ".parquet":
        columns = [list(cells) for cells in zip(*rows[1:], strict=True)]
        pq.write_table(pa.table(columns, names=list(rows[0])), path)
    else:
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    return path


def faults(catalogue: Catalogue, path: Path, defaults: Defaults = US, **options: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        open_table(Job(str(path), defaults=defaults, **options), catalogue)
    return [str(issue) for issue in caught.value.issues]


def test_a_title_above_the_header_is_told(catalogue: Catalogue, tmp_path: Path) -> None:
    assert faults(catalogue, save(tmp_path / "in.csv", TITLED)) == [
        f'in.csv: row 1 was read as the header, with the column "Acme Customs Brokers". {LOOKS}'
    ]
    assert faults(catalogue, save(tmp_path / "in.xlsx", TITLED)) == [
        'in.xlsx: row 1 of the sheet "Sheet" was read as the header, with the column'
        f' "Acme Customs Brokers". {LOOKS}'
    ]


def test_another_sheet_may_have_the_header(catalogue: Catalogue, tmp_path: Path) -> None:
    book: Any = openpyxl.Workbook()
    book.active.title = "Cover"
    book.active.append(["Acme Customs Brokers"])
    book.create_sheet("May 2025").append(HEADER)
    book.save(tmp_path / "in.xlsx")
    assert faults(catalogue, tmp_path / "in.xlsx")[0] == (
        'in.xlsx: row 1 of the sheet "Cover" was read as the header, with the column "Acme Customs'
        ' Brokers". Perhaps another sheet is meant: say --sheet "May 2025".'
    )


def test_a_header_that_lacks_a_field_is_on_the_right_sheet(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    book: Any = openpyxl.Workbook()
    book.active.append([name for name in HEADER if name != HEADER[0]])
    book.create_sheet("Notes").append(["see above"])
    book.save(tmp_path / "in.xlsx")
    first, *_ = faults(catalogue, tmp_path / "in.xlsx")
    assert 'row 1 of the sheet "Sheet" was read as the header' in first
    assert "another sheet" not in first


def test_what_the_likely_header_lacks_is_told_as_well(catalogue: Catalogue, tmp_path: Path) -> None:
    first, second = faults(catalogue, save(tmp_path / "in.csv", TITLED), Defaults())
    assert LOOKS in first
    assert second.startswith("importer: no column for it.")


def test_a_choice_may_name_a_column_of_the_likely_header(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    rows = [*TITLED[:3], ["Day", "Origin", "HTS", "Worth"], GOODS]
    chosen = {"entry_date": "Day", "customs_value": "Worth"}
    (said,) = faults(catalogue, save(tmp_path / "in.csv", rows), chosen=chosen)
    assert 'Row 4 looks like the header (it has "Day", "Origin", "HTS", "Worth")' in said


def test_rows_of_goods_are_no_header(catalogue: Catalogue, tmp_path: Path) -> None:
    rows = [["Tag", "Ware", "Wert"], ["2025-05-05", "steel", "1000"], ["", "Total", "1000"]]
    said = faults(catalogue, save(tmp_path / "in.csv", rows))
    assert said[0] == 'in.csv: row 1 was read as the header, with the columns "Tag", "Ware", "Wert"'
    assert [line.partition(":")[0] for line in said[1:]] == [
        "classification", "origin", "customs_value", "entry_date",
    ]  # fmt: skip


def test_long_and_many_names_are_shortened(catalogue: Catalogue, tmp_path: Path) -> None:
    rows = [["An " + "exceedingly " * 40, *(f"c{n}" for n in range(40))]]
    said = faults(catalogue, save(tmp_path / "in.csv", rows))[0]
    assert said.endswith(', "c10" ...')
    assert len(said) < 200


def test_a_single_column_may_have_another_delimiter(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("Entry Date~Origin~HTS~Value\n2025-05-05~CA~7208.10.15.00~1000\n")
    said = faults(catalogue, path)[0]
    assert 'with the column "Entry Date~Origin~HTS~Value".' in said
    assert "--delimiter" in said
    assert open_table(Job(str(path), defaults=US, delimiter="~"), catalogue).columns.places
    path.write_text("Acme\n\nEntry Date;Origin;HTS;Value\n2025-05-05;CA;7208.10.15.00;1000\n")
    assert "Row 3 looks like the header" in faults(catalogue, path)[0]


def test_the_columns_of_parquet_are_told(catalogue: Catalogue, tmp_path: Path) -> None:
    rows = [["SKU", "Origin"], ["HTS", "Value"]]
    said = faults(catalogue, save(tmp_path / "in.parquet", rows))
    assert said[0] == 'in.parquet: its columns are "SKU", "Origin"'
    assert "row" not in said[0]
