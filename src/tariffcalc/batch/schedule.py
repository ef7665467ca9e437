"""The base duties of one importing country: rows of its schedule, and the column that is paid.

A code has one row of the schedule over a period in which no duty of the schedule changes; an
origin, with its claim, one column. Rows that say the same are one, whatever their codes. Rows and
columns are small numbers, and a base duty is found once for each pair of them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from tariffcalc.batch import turns
from tariffcalc.catalogue.law import Law
from tariffcalc.engine.base import (
    PARTNERS,
    SUPPLY_MANAGED,
    USMCA_IN_FORCE,
    BaseDuty,
    pays_column_2,
    programmes,
    schedule_duty,
)
from tariffcalc.values.codes import prefixes


class Row(NamedTuple):
    """A row of the schedule, as far as base duties turn on it.

    Attributes:
        texts: Its rates, general, special and column 2. None where no schedule held here has the
            code.
        is_managed: Whether the goods are supply-managed, and so kept from a preference.
        code: Eight digits, where a reason names them: the row is not held, or not all of it.
    """

    texts: tuple[str, str, str] | None
    is_managed: bool
    code: str = ""

    def says(self, column: str) -> tuple[object, ...] | None:
        """Return what base duty turns on in a column; None: on the code, no rate is held there."""
        general, special, column_2 = self.texts or ("", "", "")
        if column == "column 2":
            return (column_2,) if column_2 else None
        if not general or column == "general":
            return (general,) if general else None
        is_whole = all(programmes(special).values())
        return (general, special, self.is_managed) if is_whole else None


class Paid(NamedTuple):
    """A column of the schedule: general, column 2, or the preference of one country."""

    column: str
    origin: str = ""
    is_usmca: bool = False


GENERAL = Paid("general")
HELD = {"US": ("general", "special", "column 2"), "CA": ("general", "special")}


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
        self._is_whole = lru_cache(maxsize=4096)(self._find_whole)
        self._row_numbers: dict[Row, int] = {}
        self._rows: list[Row] = []
        self._codes: list[dict[int, str]] = []
        self._of_code: dict[tuple[str, bool], list[int]] = {}
        self._column_numbers = {GENERAL: 0}
        self._origins: list[dict[int, str]] = [dict.fromkeys(range(len(self._first)), "")]
        self._paid = ["general"]
        self._duties: dict[Hashable, BaseDuty] = {}

    def period(self, day: date) -> int:
        """Return the number of the period over which no base duty of the schedule changes."""
        return bisect_right(self.days, day)

    def rows(self, code: str) -> list[int]:
        """Return the number of the row of a code in each period."""
        is_managed = not self._managed.isdisjoint(prefixes(code))
        known = self._of_code.get((code[:8], is_managed))
        if known is not None:
            return known
        rows: list[Row] = [Row(None, is_managed, code[:8])] * len(self._first)
        for row in reversed(self._tables.read_base_rows(code[:8])):
            period = row.period
            start, end = (bisect_left(self._first, day) for day in (period.start, period.end))
            texts = row.general, row.special, row.column_2
            own = Row(texts, is_managed, "" if self._is_whole(texts) else code[:8])
            rows[start:end] = [own] * (end - start)
        found = self._of_code[code[:8], is_managed] = []
        number, before = -1, None
        for place, own in enumerate(rows):
            if own is not before:
                number, before = self._number(own), own
            self._codes[number].setdefault(place, code)
            found.append(number)
        return found

    def _number(self, row: Row) -> int:
        number = self._row_numbers.setdefault(row, len(self._rows))
        if number == len(self._rows):
            self._rows.append(row)
            self._codes.append({})
        return number

    def _find_whole(self, texts: tuple[str, str, str]) -> bool:
        """Whether a row says in every column what is to be paid."""
        return None not in map(Row(texts, False).says, HELD[self._importer])

    def columns(self, origin: str, claimed: bool) -> list[int]:
        """Return the number of the column that goods of an origin pay in each period.

        Args:
            origin: ISO code.
            claimed: Whether NAFTA or USMCA preference is claimed.
        """
        is_preferred = claimed and origin in PARTNERS[self._importer]
        found: list[int] = []
        for place, day in enumerate(self._first):
            paid = GENERAL
            if pays_column_2(self._store, self._tables, origin, day):
                paid = Paid("column 2")
            elif is_preferred:
                paid = Paid("special", origin, day >= USMCA_IN_FORCE)
            number = self._column_numbers.setdefault(paid, len(self._origins))
            if number == len(self._origins):
                self._origins.append({})
                self._paid.append(paid.column)
            self._origins[number].setdefault(place, origin)
            found.append(number)
        return found

    def name(self, row: int, column: int) -> Hashable:
        """Return what the base duty of a row in a column turns on: it is one where that is one."""
        return self._rows[row].says(self._paid[column]) or row, column

    def duty(self, row: int, column: int) -> BaseDuty:
        """Return the base duty of a row in a column that meet in some period.

        Its citation is that of one of the codes that have the row.
        """
        name = self.name(row, column)
        found = self._duties.get(name)
        if found is None:
            codes, origins = self._codes[row], self._origins[column]
            place = next(place for place in codes if place in origins)
            found = self._duties[name] = schedule_duty(
                self._store, self._tables, codes[place], origins[place], self._first[place],
                self._paid[column] == "special",
            )  # fmt: skip
        return found

    def forget(self) -> None:
        """Drop what was found for single codes, however many there were."""
        self._row_numbers.clear()
        self._rows.clear()
        self._codes.clear()
        self._of_code.clear()
        self._duties.clear()
