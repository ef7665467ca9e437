"""Rows on their way out: nothing of the user's lost or moved, nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tariffcalc.batch.inert import neutral, restore, would_run
from tariffcalc.batch.writers import (
    CsvForm,
    Form,
    Layout,
    choose_layout,
    open_writer,
    unique_names,
)
from tariffcalc.values.issues import InputError

RUNS = ["=1+1", "=HYPERLINK(A1)", "+A1", "-A1", "@SUM(A1)", "\tx", "\r=1", "-2+3", '="00"&A1']
RUNS += ["=cmd|' /C calc'!A0", '="0001"+1', "- A1", "+1 (555) 1-2"]
RUNS += ["\n=1", "\0=1", "\uff1d1+1", "\uff0bA1", "\uff0dA1", "\uff20SUM(A1)"]
INERT = ["", "-", "--", "+", "-5", "-5.00", "+1,200.50", "-$5.00", "- 5", "-1 234,56", "-1e5"]
INERT += ["-10%", '="0001"', "2025-04-15", "7601.10.60", "a=b", "'tis", "", "=", "="]
HEADER, COLUMNS = ["hs", "note"], ("status", "error_message")
CELL = st.text(st.sampled_from("=+-@\t\r\n'\";,|1a. \u00e9\uff1d"), max_size=6) | st.sampled_from(
    RUNS + INERT
)


@pytest.mark.parametrize("text", RUNS)
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", INERT)
def test_what_is_no_formula_stays(text: str) -> None:
    assert neutral(text) == text


@given(CELL)
@example("'=1+1")
@example("''=1+1")
def test_neutral_can_be_undone(text: str) -> None:
    assert restore(neutral(text)) == text
    assert not would_run(neutral(text))


def written(layout: Layout, rows: list[tuple[list[str], tuple[str, ...]]]) -> bytes:
    file = io.BytesIO()
    writer = open_writer(layout, file, HEADER, COLUMNS)
    for cells, result in rows:
        writer.write(cells, result)
    writer.close()
    return file.getvalue()


@given(
    st.lists(st.lists(CELL, min_size=2, max_size=2), max_size=4),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_csv_rows_read_back_as_they_were(
    rows: list[list[str]], delimiter: str, line_end: str
) -> None:
    result = ("error", 'x "quoted", and; more')
    body = written(
        Layout(Form.CSV, delimiter, line_end), [(cells, result) for cells in rows]
    ).decode()
    found = list(csv.reader(io.StringIO(body, newline=""), delimiter=delimiter))
    assert found[0] == [*HEADER, *COLUMNS]
    assert [[*map(restore, row[:2]), *row[2:]] for row in found[1:]] == [
        [*cells, *result] for cells in rows
    ]
    assert body.endswith(line_end)


@given(st.lists(CELL, min_size=3, max_size=3), st.sampled_from([",", ";", "\t"]))
def test_quoting_is_that_of_the_csv_module(cells: list[str], delimiter: str) -> None:
    file = io.StringIO()
    result = ("ok", "a, b; c")
    csv.writer(file, delimiter=delimiter, lineterminator="\r\n").writerow(
        [*map(neutral, cells), *result]
    )
    assert CsvForm(delimiter, "\r\n", 3).row(cells, result) == file.getvalue()


@pytest.mark.parametrize(
    "cells", [[""], ["", ""], ["a"], ["a;b", "c"], ["a,b"], ['"'], ["a\rb", ""]]
)
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_cells_are_joined_as_the_csv_module_joins_them(cells: list[str], delimiter: str) -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    assert CsvForm(delimiter, "\n", 3).join(cells) == file.getvalue()[:-2]


def test_a_short_row_is_filled_and_a_long_one_keeps_its_cells_behind() -> None:
    result = ("error", "ragged")
    rows = [(["76"], result), (["76", "a", "=b", "c"], result)]
    assert written(Layout(Form.CSV), rows).decode().splitlines()[1:] == [
        "76,,error,ragged",
        "76,a,error,ragged,'=b,c",
    ]
    found = [json.loads(line) for line in written(Layout(Form.JSONL), rows).splitlines()]
    assert found[0]["note"] == ""
    assert found[1]["extra_cells"] == ["=b", "c"]


def test_json_lines_name_every_column_once() -> None:
    file = io.BytesIO()
    writer = open_writer(Layout(Form.JSONL), file, ["hs", "", "hs", "status"], COLUMNS)
    writer.write(["1", "2", "3", "4"], ("ok", ""))
    writer.close()
    assert json.loads(file.getvalue()) == {
        "hs": "1",
        "column_2": "2",
        "hs_2": "3",
        "status": "4",
        "status_2": "ok",
        "error_message": None,
    }


def test_json_lines_lose_no_column_that_is_named_as_extra_cells_are() -> None:
    file = io.BytesIO()
    writer = open_writer(Layout(Form.JSONL), file, ["hs", "extra_cells"], COLUMNS)
    writer.write(["1", "mine", "2", "3"], ("error", "ragged"))
    writer.close()
    found = json.loads(file.getvalue())
    assert (found["extra_cells"], found["extra_cells_2"]) == ("mine", ["2", "3"])


def test_json_lines_keep_formulas_as_they_are() -> None:
    (line,) = written(Layout(Form.JSONL), [(["=1+1", "é"], ("ok", ""))]).splitlines()
    assert json.loads(line)["hs"] == "=1+1"
    assert "é".encode() in line


def test_parquet_keeps_text_and_order() -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = [([str(n), "=x"], ("ok", "")) for n in range(5)] + [(["a", "b", "c"], ("error", "m"))]
    table: Any = parquet.read_table(io.BytesIO(written(Layout(Form.PARQUET), rows)))
    assert table.column_names == [*HEADER, *COLUMNS, "extra_cells"]
    assert table.column("hs").to_pylist() == ["0", "1", "2", "3", "4", "a"]
    assert table.column("note").to_pylist()[0] == "=x"
    assert table.column("error_message").to_pylist() == [None] * 5 + ["m"]
    assert table.column("extra_cells").to_pylist()[-1] == "c"


def test_a_sheet_keeps_codes_as_text_and_amounts_as_numbers() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    rows = [(["0402", "=1+1"], ("ok", "12.50"))]
    body = written(Layout(Form.XLSX), rows)
    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        [*HEADER, *COLUMNS],
        ["0402", "'=1+1", "ok", 12.5],
    ]
    assert sheet["B2"].data_type == "s"


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("x" * 32_768, "32,768"), ("=" + "x" * 32_766 + "+1", "32,770"),
        ("\U0001f600" * 16_384, "32,768"),
    ],
)  # fmt: skip
def test_a_cell_that_a_sheet_would_cut_off_is_refused(text: str, size: str) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    writer = open_writer(Layout(Form.XLSX), io.BytesIO(), HEADER, COLUMNS)
    writer.write(["1", "a"], ("ok", ""))
    words = rf"row 3 of the sheet has a cell of {size} characters, .*holds 32,767\. Write a \.csv"
    with pytest.raises(InputError, match=words):
        writer.write(["2", text], ("ok", ""))
    writer.drop()
    body = written(Layout(Form.XLSX), [(["1", "x" * 32_767], ("ok", ""))])
    assert len(openpyxl.load_workbook(io.BytesIO(body)).active["B2"].value) == 32_767


def test_no_room_for_a_sheet_that_is_not_zipped_yet_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("openpyxl")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    writer: Any = open_writer(Layout(Form.XLSX), io.BytesIO(), HEADER, COLUMNS)
    words = r"temporary files cannot be written: No space.*TMPDIR"
    with monkeypatch.context() as patch:
        patch.setattr(writer._sheet, "append", full)
        with pytest.raises(InputError, match=words):
            writer.write(["1", "a"], ("ok", ""))
        patch.setattr(writer._sheet, "close", full)
        with pytest.raises(InputError, match=words):
            writer.close()
        writer.drop()
    writer.drop()


@pytest.mark.parametrize(
    ("target", "told", "delimiter", "expected"),
    [
        ("out.csv", None, ";", Layout(Form.CSV, ";")),
        ("out.csv", None, "\t", Layout(Form.CSV, ",")),
        ("out.TSV.gz", None, ",", Layout(Form.CSV, "\t", is_zipped=True)),
        ("out.ndjson", None, ",", Layout(Form.JSONL)),
        ("out.parquet", None, ",", Layout(Form.PARQUET)),
        ("-", None, "\t", Layout(Form.CSV, "\t")),
        ("-", "jsonl", ",", Layout(Form.JSONL)),
        ("out.data", "csv", ",", Layout(Form.CSV)),
    ],
)
def test_the_ending_names_the_form(
    target: str, told: str | None, delimiter: str, expected: Layout
) -> None:
    assert choose_layout(target, told, delimiter, "\n") == expected


@pytest.mark.parametrize("target", ["out", "out.dat", "out.parquet.gz", "out.gz"])
def test_an_ending_that_says_nothing_is_refused(target: str) -> None:
    with pytest.raises(InputError, match="--format csv"):
        choose_layout(target, None, ",", "\n")


@given(st.lists(st.sampled_from(["a", "a_2", "b", "", "column_4"]), max_size=7))
def test_unique_names_are(names: list[str]) -> None:
    found = unique_names(names)
    assert len(set(found)) == len(found) == len(names)
