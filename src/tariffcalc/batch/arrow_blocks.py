"""The bytes of a CSV cut into blocks of whole rows.

A block is *strict* when a quote opens only at the start of a cell and closes only at its end, and
line ends are LF or CR LF: then rows and cells are found by looking at bytes alone. What is not
strict, a stray quote in a description or a lone CR, is read as `TextRows` reads it for a short
stretch, up to a true row end; what comes after is tried again.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO
from itertools import accumulate
from typing import Any

import numpy as np

from tariffcalc.batch.arrow_columns import Flags
from tariffcalc.batch.text_lines import LONGEST_ROW, row_too_long
from tariffcalc.batch.text_rows import LONGEST_CELL, read_alone

SIZE = 10 << 18
"""Bytes of a block: larger ones are a little faster and take much more memory."""

FIRST = 1 << 19
"""Bytes of the first block, which one process prices while the others wait for what it learns."""

STRETCH = 1 << 16
"""Bytes after which a stretch that is not strict may end."""

MARGIN = 4 * LONGEST_CELL
"""Bytes behind a stretch that must be at hand: more than the longest cell has, not every row."""

LF, CR, QUOTE = 10, 13, 34
_line_end = re.compile(rb"\n|\r\n|\r(?=.)", re.DOTALL).search
Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Places = np.ndarray[Any, np.dtype[np.int64]]


class Block:
    """Whole rows: as bytes that are strict, or as cells.

    Attributes:
        count: How many.
        size: Their bytes.
        rows: The cells, when the bytes are not strict.
    """

    __slots__ = ("_parts", "count", "rows", "size")

    def __init__(
        self, count: int, *parts: bytes | memoryview, rows: list[list[str]] | None = None
    ) -> None:
        """Make a block of bytes in parts: they are put together when they are asked for."""
        self.count = count
        self.size = sum(map(len, parts))
        self.rows = rows
        self._parts = parts

    @property
    def data(self) -> bytes:
        """The bytes."""
        self._parts = (b"".join(self._parts),)
        return self._parts[0]


def cut_blocks(pieces: Iterator[bytes], delimiter: str, name: str = "") -> Iterator[Block]:
    """Cut UTF-8 text that comes in pieces, the first one beginning with a row, into blocks.

    Raises:
        InputError: for a row that goes on and on, with the name of the file.
    """
    held, is_last, stretch, size = b"", False, STRETCH, min(FIRST, SIZE)
    margin = MARGIN
    while held or not is_last:
        if not is_last:
            come = next(pieces, None)
            is_last, piece = come is None, come or b""
            plain = _plain_block(held, piece, size)
            if plain is not None:
                held, size, stretch = piece[piece.rfind(b"\n") + 1 :], SIZE, STRETCH
                yield plain
                continue
            held += piece
        while held and (is_last or len(held) >= size):
            part = held if len(held) < 2 * size else held[:size]
            block, used = _strict_block(part, is_last and len(part) == len(held), delimiter)
            if block is not None:
                stretch = STRETCH
            else:
                # A cell of so many bytes is refused anyhow; until then more may close a quote.
                end = _line_end(held, stretch + margin)
                if end is None and not is_last:
                    break
                window = held if end is None else held[: end.end()]
                is_all = is_last and len(window) == len(held)
                rows, used = loose_rows(window, stretch, delimiter, is_all, name)
                if not used:
                    if len(window) > LONGEST_ROW:
                        raise row_too_long(name)
                    margin *= 2
                    continue
                block, stretch = Block(len(rows), held[:used], rows=rows), min(SIZE, stretch * 4)
            held, size, margin = held[used:], SIZE, MARGIN
            yield block


def _plain_block(held: bytes, piece: bytes, size: int) -> Block | None:
    """Return the whole rows of some bytes and a piece as a block, where that is done by a glance.

    Neither of them then has a quote or a CR, and together they make one block. A process that
    shares a file looks at all of it: what others price is not copied.
    """
    end = piece.rfind(b"\n") + 1
    if not end or not size <= len(held) + len(piece) < 2 * size:
        return None
    if any(sign in part for sign in (b'"', b"\r") for part in (held, piece)):
        return None
    if _may_have_long_line(held, piece):
        return None
    parts = held, memoryview(piece)[:end]
    ends = (np.count_nonzero(np.frombuffer(part, np.uint8) == LF) for part in parts)
    return Block(sum(map(int, ends)), *parts)


def _may_have_long_line(held: bytes, piece: bytes) -> bool:
    """Whether some line of two parts may have a cell that is too long for `TextRows`."""
    if len(held) - held.rfind(b"\n") + piece.find(b"\n") > LONGEST_CELL:
        return True
    half = LONGEST_CELL // 2  # where each of these has a line end, no line is longer than two
    return any(
        part.find(b"\n", start, start + half) < 0
        for part in (held, piece)
        for start in range(0, len(part) - half + 1, half)
    )


def _strict_block(held: bytes, is_last: bool, delimiter: str) -> tuple[Block | None, int]:
    """Return the whole rows of some bytes as a block with its length, or None: not strict."""
    data = np.frombuffer(held, np.uint8)
    marks = np.flatnonzero((data == LF) | (data == QUOTE))
    is_quote, is_within = quoted(data, marks)
    quotes, ends = marks[is_quote], marks[~(is_quote | is_within)]
    # The last row that is whole if quotes go in pairs.
    whole = is_last and quotes.size % 2 == 0
    end = len(held) if whole else int(ends[-1]) + 1 if ends.size else 0
    if not end or not is_strict(held, end, quotes[: np.searchsorted(quotes, end)], delimiter):
        return None, 0
    if np.diff(ends, prepend=-1, append=end).max() > LONGEST_CELL:
        return None, 0  # a cell of this row may be longer
    count = ends.size + int(data[end - 1] != LF)
    return Block(count, memoryview(held)[:end]), end


def quoted(data: Bytes, marks: Places) -> tuple[Flags, Flags]:
    """Return which marks are quotes, and which stand behind an odd number of them.

    Args:
        data: Bytes.
        marks: All places of quotes among them, and others, in order.
    """
    is_quote: Flags = data[marks] == QUOTE
    is_within: Flags = np.cumsum(is_quote, dtype=np.uint8) % np.uint8(2) == 1
    return is_quote, is_within


def is_strict(held: bytes, end: int, quotes: Places, delimiter: str) -> bool:
    """Whether rows and cells can be found by bytes alone, of the whole rows before some place."""
    if CR in held and held.count(b"\r", 0, end) != held.count(b"\r\n", 0, end):
        return False
    if not quotes.size:
        return True
    if quotes.size % 2:
        return False
    data = np.frombuffer(held, np.uint8, end)
    opening, closing = quotes[::2], quotes[1::2]
    around = np.zeros(256, bool)
    around[[LF, CR, QUOTE, ord(delimiter)]] = True
    before = data[opening - 1] if opening[0] else np.append(np.uint8(LF), data[opening[1:] - 1])
    after = (
        data[closing + 1]
        if closing[-1] + 1 < data.size
        else np.append(data[closing[:-1] + 1], np.uint8(LF))
    )
    # A doubled quote closes and opens at once: it has a quote before and one after.
    doubled_before = (before != QUOTE) | np.append(False, closing[:-1] + 1 == opening[1:])
    doubled_after = (after != QUOTE) | np.append(closing[:-1] + 1 == opening[1:], False)
    return bool((around[before] & around[after] & doubled_before & doubled_after).all())


def loose_rows(
    window: bytes, stretch: int, delimiter: str, is_all: bool, name: str = ""
) -> tuple[list[list[str]], int]:
    """Read a stretch of rows as `TextRows` does, and return them with their length in bytes.

    Args:
        window: Whole lines, the first of which begins a row.
        stretch: Rows that begin within so many bytes are read.
        delimiter: Between the cells.
        is_all: Whether the file ends here. If not, reading stops before a row that does not.
        name: Of the file.

    Raises:
        InputError: for a row that goes on and on.
    """
    lines = StringIO(window.decode(), newline="").readlines()
    ends = [*accumulate((len(line.encode()) for line in lines), initial=0)]
    rows: list[list[str]] = []
    start = 0
    csv.field_size_limit(LONGEST_CELL)
    while start < len(lines) and ends[start] < stretch:
        reader = csv.reader(lines[start:], delimiter=delimiter, strict=True)
        done = 0
        try:
            for row in reader:
                if ends[start + reader.line_num] - ends[start + done] > LONGEST_ROW:
                    raise row_too_long(name)
                rows.append(row)
                done = reader.line_num
                if ends[start + done] >= stretch:
                    break
            start += done
        except csv.Error:
            is_open = start + reader.line_num == len(lines)
            start += done
            if is_open and not is_all:
                break  # what comes may close its quote
            rows.append(read_alone(lines[start], delimiter))
            start += 1
    return rows, ends[start]
