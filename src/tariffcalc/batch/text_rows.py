"""Rows of a CSV file: its delimiter, its encoding, and quotes that nobody closed.

Text that holds no quote is split at its line ends and delimiters. Any other is for the csv module,
which reads it strictly. Where it stops (a quote that stays open for a megabyte or
to the end, or one that is closed in the middle of a cell) the line that began the row is read by
itself, as it stands, and reading goes on with the line below: one bad row, and no row is lost.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import repeat

from tariffcalc.batch.csv_form import CsvForm
from tariffcalc.batch.decoding import Decoder, find_encoding
from tariffcalc.batch.rows import BLOCK, Block, Rows
from tariffcalc.batch.sources import HEAD, Source
from tariffcalc.batch.text_lines import LineLengths, Lines, split_lines
from tariffcalc.values.issues import InputError, Issue

LONGEST_CELL = 1 << 20
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "\\t": "\t"}
CANDIDATES = ",;\t|"


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
        given = _delimiter(delimiter)
        first = _first_filled(lines, 0, given)
        told = re.fullmatch(r"(?i)\"?sep=(.)\"?\s*", lines[first]) if first < len(lines) else None
        if told:
            first = _first_filled(lines, first + 1, given or told[1])
        if first >= len(lines):
            raise source.refusal("no-header", "has no header")
        self.header_row = first + 1
        text = "".join(lines[first:])
        sign = told[1] if told else None
        self.delimiter = given or sign or _find_delimiter(text, lines[first])
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
        for rows, _ in self._read():
            yield from rows

    def blocks(self, form: CsvForm) -> Iterator[Block]:
        """Return the same rows in blocks, for a CSV of such form."""
        for rows, lines in self._read():
            if lines is not None and form.delimiter == self.delimiter:
                yield Block(form.starts(lines), rows)
            else:
                held = list(rows)
                yield Block([*map(form.start, held)], held)

    def _read(self) -> Iterator[tuple[Iterable[list[str]], list[str] | None]]:
        """Yield rows, many at a time, and their lines where these are split at each delimiter."""
        csv.field_size_limit(LONGEST_CELL)  # of the whole process: the module knows no other
        with self.source.told(), self.source.open() as stream:
            lines = Lines(stream, self._decoder(), self.source)
            skip = self._skip
            for piece in lines.pieces:
                below = piece
                if skip:
                    above = split_lines(piece)
                    below, skip = "".join(above[skip:]), max(0, skip - len(above))
                    if not below:
                        continue
                plain = plain_lines(below)
                if plain is not None:
                    yield map(str.split, plain, repeat(self.delimiter)), plain
                    continue
                held: list[list[str]] = []
                count = lines.count
                for row in self._parse(below, lines):
                    held.append(row)
                    if len(held) == BLOCK or lines.count > count:  # few rows may be many pieces
                        yield held, None
                        held, count = [], lines.count
                if held:
                    yield held, None

    def _parse(self, piece: str, lines: Lines) -> Iterator[list[str]]:
        """Yield rows from a piece on, up to the next place where a piece ends with a row."""
        start = lines.hold(piece)
        while True:
            reader = csv.reader(lines.begin_at(start), delimiter=self.delimiter, strict=True)
            done = 0
            try:
                for row in reader:
                    done, lines.taken = reader.line_num, 0
                    yield row
                    if start + done == lines.count:
                        return
                return
            except csv.Error:
                start += done
                yield read_alone(lines.line(start), self.delimiter)
                start += 1

    def pieces(self, size: int) -> Iterator[bytes]:
        """Return what stands below the header as UTF-8, in pieces of about a size.

        Raises:
            InputError: for a line that is too long.
        """
        lengths = LineLengths(self.source, self._skip)
        with self.source.told(), self.source.open() as stream:
            decoder, chunk = self._decoder(), stream.read(HEAD)
            below = StringIO(decoder.decode(chunk, final=not chunk), newline="")
            for _ in range(self._skip):
                below.readline()
            piece = below.read().encode()
            lengths.check(piece)
            yield piece
            while chunk:
                chunk = stream.read(size)
                piece = decoder.as_utf8(chunk)
                lengths.check(piece)
                yield piece


def plain_lines(text: str) -> list[str] | None:
    """Return the lines of a text that holds no quote and no blank row, without their ends."""
    returns = text.count("\r")
    end = "\r\n" if returns else "\n"
    if '"' in text or (returns and not returns == text.count("\n") == text.count(end)):
        return None
    lines = text.removesuffix(end).split(end)
    return None if "" in lines or len(text) > LONGEST_CELL else lines


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


def _first_filled(lines: list[str], start: int, delimiter: str | None) -> int:
    """Return the first line from one on that has more than empty cells, or how many there are."""
    signs = re.escape(f"{CANDIDATES}{delimiter or ''}")
    is_blank = re.compile(f'(?:[ \r\n{signs}]|"")*').fullmatch
    return next((i for i in range(start, len(lines)) if not is_blank(lines[i])), len(lines))


def _find_delimiter(text: str, line: str) -> str:
    """Return the delimiter that parts the header most often, outside its quotes."""
    bare = re.sub(r'"(?:[^"]|"")*"', "", text[:65536])
    header = re.split(r"[\r\n]", bare, maxsplit=1)[0]
    if '"' in header:  # one of them is never closed
        header = line
    return max(CANDIDATES, key=header.count)
