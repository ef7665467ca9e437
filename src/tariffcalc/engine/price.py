"""Amounts: a plan multiplied out on one line, each charge rounded once, half up."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from tariffcalc.catalogue.terms import Basis, Effect
from tariffcalc.engine.base import BaseDuty
from tariffcalc.engine.resolve import Plan, Step
from tariffcalc.engine.shipment import Content
from tariffcalc.values.money import ZERO, round_cents
from tariffcalc.values.rates import Rate


class Amounts(NamedTuple):
    """The declared amounts of one line, in the importing country's currency."""

    customs_value: Decimal
    contents: Mapping[str, Content]
    quantity: Decimal | None = None
    unit: str | None = None

    def base(self, on: Basis) -> Decimal:
        """Return what a percentage is taken of; a content not declared means the full value."""
        value = self.customs_value
        if on.fact is None:
            return value
        declared = self.contents.get(on.fact)
        if on.content:
            return value if declared is None else declared.of(value)
        less = ZERO if declared is None else declared.of(value)
        if on.at_most is not None:
            less = min(less, value * on.at_most)
        if on.at_least is not None:
            less = max(less, value * on.at_least)
        return value - less


class Priced(NamedTuple):
    """One step with its amount.

    Attributes:
        base: What the rate was taken of.
        amount: None when it is not known.
        reason: Why it is not known, where the terms of the step do not tell.
        yielded: The measures that come first, and took some of the value or may have.
        exact: The amount before rounding.
    """

    step: Step
    base: Decimal
    amount: Decimal | None
    reason: str | None = None
    yielded: tuple[str, ...] = ()
    exact: Decimal = ZERO

    @property
    def is_told(self) -> bool:
        """Whether it belongs among the charges: what another covers wholly does not."""
        return self.amount is None or not self.yielded


class LinePrice(NamedTuple):
    """All duty on one line, rounded: base duty first, then each step of the plan in order."""

    base_duty: Decimal | None
    steps: tuple[Priced, ...]
    is_free_entry: bool = False

    @property
    def known_duty(self) -> Decimal:
        """The sum of the amounts that are known."""
        return sum((p.amount for p in self.steps if p.amount is not None), self.base_duty or ZERO)

    @property
    def is_known(self) -> bool:
        """Whether no amount is missing."""
        return self.base_duty is not None and all(p.amount is not None for p in self.steps)


ONE = Amounts(Decimal(1), {})
"""A value of which every charge is its own rate."""


@lru_cache(maxsize=65536)
def shares(plan: Plan, base_rate: Rate | None) -> tuple[Decimal, ...] | None:
    """Return what each charge takes of a value of one, base duty first.

    None when some charge is not known, or is not a plain share of the value. Contents that were
    not declared leave it one; lines that declare some are not priced by shares.
    """
    if base_rate is None or not base_rate.is_share:
        return None
    rates = (step.terms.duty.rate for step in plan.steps)
    if not all(rate is None or rate.is_share for rate in rates):
        return None
    duty = BaseDuty(base_rate, base_rate.text, "", "", None)
    priced = price(plan, duty, ONE)
    if not priced.is_known:
        return None
    base = ZERO if priced.is_free_entry else base_rate.ad_valorem
    return (base, *(step.exact for step in priced.steps if step.exact))


def price(plan: Plan, duty: BaseDuty, amounts: Amounts) -> LinePrice:
    """Multiply a plan out on the amounts of one line."""
    free = bool(plan.settled) and plan.settled[0].terms.duty.effect is Effect.FREE_ENTRY
    exact: Decimal | None = None
    if free:
        exact = ZERO
    elif duty.rate is not None:
        exact = duty.rate.amount(amounts.customs_value, amounts.quantity, amounts.unit)
    ahead = tuple(step.top.measure.id for step in plan.settled)
    taken: dict[str, Decimal] = {}
    steps = []
    for step in plan.steps:
        if ahead and step.top.measure.id not in ahead:
            steps.append(Priced(step, ZERO, ZERO, yielded=ahead))
            continue
        priced = _price_step(step, amounts, exact, taken, plan.doubtful)
        if step.charges and not priced.yielded and priced.base:
            taken[step.top.measure.id] = priced.base
        steps.append(priced)
    return LinePrice(None if exact is None else round_cents(exact), tuple(steps), free)


def _price_step(
    step: Step,
    amounts: Amounts,
    base_duty: Decimal | None,
    taken: Mapping[str, Decimal],
    doubtful: frozenset[str],
) -> Priced:
    terms = step.terms
    base = amounts.base(terms.on)
    if step.top.doubtful:
        return Priced(step, base, None)
    if not step.charges:
        return Priced(step, base, ZERO)
    if terms.excluded_by:
        first = tuple(m for m in terms.excluded_by if m in taken)
        if first:
            sure = any(measure not in doubtful for measure in first)
            return Priced(step, ZERO, ZERO if sure else None, yielded=first)
    if terms.yields_to:
        ahead = tuple(m for m in terms.yields_to if m in taken)
        if not doubtful.isdisjoint(ahead):
            return Priced(step, base, None, yielded=ahead)
        base = min(base, amounts.customs_value - sum((taken[m] for m in ahead), ZERO))
        if base <= 0:
            return Priced(step, ZERO, ZERO, yielded=ahead)
    if terms.duty.rate is None:
        return Priced(step, base, None)
    exact = terms.duty.rate.amount(base, amounts.quantity, amounts.unit)
    if exact is not None and terms.duty.effect is Effect.TOTAL:
        if base_duty is None:
            return Priced(step, base, None, "base duty unknown")
        share = base_duty * base / amounts.customs_value if base_duty else ZERO
        exact = max(ZERO, exact - share)
    if exact is None:
        needed = " and ".join(terms.duty.rate.units())
        return Priced(step, base, None, f"quantity in {needed} not declared")
    return Priced(step, base, round_cents(exact), exact=exact)
