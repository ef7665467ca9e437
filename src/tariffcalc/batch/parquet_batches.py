"""A Parquet file in batches of rows that have room in memory, whatever the file says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_arrays import numbers_of
from tariffcalc.batch.arrow_calls import cast, fill_null
from tariffcalc.batch.parquet_pages import ROOM, NoRoomError, check_count, fitting
from tariffcalc.batch.text_lines import LONGEST_LINE

if TYPE_CHECKING:
    from tariffcalc.batch.parquet_rows import ParquetRows

BUFFER = 1 << 18
"""Bytes of a column that are read at once: PyArrow would read all that a row group has of it."""


class ParquetBatches:
    """A file that is open.

    Attributes:
        metadata: What the end of the file says.
        schema: Its columns, as `with_room` has them.
    """

    def __init__(
        self, rows: ParquetRows, stream: BinaryIO, metadata: Any = None, encoded: Sequence[str] = ()
    ) -> None:
        """Open it.

        Args:
            rows: The file.
            stream: Its bytes.
            metadata: What its end says, if that was read.
            encoded: Columns whose texts come as dictionaries.

        Raises:
            pyarrow.ArrowInvalid: when it contradicts itself.
        """
        self._rows = rows
        self._stream = stream
        self._encoded = frozenset(encoded)
        self._file = self._open(metadata, encoded)
        self.metadata = self._file.metadata
        self.schema = with_room(self._file.schema_arrow)
        check_count(sum(map(self._rows_of, range(self.metadata.num_row_groups))), self.metadata)

    def _open(self, metadata: Any, encoded: Sequence[str]) -> Any:
        return pq.ParquetFile(
            self._stream, metadata=metadata, read_dictionary=[*encoded], buffer_size=BUFFER,
            page_checksum_verification=True,
        )  # fmt: skip

    def _rows_of(self, group: int) -> int:
        return int(self.metadata.row_group(group).num_rows)

    def of(self, size: int, groups: range | None = None) -> Iterator[Any]:
        """Yield the rows, or those of some row groups, in batches of at most some size, in order.

        One row group after the other: of those that it is asked for together, PyArrow keeps the
        bytes of all that it has read.

        Raises:
            pyarrow.ArrowException: when they cannot be read, or are not as many as the file tells.
            InputError: for a row that is longer than a line of a CSV file may be, and for rows of
                which not even one has room.
        """
        groups = range(self.metadata.num_row_groups) if groups is None else groups
        before = sum(map(self._rows_of, range(groups.start)))
        for group in groups:
            first = before
            for batch in self._file.iter_batches(
                self._fitting(group, size),
                row_groups=[group],
                use_threads=False,  # there are enough, and those of PyArrow keep memory
            ):
                self._check(batch, before)
                before += len(batch)
                yield from _cut(roomy(batch))
            check_count(before - first, self.metadata.row_group(group))

    def _fitting(self, group: int, size: int) -> int:
        """Return how many rows of a row group are read at once."""

        def longest_of(name: str) -> int:
            """Return the longest text of the dictionaries of the columns of a name."""
            longest = 0
            for batch in self._open(self.metadata, [name]).iter_batches(
                1, row_groups=[group], columns=[name], use_threads=False
            ):
                dictionaries = [c.dictionary for c in batch.columns if hasattr(c, "dictionary")]
                longest = max([0, *map(_longest, dictionaries)])
                if all(map(len, dictionaries)):
                    break
            return longest

        try:
            return fitting(self._stream, self._file, group, size, self._encoded, longest_of)
        except NoRoomError as error:
            message = f"cannot be read: {error}"
            hint = "Write it anew with smaller pages, or save it as .csv."
            raise self._rows.source.refusal("too-large", message, hint) from None

    def _check(self, batch: Any, before: int) -> None:
        """Refuse a row that is too long; most are seen to be short by their longest texts."""
        if sum(map(_longest, batch.columns)) <= LONGEST_LINE:
            return
        lengths = np.array([text_lengths(column) for column in batch.columns])
        for place in np.flatnonzero(lengths.sum(axis=0) > LONGEST_LINE)[:1].tolist():
            number, column = self._rows.row_number(before + place), int(lengths[:, place].argmax())
            message = (
                f"row {number} has more than {LONGEST_LINE:,} bytes of text, "
                f'{lengths[column, place]:,} of them in "{batch.schema.names[column]}"'
            )
            raise self._rows.source.refusal("row-too-long", message, "Leave that column out.")


def sound_batches(rows: ParquetRows, batches: Iterator[Any], size: int) -> Iterator[Any]:
    """Yield batches put together up to some size, once they are seen to be sound.

    PyArrow ends one where the dictionary of a column or a row group ends, and looks at places in
    dictionaries and at UTF-8 when it is too late to say whose fault it is.
    """
    held: list[Any] = []
    count = taken = 0
    while True:
        with rows.told():
            batch = next(batches, None)
            for column in () if batch is None else batch.columns:
                column.validate(full=True)
        more = 0 if batch is None else text_bytes(batch)
        if held and (batch is None or count + len(batch) > size or taken + more > ROOM):
            yield pa.Table.from_batches(held).combine_chunks().to_batches()[0]
            held, count, taken = [], 0, 0
        if batch is None:
            return
        held.append(batch)
        count += len(batch)
        taken += more


def roomy(rows: Any) -> Any:
    """Return a batch or a table with the schema that `with_room` gives it."""
    schema = rows.schema
    wide = with_room(schema)
    return rows if wide is schema else rows.cast(wide)  # which is work, though nothing changes


def with_room(schema: Any) -> Any:
    """Return a schema in which dictionaries are numbered by 32 bits at least.

    A row group may have a dictionary of its own, and all of them together more texts than 8 or 16
    bits can number.
    """
    for place, field in enumerate(schema):
        kind = field.type
        if pa.types.is_dictionary(kind) and kind.index_type.bit_width < 32:
            wide = pa.dictionary(pa.int32(), kind.value_type, kind.ordered)
            schema = schema.set(place, field.with_type(wide))
    return schema


def has_deltas(metadata: Any, place: int) -> bool:
    """Whether texts of a column are written by what they differ in.

    PyArrow makes no dictionaries of such (`read_dictionary`).
    """
    groups = range(metadata.num_row_groups)
    chunks = (metadata.row_group(group).column(place) for group in groups)
    return any("DELTA" in encoding for chunk in chunks for encoding in chunk.encodings)


def _cut(batch: Any) -> Iterator[Any]:
    """Yield a batch in parts whose texts have room once they are spread out; mostly it is one."""
    size = max(1, len(batch) * ROOM // max(ROOM, text_bytes(batch)))
    for first in range(0, len(batch), size):
        yield batch.slice(first, size)


def text_bytes(batch: Any) -> int:
    """Return the bytes of a batch, its texts spread out, or some more."""
    return sum(
        len(column) * _longest(column) if _is_encoded(column) else column.nbytes
        for column in batch.columns
    )


def _longest(column: Any) -> int:
    """Return the bytes of the longest text of a column, used or not; 0 where it has no text."""
    lengths = text_lengths(column.dictionary if _is_encoded(column) else column)
    return int(lengths.max()) if lengths.size else 0


def text_lengths(column: Any) -> Any:
    """Return the bytes of each text of a column; 0 where it has no text."""
    kind = column.type
    if _is_encoded(column):
        none = pa.scalar(len(column.dictionary), pa.int32())
        places = numbers_of(fill_null(cast(column.indices, pa.int32()), none), np.int32)
        return np.append(text_lengths(column.dictionary), 0)[places]
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind):
        column, kind = column.cast(pa.large_binary()), pa.large_binary()
    if pa.types.is_fixed_size_binary(kind):
        return np.full(len(column), kind.byte_width)
    if pa.types.is_large_string(kind) or pa.types.is_large_binary(kind):
        edges: type[np.signedinteger[Any]] = np.int64
    elif pa.types.is_string(kind) or pa.types.is_binary(kind):
        edges = np.int32
    else:
        return np.zeros(len(column), np.int64)
    ends = np.frombuffer(column.buffers()[1], edges)[column.offset :][: len(column) + 1]
    return np.diff(ends).astype(np.int64)


def _is_encoded(column: Any) -> bool:
    return bool(pa.types.is_dictionary(column.type))
