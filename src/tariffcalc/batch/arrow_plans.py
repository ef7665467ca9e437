"""The formulas of spots and of what is declared there, by number.

A spot has a part of each measure, what is declared chooses a step of each part, and equal steps
together are one formula. Parts and steps are found one by one and once; what they make together
stands in tables, for many points at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import RLock

import numpy as np

from tariffcalc.batch.arrow_formulas import BASES, Formulas
from tariffcalc.batch.arrow_layers import LAWS, Layers
from tariffcalc.batch.arrow_pairs import Pairs
from tariffcalc.batch.arrow_sets import numbered, rows_of
from tariffcalc.batch.arrow_tables import Grid, Ids, Records, each
from tariffcalc.batch.parts import NO_BASE, Asked
from tariffcalc.batch.piles import NOTHING
from tariffcalc.batch.points import Points

ANY = BASES
"""A class of base duty for where none makes a difference."""

FORMULAS = 1 << 17
"""Sets of steps that are kept; lines under more of them are left to the Python lane."""

STEPS = 1 - NOTHING
"""The number of a step and this make a number from 1 on."""


class PlanTables:
    """Finds the formulas of rows, then and as the law now stands, and keeps them."""

    def __init__(
        self,
        countries: Sequence[Points],
        layers: Layers,
        spots: Records,
        claims: Records,
        shipped: Records,
        formulas: Formulas,
        lock: RLock,
    ) -> None:
        """Begin with nothing known.

        Args:
            countries: The points of the importing countries, the first being number 1.
            layers: Where parts have their numbers.
            spots: What measures make of each spot, by number.
            claims: Country and claims made, by number.
            shipped: Country and class of the shipped date, by number.
            formulas: Where formulas have their numbers.
            lock: Of the lane.
        """
        self._countries = countries
        self._layers, self._spots = layers, spots
        self._claims, self._shipped = claims, shipped
        self._formulas = formulas
        self._asks, self._sizes, self._turns = Records(), Records(), Records()
        self._based = Records("spot", "base")
        self._asked, self._facts = Records(), Records()
        self._stand_for: list[Asked] = [Asked(frozenset(), 0, 0, 0)]
        self._formula_of_steps: dict[bytes, int] = {}
        self._base = Grid(self._find_based, lock)
        self._ask, self._size = Grid(each(self._find_ask), lock), Grid(each(self._find_size), lock)
        self._turn = Grid(each(self._find_turn), lock)
        self._ask_all = Grid(each(self._find_asked), lock)
        self._fact, self._step = (
            Grid(each(self._find_fact), lock),
            Grid(each(self._find_step), lock),
        )
        self._plan = Grid(self._find_plans, lock)
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

    def _find_based(self, spots: Ids, kinds: Ids) -> Ids:
        """Spots and classes of base duty, where what lies over them turns on it."""
        kinds = np.where(self._spots.of(spots, "turns") > 0, kinds, ANY)
        keys, places = numbered(spots << 32 | kinds)
        based = [self._based.number(key, *divmod(key, 1 << 32)) for key in keys.tolist()]
        return np.array(based, np.intp)[places]

    def _find_ask(self, claims: int, shipped: int) -> int:
        return self._asks.number((claims, shipped))

    def _find_size(self, ask: int, segment: int) -> int:
        claims, shipped = self._asks.keys[ask]
        made, left = self._claims.keys[claims][1], self._shipped.keys[shipped][1]
        return self._sizes.number((made, left, segment - 1))

    def _find_turn(self, entered: int, kind: int) -> int:
        return self._turns.number((entered - 1, kind - BASES))

    def _find_asked(self, size: int, turn: int) -> int:
        """All that is declared on a day with a class of base duty."""
        made, left, segment = self._sizes.keys[size]
        entered, base = self._turns.keys[turn]
        return self._asked.number(Asked(made, left, entered, segment, base))

    def _find_plans(self, based: Ids, sizes: Ids) -> Ids:
        """Spots with a class of base duty and what is declared: the formulas then and now."""
        spots, kinds = self._based.all_of(based)
        *cuts, wheres = self._spots.all_of(spots)[: self._layers.width]
        country = self._layers.wheres.of(wheres, "country")
        turn = self._turn.numbers(self._layers.wheres.of(wheres, "entered") + 1, kinds)
        asked = self._ask_all.numbers(sizes, turn)
        is_lost = kinds == NO_BASE + BASES
        before, after = (self._layers.cuts.of(np.array(cuts), law) for law in LAWS)
        then = self._formulas_of(before, country, asked, is_lost)
        now, turned = then.copy(), np.flatnonzero((before != after).any(axis=0))
        now[turned] = self._formulas_of(
            after[:, turned], country[turned], asked[turned], is_lost[turned]
        )
        return self._both.numbers(then, now)

    def _formulas_of(self, parts: Ids, country: Ids, asked: Ids, is_lost: Ids) -> Ids:
        """Return the number of the formula of points.

        Args:
            parts: Those over each point, a row for each measure.
            country: Its importing country.
            asked: What is declared.
            is_lost: Whether the base duty is not known.
        """
        held, (measures, points) = self._layers.parts, np.nonzero(parts)  # few of them are there
        part = parts[measures, points]
        step = self._step.numbers(part, self._fact.numbers(held.of(part, "heed"), asked[points]))
        steps, has_base, room = np.zeros_like(parts), np.ones_like(asked), country.copy()
        steps[measures, points] = step
        has_base[points[(held.of(part, "asks") > 0) & is_lost[points]]] = 0
        room[points[step == 0]] = 0
        rows, keys, places = rows_of(np.vstack([steps, has_base, room]))
        known = self._formula_of_steps
        for place, key in enumerate(keys):
            if key not in known and len(known) < FORMULAS:
                known[key] = self._find_formula(*rows[place].tolist())
        return np.array([known.get(key, 0) for key in keys], np.intp)[places]

    def _find_formula(self, *row: int) -> int:
        """Return the number of the formula of a row: of steps, has it a base duty, the country."""
        *steps, has_base, country = row
        if not country:
            return 0
        chosen = [step - STEPS for step in steps if step]
        steps_there = self._countries[country - 1].piles.formula(chosen, bool(has_base))
        return self._formulas.number(steps_there)

    def _find_fact(self, heed: int, asked: int) -> int:
        """What a part heeds and what is declared: that of it which makes a difference."""
        heeded, declared = self._layers.heeds.keys[heed], self._asked.keys[asked]
        found = self._facts.number((heeded, heeded.of(declared)))
        if found == len(self._stand_for):
            self._stand_for.append(heeded.alone(declared))
        return found

    def _find_step(self, part: int, fact: int) -> int:
        held, (country, _) = self._layers.held[part], self._layers.parts.keys[part]
        assert held is not None
        points: Points = self._countries[country - 1]
        return points.piles.step(held, self._stand_for[fact]) + STEPS
