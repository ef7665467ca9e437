from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tariffcalc import Catalogue
from tariffcalc.batch.cells import CellReader
from tariffcalc.batch.columns import ColumnMap, Defaults, map_columns
from tariffcalc.batch.es003 import Groups, group_rows
from tariffcalc.batch.readers import open_rows

SAMPLES = Path(__file__).parent / "samples"
HEADER = [
    "Entry Summary Number", "Entry Summary Line Number", "Entry Date", "Country of Origin Code",
    "Tariff Ordinal Number", "HTS Number - Full", "Line Tariff Goods Value Amount",
    "Line Tariff Duty Amount",
]  # fmt: skip
DUTY = HEADER.index("Line Tariff Duty Amount")


@pytest.fixture(scope="module")
def columns() -> ColumnMap:
    return map_columns(HEADER, {}, Defaults())


@pytest.fixture(scope="module")
def reader(catalogue: Catalogue, columns: ColumnMap) -> CellReader:
    return CellReader(catalogue.store, columns.date_format, kinds=columns.kinds)


def row(entry: str, line: str, ordinal: int, code: str, value: str, duty: str) -> list[str]:
    return [entry, line, "04/08/2025", "CA", str(ordinal), code, value, duty]


def duties(groups: Groups, rows: list[list[str]]) -> list[str | None]:
    """The filed duty with which each row is priced; None where it is grouped."""
    found = [groups.cells(index, cells) for index, cells in enumerate(rows)]
    return [None if cells is None else cells[DUTY] for cells in found]


def test_the_sample_report(catalogue: Catalogue) -> None:
    rows = open_rows(SAMPLES / "es003.csv")
    columns = map_columns(rows.header, {}, Defaults())
    reader = CellReader(catalogue.store, columns.date_format, kinds=columns.kinds)
    groups = group_rows(rows, columns, reader)
    place = columns.places["filed_duty"]
    found = [groups.cells(index, cells) for index, cells in enumerate(rows.reopen())]
    assert [None if cells is None else cells[place] for cells in found] == [
        None, "2800.00", "FREE", None, None, "250.00", None,
    ]  # fmt: skip
    assert (groups.grouped, groups.lines, groups.alone) == (3, 2, 1)
    assert reader.read("entry_date", "04/08/2025").text == "2025-04-08"


def test_rows_of_a_line_need_not_stand_together(columns: ColumnMap, reader: CellReader) -> None:
    rows = [
        row("A", "1", 1, "99030128", "$0.00", "$850.00"),
        row("B", "1", 1, "3923900080", "$10,000.00", "$300.00"),
        row("A", "2", 1, "8471300100", "$5.00", "FREE"),
        row("A", "1", 2, "3923.90.0080", "$10,000.00", "$300.00"),
        row("B", "1", 2, "9903.01.28", "", "1.50"),
    ]
    groups = group_rows(rows, columns, reader)
    assert duties(groups, rows) == [None, "301.50", "FREE", "1150.00", None]
    assert rows[3][DUTY] == "$300.00"


def test_duties_with_a_decimal_comma_are_added_up(catalogue: Catalogue, columns: ColumnMap) -> None:
    reader = CellReader(catalogue.store, columns.date_format, decimal_comma=True)
    rows = [
        row("A", "1", 1, "99030128", "0,00", "1.850,50"),
        row("A", "1", 2, "3923900080", "10.000,00", "300,00"),
    ]
    found = duties(group_rows(rows, columns, reader), rows)
    assert found == [None, "2150,50"]
    assert reader.read("filed_duty", found[1] or "").text == "2150.50"


def test_rows_without_an_entry_or_a_line_are_in_no_line(
    columns: ColumnMap, reader: CellReader
) -> None:
    rows = [
        row("A", "1", 1, "99030110", "$0.00", "250"),
        row("", "1", 2, "3923900080", "$1,000.00", "30"),
        row("A", "", 1, "99030110", "$0.00", "500"),
        row("B", "1", 1, "99030110", "$0.00", "2500"),
        row("", "1", 2, "3923900080", "$10,000.00", "300"),
        [""] * len(HEADER),
    ]
    groups = group_rows(rows, columns, reader)
    assert duties(groups, rows)[1:3] == [None, None]
    faults = [groups.fault(index) for index in range(len(rows))]
    assert [fault and fault.field for fault in faults] == [
        "classification",
        "entry",
        "line",
        "classification",
        "entry",
        None,
    ]
    assert groups.grouped == 0


def test_a_line_of_chapter_99_alone_lacks_its_goods(columns: ColumnMap, reader: CellReader) -> None:
    """As where a report is filtered by 9903: what the goods owe cannot be told from it."""
    rows = [
        row("A", "1", 1, "99030110", "0.00", "250"),
        row("A", "2", 1, "8471300100", "5", "0"),
        row("B", "1", 1, "99030110", "1000.00", "250"),
        row("B", "1", 2, "99038187", "1000.00", "250"),
    ]
    groups = group_rows(rows, columns, reader)
    faults = [groups.fault(index) for index in range(4)]
    assert [fault and fault.code for fault in faults] == ["no-goods", None, "no-goods", "no-goods"]
    assert duties(groups, rows) == [None, "0", None, None]
    assert (groups.alone, groups.unread) == (3, {"A", "B"})


