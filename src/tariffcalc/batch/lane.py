"""The tables of one importing country: what each distinct text of a column stands for.

Texts that make no difference to what is owed are one class. Code and origin make a pair, the pair
and the day a spot, and the spot and what is declared find what is ready for multiplying. All of it
is dropped and found again when it grows too much, so that a file of a million distinct spellings
takes no more room than one of ten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from tariffcalc.batch import remarks
from tariffcalc.batch.bases import Bases
from tariffcalc.batch.declared import CAP
from tariffcalc.batch.keys import (
    LEFT,
    VAIN,
    Base,
    Circumstances,
    Code,
    Day,
    Manner,
    Origin,
    Point,
    Said,
    Shipped,
    Spot,
    Texts,
)
from tariffcalc.batch.levied import Levied
from tariffcalc.batch.parts import Asked
from tariffcalc.batch.points import Numbering, Points
from tariffcalc.batch.ready import Ready
from tariffcalc.batch.spots import Spots
from tariffcalc.batch.tally import Tally
from tariffcalc.engine.base import PARTNERS, BaseDuty

RESOLVED = 1 << 16
"""Keys of lines that are kept."""
READY = 1 << 13
"""Objects with texts and rates that are kept."""


class Lane:
    """Finds what is ready for the points of one importing country.

    Attributes:
        codes, origins, days, shipped: What texts stand for.
        day, shipped_on: What days stand for; a KeyError for an entry date that is not covered.
    """

    def __init__(self, points: Points, tally: Tally, read: Callable[[str, str], Any]) -> None:
        """Begin with nothing known; `read` gives the value of a field and text, or a KeyError."""
        self.importer = points.importer
        self.points = points
        self.tally = tally
        self.currency = self.points.currency
        self.edition: str = points.law.store.meta["edition"]
        self.fees = [levy.id for levy in self.points.tables.levies if levy.kind == "fee"]
        self.codes = Texts(lambda raw: self._plain_code(_needed(read("classification", raw))))
        self.origins = self._origins(read, False), self._origins(read, True)
        self.days = Texts(lambda raw: self.day[_needed(read("entry_date", raw))])
        self.shipped = Texts(lambda raw: self.shipped_on[read("shipped_date", raw)])
        self.day, self.shipped_on = Texts(self._find_day), Texts(self._find_shipped)
        self.spots = Spots(self.points)
        self.bases = Bases(self.points)
        self.goods: dict[str, Code] = {}
        self.reasons: dict[tuple[Ready, str], list[str]] = {}
        self.resolved = 0
        self._sources: dict[tuple[str, bool], Origin] = {}
        self._made: dict[Manner, Circumstances] = {}
        self._claims: Numbering[frozenset[str]] = Numbering()
        self._remarks: dict[tuple[int, bool, int], list[str]] = {}
        self._ready: dict[tuple[int, int, Said], Ready] = {}

    def code(self, digits: str) -> Code:
        """Return a classification."""
        found = self.goods.get(digits)
        if found is None:
            points = self.points
            (spread,) = points.goods([digits])
            rows = self.bases.rows(digits)
            sums = self.tally.sums(self.currency, "chapter", digits[:2])
            found = Code(digits, self.spots.goods(spread), rows, sums)
            self.goods[digits] = found
        return found

    def _plain_code(self, digits: str) -> Code:
        if len(self.goods) >= CAP:  # its row is read, and room is made after it
            raise KeyError(digits)
        return self.code(digits)

    def _origins(self, read: Callable[[str, str], Any], claimed: bool) -> Texts[Origin]:
        return Texts(lambda raw: self.origin(_needed(read("origin", raw)), claimed))

    def origin(self, country: str, claimed: bool) -> Origin:
        """Return a country of origin, without or with a claim of preference."""
        found = self._sources.get((country, claimed))
        if found is None:
            points = self.points
            spread = points.source(country)
            columns = tuple(points.schedule.columns(country, claimed))
            vain = VAIN if claimed and country not in PARTNERS[self.importer] else 0
            sums = self.tally.sums(self.currency, "origin", country)
            found = Origin(country, self.spots.origin(spread), columns, vain, sums)
            self._sources[country, claimed] = found
        return found

    def _find_day(self, day: date) -> Day:
        """Return an entry date.

        Raises:
            KeyError: when it is not covered.
        """
        sums = self.tally.sums(self.currency, "month", day.isoformat()[:7])
        span = self.points.span(day)
        return Day(day, day.toordinal(), span, span.number, span.period, span.levies, sums)

    def _find_shipped(self, day: date | None) -> Shipped:
        group = self.points.shipped_class(day)
        return Shipped(day, group, (group + 1) * LEFT, day.toordinal() if day else 0)

    def circumstances(self, manner: Manner) -> Circumstances:
        """Return what is ready under a manner of entry."""
        found = self._made.get(manner)
        if found is None:
            points = self.points
            base = None if manner.base is None else self.bases.base(manner.base)
            counting = points.limits_that_count(manner.claims)
            segments = [n for n, limit in enumerate(points.value_limits) if limit in counting]
            limits = [points.limits[segment] for segment in segments]
            segments.append(len(points.limits))
            claims = self._claims.number(manner.claims)
            found = Circumstances(self, claims, manner, base, limits, segments)
            self._made[manner] = found
        return found

    def base(self, known: Circumstances, point: Point) -> Base | None:
        """Return the base duty of a line, or None when only the engine can compute it."""
        if known.manner.base is not None:
            return known.base
        period = point.day.period
        try:
            return point.code.rows[period][point.origin.columns[period]]
        except KeyError:
            return None

    def _duty(self, known: Circumstances, point: Point) -> BaseDuty:
        period = point.day.period
        return known.manner.base or point.code.rows[period].duty(point.origin.columns[period])

    def levies(self, known: Circumstances, day: Day) -> Levied:
        """Return the fees and taxes that a line bears."""
        manner = known.manner
        found = known.levies.get(day.levies)
        if found is None:
            levies = self.points.levies(day.day, manner.claims, manner.mode, manner.province)
            found = known.levies[day.levies] = Levied(levies, self.fees)
        return found

    def spot(self, point: Point) -> Spot:
        """Return the spot of a point."""
        return point.code.pairs[point.origin.group][point.day.number]

    def ready(self, known: Circumstances, point: Point, segment: int, base: Base) -> Ready | None:
        """Return what is ready for a line, or None when the engine is to price it.

        Args:
            known: How it is entered.
            point: Its code, origin and days.
            segment: The class of its entry's value.
            base: Its base duty.
        """
        spot = self.spot(point)
        key = known.key + point.origin.vain + point.shipped.key + segment + base.key & spot.heeds
        found = spot.ready.get(key)
        if found is None:
            found = self._make(known, point, spot, segment, base)
            if found is None:
                return None
            self.resolved += 1
            if self.resolved >= RESOLVED:
                self._forget_keys()
            spot.ready[key] = found
        return found

    def _make(
        self, known: Circumstances, point: Point, spot: Spot, segment: int, base: Base
    ) -> Ready | None:
        """Make what is ready for all points that are like this one."""
        asked, piles = self._asked(known, point, segment, base.kind), self.points.piles
        pile, later = spot.piles
        then = piles.steps(pile, asked)
        now = then if later == pile else piles.steps(later, asked)
        if then is None or now is None:
            return None
        said = tuple(self.remarks(known, point))
        key = id(then), id(now), said  # equal formulas are one object
        if key not in self._ready:
            if len(self._ready) >= READY:
                self._forget_keys()
                self._ready.clear()
            self._ready[key] = Ready(then, now, said, self.currency, self.edition, self.tally)
        return self._ready[key]

    def remarks(self, known: Circumstances, point: Point) -> list[str]:
        """Return the warnings of a point."""
        spot, origin = self.spot(point), point.origin
        key = spot.gaps, spot.is_late, origin.vain
        found = self._remarks.get(key)
        if found is None:
            followed = self.points.coverage.end if spot.is_late else None
            titles = self.points.gaps.titles(spot.gaps)
            found = self._remarks[key] = remarks.of_point(
                self.importer, origin.country, known.manner.claims, followed, titles
            )
        return found

    def why(self, ready: Ready, code: Code) -> Sequence[str]:
        """Return why charges of a line are not known."""
        if not ready.is_doubtful:
            return ready.why
        found = self.reasons.get((ready, code.digits))
        if found is None:
            if len(self.reasons) >= CAP:
                self.reasons.clear()
            found = remarks.of_terms(
                ready.then.terms, lambda sheet: self.points.doubt(code.digits, sheet)
            )
            self.reasons[ready, code.digits] = found
        return found

    def frees(self, known: Circumstances, point: Point, segment: int) -> tuple[bool, bool]:
        """Return whether a line enters free of all duty and fees, then and as the law stands."""
        points, manner = self.points, known.manner
        if not points.may_be_free(manner.claims):
            return False, False
        kind = points.base_class(self._duty(known, point).rate)
        asked = self._asked(known, point, segment, kind)
        formulas = (points.piles.steps(pile, asked) for pile in self.spot(point).piles)
        then, now = (steps is not None and steps.free_entry for steps in formulas)
        return then, now

    def _asked(self, known: Circumstances, point: Point, segment: int, base: int) -> Asked:
        shipped, entered = point.shipped.group, point.day.span.entered
        return Asked(known.manner.claims, shipped, entered, segment, base)

    def _forget_keys(self) -> None:
        """Drop the keys of lines when they are many; what is ready is found again."""
        self.resolved = 0
        self.spots.forget_ready()
        self.reasons.clear()

    def forget(self) -> None:
        """Drop all that was found. Whoever holds circumstances must find them again."""
        for table in (
            self.codes, *self.origins, self.days, self.shipped, self.day, self.shipped_on,
            self.reasons, self.goods, self._sources, self._made, self._claims, self._ready,
        ):  # fmt: skip
            table.clear()
        self.bases.forget()
        self.spots.forget()
        self.points.forget()
        self.resolved = 0


def _needed(value: Any) -> Any:
    """Return a value that every row must have."""
    if value is None:
        raise KeyError
    return value
