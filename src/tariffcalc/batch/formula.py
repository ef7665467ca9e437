"""What a set of sheets makes of a line, as integers: resolved once, multiplied out many times.

A formula is what the engine behind `quote` answers on a value of one, so both say the same. What
is not a plain share of the value (duties per unit, declared contents in money) has no formula and
is priced by that engine line by line.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tariffcalc.catalogue.law import Law
from tariffcalc.catalogue.terms import Effect, Levy, LevyRate
from tariffcalc.engine.base import FREE, BaseDuty
from tariffcalc.engine.charges import reason_of
from tariffcalc.engine.levies import applies, figures_on, is_spared
from tariffcalc.engine.price import ONE, Priced, price
from tariffcalc.engine.resolve import Plan
from tariffcalc.engine.shipment import Line

VALUE_UNIT = 10_000
"""Values are counted in ten-thousandths of the currency."""

RATE_UNIT = 1_000_000
"""Rates are counted in millionths of the value."""

CENT = VALUE_UNIT // 100
TO_CENTS = VALUE_UNIT * RATE_UNIT // 100
HALF = TO_CENTS // 2
FREE_DUTY = BaseDuty(FREE, "Free", "", "", None)
UNKNOWN_DUTY = BaseDuty(None, "unknown", "", "", None)
ANY_LINE = Line("", "", Decimal(1))
"""Measures, headings and citations of charges do not turn on the line."""


def cents(value: int, rate: int) -> int:
    """Return value times rate in cents, half up, for a value and rate of zero or more."""
    return (value * rate + HALF) // TO_CENTS


def whole(number: Decimal, unit: int) -> int | None:
    """Return a number counted in a unit, or None when it is not a whole count."""
    counted = number * unit
    return int(counted) if counted == counted.to_integral_value() else None


class Term(NamedTuple):
    """One charge of a formula.

    Attributes:
        rate: In millionths of the value; None when the amount is not known.
        is_total: Whether the rate is one up to which the base duty is topped.
        refuses: Whether it refuses entry.
        why: Why the amount is not known, in the engine's words.
        doubtful: The sheet of which it is open whether it lies there: why turns on the goods.
    """

    measure: str
    rate: int | None
    refuses: bool = False
    why: str = ""
    doubtful: int | None = None
    is_total: bool = False

    def on(self, base_rate: int | None) -> int | None:
        """Return the rate beside a base duty."""
        if self.is_total and self.rate is not None:
            return max(0, self.rate - (base_rate or 0))
        return self.rate


class Steps(NamedTuple):
    """What the measures take of a line, beside the base duty.

    Attributes:
        terms: The charges in the order of computing; those a case freed are there with rate 0.
        prohibited: Entry is refused: nothing is payable.
        free_entry: The line bears no duty and no fee.
        asks_contents: Whether some step is taken of a declared content, or of the rest.
        measures: Ids of the measures, headings and citations, each joined by ``;``.
    """

    terms: tuple[Term, ...]
    prohibited: bool
    free_entry: bool
    asks_contents: bool
    measures: str
    headings: str
    citations: str

    @property
    def total_rate(self) -> int:
        """The sum of the known rates."""
        return sum([term.rate or 0 for term in self.terms])


def steps_of(law: Law, plan: Plan, has_base: bool) -> Steps | None:
    """Return the formula of a plan, or None when it is not a share of the value.

    Args:
        law: The law.
        plan: What stands over a line.
        has_base: Whether its base duty is known. A total is then taken beside a base duty of
            nothing, and less any other.
    """
    duty = FREE_DUTY if has_base else UNKNOWN_DUTY
    priced = price(plan, duty, ONE)
    told = [step for step in priced.steps if step.is_told]
    terms: list[Term] = []
    for step in told:
        paid = step.step.terms.duty
        rate = None if step.amount is None else whole(step.exact, RATE_UNIT)
        if (paid.rate is not None and not paid.rate.is_share) or (
            rate is None and step.amount is not None
        ):
            return None
        if paid.effect is Effect.TOTAL and step.base not in (0, 1):
            return None
        terms.append(_term(law, step, rate))
    return Steps(
        tuple(terms),
        any(step.terms.duty.effect is Effect.PROHIBITED for step in plan.settled),
        priced.is_free_entry,
        any(step.step.terms.on.fact is not None for step in priced.steps),
        *listed_law(
            (
                step.step.top.measure.id,
                step.step.terms.heading,
                law.store.instrument(step.step.top.sheet.instrument).cited_as,
            )
            for step in told
        ),
    )


def _term(law: Law, step: Priced, rate: int | None) -> Term:
    measure, effect = step.step.top.measure.id, step.step.terms.duty.effect
    if rate is not None:
        return Term(measure, rate, is_total=effect is Effect.TOTAL and bool(step.base))
    if step.step.top.doubtful:
        return Term(measure, None, doubtful=step.step.top.sheet.bit)
    why = reason_of(law, ANY_LINE, step) or ""
    return Term(measure, None, effect is Effect.PROHIBITED, why)


def listed_law(rows: Iterable[tuple[str, str | None, str | None]]) -> tuple[str, str, str]:
    """Return measures, headings and citations of charges, each joined by ``;``.

    A citation of several texts has a comma between them.

    Args:
        rows: Measure, heading and citation of each charge under some instrument.
    """
    held = list(rows)
    return (
        ";".join([measure for measure, _, _ in held]),
        ";".join([heading for _, heading, _ in held if heading]),
        ";".join(dict.fromkeys([text.replace(";", ",") for _, _, text in held if text])),
    )


def base_rate(duty: BaseDuty) -> int | None:
    """Return a base duty in millionths of the value, or None when it is not a plain share."""
    if duty.rate is None or not duty.rate.is_share:
        return None
    return whole(duty.rate.ad_valorem, RATE_UNIT)


class Fee(NamedTuple):
    """A fee on an entry. Bounds are in cents, the informal limit in units of value."""

    id: str
    rate: int
    minimum: int | None
    maximum: int | None
    informal: int | None
    informal_at_most: int | None
    unknown: bool

    @property
    def lacks_informal(self) -> bool:
        """Whether small entries pay a fee of their own that is not known."""
        return self.informal is None and self.informal_at_most is not None

    def amount(self, bearing: int, entry: int) -> int | None:
        """Return the fee in cents.

        Args:
            bearing: The value of the lines that bear the fee.
            entry: The value of all lines of the entry.
        """
        if not bearing:
            return 0
        if self.informal_at_most is not None and entry <= self.informal_at_most:
            return self.informal
        if self.unknown:
            return None
        amount = bearing * self.rate
        if self.minimum is not None and amount < self.minimum * TO_CENTS:
            return self.minimum
        if self.maximum is not None and amount > self.maximum * TO_CENTS:
            return self.maximum
        return cents(bearing, self.rate)


class Levies(NamedTuple):
    """The fees that a line bears (exempt ones are left out) and the rates of its taxes."""

    fees: tuple[Fee, ...]
    taxes: tuple[tuple[str, int], ...]


def levies_of(
    levies: tuple[Levy, ...],
    day: date,
    claims: frozenset[str],
    mode: str | None,
    province: str | None,
) -> Levies:
    """Return the fees and taxes that a line of an entry date with these claims bears."""
    fees, taxes = [], []
    for levy in levies:
        figures = figures_on(levy, day)
        if figures is None or not applies(levy, mode, province):
            continue
        if is_spared(levy, figures, claims):
            continue
        if levy.kind == "tax":
            taxes.append((levy.id, _rate(levy, figures)))
        else:
            fees.append(_fee(levy, figures))
    return Levies(tuple(fees), tuple(taxes))


def fees_on(levies: tuple[Levy, ...], day: date) -> tuple[Fee | None, ...]:
    """Return each fee as it is on a day, whoever bears it; None: there is none then."""
    found = ((levy, figures_on(levy, day)) for levy in levies if levy.kind == "fee")
    return tuple(_fee(levy, figures) if figures else None for levy, figures in found)


def _fee(levy: Levy, figures: LevyRate) -> Fee:
    minimum, maximum, informal = (
        None if amount is None else whole(amount, 100)
        for amount in (figures.minimum, figures.maximum, figures.informal)
    )
    limit = figures.informal_at_most
    at_most = None if limit is None else whole(limit, VALUE_UNIT)
    return Fee(
        levy.id, _rate(levy, figures), minimum, maximum, informal, at_most, bool(figures.unknown)
    )  # fmt: skip


def _rate(levy: Levy, figures: LevyRate) -> int:
    rate = whole(figures.rate, RATE_UNIT)
    assert rate is not None, levy.id
    return rate
