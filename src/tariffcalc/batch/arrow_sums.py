"""The sums of a batch for the summary of its file."""

from __future__ import annotations

from typing import Any

import numpy as np

from tariffcalc.batch.arrow_tables import Amounts, Ids

EXACT = 2**53
"""Sums below this are exact in 64-bit floats."""


def sums_by(numbers: Ids, amounts: Amounts, count: int) -> Any:
    """Return the sum of amounts for each number below `count`, exactly."""
    most = int(amounts.max(initial=0))
    if most * amounts.size < EXACT:
        return np.bincount(numbers, amounts, count).astype(np.int64)
    low, high = amounts & 0xFFFF, amounts >> 16
    sums = [np.bincount(numbers, part, count).astype(np.int64) for part in (low, high)]
    return [int(first) + (int(second) << 16) for first, second in zip(*sums, strict=True)]
