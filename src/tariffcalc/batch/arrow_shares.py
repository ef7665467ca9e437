"""The fees of entries, and the shares of their lines, for many of them at once.

`Fee.amount` and `part` say the same of one; what does not fit in 64 bits is asked of them.
"""

from __future__ import annotations

import numpy as np

from tariffcalc.batch.arrow_owed import LOST, cents
from tariffcalc.batch.arrow_tables import Amounts, Ids
from tariffcalc.batch.entries import part
from tariffcalc.batch.formula import Fee

WIDEST = 1 << 61


def fee_amounts(fee: Fee, bearing: Amounts, total: Amounts) -> Amounts:
    """Return a fee on entries in cents, or `LOST`.

    Args:
        fee: The fee.
        bearing: The value of the lines that bear it.
        total: The value of all lines.
    """
    if bearing.size and int(bearing.max()) * fee.rate >= WIDEST:
        amounts = map(fee.amount, bearing.tolist(), total.tolist())
        return np.array([LOST if amount is None else amount for amount in amounts], np.int64)
    least, most = fee.minimum or 0, WIDEST if fee.maximum is None else fee.maximum
    found = np.clip(cents(bearing, np.full_like(bearing, fee.rate)), least, most)
    if fee.unknown:
        found[:] = LOST
    if fee.informal_at_most is not None:
        informal = LOST if fee.informal is None else fee.informal
        found = np.where(total <= fee.informal_at_most, informal, found)
    return np.where(bearing > 0, found, 0)


def parts_of(amount: Amounts, value: Amounts, whole: Amounts) -> Amounts:
    """Return the part of each amount that falls on a value, as `part` does; none is unknown."""
    widest = int(amount.max(initial=0)) * int(whole.max(initial=0))
    if 2 * widest < WIDEST:
        found: Amounts = (2 * amount * value + whole) // (2 * whole)
        return found
    each = map(part, amount.tolist(), value.tolist(), whole.tolist())
    return np.fromiter(each, np.int64, amount.size)


def before_each(entries: Ids, values: Amounts, taken: Amounts) -> Amounts:
    """Return what the rows of an entry before each row have of a value together.

    Args:
        entries: The entry of each row, those of one together and in their order.
        values: What the row itself has of it.
        taken: By entry, what rows before all these have. These are added to it.
    """
    sums = np.cumsum(values) - values
    starts = np.flatnonzero(np.append(True, entries[1:] != entries[:-1])[: entries.size])
    lengths = np.diff(np.append(starts, entries.size))
    before: Amounts = sums + np.repeat(taken[entries[starts]] - sums[starts], lengths)
    last = starts + lengths - 1
    taken[entries[last]] = before[last] + values[last]
    return before
