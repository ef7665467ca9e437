"""The points that rows make: two numbers make the next one, by tables asked for new pairs only.

Codes and origins meet in the sheets over both, those and the day in a spot, the spot and what is
declared in a plan. Number 0 is what the Python lane is to price.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import RLock
from typing import Any, NamedTuple

import numpy as np

from tariffcalc.batch import remarks
from tariffcalc.batch.arrow_bases import BaseTables
from tariffcalc.batch.arrow_formulas import Formulas
from tariffcalc.batch.arrow_layers import Layers
from tariffcalc.batch.arrow_plans import PlanTables
from tariffcalc.batch.arrow_readings import Readings
from tariffcalc.batch.arrow_said import Said
from tariffcalc.batch.arrow_seen import Seen, SeenTables
from tariffcalc.batch.arrow_spots import SpotTables
from tariffcalc.batch.arrow_tables import Amounts, Grid, Ids, Records, each
from tariffcalc.batch.points import Points

NOBODY = frozenset[str]()


class Found(NamedTuple):
    """What each row stands for, by number. A 0 is what this lane does not answer."""

    goods: Ids
    source: Ids
    country: Ids
    entered: Ids
    spot: Ids
    plan: Ids
    base: Ids
    levies: Ids
    said: Ids
    told: Ids

    def answered(self) -> Any:
        """Return which rows this lane answers."""
        return (self.plan > 0) & (self.base > 0) & (self.levies > 0) & (self.said > 0)


class PointTables:
    """Finds what rows stand for, and keeps it.

    Attributes:
        seen: What single columns say.
        bases: Base duties.
    """

    def __init__(
        self, readings: Readings, formulas: Formulas, said: Said, width: int, lock: RLock
    ) -> None:
        """Begin with nothing known; no country has so many measures as `width`."""
        self.readings = readings
        self.formulas = formulas
        self._said = said.points
        self._layers = Layers(readings.countries, width, self._said_there, lock)
        self.sources = Records("group", "origin")
        self.bases = BaseTables(readings.countries, self.sources, formulas, lock)
        self.seen = seen = SeenTables(
            readings, formulas, self._layers, self.bases.courses, self.sources, lock
        )
        self._meeting = SpotTables(self._layers, seen.groups, seen.touched, seen.days, lock)
        self._spots = self._meeting.spots
        self._said_by: dict[tuple[int, bool, int], tuple[int, int, int]] = {}
        self._plans = PlanTables(
            readings.countries, self._layers, self._spots, readings.claims, seen.shipped,
            formulas, lock,
        )  # fmt: skip
        self._vain = Grid(each(self._find_vain), lock)

    def find(self, seen: Seen, value: Amounts) -> Found:
        """Return what rows stand for.

        Args:
            seen: What they say.
            value: Of their entries, in ten-thousandths of the importing country's currency.
        """
        spot, base = self._laid_over(seen)
        kind = self.formulas.bases.of(base, "kind")
        size = self._segments(seen.country, value)
        return Found(
            seen.goods,
            seen.source,
            seen.country,
            seen.entered,
            spot,
            self._plans.numbers(spot, kind, seen.claims, seen.shipped, size),
            base,
            seen.levies,
            self._said_of(spot, seen.source, seen.claims, seen.claimed),
            seen.told,
        )

    def turn_on_base(self, spots: Ids) -> Any:
        """Return at which spots what lies over them turns on the base duty."""
        return self._spots.of(spots, "turns") > 0

    def plans(self, seen: Seen) -> Iterator[Ids]:
        """Yield the formulas of rows for each class of what their entries may be worth.

        They are 0 where the base duty is on a quantity: that may be declared, or not.
        """
        spot, base = self._laid_over(seen)
        kind = self.formulas.bases.of(base, "kind")
        kind = np.where(self.formulas.bases.of(base, "asks") > 0, 0, kind)
        most = np.array([0, *(len(points.limits) for points in self.readings.countries)])
        for size in range(1 + int(most.max())):
            segment = np.minimum(size, most[seen.country]) + 1
            yield self._plans.numbers(spot, kind, seen.claims, seen.shipped, segment)

    def _laid_over(self, seen: Seen) -> tuple[Ids, Ids]:
        """Return the spots of rows, and their base duties."""
        goods, source, day = seen.goods, seen.source, seen.day
        group, touched = self.seen.goods.of(goods, "group"), self.sources.of(source, "group")
        spot = self._meeting.numbers(group, touched, day)
        period = self.seen.days.of(day, "period")
        course = self.seen.goods.of(goods, "course")
        base = self.bases.numbers(course, source, seen.claimed, period)
        if seen.declared.any():
            base = np.where(seen.declared > 0, seen.declared, base)
        return spot, base

    def _said_of(self, spot: Ids, source: Ids, claims: Ids, claimed: Ids) -> Ids:
        """Return what is said of points."""
        said = self._spots.of(spot, "said")
        rows = np.flatnonzero(np.broadcast_to(claimed, said.shape) == 2)
        if rows.size:
            spot, source, claims = (
                np.broadcast_to(numbers, said.shape)[rows] for numbers in (spot, source, claims)
            )
            vain = self._vain.numbers(source, claims)
            after, gaps = (self._meeting.said(spot, name) for name in ("after", "gaps"))
            said[rows] = self._said.joined(self._said.joined(after, vain), gaps)
        return said

    @property
    def currencies(self) -> list[tuple[str, str] | None]:
        """The currency of each importing country, by its number."""
        return [None, *((points.currency, "") for points in self.readings.countries)]

    def doubt(self, goods: int, sheet: int) -> str:
        """Say why it is open whether a sheet lies over goods, by number."""
        country, digits = self.seen.goods.keys[goods]
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
