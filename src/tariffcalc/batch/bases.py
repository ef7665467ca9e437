"""The base duties of lines by the keys of their rows and columns of the schedule."""

from __future__ import annotations

from tariffcalc.batch import remarks
from tariffcalc.batch.formula import ANY_LINE, base_rate
from tariffcalc.batch.keys import COLUMNS, Base, Keyed
from tariffcalc.batch.parts import NO_BASE
from tariffcalc.batch.points import Numbering, Points
from tariffcalc.engine.base import BaseDuty
from tariffcalc.engine.charges import charges_of
from tariffcalc.engine.price import LinePrice
from tariffcalc.values.money import ZERO
from tariffcalc.values.rates import Rate


class Bases(Keyed[Base]):
    """Base duties by the key of a row plus the number of a column.

    A KeyError says that only the engine can compute it.
    """

    __slots__ = ("_numbers", "_points", "_rates", "_shared")

    def __init__(self, points: Points) -> None:
        """Begin with none."""
        super().__init__(self._find_base)
        self._points = points
        self._numbers: Numbering[tuple[int, str]] = Numbering()
        self._rates: dict[Rate, Base | None] = {}
        self._shared: dict[int, tuple[list[int], tuple[int, ...]]] = {}

    def rows(self, digits: str) -> tuple[int, ...]:
        """Return the keys of the rows of a code, period by period."""
        schedule, number = self._points.schedule, self._numbers.number
        rows = schedule.rows(digits)  # one list for many codes
        shared = self._shared.get(id(rows))
        if shared is not None:
            return shared[1]
        own = {row: "" if schedule.is_whole(row) else digits[:8] for row in rows}
        keys = {row: number((row, code)) * COLUMNS for row, code in own.items()}
        found = tuple([keys[row] for row in rows])
        if not any(own.values()):
            self._shared[id(rows)] = rows, found
        return found

    def duty(self, key: int) -> BaseDuty:
        """Return the base duty of a key."""
        row, column = divmod(key, COLUMNS)
        own, code = self._numbers.keys[row]
        return self._points.schedule.duty(own, column, code)

    def base(self, duty: BaseDuty) -> Base | None:
        """Return a base duty, one object for all of one rate. None: only the engine can."""
        if duty.rate is not None and duty.rate in self._rates:
            return self._rates[duty.rate]
        rate, found = base_rate(duty), None
        if rate is not None:
            found = Base(rate, self._points.base_class(duty.rate))
        elif duty.rate is None or duty.rate.units():
            charges = charges_of(self._points.law, ANY_LINE, duty, LinePrice(None, ()), ZERO)
            reasons = tuple(remarks.of_unknown(charges))
            found = Base(None, NO_BASE, duty.rate, reasons)
        if duty.rate is not None:
            self._rates[duty.rate] = found
        return found

    def forget(self) -> None:
        """Drop all."""
        for table in (self, self._numbers, self._rates, self._shared):
            table.clear()

    def _find_base(self, key: int) -> Base:
        found = self.base(self.duty(key))
        if found is None:
            raise KeyError(key)
        return found
