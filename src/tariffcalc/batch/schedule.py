"""The base duties of one importing country: rows of its schedule, and the column that is paid.

A code has one row of the schedule over a period in which no duty of the schedule changes; an
origin, with its claim, one column. Rows that say the same are one, whatever their codes. Rows and
columns are small numbers, and a base duty is found once for each pair of them. Only why one is not
known may turn on the code.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from tariffcalc.batch import turns
from tariffcalc.catalogue.law import Law
from tariffcalc.catalogue.store import SUPPLY_MANAGED
from tariffcalc.catalogue.tables import Rates
from tariffcalc.engine.base import (
    PARTNERS,
    USMCA_IN_FORCE,
    BaseDuty,
    duty_of_rates,
    pays_column_2,
    preference,
    programmes,
)
from tariffcalc.values.codes import dotted, prefixes
from tariffcalc.values.days import LATEST, parse_day


class Row(NamedTuple):
    """A row of the schedule, as far as base duties turn on it.

    Attributes:
        rates: What it prints. None where no schedule held here has the code.
        is_managed: Whether the goods are supply-managed, and so kept from a preference.
    """

    rates: Rates | None
    is_managed: bool

    def says(self, column: str, stated: tuple[str, str] | None) -> Hashable:
        """Return what base duty turns on in a column; None: no rate is held there.

        Args:
            column: Of those of `Paid`.
            stated: The rate that it states as a preference, with its column, if it does.
        """
        if self.rates is None:
            return None
        general, special, column_2, known = self.rates
        text = stated[1] if stated else column_2 if column == "column 2" else general
        if not text:
            return None
        if column == "special" and stated is None:
            return text, not special, self.is_managed, known
        return text, known


class Paid(NamedTuple):
    """A column of the schedule: general, column 2, or the preference of one country.

    Attributes:
        is_usmca: Whether that is the USMCA's or NAFTA's. Nobody asks; it keeps the two apart.
    """

    column: str
    origin: str = ""
    is_usmca: bool = False


GENERAL = Paid("general")


class Schedule:
    """Finds the base duties of one importing country.

    Attributes:
        days: Those on which the base duty of any code may change.
        is_whole: Whether no reason names the code of a row, whatever the column.
    """

    def __init__(self, law: Law, importer: str) -> None:
        self._store = law.store
        self._importer = importer
        self._tables = law.tables(importer)
        self.days = [day for day in turns.schedule_days(law.store, self._tables) if day < LATEST]
        first = self._tables.coverage.start
        self._first = [first, *(max(day, first) for day in self.days)]
        self._managed = law.store.codes_of(SUPPLY_MANAGED[importer])
        self._chapters = {code[:2] for code in self._managed}
        self._numbers: dict[Row, int] = {}
        self._rows: list[Row] = []
        self._codes: list[str] = []
        self.is_whole = lru_cache(maxsize=None)(self._find_whole)
        self._place = lru_cache(maxsize=None)(self._find_place)
        self._courses: dict[tuple[int | None, bool], list[int]] = {}
        self._column_numbers = {GENERAL: 0}
        self._columns: list[tuple[Paid, str, date]] = [(GENERAL, "", first)]
        self._duties: dict[Hashable, BaseDuty] = {}

    def period(self, day: date) -> int:
        """Return the number of the period over which no base duty of the schedule changes."""
        return bisect_right(self.days, day)

    def rows(self, code: str) -> list[int]:
        """Return the number of the row of a code in each period: one list for many codes."""
        course = self._tables.items.get(code[:8])
        is_managed = code[:2] in self._chapters and not self._managed.isdisjoint(prefixes(code))
        found = self._courses.get((course, is_managed))
        if found is None:
            found = self._find_rows(code, course, is_managed)
            self._courses[course, is_managed] = found
        return found

    def _find_rows(self, code: str, course: int | None, is_managed: bool) -> list[int]:
        found = [self._number(Row(None, is_managed), code)] * len(self._first)
        for start, past, rates in [] if course is None else reversed(self._tables.course(course)):
            first, end = self._place(start), self._place(past)
            found[first:end] = [self._number(Row(rates, is_managed), code)] * (end - first)
        return found

    def _find_place(self, day: str) -> int:
        """Return the number of the first period that begins on an ISO day or after it."""
        return bisect_left(self._first, parse_day(day))

    def _number(self, row: Row, code: str) -> int:
        number = self._numbers.setdefault(row, len(self._rows))
        if number == len(self._rows):
            self._rows.append(row)
            self._codes.append(code)
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
                self._columns.append((paid, origin, day))
            found.append(number)
        return found

    def names_code(self, row: int, column: int) -> bool:
        """Whether the reason why the base duty of a row in a column is not known names the code."""
        return self._says(row, column) is None and self.duty(row, column).rate is None

    def _find_whole(self, row: int) -> bool:
        """Whether no reason names the code, whatever the column."""
        rates = self._rows[row].rates
        if rates is None:
            return False
        return all([rates.general, rates.column_2, *programmes(rates.special).values()])

    def duty(self, row: int, column: int, code: str = "") -> BaseDuty:
        """Return the base duty of a row in a column.

        Args:
            row: Of those of a code.
            column: Of those of an origin.
            code: The code, where a reason may name it. Else one of those that have the row.
        """
        says = self._says(row, column)
        name = says or row, column
        found = self._duties.get(name)
        if found is None:
            found = self._duties[name] = self._find_duty(row, column, self._codes[row])
        if says is not None or not code:
            return found
        # Of the code nothing counts but its name: whether it is supply-managed, the row tells.
        held, asked = dotted(self._codes[row][:8]), dotted(code[:8])
        citation, reason = found.citation.replace(held, asked), found.reason
        return found._replace(citation=citation, reason=reason and reason.replace(held, asked))

    def _find_duty(self, row: int, column: int, code: str) -> BaseDuty:
        paid, origin, day = self._columns[column]
        rates, is_preferred = self._rows[row].rates, paid.column == "special"
        return duty_of_rates(self._store, self._tables, rates, code, origin, day, is_preferred)

    def _says(self, row: int, column: int) -> Hashable:
        (paid, origin, day), own, stated = self._columns[column], self._rows[row], None
        if paid.column == "special" and own.rates is not None:
            rates = own.rates
            stated = preference(self._importer, rates.general, rates.special, origin, day)
        return own.says(paid.column, stated)
