"""The sums of a batch for the summary of its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from tariffcalc.batch.arrow_columns import Flags
from tariffcalc.batch.arrow_owed import Owed
from tariffcalc.batch.arrow_tables import Amounts, Ids
from tariffcalc.batch.tally import BASE, DUTY, LINES, PAYABLE, REFUNDABLE, VALUE, Tally

OF_KIND = (LINES, VALUE, DUTY)
OF_ALL = (BASE, PAYABLE, REFUNDABLE)
"""What a summary keeps of a chapter, origin or month, and of all lines together."""

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
    value = _weights(np.where(rows, lines.value, 0))
    duty, base, payable, refundable = (
        _weights(np.where(paid, amounts, 0))
        for amounts in (
            owed.total.cents, owed.base.cents, owed.payable.cents, lines.refundable,
        )
    )  # fmt: skip
    for kind, (ids, names) in by.items():
        numbers = np.where(rows, ids, 0).astype(np.intp)
        count = len(names)
        lines_of = np.bincount(numbers, minlength=count)
        of = {LINES: lines_of, VALUE: _sums_by(numbers, value, count)}
        of[DUTY] = _sums_by(numbers, duty, count)
        if kind == "month":
            of |= {BASE: _sums_by(numbers, base, count)}
            of |= {PAYABLE: _sums_by(numbers, payable, count)}
            of |= {REFUNDABLE: _sums_by(numbers, refundable, count)}
        for number in np.flatnonzero(lines_of).tolist():
            # Number 0, or a month without a currency, is a row that is not counted.
            if not number or not names[number] or not names[number][0]:
                continue
            currency, name = names[number]
            _add(tally.sums(currency, kind, name), {p: of[p][number] for p in OF_KIND})
            if kind == "month":
                _add(tally.sums(currency), {p: of[p][number] for p in OF_ALL})
    _add_charges(tally, lines, np.where(paid, lines.steps, 0), measures)
    if lines.refused is not None:
        tally.add_status("prohibited", int(np.count_nonzero(rows & lines.refused)))
    if owed.payable.known is not True:
        tally.add_status("partial", int(np.count_nonzero(paid & ~owed.payable.known)))


def _add(sums: list[int], more: Mapping[int, Any]) -> None:
    for place, number in more.items():
        sums[place] += int(number)


def _add_charges(
    tally: Tally, lines: Priced, ids: Ids, measures: Sequence[tuple[tuple[str, str], ...]]
) -> None:
    steps = ids.astype(np.intp)
    met = np.flatnonzero(np.bincount(steps, minlength=len(measures))).tolist()
    for slot, amounts in enumerate(lines.owed.charges):
        sums = _sums_by(steps, _weights(amounts), len(measures))
        for number in met:
            if number and slot < len(measures[number]):
                _add(tally.measure(*measures[number][slot]), {0: sums[number]})


def _weights(amounts: Amounts) -> Any:
    """Return amounts as floats where their sum is exact, else as they are."""
    exact = int(amounts.max(initial=0)) * amounts.size < EXACT
    return amounts.astype(np.float64) if exact else amounts


def _sums_by(numbers: Any, weights: Any, count: int) -> Any:
    """Return the sum of amounts for each number below `count`, exactly."""
    if weights.dtype == np.float64:
        return np.bincount(numbers, weights, count)
    parts = (weights & 0xFFFF, weights >> 16)
    low, high = (np.bincount(numbers, part, count) for part in parts)
    return [int(first) + (int(second) << 16) for first, second in zip(low, high, strict=True)]
