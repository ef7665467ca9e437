"""A Parquet file priced in batches by the columnar lane: the user's columns keep their types."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from itertools import compress
from typing import Any, BinaryIO

import pyarrow as pa  # type: ignore[import-untyped]  # has no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_batch import price_columns
from tariffcalc.batch.arrow_lane import ArrowLane
from tariffcalc.batch.arrow_order import THREADS, in_order
from tariffcalc.batch.arrow_readings import KEYS
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.parquet_rows import ParquetRows
from tariffcalc.batch.writers import unique_names

BATCH = 32_768
"""Rows priced at once."""

GROUP = 2
"""Batches of a row group that is written."""


def price_parquet(
    rows: ParquetRows,
    pricer: LinePricer,
    out: BinaryIO,
    *,
    progress: Callable[[int], None] | None = None,
    threads: int = THREADS,
) -> int:
    """Write the priced rows of a Parquet file, and return how many there are.

    What the result leaves blank is null. Sums are in `pricer.tally` afterwards.

    Args:
        rows: The file.
        pricer: For its rows.
        out: Where they go.
        progress: Called with the number of rows done so far, after each batch.
        threads: Batches priced at once.

    Raises:
        NotForThisLane: before anything is written, when the Python lane must price the file.
    """
    lane = ArrowLane(pricer)
    done = 0
    with rows.told():
        source = rows.source.open_file()
        file = pq.ParquetFile(source)
        alike = _alike(file)
    with source:
        own = file.schema_arrow
        names = unique_names([*rows.header, *pricer.columns])

        def price(task: tuple[int, Any]) -> Any:
            before, batch = task
            priced = price_columns(batch, lane, rows.row_number(before))
            read = map(_as_stored, batch.columns, own.types)
            return pa.RecordBatch.from_arrays([*read, *priced], names)

        keys = [lane.places[name] for name in KEYS if name in lane.places]
        encoded = [
            rows.header[place] for place in keys if alike[place] and _is_text(own.types[place])
        ]
        file = pq.ParquetFile(source, metadata=file.metadata, read_dictionary=encoded)
        nothing = [pa.nulls(0, kind) for kind in own.types]
        schema = price((0, pa.RecordBatch.from_arrays(nothing, schema=own))).schema
        with _open_writer(out, schema, own.types, alike) as writer:
            held: list[Any] = []

            def write() -> None:
                writer.write_table(pa.Table.from_batches(held).unify_dictionaries())
                held.clear()

            for batch in in_order(price, _batches(file, rows), threads):
                held.append(batch)
                if len(held) == GROUP:
                    write()
                done += len(batch)
                if progress is not None:
                    progress(done)
            if held:
                write()
    lane.close()
    return done


def _open_writer(out: BinaryIO, schema: Any, own: list[Any], alike: list[bool]) -> Any:
    """Return a writer of the user's columns and those of the result.

    Words are written by their dictionaries, yet readers find text: so says the schema beside them.

    Args:
        out: The file.
        schema: Of what is written.
        own: How the user's columns are stored.
        alike: Of which of them few texts differ.
    """
    names, priced = schema.names, schema.types[len(own) :]
    stored = pa.schema(list(zip(names, own + [pa.string()] * len(priced), strict=True)))
    # Amounts are seldom alike: a dictionary of them is given up after much work, and the least and
    # the greatest of what the result says, as text, say nothing.
    alike = alike + [pa.types.is_dictionary(kind) for kind in priced]
    writer = pq.ParquetWriter(
        out, schema, use_dictionary=list(compress(names, alike)),
        write_statistics=names[: len(own)], store_schema=False,
    )  # fmt: skip
    writer.add_key_value_metadata({"ARROW:schema": b64encode(stored.serialize())})
    return writer


def _alike(file: Any) -> list[bool]:
    """Return of which columns few texts differ, by the first rows of a file."""
    for batch in file.iter_batches(BATCH, use_threads=False):
        return [
            not _is_text(column.type) or len(column.unique()) * 2 < len(column)
            for column in batch.columns
        ]
    return [True] * len(file.schema_arrow)


def _is_text(kind: Any) -> bool:
    return kind in (pa.string(), pa.large_string())


def _as_stored(column: Any, kind: Any) -> Any:
    return column if column.type == kind else column.cast(kind)


def _batches(file: Any, rows: ParquetRows) -> Iterator[tuple[int, Any]]:
    """Yield batches of a file, each with the number of rows before it.

    PyArrow ends one where the dictionary of a column ends.
    """
    held: list[Any] = []
    before = 0
    # There are threads enough, and those of PyArrow keep memory.
    batches = file.iter_batches(BATCH, use_threads=False)
    while True:
        with rows.told():
            batch = next(batches, None)
        size = sum(map(len, held))
        if held and (batch is None or size + len(batch) > BATCH):
            yield before, pa.Table.from_batches(held).combine_chunks().to_batches()[0]
            before += size
            held.clear()
        if batch is None:
            return
        held.append(batch)
