"""The result columns of a batch, as text or with types, from what its two lanes say of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_arrays import (
    decimal_array,
    decimal_kind,
    flag_bits,
    lengths_of,
    number_array,
    text_array,
    wide_of,
)
from tariffcalc.batch.arrow_calls import take
from tariffcalc.batch.arrow_columns import AMOUNT, IS_BLANK, Charges, Column, Money, Share, Words
from tariffcalc.batch.arrow_tables import Ids
from tariffcalc.batch.arrow_text import Fragments, join_rows
from tariffcalc.batch.arrow_words import WordColumns
from tariffcalc.batch.result import COLUMNS
from tariffcalc.batch.typed import figures, places_of


class Results(NamedTuple):
    """The results of the rows of a batch.

    Attributes:
        names: Of the columns.
        columns: From the columnar lane; one of words is several.
        rows: Those that it does not answer.
        said: What the Python lane says of them, column by column.
    """

    names: Sequence[str]
    columns: Sequence[Column]
    rows: Ids
    said: Sequence[Sequence[str]]


def shown(results: Results, plain: Fragments, words: WordColumns) -> list[Any]:
    """Return columns of text, as in a CSV; words are dictionaries, null where they are blank."""
    rows, said, found = results.rows, results.said, list[Any]()
    written = [
        plain.places(column, False) if isinstance(column, Money | Share) else []
        for column in results.columns
    ]
    held = plain.held()
    fragments = pa.concat_arrays([held, text_array(chain.from_iterable(said))])
    for column, places in zip(results.columns, written, strict=True):
        at = len(found)
        if isinstance(column, Words):
            found += words.of(column, rows, said[at:])
        elif isinstance(column, Charges):
            found.append(_charges(column, plain, rows, said[at]))
        else:
            for numbers in places:
                numbers[rows] = 0
            places[0][rows] = np.arange(rows.size) + (len(held) + at * rows.size)
            found.append(join_rows(fragments, places))
    return found


def typed(results: Results, plain: Fragments, words: WordColumns) -> list[Any]:
    """Return columns as `typed` describes them, words as dictionaries."""
    return list(_typed(results, plain, words))


def _typed(results: Results, plain: Fragments, words: WordColumns) -> Iterator[Any]:
    _, columns, rows, said = results
    names, at = iter(results.names), 0
    for column in columns:
        if isinstance(column, Words):
            for own in words.of(column, rows, said[at:]):
                places = places_of(next(names))
                at += 1
                # Of figures it is the filed duty, when none is declared anywhere.
                yield own if places is None else pa.nulls(len(own), decimal_kind(places))
            continue
        name = next(names)
        if isinstance(column, Charges):
            yield _without_blanks(_charges(column, plain, rows, said[at]))
        else:
            yield _decimals(name, column, rows, figures(name, said[at], said[0]))
        at += 1


def _charges(column: Charges, plain: Fragments, rows: Ids, said: Sequence[str]) -> Any:
    """Return the column of charges as text."""
    texts, numbers = plain.charges(column)
    numbers[rows] = np.arange(rows.size) + sum(map(len, texts))
    held = pa.concat_arrays([text_array([""]), *texts, text_array(said)])
    return take(held, number_array(numbers + 1))


def _decimals(name: str, column: Money | Share, rows: Ids, own: Sequence[int | None]) -> Any:
    """Return a column of figures, with those of some rows in their place."""
    numbers = column.cents if isinstance(column, Money) else column.hundredths
    wide, known = np.zeros((numbers.size, 2), np.int64), np.ones(numbers.size, bool)
    wide[:, 0] = numbers
    if isinstance(column, Money) and column.is_negative is not None:
        wide[column.is_negative, 0] *= -1
        wide[:, 1] = wide[:, 0] >> 63
    if column.words is not None:
        is_measure = name not in COLUMNS  # one that is blank charges nothing
        known &= (column.words == AMOUNT) | (is_measure & (column.words == IS_BLANK))
    wide[rows] = wide_of(own)
    known[rows] = [number is not None for number in own]
    return decimal_array(wide, known, places_of(name) or 0)


def _without_blanks(column: Any) -> Any:
    """Return a column of text without nulls with nulls where it is blank."""
    is_text = lengths_of(column) > 0
    if is_text.all():
        return column
    _, *buffers = column.buffers()
    return pa.Array.from_buffers(column.type, len(column), [flag_bits(is_text), *buffers])