def test_of_several_goods_the_first_with_a_value_bears_the_duty(
    columns: ColumnMap, reader: CellReader
) -> None:
    rows = [
        row("A", "1", 1, "99030128", "0", "10"),
        row("A", "1", 4, "6203424010", "500", "1"),
        row("A", "1", 2, "6203424011", "0", "2"),
        row("A", "1", 3, "6203424012", "500", "3"),
    ]
    assert duties(group_rows(rows, columns, reader), rows) == [None, "1", "2", "13"]


def test_chapter_98_is_grouped_only_beside_goods(columns: ColumnMap, reader: CellReader) -> None:
    rows = [
        row("A", "1", 1, "9802008068", "100", "0"),
        row("A", "1", 2, "6203424010", "500", "50"),
        row("A", "1", 3, "99030128", "0", "10"),
        row("A", "2", 1, "9801001012", "100", "5"),
        row("A", "2", 2, "99030128", "0", "10"),
    ]
    assert duties(group_rows(rows, columns, reader), rows) == [None, "60", None, "15", None]


def test_goods_beside_chapter_98_are_warned_of(columns: ColumnMap, reader: CellReader) -> None:
    """Goods of 9801.00.10 return free, those of 9802.00.80 pay on less than their value."""
    rows = [
        row("A", "1", 1, "9801.00.1012", "0", "0"),
        row("A", "1", 2, "8413919095", "5000", "0"),
        row("B", "1", 1, "8413919095", "5000", "0"),
        row("B", "1", 2, "99030110", "0", "0"),
    ]
    groups = group_rows(rows, columns, reader)
    assert [groups.said(index) for index in range(4)] == [
        None,
        "chapter-98: what 9801.00.10.12 frees or changes is not held here; priced without it",
        None,
        None,
    ]


def test_a_duty_that_cannot_be_read_is_told_by_its_line(
    columns: ColumnMap, reader: CellReader
) -> None:
    rows = [
        row("A", "1", 1, "99030128", "0", "ten"),
        row("A", "1", 2, "6203424010", "500", "50"),
        row("B", "1", 1, "99030128", "0", "10"),
        row("B", "1", 2, "6203424010", "500", "fifty"),
    ]
    assert duties(group_rows(rows, columns, reader), rows) == [None, "ten", None, "fifty"]


def test_ragged_and_blank_rows_are_left_as_they_are(columns: ColumnMap, reader: CellReader) -> None:
    rows = [[], ["A", "1"], row("A", "1", 1, "6203424010", "500", "50"), [""] * len(HEADER)]
    groups = group_rows(rows, columns, reader)
    assert [groups.cells(index, cells) for index, cells in enumerate(rows)] == rows


def test_numbers_that_only_begin_like_chapter_99_are_goods(
    columns: ColumnMap, reader: CellReader
) -> None:
    rows = [row("A", "1", 1, "990121002", "5", "1"), row("A", "1", 2, "99x", "5", "1")]
    assert group_rows(rows, columns, reader).grouped == 0


def test_other_files_are_not_grouped(catalogue: Catalogue) -> None:
    header = ["entry", "line", "origin", "entry_date", "hts", "value", "importer"]
    columns = map_columns(header, {}, Defaults())
    rows = [["A", "1", "CA", "2025-04-08", "99030128", "0", "US"]]
    groups = group_rows(rows, columns, CellReader(catalogue.store))
    assert groups.cells(0, rows[0]) == rows[0]


@given(st.data())
def test_no_row_and_no_duty_is_lost(
    columns: ColumnMap, reader: CellReader, data: st.DataObject
) -> None:
    codes = st.sampled_from(["99030128", "9802008068", "6203424010", "8471300100"])
    rows = data.draw(
        st.lists(
            st.builds(
                row,
                st.sampled_from("AB"),
                st.sampled_from("12"),
                st.integers(1, 9),
                codes,
                st.sampled_from(["0", "$100.00"]),
                st.decimals(0, 999, places=2).map(str),
            ),
            max_size=12,
        )
    )
    groups = group_rows(rows, columns, reader)
    found = duties(groups, rows)
    for line in {(cells[0], cells[1]) for cells in rows}:
        mine = [i for i, cells in enumerate(rows) if (cells[0], cells[1]) == line]
        if all(rows[i][5] == "99030128" for i in mine):
            assert all(groups.fault(i) for i in mine)
            continue
        filed = sum(Decimal(rows[i][DUTY]) for i in mine)
        assert sum(Decimal(found[i] or 0) for i in mine) == filed
        assert any(found[i] is not None for i in mine)


def test_memory_is_a_few_bytes_a_row(columns: ColumnMap, reader: CellReader) -> None:
    import tracemalloc

    def rows() -> Iterator[list[str]]:
        for number in range(20_000):
            yield row("A", str(number), 1, "6203424010", "500", "50")

    tracemalloc.start()
    groups = group_rows(rows(), columns, reader)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept < 100_000
    assert groups.cells(5, ["x"]) == ["x"]


def test_samples_are_what_spreadsheets_write() -> None:
    with (SAMPLES / "es003.csv").open(newline="") as file:
        assert {len(cells) for cells in csv.reader(file)} == {16}
