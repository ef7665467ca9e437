"""Base duties by number: the row of goods and the column of an origin, period by period."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from threading import RLock

from tariffcalc.batch.arrow_formulas import Formulas
from tariffcalc.batch.arrow_tables import Grid, Ids, Records, each
from tariffcalc.batch.points import Points


class BaseTables:
    """Finds the base duty of rows, and keeps it."""

    def __init__(
        self, countries: Sequence[Points], sources: Records, formulas: Formulas, lock: RLock
    ) -> None:
        """Begin with nothing known.

        Args:
            countries: The points of the importing countries, the first being number 1.
            sources: Country and origin, by number.
            formulas: Where base duties have their numbers.
            lock: Of the lane.
        """
        self._countries = countries
        self._sources = sources
        self._formulas = formulas
        self._kinds, self._rows, self._columns = Records(), Records(), Records()
        self._row, self._column = Grid(each(_nothing), lock), Grid(each(_nothing), lock)
        self._kind = Grid(each(self._find_kind), lock)
        self._base = Grid(each(self._find_base), lock)
        self._laid: dict[int, tuple[list[int], list[int]]] = {}
        self._known: dict[Hashable, int] = {}

    def numbers(self, goods: Ids, source: Ids, claimed: Ids, period: Ids) -> Ids:
        """Return the number of the base duty of each row.

        Args:
            goods: Numbers of goods whose rows were laid down.
            source: Numbers of origins.
            claimed: Whether a preference is claimed, 1 or 2.
            period: Of the schedule, from 1 on.
        """
        column = self._column.numbers(self._kind.numbers(source, claimed), period)
        return self._base.numbers(self._row.numbers(goods, period), column)

    def lay_rows(self, goods: int, country: int, code: str) -> None:
        """Lay down the rows of the schedule under which goods of a code come."""
        rows = self._countries[country - 1].schedule.rows(code)
        self._row.lay(goods, self._numbered(country, rows, self._rows))

    def _numbered(self, country: int, own: list[int], records: Records) -> list[int]:
        """Return the numbers here of rows or columns of the schedule of a country."""
        known = self._laid.get(id(own))  # the rows of a code are one list for all its numbers
        if known is None:
            known = own, [records.number((country, number)) for number in own]
            self._laid[id(own)] = known
        return known[1]

    def _find_kind(self, source: int, claimed: int) -> int:
        """An origin and a claim: those that pay the same columns are one."""
        country, origin = self._sources.keys[source]
        columns = self._countries[country - 1].schedule.columns(origin, claimed == 2)
        found = self._kinds.number((country, *columns))
        self._column.lay(found, self._numbered(country, columns, self._columns))
        return found

    def _find_base(self, row: int, column: int) -> int:
        """A row and a column of the schedule: the base duty."""
        country, own = self._rows.keys[row]
        points, paid = self._countries[country - 1], self._columns.keys[column][1]
        name = country, points.schedule.name(own, paid)
        found = self._known.get(name)
        if found is None:
            duty = points.schedule.duty(own, paid)
            found = self._known[name] = self._formulas.base(duty, points.base_class(duty.rate))
        return found


def _nothing(first: int, second: int) -> int:
    """Stand for a pair of a table whose rows are laid down whole."""
    return 0
