"""Rows of a workbook's sheet as text, each cell as the sheet shows it; needs openpyxl.

Rows are read one by one. The texts that cells share are held in memory by openpyxl, so a workbook
that unpacks to too much of them is refused, and so is one with a row that goes on and on.

Formulas are read as their results. Where a sheet holds formulas without results, as programs write
them, it is read twice in step, to tell them from empty cells; a glance at its bytes says whether.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from openpyxl import load_workbook  # type: ignore[import-untyped]  # has no types
from openpyxl.packaging.manifest import Manifest  # type: ignore[import-untyped]  # has no types
from openpyxl.xml.constants import SHARED_STRINGS  # type: ignore[import-untyped]  # has no types
from openpyxl.xml.functions import fromstring  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.matching import listed
from tariffcalc.batch.rows import Rows
from tariffcalc.batch.shown import as_shown
from tariffcalc.batch.sources import Source
from tariffcalc.batch.text_lines import LONGEST_LINE
from tariffcalc.batch.unworked import Unworked
from tariffcalc.values.issues import Issue

_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)
"""What the parts of a workbook that is damaged, packed strangely or encrypted lead to."""

MOST_ROWS = 1_048_576
MOST_SHARED = 256 << 20
"""Bytes of shared texts and styles, unpacked; the sheets themselves are streamed."""
MOST_BYTES, MOST_TAGS = 16 << 20, 1 << 20
"""What a sheet may have between the end of one row and that of the next."""
SHEETS = "worksheets/"
_PREFERRED = ("mainreport", "es003")

_UNWORKED = (
    rb"<(?:\w+:)?c(?=[\s>])(?![^<>]*\st=\"str\")[^<>]*>\s*"  # a text may be blank as a result
    rb"<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*%s</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
"""A cell of a sheet that has a formula and no result."""

_row_ends = re.compile(rb"</(?:\w+:)?row\s*>|<(?:\w+:)?row\s[^<>]*/>").finditer
"""Ends of rows; one that is formatted and has no cell ends where it begins."""

_IS_STALE = re.compile(rb"<(?:\w+:)?calcPr\s[^<>]*fullCalcOnLoad=\"(?:1|true)\"").search
"""Says of a workbook that its results are still to be worked out: a 0 is then none."""

CHUNK, LONGEST = 1 << 20, 1 << 16
"""Bytes that are looked at together, and bytes of the longest cell with a formula."""


class XlsxRows(Rows):
    """Rows of one sheet."""

    def __init__(self, source: Source, sheet: str | None, mark: str = ".") -> None:
        """Choose the sheet and read its header. Raises InputError when there is none."""
        super().__init__(source)
        self._is_stale = self._lacks_results = False
        self._check_parts()
        self._told, self._mark, self._skip = sheet, mark, 0
        for row in self._read():
            self._skip += 1
            if row:
                self.header = row
                break
        if not self.header:
            raise source.refusal("no-header", f'has no header on its sheet "{self.sheet}"')
        self.header_row = self._skip

    def _check_parts(self) -> None:
        """Refuse a workbook that is too large, and find out whether its formulas have results."""
        try:
            with self.source.open_file() as file, zipfile.ZipFile(file) as archive:
                parts = archive.infolist()
                self._check_size(parts, _texts_of(archive))
                self._look_at_sheets(archive, [part.filename for part in parts])
        except (*_BROKEN, EOFError):
            raise self._refuse() from None

    def _check_size(self, parts: Sequence[zipfile.ZipInfo], texts: set[str]) -> None:
        held = sum(
            part.file_size
            for part in parts
            if SHEETS not in part.filename or part.filename in texts
        )
        bombs = [part for part in parts if part.file_size > max(64 << 20, 300 * part.compress_size)]
        if held > MOST_SHARED or bombs:
            size = max(held, *(part.file_size for part in parts))
            message = f"unpacks to {size:,} bytes, more than a workbook of its size should"
            raise self.source.refusal("too-large", message, "Save it as .csv.")

    def _look_at_sheets(self, archive: zipfile.ZipFile, names: Sequence[str]) -> None:
        """Refuse sheets with a row that is too long, and look for formulas without results."""
        for name in names:
            if name.endswith("/workbook.xml"):
                self._is_stale = bool(_IS_STALE(archive.read(name)))
        search = re.compile(_UNWORKED % (rb"(?:0\s*)?" if self._is_stale else b"")).search
        for name in names:
            if SHEETS in name:
                with archive.open(name) as sheet:
                    seen, size, tags = b"", 0, 0
                    while chunk := sheet.read(CHUNK):
                        end = max((found.end() for found in _row_ends(chunk)), default=None)
                        rest = chunk[end or 0 :]
                        size, tags = (0, 0) if end else (size, tags)
                        size, tags = size + len(rest), tags + rest.count(b"<")
                        if size > MOST_BYTES or tags > MOST_TAGS:
                            raise self._too_long()
                        seen = seen[-LONGEST:] + chunk
                        self._lacks_results = self._lacks_results or bool(search(seen))

    def _too_long(self) -> Exception:
        message = f"has a row of more than {LONGEST_LINE:,} characters, or {MOST_TAGS:,} tags"
        return self.source.refusal("row-too-long", message, "Save it as .csv.")

    @contextmanager
    def _open(self, *, results: bool = True) -> Iterator[Any]:
        """Open the workbook for the results of its formulas, or for the formulas themselves."""
        with self.source.open_file() as file:
            try:
                book = load_workbook(file, read_only=True, data_only=results)
            except Exception:  # openpyxl raises whatever a broken part leads to
                raise self._refuse() from None
            try:
                yield book
            finally:
                book.close()

    def _refuse(self) -> Exception:
        message = "is not a workbook that can be read"
        return self.source.refusal("bad-workbook", message, "Save it anew as .xlsx or .csv.")

    def _choose(self, sheets: Sequence[Any]) -> str:
        names: list[str] = [one.title for one in sheets]
        told = self._told
        if told is not None:
            for name in names:
                if name.lower() == told.lower():
                    return name
            message = f'has no sheet "{told}"; it has {", ".join(names)}'
            raise self.source.refusal("no-such-sheet", message)
        if not names:
            raise self.source.refusal("no-header", "has no sheet")
        names = [one.title for one in sheets if one.sheet_state == "visible"] or names
        plain = {"".join(filter(str.isalnum, name.lower())): name for name in reversed(names)}
        chosen = next((plain[name] for name in _PREFERRED if name in plain), names[0])
        self.others = [name for name in names if name != chosen]
        if self.others:
            message = f'the sheet "{chosen}" is read, not {listed(self.others)}'
            hint = f'Say --sheet "{self.others[0]}" for the other.'
            self.notes.append(Issue("other-sheets", "warning", message, self.name, hint))
        return chosen

    def __iter__(self) -> Iterator[list[str]]:
        """Return the rows below the header, from the first one on."""
        rows = self._read()
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

    def _read(self) -> Iterator[list[str]]:
        """Return rows without the empty cells behind the last filled one."""
        with ExitStack() as opened:
            books = [opened.enter_context(self._open())]
            if self._lacks_results:
                books.append(opened.enter_context(self._open(results=False)))
            self.day_0 = books[0].epoch.date()
            if not self.sheet:
                self.sheet = self._choose(books[0].worksheets)
            sheets = [book[self.sheet] for book in books]
            for sheet in sheets:
                if SHEETS not in sheet._worksheet_path:  # nobody has looked at it
                    raise self._refuse()
                sheet.reset_dimensions()  # what a sheet says of its own size is often wrong
            rows = zip(*(sheet.iter_rows() for sheet in sheets), strict=True)
            try:
                for number, views in enumerate(rows, 1):
                    if number > MOST_ROWS:
                        raise self.source.refusal("too-large", f"has more than {MOST_ROWS:,} rows")
                    row = [
                        as_shown(cell.value, cell.number_format, mark=self._mark)
                        for cell in views[0]
                    ]
                    if sum(map(len, row)) > LONGEST_LINE:
                        raise self._too_long()
                    if self._lacks_results:
                        self._put_formulas(row, *views)
                    while row and not row[-1]:
                        row.pop()
                    yield row
            except (*_BROKEN, KeyError, ValueError, EOFError, SyntaxError) as error:
                if hasattr(error, "issues"):
                    raise
                raise self._refuse() from None

    def _put_formulas(
        self, row: list[str], results: Sequence[Any], formulas: Sequence[Any]
    ) -> None:
        """Put formulas that have no result where their results would stand."""
        for place, (result, formula) in enumerate(zip(results, formulas, strict=True)):
            if formula.data_type != "f" or result.data_type == "str":
                continue
            if result.value is None or (self._is_stale and result.value == 0):
                text = formula.value if isinstance(formula.value, str) else "="
                row[place] = Unworked(getattr(formula.value, "text", None) or text)


def _texts_of(archive: zipfile.ZipFile) -> set[str]:
    """Return the names of the parts with shared texts; they may be any."""
    if "[Content_Types].xml" not in archive.namelist():
        return set()
    with archive.open("[Content_Types].xml") as part:
        told = part.read(MOST_BYTES)
    try:
        manifest = Manifest.from_tree(fromstring(told))
    except Exception:  # it is told when the workbook is read
        return set()
    overrides = manifest.Override
    return {one.PartName.lstrip("/") for one in overrides if one.ContentType == SHARED_STRINGS}
