"""Rates of exchange by number, and values put into the currency of the importing country."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, getcontext
from threading import RLock

import numpy as np

from tariffcalc.batch import remarks
from tariffcalc.batch.arrow_columns import Flags
from tariffcalc.batch.arrow_readings import OWN, Columns, Readings
from tariffcalc.batch.arrow_seen import Seen
from tariffcalc.batch.arrow_tables import Amounts, Grid, Ids, Records, each
from tariffcalc.batch.finder import HUGE
from tariffcalc.batch.formula import CENT

NONE = 1
"""The number of no rate: what a value stays under."""

EXACT, DECIMALS = 18, 9
"""Digits of a rate, and those behind the point; rates turned round have no end."""

USUAL = 10**6
"""A rate that is larger, or that is larger turned round, is left to the Python lane."""

MOST = 2**62
"""Products stay below it."""

Price = Callable[[str, str, date], Decimal | None]
"""Gives what one unit of a currency costs in another on a day, if that is known."""


class RateTables:
    """Finds the rates of rows, each a fraction of whole numbers, and keeps them."""

    def __init__(self, readings: Readings, price: Price, lock: RLock) -> None:
        """Begin with none; `price` gives those of a series."""
        self._readings = readings
        self._price = price
        self._rates = Records("part", "whole", "is_turned")
        self._rates.number(None, 1, 1, 0)
        self._entered, self._left, self._stated = (
            Grid(each(find), lock) for find in (self._on_entry, self._on_leaving, self._as_stated)
        )

    def into_own(self, value: Amounts, seen: Seen, columns: Columns) -> tuple[Amounts, Flags]:
        """Return values in the importing country's currency, and which of them are known here.

        They are rounded to the cent, half up. Not known here is what has no rate, one of which a
        person is to be warned, or one that makes a tie only as far as the engine divides.

        Args:
            value: In ten-thousandths of the currency of each row.
            seen: What rows say of their points.
            columns: Of the rows.
        """
        rate = np.broadcast_to(self._numbers(seen, columns), value.shape)
        rows = np.flatnonzero(rate > NONE)
        known: Flags = rate > 0
        if not rows.size:
            return value, known
        part, whole, is_turned = self._rates.all_of(rate[rows])
        fits = value[rows] <= MOST // part
        cents, rest = np.divmod(np.where(fits, value[rows], 0) * part, whole * CENT)
        cents += 2 * rest >= whole * CENT
        is_tie = (is_turned > 0) & (2 * rest == whole * CENT)
        own = value.copy()
        own[rows] = cents * CENT
        known[rows] = fits & ~is_tie & (cents > 0) & (own[rows] < HUGE)
        return own, known

    def _numbers(self, seen: Seen, columns: Columns) -> Ids:
        """Return the number of the rate of each row."""
        if "fx" not in columns and not (seen.currency > OWN).any():
            return np.where(seen.currency > 0, NONE, 0)
        has_left = self._readings.ordinal("shipped_date", seen.left) > 0
        dated = np.where(
            has_left,
            self._left.numbers(seen.currency, seen.left),
            self._entered.numbers(seen.currency, seen.entered),
        )
        stated = self._readings.number("fx", columns)
        is_stated = stated != self._readings.blank("fx")
        return np.where(is_stated, self._stated.numbers(seen.currency, stated), dated)

    def _on_entry(self, currency: int, entered: int) -> int:
        return self._on(currency, "entry_date", entered)

    def _on_leaving(self, currency: int, left: int) -> int:
        return self._on(currency, "shipped_date", left)

    def _on(self, currency: int, name: str, day: int) -> int:
        if currency == OWN:
            return NONE
        ordinal = int(self._readings.ordinal(name, np.array(day)))
        if not ordinal:
            return 0
        _, foreign, own = self._readings.currencies.keys[currency]
        return self._rate(currency, self._price(foreign, own, date.fromordinal(ordinal)))

    def _as_stated(self, currency: int, stated: int) -> int:
        fx = self._readings.values["fx"].keys[stated]
        if currency == OWN:  # of what it is the price, the Python lane asks
            return NONE if fx == 1 else 0
        return self._rate(currency, fx)

    def _rate(self, currency: int, fx: Decimal | None) -> int:
        _, foreign, own = self._readings.currencies.keys[currency]
        if fx is None or remarks.of_rate(own, foreign, fx):
            return 0
        if fx == 1:
            return NONE
        fraction = as_fraction(fx)
        return self._rates.number(fraction, *fraction) if fraction else 0


def as_fraction(fx: Decimal) -> tuple[int, int, bool] | None:
    """Return a rate as a fraction, and whether it is a shorter one turned round; None: neither.

    >>> as_fraction(Decimal("1.3524")), as_fraction(1 / Decimal("1.25"))
    ((13524, 10000, False), (8, 10, False))
    >>> as_fraction(1 / Decimal("1.3524"))
    (1000000000, 1352400000, True)
    """
    digits = len(fx.as_tuple().digits)
    if digits > getcontext().prec or not 1 < fx * USUAL < USUAL**2:
        return None
    if digits <= EXACT:
        places = max(0, -int(fx.normalize().as_tuple().exponent))
        if places <= DECIMALS:
            return int(fx * 10**places), 10**places, False
    whole, turned = 10**DECIMALS, round(1 / fx, DECIMALS)
    return (whole, int(turned * whole), True) if turned and 1 / turned == fx else None
