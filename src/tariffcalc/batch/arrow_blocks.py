"""The bytes of a CSV cut into blocks of whole rows, and a block taken apart into rows and cells.

A block is *strict* when a quote opens only at the start of a cell and closes only at its end, and
line ends are LF or CRLF. Then rows and cells are found by looking at bytes alone. Whatever is not
strict, a stray quote in a description, a lone CR, is read by the csv module up to the next true row
end near the block's size; what comes after is tried again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_tables import Ids

SIZE = 4 << 20
"""Bytes of a block: 2 to 4 MB were measured to be fastest."""

LONGEST = 1 << 20
"""Bytes without a row end after which a stretch is not strict."""

LF, CR, QUOTE = 10, 13, 34
Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Places = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Block:
    """Whole rows as bytes. `is_strict` says whether they can be taken apart by bytes."""

    data: bytes
    rows: int
    is_strict: bool


class Cells:
    """The cells of a strict block.

    Attributes:
        lines: The rows as texts, without their ends; every second text is the end between two.
        even: Rows with as many cells as the header, by number.
        odd: The other rows.
        quoted: Rows among `even` that hold a quote.
    """

    def __init__(self, block: Block, delimiter: int, width: int) -> None:
        data = np.frombuffer(block.data, np.uint8)
        marks = np.flatnonzero((data == delimiter) | (data == LF)).astype(np.int32)
        quotes = np.flatnonzero(data == QUOTE) if QUOTE in block.data else np.zeros(0, np.int64)
        if quotes.size:
            marks = marks[np.searchsorted(quotes, marks) % 2 == 0]
        if not data.size or data[-1] != LF:
            marks = np.append(marks, np.int32(data.size))
        is_end = np.append(data, np.uint8(LF))[marks] == LF if marks[-1] == data.size else (
            data[marks] == LF
        )
        last = np.flatnonzero(is_end)
        first = np.append(0, last[:-1] + 1)
        starts = np.append(np.int32(0), marks[:-1] + 1)
        ends = marks
        before = data[np.maximum(marks[last] - 1, 0)] == CR
        before &= marks[last] > starts[last]
        if before.any():
            ends = marks.copy()
            ends[last[before]] -= 1
        self._data = pa.py_buffer(block.data)
        self._bytes = data
        self._starts = starts
        self._cells = self._texts(starts, ends)
        self._first = first
        self.row_starts, self.row_ends = starts[first], ends[last]
        self.lines = self._texts(self.row_starts, self.row_ends)
        is_even = last - first + 1 == width
        self.even = np.flatnonzero(is_even)
        self.odd = np.flatnonzero(~is_even)
        self.quoted = self._hold(quotes, self.even)
        self._width = width

    def _texts(self, starts: Ids, ends: Ids) -> Any:
        """Return an array in which every second text is a span, and the others lie between."""
        edges = np.empty(starts.size * 2, np.int32)
        edges[::2] = starts
        edges[1::2] = ends
        return pa.Array.from_buffers(
            pa.string(), edges.size - 1, [None, pa.py_buffer(edges), self._data]
        )

    def column(self, place: int) -> Any:
        """Return one column of the even rows."""
        return self._cells.take(pa.array((self._first[self.even] + place) * 2))

    def _hold(self, places: Places, rows: Places) -> Places:
        """Return those of some rows that hold a byte at one of the places."""
        if not places.size:
            return rows[:0]
        counts = np.searchsorted(places, self.row_ends[rows]) - np.searchsorted(
            places, self.row_starts[rows]
        )
        return rows[counts > 0]

    def beginning(self, is_asked: np.ndarray[Any, np.dtype[np.bool_]]) -> Places:
        """Return the even rows of which some cell begins with one of the bytes asked for."""
        padded = np.append(self._bytes, np.uint8(LF))
        hits = np.flatnonzero(is_asked[padded[self._starts]])
        return self._hold(self._starts[hits].astype(np.int64), self.even)
