"""Priced rows as an XLSX sheet: the user's cells as text, amounts as numbers; needs openpyxl."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook  # type: ignore[import-untyped]  # has no types
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]  # has no types
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # type: ignore[import-untyped]  # has no types
from openpyxl.writer.excel import ExcelWriter  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.inert import neutral
from tariffcalc.batch.room import room_told
from tariffcalc.batch.writers import fitted, unique_names
from tariffcalc.values.issues import InputError, Issue

MOST_ROWS = 1_048_576
LONGEST = 32_767
"""Characters that a cell of a sheet holds, as UTF-16 counts them."""

is_amount = re.compile(r"-?\d{1,13}\.\d\d").fullmatch


class SheetWriter:
    """Rows of one sheet."""

    def __init__(self, file: BinaryIO, header: Sequence[str], columns: Sequence[str]) -> None:
        self._file = file
        self._width = len(header)
        self._rows = 0
        self._book: Any = Workbook(write_only=True)
        self._sheet: Any = self._book.create_sheet("priced")
        self._append([self._text(name) for name in unique_names([*header, *columns])])

    def write(self, cells: Sequence[str], result: Sequence[str]) -> None:
        """Write one row."""
        own, extra = fitted(cells, self._width)
        priced = [Decimal(text) if is_amount(text) else self._text(text) for text in result]
        self._append([*map(self._text, own), *priced, *map(self._text, extra)])

    def close(self) -> None:
        """Write the file: a sheet is zipped as a whole."""
        with room_told():
            self._sheet.close()
        archive = ZipFile(self._file, "w", ZIP_DEFLATED)
        try:
            ExcelWriter(self._book, archive).save()
        except BaseException:
            with suppress(Exception):  # an end that is not written now is tried when all is closed
                archive.close()
            raise

    def drop(self) -> None:
        """Let go of the sheet."""
        with suppress(Exception):  # it may be why the file is given up
            self._sheet.close()

    def _text(self, text: str) -> Any:
        shown = ILLEGAL_CHARACTERS_RE.sub("", neutral(text))
        if len(shown) > LONGEST // 2:
            self._check_length(shown)
        cell = WriteOnlyCell(self._sheet, shown or None)
        if cell.value is not None:
            cell.data_type = "s"
            cell.number_format = "@"
        return cell

    def _check_length(self, text: str) -> None:
        """Refuse a text that openpyxl would cut off without a word."""
        size = len(text.encode("utf-16-le")) // 2
        if size > LONGEST:
            message = (
                f'row {self._rows + 1} of the sheet has a cell of {size:,} characters, "{text[:20]}'
                f'...", and a cell holds {LONGEST:,}'
            )
            hint = "Write a .csv file, which takes cells of any length."
            raise InputError([Issue("cell-too-long", "error", message, "--output", hint)])

    def _append(self, row: list[Any]) -> None:
        self._rows += 1
        if self._rows > MOST_ROWS:
            message = f"a sheet holds {MOST_ROWS:,} rows, and there are more"
            hint = "Write a .csv or .parquet file."
            raise InputError([Issue("sheet-full", "error", message, "--output", hint)])
        with room_told():
            self._sheet.append(row)
