"""The points that rows make: two numbers make the next one, by tables asked for new pairs only.

Codes and origins meet in the sheets over both, those and the day in a spot, the spot and what is
declared in a plan. Number 0 is what the Python lane is to price.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from threading import RLock
from typing import Any, NamedTuple

import numpy as np

from tariffcalc.batch import remarks
from tariffcalc.batch.arrow_formulas import Formulas
from tariffcalc.batch.arrow_readings import Columns, Readings
from tariffcalc.batch.arrow_said import NONE, Said
from tariffcalc.batch.arrow_tables import Amounts, Grid, Ids, Records
from tariffcalc.batch.points import Asked
from tariffcalc.engine.base import PARTNERS, USMCA_IN_FORCE

NOBODY = frozenset[str]()


class Found(NamedTuple):
    """What each row stands for, by number. A 0 is what this lane does not answer."""

    goods: Ids
    source: Ids
    country: Ids
    entered: Ids
    manner: Ids
    shipped: Ids
    plan: Ids
    base: Ids
    levies: Ids
    said: Ids

    def answered(self) -> Any:
        """Return which rows this lane answers."""
        return (self.plan > 0) & (self.base > 0) & (self.levies > 0) & (self.said > 0)


class PointTables:
    """Finds what rows stand for, and keeps it.

    Attributes:
        goods: Country and code, by number, with the number of their class and chapter.
        sources: Country and origin, with the number of their class and of the origin.
        chapters, origins: Currency and name, by number: what sums are made of.
    """

    def __init__(
        self,
        readings: Readings,
        formulas: Formulas,
        said: Said,
        column_2_days: Sequence[date],
        lock: RLock,
    ) -> None:
        """Begin with nothing known; on `column_2_days` countries begin or cease to pay column 2."""
        self.readings = readings
        self.formulas = formulas
        self._said = said.points
        self.goods = Records("group", "chapter")
        self.sources = Records("group", "origin")
        self.chapters, self.origins = Records(), Records()
        self._days = Records("period")
        self._first_of_day: dict[int, date] = {}
        self._first_of_period: dict[tuple[int, int], date] = {}
        self._shipped = Records()
        self._groups, self._touched = Records(), Records()
        self._pairs, self._spots = Records(), Records("after", "gaps", "said")
        self._classes: dict[int, tuple[int, int]] = {}
        self._sheets: dict[Any, tuple[int, int]] = {}
        self._spot_numbers: dict[Any, int] = {}
        self._kinds, self._histories = Records(), Records()
        self._duties: dict[Any, int] = {}
        self._column_2_days = column_2_days
        self._based, self._asks, self._sizes = Records(), Records(), Records()
        self._grids = {
            name: Grid(find, lock)
            for name, find in {
                "goods": self._find_goods, "source": self._find_source, "day": self._find_day,
                "shipped": self._find_shipped,
                "pair": self._find_pair, "spot": self._find_spot, "kind": self._find_kind,
                "history": self._find_history, "base": self._find_base, "ask": self._find_ask,
                "size": self._find_size, "based": self._find_based, "plan": self._find_plan,
                "levies": self._find_levies, "vain": self._find_vain,
            }.items()
        }  # fmt: skip

    def find(self, columns: Columns, value: Amounts) -> Found:
        """Return what rows stand for; `value` is in ten-thousandths of their own currency."""
        readings, formulas, grid = self.readings, self.formulas, self.number
        manner = readings.manner(columns)
        country = readings.manners.ids(manner, "country")
        claims = readings.manners.ids(manner, "claims")
        claimed = readings.manners.ids(manner, "claimed")
        entered = readings.number("entry_date", columns)
        left = readings.number("shipped_date", columns)
        day = grid("day", country, entered)
        late = readings.ordinal("shipped_date", left) > readings.ordinal("entry_date", entered)
        if late.any():
            day = np.where(late, 0, day)
        goods = grid("goods", country, readings.number("classification", columns))
        source = grid("source", country, readings.number("origin", columns))
        shipped = grid("shipped", country, left)
        pair = grid("pair", self.goods.ids(goods, "group"), self.sources.ids(source, "group"))
        spot = grid("spot", pair, day)
        history = grid("history", goods, grid("kind", source, claimed))
        base = grid("base", history, self._days.ids(day, "period"))
        declared = readings.manners.ids(manner, "base")
        if declared.any():
            base = np.where(declared > 0, declared, base)
        based = grid("based", spot, formulas.bases.ids(base, "by_rate"))
        size = grid("size", grid("ask", claims, shipped), self._segments(country, value))
        return Found(
            goods,
            source,
            country,
            entered,
            manner,
            left,
            grid("plan", based, size),
            base,
            grid("levies", day, readings.manners.ids(manner, "terms")),
            self._said_of(spot, source, claims, claimed),
        )

    def _said_of(self, spot: Ids, source: Ids, claims: Ids, claimed: Ids) -> Ids:
        """Return what is said of points."""
        said = self._spots.ids(spot, "said")
        rows = np.flatnonzero(np.broadcast_to(claimed, said.shape) == 2)
        if rows.size:
            spot, source, claims = (
                np.broadcast_to(numbers, said.shape)[rows] for numbers in (spot, source, claims)
            )
            vain = self.number("vain", source, claims)
            after, gaps = self._spots.ids(spot, "after"), self._spots.ids(spot, "gaps")
            said[rows] = self._said.joined(self._said.joined(after, vain), gaps)
        return said

    def number(self, grid: str, first: Any, second: Any) -> Ids:
        """Return the number of each pair of numbers in a table."""
        return self._grids[grid].numbers(first, second)

    def _segments(self, country: Ids, value: Amounts) -> Ids:
        """Return how many of the limits of its country each value is above, plus one."""
        found = np.ones(np.broadcast(country, value).shape, np.int32)
        for number, lane in enumerate(self.readings.lanes, 1):
            for limit in lane.limits:
                found += (country == number) & (value > limit)
        return found

    def _find_goods(self, country: int, code: int) -> int:
        lane = self.readings.lanes[country - 1]
        digits = self.readings.values["classification"].keys[code]
        group = country, lane.points.code_class(digits), lane.gaps.code(digits)
        chapter = self.chapters.number((lane.currency, digits[:2]))
        return self.goods.number((country, digits), self._groups.number(group), chapter)

    def _find_source(self, country: int, origin: int) -> int:
        lane = self.readings.lanes[country - 1]
        name = self.readings.values["origin"].keys[origin]
        group = country, lane.points.origin_class(name), lane.gaps.origin(name)
        number = self.origins.number((lane.currency, name))
        return self.sources.number((country, name), self._touched.number(group), number)

    def _find_day(self, country: int, entered: int) -> int:
        lane = self.readings.lanes[country - 1]
        points, day = lane.points, self.readings.values["entry_date"].keys[entered]
        if day < lane.coverage.start:
            return 0
        period = points.schedule_period(day) + 1
        key = (
            country, points.day_class(day), points.entered_class(day), lane.gaps.day(day),
            day > lane.coverage.end, points.levies_period(day), period,
        )  # fmt: skip
        found = self._days.number(key, period)
        self._first_of_day.setdefault(found, day)
        self._first_of_period.setdefault((country, period), day)
        return found

    def _find_shipped(self, country: int, left: int) -> int:
        day = self.readings.values["shipped_date"].keys[left]
        points = self.readings.lanes[country - 1].points
        return self._shipped.number((country, points.shipped_class(day)))

    def _find_pair(self, group: int, touched: int) -> int:
        """Codes and origins: the sheets and gaps over both."""
        country, code_class, code_gaps = self._groups.keys[group]
        _, origin_class, origin_gaps = self._touched.keys[touched]
        points = self.readings.lanes[country - 1].points
        here = points.origin_classes.keys[origin_class]
        sure, perhaps = points.code_classes.keys[code_class]
        found = self._pairs.number((country, sure & here, perhaps & here, code_gaps & origin_gaps))
        self._classes.setdefault(found, (code_class, origin_class))
        return found

    def _find_spot(self, pair: int, day: int) -> int:
        """A pair on a day: the sheets over it then and now, and what is to be said of it."""
        country, sure, perhaps, gaps = self._pairs.keys[pair]
        _, day_class, entered, day_gaps, is_after, _, _ = self._days.keys[day]
        lane = self.readings.lanes[country - 1]
        then, now = lane.points.day_classes.keys[day_class]
        key = country, sure & then, perhaps & then, sure & now, perhaps & now
        sheets = self._sheets.get(key)
        if sheets is None:
            alike = self.readings.alike[country - 1]
            sheets = self._sheets[key] = alike.number(*key[1:3]), alike.number(*key[3:])
            lane.points.cover(*self._classes[pair], day_class)
        point = country, *sheets, entered, gaps & day_gaps, is_after
        found = self._spot_numbers.get(point)
        if found is None:
            followed = lane.coverage.end if is_after else None
            after = self._said.say(remarks.of_point(lane.importer, "", NOBODY, followed, ()))
            titles = lane.gaps.titles(gaps & day_gaps)
            missing = self._said.say(remarks.of_point(lane.importer, "", NOBODY, None, titles))
            both = int(self._said.joined(np.array([after]), np.array([missing]))[0])
            found = self._spots.number((*point[:4], after, missing), after, missing, both)
            self._spot_numbers[point] = found
        return found

    def _find_vain(self, source: int, claims: int) -> int:
        """An origin and claims: whether a claim has no effect there."""
        country, origin = self.sources.keys[source]
        lane = self.readings.lanes[country - 1]
        made = self.readings.claims.keys[claims][1]
        return self._said.say(remarks.of_point(lane.importer, origin, made, None, ()))

    def _find_kind(self, source: int, claimed: int) -> int:
        """An origin and a claim: those with equal base duties are one."""
        country, origin = self.sources.keys[source]
        lane = self.readings.lanes[country - 1]
        if lane.points.base_kind(origin, claimed == 2):
            is_claimed = claimed == 2 and origin in PARTNERS[lane.importer]
            return self._kinds.number((country, origin, is_claimed))
        return self._kinds.number((country, "", False))

    def _find_history(self, goods: int, kind: int) -> int:
        return self._histories.number((goods, kind))

    def _find_base(self, history: int, period: int) -> int:
        """Goods of a kind of origin in a period of the schedule: the base duty."""
        goods, kind = self._histories.keys[history]
        country, origin, claimed = self._kinds.keys[kind]
        digits = self.goods.keys[goods][1]
        day = self._first_of_period[country, period]
        points = self.readings.lanes[country - 1].points
        row = points.tables.base_row(digits[:8], day)
        start = row and row.period.start
        if not origin:  # the general rate is that of eight digits, as long as the row holds
            key: tuple[object, ...] = country, digits[:8], start
        elif claimed:  # a preference turns on the agreement too
            key = country, digits, start, origin, day >= USMCA_IN_FORCE
        else:  # column 2, while its country pays it
            key = country, digits[:8], start, origin, bisect_right(self._column_2_days, day)
        found = self._duties.get(key)
        if found is None:
            found = self.formulas.base(points.base(digits, origin, day, claimed))
            self._duties[key] = found
        return found

    def _find_based(self, spot: int, by_rate: int) -> int:
        """A spot and a rate of base duty, where the spot turns on it."""
        country, then, now, entered, _, _ = self._spots.keys[spot]
        alike = self.readings.alike[country - 1]
        turns = alike.turns_on_base(then) or alike.turns_on_base(now)
        return self._based.number((country, then, now, entered, by_rate if turns else NONE))

    def _find_ask(self, claims: int, shipped: int) -> int:
        return self._asks.number((claims, shipped))

    def _find_size(self, ask: int, segment: int) -> int:
        return self._sizes.number((ask, segment - 1))

    def _find_plan(self, based: int, size: int) -> int:
        """Sheets and what is declared: the formula then and now."""
        country, then, now, entered, by_rate = self._based.keys[based]
        ask, segment = self._sizes.keys[size]
        claims, shipped = self._asks.keys[ask]
        made, left = self.readings.claims.keys[claims][1], self._shipped.keys[shipped][1]
        asked, duty = Asked(made, left, entered, segment), self.formulas.duties[by_rate]
        alike = self.readings.alike[country - 1]
        first = alike.steps(then, asked, duty, by_rate)
        second = first if now == then else alike.steps(now, asked, duty, by_rate)
        return self.formulas.plan(first, second, (country, then))

    def _find_levies(self, day: int, terms: int) -> int:
        country, claims, mode, province = self.readings.terms.keys[terms]
        points = self.readings.lanes[country - 1].points
        levies = points.levies(self._first_of_day[day], claims, mode, province)
        return self.formulas.charged(levies)
