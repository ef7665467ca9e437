"""The fees and taxes of a line, ready for multiplying."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tariffcalc.batch.formula import CENT, HALF, TO_CENTS, Fee, Levies, Steps, cents
from tariffcalc.batch.result import CENTS, NEVER, money


class Levied:
    """The fees and taxes of a line, ready for multiplying.

    Attributes:
        borne: The fees, each with its place among those of the country.
        fee: Gives the fees on a line of its own, in cents and as text.
        flat: The same on all values above `over` and below `under`: most lines pay the least.
        tax: The sum of the rates of taxes.
        is_plain: Whether all fees are known, and there is one tax at most.
    """

    __slots__ = ("borne", "fee", "flat", "is_plain", "levies", "over", "tax", "under")

    def __init__(self, levies: Levies, fees: Sequence[str]) -> None:
        """Make them ready; `fees` are those of the country, by name."""
        self.levies = levies
        self.borne = tuple([(fee, fees.index(fee.id)) for fee in levies.fees])
        self.tax = sum(rate for _, rate in levies.taxes)
        self.fee = short_fees(levies.fees)
        self.flat, self.over, self.under = flat_fee(levies.fees)
        self.is_plain = len(levies.taxes) <= 1 and not any(fee.unknown for fee in levies.fees)

    def fees(self, steps: Steps, value: int) -> int | None:
        """Return the fees of a line that is an entry of its own, in cents."""
        if steps.free_entry or not self.levies.fees:
            return 0
        return total([fee.amount(value, value) for fee in self.levies.fees])

    def taxes(self, value: int, duty: int | None) -> int | None:
        """Return the taxes on a value with the duty paid on it, in cents."""
        if not self.levies.taxes:
            return 0
        if duty is None:
            return None
        return sum(cents(value + duty * CENT, rate) for _, rate in self.levies.taxes)


def total(parts: Sequence[int | None]) -> int | None:
    """Return a sum, or None when a part of it is not known."""
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def flat_fee(fees: Sequence[Fee]) -> tuple[tuple[int, str], int, int]:
    """Return what is paid on every value above one and below another, in cents and as text."""
    if not fees:
        return (0, "0.00"), -1, NEVER
    if len(fees) > 1 or fees[0].minimum is None or not fees[0].rate:
        return (0, ""), 0, 0
    (fee,) = fees
    over = -1 if fee.informal_at_most is None else fee.informal_at_most
    least = fees[0].minimum
    return (least, money(least)), over, -(-least * TO_CENTS // fee.rate)


def short_fees(fees: Sequence[Fee]) -> Callable[[int], tuple[int, str]]:
    """Return a function that gives known fees on a line of its own, in cents and as text."""
    parts = [*map(short_fee, fees)]
    if len(parts) == 1:
        return parts[0]

    def amount(value: int) -> tuple[int, str]:
        amount = 0
        for part in parts:
            amount += part(value)[0]
        return amount, money(amount)

    return amount


def short_fee(fee: Fee) -> Callable[[int], tuple[int, str]]:
    """Return a function that gives a fee on a line of its own, in cents and as text.

    The bounds of a fee are met by most lines: their texts are made once.
    """
    low = -1 if fee.minimum is None else fee.minimum * TO_CENTS
    high = None if fee.maximum is None else fee.maximum * TO_CENTS
    at_most = -1 if fee.informal_at_most is None else fee.informal_at_most
    least, most, informal = (
        (amount or 0, money(amount or 0)) for amount in (fee.minimum, fee.maximum, fee.informal)
    )
    rate = fee.rate

    def amount(value: int) -> tuple[int, str]:
        if value <= at_most:
            return informal
        exact = value * rate
        if exact < low:
            return least
        if high is not None and exact > high:
            return most
        paid = (exact + HALF) // TO_CENTS
        return paid, f"{paid // 100}{CENTS[paid % 100]}"

    return amount
