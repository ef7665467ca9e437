"""A strict block taken apart: where its rows and cells stand, and its columns as arrays of text."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types
import pyarrow.compute as pc  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_blocks import CR, LF, QUOTE, Places
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
        ends = np.flatnonzero((data == ord(delimiter)) | (data == LF)).astype(np.int32)
        if quotes.size:
            ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
        if data[-1] != LF:
            ends = np.append(ends, np.int32(data.size))
        starts = np.empty_like(ends)
        starts[0], starts[1:] = 0, ends[:-1] + 1
        last = np.flatnonzero(np.take(data, ends, mode="clip") == LF)
        if data[-1] != LF:
            last = np.union1d(last, [ends.size - 1])
        first = np.append(0, last[:-1] + 1)
        if CR in block:
            ends[last] -= (data[ends[last] - 1] == CR) & (ends[last] > starts[first])
        self._starts = starts
        self._cells = self._spans(starts, ends)
        self.row_starts, self.row_ends = starts[first], ends[last]
        self.lines = self._spans(self.row_starts, self.row_ends)
        is_even = last - first == width - 1
        self.even = np.flatnonzero(is_even)
        self.odd = np.flatnonzero(~is_even)
        self._first = first[self.even]
        self._quoted = self._holding(quotes)

    def column(self, place: int) -> Any:
        """Return one column of the even rows, quotes resolved."""
        texts = self._cells.take(pa.array((self._first + place) * 2))
        if self._quoted.size:
            is_quoted = pc.starts_with(texts, '"')
            if pc.any(is_quoted).as_py():
                inner = pc.replace_substring(pc.utf8_slice_codeunits(texts, 1, -1), '""', '"')
                texts = pc.if_else(is_quoted, inner, texts)
        return texts

    def unusual(self, starts: str) -> Places:
        """Return the even rows with a quote, or with a cell that begins with one of `starts`."""
        asked = np.zeros(256, bool)
        asked[[ord(sign) for sign in starts]] = True
        firsts = np.take(self._data, self._starts, mode="clip")
        hits = self._starts[np.flatnonzero(asked[firsts])]
        return np.union1d(self._quoted, self._holding(hits))

    def read(self, rows: Places) -> list[list[str]]:
        """Return the cells of some rows."""
        texts = self.lines.take(pa.array(rows * 2)).to_pylist()
        return [next(csv.reader([text], delimiter=self._delimiter), []) for text in texts]

    def _holding(self, places: Sequence[int] | Ids | Places) -> Places:
        """Return the even rows that hold one of some bytes."""
        rows = np.searchsorted(self.row_starts, places, side="right") - 1
        return np.intersect1d(rows, self.even)

    def _spans(self, starts: Ids, ends: Ids) -> Any:
        """Return texts of which every second is a span, and the others lie between two."""
        edges = np.empty(starts.size * 2, np.int32)
        edges[::2] = starts
        edges[1::2] = ends
        return pa.Array.from_buffers(
            pa.string(), edges.size - 1, [None, pa.py_buffer(edges), self._buffer]
        )
