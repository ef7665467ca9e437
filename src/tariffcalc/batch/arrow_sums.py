"""The sums of a batch for the summary of its file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from tariffcalc.batch.arrow_columns import Flags
from tariffcalc.batch.arrow_formulas import Formulas
from tariffcalc.batch.arrow_owed import Owed
from tariffcalc.batch.arrow_tables import Amounts, Ids, Records
from tariffcalc.batch.tally import Tally

EXACT = 2**53
"""Sums below this are exact in 64-bit floats."""


class Counted(NamedTuple):
    """The lines that count: their values, formulas, amounts and statuses."""

    value: Amounts
    steps: Ids
    owed: Owed
    refundable: Amounts
    refused: Any
    rows: Flags


def add_sums(
    tally: Tally, counted: Counted, by: Mapping[str, tuple[Ids, Records]], formulas: Formulas
) -> None:
    """Add lines to the sums of a file.

    Args:
        tally: The sums.
        counted: The lines.
        by: For `chapter`, `origin` and `month`, the number of each line, and what it stands for:
            a currency and a name.
        formulas: What the charges are called.
    """
    owed, rows = counted.owed, counted.rows
    paid = rows if counted.refused is None else rows & ~counted.refused
    value = np.where(rows, counted.value, 0)
    duty = np.where(paid, owed.total.cents, 0)
    blank = np.zeros_like(value)
    base = np.where(paid, owed.base.cents, 0)
    payable = np.where(paid, owed.payable.cents, 0)
    refundable = np.where(paid, counted.refundable, 0)
    for kind, (numbers, names) in by.items():
        columns = [value, blank, duty, blank, blank]
        for cell, (currency, name) in _cells(numbers, rows, columns, names):
            tally.add_sums(currency, kind, name, cell)
    numbers, names = by["month"]
    columns = [value, base, duty, payable, refundable]
    for cell, (currency, _) in _cells(numbers, rows, columns, names):
        tally.add_sums(currency, "", "", cell)
    _add_charges(tally, counted, paid, by["month"], formulas)
    if counted.refused is not None:
        tally.add_status("prohibited", int(np.count_nonzero(rows & counted.refused)))
    partial = paid if owed.payable.known is True else paid & ~owed.payable.known
    if owed.payable.known is not True:
        tally.add_status("partial", int(np.count_nonzero(partial)))


def _cells(numbers: Ids, rows: Flags, columns: list[Amounts], names: Records) -> Any:
    """Yield lists of sums with what they are the sums of."""
    numbers = np.where(rows, numbers, 0)
    size = len(names.keys)
    lines = np.bincount(numbers, minlength=size)
    sums = [sums_by(numbers, column, size) for column in columns]
    for number in np.flatnonzero(lines).tolist():
        if number:
            yield [int(lines[number]), *(int(s[number]) for s in sums)], names.keys[number]


def _add_charges(
    tally: Tally, counted: Counted, paid: Flags, by: tuple[Ids, Records], formulas: Formulas
) -> None:
    ...


def sums_by(numbers: Ids, amounts: Amounts, count: int) -> Any:
    """Return the sum of amounts for each number below `count`, exactly."""
    most = int(amounts.max(initial=0))
    if most * amounts.size < EXACT:
        return np.bincount(numbers, amounts, count).astype(np.int64)
    low, high = amounts & 0xFFFF, amounts >> 16
    sums = [np.bincount(numbers, part, count).astype(np.int64) for part in (low, high)]
    return [int(first) + (int(second) << 16) for first, second in zip(*sums, strict=True)]
