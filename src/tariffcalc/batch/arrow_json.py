"""A file priced in blocks by the columnar lane, and written as JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_arrays import (
    bytes_of,
    flag_array,
    flags_of,
    lengths_of,
    number_array,
    text_array,
    text_scalar,
)
from tariffcalc.batch.arrow_batch import priced_results
from tariffcalc.batch.arrow_blocks import Block
from tariffcalc.batch.arrow_calls import fill_null, holding, if_else, joined, take
from tariffcalc.batch.arrow_lines import TextPricer
from tariffcalc.batch.arrow_results import shown
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.rows import Rows
from tariffcalc.batch.writers import EXTRA, json_line, unique_names

ESCAPED = '["\\\\\\x00-\\x1f]'
"""What JSON writes otherwise."""

PART = 1 << 13
"""Rows that are put together at once: their names take much more room than what they hold."""


class JsonPricer(TextPricer):
    """Prices the rows of a file, which go to JSON Lines with what they owe."""

    def __init__(self, rows: Rows, pricer: LinePricer) -> None:
        """Make ready for a file; arguments as in `TextPricer`."""
        super().__init__(rows, pricer, rows.delimiter)
        self._width = self.reading.width
        self._names = unique_names([*rows.header, *pricer.columns, EXTRA])
        own = self._names[:-1]
        self._heads = [f", {json.dumps(name, ensure_ascii=False)}: " for name in own]
        self._heads[0] = f"{{{self._heads[0][2:]}"

    def line(self, cells: Sequence[str], result: Sequence[str]) -> str:
        """Return the line of a row that was priced alone, with its end."""
        return json_line(self._names, self._width, cells, result)

    def print(self, before: int, block: Block) -> Iterator[Any]:
        """Yield the bytes of a block that has some rows before it, in parts."""
        shares = self.lane.shares_of(before, block.count)
        if block.rows is not None:
            lines = self.by_row(block.rows, before, range(block.count), shares)
            yield "".join(lines).encode()
            return
        cells = self.reading.cells(block)
        even, odd = cells.even, cells.odd
        texts, numbers = cells.all_columns(), self.reading.row_number(before) + even
        own = None if shares is None else shares[even]
        results = priced_results(texts, self.lane, numbers, own)
        columns = [*texts, *shown(results, self.lane.plain, self.lane.words)]
        others = text_array(self.by_row(cells.read(odd), before, odd.tolist(), shares))
        for start in range(0, block.count, PART):
            bounds = start, start + PART
            first, past = np.searchsorted(even, bounds)
            lines = self._lines([column.slice(first, past - first) for column in columns])
            begin, end = np.searchsorted(odd, bounds)
            if begin < end:
                order = np.argsort(np.append(even[first:past], odd[begin:end]))
                both = pa.concat_arrays([lines, others.slice(begin, end - begin)])
                lines = take(both, number_array(order))
            yield memoryview(lines.buffers()[2])[: int(lengths_of(lines).sum())]

    def _lines(self, columns: Sequence[Any]) -> Any:
        """Return rows as JSON objects, each with its end."""
        parts: list[Any] = []
        for place, (head, texts) in enumerate(zip(self._heads, columns, strict=True)):
            shown = _as_json(texts) if place < self._width else _or_null(texts)
            parts += [text_scalar(head), shown]
        return joined(*parts, text_scalar("}\n"))


def _or_null(texts: Any) -> Any:
    """Return texts as JSON, null where they are blank or null."""
    if pa.types.is_dictionary(texts.type):
        written = _as_json(texts.dictionary)
        column = pa.DictionaryArray.from_arrays(texts.indices, written).dictionary_decode()
        return fill_null(column, text_scalar("null"))
    is_blank = lengths_of(texts) == 0
    written = _as_json(texts)
    return (
        if_else(flag_array(is_blank), text_scalar("null"), written) if is_blank.any() else written
    )


def _as_json(texts: Any) -> Any:
    """Return texts as JSON has them."""
    mark = text_scalar('"')
    plain = joined(mark, texts, mark)
    signs = bytes_of(texts)
    if not ((signs < ord(" ")) | (signs == ord('"')) | (signs == ord("\\"))).any():
        return plain
    odd = np.flatnonzero(flags_of(holding(texts, ESCAPED)))
    written = [
        json.dumps(text, ensure_ascii=False) for text in take(texts, number_array(odd)).to_pylist()
    ]
    places = np.arange(len(texts))
    places[odd] = len(texts) + np.arange(odd.size)
    return take(pa.concat_arrays([plain, text_array(written)]), number_array(places))
