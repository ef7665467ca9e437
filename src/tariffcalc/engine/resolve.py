"""From a point to a plan: which sheet lies on top of each measure, which case of it holds.

Amounts play no part here. A plan is resolved once per distinct set of sheets and facts, and
multiplied out many times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from tariffcalc.catalogue.law import Cover, Law, Top
from tariffcalc.catalogue.terms import Case, Condition, Effect, Kind, Terms
from tariffcalc.values.issues import CatalogueError, Issue


class Facts(NamedTuple):
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


class Step(NamedTuple):
    """One measure of a plan with the terms that hold. `case` is the condition that chose them."""

    top: Top
    terms: Terms
    case: Case | None
    charges: bool


class Ask(NamedTuple):
    """Facts not declared under which another case would hold, or a content would count."""

    names: tuple[str, ...]
    claims: tuple[str, ...] = ()
    content: str | None = None
    shipped: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What stands over a line once its facts are known. A stack gives one for each set of answers.

    Attributes:
        steps: The measures that charge, may charge, or were freed by a case, in the order of
            charging.
        idle: The other measures with a sheet on top: requirements, and terms that take nothing.
        settled: Steps that settle the line whatever else stands over it: refused, or freed.
        doubtful: Ids of measures of which it is open whether their sheet lies there.
        asks: What could be declared to change the plan.
        answers: To the conditions of the stack, in their order.
    """

    steps: tuple[Step, ...]
    idle: tuple[Step, ...]
    settled: tuple[Step, ...]
    doubtful: frozenset[str]
    asks: tuple[Ask, ...] = ()
    answers: tuple[bool | None, ...] = ()


SHIPPED = "shipped_date"
SHIPPED_TESTS = ("shipped_by", "shipped_before")
SETTLING = (Effect.PROHIBITED, Effect.FREE_ENTRY)


class Stack:
    """The topmost sheets over a set of points, with the plans they give by what is declared."""

    def __init__(self, tops: tuple[Top, ...]) -> None:
        self.tops = tops
        paints = [top.sheet.paint for top in tops]
        self.conditions = tuple(
            dict.fromkeys(c for paint in paints for case in paint.cases for c in case.when)
        )
        self._places: dict[str, list[int]] = {}
        for place, condition in enumerate(self.conditions):
            self._places.setdefault(condition.name, []).append(place)
        self._plans: dict[tuple[bool | None, ...], Plan] = {}

    def plan(self, facts: Facts) -> Plan:
        """Return the plan under some facts, resolved once for each set of answers."""
        return self._plan(tuple(map(facts.holds, self.conditions)), facts)

    def plan_if(self, plan: Plan, ask: Ask, facts: Facts) -> Plan:
        """Return the plan that takes the place of another once what `ask` names is declared.

        Args:
            plan: One of this stack's.
            ask: What is declared beside what the plan rests on.
            facts: All facts, with those of `ask` among them.
        """
        if "base_rate_at_least" in self._places:  # a preference may change the base rate too
            return self.plan(facts)
        touched = (*ask.claims, *(SHIPPED_TESTS if ask.shipped else ()))
        answers = list(plan.answers)
        for name in touched:
            for place in self._places.get(name, ()):
                answers[place] = facts.holds(self.conditions[place])
        return self._plan(tuple(answers), facts)

    def _plan(self, answers: tuple[bool | None, ...], facts: Facts) -> Plan:
        found = self._plans.get(answers)
        if found is None:
            found = self._plans[answers] = replace(resolve(self.tops, facts), answers=answers)
        return found


@lru_cache(maxsize=65536)
def stack(law: Law, importer: str, cover: Cover) -> Stack:
    """Return the stack of a set of sheets, put together once for each set."""
    return Stack(law.tops(importer, cover))


def resolve(tops: Iterable[Top], facts: Facts) -> Plan:
    """Choose the case of each topmost sheet and put the measures in the order of charging."""
    steps = in_order([choose(top, facts) for top in tops])
    return replace(arrange(steps), asks=tuple(dict.fromkeys(_asks(steps, facts))))


def arrange(steps: Sequence[Step]) -> Plan:
    """Return the plan of steps in the order of charging; what it asks for is left open."""
    listed: list[Step] = []
    idle: list[Step] = []
    for step in steps:
        (listed if is_listed(step) else idle).append(step)
    settled: list[Step] = []
    for effect in SETTLING:
        settled = settled or [
            step for step in steps if step.terms.duty.effect is effect and not step.top.doubtful
        ]
    doubtful = frozenset([step.top.measure.id for step in steps if step.top.doubtful])
    return Plan(tuple(listed), tuple(idle), tuple(settled), doubtful)


def is_listed(step: Step) -> bool:
    """Whether a step belongs among the charges: it takes something, may, or a case freed it."""
    if step.top.measure.kind is Kind.REQUIREMENT:
        return False
    return (
        step.charges
        or step.top.doubtful
        or step.terms.duty.effect is Effect.ABSOLUTE_QUOTA
        or (step.case is not None and not step.top.sheet.clears)
    )


def choose(top: Top, facts: Facts) -> Step:
    """Choose the case of a topmost sheet."""
    for case in top.sheet.paint.cases:
        if all(facts.holds(condition) for condition in case.when):
            return Step(top, case.terms, case, charges_something(case.terms))
    terms = top.sheet.paint.terms
    return Step(top, terms, None, charges_something(terms))


def in_order(steps: list[Step]) -> list[Step]:
    """Put every step behind those it yields to or is excluded by."""
    if not any([step.terms.yields_to or step.terms.excluded_by for step in steps]):
        return steps
    waiting = {step.top.measure.id: step for step in steps}
    ordered: list[Step] = []
    while waiting:
        ready = [
            key
            for key, step in waiting.items()
            if waiting.keys().isdisjoint(step.terms.yields_to)
            and waiting.keys().isdisjoint(step.terms.excluded_by)
        ]
        if not ready:
            names = " and ".join(sorted(waiting))
            message = f"{names} each wait for the other on the same goods, origin and day"
            raise CatalogueError([Issue("yield-cycle", "error", message)])
        ordered += [waiting.pop(key) for key in ready]
    return ordered


def _asks(steps: Iterable[Step], facts: Facts) -> Iterator[Ask]:
    """Yield the facts that were not declared and that a case or a basis asks for."""
    for step in steps:
        for case in step.top.sheet.paint.cases:
            if case is step.case:
                break
            ask = _ask(case, facts)
            if ask:
                yield ask
        content = step.terms.on.content
        if content and step.charges:
            yield Ask((content,), content=content)


def _ask(case: Case, facts: Facts) -> Ask | None:
    """Return what would have to be declared for a case to hold; None when nothing would do."""
    answers = [facts.holds(condition) for condition in case.when]
    if False in answers:
        return None
    missing = [c for c, answer in zip(case.when, answers, strict=True) if answer is None]
    if any(c.name == "base_rate_at_least" for c in missing):
        return None
    claims = tuple(c.name for c in missing if c.is_claim)
    days = [c.limit for c in missing if isinstance(c.limit, date)]
    names = (*claims, SHIPPED) if days else claims
    return Ask(names, claims, None, min(days) - timedelta(days=1) if days else None)


def charges_something(terms: Terms) -> bool:
    """Return whether terms take any duty at all: 0 % and `none` do not, `total` always does."""
    duty = terms.duty
    if duty.effect is Effect.RATE:
        return duty.rate is not None and not duty.rate.is_free
    return duty.effect in (Effect.TOTAL, Effect.UNKNOWN, Effect.PROHIBITED)
