"""Text of a stream in pieces of whole lines, with the last few megabytes of them at hand again."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from io import StringIO
from itertools import chain
from typing import BinaryIO

from tariffcalc.batch.decoding import Decoder
from tariffcalc.batch.sources import HEAD, Source
from tariffcalc.values.issues import InputError, Issue

LONGEST_LINE = 8 << 20
LONGEST_ROW = 64 << 20
"""Characters of a row, whose cells may hold many lines: about so many, as it is read in pieces."""
KEPT = 4 << 20
"""Characters kept behind the place of reading: more than a row whose longest cell is refused."""

_first_of = re.compile(rb"[^\r\n]*").match


class Lines:
    """Numbered lines, from 0, ending in LF, CR LF or CR.

    Attributes:
        count: Lines read so far.
        pieces: The text that is not read yet, in pieces of whole lines.
        taken: Characters read since the last row ended; whoever reads rows sets it back.
    """

    def __init__(self, stream: BinaryIO, decoder: Decoder, source: Source) -> None:
        """Begin at the first line of a stream."""
        self.count = self.taken = 0
        self.pieces = self._read(stream, decoder)
        self._source = source
        self._kept: deque[tuple[int, list[str], int]] = deque()
        self._size = 0

    def hold(self, piece: str) -> int:
        """Keep the piece that was read last, and none before it; return its first number."""
        self._kept.clear()
        self._size = self.taken = 0
        lines = self._keep(piece)
        return self.count - len(lines)

    def begin_at(self, number: int) -> Iterator[str]:
        """Return the lines from a kept number on. Ends the reading begun before."""
        again = [
            lines[max(0, number - first) :]
            for first, lines, _ in self._kept
            if first + len(lines) > number
        ]
        fresh = map(self._keep, self.pieces)
        return chain(chain.from_iterable(again), chain.from_iterable(fresh))

    def line(self, number: int) -> str:
        """Return a line. Raises InputError when it is no longer at hand."""
        for first, lines, _ in self._kept:
            if first <= number < first + len(lines):
                return lines[number - first]
        message = f"line {number + 1} begins a row of more than {KEPT:,} characters"
        raise self._source.refusal("row-too-long", message, "Is a quote left open in it?")

    def _read(self, stream: BinaryIO, decoder: Decoder) -> Iterator[str]:
        rest, chunk = "", b"more"
        while chunk:
            chunk = stream.read(HEAD)
            text = rest + decoder.decode(chunk, final=not chunk)
            if len(text) > LONGEST_LINE and len(_first_line(text)) > LONGEST_LINE:
                raise _too_long(self._source, self.count + 1)
            # A CR at the very end is cut off: its LF may be still to come.
            end = 1 + max(text.rfind("\n"), text.rfind("\r", 0, -1)) if chunk else len(text)
            piece, rest = text[:end], text[end:]
            self.count += count_lines(piece)
            if piece:
                yield piece

    def _keep(self, piece: str) -> list[str]:
        lines = split_lines(piece)
        self._kept.append((self.count - len(lines), lines, len(piece)))
        self._size += len(piece)
        self.taken += len(piece)
        if self.taken > LONGEST_ROW:
            raise row_too_long(self._source.name)
        while self._size - self._kept[0][2] > KEPT:
            self._size -= self._kept.popleft()[2]
        return lines


class LineLengths:
    """Refuses in pieces of UTF-8 the lines that `Lines` refuses."""

    def __init__(self, source: Source, skipped: int) -> None:
        """Begin behind some lines of a file."""
        self._source = source
        self._number = skipped + 1
        self._size = 0
        self._is_returned = False

    def check(self, piece: bytes) -> None:
        """Look at the next piece, of less bytes than a line may have characters.

        Raises:
            InputError: when a line in it is too long.
        """
        last = piece.rfind(b"\n")
        last = max(last, piece.rfind(b"\r", last + 1))
        first = _first_of(piece)
        self._size += len(first[0].decode()) if first else 0
        if self._size > LONGEST_LINE:
            raise _too_long(self._source, self._number)
        if last >= 0:
            self._size = len(piece[last + 1 :].decode())
        ends = _line_feeds(piece)
        if b"\r" in piece:
            ends += piece.count(b"\r") - piece.count(b"\r\n")
        self._number += ends - (self._is_returned and piece.startswith(b"\n"))
        self._is_returned = piece.endswith(b"\r")


def _line_feeds(piece: bytes) -> int:
    import numpy as np  # the lane that asks for pieces has it; it counts five times as fast

    return int(np.count_nonzero(np.frombuffer(piece, np.uint8) == ord("\n")))


def _first_line(text: str) -> str:
    return StringIO(text, newline="").readline().rstrip("\r\n")


def _too_long(source: Source, number: int) -> InputError:
    message = f"line {number} has more than {LONGEST_LINE:,} characters"
    return source.refusal("line-too-long", message, "Is it a CSV file?")


def row_too_long(name: str) -> InputError:
    """Return the error for a row of a file that goes on and on."""
    message = f"has a row of more than {LONGEST_ROW:,} characters"
    hint = "Is a quote left open in it?"
    return InputError([Issue("row-too-long", "error", message, name, hint)])


def split_lines(text: str) -> list[str]:
    """Return the lines of a text with their ends."""
    return StringIO(text, newline="").readlines()


def count_lines(text: str) -> int:
    r"""Return how many lines a text has.

    >>> count_lines("a\nb\r\nc\rd"), count_lines("a\r")
    (4, 1)
    """
    ends = text.count("\n")
    if "\r" in text:
        ends += text.count("\r") - text.count("\r\n")
    return ends + (text[-1:] not in ("", "\n", "\r"))
