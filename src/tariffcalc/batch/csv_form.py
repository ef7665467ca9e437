"""How one row of a CSV is written: minimal quoting, formulas made inert."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence

from tariffcalc.batch.inert import STARTS, neutral_row

KEPT = 1 << 12
"""Texts of cells that are kept."""


class CsvForm:
    """How one row of a CSV is written: minimal quoting, formulas made inert."""

    def __init__(self, delimiter: str, line_end: str, width: int) -> None:
        self.delimiter = delimiter
        self.line_end = line_end
        self.width = width
        self._known: dict[tuple[str, ...], str] = {}
        mark = re.escape(delimiter)
        starts = re.escape(STARTS.replace(delimiter, ""))
        self._odd = re.compile(f"{mark}[{starts}]").search
        self._quoted: Callable[[Sequence[str]], str] = csv.writer(
            _Echo, delimiter=delimiter, lineterminator="\r\n"
        ).writerow

    def row(self, cells: Sequence[str], result: Sequence[str]) -> str:
        """Return the line of a row, with its line end."""
        mark = self.delimiter
        if len(cells) != self.width:
            return self._ragged(cells, result)
        priced = mark.join(result)
        if (
            '"' in priced or "\n" in priced or "\r" in priced
            or priced.count(mark) != len(result) - 1
        ):  # fmt: skip
            priced = self.join(result)
        return f"{self.start(cells)}{priced}{self.line_end}"

    def start(self, cells: Sequence[str]) -> str:
        """Return the user's cells of a row that has as many as the header, and a delimiter."""
        mark = self.delimiter
        plain = f"{mark}{mark.join(cells)}{mark}"
        # Few rows hold a quote, a line end, a formula: one look for each over the whole row.
        if (
            '"' in plain or "\n" in plain or "\r" in plain
            or plain.count(mark) != self.width + 1 or self._odd(plain)
        ):  # fmt: skip
            return f"{self.join(neutral_row(cells))}{mark}"
        return plain[1:]

    def _ragged(self, cells: Sequence[str], result: Sequence[str]) -> str:
        own, extra = cells[: self.width], cells[self.width :]
        filled = [*neutral_row(own), *[""] * (self.width - len(own))]
        return self.join([*filled, *result, *neutral_row(extra)]) + self.line_end

    def quoted(self, cells: Sequence[str]) -> str:
        """Return the same as `join` for cells that come again and again."""
        key = tuple(cells)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= KEPT:
                self._known.clear()
            found = self._known[key] = self.join(cells)
        return found

    def join(self, cells: Sequence[str]) -> str:
        """Return cells as one line without its end, each quoted where it must be."""
        # With this line end the module quotes a lone CR too, in every version of Python.
        return self._quoted(cells)[:-2]


class _Echo:
    """A file of which only the last line is wanted."""

    @staticmethod
    def write(line: str) -> str:
        return line
