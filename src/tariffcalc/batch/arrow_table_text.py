"""The rows of a Parquet file as blocks of CSV, for what is written as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from tariffcalc.batch.arrow_arrays import bytes_of, lengths_of, text_scalar
from tariffcalc.batch.arrow_batch import as_text, plain_text
from tariffcalc.batch.arrow_blocks import Block
from tariffcalc.batch.arrow_calls import holding, if_else, joined, replaced
from tariffcalc.batch.parquet_batches import sound_batches, text_lengths
from tariffcalc.batch.parquet_rows import ParquetRows

BATCH = 24_576
"""Rows of a block."""

MOST = 1 << 24
"""Bytes of one with more than a row: mostly it has an eighth of that."""


def table_blocks(rows: ParquetRows, delimiter: str) -> Iterator[Block]:
    """Yield the rows of a file in blocks that are strict, with minimal quoting."""
    with rows.open() as file:
        for batch in sound_batches(rows, file.of(BATCH), BATCH):
            texts = [as_text(column, rows.mark) for column in batch.columns]
            for first, past in _cuts(sum(map(text_lengths, texts))):
                part = [plain_text(column.slice(first, past - first)) for column in texts]
                yield Block(past - first, _text_of(part, delimiter))


def _cuts(sizes: Any) -> Iterator[tuple[int, int]]:
    """Yield where rows of some sizes are cut, so that no part is too large, if it has two rows."""
    ends, first = np.cumsum(sizes), 0
    while first < ends.size:
        before = int(ends[first - 1]) if first else 0
        past = max(first + 1, int(np.searchsorted(ends, before + MOST, "right")))
        yield first, past
        first = past


def _text_of(columns: Iterable[Any], delimiter: str) -> memoryview:
    """Return the rows of some columns of text as CSV."""
    parts: list[Any] = []
    for texts in columns:
        parts += [_quoted(texts, delimiter), text_scalar(delimiter)]
    parts[-1] = text_scalar("\n")
    lines = joined(*parts)
    _, _, data = lines.buffers()
    return memoryview(data)[: int(lengths_of(lines).sum())]


def _quoted(texts: Any, delimiter: str) -> Any:
    """Return texts, in quotes where they must be."""
    signs = ('"', "\n", "\r", delimiter)
    if not np.isin(bytes_of(texts), [*map(ord, signs)]).any():
        return texts
    mark, is_odd = text_scalar('"'), holding(texts, f"[{re.escape(''.join(signs))}]")
    return if_else(is_odd, joined(mark, replaced(texts, '"', '""'), mark), texts)
