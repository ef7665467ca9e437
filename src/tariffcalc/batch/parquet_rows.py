"""Rows of a Parquet file as text; needs PyArrow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # has no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.rows import Rows
from tariffcalc.batch.shown import as_shown
from tariffcalc.batch.sources import Source

BATCH = 16_384


class ParquetRows(Rows):
    """Rows of a Parquet file. Numbers become plain decimals, dates ISO; null is blank.

    Attributes:
        mark: Stands before the cents of a number.
    """

    def __init__(self, source: Source, mark: str = ".") -> None:
        """Read the schema. Raises InputError for nested columns and a file that is not sound."""
        super().__init__(source)
        self.mark = mark
        with self.told(), self.source.open_file() as file:
            schema = pq.ParquetFile(file).schema_arrow
        self.header = list(schema.names)
        nested = [field.name for field in schema if pa.types.is_nested(field.type)]
        if nested or not self.header:
            message = (
                f"holds lists or records in {', '.join(nested)}" if nested else "has no column"
            )
            raise source.refusal("nested-columns", message, "Give each figure its own column.")

    def __iter__(self) -> Iterator[list[str]]:
        """Return the rows, from the first one on."""
        with self.told(), self.source.open_file() as file:
            for batch in batches_of(pq.ParquetFile(file), BATCH):
                columns = [as_texts(column, self.mark) for column in batch.columns]
                yield from map(list, zip(*columns, strict=True))

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn faults of reading into words; PyArrow's are errors of its own, or of the system."""
        try:
            yield
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or (str(error).splitlines() or ["?"])[0][:200]
            message = f"is not a sound Parquet file: {why}"
            raise self.source.refusal("bad-parquet", message) from None


def batches_of(file: Any, size: int, groups: range | None = None) -> Iterator[Any]:
    """Yield the rows of a file, or of some row groups, in batches of at most some size, in order.

    One row group after the other: of those that it is asked for together, PyArrow keeps the bytes
    of all that it has read.
    """
    for group in range(file.num_row_groups) if groups is None else groups:
        # There are threads enough, and those of PyArrow keep memory.
        yield from file.iter_batches(size, row_groups=[group], use_threads=False)


def sound_batches(rows: ParquetRows, batches: Iterator[Any], size: int) -> Iterator[Any]:
    """Yield batches put together up to some size, once they are seen to be sound.

    PyArrow ends one where the dictionary of a column or a row group ends, and looks at places in
    dictionaries and at UTF-8 when it is too late to say whose fault it is.
    """
    held: list[Any] = []
    count = 0
    while True:
        with rows.told():
            batch = next(batches, None)
            for column in () if batch is None else batch.columns:
                column.validate(full=True)
        if held and (batch is None or count + len(batch) > size):
            yield pa.Table.from_batches(held).combine_chunks().to_batches()[0]
            held, count = [], 0
        if batch is None:
            return
        held.append(batch)
        count += len(batch)


def as_texts(column: Any, mark: str = ".") -> list[str]:
    """Return the cells of a column as text; `mark` stands before the cents of a number."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type):  # nanoseconds are more than a datetime has
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    kind = column.type
    values = column.to_pylist()
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return ["" if value is None else value for value in values]
    if pa.types.is_decimal(kind):
        return ["" if value is None else f"{value:f}".replace(".", mark) for value in values]
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return ["" if value is None else value.decode("utf-8", "replace") for value in values]
    digits = 7 if pa.types.is_float32(kind) else 15
    return [as_shown(value, digits=digits, mark=mark) for value in values]
