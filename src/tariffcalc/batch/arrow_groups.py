"""Row groups of a Parquet file written one by one, by one process or several."""

from __future__ import annotations

import os
from typing import Any, BinaryIO

import pyarrow as pa  # type: ignore[import-untyped]  # has no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # has no types

MARK = b"PAR1"
"""Begins and ends a Parquet file."""

TOGETHER = 1 << 16
"""Values encoded at once: PyArrow's own measure, a thousand, is slower."""

SKIPPED = bytes(1 << 26)
"""Nothing, of which nobody reads: it takes no memory."""


class Groups:
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
        writer = open_writer(stream, options, told)
        # It has written its mark, and counts on from there: let it count what lies before.
        for first in range(len(MARK), self._end, len(SKIPPED)):
            stream.write(memoryview(SKIPPED)[: self._end - first])
        part.is_wanted = True
        writer.write_table(table)
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
        """Do nothing: `Groups` does it."""

    def close(self) -> None:
        """Leave the file open for the next group."""


def open_writer(out: Any, options: dict[str, Any], told: list[Any] | None = None) -> Any:
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
