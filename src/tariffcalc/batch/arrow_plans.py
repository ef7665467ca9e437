"""The formulas of spots and of what is declared there, by number.

What a pile does not heed makes no difference: it is left out first, and a formula is asked for
what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import RLock

from tariffcalc.batch.arrow_formulas import BASES, Formulas
from tariffcalc.batch.arrow_tables import Grid, Ids, Pairs, Records, each
from tariffcalc.batch.parts import NO_BASE, Asked
from tariffcalc.batch.points import Points


class PlanTables:
    """Finds the formulas of rows, then and as the law now stands, and keeps them."""

    def __init__(
        self,
        countries: Sequence[Points],
        spots: Records,
        claims: Records,
        shipped: Records,
        formulas: Formulas,
        lock: RLock,
    ) -> None:
        """Begin with nothing known.

        Args:
            countries: The points of the importing countries, the first being number 1.
            spots: Country, piles then and now, class of the entry date, by number.
            claims: Country and claims made, by number.
            shipped: Country and class of the shipped date, by number.
            formulas: Where formulas have their numbers.
            lock: Of the lane.
        """
        self._countries = countries
        self._spots, self._claims, self._shipped = spots, claims, shipped
        self._formulas = formulas
        self._asks, self._sizes = Records(), Records()
        self._heaps, self._heeds, self._facts = Records(), Records(), Records()
        self._based = Records("then", "heed", "now", "heed_now")
        self._asked = [Asked(frozenset(), 0, 0, 0)]
        self._base = Grid(each(self._find_based), lock)
        self._ask, self._size = Grid(each(self._find_ask), lock), Grid(each(self._find_size), lock)
        self._plan = Grid(self._find_plans, lock)
        self._fact = Grid(each(self._find_fact), lock)
        self._formula = Pairs(self._find_formula, lock)
        self._both = Pairs(formulas.plan, lock)

    def numbers(self, spot: Ids, base: Ids, claims: Ids, shipped: Ids, segment: Ids) -> Ids:
        """Return the number of the formulas of each row.

        Args:
            spot: Where it is.
            base: Class of its base duty, from 1 on.
            claims: Claims made.
            shipped: Class of its shipped date.
            segment: Class of its value, from 1 on.
        """
        size = self._size.numbers(self._ask.numbers(claims, shipped), segment)
        return self._plan.numbers(self._base.numbers(spot, base), size)

    def _find_based(self, spot: int, kind: int) -> int:
        """A spot and a class of base duty: the piles then and now, and what they heed."""
        country, then, now, entered, _, _ = self._spots.keys[spot]
        piles, heaps = self._countries[country - 1].piles, []
        for pile in (then, now):
            base = kind - BASES if piles.turns_on_base(pile) else 0
            heed = self._heeds.number((piles.heeded(pile), entered, base))
            heaps += [self._heaps.number((country, pile)), heed]
        return self._based.number((*heaps,), *heaps)

    def _find_ask(self, claims: int, shipped: int) -> int:
        return self._asks.number((claims, shipped))

    def _find_size(self, ask: int, segment: int) -> int:
        claims, shipped = self._asks.keys[ask]
        made, left = self._claims.keys[claims][1], self._shipped.keys[shipped][1]
        return self._sizes.number((made, left, segment - 1))

    def _find_plans(self, based: Ids, sizes: Ids) -> Ids:
        """Piles and what is declared: the formulas then and now."""
        then, heed, now, heed_now = self._based.all_ids(based)
        first = self._formula.numbers(then, self._fact.numbers(heed, sizes))
        second = self._formula.numbers(now, self._fact.numbers(heed_now, sizes))
        return self._both.numbers(first, second)

    def _find_fact(self, heed: int, size: int) -> int:
        """What a pile heeds and what is declared: the part of it that makes a difference."""
        heeded, entered, base = self._heeds.keys[heed]
        made, left, segment = self._sizes.keys[size]
        asked = Asked(made, left, entered, segment, base)
        found = self._facts.number((heeded, heeded.of(asked), base == NO_BASE))
        if found == len(self._asked):
            self._asked.append(asked)
        return found

    def _find_formula(self, heap: int, fact: int) -> int:
        country, pile = self._heaps.keys[heap]
        steps = self._countries[country - 1].piles.steps(pile, self._asked[fact])
        return self._formulas.number(steps)
