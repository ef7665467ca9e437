"""Priced rows on their way out: CSV, JSON Lines, Parquet and XLSX.

A row is the user's cells, untouched and in their order, and then the result. A short row is filled
up to the header's width, so that the result stands under its columns; the cells that a long row
has too many come after the result, where nothing shifts and nothing is lost.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol, cast

from tariffcalc.batch.csv_form import CsvForm
from tariffcalc.batch.files import STDOUT
from tariffcalc.batch.rows import BLOCK, HELD
from tariffcalc.values.issues import InputError, Issue

PACKED = 6
"""Level of gzip: much faster than 9 for files nearly as small."""

EXTRA = "extra_cells"
"""Where JSON Lines and Parquet keep the cells that a long row has too many."""


class Form(StrEnum):
    """A form of file that rows are written in."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    XLSX = "xlsx"


ENDINGS = {
    ".csv": Form.CSV, ".tsv": Form.CSV, ".txt": Form.CSV, ".jsonl": Form.JSONL,
    ".ndjson": Form.JSONL, ".parquet": Form.PARQUET, ".pq": Form.PARQUET, ".xlsx": Form.XLSX,
}  # fmt: skip


_EXTRAS = {Form.PARQUET: ("fast", "pyarrow", "numpy"), Form.XLSX: ("xlsx", "openpyxl")}
"""The extra that a form needs, and the modules in it."""


class Layout(NamedTuple):
    """How a file is written.

    Attributes:
        delimiter: Between the cells of a CSV.
        line_end: After each of its rows.
        byte_order_mark: Whether it begins with one, as spreadsheets write UTF-8.
        is_zipped: Whether gzip goes over it.
        is_ragged: Whether rows may have more cells than the header.
    """

    form: Form
    delimiter: str = ","
    line_end: str = "\n"
    byte_order_mark: bool = False
    is_zipped: bool = False
    is_ragged: bool = True


class Writer(Protocol):
    """Takes priced rows in order."""

    def write(self, cells: Sequence[str], result: Sequence[str]) -> None:
        """Write one row."""

    def close(self) -> None:
        """Write what is still held. The file itself stays open."""

    def drop(self) -> None:
        """Let go of what is held: the file is given up."""


def choose_layout(
    target: str, told: str | None, delimiter: str, line_end: str, marked: bool = False
) -> Layout:
    """Return how to write a file: as told, else by its ending, with the input's own marks.

    Args:
        target: Path of the file, or `-` for stdout.
        told: A form, where the user names one.
        delimiter: Of the input.
        line_end: Of the input.
        marked: Whether the input said how it is encoded, so that the output should too.

    Raises:
        InputError: for an ending that names no form.
    """
    ending, is_zipped = _ending(target)
    form = Form(told) if told else ENDINGS.get(ending)
    if form is None and target == STDOUT:
        form = Form.CSV
    if form is None or (is_zipped and form in (Form.PARQUET, Form.XLSX)):
        written = f'"{ending}.gz"' if form else f'"{ending}"'
        message = f"the ending {written} does not say how to write the rows"
        known = ", ".join(ENDINGS)
        hint = f"Name the file with {known} (text also with .gz), or say --format csv."
        raise InputError([Issue("unknown-ending", "error", message, target, hint)])
    if ending == ".tsv":
        delimiter = "\t"
    elif ending == ".csv" and delimiter == "\t":
        delimiter = ","
    return Layout(form, delimiter, line_end, marked, is_zipped)


def check_extra(form: Form) -> None:
    """Refuse a form that cannot be written, before any work is done.

    Raises:
        InputError: when it needs an extra that is not installed.
    """
    extra, *needed = _EXTRAS.get(form, ("",))
    missing = [name for name in needed if find_spec(name) is None]
    if missing:
        message = f"{form} files need {missing[0]}, which is not installed"
        hint = f'Install it with: pip install "tariffcalc[{extra}]"'
        raise InputError([Issue("missing-extra", "error", message, "--output", hint)])


def note_of(target: str, layout: Layout) -> Iterator[Issue]:
    """Yield a note where a file is written in another form than its ending names."""
    ending, _ = _ending(target)
    if ENDINGS.get(ending, layout.form) is not layout.form:
        message = f"the file is written as {layout.form.upper()}, though its name ends in {ending}"
        yield Issue("other-ending", "info", message)


