"""The distinct points of a file: every code, origin and day is looked up once, and their sheets.

Codes that lie under the same sheets are one class, and so are origins and days: a line is three
small numbers. The sheets over a line are the AND of its three classes, computed once for each
triple that occurs, and what they make of it once for each distinct set. Nothing here grows with
the number of lines; the tables of users' own text are capped by their callers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar

from tariffcalc.batch import turns
from tariffcalc.batch.formula import Levies, Steps, levies_of, steps_of_plan
from tariffcalc.catalogue.law import Cover, Law
from tariffcalc.catalogue.terms import Effect, LevyRate
from tariffcalc.engine.base import PARTNERS, BaseDuty, schedule_duty, turning_days
from tariffcalc.engine.levies import figures_on
from tariffcalc.engine.resolve import Facts, Stack, stack
from tariffcalc.values.days import LATEST
from tariffcalc.values.rates import Rate

Key = TypeVar("Key", bound=Hashable)


class Numbering(Generic[Key]):
    """Gives each distinct key the next number; append-only."""

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self._numbers: dict[Key, int] = {}

    def number(self, key: Key) -> int:
        """Return the number of a key, new or known."""
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.keys)
            self.keys.append(key)
        return found

    def clear(self) -> None:
        """Drop all keys: their numbers are given anew."""
        self.keys.clear()
        self._numbers.clear()


@dataclass(frozen=True, slots=True)
class Covers:
    """What covers a point under the law asked for, and under the law as it now stands."""

    then: Cover
    now: Cover


@dataclass(frozen=True, slots=True)
class Asked:
    """The facts of a line that a case may ask about, by class: what is equal here is one.

    Attributes:
        claims: Claims made.
        shipped: Class of the shipped date among the days that some case names; -1: not declared.
        entered: Class of the entry date among the days that some case names.
        segment: Class of the entry's value among the limits that some case names.
    """

    claims: frozenset[str]
    shipped: int
    entered: int
    segment: int


class Pile(NamedTuple):
    """What lies on top of some sets of sheets: the stack, its bits, whether it asks for a rate."""

    stack: Stack
    on_top: tuple[int, ...]
    asks_base: bool


class Points:
    """The resolved points of one importing country under one law."""

    def __init__(self, law: Law, importer: str) -> None:
        self.law = law
        self.importer = importer
        self.tables = law.tables(importer)
        self.code_classes: Numbering[tuple[int, int]] = Numbering()
        self.origin_classes: Numbering[int] = Numbering()
        self.day_classes: Numbering[tuple[int, int]] = Numbering()
        self.covers: Numbering[Covers] = Numbering()
        self._steps: dict[Hashable, tuple[Steps | None, Steps | None]] = {}
        self._piles: dict[Cover, Pile] = {}
        self._tops: dict[tuple[int, ...], Pile] = {}
        self._formulas: dict[Hashable, Steps | None] = {}
        self._distinct: dict[Steps, Steps] = {}
        self.resolved = 0
        self._base: dict[Hashable, BaseDuty] = {}
        self._rows: dict[str, tuple[int, ...]] = {}
        self._periods: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._phases = turning_days(law.store, self.tables, "")
        listed = (country for entry in law.store.column_2 for country in entry["origins"])
        self._told_apart = sorted({*PARTNERS[importer], *listed})
        self.shipped_days = turns.shipped_days(self.tables)
        self.entered_days = turns.entered_days(self.tables)
        self.value_limits = turns.value_limits(self.tables)
        self.schedule_days = turns.schedule_days(law.store, self.tables)
        self._limits = turns.limits_that_count(self.tables)
        self._asking = turns.sheets_on_base(self.tables)
        self._freeing = turns.free_entries(self.tables)

    def code_class(self, code: str) -> int:
        """Return the class of a code: all codes under the same sheets are one."""
        return self.code_classes.number(self.tables.goods(code))

    def origin_class(self, origin: str) -> int:
        """Return the class of an origin."""
        return self.origin_classes.number(self.tables.origin(origin))

    def day_class(self, day: date) -> int:
        """Return the class of an entry date, by the sheets that hold and count on it."""
        law = self.law
        edges = law.cover_on(self.importer, day), law.as_it_stands.cover_on(self.importer, day)
        return self.day_classes.number(edges)

    def cover(self, code_class: int, origin_class: int, day_class: int) -> int:
        """Return the number of the set of sheets over a triple of classes."""
        sure, perhaps = self.code_classes.keys[code_class]
        here = self.origin_classes.keys[origin_class]
        then, now = (edge & here for edge in self.day_classes.keys[day_class])
        return self.covers.number(
            Covers(Cover(sure & then, perhaps & then), Cover(sure & now, perhaps & now))
        )

    def asked(
        self, claims: frozenset[str], shipped: date | None, entered: date, value: Decimal
    ) -> Asked:
        """Return the class of a line's facts. `value` is that of its whole entry."""
        return Asked(
            claims, self.shipped_class(shipped), self.entered_class(entered), self.segment(value)
        )

    def shipped_class(self, day: date | None) -> int:
        """Return how many of the days that cases name are at or before a shipped date."""
        return -1 if day is None else bisect_right(self.shipped_days, day)

    def entered_class(self, day: date) -> int:
        """Return how many of the days that cases name are at or before an entry date."""
        return bisect_right(self.entered_days, day)

    def segment(self, value: Decimal) -> int:
        """Return how many of the limits that cases name are below an entry's value."""
        return sum(limit < value for limit in self.value_limits)

    def steps(self, cover: int, asked: Asked, duty: BaseDuty) -> tuple[Steps | None, Steps | None]:
        """Return what the measures take of such a line, then and as the law now stands.

        None stands for what is not a share of the value: the engine prices the line.
        """
        key = cover, asked, duty.rate if self.turns_on_base(cover) else None
        found = self._steps.get(key)
        if found is None:
            covers, facts = self.covers.keys[cover], self.facts(asked, duty)
            rate = key[2]
            found = (
                self._steps_under(self.law, covers.then, facts, duty, rate),
                self._steps_under(self.law.as_it_stands, covers.now, facts, duty, rate),
            )
            self._steps[key] = found
        return found

    def _steps_under(
        self, law: Law, cover: Cover, facts: Facts, duty: BaseDuty, rate: Rate | None
    ) -> Steps | None:
        """Return the formula of a set of sheets, made once for what lies on top and its answers.

        Equal formulas are one object.
        """
        pile = self._pile(law, cover)
        plan = pile.stack.plan(facts)
        key = pile.on_top, plan.answers, rate
        if key not in self._formulas:
            steps = steps_of_plan(law, plan, duty)
            self._formulas[key] = steps and self._distinct.setdefault(steps, steps)
            self.resolved += 1
        return self._formulas[key]

    def _pile(self, law: Law, cover: Cover) -> Pile:
        """Return what lies on top of a set of sheets, one object for all sets with the same.

        It does not turn on the day of knowledge: that decides which sheets are in the set.
        """
        found = self._piles.get(cover)
        if found is None:
            tops = law.tops(self.importer, cover)
            on_top = tuple(top.sheet.bit << 1 | top.doubtful for top in tops)
            found = self._tops.get(on_top)
            if found is None:
                asks = any(self._asking >> top.sheet.bit & 1 for top in tops)
                found = self._tops[on_top] = Pile(Stack(tops), on_top, asks)
            self._piles[cover] = found
        return found

    def turns_on_base(self, cover: int) -> bool:
        """Whether some sheet of a set asks for the base duty: a total, or a test of its rate."""
        then, now = self.covers.keys[cover].then, self.covers.keys[cover].now
        stands = self.law.as_it_stands
        return self._pile(self.law, then).asks_base or self._pile(stands, now).asks_base

    def base(self, code: str, origin: str, day: date, claimed: bool) -> BaseDuty:
        """Return the base duty of a code, looked up once for each period in which it is the same.

        Args:
            code: Digits of the classification.
            origin: ISO code.
            day: Entry date.
            claimed: Whether NAFTA or USMCA preference is claimed.
        """
        rows = self._rows.get(code) or self._find_rows(code)
        kind = self.base_kind(origin, claimed)
        # Beside the rows of the code count NAFTA or USMCA, and column 2 or not yet.
        phase = bisect_right(self._phases, day) if kind else 0
        key = code, rows[self.schedule_period(day)], phase, kind
        found = self._base.get(key)
        if found is None:
            partner = origin in PARTNERS[self.importer]
            found = self._base[key] = schedule_duty(
                self.law.store, self.tables, code, origin, day, claimed and partner
            )
        return found

    def _find_rows(self, code: str) -> tuple[int, ...]:
        """Return which row of the schedule holds for a code in each of its periods; -1: none."""
        rows = self.tables.base_rows(code[:8])
        found = [-1]
        for day in self.schedule_days:
            found.append(next((n for n, row in enumerate(rows) if day in row.period), -1))
        periods = tuple(found)
        self._rows[code] = self._periods.setdefault(periods, periods)
        return self._rows[code]

    def origin_kind(self, origin: str) -> int:
        """Return the number of an origin whose goods may have a base duty of their own, else 0."""
        return self._told_apart.index(origin) + 1 if origin in self._told_apart else 0

    def base_kind(self, origin: str, claimed: bool) -> int:
        """Return the number of an origin if its goods have a base duty of their own, else 0.

        Goods of a partner have one when the preference is claimed.
        """
        if origin in PARTNERS[self.importer] and not claimed:
            return 0
        return self.origin_kind(origin)

    def schedule_period(self, day: date) -> int:
        """Return the number of the period over which no base duty of the schedule changes."""
        return bisect_right(self.schedule_days, day)

    def turning_days(self) -> list[date]:
        """Return the days between which nothing that turns on the entry date alone changes."""
        law, tables = self.law, self.tables
        days = {*turns.law_days(law, self.importer), *turns.levy_days(tables)}
        return sorted({*days, *self.entered_days, *self.schedule_days})

    def levies_period(self, day: date) -> tuple[LevyRate | None, ...]:
        """Return the figures of all fees and taxes that hold on a day."""
        return tuple(figures_on(levy, day) for levy in self.tables.levies)

    def may_be_free(self, claims: frozenset[str]) -> bool:
        """Whether a line with these claims may enter free of all duty and fees."""
        return any(needed <= claims for needed in self._freeing)

    def limits_that_count(self, claims: frozenset[str]) -> list[Decimal]:
        """Return the limits of value at which what a line with these claims owes may turn."""
        rules = (limits for needed, limits in self._limits if needed <= claims)
        return sorted(frozenset[Decimal]().union(*rules))

    def frees(self, cover: int, asked: Asked, duty: BaseDuty) -> tuple[bool, bool]:
        """Return whether such a line enters free of all duty and fees, then and now."""
        law, covers, facts = self.law, self.covers.keys[cover], self.facts(asked, duty)
        return (
            _is_free(law, self.importer, covers.then, facts),
            _is_free(law.as_it_stands, self.importer, covers.now, facts),
        )

    def forget(self) -> None:
        """Drop what was found for single codes and sets of claims, however many there were."""
        self._base.clear()
        self._rows.clear()
        self._steps.clear()
        self._formulas.clear()
        self._distinct.clear()
        self._piles.clear()
        self._tops.clear()

    def facts(self, asked: Asked, duty: BaseDuty) -> Facts:
        """Return facts that stand for a whole class."""
        return Facts(
            asked.claims,
            frozenset(),
            _within(self.entered_days, asked.entered),
            None if asked.shipped < 0 else _within(self.shipped_days, asked.shipped),
            self.value_limits[asked.segment]
            if asked.segment < len(self.value_limits)
            else Decimal("1e15"),
            None if duty.rate is None else duty.rate.ad_valorem,
        )

    def levies(
        self, day: date, claims: frozenset[str], mode: str | None, province: str | None
    ) -> Levies:
        """Return the fees and taxes that a line of a day with these claims bears."""
        facts = Facts(claims, frozenset(), day, None, Decimal(0), None)
        return levies_of(self.tables.levies, facts, mode, province)


def _is_free(law: Law, importer: str, cover: Cover, facts: Facts) -> bool:
    settled = stack(law, importer, cover).plan(facts).settled
    return bool(settled) and settled[0].terms.duty.effect is Effect.FREE_ENTRY


def _within(days: list[date], place: int) -> date:
    """Return a day that has exactly `place` of the days at or before it."""
    if place < len(days):
        return days[place] - timedelta(days=1)
    return LATEST - timedelta(days=1)
