"""The distinct points of a file: every code, origin and day is looked up once, and their sheets.

Codes that lie under the same sheets are one class, and so are origins and days: a line is three
small numbers. The sheets over a line are the AND of its three classes, looked at once for each
set that occurs. Nothing here grows with the number of lines; the tables of users' own text are
capped by their callers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from tariffcalc.batch import turns
from tariffcalc.batch.formula import VALUE_UNIT, Levies, levies_of, whole
from tariffcalc.batch.parts import NO_BASE, Asked
from tariffcalc.batch.piles import Piles
from tariffcalc.batch.remarks import Gaps
from tariffcalc.batch.schedule import Schedule
from tariffcalc.catalogue.goods import GoodsIndex
from tariffcalc.catalogue.law import Law
from tariffcalc.catalogue.tables import Tables
from tariffcalc.engine.charges import doubt
from tariffcalc.engine.levies import figures_on
from tariffcalc.engine.resolve import Facts
from tariffcalc.values.days import LATEST
from tariffcalc.values.rates import Rate

WORD = 1 << 64
"""Marks are sums in so many numbers, as NumPy adds them up."""

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


class Spread(NamedTuple):
    """Codes or origins that are one to the law: the sheets and the gaps that hold them.

    Attributes:
        sheets: Packed as `Points.pack` does.
        gaps: What the catalogue does not hold of them, as bits.
    """

    sheets: int
    gaps: int


class Span(NamedTuple):
    """The entry dates from one day on which something turns to the next.

    Attributes:
        number: Of the span.
        first: Its first day that is covered.
        sheets: Those that hold and count, packed.
        gaps: What the catalogue does not hold then, as bits.
        period: That of the schedule.
        levies: Class of days with the same figures of fees and taxes.
        entered: Class among the days that some case names.
        is_late: Whether the law was not followed up to them.
    """

    number: int
    first: date
    sheets: int
    gaps: int
    period: int
    levies: int
    entered: int
    is_late: bool


class Points:
    """The points of one importing country under one law.

    Attributes:
        value_limits: The values of an entry above which some case no longer holds.
        limits: The same in ten-thousandths.
        spans: Those met so far, by number; of some that are one to the law, the first met.
        turning: The days between which nothing that turns on the entry date alone changes.
    """

    def __init__(self, law: Law, importer: str) -> None:
        self.law = law
        self.importer = importer
        self.tables = law.tables(importer)
        self.coverage = self.tables.coverage
        self.currency = self.tables.currency
        self.gaps = Gaps(law.store, importer)
        self._goods = _goods_index(self.tables)
        self._spreads: dict[tuple[int, int], Spread] = {}
        self.schedule = Schedule(law, importer)
        self.piles = Piles(law, importer, self.facts)
        self.shipped_days = turns.shipped_days(self.tables)
        self.entered_days = turns.entered_days(self.tables)
        self.value_limits = turns.value_limits(self.tables)
        limits = (whole(limit, VALUE_UNIT) for limit in self.value_limits)
        self.limits = [limit for limit in limits if limit is not None]
        self._limits = turns.limits_that_count(self.tables)
        self._base_rates = turns.base_rates(self.tables)
        self._freeing = turns.free_entries(self.tables)
        self._size = max((head.past for head in self.tables.measures), default=0)
        self.turning = self.turning_days()
        self.spans: dict[int, Span] = {}
        self._alike: dict[Hashable, Span] = {}
        self._levies: Numbering[Hashable] = Numbering()
        self._met: set[tuple[int, int]] = set()

    def goods(self, codes: Iterable[str]) -> list[Spread]:
        """Return what holds goods of some codes; codes that are one to the law have one object."""
        number, gaps, spreads = self._goods.number, self.gaps.code, self._spreads
        found = []
        for code in codes:
            key = number(code), gaps(code)
            spread = spreads.get(key)
            if spread is None:
                sure, perhaps = self._goods.sheets(key[0])
                spread = Spread(self.pack((sure, perhaps, sure, perhaps)), key[1])
                spreads[key] = spread
            found.append(spread)
        return found

    def source(self, origin: str) -> Spread:
        """Return what holds goods of an origin."""
        return Spread(self.pack((self.tables.origin(origin),) * 4), self.gaps.origin(origin))

    def span(self, day: date) -> Span:
        """Return the span of an entry date.

        Raises:
            KeyError: when it is not covered.
        """
        if day < self.coverage.start:
            raise KeyError(day)
        number = bisect_right(self.turning, day)
        found = self.spans.get(number)
        if found is None:
            new = self._find_span(number, day)
            found = self.spans[number] = self._alike.setdefault(new[2:], new)
        return found

    def _find_span(self, number: int, day: date) -> Span:
        law, first = self.law, self.turning[number - 1] if number else day
        then, now = law.cover_on(self.importer, day), law.as_it_stands.cover_on(self.importer, day)
        return Span(
            number,
            max(first, self.coverage.start),
            self.pack((then, then, now, now)),
            self.gaps.day(day),
            self.schedule.period(day),
            self._levies.number(tuple(figures_on(levy, day) for levy in self.tables.levies)),
            self.entered_class(day),
            day > self.coverage.end,
        )

    def over(self, sheets: int) -> tuple[int, int]:
        """Return the piles of some packed sheets, then and as the law now stands."""
        then, perhaps, now, perhaps_now = self.parted(sheets)
        first = last = self.piles.number(then, perhaps)
        if (then, perhaps) != (now, perhaps_now):
            last = self.piles.number(now, perhaps_now)
        self.met(self.piles.mark(first), self.piles.mark(last))
        return first, last

    def met(self, then: int, now: int) -> None:
        """Keep in mind that a point has sheets with these marks, then and as the law now stands."""
        self._met.add((then % WORD, now % WORD))

    @property
    def covers(self) -> set[int]:
        """Hashes of the distinct sets of law that were met, for all that share a file."""
        return {hash((self.importer, *marks)) for marks in self._met}

    def pack(self, parts: Sequence[int]) -> int:
        """Put four sets of sheets into one: sure and perhaps there then, sure and perhaps now."""
        packed = 0
        for part in reversed(parts):
            packed = packed << self._size | part
        return packed

    def parted(self, sheets: int) -> tuple[int, int, int, int]:
        """Return the four sets of some packed sheets."""
        size = self._size
        every = (1 << size) - 1
        return (
            sheets & every, sheets >> size & every, sheets >> 2 * size & every, sheets >> 3 * size
        )  # fmt: skip

    def shipped_class(self, day: date | None) -> int:
        """Return how many of the days that cases name are at or before a shipped date."""
        return -1 if day is None else bisect_right(self.shipped_days, day)

    def entered_class(self, day: date) -> int:
        """Return how many of the days that cases name are at or before an entry date."""
        return bisect_right(self.entered_days, day)

    def turning_days(self) -> list[date]:
        """Return the days between which nothing that turns on the entry date alone changes."""
        law, tables = self.law, self.tables
        days = {*turns.law_days(law, self.importer), *turns.levy_days(tables), *self.gaps.days()}
        days |= {*self.entered_days, *self.schedule.days, self.coverage.end + timedelta(days=1)}
        return sorted(days)

    def may_be_free(self, claims: frozenset[str]) -> bool:
        """Whether a line with these claims may enter free of all duty and fees."""
        return any(needed <= claims for needed in self._freeing)

    def limits_that_count(self, claims: frozenset[str]) -> list[Decimal]:
        """Return the limits of value at which what a line with these claims owes may turn."""
        rules = (limits for needed, limits in self._limits if needed <= claims)
        return sorted(frozenset[Decimal]().union(*rules))

    def segment(self, value: int) -> int:
        """Return how many of the limits that cases name are below a value in ten-thousandths."""
        return sum(limit < value for limit in self.limits)

    def base_class(self, rate: Rate | None) -> int:
        """Return how many of the rates of base duty that cases name are at or below a rate."""
        return NO_BASE if rate is None else bisect_right(self._base_rates, rate.ad_valorem)

    def facts(self, asked: Asked) -> Facts:
        """Return facts that stand for a whole class."""
        limits, rate = self.value_limits, None
        if asked.base != NO_BASE:
            rate = self._base_rates[asked.base - 1] if asked.base else Decimal(0)
        return Facts(
            asked.claims,
            frozenset(),
            _within(self.entered_days, asked.entered),
            None if asked.shipped < 0 else _within(self.shipped_days, asked.shipped),
            limits[asked.segment] if asked.segment < len(limits) else Decimal("1e15"),
            rate,
        )

    def doubt(self, code: str, sheet: int) -> str:
        """Say why it is open whether a sheet lies over goods of a code."""
        return doubt(self.law, code, self.tables.sheet(sheet))

    def levies(
        self, day: date, claims: frozenset[str], mode: str | None, province: str | None
    ) -> Levies:
        """Return the fees and taxes that a line of a day with these claims bears."""
        return levies_of(self.tables.levies, day, claims, mode, province)

    def forget(self) -> None:
        """Drop what was found for single sets of claims, however many there were."""
        self.piles.forget()


@lru_cache(maxsize=turns.KEPT)
def _goods_index(tables: Tables) -> GoodsIndex:
    return GoodsIndex(tables)


def _within(days: list[date], place: int) -> date:
    """Return a day that has exactly `place` of the days at or before it."""
    if place < len(days):
        return days[place] - timedelta(days=1)
    return LATEST - timedelta(days=1)