def _ending(target: str) -> tuple[str, bool]:
    """Return the ending of a file's name, and whether the one of gzip stands behind it."""
    name = Path(target).name.lower()
    return Path(name.removesuffix(".gz")).suffix, name.endswith(".gz")


@contextmanager
def zipped(file: BinaryIO, is_zipped: bool) -> Iterator[BinaryIO]:
    """Put gzip over a file, or not. The same rows give the same bytes: no name, no time."""
    if not is_zipped:
        yield file
        return
    with gzip.GzipFile("", "wb", PACKED, file, mtime=0) as packed:
        yield cast(BinaryIO, packed)


def open_writer(
    layout: Layout, file: BinaryIO, header: Sequence[str], columns: Sequence[str]
) -> Writer:
    """Return a writer of rows in a layout; `columns` are the names of the result."""
    if layout.form is Form.CSV:
        return CsvWriter(layout, file, header, columns)
    if layout.form is Form.JSONL:
        return JsonLinesWriter(file, header, columns)
    if layout.form is Form.PARQUET:
        from tariffcalc.batch.arrow_rows import ParquetWriter

        return ParquetWriter(file, header, columns, layout.is_ragged)
    from tariffcalc.batch.sheet import SheetWriter

    return SheetWriter(file, header, columns)


class LineWriter:
    """Lines of text, of which many are written at once."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self._held: list[str] = []
        self._size = 0

    def write_lines(self, lines: Sequence[str]) -> None:
        """Write rows that are text already, with their ends."""
        self._held += lines
        self._size += sum(map(len, lines))
        if len(self._held) >= BLOCK or self._size >= HELD:
            self.close()

    def close(self) -> None:
        """Write the rows that are held."""
        self.file.write("".join(self._held).encode())
        self.drop()

    def drop(self) -> None:
        """Let go of the rows that are held."""
        self._held.clear()
        self._size = 0


class CsvWriter(LineWriter):
    """Rows as CSV."""

    def __init__(
        self, layout: Layout, file: BinaryIO, header: Sequence[str], columns: Sequence[str]
    ) -> None:
        super().__init__(file)
        self.form = CsvForm(layout.delimiter, layout.line_end, len(header))
        mark = "\ufeff" if layout.byte_order_mark else ""
        self._held.append(mark + self.form.row(header, columns))

    def write(self, cells: Sequence[str], result: Sequence[str]) -> None:
        """Write one row."""
        self.write_lines([self.form.row(cells, result)])


class JsonLinesWriter(LineWriter):
    """Rows as JSON objects, one a line. What the result leaves blank is null."""

    def __init__(self, file: BinaryIO, header: Sequence[str], columns: Sequence[str]) -> None:
        super().__init__(file)
        self._names = unique_names([*header, *columns, EXTRA])
        self._width = len(header)

    def write(self, cells: Sequence[str], result: Sequence[str]) -> None:
        """Write one row."""
        self.write_lines([json_line(self._names, self._width, cells, result)])


def json_line(names: Sequence[str], width: int, cells: Sequence[str], result: Sequence[str]) -> str:
    """Return a row as a JSON object, with its line end.

    Args:
        names: Of all columns, and last that of the cells which a long row has too many.
        width: How many of them are the user's.
        cells: The user's.
        result: What is blank there is null.
    """
    own, extra = fitted(cells, width)
    body: dict[str, object] = dict(
        zip(names[:-1], [*own, *(text or None for text in result)], strict=True)
    )
    if extra:
        body[names[-1]] = list(extra)
    return json.dumps(body, ensure_ascii=False) + "\n"


def fitted(cells: Sequence[str], width: int) -> tuple[list[str], Sequence[str]]:
    """Return as many cells as the header has, and those that are too many."""
    return [*cells[:width], *[""] * (width - len(cells))], cells[width:]


def unique_names(names: Sequence[str]) -> list[str]:
    """Return column names that differ: a blank one gets its place, a repeated one a number.

    >>> unique_names(["hs", "", "value", "value"])
    ['hs', 'column_2', 'value', 'value_2']
    """
    found: dict[str, None] = {}
    for place, name in enumerate(names, 1):
        wanted = named = name or f"column_{place}"
        number = 1
        while named in found:
            number += 1
            named = f"{wanted}_{number}"
        found[named] = None
    return list(found)
