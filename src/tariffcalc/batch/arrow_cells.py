"""A strict block taken apart: where its rows and cells stand, and its columns as arrays of text."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_arrays import number_array, texts_between
from tariffcalc.batch.arrow_blocks import CR, LF, QUOTE, Places, quoted
from tariffcalc.batch.arrow_calls import if_else, is_any, replaced, sliced, starts_with, take
from tariffcalc.batch.arrow_columns import Flags
from tariffcalc.batch.arrow_sets import common, distinct
from tariffcalc.batch.arrow_tables import Ids


class Cells:
    """The rows and cells of a strict block.

    Attributes:
        lines: Every second text is a row without its end, the others are what parts them.
        even: Numbers of the rows that have as many cells as the header.
        odd: Numbers of the others.
    """

    def __init__(self, block: bytes, delimiter: str, width: int) -> None:
        """Find the rows and cells of a block under a header of some width."""
        self._delimiter = delimiter
        self._width = width
        self._buffer = pa.py_buffer(block)
        self._data = data = np.frombuffer(block, np.uint8)
        is_line_end = data == LF
        is_mark = is_line_end | (data == ord(delimiter))
        found = np.flatnonzero(is_mark | (data == QUOTE) if QUOTE in block else is_mark)
        self._quotes: Places = found[:0]
        self._needing: Ids = found[:0]
        if QUOTE in block:
            found = self._outside(found)
        behind = data[1:]
        if data[-1] != LF:
            found, behind = np.append(found, data.size), np.append(behind, np.uint8(LF))
        self._firsts = np.take(behind, found[:-1])
        self._ends = ends = found.astype(np.int32)  # half as wide: they are gone through often
        last = _last_cells(is_line_end, ends, width)
        first = np.append(0, last[:-1] + 1)
        is_even = last - first == width - 1
        self.is_all_even = bool(is_even.all())
        self.even, self.odd = np.flatnonzero(is_even), np.flatnonzero(~is_even)
        row_ends = ends[last]
        self.row_starts = np.append(np.int32(0), row_ends[:-1] + np.int32(1))
        if CR in block:
            before = np.take(data, row_ends - 1, mode="clip")
            row_ends = row_ends - ((before == CR) & (row_ends > self.row_starts))
        self.lines = self._spans(self.row_starts, row_ends)
        self._cells = self._between(last, row_ends)
        self._first = (first[self.even] * 2).astype(np.int32)

    def _outside(self, marks: Places) -> Places:
        """Return the marks that end cells; note the quotes, and the cells that need theirs."""
        is_quote, is_within = quoted(self._data, marks)
        is_end = ~(is_quote | is_within)
        cell = np.cumsum(is_end, dtype=np.int32)
        self._quotes = marks[is_quote]
        is_needed = ~is_quote & is_within  # a delimiter or a line end in the cell, or:
        quotes = np.flatnonzero(is_quote)
        closing, opening = quotes[1:-1:2], quotes[2::2]
        is_needed[closing[marks[closing] + 1 == marks[opening]]] = True
        self._needing = cell[is_needed]
        return marks[is_end]

    def columns(self, places: Mapping[str, int]) -> dict[str, Any]:
        """Return columns of the even rows by field, quotes resolved."""
        return {
            name: self._resolved(take(self._cells, number_array(self._first + np.int32(2 * place))))
            for name, place in places.items()
        }

    def all_columns(self) -> list[Any]:
        """Return all columns of the even rows, in their order."""
        return [*self.columns({str(place): place for place in range(self._width)}).values()]

    def _resolved(self, texts: Any) -> Any:
        """Return texts without their quotes."""
        if not self._quotes.size:
            return texts
        is_quoted = starts_with(texts, '"')
        if not is_any(is_quoted):
            return texts
        inner = replaced(sliced(texts, 1, -1), '""', '"')
        return if_else(is_quoted, inner, texts)

    def unusual(self, starts: str) -> Places:
        """Return the even rows that `CsvForm` would not write as they stand, or may not.

        They have quotes that they need not, or a cell that begins with one of `starts`: it may be a
        formula.
        """
        begins = np.append(np.int32(0), self._ends[:-1] + np.int32(1))
        firsts = np.append(self._data[:1], self._firsts)
        # An empty cell is no formula: what stands there is what parts it from the next one.
        odd = [begins[_is_one_of(firsts, set(starts) - {self._delimiter, *"\r\n"})]]
        if self._quotes.size:
            cells = np.flatnonzero(firsts == QUOTE)
            needs = np.zeros(begins.size, bool)
            needs[self._needing] = True
            inner = begins[cells] + 1
            ill = ~needs[cells] | _is_one_of(self._data[inner], set(starts))
            odd.append(inner[ill])
        return self._holding(np.concatenate(odd))

    def read(self, rows: Places) -> list[list[str]]:
        """Return the cells of some rows."""
        texts, most = take(self.lines, number_array(rows * 2)).to_pylist(), csv.field_size_limit()
        return [
            self._read_long(row)
            if len(text) > most and row in self.even
            else next(csv.reader([text], delimiter=self._delimiter), [])
            for row, text in zip(rows.tolist(), texts, strict=True)
        ]

    def _read_long(self, row: int) -> list[str]:
        """Read an even row that may have longer cells than the `csv` module takes."""
        first = self._first[np.searchsorted(self.even, row)]
        places = number_array(first + 2 * np.arange(self._width, dtype=np.int32))
        return list(self._resolved(take(self._cells, places)).to_pylist())

    def _holding(self, places: Ids | Places) -> Places:
        """Return the even rows that hold one of some bytes."""
        if not places.size:
            return np.zeros(0, np.int64)
        rows = distinct(np.searchsorted(self.row_starts, places, side="right") - 1)
        return rows if self.is_all_even else common(rows, self.even)

    def _between(self, last: Places, row_ends: Ids) -> Any:
        """Return texts of which every second is a cell, and the others are what parts them."""
        edges = np.empty((self._ends.size, 2), np.int32)
        edges[0, 0] = 0
        np.add(self._ends[:-1], 1, out=edges[1:, 0])
        edges[:, 1] = self._ends
        edges[last, 1] = row_ends  # a CR is no part of the last cell
        return self._texts(edges.reshape(-1))

    def _spans(self, starts: Ids, ends: Ids) -> Any:
        """Return texts of which every second is a span, and the others lie between two."""
        edges = np.empty(starts.size * 2, np.int32)
        edges[::2] = starts
        edges[1::2] = ends
        return self._texts(edges)

    def _texts(self, edges: Ids) -> Any:
        return texts_between(edges, self._buffer)


def _is_one_of(data: Any, signs: Iterable[str]) -> Flags:
    """Return which bytes begin one of some signs."""
    found = np.zeros(data.size, bool)
    for byte in {sign.encode()[0] for sign in signs}:
        found |= data == byte
    return found


def _last_cells(is_line_end: Flags, ends: Ids, width: int) -> Places:
    """Return the numbers of the cells that end a row; the last one always does."""
    regular = np.arange(width - 1, ends.size, width)
    is_regular = ends.size == regular.size * width == np.count_nonzero(is_line_end) * width
    if is_regular and is_line_end[-1] and is_line_end[ends[regular]].all():
        return regular
    is_last = np.take(is_line_end, ends, mode="clip")
    is_last[-1] = True
    return np.flatnonzero(is_last)
