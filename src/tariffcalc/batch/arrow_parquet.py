"""A Parquet file priced in batches by the columnar lane: the user's columns keep their types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

import pyarrow as pa  # type: ignore[import-untyped]  # has no types
import pyarrow.compute as pc  # type: ignore[import-untyped]  # has no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_batch import price_batch
from tariffcalc.batch.arrow_lane import ArrowLane
from tariffcalc.batch.arrow_order import THREADS, in_order
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.parquet_rows import ParquetRows
from tariffcalc.batch.writers import unique_names

WORDS = (
    "status", "measures", "headings", "citations", "filed_minus_computed", "taxes", "refundable",
    "warnings", "error_code", "error_field", "error_message", "edition",
)  # fmt: skip
"""Columns of which few texts differ."""

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
    with rows.source.told(), rows.source.open_file() as source:
        file = pq.ParquetFile(source)
        own = list(file.schema_arrow)
        names = unique_names([*rows.header, *pricer.columns])
        types = [field.type for field in own] + [pa.string()] * len(pricer.columns)
        schema = pa.schema(list(zip(names, types, strict=True)))

        def price(task: tuple[int, Any]) -> Any:
            before, batch = task
            priced = price_batch(batch, lane, rows.row_number(before))
            shown = map(_without_blanks, priced.columns)
            return pa.RecordBatch.from_arrays([*batch.columns, *shown], schema=schema)

        batches = _numbered(file.iter_batches(BATCH))
        # Amounts are seldom alike: a dictionary of them is given up after much work, and the
        # least and the greatest of them as text say nothing.
        alike = names[: len(own)] + [name for name in names[len(own) :] if name in WORDS]
        with pq.ParquetWriter(out, schema, use_dictionary=alike, write_statistics=alike) as writer:
            held: list[Any] = []
            for batch in in_order(price, batches, threads):
                held.append(batch)
                if len(held) == GROUP:
                    writer.write_table(pa.Table.from_batches(held))
                    held.clear()
                done += batch.num_rows
                if progress is not None:
                    progress(done)
            if held:
                writer.write_table(pa.Table.from_batches(held))
    lane.close()
    return done


def _numbered(batches: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """Yield batches, each with the number of rows before it."""
    before = 0
    for batch in batches:
        yield before, batch
        before += batch.num_rows


def _without_blanks(column: Any) -> Any:
    """Return a column of text with nulls where it is blank."""
    is_blank = pc.equal(pc.binary_length(column), 0)
    return pc.if_else(is_blank, pa.scalar(None, pa.string()), column)
