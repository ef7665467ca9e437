"""The base duties of one importing country: rows of its schedule, and the column that is paid.

A code has one row of the schedule over a period in which no duty of the schedule changes; an
origin, with its claim, one column. Rows and columns are small numbers, and a base duty is found
once for each pair of them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date
from typing import NamedTuple

from tariffcalc.batch import turns
from tariffcalc.catalogue.law import Law
from tariffcalc.engine.base import (
    PARTNERS,
    SUPPLY_MANAGED,
    USMCA_IN_FORCE,
    BaseDuty,
    pays_column_2,
    schedule_duty,
)
from tariffcalc.values.codes import prefixes


class Row(NamedTuple):
    """A row of the schedule, as far as base duties turn on it.

    Attributes:
        code: Eight digits.
        start: Its first day; None where no schedule held here has the code.
        is_managed: Whether the goods are supply-managed, and so kept from a preference.
    """

    code: str
    start: date | None
    is_managed: bool


class Held(NamedTuple):
    """What is held of a row: a code that has it, its general rate, the rows of the code."""

    code: str
    general: str
    rows: list[int]


class Paid(NamedTuple):
    """A column of the schedule: general, column 2, or the preference of one country."""

    column: str
    origin: str = ""
    is_usmca: bool = False


GENERAL = Paid("general")


class Schedule:
    """Finds the base duties of one importing country.

    Attributes:
        days: Those on which the base duty of any code may change.
    """

    def __init__(self, law: Law, importer: str) -> None:
        self._store = law.store
        self._importer = importer
        self._tables = law.tables(importer)
        self.days = turns.schedule_days(law.store, self._tables)
        first = self._tables.coverage.start
        self._first = [first, *(max(day, first) for day in self.days)]
        self._managed = law.store.codes_of(SUPPLY_MANAGED[importer])
        self._row_numbers: dict[Row, int] = {}
        self._rows: list[Held] = []
        self._of_code: dict[tuple[str, bool], list[int]] = {}
        self._column_numbers = {GENERAL: 0}
        self._columns: list[tuple[Paid, str, list[int]]] = [(GENERAL, "", [0] * len(self._first))]
        self._general: dict[str, BaseDuty] = {}
        self._duties: dict[tuple[int, int], BaseDuty] = {}

    def period(self, day: date) -> int:
        """Return the number of the period over which no base duty of the schedule changes."""
        return bisect_right(self.days, day)

    def rows(self, code: str) -> list[int]:
        """Return the number of the row of a code in each period."""
        is_managed = not self._managed.isdisjoint(prefixes(code))
        known = self._of_code.get((code[:8], is_managed))
        if known is not None:
            return known
        found: list[int] = []
        self._of_code[code[:8], is_managed] = found
        none = self._row(Row(code[:8], None, is_managed), Held(code, "", found))
        found += [none] * len(self._first)
        for row in reversed(self._tables.base_rows(code[:8])):
            period = row.period
            start, end = (bisect_left(self._first, day) for day in (period.start, period.end))
            own = Row(code[:8], period.start, is_managed)
            found[start:end] = [self._row(own, Held(code, row.general, found))] * (end - start)
        return found

    def _row(self, row: Row, held: Held) -> int:
        number = self._row_numbers.setdefault(row, len(self._rows))
        if number == len(self._rows):
            self._rows.append(held)
        return number

    def columns(self, origin: str, claimed: bool) -> list[int]:
        """Return the number of the column that goods of an origin pay in each period.

        Args:
            origin: ISO code.
            claimed: Whether NAFTA or USMCA preference is claimed.
        """
        is_preferred = claimed and origin in PARTNERS[self._importer]
        found: list[int] = []
        for day in self._first:
            paid = GENERAL
            if pays_column_2(self._store, self._tables, origin, day):
                paid = Paid("column 2")
            elif is_preferred:
                paid = Paid("special", origin, day >= USMCA_IN_FORCE)
            number = self._column_numbers.setdefault(paid, len(self._columns))
            if number == len(self._columns):
                self._columns.append((paid, origin, found))
            found.append(number)
        return found

    def duty(self, row: int, column: int) -> BaseDuty:
        """Return the base duty of a row in a column that meet in some period."""
        found = self._duties.get((row, column))
        if found is None:
            code, general, rows = self._rows[row]
            if not column and general in self._general:
                return self._general[general]
            kind, origin, columns = self._columns[column]
            met = zip(rows, columns, self._first, strict=True)
            day = next(day for own, paid, day in met if (own, paid) == (row, column))
            claimed = kind.column == "special"
            found = schedule_duty(self._store, self._tables, code, origin, day, claimed)
            if not column and found.rate is not None:
                self._general[general] = found  # where it stands makes no difference here
            else:
                self._duties[row, column] = found
        return found

    def forget(self) -> None:
        """Drop what was found for single codes, however many there were."""
        self._row_numbers.clear()
        self._rows.clear()
        self._of_code.clear()
        self._duties.clear()
