"""Base duties on quantities: so much for each unit, beside a share of the value."""

from __future__ import annotations

from fractions import Fraction
from threading import RLock

import numpy as np

from tariffcalc.batch.arrow_columns import Flags
from tariffcalc.batch.arrow_formulas import DUTY, Formulas
from tariffcalc.batch.arrow_owed import Given
from tariffcalc.batch.arrow_points import Found, PointTables
from tariffcalc.batch.arrow_tables import Amounts, Grid, Ids, Records, each
from tariffcalc.batch.arrow_text import LARGEST
from tariffcalc.batch.formula import HALF, RATE_UNIT, TO_CENTS
from tariffcalc.values.rates import Rate
from tariffcalc.values.units import ratio

NOTHING = 1
"""The number of what leaves a base duty unknown: a quantity in no unit that it asks for."""

MOST = 2**62
"""Quantities times money for a unit stay below it, and so do values times rates."""


class Quantities:
    """Finds what a unit bears under the base duties that ask for one, and keeps it."""

    def __init__(self, points: PointTables, formulas: Formulas, lock: RLock) -> None:
        """Begin with nothing known."""
        self._points = points
        self._formulas = formulas
        self._borne = Records("share", "money")
        self._borne.number(None, 0, 0)
        self._bears = Grid(each(self._find), lock)

    def duties(
        self, found: Found, unit: Ids, value: Amounts, quantity: Amounts, asked: Flags
    ) -> tuple[Given, Flags]:
        """Return base duties in cents, and of which of the rows this lane can say what they are.

        Args:
            found: What rows stand for.
            unit: The numbers of their units.
            value: Theirs, in ten-thousandths.
            quantity: Theirs, in ten-thousandths of the unit.
            asked: Which rows declare a quantity that their base duty asks for.
        """
        rows, can_say = np.flatnonzero(asked), asked.copy()
        is_given, cents = np.zeros(value.size, bool), np.zeros_like(value)
        if rows.size:
            bears = self._bears.numbers(found.base[rows], np.broadcast_to(unit, value.shape)[rows])
            share, money = self._borne.all_of(bears)
            fits = quantity[rows] <= MOST // np.maximum(money, 1)
            exact = value[rows] * share + np.where(fits, quantity[rows], 0) * money
            cents[rows] = (exact + HALF) // TO_CENTS
            turn = self._points.turn_on_base(np.broadcast_to(found.spot, value.shape)[rows])
            can_say[rows] = (bears > 0) & ~turn & fits & (cents[rows] < LARGEST)
            is_given[rows] = can_say[rows] & (bears > NOTHING)
        return Given(is_given, cents), can_say

    def _find(self, base: int, unit: int) -> int:
        """A base duty and a unit: its share of the value, and money for a unit, in millionths."""
        rate: Rate = self._formulas.bases.keys[base][0]
        name = self._points.readings.units.keys[unit]
        if name is None:
            return NOTHING
        money = Fraction(0)
        for specific in rate.specifics:
            size = ratio(name, specific.unit)
            if size is None:
                return NOTHING
            money += Fraction(specific.amount) * Fraction(size[0]) / Fraction(size[1])
        if rate.at_least is not None or rate.at_most is not None:
            return 0
        figures = [RATE_UNIT * figure for figure in (Fraction(rate.ad_valorem), money)]
        if any(figure.denominator > 1 for figure in figures):
            return 0
        share, money_each = map(int, figures)
        if share > DUTY or money_each > MOST // RATE_UNIT:
            return 0
        return self._borne.number((share, money_each), share, money_each)
