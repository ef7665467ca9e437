"""The sums of a batch for the summary of its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from tariffcalc.batch.arrow_columns import Flags
from tariffcalc.batch.arrow_owed import Owed
from tariffcalc.batch.arrow_tables import Amounts, Ids
from tariffcalc.batch.tally import Tally

EXACT = 2**53
"""Sums below this are exact in 64-bit floats."""


class Priced(NamedTuple):
    """The lines of a batch with what they owe.

    Attributes:
        value: In ten-thousandths of their own currency.
        steps: The number of the formula.
        refundable: In cents.
        refused: Which lines are refused entry, or None.
        rows: Which lines of the batch count.
    """

    value: Amounts
    steps: Ids
    owed: Owed
    refundable: Amounts
    refused: Any
    rows: Flags


def add_up(
    tally: Tally,
    lines: Priced,
    by: Mapping[str, tuple[Ids, Sequence[Any]]],
    measures: Sequence[tuple[tuple[str, str], ...]],
) -> None:
    """Add lines to the sums of a file.

    Args:
        tally: The sums.
        lines: What was priced.
        by: For `chapter`, `origin` and `month`, the number of each line, and currency and name by
            number.
        measures: Currency and id of the charges of each formula.
    """
    owed, rows = lines.owed, lines.rows
    paid = rows if lines.refused is None else rows & ~lines.refused
    value = np.where(rows, lines.value, 0)
    duty, base, payable, refundable = (
        np.where(paid, amounts, 0)
        for amounts in (
            owed.total.cents, owed.base.cents, owed.payable.cents, lines.refundable,
        )
    )  # fmt: skip
    for kind, (numbers, names) in by.items():
        columns = [value, duty]
        if kind == "month":
            columns += [base, payable, refundable]
        numbers = np.where(rows, numbers, 0)
        count = len(names)
        lines_of = np.bincount(numbers, minlength=count)
        sums = [lines_of, *(_sums_by(numbers, column, count) for column in columns)]
        for number in np.flatnonzero(lines_of).tolist():
            # Number 0, or a month without a currency, is a row that is not counted.
            if number and names[number] and names[number][0]:
                _add(tally.sums(*_named(kind, names[number])), [int(s[number]) for s in sums])
    _add_charges(tally, lines, np.where(paid, lines.steps, 0), measures)
    if lines.refused is not None:
        tally.add_status("prohibited", int(np.count_nonzero(rows & lines.refused)))
    if owed.payable.known is not True:
        tally.add_status("partial", int(np.count_nonzero(paid & ~owed.payable.known)))


def _named(kind: str, name: tuple[str, str]) -> tuple[str, str, str]:
    return name[0], kind, name[1]


def _add(sums: list[int], more: Sequence[int]) -> None:
    for place, number in enumerate(more):
        sums[place] += number


def _add_charges(
    tally: Tally, lines: Priced, steps: Ids, measures: Sequence[tuple[tuple[str, str], ...]]
) -> None:
    met = np.flatnonzero(np.bincount(steps, minlength=len(measures))).tolist()
    for slot, amounts in enumerate(lines.owed.charges):
        sums = _sums_by(steps, amounts, len(measures))
        for number in met:
            if number and slot < len(measures[number]):
                _add(tally.measure(*measures[number][slot]), [int(sums[number])])


def _sums_by(numbers: Ids, amounts: Amounts, count: int) -> Sequence[int] | Amounts:
    """Return the sum of amounts for each number below `count`, exactly."""
    if not amounts.size:
        return np.zeros(count, np.int64)
    if int(amounts.max()) * amounts.size < EXACT:
        return np.bincount(numbers, amounts, count).astype(np.int64)
    parts = (amounts & 0xFFFF, amounts >> 16)
    low, high = (np.bincount(numbers, part, count).astype(np.int64) for part in parts)
    return [int(first) + (int(second) << 16) for first, second in zip(low, high, strict=True)]
