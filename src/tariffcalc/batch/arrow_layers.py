"""The layers of law, measure by measure: what goods, origins and days have of each, by number.

A measure has few sheets, and goods, an origin or a day touch few sets of them. So what a measure
makes of goods of an origin on a day is found in a small table, for many of them at once, and
thousands of sets of sheets need not be looked at one by one.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from threading import RLock
from typing import Any, NamedTuple

from tariffcalc.batch.arrow_tables import Grid, Ids, Records, each
from tariffcalc.batch.parts import Part
from tariffcalc.batch.points import Points, Span, Spread


class Cut(NamedTuple):
    """What a measure makes of a point, then and as the law now stands; None: nothing."""

    then: Part | None
    now: Part | None


class Where(NamedTuple):
    """What a point has beside the sheets.

    Attributes:
        country: Number of the importing country.
        gaps: What the catalogue does not hold there, as bits.
        entered: Class of the entry date among the days that some case names.
        is_late: Whether the law was not followed up to it.
    """

    country: int
    gaps: int
    entered: int
    is_late: bool


class Layers:
    """The layers of goods, origins and days; every row has `width` numbers.

    There is a number for each measure, 0 where it has nothing there, and then one for the rest: a
    0 in the last place says that there was no room for some of the others.
    """

    def __init__(self, countries: Sequence[Points], width: int, lock: RLock) -> None:
        """Begin with nothing known.

        Args:
            countries: The points of the importing countries, the first being number 1.
            width: More than any of them has measures.
            lock: Of the lane.
        """
        self.width = width
        self._countries = countries
        self._spreads, self._spans, self._cuts = Records(), Records(), Records()
        self._made: list[Cut | Where | None] = [None]
        self._common = Grid(each(self._find_common), lock)
        self._cut = Grid(each(self._find_cut), lock)

    def of_spread(self, country: int, spread: Spread) -> list[int]:
        """Return the layers of goods or of an origin."""
        points = self._countries[country - 1]
        sure, perhaps, _, _ = points.parted(spread.sheets)  # whatever day's law counts
        found = [0] * self.width
        for layer in points.piles.layers(sure, perhaps):
            found[layer.place] = self._spreads.number((country, *layer))
        found[-1] = self._spreads.number((country, -1, spread.gaps, 0))
        return found

    def of_span(self, country: int, span: Span) -> list[int]:
        """Return the layers of a span of days."""
        points = self._countries[country - 1]
        then, _, now, _ = points.parted(span.sheets)  # a day has a sheet or has it not
        found = [0] * self.width
        for layer in points.piles.layers(then, now):
            found[layer.place] = self._spans.number((country, *layer))
        found[-1] = self._spans.number((country, -1, span.gaps, (span.entered, span.is_late)))
        return found

    def common(self, goods: Ids, sources: Ids) -> Ids:
        """Return the layers over both goods and origins, from the rows of each."""
        return _found(self._common, goods, sources)

    def cuts(self, pairs: Ids, spans: Ids) -> Ids:
        """Return the numbers of what measures make of the layers of pairs on days."""
        return _found(self._cut, pairs, spans)

    def cut(self, number: int) -> Any:
        """Return what a number stands for: a `Cut`, or the `Where` of the last layer."""
        return self._made[number]

    def _find_common(self, goods: int, source: int) -> int:
        country, place, sheets, doubtful = self._spreads.keys[goods]
        _, _, here, perhaps = self._spreads.keys[source]
        both = sheets & here, doubtful & perhaps
        if place >= 0 and not any(both):
            return 0
        return self._spreads.number((country, place, *both))

    def _find_cut(self, pair: int, span: int) -> int:
        country, place, sure, perhaps = self._spreads.keys[pair]
        _, _, first, second = self._spans.keys[span]
        if place < 0:
            where = Where(country, sure & first, *second)
            return self._number(where, where)
        piles = self._countries[country - 1].piles
        parts: list[Part | None] = []
        for day in (first, second):
            sheets = sure & day, perhaps & day
            part = piles.part(place, *sheets) if any(sheets) else None
            parts.append(part if part and part.name else None)
        if not any(parts):
            return 0
        names = [part and part.name for part in parts]
        return self._number((country, *names), Cut(*parts))

    def _number(self, name: Hashable, made: Cut | Where) -> int:
        number = self._cuts.number(name)
        if number == len(self._made):
            self._made.append(made)
        return number


def _found(grid: Grid, first: Ids, second: Ids) -> Ids:
    found = grid.numbers(first, second)
    lacks = grid.lacks(first, second)
    if lacks is not None:
        found[-1][lacks.any(axis=0)] = 0
    return found
