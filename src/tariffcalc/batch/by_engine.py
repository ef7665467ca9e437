"""A line through the very engine behind `quote`: what is no plain share of its value.

Declared contents that count, duties per unit and whatever has no formula come here, as an entry of
one line, with the value and the fees of its whole entry where it belongs to one.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from tariffcalc.batch import remarks
from tariffcalc.batch.declared import Declared
from tariffcalc.batch.formula import listed_law
from tariffcalc.batch.ready import Paid
from tariffcalc.batch.result import PROHIBITED, Owed, Result, priced_line, show, show_share
from tariffcalc.batch.tally import (
    BASE,
    DUTY,
    LINES,
    PAYABLE,
    REFUNDABLE,
    VALUE,
    Sums,
    Tally,
    leave_out,
)
from tariffcalc.catalogue.law import Law
from tariffcalc.catalogue.terms import Effect
from tariffcalc.engine.answer import Charge
from tariffcalc.engine.charges import charges_of
from tariffcalc.engine.levies import Assessed, assess
from tariffcalc.engine.quote import PricedLine, price_entry, price_line
from tariffcalc.engine.shipment import Shipment
from tariffcalc.values.money import ZERO, round_cents, total_of


class EngineLine(NamedTuple):
    """A line under one law.

    Attributes:
        paid: Its share of the fees of its entry, in cents; None when they are to be assessed.
    """

    law: Law
    shipment: Shipment
    priced: PricedLine
    levies: tuple[Assessed, ...]
    paid: tuple[int | None] | None

    @property
    def fees(self) -> Decimal | None:
        """The fees of the line."""
        if self.paid is not None:
            return None if self.paid[0] is None else Decimal(self.paid[0]) / 100
        return total_of([levy.amount for levy in self.levies if levy.levy.kind == "fee"])

    @property
    def taxes(self) -> Decimal | None:
        """The taxes of the line."""
        return total_of([levy.amount for levy in self.levies if levy.levy.kind == "tax"])

    @property
    def payable(self) -> Decimal | None:
        """Duty, fees and taxes."""
        return total_of([self.priced.total, self.fees, self.taxes])

    @property
    def charges(self) -> tuple[Charge, ...]:
        """All duty on the line: base duty first."""
        line, price = self.priced.line, self.priced.price
        value = self.priced.amounts.customs_value
        return charges_of(self.law, line, self.priced.duty, price, value)

    def owed(self) -> Owed:
        """Return the amounts in cents."""
        price = self.priced.price
        added = [step.amount for step in price.steps]
        charges = self.charges[1:]
        return Owed(
            _cents(price.base_duty),
            tuple(_cents(charge.amount) for charge in charges),
            _cents(total_of([*added, self.priced.line.add_cvd or ZERO])),
            _cents(self.priced.total),
            _cents(self.fees),
            _cents(self.taxes),
            _cents(self.payable),
        )


def as_shipment(declared: Declared, fx: Decimal | None) -> Shipment:
    """Return a row as an entry of one line."""
    return Shipment(
        declared.importer,
        declared.entry_date,
        (declared.line(),),
        declared.shipped_date,
        declared.currency,
        fx,
        None,
        declared.mode,
        declared.province,
    )


def price_under(
    law: Law, shipment: Shipment, worth: Decimal | None, paid: tuple[int | None] | None
) -> EngineLine:
    """Price an entry of one line.

    Args:
        law: The law to price under.
        shipment: The line.
        worth: Value of the whole entry it belongs to, if it belongs to one.
        paid: Its share of the fees of that entry.
    """
    entry = price_entry(law, shipment)
    (priced,) = entry.lines
    if worth is None:
        return EngineLine(law, shipment, priced, entry.levies, paid)
    priced = price_line(law, shipment, priced.line, priced.amounts, worth)
    value = priced.amounts.customs_value
    duty_paid = None if priced.total is None else value + priced.total
    levies = assess(
        law.tables(shipment.importer).levies,
        shipment,
        [value],
        [duty_paid],
        [priced.price.is_free_entry],
    )
    return EngineLine(law, shipment, priced, tuple(levies), paid)


def price_by_engine(
    law: Law,
    shipment: Shipment,
    worth: Decimal | None,
    paid: Paid | None,
    said: Sequence[str],
    unknown_fees: Sequence[str],
) -> tuple[Result, Owed, tuple[Charge, ...], int | None]:
    """Return the row of a line, what it owes, its charges and what is refundable.

    Args:
        law: The law to price under; the row also says what is owed as it now stands.
        shipment: The line.
        worth: Value of the whole entry it belongs to, if it belongs to one.
        paid: Its share of the fees of that entry, then and now.
        said: Warnings of the line, but for amounts that are not known.
        unknown_fees: What to say where the fees are not known.
    """
    then = price_under(law, shipment, worth, None if paid is None else (paid[0],))
    now = _as_it_stands(then, worth, None if paid is None else (paid[1],))
    refundable = None
    if then.payable is not None and now.payable is not None:
        refundable = _cents(max(ZERO, then.payable - now.payable))
    owed, charges = then.owed(), then.charges
    warnings = [*said, *remarks.of_unknown(charges)]
    if owed.fees is None:
        warnings += unknown_fees
    settled = then.priced.plan.settled
    row = priced_line(
        owed,
        ";".join(
            f"{charge.measure}={PROHIBITED if charge.rate == Effect.PROHIBITED else show(cents)}"
            for charge, cents in zip(charges[1:], owed.charges, strict=True)
        ),
        show_share(then.priced.total, then.priced.amounts.customs_value),
        listed_law(
            (charge.measure, charge.heading, charge.citation)
            for charge in charges
            if charge.instrument is not None
        ),
        (_cents(now.payable), refundable),
        remarks.BETWEEN.join(warnings),
        any(step.terms.duty.effect is Effect.PROHIBITED for step in settled),
        law.store.meta["edition"],
    )
    return row, owed, charges, refundable


def _as_it_stands(
    line: EngineLine, worth: Decimal | None, paid: tuple[int | None] | None
) -> EngineLine:
    """Return a line as the law now stands: most often the same sheets lie there."""
    law, shipment, point = line.law.as_it_stands, line.shipment, line.priced.line
    cover = law.cover(shipment.importer, point.classification, point.origin, shipment.entry_date)
    if cover == line.priced.cover:
        return line._replace(law=law, paid=paid)
    return price_under(law, shipment, worth, paid)


def count(
    tally: Tally,
    sums: Sequence[Sums],
    status: str,
    value: int,
    owed: Owed,
    refundable: int | None,
) -> None:
    """Add what is known of a line to the sums of its kinds, and last of all lines."""
    *kinds, whole = sums
    duty = 0
    if status != "ok":
        tally.add_status(status)
    if status != PROHIBITED:
        duty = (owed.base or 0) + sum(amount or 0 for amount in owed.charges)
        whole[BASE] += owed.base or 0
        whole[PAYABLE] += duty + (owed.fees or 0) + (owed.taxes or 0)
        whole[REFUNDABLE] += refundable or 0
        if refundable is None:
            leave_out(kinds, whole, owed.base, owed.total, owed.payable)
    for own in kinds:
        own[LINES] += 1
        own[VALUE] += value
        own[DUTY] += duty


def _cents(amount: Decimal | None) -> int | None:
    return None if amount is None else int(round_cents(amount) * 100)
