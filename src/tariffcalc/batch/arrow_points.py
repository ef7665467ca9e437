"""The points that rows make: two numbers make the next one, by tables asked for new pairs only.

Codes and origins meet in the sheets over both, those and the day in a spot, the spot and what is
declared in a plan. Number 0 is what the Python lane is to price.
"""

from __future__ import annotations

from datetime import date
from threading import RLock
from typing import Any, NamedTuple

import numpy as np

from tariffcalc.batch import remarks
from tariffcalc.batch.arrow_bases import BaseTables
from tariffcalc.batch.arrow_formulas import Formulas
from tariffcalc.batch.arrow_layers import Layers
from tariffcalc.batch.arrow_plans import PlanTables
from tariffcalc.batch.arrow_readings import Columns, Readings
from tariffcalc.batch.arrow_said import Said
from tariffcalc.batch.arrow_sets import distinct, numbered
from tariffcalc.batch.arrow_spots import SpotTables
from tariffcalc.batch.arrow_tables import Amounts, Grid, Ids, Records, each
from tariffcalc.batch.points import Points, Span, Spread

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
        bases: Base duties.
        chapters, origins, months: Currency and name, by number: what sums are made of.
    """

    def __init__(
        self, readings: Readings, formulas: Formulas, said: Said, width: int, lock: RLock
    ) -> None:
        """Begin with nothing known; no country has so many measures as `width`."""
        self.readings = readings
        self.formulas = formulas
        self._said = said.points
        self.goods = Records("group", "chapter", "course")
        self.sources = Records("group", "origin")
        self.chapters, self.origins, self.months = Records(), Records(), Records()
        self._borne = Records()
        self._shipped = Records()
        self._layers = Layers(readings.countries, width, self._said_there, lock)
        layers = [str(place) for place in range(width)]
        self._groups, self._touched = Records(*layers), Records(*layers)
        self._days = Records("period", "levies", *layers)
        self._meeting = SpotTables(self._layers, self._groups, self._touched, self._days, lock)
        self._spots = self._meeting.spots
        self._day_of_span: dict[tuple[int, int], int] = {}
        self._said_by: dict[tuple[int, bool, int], tuple[int, int, int]] = {}
        self.bases = BaseTables(readings.countries, self.sources, formulas, lock)
        self._plans = PlanTables(
            readings.countries, self._layers, self._spots, readings.claims, self._shipped,
            formulas, lock,
        )  # fmt: skip
        self._grids = {
            name: Grid(each(find), lock)
            for name, find in {
                "source": self._find_source, "month": self._find_month,
                "levies": self._find_levies, "vain": self._find_vain,
            }.items()
        }  # fmt: skip
        for name, find_all in {
            "goods": self._find_goods, "day": self._find_days, "shipped": self._find_shipped,
        }.items():  # fmt: skip
            self._grids[name] = Grid(find_all, lock)

    def find(self, columns: Columns, value: Amounts) -> Found:
        """Return what rows stand for; `value` is in ten-thousandths of their own currency."""
        readings, formulas, grid = self.readings, self.formulas, self.number
        manner = readings.manner(columns)
        country = readings.manners.of(manner, "country")
        claims = readings.manners.of(manner, "claims")
        claimed = readings.manners.of(manner, "claimed")
        entered = readings.number("entry_date", columns)
        left = readings.number("shipped_date", columns)
        day = grid("day", country, entered)
        late = readings.ordinal("shipped_date", left) > readings.ordinal("entry_date", entered)
        if late.any():
            day = np.where(late, 0, day)
        goods = grid("goods", country, readings.number("classification", columns))
        source = grid("source", country, readings.number("origin", columns))
        shipped = grid("shipped", country, left)
        group, touched = self.goods.of(goods, "group"), self.sources.of(source, "group")
        spot = self._meeting.numbers(group, touched, day)
        period = self._days.of(day, "period")
        course = self.goods.of(goods, "course")
        base = self.bases.numbers(course, source, claimed, period)
        declared = readings.manners.of(manner, "base")
        if declared.any():
            base = np.where(declared > 0, declared, base)
        kind = formulas.bases.of(base, "kind")
        return Found(
            goods,
            source,
            country,
            entered,
            self._plans.numbers(spot, kind, claims, shipped, self._segments(country, value)),
            base,
            grid("levies", self._days.of(day, "levies"), readings.manners.of(manner, "terms")),
            self._said_of(spot, source, claims, claimed),
        )

    def _said_of(self, spot: Ids, source: Ids, claims: Ids, claimed: Ids) -> Ids:
        """Return what is said of points."""
        said = self._spots.of(spot, "said")
        rows = np.flatnonzero(np.broadcast_to(claimed, said.shape) == 2)
        if rows.size:
            spot, source, claims = (
                np.broadcast_to(numbers, said.shape)[rows] for numbers in (spot, source, claims)
            )
            vain = self.number("vain", source, claims)
            after, gaps = (self._meeting.said(spot, name) for name in ("after", "gaps"))
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
        found = np.ones(np.broadcast(country, value).shape, np.intp)
        for number, points in enumerate(self.readings.countries, 1):
            for limit in points.limits:
                found += (country == number) & (value > limit)
        return found

    def _find_goods(self, countries: Ids, codes: Ids) -> Ids:
        """Goods of codes: their class, chapter and course of base duties."""
        names, found = self.readings.values["classification"].keys, np.zeros_like(codes)
        for country in distinct(countries).tolist():
            here = np.flatnonzero(countries == country)
            points, digits = self._points(country), [names[code] for code in codes[here].tolist()]
            spreads, groups = points.goods(digits), {}
            for spread in {id(spread): spread for spread in spreads}.values():
                groups[id(spread)] = self._layered(self._groups, country, spread)
            chapters = {
                chapter: self.chapters.number((points.currency, chapter))
                for chapter in {code[:2] for code in digits}
            }
            figures = (
                [groups[id(spread)] for spread in spreads],
                [chapters[code[:2]] for code in digits],
                self.bases.courses(country, digits),
            )
            keys = [(country, code) for code in digits]
            found[here] = self.goods.extend(np.array(figures).T, keys)
        return found

    def _layered(self, records: Records, country: int, spread: Spread) -> int:
        """Return the number of goods or origins that are one to the law."""
        key = country, *spread
        found = records.known(key)
        return found or records.number(key, *self._layers.of_spread(country, spread))

    def _find_source(self, country: int, origin: int) -> int:
        points = self._points(country)
        name = self.readings.values["origin"].keys[origin]
        group = self._layered(self._touched, country, points.source(name))
        number = self.origins.number((points.currency, name))
        return self.sources.number((country, name), group, number)

    def _find_days(self, countries: Ids, entered: Ids) -> Ids:
        """Entry dates: those of one span are one."""
        ordinals, found = self.readings.ordinal("entry_date", entered), np.zeros_like(entered)
        for country in distinct(countries).tolist():
            points = self._points(country)
            here = (countries == country) & (ordinals >= points.coverage.start.toordinal())
            turning = [day.toordinal() for day in points.turning]
            numbers, places = numbered(np.searchsorted(turning, ordinals[here], "right"))
            met = np.zeros_like(numbers)
            met[places] = ordinals[here]
            found[here] = np.array([self._day(country, day) for day in met.tolist()])[places]
        return found

    def _day(self, country: int, ordinal: int) -> int:
        span = self._points(country).span(date.fromordinal(ordinal))
        found = self._day_of_span.get((country, span.number))
        if found is None:
            found = self._day_of_span[country, span.number] = self._new_day(country, span)
        return found

    def _new_day(self, country: int, span: Span) -> int:
        """Spans of days that are one to the law."""
        key = country, *span[2:]
        found = self._days.known(key)
        if not found:
            borne = self._borne.number((country, span.levies))
            layers = self._layers.of_span(country, span)
            found = self._days.number(key, span.period + 1, borne, *layers)
        return found

    def _find_shipped(self, countries: Ids, left: Ids) -> Ids:
        """Shipped dates: those between two days that cases name are one, and so is none."""
        ordinals, found = self.readings.ordinal("shipped_date", left), np.zeros_like(left)
        for country in distinct(countries).tolist():
            here = countries == country
            days = [day.toordinal() for day in self._points(country).shipped_days]
            classes = np.searchsorted(days, ordinals[here], "right")
            met, places = numbered(np.where(ordinals[here] > 0, classes, -1))
            numbers = [self._shipped.number((country, class_)) for class_ in met.tolist()]
            found[here] = np.array(numbers)[places]
        return found

    def _find_month(self, country: int, month: int) -> int:
        return self.months.number(
            (self._points(country).currency, self.readings.months.keys[month])
        )

    def tell(self) -> None:
        """Tell the points of importing countries what sets of law were met."""
        for country, then, now in self._meeting.met():
            self._points(country).met(then, now)

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

    def _find_levies(self, borne: int, terms: int) -> int:
        """Days with the same figures, and terms of an entry: its fees and taxes."""
        country, figures = self._borne.keys[borne]
        _, claims, mode, province = self.readings.terms.keys[terms]
        points = self._points(country)
        day = next(span.first for span in points.spans.values() if span.levies == figures)
        return self.formulas.charged(points.levies(day, claims, mode, province))
