"""A set of sheets ready for multiplying: its rates as integers, its words as text made once.

`Ready` prices a line of its points from nothing but a value and a rate of base duty. Lines of
which everything is known and on which the law has not changed since, most of them, take a short
way; `work_out` is the long way, and says the same of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tariffcalc.batch.formula import TO_CENTS, VALUE_UNIT, Fee, Levies, Steps, cents
from tariffcalc.batch.remarks import BETWEEN, of_unknown_fees
from tariffcalc.batch.result import (
    CENTS,
    PROHIBITED,
    UNKNOWN,
    Owed,
    Result,
    effective_rate,
    money,
    priced_line,
)
from tariffcalc.batch.tally import BASE, DUTY, LINES, PAYABLE, REFUNDABLE, VALUE, Sums, Tally
from tariffcalc.engine.base import BaseDuty
from tariffcalc.values.rates import Rate

HALF = TO_CENTS // 2
CENT = VALUE_UNIT // 100

Paid = tuple[int | None, int | None]
"""The fees of a line, under the law asked for and as it now stands; None where not known."""


class Base:
    """A base duty as an integer: `rate` is None where it is not known.

    Attributes:
        number: One for all base duties of one rate.
        per_unit: A rate that asks for a quantity: while none is declared, the duty is not known.
        reasons: Why it is not known.
    """

    __slots__ = ("duty", "number", "per_unit", "rate", "reasons")

    def __init__(
        self,
        duty: BaseDuty,
        rate: int | None,
        number: int,
        per_unit: Rate | None = None,
        reasons: Sequence[str] = (),
    ) -> None:
        self.duty = duty
        self.rate = rate
        self.number = number
        self.per_unit = per_unit
        self.reasons = reasons


class Ready:
    """What a line under one set of sheets, with its fees and taxes, comes to."""

    __slots__ = (
        "edition", "fee", "is_known", "is_short", "law", "levies", "now", "prefix", "rate",
        "remarks", "sums", "tally", "tax", "terms", "then", "whole",
    )  # fmt: skip

    def __init__(
        self,
        then: Steps,
        now: Steps,
        levies: Levies,
        remarks: tuple[str, ...],
        currency: str,
        edition: str,
        tally: Tally,
    ) -> None:
        self.then = then
        self.now = now
        self.levies = levies
        self.remarks = BETWEEN.join(remarks)
        self.edition = edition
        self.tally = tally
        self.law = then.measures, then.headings, then.citations
        self.terms = tuple((f"{term.measure}=", term.rate) for term in then.terms)
        self.sums = [tally.measure(currency, term.measure) for term in then.terms]
        self.whole = tally.sums(currency)
        self.prefix, self.rate = self.terms[0] if len(self.terms) == 1 else ("", None)
        self.tax = sum(rate for _, rate in levies.taxes)
        self.fee = short_fee(levies.fees[0]) if levies.fees else None
        self.is_known = all(term.rate is not None for term in then.terms)
        self.is_short = (
            then == now
            and self.is_known
            and not then.free_entry
            and len(levies.fees) <= 1
            and len(levies.taxes) <= 1
            and not any(fee.unknown for fee in levies.fees)
        )

    def price(self, value: int, rate: int, chapter: Sums, origin: Sums, month: Sums) -> Result:
        """Return the row of a line that is an entry of its own, the short way.

        Args:
            value: In ten-thousandths of the importing country's currency.
            rate: Of base duty, in millionths.
            chapter: Sums to which the line adds, as to the next two.
            origin: Those of its origin.
            month: Those of its month.
        """
        base = (value * rate + HALF) // TO_CENTS
        if self.rate is not None:
            added = (value * self.rate + HALF) // TO_CENTS
            self.sums[0][0] += added
            added_text = f"{added // 100}{CENTS[added % 100]}"
            charges = self.prefix + added_text
        elif self.terms:
            charges, added = self._charges(value)
            added_text = money(added)
        else:
            charges, added, added_text = "", 0, "0.00"
        duty = base + added
        if not base:
            base_text, duty_text = "0.00", added_text
        else:
            base_text = f"{base // 100}{CENTS[base % 100]}"
            duty_text = f"{duty // 100}{CENTS[duty % 100]}" if added else base_text
        fee, fee_text = (0, "0.00") if self.fee is None else self.fee(value)
        tax, tax_text = 0, "0.00"
        if self.tax:
            tax = ((value + duty * CENT) * self.tax + HALF) // TO_CENTS
            tax_text = f"{tax // 100}{CENTS[tax % 100]}"
        payable = duty + fee + tax
        owing = f"{payable // 100}{CENTS[payable % 100]}"
        if duty:
            share, rest = divmod(duty * 1_000_000, value)
            if 2 * rest >= value and (2 * rest > value or share & 1):
                share += 1
            share_text = f"{share // 100}{CENTS[share % 100]}%"
        else:
            share_text = "0.00%"
        for sums in (chapter, origin, month):
            sums[LINES] += 1
            sums[VALUE] += value
            sums[DUTY] += duty
        self.whole[BASE] += base
        self.whole[PAYABLE] += payable
        measures, headings, citations = self.law
        return (
            "ok", base_text, charges, added_text, duty_text, fee_text, tax_text, owing, share_text,
            measures, headings, citations, "", owing, "0.00", self.remarks, "", "", "",
            self.edition,
        )  # fmt: skip

    def _charges(self, value: int) -> tuple[str, int]:
        """Return the charges as text, and their sum, where all are known."""
        texts, added = [], 0
        for place, (prefix, rate) in enumerate(self.terms):
            amount = (value * (rate or 0) + HALF) // TO_CENTS
            added += amount
            self.sums[place][0] += amount
            texts.append(f"{prefix}{amount // 100}{CENTS[amount % 100]}")
        return ";".join(texts), added

    def work_out(
        self,
        value: int,
        base: int | None,
        sums: Sequence[Sums],
        paid: Paid | None = None,
        more: Sequence[str] = (),
        reasons: Sequence[str] = (),
    ) -> Result:
        """Return the row of any line, and add it to the sums.

        Args:
            value: In ten-thousandths of the importing country's currency.
            base: The base duty in cents, None where it is not known.
            sums: Those to which the line adds: of its chapter, origin and month.
            paid: Its share of the fees of its entry; None where it is an entry of its own.
            more: Warnings of its own, before those of its point.
            reasons: Why a duty is not known.
        """
        own = self.fees(self.then, value) if paid is None else paid[0]
        then = owed(self.then, self.levies, value, base, own)
        now = then
        if self.now != self.then or (paid is not None and paid[1] != own):
            fees = self.fees(self.now, value) if paid is None else paid[1]
            now = owed(self.now, self.levies, value, base, fees)
        refundable = None
        if then.payable is not None and now.payable is not None:
            refundable = max(0, then.payable - now.payable)
        self._count(then, refundable, value, sums)
        warnings = [*more, *([self.remarks] if self.remarks else ()), *reasons]
        if own is None:
            warnings += of_unknown_fees(fee for fee in self.levies.fees if fee.unknown)
        return priced_line(
            then,
            ";".join(
                prefix + (PROHIBITED if self._refuses(place) else show(amount))
                for place, ((prefix, _), amount) in enumerate(
                    zip(self.terms, then.charges, strict=True)
                )
            ),
            UNKNOWN if then.total is None else effective_rate(then.total, value),
            self.law,
            (now.payable, refundable),
            BETWEEN.join(warnings),
            self.then.prohibited,
            self.edition,
        )

    def _refuses(self, place: int) -> bool:
        return self.then.terms[place].refuses

    def fees(self, steps: Steps, value: int) -> int | None:
        """Return the fees of a line that is an entry of its own."""
        if steps.free_entry:
            return 0
        return total([fee.amount(value, value) for fee in self.levies.fees])

    def _count(self, then: Owed, refundable: int | None, value: int, sums: Sequence[Sums]) -> None:
        """Add what is known of a line to the sums."""
        status = PROHIBITED if self.then.prohibited else "ok"
        if status == "ok" and then.payable is None:
            status = "partial"
        count(self.tally, (*sums, self.whole), status, value, then, refundable)
        if status != PROHIBITED:
            for own, amount in zip(self.sums, then.charges, strict=True):
                own[0] += amount or 0


def count(
    tally: Tally,
    sums: Sequence[Sums],
    status: str,
    value: int,
    owed: Owed,
    refundable: int | None,
) -> None:
    """Add what is known of a line to the sums of its kinds, and last of all lines."""
    duty = 0
    if status != "ok":
        tally.add_status(status)
    if status != PROHIBITED:
        duty = (owed.base or 0) + sum(amount or 0 for amount in owed.charges)
        whole = sums[-1]
        whole[BASE] += owed.base or 0
        whole[PAYABLE] += duty + (owed.fees or 0) + (owed.taxes or 0)
        whole[REFUNDABLE] += refundable or 0
    for own in sums[:-1]:
        own[LINES] += 1
        own[VALUE] += value
        own[DUTY] += duty


def owed(steps: Steps, levies: Levies, value: int, base: int | None, fees: int | None) -> Owed:
    """Return what a line owes under a set of sheets, given its base duty and its fees."""
    base = 0 if steps.free_entry else base
    charges = tuple(None if term.rate is None else cents(value, term.rate) for term in steps.terms)
    added = total(charges)
    duty = total([base, added])
    taxes: int | None = 0
    if levies.taxes:
        paid = None if duty is None else value + duty * CENT
        taxes = None if paid is None else sum(cents(paid, rate) for _, rate in levies.taxes)
    return Owed(base, charges, added, duty, fees, taxes, total([duty, fees, taxes]))


def total(parts: Sequence[int | None]) -> int | None:
    """Return a sum, or None when a part of it is not known."""
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def show(amount: int | None) -> str:
    """Write an amount, or that it is not known."""
    return UNKNOWN if amount is None else money(amount)


def short_fee(fee: Fee) -> Callable[[int], tuple[int, str]]:
    """Return a function that gives a fee on a line of its own, in cents and as text.

    The bounds of a fee are met by most lines: their texts are made once.
    """
    low = -1 if fee.minimum is None else fee.minimum * TO_CENTS
    high = None if fee.maximum is None else fee.maximum * TO_CENTS
    least, most = (fee.minimum or 0), (fee.maximum or 0)
    informal = fee.informal or 0
    at_most = -1 if fee.informal_at_most is None else fee.informal_at_most
    least_paid, most_paid, informal_paid = (
        (amount, money(amount)) for amount in (least, most, informal)
    )
    rate = fee.rate

    def amount(value: int) -> tuple[int, str]:
        if value <= at_most:
            return informal_paid
        exact = value * rate
        if exact < low:
            return least_paid
        if high is not None and exact > high:
            return most_paid
        paid = (exact + HALF) // TO_CENTS
        return paid, f"{paid // 100}{CENTS[paid % 100]}"

    return amount
