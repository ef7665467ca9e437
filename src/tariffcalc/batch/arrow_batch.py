"""`price_batch`: a record batch of a file's columns in, a record batch of result columns out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_arrays import number_array, text_array
from tariffcalc.batch.arrow_columns import Words
from tariffcalc.batch.arrow_lane import ArrowLane
from tariffcalc.batch.arrow_text import join_rows


def price_batch(batch: Any, lane: ArrowLane, number: int = 2) -> Any:
    """Return the result columns of some rows, all of them text, row for row.

    Args:
        batch: The columns of the file as the pricer's `ColumnMap` has them, in its order. Columns
            that are not text are read as `as_texts` shows them.
        lane: Of the file.
        number: Of the first row as spreadsheets count, for the summary of errors.
    """
    texts = [_as_text(column) for column in batch.columns]
    answer = lane.answer({name: texts[place] for name, place in lane.places.items()})
    columns: list[Any] = []
    for column in answer.columns:
        if isinstance(column, Words):
            columns += [
                text_array(shown).take(number_array(column.numbers))
                for shown in zip(*column.table.rows, strict=True)
            ]
        else:
            written = lane.plain.written([column], [])
            columns.append(join_rows(written.texts, written.places))
    rows = np.flatnonzero(~answer.done)
    if rows.size:
        order = np.arange(len(answer.done))
        order[rows] = np.arange(rows.size) + len(answer.done)
        priced = lane.price_rows(
            zip(*(text.take(number_array(rows)).to_pylist() for text in texts), strict=True),
            (rows + number).tolist(),
        )
        columns = [
            pa.concat_arrays([column, text_array(more)]).take(number_array(order))
            for column, more in zip(columns, zip(*priced, strict=True), strict=True)
        ]
    return pa.RecordBatch.from_arrays(columns, list(lane.pricer.columns))


def _as_text(column: Any) -> Any:
    """Return a column as text without nulls."""
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    if not pa.types.is_string(column.type):
        from tariffcalc.batch.parquet_rows import as_texts

        return text_array(as_texts(column))
    return column.fill_null("") if column.null_count else column
