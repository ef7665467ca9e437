"""The points that rows make: two numbers make the next one, by tables asked for new pairs only.

Codes and origins meet in the sheets over both, those and the day in a spot, the spot and what is
declared in a plan. Number 0 is what the Python lane is to price.
"""

from __future__ import annotations

from threading import RLock
from typing import Any, NamedTuple

import numpy as np

from tariffcalc.batch import remarks
from tariffcalc.batch.arrow_bases import BaseTables
from tariffcalc.batch.arrow_bits import BitSets
from tariffcalc.batch.arrow_formulas import BASES, Formulas
from tariffcalc.batch.arrow_readings import Columns, Readings
from tariffcalc.batch.arrow_said import Said
from tariffcalc.batch.arrow_tables import Amounts, Grid, Ids, Records, each
from tariffcalc.batch.piles import Asked
from tariffcalc.batch.points import Points, Span

NOBODY = frozenset[str]()


class Found(NamedTuple):
    """What each row stands for, by number. A 0 is what this lane does not answer."""

    goods: Ids
    source: Ids
    country: Ids
    entered: Ids
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
        chapters, origins, months: Currency and name, by number: what sums are made of.
    """

    def __init__(self, readings: Readings, formulas: Formulas, said: Said, lock: RLock) -> None:
        """Begin with nothing known."""
        self.readings = readings
        self.formulas = formulas
        self._said = said.points
        self.goods = Records("group", "chapter")
        self.sources = Records("group", "origin")
        self.chapters, self.origins, self.months = Records(), Records(), Records()
        self._days = Records("period", "levies")
        self._spans: list[Span | None] = [None]
        self._borne = Records()
        self._shipped = Records()
        self._groups, self._touched = Records(), Records()
        self._pairs, self._spots = Records(), Records("after", "gaps", "said")
        self._pair_bits, self._day_bits = BitSets(), BitSets()
        self._spot_of_bits: dict[bytes, int] = {}
        self._said_by: dict[tuple[int, bool, int], tuple[int, int, int]] = {}
        self._bases = BaseTables(readings.countries, self.sources, formulas, lock)
        self._based, self._asks, self._sizes = Records(), Records(), Records()
        self._grids = {
            name: Grid(each(find), lock)
            for name, find in {
                "goods": self._find_goods, "source": self._find_source, "day": self._find_day,
                "shipped": self._find_shipped, "month": self._find_month,
                "pair": self._find_pair,
                "ask": self._find_ask, "size": self._find_size,
                "based": self._find_based, "plan": self._find_plan,
                "levies": self._find_levies, "vain": self._find_vain,
            }.items()
        }  # fmt: skip
        self._grids["spot"] = Grid(self._find_spots, lock)

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
        period = self._days.ids(day, "period")
        base = self._bases.numbers(goods, source, claimed, period)
        declared = readings.manners.ids(manner, "base")
        if declared.any():
            base = np.where(declared > 0, declared, base)
        based = grid("based", spot, formulas.bases.ids(base, "kind"))
        size = grid("size", grid("ask", claims, shipped), self._segments(country, value))
        return Found(
            goods,
            source,
            country,
            entered,
            grid("plan", based, size),
            base,
            grid("levies", self._days.ids(day, "levies"), readings.manners.ids(manner, "terms")),
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

    @property
    def currencies(self) -> list[tuple[str, str] | None]:
        """The currency of each importing country, by its number."""
        return [None, *((points.currency, "") for points in self.readings.countries)]

    def doubt(self, goods: int, sheet: int) -> str:
        """Say why it is open whether a sheet lies over goods, by number."""
        country, digits = self.goods.keys[goods]
        return self._points(country).doubt(digits, sheet)

    def _points(self, country: int) -> Points:
        return self.readings.countries[country - 1]

    def _segments(self, country: Ids, value: Amounts) -> Ids:
        """Return how many of the limits of its country each value is above, plus one."""
        found = np.ones(np.broadcast(country, value).shape, np.int32)
        for number, points in enumerate(self.readings.countries, 1):
            for limit in points.limits:
                found += (country == number) & (value > limit)
        return found

    def _find_goods(self, country: int, code: int) -> int:
        points = self._points(country)
        digits = self.readings.values["classification"].keys[code]
        group = self._groups.number((country, *points.goods(digits)))
        chapter = self.chapters.number((points.currency, digits[:2]))
        found = self.goods.number((country, digits), group, chapter)
        self._bases.lay_rows(found, country, digits)
        return found

    def _find_source(self, country: int, origin: int) -> int:
        points = self._points(country)
        name = self.readings.values["origin"].keys[origin]
        group = self._touched.number((country, *points.source(name)))
        number = self.origins.number((points.currency, name))
        return self.sources.number((country, name), group, number)

    def _find_day(self, country: int, entered: int) -> int:
        day = self.readings.values["entry_date"].keys[entered]
        try:
            span = self._points(country).span(day)
        except KeyError:
            return 0
        borne = self._borne.number((country, span.levies))
        found = self._days.number((country, *span[2:]), span.period + 1, borne)
        if found == len(self._spans):
            self._spans.append(span)
            rest = span.entered << 1 | span.is_late
            bits = self._points(country).bits(country, span.sheets, span.gaps, rest)
            self._day_bits.add(bits)
        return found

    def _find_shipped(self, country: int, left: int) -> int:
        day = self.readings.values["shipped_date"].keys[left]
        return self._shipped.number((country, self._points(country).shipped_class(day)))

    def _find_month(self, country: int, month: int) -> int:
        return self.months.number(
            (self._points(country).currency, self.readings.months.keys[month])
        )

    def _find_pair(self, group: int, touched: int) -> int:
        """Codes and origins: the sheets and gaps over both."""
        country, sheets, gaps = self._groups.keys[group]
        _, here, also = self._touched.keys[touched]
        key = country, sheets & here, gaps & also
        found = self._pairs.number(key)
        if found == self._pair_bits.count:
            self._pair_bits.add(self._points(country).bits(*key))
        return found

    def _find_spots(self, pairs: Ids, days: Ids) -> list[int]:
        """Pairs on a day. Many of them are over the same sheets: most are known by their bits."""
        known, found = self._spot_of_bits, []
        common = self._pair_bits.common(self._day_bits, pairs, days)
        for bits, pair, day in zip(common, pairs.tolist(), days.tolist(), strict=True):
            spot = known.get(bits)
            if spot is None:
                spot = known[bits] = self._new_spot(pair, day)
            found.append(spot)
        return found

    def _new_spot(self, pair: int, day: int) -> int:
        """The piles over a pair on a day, then and now, and what is to be said of it."""
        country, sheets, gaps = self._pairs.keys[pair]
        span = self._spans[day]
        assert span is not None
        then, now = self._points(country).over(sheets & span.sheets)
        after, missing, both = self._said_there(country, span.is_late, gaps & span.gaps)
        key = country, then, now, span.entered, after, missing
        return self._spots.number(key, after, missing, both)

    def _said_there(self, country: int, is_late: bool, gaps: int) -> tuple[int, int, int]:
        """What is said of a day, of gaps, and of both."""
        key = country, is_late, gaps
        found = self._said_by.get(key)
        if found is None:
            points, said = self._points(country), self._said
            followed = points.coverage.end if is_late else None
            after = said.say(remarks.of_point(points.importer, "", NOBODY, followed, ()))
            titles = points.gaps.titles(gaps)
            missing = said.say(remarks.of_point(points.importer, "", NOBODY, None, titles))
            found = self._said_by[key] = after, missing, said.join(after, missing)
        return found

    def _find_vain(self, source: int, claims: int) -> int:
        """An origin and claims: whether a claim has no effect there."""
        country, origin = self.sources.keys[source]
        made = self.readings.claims.keys[claims][1]
        return self._said.say(
            remarks.of_point(self._points(country).importer, origin, made, None, ())
        )

    def _find_based(self, spot: int, kind: int) -> int:
        """A spot and a class of base duty, where the spot turns on it."""
        country, then, now, entered, _, _ = self._spots.keys[spot]
        piles = self._points(country).piles
        turns = piles.turns_on_base(then) or piles.turns_on_base(now)
        return self._based.number((country, then, now, entered, kind - BASES if turns else 0))

    def _find_ask(self, claims: int, shipped: int) -> int:
        return self._asks.number((claims, shipped))

    def _find_size(self, ask: int, segment: int) -> int:
        claims, shipped = self._asks.keys[ask]
        made, left = self.readings.claims.keys[claims][1], self._shipped.keys[shipped][1]
        return self._sizes.number((made, left, segment - 1))

    def _find_plan(self, based: int, size: int) -> int:
        """Sheets and what is declared: the formula then and now."""
        country, then, now, entered, base = self._based.keys[based]
        made, left, segment = self._sizes.keys[size]
        asked, piles = Asked(made, left, entered, segment, base), self._points(country).piles
        first = piles.steps(then, asked)
        return self.formulas.plan(first, first if now == then else piles.steps(now, asked))

    def _find_levies(self, borne: int, terms: int) -> int:
        """Days with the same figures, and terms of an entry: its fees and taxes."""
        country, figures = self._borne.keys[borne]
        _, claims, mode, province = self.readings.terms.keys[terms]
        points = self._points(country)
        day = next(span.first for span in points.spans.values() if span.levies == figures)
        return self.formulas.charged(points.levies(day, claims, mode, province))
