"""Base duties by number: the row of goods and the column of an origin, period by period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import RLock

from tariffcalc.batch.arrow_formulas import Formulas
from tariffcalc.batch.arrow_tables import Grid, Ids, Records, each
from tariffcalc.batch.points import Points
from tariffcalc.engine.base import BaseDuty


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
        self._courses = Records()
        self._row, self._column = Grid(each(_nothing), lock), Grid(each(_nothing), lock)
        self._kind = Grid(each(self._find_kind), lock)
        self._base = Grid(each(self._find_base), lock)
        self._laid: dict[int, tuple[list[int], int]] = {}

    def numbers(self, course: Ids, source: Ids, claimed: Ids, period: Ids) -> Ids:
        """Return the number of the base duty of each row.

        Args:
            course: Numbers of `courses`.
            source: Numbers of origins.
            claimed: Whether a preference is claimed, 1 or 2.
            period: Of the schedule, from 1 on.
        """
        column = self._column.numbers(self._kind.numbers(source, claimed), period)
        return self._base.numbers(self._row.numbers(course, period), column)

    def courses(self, country: int, codes: Iterable[str]) -> list[int]:
        """Return the numbers of the rows of the schedule under which goods of some codes come."""
        rows_of, laid, found = self._countries[country - 1].schedule.rows, self._laid, []
        new: dict[int, list[int]] = {}
        for code in codes:
            rows = rows_of(code)
            known = laid.get(id(rows))  # the rows of many codes are one list
            if known is None:
                number = self._courses.number((country, *rows))
                numbers = {row: self._rows.number((country, row)) for row in {*rows}}
                new[number] = [numbers[row] for row in rows]
                known = laid[id(rows)] = rows, number
            found.append(known[1])
        self._row.lay(new)
        return found

    def duty(self, base: int, code: str) -> BaseDuty:
        """Return a base duty whose reason names the code of the goods."""
        country, row, column = self._formulas.bases.keys[base]
        points: Points = self._countries[country - 1]
        return points.schedule.duty(row, column, code)

    def _find_kind(self, source: int, claimed: int) -> int:
        """An origin and a claim: those that pay the same columns are one."""
        country, origin = self._sources.keys[source]
        columns = self._countries[country - 1].schedule.columns(origin, claimed == 2)
        found = self._kinds.number((country, *columns))
        self._column.lay({found: [self._columns.number((country, paid)) for paid in columns]})
        return found

    def _find_base(self, row: int, column: int) -> int:
        """A row and a column of the schedule: the base duty."""
        (country, own), (_, paid) = self._rows.keys[row], self._columns.keys[column]
        points = self._countries[country - 1]
        duty = points.schedule.duty(own, paid)
        if duty.rate is None and points.schedule.names_code(own, paid):
            return self._formulas.open_base((country, own, paid))
        return self._formulas.base(duty, points.base_class(duty.rate))


def _nothing(first: int, second: int) -> int:
    """Stand for a pair of a table whose rows are laid down whole."""
    return 0
