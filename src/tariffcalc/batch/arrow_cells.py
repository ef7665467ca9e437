"""A strict block taken apart: where its rows and cells stand, and its columns as arrays of text."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_arrays import number_array, texts_between
from tariffcalc.batch.arrow_blocks import CR, LF, QUOTE, Bytes, Places
from tariffcalc.batch.arrow_calls import if_else, is_any, replaced, sliced, starts_with, take
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
        self._buffer = pa.py_buffer(block)
        self._data = data = np.frombuffer(block, np.uint8)
        quotes = np.flatnonzero(data == QUOTE) if QUOTE in block else np.zeros(0, np.int64)
        marks = data == ord(delimiter)
        marks |= data == LF
        ends = np.flatnonzero(marks)
        if quotes.size:
            ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
        if data[-1] != LF:
            ends = np.append(ends, data.size)
        last = _last_cells(data, ends, width)
        first = np.empty_like(last)
        first[0], first[1:] = 0, last[:-1] + 1
        self._ends = ends
        self.row_starts = self._after(first)
        self.row_ends = np.take(ends, last)
        self._ends_with_cr = CR in block
        if self._ends_with_cr:
            before = np.take(data, self.row_ends - 1, mode="clip")
            self.row_ends = self.row_ends - ((before == CR) & (self.row_ends > self.row_starts))
        self.lines = self._spans(self.row_starts, self.row_ends)
        is_even = last - first == width - 1
        self.is_all_even = bool(is_even.all())
        self.even = np.arange(last.size) if self.is_all_even else np.flatnonzero(is_even)
        self.odd = np.flatnonzero(~is_even)
        self._first = first if self.is_all_even else first[self.even]
        self._width = width
        self._quoted = self._holding(quotes)

    def columns(self, places: Mapping[str, int]) -> dict[str, Any]:
        """Return columns of the even rows by field, quotes resolved."""
        wanted = sorted(set(places.values()))
        edges = np.empty((self._first.size, 2 * len(wanted)), np.int32)
        for at, place in enumerate(wanted):
            cell = self._first + place
            edges[:, 2 * at] = self._after(cell)
            if place == self._width - 1:
                edges[:, 2 * at + 1] = np.take(self.row_ends, self.even)
            else:
                edges[:, 2 * at + 1] = np.take(self._ends, cell)
        cells = self._texts(edges.reshape(-1))
        step = np.arange(self._first.size, dtype=np.int32) * (2 * len(wanted))
        return {
            name: self._resolved(take(cells, number_array(step + 2 * wanted.index(place))))
            for name, place in places.items()
        }

    def _after(self, cells: Ids | Places) -> Ids:
        """Return where cells start: after the mark before them."""
        starts = np.take(self._ends, cells - 1, mode="clip") + 1
        return np.where(cells > 0, starts, 0) if cells.size and cells[0] == 0 else starts

    def _resolved(self, texts: Any) -> Any:
        """Return texts without their quotes."""
        if not self._quoted.size:
            return texts
        is_quoted = starts_with(texts, '"')
        if not is_any(is_quoted):
            return texts
        inner = replaced(sliced(texts, 1, -1), '""', '"')
        return if_else(is_quoted, inner, texts)

    def unusual(self, starts: str) -> Places:
        """Return the even rows with a quote, or with a cell that begins with one of `starts`."""
        firsts = np.take(self._data, self._ends[:-1] + 1, mode="clip")
        asked = firsts == ord(starts[0])
        for sign in starts[1:]:
            asked |= firsts == ord(sign)
        hits = self._ends[np.flatnonzero(asked)] + 1
        if self._data[0] in starts.encode():
            hits = np.append(0, hits)
        if not hits.size:
            return self._quoted
        return distinct(np.append(self._quoted, self._holding(hits)))

    def read(self, rows: Places) -> list[list[str]]:
        """Return the cells of some rows."""
        texts = take(self.lines, number_array(rows * 2)).to_pylist()
        return [next(csv.reader([text], delimiter=self._delimiter), []) for text in texts]

    def _holding(self, places: Ids | Places) -> Places:
        """Return the even rows that hold one of some bytes."""
        if not places.size:
            return np.zeros(0, np.int64)
        rows = distinct(np.searchsorted(self.row_starts, places, side="right") - 1)
        return rows if self.is_all_even else common(rows, self.even)

    def _spans(self, starts: Ids, ends: Ids) -> Any:
        """Return texts of which every second is a span, and the others lie between two."""
        edges = np.empty(starts.size * 2, np.int32)
        edges[::2] = starts
        edges[1::2] = ends
        return self._texts(edges)

    def _texts(self, edges: Ids) -> Any:
        return texts_between(edges, self._buffer)


def _last_cells(data: Bytes, ends: Ids, width: int) -> Places:
    """Return the numbers of the cells that end a row."""
    regular = ends[width - 1 :: width]
    is_regular = ends.size == regular.size * width and data[-1] == LF
    is_regular = is_regular and int(np.count_nonzero(data == LF)) == regular.size
    if is_regular and (np.take(data, regular) == LF).all():
        return np.arange(width - 1, ends.size, width)
    is_end = np.take(data, ends, mode="clip") == LF
    is_end[-1] = True
    return np.flatnonzero(is_end)
