"""Rows of a Parquet file as text; needs PyArrow and NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.parquet_batches import ParquetBatches, sound_batches
from tariffcalc.batch.rows import Rows
from tariffcalc.batch.shown import as_shown, plain_digits
from tariffcalc.batch.sources import Source

BATCH = 16_384
PLACES = {"s": 0, "ms": 3, "us": 6, "ns": 9}
"""The places of a second that units of time have."""

ZONES = "Type: pip install tzdata, or write the column in UTC."
"""What may help where a zone of time is not known."""


class ParquetRows(Rows):
    """Rows of a Parquet file. Numbers become plain decimals, dates ISO; null is blank.

    Attributes:
        mark: Stands before the cents of a number.
    """

    def __init__(self, source: Source, mark: str = ".") -> None:
        """Read the schema.

        Raises:
            InputError: for nested columns, for zones of time that are not known here, and for a
                file that is not sound.
        """
        super().__init__(source)
        self.mark = mark
        with self.open() as file:
            schema = file.schema
        self.header = list(schema.names)
        nested = [field.name for field in schema if is_nested(field.type)]
        if nested or not self.header:
            message = (
                f"holds lists or records in {', '.join(nested)}" if nested else "has no column"
            )
            raise source.refusal("nested-columns", message, "Give each figure its own column.")
        for field in schema:
            if fault := zone_fault(field):
                raise source.refusal("unknown-zone", fault, ZONES)

    def __iter__(self) -> Iterator[list[str]]:
        """Return the rows, from the first one on."""
        with self.told(), self.open() as file:
            for batch in sound_batches(self, file.of(BATCH), BATCH):
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


def is_nested(kind: Any) -> bool:
    """Whether a type is one of lists or records, under a name of its own or not."""
    is_named = isinstance(kind, pa.BaseExtensionType)
    return bool(pa.types.is_nested(kind.storage_type if is_named else kind))


def zone_fault(field: Any) -> str:
    """Return what is wrong with the zone of a column of times, if it is not known here."""
    if pa.types.is_timestamp(field.type):
        try:
            pa.scalar(0, field.type).as_py()
        except pa.ArrowInvalid:
            return f'"{field.name}" has times of the zone "{field.type.tz}", which is not known'
    return ""


def as_texts(column: Any, mark: str = ".") -> list[str]:
    """Return the cells of a column as text; `mark` stands before the cents of a number."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":  # more than a datetime has
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    if pa.types.is_duration(kind):
        places, counts = PLACES[kind.unit], column.cast(pa.int64()).to_pylist()
        seconds = (None if n is None else Decimal(n).scaleb(-places) for n in counts)
        return ["" if n is None else f"{plain_digits(n, mark)}s" for n in seconds]
    values = _values(column)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return ["" if value is None else value for value in values]
    if pa.types.is_decimal(kind):
        return ["" if value is None else f"{value:f}".replace(".", mark) for value in values]
    if "binary" in str(kind):  # of any length, of one, or a view
        return ["" if value is None else value.decode("utf-8", "replace") for value in values]
    if kind in (pa.float16(), pa.float32()):
        values = _widened(values, kind.to_pandas_dtype())
    return [as_shown(value, mark=mark) for value in values]


def _values(column: Any) -> list[Any]:
    """Return the values of a column; a day too far off for Python is Arrow's text."""
    try:
        return list(column.to_pylist())
    except OverflowError:
        return [_value(cell) for cell in column]


def _value(cell: Any) -> Any:
    try:
        return cell.as_py()
    except OverflowError:
        if pa.types.is_timestamp(cell.type):
            cell = cell.cast(pa.timestamp(cell.type.unit))  # Arrow's text of a zone is garbled
        return cell.cast(pa.string()).as_py()


def _widened(values: Iterable[float | None], short: Callable[[float], Any]) -> list[float | None]:
    """Return short binary fractions as long ones that have the fewest figures which mean them."""
    return [
        value if value is None or value.is_integer() else float(str(short(value)))
        for value in values
    ]
