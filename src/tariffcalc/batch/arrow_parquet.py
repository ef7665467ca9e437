"""A Parquet file priced in batches by the columnar lane: the user's columns keep their types."""

from __future__ import annotations

from collections.abc import Callable
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

BATCH = 65_536
"""Rows priced at once, and rows of a row group that is written."""


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

        def price(before: int, batch: Any) -> Any:
            priced = price_batch(batch, lane, rows.row_number(before))
            blank = pa.scalar(None, pa.string())
            shown = [pc.if_else(pc.equal(one, ""), blank, one) for one in priced.columns]
            return pa.RecordBatch.from_arrays([*batch.columns, *shown], schema=schema)

        batches = ((batch.num_rows, batch) for batch in file.iter_batches(BATCH))
        with pq.ParquetWriter(out, schema) as writer:
            for count, batch in in_order(price, batches, threads):
                writer.write_batch(batch)
                done += count
                if progress is not None:
                    progress(done)
    lane.close()
    return done
