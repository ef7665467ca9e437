"""From a point to a plan: which sheet lies on top of each measure, which case of it holds.

Amounts play no part here. A plan is resolved once per distinct set of sheets and facts, and
multiplied out many times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tariffcalc.catalogue.law import Top
from tariffcalc.catalogue.terms import Case, Condition, Effect, Kind, Terms
from tariffcalc.values.issues import CatalogueError, Issue


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a line beyond its point. None and absent mean: not declared."""

    claims: frozenset[str]
    denied: frozenset[str]
    entry_date: date
    shipped_date: date | None
    entry_value: Decimal
    base_rate: Decimal | None

    def holds(self, condition: Condition) -> bool | None:
        """Return whether a condition holds, or None when the fact was not declared."""
        name, limit = condition.name, condition.limit
        if limit is None:
            return True if name in self.claims else False if name in self.denied else None
        if isinstance(limit, date):
            if name == "entered_before":
                return self.entry_date < limit
            if self.shipped_date is None:
                return None
            return self.shipped_date < limit or (
                name == "shipped_by" and self.shipped_date == limit
            )
        if name == "value_at_most":
            return self.entry_value <= limit
        return None if self.base_rate is None else self.base_rate >= limit


@dataclass(frozen=True, slots=True)
class Step:
    """One measure of a plan with the terms that hold. `case` is the condition that chose them."""

    top: Top
    terms: Terms
    case: Case | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The measures that stand over a line, in the order in which they are charged."""

    steps: tuple[Step, ...]


def resolve(tops: Iterable[Top], facts: Facts) -> Plan:
    """Choose the case of each topmost sheet and put the measures in the order of charging."""
    return Plan(tuple(_in_order([_step(top, facts) for top in tops])))


def _step(top: Top, facts: Facts) -> Step:
    for case in top.sheet.paint.cases:
        if all(facts.holds(condition) for condition in case.when):
            return Step(top, case.terms, case)
    return Step(top, top.sheet.paint.terms, None)


def _in_order(steps: list[Step]) -> list[Step]:
    """Put every step behind those it yields to or is excluded by."""
    waiting = {step.top.measure.id: step for step in steps}
    ordered: list[Step] = []
    while waiting:
        ready = [
            key
            for key, step in waiting.items()
            if not any(
                other in waiting for other in (*step.terms.yields_to, *step.terms.excluded_by)
            )
        ]
        if not ready:
            names = " and ".join(sorted(waiting))
            message = f"{names} each wait for the other on the same goods, origin and day"
            raise CatalogueError([Issue("yield-cycle", "error", message)])
        ordered += [waiting.pop(key) for key in ready]
    return ordered


def open_cases(plan: Plan, facts: Facts) -> Iterator[tuple[Step, Case, tuple[Condition, ...]]]:
    """Yield the cases that would hold if facts not declared were so, with those facts."""
    for step in plan.steps:
        if step.top.measure.kind is Kind.REQUIREMENT:
            continue
        for case in step.top.sheet.paint.cases:
            if case is step.case:
                break
            answers = [facts.holds(condition) for condition in case.when]
            if False not in answers:
                asked = zip(case.when, answers, strict=True)
                yield step, case, tuple(c for c, answer in asked if answer is None)


def charges_something(terms: Terms) -> bool:
    """Return whether terms take any duty at all: 0 % and `none` do not, `total` always does."""
    duty = terms.duty
    if duty.effect is Effect.RATE:
        return duty.rate is not None and not duty.rate.is_free
    return duty.effect in (Effect.TOTAL, Effect.UNKNOWN, Effect.PROHIBITED)
