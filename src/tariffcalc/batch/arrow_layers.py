"""The layers of law, measure by measure: what goods, origins and days have of each, by number.

A measure has few sheets, and goods, an origin or a day touch few sets of them. So what a measure
makes of goods of an origin on a day is found in a small table, for many of them at once, and
thousands of sets of sheets need not be looked at one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import RLock
from typing import Any

import numpy as np

from tariffcalc.batch.arrow_tables import Grid, Ids, Records, each
from tariffcalc.batch.parts import UNHEEDING, Part
from tariffcalc.batch.points import Points, Span, Spread

LAWS = ("then", "now")


class Layers:
    """The layers of goods, origins and days; every row has `width` numbers.

    There is a number for each measure, 0 where it has nothing there, and then one for the rest: a
    0 in the last place says that there was no room for some of the others.

    Attributes:
        parts: What a measure lays over a point, by number: what it heeds, whether it asks for the
            base duty, and its mark.
        held: The same parts by number.
        heeds: What parts heed, by number; the first is nothing.
        cuts: What a measure makes of a point: its parts then and as the law now stands.
        wheres: What a point has beside the sheets: importing country, class of the entry date
            among the days that some case names, and what is said of a day that the law was not
            followed up to, of what the catalogue does not hold there, and of both.
    """

    def __init__(
        self,
        countries: Sequence[Points],
        width: int,
        say: Callable[[int, bool, int], tuple[int, int, int]],
        lock: RLock,
    ) -> None:
        """Begin with nothing known.

        Args:
            countries: The points of the importing countries, the first being number 1.
            width: More than any of them has measures.
            say: Gives the numbers of what is said of a country's late days, of gaps, of both.
            lock: Of the lane.
        """
        self.width = width
        self._countries = countries
        self._say = say
        self._spreads, self._spans = Records(), Records()
        self.parts, self.heeds = Records("heed", "asks", "mark"), Records()
        self.heeds.number(UNHEEDING)
        self.held: list[Part | None] = [None]
        self.cuts = Records("then", "now")
        self.wheres = Records("country", "entered", "after", "gaps", "said")
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

    def over(self, pairs: Ids, spans: Ids) -> Ids:
        """Return what measures make of the layers of pairs on days: `cuts`, and then `wheres`."""
        return _found(self._cut, pairs, spans)

    def turns_on_base(self, cuts: Ids) -> Any:
        """Return whether what lies over points turns on the base duty, from their rows of cuts."""
        parts = (self.cuts.of(cuts, law) for law in LAWS)
        return np.any([self.parts.of(part, "asks") for part in parts], axis=(0, 1))

    def marks(self, cuts: Ids) -> tuple[list[int], list[int]]:
        """Return the marks of what lies over points then, and now, from their rows of cuts."""
        then, now = (
            self.parts.of(self.cuts.of(cuts, law), "mark").sum(axis=0).tolist() for law in LAWS
        )
        return then, now

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
            entered, is_late = second
            figures = country, entered, *self._say(country, is_late, sure & first)
            return self.wheres.number(figures, *figures)
        then, now = (
            self._part(country, place, sure & day, perhaps & day) for day in (first, second)
        )
        return self.cuts.number((then, now), then, now) if then or now else 0

    def _part(self, country: int, place: int, sure: int, perhaps: int) -> int:
        """Return the number of what a measure makes of its sheets; 0: no difference."""
        if not (sure or perhaps):
            return 0
        part = self._countries[country - 1].piles.part(place, sure, perhaps)
        if not part.name:
            return 0
        heed = self.heeds.number(part.heeded)
        number = self.parts.number((country, part.name), heed, part.asks_base, part.mark)
        if number == len(self.held):
            self.held.append(part)
        return number


def _found(grid: Grid, first: Ids, second: Ids) -> Ids:
    found = grid.numbers(first, second)
    lacks = grid.lacks(first, second)
    if lacks is not None:
        found[-1][lacks.any(axis=0)] = 0
    return found
