"""What the lines of a batch owe: formulas multiplied out, each charge rounded half up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tariffcalc.batch.arrow_columns import AMOUNT, IS_BLANK, IS_UNKNOWN, Marks, Money
from tariffcalc.batch.arrow_formulas import Formulas
from tariffcalc.batch.arrow_tables import Amounts, Ids, Records
from tariffcalc.batch.formula import CENT, HALF, TO_CENTS

LOST = -1
"""Stands for a share that is not known."""

Known = Any
"""Flags by row; True where all amounts of a batch are known."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Amounts in cents, and which of them are known. What is not known counts as 0."""

    cents: Amounts
    known: Known = True

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.cents + other.cents, self.known & other.known)

    def of(self, rows: Any) -> Sum:
        """Return the amounts of some rows."""
        known = self.known
        return Sum(self.cents[rows], known if known is True else known[rows])


class Owed(NamedTuple):
    """What lines owe under one law; `charges` slot by slot."""

    base: Sum
    charges: list[Amounts]
    added: Sum
    total: Sum
    fees: Sum
    taxes: Sum
    payable: Sum


class Given(NamedTuple):
    """Amounts of some lines that no formula of theirs gives.

    Attributes:
        is_given: Which lines have one.
        cents: The amounts, `LOST` where one is not known.
    """

    is_given: Any
    cents: Amounts

    def of(self, rows: Any) -> Given:
        """Return those of some rows."""
        return Given(self.is_given[rows], self.cents[rows])


class Lines(NamedTuple):
    """Lines to be priced: their values, and the numbers of what they stand for.

    Attributes:
        paid: Shares in the fees of entries of several lines.
        counted: Base duties on quantities that are declared.
    """

    value: Amounts
    steps: Ids
    base: Ids
    levies: Ids
    paid: Given | None = None
    counted: Given | None = None

    def of(self, rows: Any) -> Lines:
        """Return some of the lines."""
        value, steps, base, levies = (column[rows] for column in self[:4])
        given = [amounts and amounts.of(rows) for amounts in (self.paid, self.counted)]
        return Lines(value, steps, base, levies, *given)


def work_out(lines: Lines, formulas: Formulas) -> Owed:
    """Return what lines owe."""
    value, steps = lines.value, lines.steps
    is_free = formulas.steps.of(steps, "free") > 0
    free = is_free if is_free.any() else None
    base = _base(lines, formulas, free)
    base_rate = formulas.bases.of(lines.base, "rate")
    charges: list[Amounts] = []
    added = np.zeros_like(value)
    for rows in _by_slot(formulas.steps.of(steps, "count")):
        own, slot = steps[rows], len(charges)
        rate = formulas.steps.of(own, f"rate{slot}")
        is_total = formulas.steps.of(own, f"total{slot}") > 0
        if is_total.any():
            rate = np.where(is_total, np.maximum(rate - base_rate[rows], 0), rate)
        amount = np.zeros_like(value)
        amount[rows] = cents(value[rows], rate)
        charges.append(amount)
        added += amount
    extra = Sum(added, _known(formulas.steps, steps))
    total = base + extra
    fees = _fees(lines, formulas, free)
    taxes = _taxes(lines, formulas, total)
    return Owed(base, charges, extra, total, fees, taxes, total + fees + taxes)


def _by_slot(counts: Ids) -> Iterator[Ids]:
    """Yield the rows that have a first charge, those that have a second one, and so on."""
    for slot in range(int(counts.max(initial=0))):
        yield np.flatnonzero(counts > slot)


def cents(value: Amounts, rate: Amounts) -> Amounts:
    """Return values times rates in cents, half up."""
    amount = value * rate
    amount += HALF
    amount //= TO_CENTS
    return amount


def _known(records: Records, numbers: Ids) -> Known:
    lost = records.of(numbers, "lost") > 0
    return ~lost if lost.any() else True


def _base(lines: Lines, formulas: Formulas, free: Any) -> Sum:
    amount = cents(lines.value, formulas.bases.of(lines.base, "rate"))
    known = _known(formulas.bases, lines.base)
    if lines.counted is not None:
        is_given, cents_given = lines.counted
        amount, known = np.where(is_given, cents_given, amount), known | is_given
    if free is None:
        return Sum(amount, known)
    return Sum(np.where(free, 0, amount), known | free)


def _fees(lines: Lines, formulas: Formulas, free: Any) -> Sum:
    of, sum_ = formulas.levies.of, np.zeros_like(lines.value)
    lost: Any = np.zeros(sum_.size, bool)
    for slot, rows in enumerate(_by_slot(of(lines.levies, "fees"))):
        value, levies = lines.value[rows], lines.levies[rows]
        amount = cents(value, of(levies, f"rate{slot}"))
        # The exact amount is below a bound in cents where the rounded one is, or is equal to it.
        np.clip(amount, of(levies, f"least{slot}"), of(levies, f"most{slot}"), out=amount)
        informal = value <= of(levies, f"at_most{slot}")
        if informal.any():
            amount = np.where(informal, of(levies, f"informal{slot}"), amount)
        sum_[rows] += amount
        if of(levies, "loses").any():
            lost[rows] |= np.where(
                informal, of(levies, f"lost_informal{slot}"), of(levies, f"lost{slot}")
            ).astype(bool)
    if free is not None:
        sum_, lost = np.where(free, 0, sum_), lost & ~free
    if lines.paid is not None:
        is_shared, amounts = lines.paid
        sum_, lost = np.where(is_shared, amounts, sum_), np.where(is_shared, amounts == LOST, lost)
    return Sum(sum_, True) if not np.any(lost) else Sum(np.where(lost, 0, sum_), ~lost)


def _taxes(lines: Lines, formulas: Formulas, total: Sum) -> Sum:
    sum_ = np.zeros_like(lines.value)
    count = formulas.levies.of(lines.levies, "taxes")
    for slot, rows in enumerate(_by_slot(count)):
        paid = lines.value[rows] + total.cents[rows] * CENT
        sum_[rows] += cents(paid, formulas.levies.of(lines.levies[rows], f"tax{slot}"))
    if total.known is True:
        return Sum(sum_)
    known = total.known | (count == 0)
    return Sum(np.where(known, sum_, 0), known)


def words_for(known: Known, refused: Any) -> Marks | None:
    """Return what stands instead of amounts that are not known: nothing where entry is refused."""
    if known is True:
        return None
    words: Marks = np.int8(IS_UNKNOWN) + known.view(np.int8) * np.int8(AMOUNT - IS_UNKNOWN)
    if refused is not None:
        words[~known & refused] = IS_BLANK
    return words


def as_money(amounts: Sum, refused: Any) -> Money:
    """Return a column of amounts; `refused` are the lines whose entry is refused, or None."""
    return Money(amounts.cents, words_for(amounts.known, refused))


def share(total: Sum, value: Amounts) -> Amounts:
    """Return duty as hundredths of a percent of the value, half up, as `quote` shows it."""
    divisor = np.maximum(value, 1)
    hundredths, rest = np.divmod(total.cents * 1_000_000, divisor)
    hundredths += 2 * rest >= divisor
    return hundredths
