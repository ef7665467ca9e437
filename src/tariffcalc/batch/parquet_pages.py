"""How much memory rows of a Parquet file take once they are unpacked, told before they are.

A few kilobytes may unpack to gigabytes: a text stands once in a dictionary and is spread over all
rows, and a page of zeros packs well. What the end of a file says of sizes need not be true; here
counts what stands before each page, by which PyArrow unpacks it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Container, Iterator, Sequence
from itertools import accumulate
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa  # type: ignore[import-untyped]  # has no types

ROOM = 1 << 25
"""Bytes that rows which are read together may take."""

PAGE = 1 << 26
"""Bytes of a page and its dictionary, which are unpacked whole: mostly they have a megabyte."""

MOST = 1 << 28
"""Bytes that may be unpacked for a single row: a page of each column, and its texts."""

CELL = 8
"""Bytes that a cell takes beside its text."""

WIDTHS = {"BOOLEAN": 1, "INT32": 4, "FLOAT": 4, "INT64": 8, "DOUBLE": 8, "INT96": 12}
DICTIONARY_PAGE = 2
FIELDS = {0: (5, 1, 2), DICTIONARY_PAGE: (7, 1, 2), 3: (8, 1, 4)}
"""By the kind of a page: the field of its header that is of this kind, and in it those of the count
of values and of their encoding. Of other kinds, and of other fields, PyArrow takes no notice."""

DELTA = 7
BY_DICTIONARY = (2, 8)
"""Encodings, as Parquet numbers them: texts by what they share with the last, and by places."""

HEADER, LONGEST_HEADER = 1 << 10, 1 << 24
"""Bytes that stand before a page: mostly, and at most."""


class Page(NamedTuple):
    """What stands before a page.

    Attributes:
        is_dictionary: Whether it holds the dictionary of the pages behind it.
        values: How many it has.
        size: Its bytes, unpacked.
        encoding: Of its values.
    """

    is_dictionary: bool
    values: int
    size: int
    encoding: int


class Chunk:
    """A column of a row group.

    Attributes:
        unpacked: Bytes that are unpacked at any time: a page, and the dictionary.
        longest: Bytes of the longest text that a few bytes may stand for, at most.
        is_known_by_rows: Whether the first rows show all of the dictionary.
    """

    def __init__(self, pages: Sequence[Page], width: int | None, is_encoded: bool) -> None:
        """Take note of the pages.

        Args:
            pages: All of them.
            width: Bytes of a value; None where values are texts.
            is_encoded: Whether texts come as dictionaries, which no number of rows makes larger.
        """
        data = [page for page in pages if not page.is_dictionary]
        dictionaries = [page for page in pages if page.is_dictionary]
        by_places = [page.encoding in BY_DICTIONARY for page in data]
        deltas = [page.size for page in data if page.encoding == DELTA]
        self.unpacked = sum(page.size for page in dictionaries)
        self.unpacked += max((page.size for page in data), default=0)
        # Each text of a dictionary has four bytes for its length.
        is_spread = any(by_places) and not is_encoded
        spread = [page.size - 4 * page.values for page in dictionaries if is_spread]
        self.longest = max([0, *spread, *deltas]) if width is None else 0
        self.is_known_by_rows = not deltas and by_places == sorted(by_places, reverse=True)
        self._width = width or 0
        self._ends = [*accumulate(page.values for page in data)]
        sizes = (page.size if page.encoding not in BY_DICTIONARY else 0 for page in data)
        self._sizes = [*accumulate(sizes if width is None else (), initial=0)]

    def most(self, rows: int) -> int:
        """Return how many bytes some rows take at most, wherever they begin."""
        whole = 0
        for first, end in enumerate(self._ends if len(self._sizes) > 1 else ()):
            past = bisect_right(self._ends, end + rows - 2) + 1  # they begin where this page ends
            whole = max(whole, self._sizes[min(past, len(self._ends))] - self._sizes[first])
        return whole + rows * (self.longest + self._width + CELL)


class NoRoomError(Exception):
    """Not even one row has room; it says why."""


def fitting(
    stream: BinaryIO,
    file: Any,
    group: int,
    rows: int,
    encoded: Container[str],
    longest_of: Callable[[str], int],
) -> int:
    """Return how many rows of a row group may be read together.

    Args:
        stream: The bytes of the file.
        file: The file, as PyArrow has it.
        group: Number of the row group.
        rows: As many as that, if there is room.
        encoded: Columns whose texts come as dictionaries.
        longest_of: Gives the longest text in the dictionary of a column.

    Raises:
        NoRoomError: when there is none for a single one.
        pyarrow.ArrowInvalid: when what the file says of its pages is not so.
    """
    told = file.metadata.row_group(group)
    columns = [told.column(place) for place in range(told.num_columns)]
    for column in columns:
        check_count(column.num_values, told)
    widths = [_width(file.schema.column(place)) for place in range(told.num_columns)]
    chunks = [
        Chunk([*pages_of(stream, column)], width, column.path_in_schema in encoded)
        for column, width in zip(columns, widths, strict=True)
    ]
    for chunk, column in zip(chunks, columns, strict=True):
        if chunk.unpacked > PAGE:
            what = f'a page of "{column.path_in_schema}" unpacks'
            raise NoRoomError(f"{what} to {chunk.unpacked:,} bytes, more than {PAGE:,}")
    unpacked = sum(chunk.unpacked for chunk in chunks)
    room = max(ROOM, 2 * unpacked)

    def is_fitting() -> bool:
        return sum(chunk.most(rows) for chunk in chunks) <= room

    if unpacked <= MOST and not is_fitting():
        for chunk, column in zip(chunks, columns, strict=True):
            if chunk.longest and chunk.is_known_by_rows:
                chunk.longest = min(chunk.longest, longest_of(column.path_in_schema))
        while rows > 1 and not is_fitting():
            rows //= 2
    single = unpacked + sum(chunk.longest for chunk in chunks) + sum(filter(None, widths))
    if single > MOST:
        raise NoRoomError(f"a single row unpacks to {single:,} bytes, more than {MOST:,}")
    return rows


def _width(column: Any) -> int | None:
    """Return the bytes of a value of a column, None where values are texts."""
    if column.physical_type == "BYTE_ARRAY":
        return None
    return WIDTHS.get(column.physical_type) or int(column.length)


def pages_of(stream: BinaryIO, column: Any) -> Iterator[Page]:
    """Yield the pages of a column of a row group, as PyArrow comes to them.

    Raises:
        pyarrow.ArrowInvalid: when what stands before one cannot be read, and when they have more
            values than the column.
    """
    at, first = column.data_page_offset, column.dictionary_page_offset
    if first is not None and 0 < first < at:
        at = first
    seen = 0
    while seen < column.num_values:
        header, size = _header(stream, at)
        at += size + header[3]
        if header[1] in FIELDS:
            field, values, encoding = FIELDS[header[1]]
            page = Page(
                header[1] == DICTIONARY_PAGE,
                header[field][values],
                header[2],
                header[field][encoding],
            )
            yield page
            seen += 0 if page.is_dictionary else page.values
    if seen != column.num_values:
        raise pa.ArrowInvalid(f"pages of {column.num_values:,} values have {seen:,}")


def check_count(found: int, told: Any) -> None:
    """Raise pyarrow.ArrowInvalid where a file, or a row group, has not the rows that it tells."""
    if found != told.num_rows:
        raise pa.ArrowInvalid(f"of {told.num_rows:,} rows that it tells, it has {found:,}")


def _header(stream: BinaryIO, at: int) -> tuple[dict[int, Any], int]:
    """Return the header of a page by the numbers of its fields, and how many bytes it has."""
    size = HEADER
    while size <= LONGEST_HEADER:
        stream.seek(at)
        data = stream.read(size)
        reading = _Compact(data)
        try:
            header = reading.struct()
        except IndexError:
            if len(data) < size:
                break
            size *= 16
        except (ValueError, RecursionError):
            break
        else:
            if _is_sound(header):
                return header, reading.at
            break
    raise pa.ArrowInvalid(f"the header of the page at byte {at:,} cannot be read")


def _is_sound(header: dict[int, Any]) -> bool:
    """Whether a header has the fields that are asked for, as numbers that count something."""
    kind = header.get(1)
    asked = [kind, header.get(2), header.get(3)]
    if isinstance(kind, int) and kind in FIELDS:
        field, *names = FIELDS[kind]
        inner = header.get(field)
        asked += [inner.get(name) if isinstance(inner, dict) else None for name in names]
    return all(isinstance(value, int) and value >= 0 for value in asked)


class _Compact:
    """Reads what Thrift wrote by its compact protocol; see the specification of that name."""

    def __init__(self, data: bytes) -> None:
        self.at = 0
        self._data = data

    def struct(self) -> dict[int, Any]:
        """Return fields by their numbers. Raises IndexError at the end of the data."""
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._whole()
            kind = head & 15
            fields[number] = kind == 1 if kind in (1, 2) else self._value(kind)
        return fields

    def _value(self, kind: int) -> Any:
        """Return a value of some kind; None for one that nobody asks for."""
        if kind in (4, 5, 6):
            return self._whole()
        if kind == 12:
            return self.struct()
        if kind in (1, 2, 3, 7):
            self.at += 7 if kind == 7 else 0
            self._byte()  # seen, not passed over: a list may be told to have any number of them
        elif kind == 8:
            size = self._count()
            self.at += size
        elif kind in (9, 10):
            head = self._byte()
            for _ in range(self._count() if head >> 4 == 15 else head >> 4):
                self._value(head & 15)
        else:
            raise ValueError(kind)
        return None

    def _byte(self) -> int:
        value = self._data[self.at]
        self.at += 1
        return value

    def _count(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise ValueError(value)

    def _whole(self) -> int:
        value = self._count()
        return value >> 1 if not value & 1 else -(value >> 1) - 1
