"""Rows of a Parquet file as text; needs PyArrow and NumPy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.parquet_batches import ParquetBatches
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
        with self.open() as file:
            schema = file.schema
        self.header = list(schema.names)
        nested = [field.name for field in schema if pa.types.is_nested(field.type)]
        if nested or not self.header:
            message = (
                f"holds lists or records in {', '.join(nested)}" if nested else "has no column"
            )
            raise source.refusal("nested-columns", message, "Give each figure its own column.")

    def __iter__(self) -> Iterator[list[str]]:
        """Return the rows, from the first one on."""
        with self.told(), self.open() as file:
            for batch in file.of(BATCH):
                columns = [as_texts(column, self.mark) for column in batch.columns]
                yield from map(list, zip(*columns, strict=True))

    @contextmanager
    def open(self, metadata: Any = None, encoded: Sequence[str] = ()) -> Iterator[ParquetBatches]:
        """Open the file; arguments as of `ParquetBatches`. Raises InputError: it is not sound."""
        with self.told():
            stream = self.source.open_file()
        with stream:
            with self.told():
                file = ParquetBatches(self, stream, metadata, encoded)
            yield file

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn faults of reading into words; PyArrow's are errors of its own, or of the system."""
        try:
            yield
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or (str(error).splitlines() or ["?"])[0][:200]
            message = f"is not a sound Parquet file: {why}"
            raise self.source.refusal("bad-parquet", message) from None


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
    if "binary" in str(kind):  # of any length, of one, or a view
        return ["" if value is None else value.decode("utf-8", "replace") for value in values]
    digits = 7 if pa.types.is_float32(kind) else 15
    return [as_shown(value, digits=digits, mark=mark) for value in values]
