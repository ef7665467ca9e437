"""Sets of bits by number, and what many pairs of them have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tariffcalc.batch.arrow_tables import Ids

WORD = 8
"""Bytes of a word."""

PIECE = 1 << 12
"""Pairs looked at together: more would only take room."""


class BitSets:
    """Sets of bits as rows of words, numbered from 1 on; append-only."""

    def __init__(self) -> None:
        self.count = 1
        self._rows: np.ndarray[Any, np.dtype[np.uint64]] = np.zeros((16, 1), np.uint64)

    def add(self, bits: int) -> None:
        """Keep a set under the next number."""
        height, width = self._rows.shape
        wider = max(width, -(-bits.bit_length() // (8 * WORD)))
        if self.count == height or wider > width:
            rows = np.zeros((height + height // 4 * (self.count == height), wider), np.uint64)
            rows[:height, :width] = self._rows
            self._rows = rows
        self._rows[self.count] = np.frombuffer(bits.to_bytes(wider * WORD, "little"), "<u8")
        self.count += 1

    def common(self, other: BitSets, first: Ids, second: Ids) -> Iterator[bytes]:
        """Yield what each pair of a set and one of another table have in common, as bytes."""
        width = min(self._rows.shape[1], other._rows.shape[1])
        here, there = self._rows[:, :width], other._rows[:, :width]
        for start in range(0, first.size, PIECE):
            chosen = slice(start, start + PIECE)
            common = np.take(here, first[chosen], axis=0)
            common &= np.take(there, second[chosen], axis=0)
            yield from common.view(f"V{width * WORD}").reshape(-1).tolist()
