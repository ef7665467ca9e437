"""Priced rows as Parquet, the user's columns as text; needs PyArrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

import pyarrow as pa  # type: ignore[import-untyped]  # has no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_arrays import decimals
from tariffcalc.batch.typed import figures, places_of
from tariffcalc.batch.writers import EXTRA, fitted, unique_names

GROUP = 65_536
"""Rows of a row group: what is held before it is written."""


class ParquetWriter:
    """Collects rows by the group, the result as `typed` says; blank cells of the user stay."""

    def __init__(
        self, file: BinaryIO, header: Sequence[str], columns: Sequence[str], is_ragged: bool
    ) -> None:
        self._width = len(header)
        self._extra = [EXTRA] if is_ragged else []
        self._columns = columns
        self._names = unique_names([*header, *columns, *self._extra])
        nothing = self._table([()] * len(self._names))
        self._writer: Any = pq.ParquetWriter(file, nothing.schema)
        self._held: list[list[str]] = []

    def write(self, cells: Sequence[str], result: Sequence[str]) -> None:
        """Write one row."""
        own, extra = fitted(cells, self._width)
        self._held.append([*own, *result, *[";".join(extra) for _ in self._extra]])
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
            self._writer.write_table(self._table([*zip(*self._held, strict=True)]))
        self._held.clear()

    def _table(self, columns: Sequence[Sequence[str]]) -> Any:
        first, past = self._width, self._width + len(self._columns)
        arrays = [pa.array(column, pa.string()) for column in columns[:first]]
        for name, texts in zip(self._columns, columns[first:past], strict=True):
            arrays.append(_with_type(name, texts, columns[first]))
        arrays += [_without_blanks(texts) for texts in columns[past:]]
        return pa.table(arrays, self._names)


def _with_type(name: str, texts: Sequence[str], statuses: Sequence[str]) -> Any:
    places = places_of(name)
    if places is None:
        return _without_blanks(texts)
    return decimals(figures(name, texts, statuses), places)


def _without_blanks(texts: Sequence[str]) -> Any:
    return pa.array([text or None for text in texts], pa.string())
