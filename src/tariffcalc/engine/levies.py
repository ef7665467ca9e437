"""Fees and taxes on an entry: over all its lines, with minimum and maximum, on their own basis."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tariffcalc.catalogue.terms import Levy, LevyRate
from tariffcalc.engine.shipment import Shipment
from tariffcalc.values.money import ZERO, round_cents


class Assessed(NamedTuple):
    """A fee or tax with its amount; None when a figure it needs is not known."""

    levy: Levy
    figures: LevyRate
    base: Decimal | None
    amount: Decimal | None
    reason: str | None = None


def assess(
    levies: Sequence[Levy],
    shipment: Shipment,
    values: Sequence[Decimal],
    duty_paid: Sequence[Decimal | None],
    free: Sequence[bool],
) -> list[Assessed]:
    """Return the fees and taxes of an entry that apply to some line of it.

    Args:
        levies: Those of the importing country.
        shipment: For the days, the mode, the province and the claims.
        values: Customs value of each line, in the importing country's currency.
        duty_paid: Customs value with all duty of each line; None where a duty is not known.
        free: Whether each line enters free of all duty and fees.
    """
    found = []
    for levy in levies:
        figures = figures_on(levy, shipment.entry_date)
        if figures is None or not applies(levy, shipment.mode, shipment.province):
            continue
        chosen = [
            i for i, line in enumerate(shipment.lines) if not is_spared(levy, figures, line.claims)
        ]
        if levy.kind == "fee":
            bearing = [values[i] for i in chosen if not free[i]]
            found.append(_fee(levy, figures, bearing, sum(values, ZERO)))
        elif chosen:
            found.append(_tax(levy, figures, [duty_paid[i] for i in chosen]))
    return found


def lacks_province(levies: Sequence[Levy], claims: Set[str], province: str | None) -> bool:
    """Whether goods may bear the tax of a province, and none is declared."""
    return province is None and any(
        levy.province is not None
        and claims >= set(levy.claims)
        and claims.isdisjoint(levy.except_claims)
        for levy in levies
    )


def figures_on(levy: Levy, day: date) -> LevyRate | None:
    """Return the figures of a fee or tax that hold on an entry date, if any."""
    return next((figures for figures in levy.rates if day in figures.period), None)


def applies(levy: Levy, mode: str | None, province: str | None) -> bool:
    """Whether a fee or tax is taken of entries by a mode of transport into a province."""
    return (not levy.modes or mode in levy.modes) and levy.province in (None, province)


def is_spared(levy: Levy, figures: LevyRate, claims: Set[str]) -> bool:
    """Whether a line with these claims does not bear a fee or tax."""
    freeing = {*levy.except_claims, *figures.except_claims}
    return not claims.isdisjoint(freeing) or not claims >= set(levy.claims)


def _fee(levy: Levy, figures: LevyRate, values: list[Decimal], entry: Decimal) -> Assessed:
    """A fee is taken once over the lines that bear it, then held between its bounds."""
    base = sum(values, ZERO)
    if not values:
        return Assessed(levy, figures, ZERO, ZERO, "every line is exempt")
    limit = figures.informal_at_most
    if limit is not None and entry <= limit:
        if figures.informal is None:
            return Assessed(levy, figures, base, None, "the informal fee was not found")
        return Assessed(levy, figures, base, figures.informal, "informal entry")
    if figures.unknown:
        reason = f"the {' and '.join(sorted(figures.unknown))} of this period was not found"
        return Assessed(levy, figures, base, None, reason)
    amount = base * figures.rate
    if figures.minimum is not None and amount < figures.minimum:
        return Assessed(levy, figures, base, figures.minimum, "minimum")
    if figures.maximum is not None and amount > figures.maximum:
        return Assessed(levy, figures, base, figures.maximum, "maximum")
    return Assessed(levy, figures, base, round_cents(amount))


def _tax(levy: Levy, figures: LevyRate, duty_paid: list[Decimal | None]) -> Assessed:
    """A tax is taken line by line, as the accounting document states it, and summed."""
    known = [value for value in duty_paid if value is not None]
    if len(known) < len(duty_paid):
        return Assessed(levy, figures, None, None, "a duty in its base is not known")
    amount = sum((round_cents(value * figures.rate) for value in known), ZERO)
    return Assessed(levy, figures, sum(known, ZERO), amount)
