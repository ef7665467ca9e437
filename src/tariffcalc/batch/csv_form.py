"""How one row of a CSV is written: minimal quoting, formulas made inert."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence

from tariffcalc.batch.inert import STARTS, neutral_row, suspects


class CsvForm:
    """How one row of a CSV is written: minimal quoting, formulas made inert."""

    def __init__(self, delimiter: str, line_end: str, width: int) -> None:
        self.delimiter = delimiter
        self.line_end = line_end
        self.width = width
        mark = re.escape(delimiter)
        starts = re.escape(STARTS.replace(delimiter, ""))
        self._odd = re.compile(f"{mark}[{starts}]").search
        self._quoted: Callable[[Sequence[str]], str] = csv.writer(
            _Echo, delimiter=delimiter, lineterminator="\r\n"
        ).writerow

    def row(self, cells: Sequence[str], result: Sequence[str]) -> str:
        """Return the line of a row, with its line end."""
        if len(cells) != self.width:
            return self._ragged(cells, result)
        return self.line(self.start(cells), result)

    def line(self, start: str, result: Sequence[str]) -> str:
        """Return the line that begins with the user's cells, as `start` writes them."""
        return f"{start}{self.delimiter}{self.join(result)}{self.line_end}"

    def start(self, cells: Sequence[str]) -> str:
        """Return the user's cells of a row that has as many as the header."""
        mark = self.delimiter
        plain = f"{mark}{mark.join(cells)}{mark}"
        # Few rows hold a quote, a line end, a formula: one look for each over the whole row.
        if (
            '"' in plain or "\n" in plain or "\r" in plain
            or plain.count(mark) != self.width + 1 or self._odd(plain)
        ):  # fmt: skip
            return self.join(neutral_row(cells))
        return plain[1:-1]

    def starts(self, lines: Sequence[str]) -> Sequence[str]:
        """Return the same of lines that hold no quote, as they stand without their ends."""
        mark, starts = self.delimiter, list(lines)
        for place in suspects(lines, mark):
            starts[place] = self.start(lines[place].split(mark))
        return starts

    def _ragged(self, cells: Sequence[str], result: Sequence[str]) -> str:
        own, extra = cells[: self.width], cells[self.width :]
        filled = [*neutral_row(own), *[""] * (self.width - len(own))]
        return self.join([*filled, *result, *neutral_row(extra)]) + self.line_end

    def join(self, cells: Sequence[str]) -> str:
        """Return cells as one line without its end, each quoted where it must be."""
        joined = self.delimiter.join(cells)
        if (
            '"' in joined or "\n" in joined or "\r" in joined or not joined
            or joined.count(self.delimiter) != len(cells) - 1
        ):  # fmt: skip
            # With this line end the module quotes a lone CR too, in every version of Python.
            return self._quoted(cells)[:-2]
        return joined


class _Echo:
    """A file of which only the last line is wanted."""

    @staticmethod
    def write(line: str) -> str:
        return line
