"""Rows of a table as lists of text, whatever file they come from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tariffcalc.batch.csv_form import CsvForm
from tariffcalc.batch.dates import DAY_0
from tariffcalc.batch.sources import Source
from tariffcalc.values.issues import Issue

BLOCK = 1000
"""Rows that are held before they are priced, or written."""

HELD = 1 << 24
"""Characters from which on they are, however few the rows."""


class Block(NamedTuple):
    """Some rows one after the other, and the user's cells of each as they are written."""

    starts: Sequence[str]
    rows: Iterable[list[str]]


class Rows(ABC):
    """A table: a header, and rows that are read one by one.

    Blank rows come out as ``[]``, ragged ones as they are: every row of the file comes out once.
    Iterating again reads the file again.

    Attributes:
        source: Where the bytes come from.
        name: Of the input, for messages.
        header: Column names as the file has them.
        header_row: Number of the header's row as spreadsheets count, mostly 1.
        day_0: The day that the spreadsheet numbers 0.
        delimiter: What parts the cells of a text; a comma where the file is no text.
        encoding: Of a text.
        raw_ends: How the lines of the file end.
        sheet: Name of the sheet of a workbook.
        others: Sheets that a person sees beside it, where none was told.
        notes: What was found out in reading, such as the encoding. Grows while it is read.
    """

    def __init__(self, source: Source) -> None:
        """Begin with an input whose header is not read yet."""
        self.source = source
        self.name = source.name
        self.header: list[str] = []
        self.header_row = 1
        self.day_0 = DAY_0
        self.delimiter = ","
        self.encoding = "utf-8"
        self.raw_ends = "\n"
        self.sheet = ""
        self.others: list[str] = []
        self.notes: list[Issue] = []

    @abstractmethod
    def __iter__(self) -> Iterator[list[str]]:
        """Return the rows below the header, from the first one on."""

    def blocks(self, form: CsvForm) -> Iterator[Block]:
        """Return the same rows in blocks, for a CSV of such form."""
        for held in held_together(self):
            yield Block([*map(form.start, held)], held)

    def row_number(self, index: int) -> int:
        """Return the number that a spreadsheet shows for the row at an index, counted from 0."""
        return self.header_row + 1 + index

    def share_read(self) -> float | None:
        """Return how much of the file was read in this pass, from 0 to 1, where it is known."""
        return self.source.share_read()

    def reopen(self) -> Rows:
        """Return the rows for one more pass. Standard input is copied to a file for it.

        Raises:
            InputError: for standard input that was read and not kept.
        """
        self.source.keep()
        return self


def held_together(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    """Yield rows that are held together."""
    held: list[list[str]] = []
    size = 0
    for row in rows:
        held.append(row)
        size += sum(map(len, row))
        if len(held) >= BLOCK or size >= HELD:
            yield held
            held, size = [], 0
    if held:
        yield held
