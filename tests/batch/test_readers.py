from __future__ import annotations

import builtins
import csv
import errno
import gzip
import io
import os
import sys
import tempfile
import threading
import tracemalloc
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tariffcalc.batch import text_lines
from tariffcalc.batch.csv_form import CsvForm
from tariffcalc.batch.readers import Rows, open_rows
from tariffcalc.batch.text_rows import TextRows, read_alone
from tariffcalc.values.issues import InputError

SAMPLES = Path(__file__).parent / "samples"


def write(folder: Path, content: bytes | str, name: str = "in.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(folder: Path, content: bytes | str, **told: Any) -> list[list[str]]:
    return list(open_rows(write(folder, content), **told))


def fault(folder: Path, content: bytes | str, name: str = "in.csv", **told: Any) -> str:
    with pytest.raises(InputError) as caught:
        list(open_rows(write(folder, content, name), **told))
    return str(caught.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(tmp_path: Path, delimiter: str, end: str) -> None:
    text = end.join(delimiter.join(row) for row in (["a", "b", "c"], ["1", "x y", ""], ["2"]))
    rows = open_rows(write(tmp_path, text + end))
    assert isinstance(rows, TextRows)
    assert (rows.header, rows.delimiter, rows.raw_ends) == (["a", "b", "c"], delimiter, end)
    assert list(rows) == [["1", "x y", ""], ["2"]]
    assert [rows.row_number(i) for i in (0, 1)] == [2, 3]


def test_the_delimiter_is_counted_outside_quotes(tmp_path: Path) -> None:
    rows = open_rows(write(tmp_path, '"a,b,c";"d\n,,,,e";f\n1;2;3\n'))
    assert rows.header == ["a,b,c", "d\n,,,,e", "f"]
    assert list(rows) == [["1", "2", "3"]]
    told = open_rows(write(tmp_path, "a;b,c\n1;2,3\n"), delimiter="comma")
    assert list(told) == [["1;2", "3"]]
    assert "not one character" in fault(tmp_path, "a,b\n", delimiter="::")
    assert list(open_rows(write(tmp_path, "sep=|\na,b|c\n1|2\n"))) == [["1", "2"]]


def test_blank_rows_come_out_and_row_numbers_count_those_in_front(tmp_path: Path) -> None:
    rows = open_rows(write(tmp_path, "\n\na,b\n1,2\n\n3,4\n\n"))
    assert list(rows) == [["1", "2"], [], ["3", "4"], []]
    assert rows.row_number(0) == 4


@pytest.mark.parametrize("above", ["sep=,\n", "\n", ",,\n", "\r\n"])
@pytest.mark.parametrize("header", ["a,b", '"a\n",b'])
def test_a_header_that_ends_the_file_is_no_row(tmp_path: Path, above: str, header: str) -> None:
    rows = open_rows(write(tmp_path, above + header))
    assert (rows.header[1], list(rows)) == ("b", [])


@pytest.mark.parametrize(
    ("content", "encoding", "noted"),
    [
        ("\ufeffé,b\n€,2\n".encode(), "utf-8-sig", False),
        ("é,b\n€,2\n".encode(), "utf-8", False),
        ("é,b\n€,2\n".encode("cp1252"), "utf-8", True),
        ("é,b\n€,2\n".encode("utf-16"), "utf-16", False),
        (b"\xff\xfe" + "é,b\n€,2\n".encode("utf-16-le"), "utf-16", False),
    ],
)
def test_encodings(tmp_path: Path, content: bytes, encoding: str, noted: bool) -> None:
    rows = open_rows(write(tmp_path, content))
    assert isinstance(rows, TextRows)
    assert (rows.header, list(rows)) == (["é", "b"], [["€", "2"]])
    assert rows.encoding == encoding
    assert [note.code for note in rows.notes] == ["encoding"] * noted


def test_a_stray_byte_late_in_the_file_is_read_as_windows_1252(tmp_path: Path) -> None:
    content = "a,b\n" + "né,1\n" * 200_000
    rows = open_rows(write(tmp_path, content.encode() + b"caf\xe9,2\n" + "é,3\n".encode()))
    assert rows.notes == []
    last = list(rows)[-2:]
    assert last == [["café", "2"], ["é", "3"]]
    assert "0xE9" in rows.notes[0].message


def test_an_encoding_told_is_kept_to(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b\né,1\n".encode("cp1252"), encoding="cp1252") == [["é", "1"]]
    assert read(tmp_path, "a,b\né,1\n".encode("utf-16-le"), encoding="utf-16-le") == [["é", "1"]]
    told_wrong = fault(tmp_path, b"a,b\n\xe9,1\n", encoding="utf-8")
    assert "is not utf-8 near byte 4. Say another --encoding, such as cp1252." in told_wrong
    for told in ("klingon", "hex", "rot13", "zip"):
        assert f'"{told}" is no encoding' in fault(tmp_path, b"a,b\n", encoding=told)
    unmarked = "a,b\n1,2\n".encode("utf-16-le")
    assert "--encoding utf-16-le" in fault(tmp_path, unmarked)
    assert "Say --encoding utf-16-le" in fault(tmp_path, unmarked, encoding="utf-16")


@pytest.mark.parametrize("told", ["utf-8", "UTF8", "utf-16-le", "utf-16", "utf-32"])
def test_a_mark_is_no_part_of_the_header_though_the_encoding_is_told(
    tmp_path: Path, told: str
) -> None:
    text = '"é",b\n"1",2\n'
    marked = told in ("utf-16", "utf-32")  # these write their mark themselves
    content = (text if marked else f"\ufeff{text}").encode(told)
    rows = open_rows(write(tmp_path, content), encoding=told)
    assert (rows.header, list(rows)) == (["é", "b"], [["1", "2"]])


def test_nul_bytes_stay_in_their_cell(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b\n1\x00,2\n3,4\n") == [["1\x00", "2"], ["3", "4"]]


def test_quotes(tmp_path: Path) -> None:
    text = 'a,b\n"1, x","two\nlines"\n3 "x" 4,5\n"say ""hi""", "6"\n="0001",7\n'
    assert read(tmp_path, text) == [
        ["1, x", "two\nlines"], ['3 "x" 4', "5"], ['say "hi"', ' "6"'], ['="0001"', "7"],
    ]  # fmt: skip


def test_a_quote_never_closed_is_one_bad_row(tmp_path: Path) -> None:
    text = 'a,b,c\n1,2,3\n4,"5,6\n7,8,9\n' + "x,y,z\n" * 5
    assert (
        read(tmp_path, text)
        == [["1", "2", "3"], ["4", "5,6"], ["7", "8", "9"]] + [["x", "y", "z"]] * 5
    )


def test_a_quote_never_closed_far_from_the_end_is_one_bad_row(tmp_path: Path) -> None:
    text = 'a,b,c\n1,2,3\n4,"5,6\n' + "7,8,9\n" * 600_000 + '10,"11",12\n'
    rows = read(tmp_path, text)
    assert len(rows) == 600_003
    assert rows[1] == ["4", "5,6"]
    assert rows[-1] == ["10", "11", "12"]


def test_a_quote_closed_in_the_middle_of_a_cell_swallows_no_row(tmp_path: Path) -> None:
    text = 'a,b,c\n1,"12 inch,3\n4,"pipe" long,6\n7,"two\nlines" more,9\n10,11,12\n'
    assert read(tmp_path, text) == [
        ["1", "12 inch,3"], ["4", "pipe long", "6"], ["7", "two"], ['lines" more', "9"],
        ["10", "11", "12"],
    ]  # fmt: skip


def test_a_cell_of_more_than_a_megabyte_is_one_bad_row(tmp_path: Path) -> None:
    rows = read(tmp_path, f"a,b\n1,{'x' * 2_000_000}\n3,4\n")
    assert len(rows) == 2
    assert len(rows[0]) == 1
    assert rows[1] == ["3", "4"]


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    assert "more than 8,388,608 characters" in fault(tmp_path, "a,b\n" + "x" * 9_000_000)
    assert "no row end in its first" in fault(tmp_path, "a," * 200_000)


@pytest.mark.parametrize(("sign", "end"), [("x", "\n"), ("é", "\r\n"), ("\U0001f600", "\r")])
def test_how_long_a_line_may_be(tmp_path: Path, sign: str, end: str) -> None:
    """In characters, wherever the file is cut in reading; both ways of reading say the same."""
    longest = text_lines.LONGEST_LINE
    for more in (0, 1):
        long = sign * (longest + more)
        rows = open_rows(write(tmp_path, f"a,b{end}1,2{end}{end}{long}{end}3,4{end}"))
        assert isinstance(rows, TextRows)
        for reading in (rows, rows.pieces(2_600_000)):
            if more:
                with pytest.raises(InputError, match="line 4 has more than 8,388,608 characters"):
                    list(reading)
            else:
                assert sum(map(len, reading)) > 3


def test_gzip_is_told_by_its_bytes_and_streamed(tmp_path: Path) -> None:
    packed = gzip.compress(b"a,b\n" + b"1,2\n" * 10)
    assert len(read(tmp_path, packed)) == 10
    assert "not a sound gzip file" in fault(tmp_path, packed[:-12])
    assert "not a sound gzip file" in fault(tmp_path, b"\x1f\x8b\x08\x00" + b"junk" * 9)


def test_gzip_of_several_members_is_read_from_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header, rest = gzip.compress(b"a,b\n"), gzip.compress(b"1,2\n" * 100_000)
    for packed in (
        gzip.compress(b"") + header + rest, header + b"\0" * 9 + gzip.compress(b"") + rest,
        gzip.compress(b"") * 1000 + header + rest,
    ):  # fmt: skip
        monkeypatch.setattr(sys, "stdin", _Stdin(packed))
        piped = open_rows("-")
        assert piped.source.head == open_rows(write(tmp_path, packed)).source.head
        assert sum(1 for _ in piped) == 100_000
    monkeypatch.setattr(sys, "stdin", _Stdin(gzip.compress(b"") * 3))
    with pytest.raises(InputError, match="holds nothing"):
        open_rows("-")
    monkeypatch.setattr(sys, "stdin", _Stdin(header + b"junk"))
    with pytest.raises(InputError, match="not a sound gzip file"):
        list(open_rows("-"))


def test_memory_does_not_grow_with_a_gzip_bomb(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(b"a,b\n")
        for _ in range(60):
            file.write(b"1,2\n" * 250_000)  # 60 MB
    rows = iter(open_rows(path))
    tracemalloc.start()
    for _ in range(400_000):
        next(rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60_000_000


class _Stdin:
    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


def test_standard_input_is_read_once_or_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"a,b\n" + b"1,2\n" * 200_000
    for packed in (content, gzip.compress(content)):
        monkeypatch.setattr(sys, "stdin", _Stdin(packed))
        rows = open_rows("-")
        assert rows.name == "standard input"
        assert sum(1 for _ in rows) == 200_000
        with pytest.raises(InputError, match="only once"):
            list(rows)
        with pytest.raises(InputError, match="only once"):
            rows.reopen()
        monkeypatch.setattr(sys, "stdin", _Stdin(packed))
        rows = open_rows("-")
        rows.reopen()
        assert sum(1 for _ in rows) == sum(1 for _ in rows.reopen()) == 200_000
        both = zip(rows, rows.reopen(), strict=True)
        assert all(one == other for one, other in both)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_that_has_a_name_is_read_as_standard_input_is(tmp_path: Path) -> None:
    pipe, content = tmp_path / "pipe", b"a,b\n" + b"1,2\n" * 200_000
    for packed in (content, gzip.compress(content)):
        os.mkfifo(pipe)
        writer = threading.Thread(target=pipe.write_bytes, args=[packed], daemon=True)
        writer.start()
        rows = open_rows(pipe)
        rows.reopen()
        assert rows.name == "pipe"
        assert sum(1 for _ in rows) == sum(1 for _ in rows.reopen()) == 200_000
        writer.join()
        pipe.unlink()


def test_no_room_to_keep_standard_input_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, body: Any) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    monkeypatch.setattr(sys, "stdin", _Stdin(b"a,b\n1,2\n"))
    rows = open_rows("-")
    with pytest.raises(InputError, match=r"temporary files cannot be written: No space.*TMPDIR"):
        rows.reopen()


def test_a_file_can_be_read_again_and_tells_how_far_it_is(tmp_path: Path) -> None:
    rows = open_rows(write(tmp_path, "a,b\n" + "1,2\n" * 300_000))
    shares = [rows.share_read() for _ in rows]
    assert shares[0] is not None
    assert 0 < shares[0] < 0.6
    assert shares[-1] == 1
    assert sum(1 for _ in rows.reopen()) == 300_000


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds nothing"), (b"\n\n", "has no header"), (b"%PDF-1.7", "PDF"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel workbook, or one with a password. Save"),
        (b"<html><table>", "web page"),
        (b"PK\x03\x04junk", "not a workbook"), (b"PAR1junk", "not a sound Parquet"),
        (gzip.compress(b"PAR1"), "Unpack it first"), (b"\xef\xbb\xbf <HTML>", "web page"),
        (b'<?xml version="1.0"?>\n<Workbook>', "is XML"),
        (b'{"classification": "7601.10.60"}\n', "holds JSON, not a table. Save it as CSV, XLSX or"),
        (b'\xef\xbb\xbf\n[\n  {"classification": 1}]', "holds JSON"),
        (b'["classification", "origin"]\n', "holds JSON"),
        (gzip.compress(b'{"classification": "7601.10.60"}\n'), "holds JSON"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    assert words in fault(tmp_path, content)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(InputError, match="cannot be read"):
            open_rows(path)


def test_an_extra_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ordinary = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.endswith(("xlsx_rows", "parquet_rows")):
            raise ImportError(name="openpyxl" if "xlsx" in name else "pyarrow")
        return ordinary(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    assert 'pip install "tariffcalc[xlsx]"' in fault(tmp_path, b"PK\x03\x04")
    assert 'pyarrow is not installed. Type: pip install "tariffcalc[fast]"' in fault(
        tmp_path, b"PAR1"
    )


def workbook(folder: Path, name: str = "in.xlsx", sheet: str = "Main Report") -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    book.active.append(["not", "this"])
    page = book.create_sheet(sheet)
    page.append([])
    page.append(["code", "value", "day", "share", "time", "flag"])
    page.append(["0407.11", 1234.56, date(2020, 8, 16), 0.25, datetime(2020, 8, 16, 9, 30), True])  # noqa: DTZ001
    page["D3"].number_format = "0%"
    page.append([407110000, 0.1 + 0.2, datetime(2020, 8, 16), 7601106000.0, "=1+1", "#N/A"])  # noqa: DTZ001
    page["A4"].number_format = "0000000000"
    page.append([])
    page.append(["x", 1e-7, None, 1e15])
    page["A12"].number_format = "0.00"
    path = folder / name
    book.save(path)
    return path


def test_a_workbook_comes_out_as_it_is_shown(tmp_path: Path) -> None:
    rows = open_rows(workbook(tmp_path))
    assert rows.header == ["code", "value", "day", "share", "time", "flag"]
    assert list(rows) == [
        ["0407.11", "1234.56", "2020-08-16", "25%", "2020-08-16 09:30:00", "TRUE"],
        ["0407110000", "0.3", "2020-08-16", "7601106000", "=1+1", "#N/A"],
        [],
        ["x", "0.0000001", "", "1000000000000000", "", ""],
    ]
    assert rows.row_number(0) == 3
    assert list(rows.reopen()) == list(rows)


def test_the_sheet_of_a_workbook_is_chosen(tmp_path: Path) -> None:
    plain = workbook(tmp_path, sheet="Data")
    assert open_rows(plain).header == ["not", "this"]
    assert open_rows(plain, sheet="data").header[0] == "code"
    assert open_rows(workbook(tmp_path, sheet="ES-003")).header[0] == "code"
    with pytest.raises(InputError, match='no sheet "Other"; it has Cover, Data'):
        open_rows(workbook(tmp_path, sheet="Data"), sheet="Other")


def test_a_hidden_sheet_is_read_only_when_it_is_named(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "Main Report"
    book.active.append(["old", "value"])
    book.active.sheet_state = "hidden"
    for name in ("July", "August"):
        book.create_sheet(name).append(["code", "value"])
    book.active = 1
    path = tmp_path / "in.xlsx"
    book.save(path)
    rows = open_rows(path)
    assert rows.header == ["code", "value"]
    (note,) = rows.notes
    assert (note.code, note.severity) == ("other-sheets", "warning")
    assert str(note) == (
        'in.xlsx: the sheet "July" is read, not "August". Say --sheet "August" for the other.'
    )
    rows = open_rows(path, sheet="main report")
    assert (rows.header, rows.notes) == (["old", "value"], [])


def test_a_workbook_from_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", _Stdin(workbook(tmp_path).read_bytes()))
    rows = open_rows("-")
    assert len(list(rows)) == len(list(rows.reopen())) == 4


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    source = workbook(tmp_path)
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, content + b" " * (300 << 20 if "styles" in part else 0))
    with pytest.raises(InputError, match="more than a workbook of its size should"):
        open_rows(bomb)


def test_a_workbook_that_is_damaged_within_is_refused(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for number in range(20_000):
        book.active.append([number, number * 7919 % 10_007])
    path = tmp_path / "in.xlsx"
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    body = bytearray(path.read_bytes())
    middle = part.header_offset + part.compress_size // 2
    body[middle : middle + 64] = b"\xff" * 64
    path.write_bytes(body)
    with pytest.raises(InputError, match="not a workbook that can be read"):
        list(open_rows(path))


def test_parquet(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    table = pa.table(
        {
            "code": pa.array(["0407", None]).dictionary_encode(),
            "value": pa.array([Decimal("1234.50"), None]),
            "float": [0.1 + 0.2, 1e-7],
            "short": pa.array([0.1, None], pa.float32()),
            "day": [date(2020, 8, 16), None],
            "moment": pa.array([1_597_536_000_000_000_123, None], pa.timestamp("ns")),
            "count": [10**17, 0],
            "flag": [True, None],
        }
    )
    path = tmp_path / "in.parquet"
    pq.write_table(table, path)
    rows = open_rows(path)
    assert rows.header == table.column_names
    assert list(rows) == list(rows.reopen()) == [
        ["0407", "1234.50", "0.3", "0.1", "2020-08-16", "2020-08-16", "100000000000000000", "TRUE"],
        ["", "", "0.0000001", "", "", "", "0", ""],
    ]  # fmt: skip
    pq.write_table(pa.table({"a": [[1, 2]]}), path)
    with pytest.raises(InputError, match="lists or records in a"):
        open_rows(path)


def test_the_messy_sample_gives_every_row() -> None:
    rows = open_rows(SAMPLES / "broker.csv")
    found = list(rows)
    assert len(found) == 14
    assert [len(row) for row in found] == [11, 11, 0, 11, 11, 11, 11, 11, 11, 5, 9, 12, 11, 11]
    assert found[3][4] == "Lingots d'aluminium\ndeuxième ligne"
    assert found[0][4].startswith("Œufs")
    assert rows.raw_ends == "\r\n"


cells = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)


@given(st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=8))
@settings(max_examples=60)
def test_what_the_csv_module_writes_comes_out(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["head", "er"], *table])
    path = write(tmp_path_factory.getbasetemp(), text.getvalue())
    assert list(open_rows(path)) == table


@given(st.text('ab",\n\r', max_size=60))
@settings(max_examples=200)
def test_no_text_is_lost_whatever_the_quotes_do(
    tmp_path_factory: pytest.TempPathFactory, body: str
) -> None:
    path = write(tmp_path_factory.getbasetemp(), f"x,y\n{body}")
    letters = "".join("".join(row) for row in open_rows(path))
    for letter in "ab":
        assert letters.count(letter) == body.count(letter)


@given(st.text("a1,=-'\"\n\r", max_size=60), st.sampled_from(["\n", "\r\n"]), st.integers(8, 40))
@settings(max_examples=400)
def test_lines_are_split_as_the_csv_module_reads_them(
    tmp_path_factory: pytest.TempPathFactory, body: str, end: str, size: int
) -> None:
    body = body.replace("\n", end)
    rows = open_rows(write(tmp_path_factory.getbasetemp(), f"x,y{end}{body}"))
    form = CsvForm(",", end, 2)
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_lines, "HEAD", size)
        for block in rows.blocks(form):
            for start, cells in zip(block.starts, block.rows, strict=True):
                assert len(cells) != 2 or start == form.start(cells)
                found.append(cells)
    assert found == read_by_module(io.StringIO(body, newline="").readlines())


def read_by_module(lines: list[str]) -> list[list[str]]:
    """Return the rows that the csv module reads, and by itself each line at which it stops."""
    reader, rows, done = csv.reader(lines, strict=True), [], 0
    try:
        for row in reader:
            rows.append(row)
            done = reader.line_num
    except csv.Error:
        rows += [read_alone(lines[done], ","), *read_by_module(lines[done + 1 :])]
    return rows


@given(st.binary(max_size=200))
@settings(max_examples=150)
def test_any_bytes_are_rows_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = write(tmp_path_factory.getbasetemp(), content)
    try:
        rows: Rows | None = open_rows(path)
        found = list(rows or ())
    except InputError as error:
        found = [[issue.message] for issue in error.issues]
    assert isinstance(found, list)


def test_rows_of_empty_cells_above_the_header_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    for above, number in ((",,,\n", 2), (',"",\n\n; ;\n', 4), ("\nsep=,\n,,,\n", 4)):
        path.write_text(f"{above}a,b,c\n1,2,3\n")
        rows = open_rows(path)
        assert (rows.header, rows.header_row, rows.row_number(0)) == (
            ["a", "b", "c"],
            number,
            number + 1,
        )
        assert list(rows) == [["1", "2", "3"]]


@pytest.mark.parametrize("engine", ["python", "arrow"])
def test_a_row_that_goes_on_and_on_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    """Its cells may hold lines without end, and none of them is too long."""
    arrow_blocks = pytest.importorskip("tariffcalc.batch.arrow_blocks")
    from tariffcalc.batch import text_lines

    for module in (text_lines, arrow_blocks):
        monkeypatch.setattr(module, "LONGEST_ROW", 1_000_000)
    cell = '"' + "x" * 99 + "\n" * 900 + '"'
    path = tmp_path / "in.csv"
    for cells, is_refused in ((900, False), (1600, True)):  # of 1,001 characters each
        path.write_text(f"a,b\n1,2\n{','.join([cell] * cells)}\n3,4\n", encoding="utf-8")
        rows = open_rows(path)
        assert isinstance(rows, TextRows)

        def read(rows: TextRows = rows) -> int:
            if engine == "python":
                return sum(1 for _ in rows)
            return sum(
                b.count for b in arrow_blocks.cut_blocks(rows.pieces(1 << 18), ",", "in.csv")
            )

        if is_refused:
            with pytest.raises(InputError, match=r"in.csv: has a row of more than 1,000,000 char"):
                read()
        else:
            assert read() == 3


def test_a_workbook_that_takes_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    from tariffcalc.batch import xlsx_rows

    def saved(*rows: list[str]) -> Path:
        book = openpyxl.Workbook()
        for row in (["a", "b"], ["1", "2"], *rows):
            book.active.append(row)
        book.save(tmp_path / "in.xlsx")
        return tmp_path / "in.xlsx"

    monkeypatch.setattr(xlsx_rows, "LONGEST_LINE", 40_000)
    assert len([*open_rows(saved(["x" * 20_000] * 2))]) == 2
    with pytest.raises(InputError, match=r"in.xlsx: has a row of more than 40,000 characters"):
        [*open_rows(saved(["x" * 20_000] * 3))]
    monkeypatch.setattr(xlsx_rows, "MOST_TAGS", 10_000)  # a cell has four: itself and its value
    monkeypatch.setattr(xlsx_rows, "CHUNK", 4_096)
    assert len([*open_rows(saved(*[["x"] * 1_000] * 30))]) == 31
    with pytest.raises(InputError, match=r"or 10,000 tags. Save it as .csv"):
        [*open_rows(saved(["x"] * 9_000))]

    monkeypatch.setattr(xlsx_rows, "MOST_SHARED", 200_000)
    path = saved()
    assert len([*open_rows(path)]) == 1
    with zipfile.ZipFile(path) as book:
        parts = {part.filename: book.read(part) for part in book.infolist()}
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = (
        b'<Override PartName="/xl/worksheets/texts.xml" ContentType="' + kind + b'"/></Types>'
    )
    types = parts["[Content_Types].xml"]
    parts["[Content_Types].xml"] = types.replace(b"</Types>", override)
    name = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/worksheets/texts.xml"] = b'<sst xmlns="' + name + b'"/>' + b" " * 200_000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, body in parts.items():
            whole.writestr(name, body)
    with pytest.raises(InputError, match=r"in.xlsx: unpacks to .* more than a workbook"):
        open_rows(path)
