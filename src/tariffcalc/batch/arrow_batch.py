"""`price_batch`: a record batch of a file's columns in, a record batch of result columns out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_arrays import (
    number_array,
    text_array,
    text_scalar,
)
from tariffcalc.batch.arrow_gather import Gathering, Part
from tariffcalc.batch.arrow_lane import ArrowLane
from tariffcalc.batch.arrow_readings import KEYS, Columns
from tariffcalc.batch.arrow_results import Results, shown, typed
from tariffcalc.batch.arrow_tables import Ids
from tariffcalc.batch.entries import gather_entries
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.parquet_rows import as_texts


def price_batch(batch: Any, lane: ArrowLane, number: int = 2) -> Any:
    """Return the result columns of some rows, all of them text, row for row.

    Args:
        batch: The columns of the file as the pricer's `ColumnMap` has them, in its order. Columns
            that are not text are read as `as_texts` shows them. Where there is a column of
            entries, all rows of an entry must be in one batch: they share its fees.
        lane: Of the file.
        number: Of the first row as spreadsheets count, for the summary of errors.

    Raises:
        NotForThisLane: when the values of entries are too large for this lane.
    """
    texts, shares = _texts(batch, lane), None
    if "entry" in lane.places:
        gathering = Gathering(lane)
        whole = gathering.shares([_weighed(texts, gathering, lane)], lambda done: None)
        shares = whole.of(0, len(batch))
        whole.close()
    results = priced_results(texts, lane, number + np.arange(len(batch)), shares)
    columns = map(plain_text, shown(results, lane.plain, lane.words))
    return pa.RecordBatch.from_arrays([*columns], list(lane.pricer.columns))


def price_by_row(batch: Any, pricer: LinePricer) -> Any:
    """Do the same in the Python lane, of a file that is not for this one."""
    mark = pricer.finder.glance.point
    rows = list(zip(*(as_texts(column, mark) for column in batch.columns), strict=True))
    held = pricer.entries
    if "entry" in pricer.finder.reader.places:
        gather_entries(rows, pricer)
    priced = [pricer.price(cells, 0) for cells in rows]
    pricer.entries = held
    places = range(len(pricer.columns))
    columns = [text_array(result[place] for result in priced) for place in places]
    return pa.RecordBatch.from_arrays(columns, list(pricer.columns))


def price_columns(batch: Any, lane: ArrowLane, before: int, number: int) -> list[Any]:
    """Return the result columns of some rows as a file with types has them; see `typed`.

    Words are dictionaries.

    Args:
        batch: Some rows of a file, the entries of which the lane knows.
        lane: Of the file.
        before: How many rows are before them.
        number: Of the first of them, as spreadsheets count.
    """
    return price_texts(
        _texts(batch, lane),
        lane,
        number + np.arange(len(batch)),
        lane.shares_of(before, len(batch)),
    )


def price_texts(texts: Sequence[Any], lane: ArrowLane, numbers: Ids, shares: Any) -> list[Any]:
    """Do the same for columns of text.

    Args:
        texts: All columns of the file.
        lane: Of the file.
        numbers: Of the rows, as spreadsheets count.
        shares: What they pay of the fees of their entries, as in `ArrowLane.answer`.
    """
    return typed(priced_results(texts, lane, numbers, shares), lane.plain, lane.words)


def priced_results(texts: Sequence[Any], lane: ArrowLane, numbers: Ids, shares: Any) -> Results:
    """Return the results of rows before they are shown; arguments as of `price_texts`."""
    answer = lane.answer(declared_columns(texts, lane), shares)
    rows = np.flatnonzero(~answer.done)
    said: list[Sequence[str]] = [()] * len(lane.pricer.columns)
    if rows.size:
        own = None if shares is None else shares[rows]
        priced = lane.price_rows(_cells(texts, rows), numbers[rows].tolist(), own)
        said = [*zip(*priced, strict=True)]
    return Results(lane.pricer.columns, answer.columns, rows, said)


def weigh_batch(batch: Any, gathering: Gathering, lane: ArrowLane) -> Part:
    """Return what the rows of a batch put into their entries."""
    return _weighed(_texts(batch, lane), gathering, lane)


def _weighed(texts: Sequence[Any], gathering: Gathering, lane: ArrowLane) -> Part:
    weighed = gathering.weigh(declared_columns(texts, lane))
    left = np.flatnonzero(~weighed.done)
    rows = zip(left.tolist(), _cells(texts, left), strict=True)
    return Part(weighed.done.size, np.arange(weighed.done.size), weighed, rows)


def learn(batch: Any, lane: ArrowLane) -> None:
    """Find what the first rows of a file stand for, and price none."""
    lane.learn(declared_columns(_texts(batch, lane), lane), lane.shares_of(0, len(batch)))


def _cells(texts: Sequence[Any], rows: Ids) -> Iterator[Sequence[str]]:
    """Return the cells of some rows."""
    places = number_array(rows)
    return zip(*(plain_text(text.take(places)).to_pylist() for text in texts), strict=True)


def declared_columns(texts: Sequence[Any], lane: ArrowLane) -> Columns:
    """Return the columns that the lane reads by field, from all columns as text."""
    read = {name: texts[place] for name, place in lane.places.items()}
    for name, column in read.items():
        if name not in KEYS or not pa.types.is_dictionary(column.type):
            read[name] = plain_text(column)
    return read


def _texts(batch: Any, lane: ArrowLane) -> list[Any]:
    """Return the columns of a batch as text, with the point that the lane reads."""
    return [as_text(column, lane.point) for column in batch.columns]


def as_text(column: Any, mark: str) -> Any:
    """Return a column as text; one that is no text as a dictionary, where PyArrow can.

    Args:
        column: Of any kind.
        mark: Stands before the cents of a number.
    """
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_dictionary(kind):
        texts = plain_text(as_text(column.dictionary, mark))
    else:
        try:
            column = column.dictionary_encode()
        except pa.ArrowNotImplementedError:
            return text_array(as_texts(column, mark))
        texts = text_array(as_texts(column.dictionary, mark))
    return pa.DictionaryArray.from_arrays(column.indices, texts)


def plain_text(column: Any) -> Any:
    """Return a column of text, or a dictionary, as text without nulls."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.fill_null(text_scalar("")) if column.null_count else column
