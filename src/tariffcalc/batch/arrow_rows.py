"""Priced rows as Parquet, the user's columns as text; needs PyArrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa  # type: ignore[import-untyped]  # has no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_arrays import decimals
from tariffcalc.batch.typed import figures, places_of
from tariffcalc.batch.writers import EXTRA, fitted, unique_names

GROUP = 65_536
"""Rows of a row group: what is held before it is written."""

ROOM = 1 << 26
"""Characters of the user's from which on it is full, however few its rows."""


class ParquetWriter:
    """Collects rows by the group, the result as `typed` says; blank cells of the user stay."""

    def __init__(
        self, file: BinaryIO, header: Sequence[str], columns: Sequence[str], is_ragged: bool
    ) -> None:
        self._columns = TypedColumns(len(header), columns, is_ragged)
        self._names = unique_names([*header, *columns, *([EXTRA] if is_ragged else [])])
        nothing = pa.table(self._columns.of([]), self._names)
        self._writer: Any = pq.ParquetWriter(file, nothing.schema)
        self._held: list[tuple[Sequence[str], Sequence[str]]] = []
        self._size = 0

    def write(self, cells: Sequence[str], result: Sequence[str]) -> None:
        """Write one row."""
        self._held.append((cells, result))
        self._size += sum(map(len, cells))
        if len(self._held) >= GROUP or self._size >= ROOM:
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
            self._writer.write_table(pa.table(self._columns.of(self._held), self._names))
        self._held.clear()
        self._size = 0


class TypedColumns(NamedTuple):
    """The columns of a priced file with types, of rows that come one by one.

    Attributes:
        width: How many cells the header has.
        columns: Names of the result columns.
        is_ragged: Whether a column takes the cells that long rows have too many.
    """

    width: int
    columns: Sequence[str]
    is_ragged: bool

    def of(self, rows: Sequence[tuple[Sequence[str], Sequence[str]]]) -> list[Any]:
        """Return the columns of rows, each its cells and its result."""
        whole = []
        for cells, result in rows:
            own, extra = fitted(cells, self.width)
            whole.append([*own, *result, ";".join(extra)])
        nothing = [()] * (self.width + len(self.columns) + 1)
        *texts, extras = zip(*whole, strict=True) if whole else nothing
        arrays = [pa.array(column, pa.string()) for column in texts[: self.width]]
        for name, column in zip(self.columns, texts[self.width :], strict=True):
            arrays.append(_with_type(name, column, texts[self.width]))
        return [*arrays, _without_blanks(extras)] if self.is_ragged else arrays


def _with_type(name: str, texts: Sequence[str], statuses: Sequence[str]) -> Any:
    places = places_of(name)
    if places is None:
        return _without_blanks(texts)
    return decimals(figures(name, texts, statuses), places)


def _without_blanks(texts: Sequence[str]) -> Any:
    return pa.array([text or None for text in texts], pa.string())
