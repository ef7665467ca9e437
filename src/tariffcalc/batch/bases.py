"""The base duties of lines by their rows and columns of the schedule."""

from __future__ import annotations

from collections.abc import Sequence

from tariffcalc.batch import remarks
from tariffcalc.batch.formula import ANY_LINE, base_rate
from tariffcalc.batch.keys import Base
from tariffcalc.batch.parts import NO_BASE
from tariffcalc.batch.points import Points
from tariffcalc.engine.base import BaseDuty
from tariffcalc.engine.charges import charges_of
from tariffcalc.engine.price import LinePrice
from tariffcalc.values.money import ZERO
from tariffcalc.values.rates import Rate


class Row(dict[int, Base]):
    """A row of the schedule: the base duties in its columns, by their numbers.

    A KeyError says that only the engine can compute it.
    """

    __slots__ = ("_bases", "_code", "_number")

    def __init__(self, bases: Bases, number: int, code: str) -> None:
        """Begin with none; arguments as of `Bases.duty_of`."""
        self._bases, self._number, self._code = bases, number, code

    def duty(self, column: int) -> BaseDuty:
        """Return the base duty in a column."""
        return self._bases.duty_of(self._number, column, self._code)

    def __missing__(self, column: int) -> Base:
        found = self._bases.base(self.duty(column))
        if found is None:
            raise KeyError(column)
        self[column] = found
        return found


class Bases:
    """The base duties of one importing country, found when first asked for."""

    def __init__(self, points: Points) -> None:
        """Begin with none."""
        self._points = points
        self._rows: dict[tuple[int, str], Row] = {}
        self._rates: dict[Rate, Base | None] = {}
        self._shared: dict[int, tuple[Sequence[int], Sequence[Row]]] = {}

    def rows(self, digits: str) -> Sequence[Row]:
        """Return the rows of a code, period by period."""
        schedule = self._points.schedule
        rows = schedule.rows(digits)  # one list for many codes
        shared = self._shared.get(id(rows))
        if shared is not None:
            return shared[1]
        own = {row: "" if schedule.is_whole(row) else digits[:8] for row in rows}
        made = {row: self._row(row, code) for row, code in own.items()}
        found = tuple([made[row] for row in rows])
        if not any(own.values()):
            self._shared[id(rows)] = rows, found
        return found

    def _row(self, number: int, code: str) -> Row:
        found = self._rows.get((number, code))
        if found is None:
            found = self._rows[number, code] = Row(self, number, code)
        return found

    def duty_of(self, row: int, column: int, code: str) -> BaseDuty:
        """Return the base duty in a row and column; the code is blank where it says nothing."""
        return self._points.schedule.duty(row, column, code)

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
        for table in (self._rows, self._rates, self._shared):
            table.clear()
