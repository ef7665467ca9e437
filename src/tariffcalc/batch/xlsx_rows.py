"""Rows of a workbook's sheet as text, each cell as the sheet shows it; needs openpyxl.

Rows are read one by one. The texts that cells share are held in memory by openpyxl, so a workbook
that unpacks to too much of them is refused.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from openpyxl import load_workbook  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.rows import Rows
from tariffcalc.batch.shown import as_shown
from tariffcalc.batch.sources import Source

MOST_ROWS = 1_048_576
MOST_SHARED = 256 << 20
"""Bytes of shared texts and styles, unpacked; the sheets themselves are streamed."""
_PREFERRED = ("mainreport", "es003")


class XlsxRows(Rows):
    """Rows of one sheet."""

    def __init__(self, source: Source, sheet: str | None) -> None:
        """Choose the sheet and read its header. Raises InputError when there is none."""
        super().__init__(source)
        self._check_size()
        with self._open() as book:
            names = [one.title for one in book.worksheets]
            self.sheet = self._choose(names, sheet)
            self._skip = 0
            for row in self._read(book):
                self._skip += 1
                if row:
                    self.header = row
                    break
        if not self.header:
            raise source.refusal("no-header", f'has no header on its sheet "{self.sheet}"')
        self.header_row = self._skip

    def _check_size(self) -> None:
        try:
            with self.source.open_file() as file, zipfile.ZipFile(file) as archive:
                parts = archive.infolist()
        except (zipfile.BadZipFile, EOFError):
            raise self._refuse() from None
        held = sum(part.file_size for part in parts if "worksheets/" not in part.filename)
        bombs = [part for part in parts if part.file_size > max(64 << 20, 300 * part.compress_size)]
        if held > MOST_SHARED or bombs:
            size = max(held, *(part.file_size for part in parts))
            message = f"unpacks to {size:,} bytes, more than a workbook of its size should"
            raise self.source.refusal("too-large", message, "Save it as .csv.")

    @contextmanager
    def _open(self) -> Iterator[Any]:
        with self.source.open_file() as file:
            try:
                book = load_workbook(file, read_only=True, data_only=True)
            except Exception:  # openpyxl raises whatever a broken part leads to
                raise self._refuse() from None
            try:
                yield book
            finally:
                book.close()

    def _refuse(self) -> Exception:
        message = "is not a workbook that can be read"
        return self.source.refusal("bad-workbook", message, "Save it anew as .xlsx or .csv.")

    def _choose(self, names: list[str], told: str | None) -> str:
        plain = {"".join(filter(str.isalnum, name.lower())): name for name in reversed(names)}
        if told is not None:
            for name in names:
                if name.lower() == told.lower():
                    return name
            message = f'has no sheet "{told}"; it has {", ".join(names)}'
            raise self.source.refusal("no-such-sheet", message)
        if not names:
            raise self.source.refusal("no-header", "has no sheet")
        return next((plain[name] for name in _PREFERRED if name in plain), names[0])

    def __iter__(self) -> Iterator[list[str]]:
        """Return the rows below the header, from the first one on."""
        with self._open() as book:
            rows = self._read(book)
            for _ in range(self._skip):
                next(rows, None)
            width, blank = len(self.header), 0
            for row in rows:
                if not row:
                    blank += 1  # rows below the last filled one are formatting, not rows
                    continue
                yield from ([] for _ in range(blank))
                blank = 0
                yield row + [""] * (width - len(row))

    def _read(self, book: Any) -> Iterator[list[str]]:
        """Return rows without the empty cells behind the last filled one."""
        sheet = book[self.sheet]
        sheet.reset_dimensions()  # what a sheet says of its own size is often wrong
        try:
            for number, cells in enumerate(sheet.iter_rows(), 1):
                if number > MOST_ROWS:
                    raise self.source.refusal("too-large", f"has more than {MOST_ROWS:,} rows")
                row = [as_shown(cell.value, cell.number_format) for cell in cells]
                while row and not row[-1]:
                    row.pop()
                yield row
        except (zipfile.BadZipFile, KeyError, ValueError, EOFError, SyntaxError) as error:
            if hasattr(error, "issues"):
                raise
            raise self._refuse() from None
