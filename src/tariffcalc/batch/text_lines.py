"""Lines of a text stream, with the last few megabytes of them still at hand."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from io import StringIO
from itertools import chain, islice
from typing import BinaryIO

from tariffcalc.batch.decoding import Decoder
from tariffcalc.batch.sources import HEAD, Source

LONGEST_LINE = 8 << 20
KEPT = 4 << 20
"""Characters kept behind the place of reading: more than a row whose longest cell is refused."""


class Lines:
    """Numbered lines, from 0, ending in LF, CR LF or CR."""

    def __init__(self, stream: BinaryIO, decoder: Decoder, source: Source) -> None:
        """Begin at the first line of a stream."""
        self._stream = stream
        self._decoder = decoder
        self._source = source
        self._kept: deque[tuple[int, list[str], int]] = deque()
        self._size = 0
        self._fresh = self._read()

    def begin_at(self, number: int) -> Iterator[str]:
        """Return the lines from a number on: kept ones first. Ends the reading begun before."""
        if not self._kept:
            return islice(chain.from_iterable(self._fresh), number, None)
        again = [
            lines[max(0, number - first) :]
            for first, lines, _ in self._kept
            if first + len(lines) > number
        ]
        return chain(chain.from_iterable(again), chain.from_iterable(self._fresh))

    def line(self, number: int) -> str:
        """Return a line. Raises InputError when it is no longer at hand."""
        for first, lines, _ in self._kept:
            if first <= number < first + len(lines):
                return lines[number - first]
        message = f"line {number + 1} begins a row of more than {KEPT:,} characters"
        raise self._source.refusal("row-too-long", message, "Is a quote left open in it?")

    def _read(self) -> Iterator[list[str]]:
        rest, number = "", 0
        while True:
            chunk = self._stream.read(HEAD)
            rest += self._decoder.decode(chunk, final=not chunk)
            lines = StringIO(rest, newline="").readlines()
            rest = ""
            if chunk and lines and not lines[-1].endswith("\n"):
                rest = lines.pop()  # cut, or a CR whose LF is still to come
            if len(rest) > LONGEST_LINE:
                message = (
                    f"line {number + len(lines) + 1} has more than {LONGEST_LINE:,} characters"
                )
                raise self._source.refusal("line-too-long", message, "Is it a CSV file?")
            if lines:
                self._keep(number, lines)
                number += len(lines)
                yield lines
            if not chunk:
                return

    def _keep(self, number: int, lines: list[str]) -> None:
        size = sum(map(len, lines))
        self._kept.append((number, lines, size))
        self._size += size
        while self._size - self._kept[0][2] > KEPT:
            self._size -= self._kept.popleft()[2]
