"""Where the law of an importing country turns: the days, values and claims that its cases name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from tariffcalc.catalogue.law import Law
from tariffcalc.catalogue.store import Store
from tariffcalc.catalogue.tables import Tables
from tariffcalc.catalogue.terms import Case, Condition, Effect, Kind, Paint
from tariffcalc.engine.base import turning_days
from tariffcalc.values.days import parse_day

KEPT = 8
"""Countries and catalogues of which this is kept: the lanes of a file ask the same."""


@lru_cache(maxsize=KEPT)
def shipped_days(tables: Tables) -> list[date]:
    """Return the days on which a shipped date begins to make a difference."""
    days = set()
    for condition in _conditions(tables):
        if isinstance(condition.limit, date) and condition.name != "entered_before":
            by = condition.name == "shipped_by"
            days.add(condition.limit + timedelta(days=1) if by else condition.limit)
    return sorted(days)


@lru_cache(maxsize=KEPT)
def entered_days(tables: Tables) -> list[date]:
    """Return the days on which an entry date begins to make a difference to some case."""
    return sorted(
        {
            condition.limit
            for condition in _conditions(tables)
            if isinstance(condition.limit, date) and condition.name == "entered_before"
        }
    )


@lru_cache(maxsize=KEPT)
def value_limits(tables: Tables) -> list[Decimal]:
    """Return the values of an entry above which some case no longer holds."""
    return sorted(_limits(_conditions(tables)))


@lru_cache(maxsize=KEPT)
def limits_that_count(tables: Tables) -> list[tuple[frozenset[str], frozenset[Decimal]]]:
    """Return limits of value at which what a line owes may turn, each with the claims it needs.

    A requirement says something of every small entry; it counts only where it frees one.
    """
    found: set[tuple[frozenset[str], frozenset[Decimal]]] = set()
    for sheet in tables.all_sheets():
        limits = frozenset[Decimal]().union(*[_limits(case.when) for case in sheet.paint.cases])
        needed = [_claims(case) for case in sheet.paint.cases if _frees(case)]
        if sheet.measure.kind is not Kind.REQUIREMENT or _frees(sheet.paint):
            needed = [frozenset()]
        found.update((claims, limits) for claims in needed if limits)
    return list(found)


@lru_cache(maxsize=KEPT)
def free_entries(tables: Tables) -> list[frozenset[str]]:
    """Return the claims under which some sheet frees a line of all duty and fees."""
    found = []
    for sheet in tables.all_sheets():
        if _frees(sheet.paint):
            found.append(frozenset[str]())
        found += [_claims(case) for case in sheet.paint.cases if _frees(case)]
    return found


def law_days(law: Law, importer: str) -> list[date]:
    """Return the days on which other sheets begin to hold or to count, under any knowledge."""
    rows = law.store.connection.execute(
        "SELECT key FROM edge WHERE importer = ? AND sort IN ('day', 'made')", (importer,)
    )
    assumed = {day for day in law.assumed.values() if day is not None}
    return sorted({*assumed, *(parse_day(day) for (day,) in rows)})


def levy_days(tables: Tables) -> list[date]:
    """Return the days on which a figure of some fee or tax changes."""
    periods = [figures.period for levy in tables.levies for figures in levy.rates]
    return sorted({day for period in periods for day in (period.start, period.end)})


@lru_cache(maxsize=KEPT)
def schedule_days(store: Store, tables: Tables) -> list[date]:
    """Return the days on which the base duty of any code may change."""
    rows = store.connection.execute(
        "SELECT key FROM edge WHERE importer = ? AND sort = 'rate'", (tables.importer,)
    )
    return sorted({*turning_days(store, tables, ""), *(parse_day(day) for (day,) in rows)})


@lru_cache(maxsize=KEPT)
def base_rates(tables: Tables) -> list[Decimal]:
    """Return the rates of base duty from which on some case holds."""
    limits = (c.limit for c in _conditions(tables) if c.name == "base_rate_at_least")
    return sorted({limit for limit in limits if isinstance(limit, Decimal)})


def asks_base_rate(paint: Paint) -> bool:
    """Whether what a paint charges depends on the base duty."""
    terms = (paint.terms, *(case.terms for case in paint.cases))
    return any(t.duty.effect is Effect.TOTAL for t in terms) or any(
        condition.name == "base_rate_at_least" for case in paint.cases for condition in case.when
    )


@lru_cache(maxsize=KEPT)
def _conditions(tables: Tables) -> frozenset[Condition]:
    """Return the distinct conditions of all cases: hundreds of cases name the same."""
    cases = (case for sheet in tables.all_sheets() for case in sheet.paint.cases)
    return frozenset(condition for case in cases for condition in case.when)


def _limits(conditions: Iterable[Condition]) -> set[Decimal]:
    limits = (c.limit for c in conditions if c.name == "value_at_most")
    return {limit for limit in limits if isinstance(limit, Decimal)}


def _claims(case: Case) -> frozenset[str]:
    return frozenset(condition.name for condition in case.when if condition.is_claim)


def _frees(part: Case | Paint) -> bool:
    return part.terms.duty.effect is Effect.FREE_ENTRY
