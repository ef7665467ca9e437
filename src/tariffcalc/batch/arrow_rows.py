"""Priced rows as Parquet, every column as text; needs PyArrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

import pyarrow as pa  # type: ignore[import-untyped]  # has no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.writers import EXTRA, fitted, unique_names

GROUP = 65_536
"""Rows of a row group: what is held before it is written."""


class ParquetWriter:
    """Collects rows by the group. Blank result cells are null; blank cells of the user stay."""

    def __init__(
        self, file: BinaryIO, header: Sequence[str], columns: Sequence[str], is_ragged: bool
    ) -> None:
        self._width = len(header)
        self._extra = [EXTRA] if is_ragged else []
        names = unique_names([*header, *columns, *self._extra])
        self._schema = pa.schema([(name, pa.string()) for name in names])
        self._writer: Any = pq.ParquetWriter(file, self._schema)
        self._held: list[list[str | None]] = []

    def write(self, cells: Sequence[str], result: Sequence[str]) -> None:
        """Write one row."""
        own, extra = fitted(cells, self._width)
        row: list[str | None] = [*own, *(text or None for text in result)]
        if self._extra:
            row.append(";".join(extra) if extra else None)
        self._held.append(row)
        if len(self._held) >= GROUP:
            self._write_group()

    def close(self) -> None:
        """Write the rows that are held, and the end of the file."""
        self._write_group()
        self._writer.close()

    def drop(self) -> None:
        """Let go of the rows that are held; PyArrow ends the file now or never."""
        self._held.clear()
        self._writer.close()

    def _write_group(self) -> None:
        if self._held:
            columns = [pa.array(column, pa.string()) for column in zip(*self._held, strict=True)]
            self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))
        self._held.clear()
