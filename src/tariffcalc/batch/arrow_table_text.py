"""The rows of a Parquet file as blocks of CSV, for what is written as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pyarrow.parquet as pq  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_arrays import lengths_of, text_scalar
from tariffcalc.batch.arrow_batch import as_text, plain_text
from tariffcalc.batch.arrow_blocks import Block
from tariffcalc.batch.arrow_calls import holding, if_else, joined, replaced
from tariffcalc.batch.parquet_rows import ParquetRows, batches_of

BATCH = 24_576
"""Rows of a block."""

MOST = 1 << 25
"""Bytes of one with more than a row: mostly it has a tenth of that."""


def table_blocks(rows: ParquetRows, delimiter: str) -> Iterator[Block]:
    """Yield the rows of a file in blocks that are strict, with minimal quoting."""
    with rows.told():
        source = rows.source.open_file()
        file = pq.ParquetFile(source)
    with source:
        batches = batches_of(file, BATCH)
        while True:
            with rows.told():
                batch = next(batches, None)
                if batch is None:
                    return
                blocks = [Block(len(p), _text_of(p, delimiter)) for p in _parts(batch) if len(p)]
            yield from blocks


def _parts(batch: Any) -> Iterator[Any]:
    """Yield a batch in parts that are not too large."""
    half = len(batch) // 2
    if batch.nbytes <= MOST or not half:
        yield batch
        return
    yield from _parts(batch.slice(0, half))
    yield from _parts(batch.slice(half))


def _text_of(batch: Any, delimiter: str) -> memoryview:
    """Return the rows of a batch as CSV."""
    parts: list[Any] = []
    for column in batch.columns:
        parts += [_quoted(plain_text(as_text(column)), delimiter), text_scalar(delimiter)]
    parts[-1] = text_scalar("\n")
    lines = joined(*parts)
    _, _, data = lines.buffers()
    return memoryview(data)[: int(lengths_of(lines).sum())]


def _quoted(texts: Any, delimiter: str) -> Any:
    """Return texts, in quotes where they must be."""
    _, _, data = texts.buffers()
    signs = ('"', "\n", "\r", delimiter)
    if data is None or not any(sign.encode() in data.to_pybytes() for sign in signs):
        return texts
    mark, is_odd = text_scalar('"'), holding(texts, f"[{re.escape(''.join(signs))}]")
    return if_else(is_odd, joined(mark, replaced(texts, '"', '""'), mark), texts)
