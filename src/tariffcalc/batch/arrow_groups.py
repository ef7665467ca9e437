"""A Parquet file written row group by row group, by one process or several.

Each has a writer of its own, and writes where the file ends just then; what the writers say of
their groups is put together, in the order of the rows, at the end of the file.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from itertools import compress
from typing import Any, BinaryIO, TypeVar

import pyarrow as pa  # type: ignore[import-untyped]  # has no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.crew import Member

MARK = b"PAR1"
"""Begins and ends a Parquet file."""

GROUP = 1 << 15
"""Rows from which on a row group is full."""

ROOM = 1 << 26
"""Bytes of the user's columns from which on it is full, however few its rows."""

PIECES = 50
"""Pieces of which it is made at most, when they are small."""

TOGETHER = 1 << 16
"""Values encoded at once: PyArrow's own measure, a thousand, is slower."""

SKIPPED = bytes(1 << 26)
"""Nothing, of which nobody reads: it takes no memory."""

Piece = TypeVar("Piece")


class TableWriter:
    """Writes priced tables as a Parquet file, in several processes if need be."""

    def __init__(self, own: Sequence[Any], alike: Sequence[bool]) -> None:
        """Begin with nothing written.

        Args:
            own: Types of the user's columns, as readers are to find them.
            alike: In which of them few texts differ.
        """
        self._own = own
        self._alike = alike
        self._start = 0

    def begin(self, out: BinaryIO) -> None:
        """Note where the file begins, before it is shared."""
        self._start = out.tell()

    def write(
        self,
        out: BinaryIO,
        priced: Iterable[tuple[int, Any]],
        member: Member,
        progress: Callable[[int], None] | None,
    ) -> list[tuple[int, Any]]:
        """Write tables as row groups; return what the file is to say of each at its end.

        Args:
            out: The file.
            priced: The tables that this process makes, each with the number of rows before it.
            member: Who it is.
            progress: Called with the number of rows done so far, after each table.
        """
        written: list[tuple[int, Any]] = []
        groups = RowGroups(out, self._start if member.size > 1 else None)
        for before, table in member.one_by_one(priced):
            written.append((before, groups.write(table, self._options(table.schema))))
            if progress is not None:
                progress(before + len(table))
        return written

    def finish(
        self, out: BinaryIO, written: list[tuple[int, Any]], nothing: Callable[[], Any]
    ) -> None:
        """Write the end of the file.

        Args:
            out: The file.
            written: What `write` returned in all processes.
            nothing: Makes a table without rows.
        """
        if not written:
            _open_writer(out, self._options(nothing().schema)).close()
            return
        (_, whole), *others = sorted(written, key=lambda group: group[0])
        for _, group in others:
            whole.append_row_groups(group)
        end = BytesIO()
        whole.write_metadata_file(end)
        out.write(end.getvalue().removeprefix(MARK))

    def _options(self, schema: Any) -> dict[str, Any]:
        """Return how tables of a schema are written.

        Words are written by their dictionaries, yet readers find text: so says the schema beside
        them.
        """
        names, priced = schema.names, schema.types[len(self._own) :]
        kinds = [*self._own, *map(_stored, priced)]
        stored = pa.schema(list(zip(names, kinds, strict=True))).serialize()
        # Amounts are seldom alike: a dictionary of them is given up after much work. The least and
        # the greatest of a row group are noted of the user's numbers and days, after which a file
        # may be in order; of what is owed they let no reader pass over a group.
        alike = [*self._alike, *map(pa.types.is_dictionary, priced)]
        ranged = [not (is_text(kind) or pa.types.is_dictionary(kind)) for kind in self._own]
        return {
            "schema": schema,
            "use_dictionary": list(compress(names, alike)),
            "write_statistics": list(compress(names, ranged)),
            "told": {"ARROW:schema": b64encode(stored)},
        }


class RowGroups:
    """The row groups of a file, each written by a writer of its own where the last one ended."""

    def __init__(self, out: BinaryIO, start: int | None = None) -> None:
        """Begin with none.

        Args:
            out: The file.
            start: Where it began, when other processes write to it too. None: only this one does.
        """
        self._out = out
        self._start = start
        self._end = 0

    def write(self, table: Any, options: dict[str, Any]) -> Any:
        """Write a table as a row group, and return what a Parquet file says of it at its end."""
        if self._start is not None:
            self._end = os.lseek(self._out.fileno(), 0, os.SEEK_CUR) - self._start
        if not self._end:
            self._end = self._out.write(MARK)
        part = _Part(self._out)
        stream = pa.PythonFile(part, "w")
        told: list[Any] = []
        writer = _open_writer(stream, options, told)
        # It has written its mark, and counts on from there: let it count what lies before.
        for first in range(len(MARK), self._end, len(SKIPPED)):
            stream.write(memoryview(SKIPPED)[: self._end - first])
        part.is_wanted = True
        try:
            writer.write_table(table)
        except BaseException:
            writer.is_open = False  # or it would be closed when it is let go, and say that it can't
            raise
        part.is_wanted = False
        writer.close()
        self._end += part.size
        if self._start is not None:
            self._out.flush()
        return told[0]


class _Part:
    """The bytes that a writer writes between its mark and its end; the others are let go."""

    closed = False

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.is_wanted = False
        self.size = 0

    def write(self, data: Any) -> int:
        if self.is_wanted:
            self._out.write(data)
            self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: `RowGroups` does it."""

    def close(self) -> None:
        """Leave the file open for the next group."""


def _open_writer(out: Any, options: dict[str, Any], told: list[Any] | None = None) -> Any:
    """Return a writer of a Parquet file.

    Args:
        out: The file.
        options: The schema, the columns written by their dictionaries, those of which the least
            and the greatest are written, and what the file is told to say beside.
        told: Gets what the file says at its end.
    """
    writer = pq.ParquetWriter(
        out, options["schema"], use_dictionary=options["use_dictionary"],
        write_statistics=options["write_statistics"], store_schema=False, metadata_collector=told,
        write_batch_size=TOGETHER,
    )  # fmt: skip
    writer.add_key_value_metadata(options["told"])
    return writer


def cut_groups(
    pieces: Iterable[Piece], size_of: Callable[[Piece], tuple[int, int]]
) -> Iterator[list[Piece]]:
    """Yield pieces together that make one row group; `size_of` gives the rows of one, and bytes."""
    held: list[Piece] = []
    rows = taken = 0
    for piece in pieces:
        more, size = size_of(piece)
        held.append(piece)
        rows += more
        taken += size
        if rows >= GROUP or taken >= ROOM or len(held) == PIECES:
            yield held
            held, rows, taken = [], 0, 0
    if held:
        yield held


def are_alike(column: Any) -> bool:
    """Whether few texts of a column differ, by some of its rows."""
    return not is_text(column.type) or len(column.unique()) * 2 < len(column)


def is_text(kind: Any) -> bool:
    """Whether a column of some type has text."""
    return kind in (pa.string(), pa.large_string())


def _stored(kind: Any) -> Any:
    return pa.string() if pa.types.is_dictionary(kind) else kind
