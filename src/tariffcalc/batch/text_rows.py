"""Rows of a CSV file: its delimiter, its encoding, and quotes that nobody closed.

The csv module does the reading, strictly. Where it stops (a quote that stays open for a megabyte or
to the end, or one that is closed in the middle of a cell) the line that began the row is read by
itself, as it stands, and reading goes on with the line below: one bad row, and no row is lost.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO

from tariffcalc.batch.decoding import Decoder, find_encoding
from tariffcalc.batch.rows import Rows
from tariffcalc.batch.sources import HEAD, Source
from tariffcalc.batch.text_lines import Lines
from tariffcalc.values.issues import InputError, Issue

LONGEST_CELL = 1 << 20
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "\\t": "\t"}
_CANDIDATES = ",;\t|"


class TextRows(Rows):
    """Rows of a CSV file.

    Attributes:
        delimiter: What parts the cells, as told or as found in the header.
        encoding: As told or as found in the first bytes.
    """

    def __init__(self, source: Source, delimiter: str | None, encoding: str | None) -> None:
        """Read the header.

        Raises:
            InputError: for an unknown delimiter or encoding, and when there is no header.
        """
        super().__init__(source)
        self.encoding = find_encoding(source, encoding)
        self._strict = encoding is not None
        decoder = self._decoder()
        lines = StringIO(decoder.decode(source.head), newline="").readlines()
        whole = len(source.head) < HEAD
        blank = next((i for i, line in enumerate(lines) if line.strip(" \t\r\n")), len(lines))
        told = re.fullmatch(r"(?i)\"?sep=(.)\"?\s*", lines[blank]) if blank < len(lines) else None
        first = blank + (told is not None)
        if first >= len(lines):
            raise source.refusal("no-header", "has no header")
        self.header_row = first + 1
        text = "".join(lines[first:])
        sign = told[1] if told else None
        self.delimiter = _delimiter(delimiter) or sign or _find_delimiter(text, lines[first])
        self.header, used = self._read_header(lines[first:])
        if used == len(lines) - first and not whole:
            raise source.refusal("no-header", f"has no row end in its first {HEAD:,} bytes")
        self._skip = first + used
        end = re.search(r"\r\n|\n|\r", lines[self._skip - 1])
        self.raw_ends = end[0] if end else "\n"

    def _decoder(self) -> Decoder:
        return Decoder(self.encoding, self._strict, self.source, self.notes)

    def _read_header(self, lines: list[str]) -> tuple[list[str], int]:
        csv.field_size_limit(LONGEST_CELL)
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        try:
            return next(reader), reader.line_num
        except csv.Error:
            return read_alone(lines[0], self.delimiter), 1

    def __iter__(self) -> Iterator[list[str]]:
        """Return the rows below the header, from the first one on."""
        csv.field_size_limit(LONGEST_CELL)  # of the whole process: the module knows no other
        with self.source.told(), self.source.open() as stream:
            lines = Lines(stream, self._decoder(), self.source)
            start = self._skip
            while True:
                reader = csv.reader(lines.begin_at(start), delimiter=self.delimiter, strict=True)
                done = 0
                try:
                    for row in reader:
                        done = reader.line_num
                        yield row
                    return
                except csv.Error:
                    start += done
                    yield read_alone(lines.line(start), self.delimiter)
                    start += 1

    def pieces(self, size: int) -> Iterator[bytes]:
        """Return what stands below the header as UTF-8, in pieces of about a size."""
        with self.source.told(), self.source.open() as stream:
            decoder, chunk = self._decoder(), stream.read(HEAD)
            below = StringIO(decoder.decode(chunk, final=not chunk), newline="")
            for _ in range(self._skip):
                below.readline()
            yield below.read().encode()
            while chunk:
                chunk = stream.read(size)
                yield decoder.as_utf8(chunk)


def read_alone(line: str, delimiter: str) -> list[str]:
    """Return the cells of one line, whatever its quotes do."""
    bare = line.rstrip("\r\n")
    try:
        return next(csv.reader([bare], delimiter=delimiter), [])
    except csv.Error:
        return [bare]


def _delimiter(told: str | None) -> str | None:
    sign = DELIMITERS.get(told.lower(), told) if told else None
    if sign is not None and (len(sign) != 1 or sign in '"\r\n'):
        message = f'"{told}" is not one character, nor {", ".join(list(DELIMITERS)[:4])}'
        raise InputError([Issue("bad-delimiter", "error", message, "--delimiter")])
    return sign


def _find_delimiter(text: str, line: str) -> str:
    """Return the delimiter that parts the header most often, outside its quotes."""
    bare = re.sub(r'"(?:[^"]|"")*"', "", text[:65536])
    header = re.split(r"[\r\n]", bare, maxsplit=1)[0]
    if '"' in header:  # one of them is never closed
        header = line
    return max(_CANDIDATES, key=header.count)
