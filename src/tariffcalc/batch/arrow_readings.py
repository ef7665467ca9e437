"""The texts of a batch as numbers: each distinct text is read once, by the readers of the lanes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from threading import RLock
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch import remarks
from tariffcalc.batch.arrow_arrays import flags_of, number_array, numbers_of
from tariffcalc.batch.arrow_calls import cast, encoded, fill_null, matching, replaced, take
from tariffcalc.batch.arrow_days import month_name, months_of, plain_days
from tariffcalc.batch.arrow_formulas import Formulas
from tariffcalc.batch.arrow_pairs import Pairs
from tariffcalc.batch.arrow_said import NONE, ONE, Texts
from tariffcalc.batch.arrow_sets import numbered
from tariffcalc.batch.arrow_tables import Grid, Ids, Records, TextTable, each
from tariffcalc.batch.cells import CellError
from tariffcalc.batch.declared import NEEDED, ORDER, LineReader
from tariffcalc.batch.finder import PICKED
from tariffcalc.batch.plain import CODE
from tariffcalc.batch.points import Points
from tariffcalc.batch.preference import join_claims
from tariffcalc.engine.base import USMCA, declared_duty
from tariffcalc.engine.levies import lacks_province

DAYS = ("entry_date", "shipped_date")
KEYS = ("classification", "origin", "entry_date", "shipped_date", "fx", *PICKED)
"""Fields that are read by their texts."""

Columns = Mapping[str, Any]
"""Arrays of text by field, those of `KEYS` perhaps as dictionaries, where null is blank.

A field that is not there is blank in all rows.
"""

WARNED = tuple(name for name in ORDER if name in (*DAYS, "classification"))
"""Fields whose warnings are told here, in the order in which cells are read."""

OWN = 1
"""The number of the importing country's own currency."""


class Readings:
    """What texts are read as.

    Attributes:
        countries: The points of the importing countries met so far; the first is number 1.
        values: What the texts of a field were read as, by number, with ordinal and month of a day,
            and the number of what a person is to be told of it.
        months: Months of days, by number.
        claims: Country and claims made, by number, and whether a line may enter free by them.
        terms: Country, claims, mode and province, by number.
        modes: Modes of transport, by number.
        currencies: Importing country, currency of values and its own, by number; `OWN` is its own.
        units: Units of quantities, by number.
        manners: Manners of entry, with the number of country, claims, terms, base duty, mode,
            currency and unit, and whether a preference is claimed, 1 or 2.
    """

    def __init__(
        self,
        reader: LineReader,
        points_of: Callable[[str], Points | None],
        formulas: Formulas,
        said: Texts,
        lock: RLock,
    ) -> None:
        """Begin with nothing known.

        Args:
            reader: Of cells.
            points_of: Gives the points of an importing country.
            formulas: Where declared base duties have their numbers.
            said: Where what is said of cells has its numbers.
            lock: Of the lane.
        """
        self._reader = reader
        self._points_of = points_of
        self._formulas = formulas
        self._lock = lock
        self.countries: list[Points] = []
        self.values = {name: Records("ordinal", "month", "told") for name in KEYS}
        self._said, self._has_told = said, False
        self._told = Pairs(said.join, lock)
        self.months = Records()
        self.claims, self.terms, self.modes = Records("frees"), Records(), Records()
        self.currencies = Records()
        self.currencies.number(None)
        self.units = Records()
        self.manners = Records(
            "country", "claims", "claimed", "terms", "base", "mode", "currency", "unit"
        )
        self._texts = {name: TextTable(self._reading(name), lock) for name in KEYS}
        self._texts["classification"] = TextTable(self._codes(), lock)
        for name in DAYS:
            self._texts[name] = TextTable(self._days(name), lock)
        self._declared = [name for name in PICKED if name in reader.places]
        self._countries, self._parts = Records(), Records()
        self._parts.number(())
        self._part = Grid(each(self._find_part), lock)
        self._manner = Grid(each(self._find_manner), lock)

    def number(self, name: str, columns: Columns) -> Ids:
        """Return the number of each text of a field; 0 where it cannot be read, or needs words."""
        texts, table = columns.get(name), self._texts[name]
        if texts is None:
            return np.array([table.blank], np.intp)
        if not isinstance(texts, pa.DictionaryArray):
            return table.numbers(texts)
        numbers = np.append(table.numbers(texts.dictionary), table.blank)
        last = number_array(np.array([len(texts.dictionary)], np.int32))[0]
        places = fill_null(cast(texts.indices, pa.int32()), last)
        found: Ids = np.take(numbers, numbers_of(places, np.int32))
        return found

    def blank(self, name: str) -> int:
        """Return the number of the text of a field that is blank."""
        return self._texts[name].blank

    def ordinal(self, name: str, numbers: Ids) -> Any:
        """Return the days of a field as ordinals, 0 where there is none."""
        return self.values[name].of(numbers, "ordinal")

    def manner(self, columns: Columns) -> Ids:
        """Return the number of each row's manner of entry."""
        part = ONE
        for name in self._declared:
            part = self._part.numbers(part, self.number(name, columns))
        return self._manner.numbers(part, ONE)

    def told(self, numbers: Mapping[str, Ids]) -> Ids:
        """Return the number of what is said of the cells of each row; 0: there is no room for it.

        Args:
            numbers: Of the texts of `WARNED`.
        """
        found = ONE
        for name in WARNED if self._has_told else ():
            told = self.values[name].of(numbers[name], "told")
            found, told = np.broadcast_arrays(found, told)
            rows = np.flatnonzero(told > NONE)  # few
            if rows.size:
                found = found.copy()
                found[rows] = self._told.numbers(found[rows], told[rows])
        return found

    def _codes(self) -> Callable[[Any], Ids]:
        """Return a function that gives the numbers of codes: most are plain, in some spelling."""
        read, values = self._reading("classification"), self.values["classification"]

        def numbers(texts: Any) -> Ids:
            is_plain = flags_of(matching(texts, CODE))
            plain = encoded(replaced(take(texts, number_array(np.flatnonzero(is_plain))), ".", ""))
            found = np.zeros(len(texts), np.intp)
            known = [values.number(digits, 0, 0, NONE) for digits in plain.dictionary.to_pylist()]
            found[is_plain] = np.array(known, np.intp)[numbers_of(plain.indices, np.int32)]
            found[~is_plain] = read(take(texts, number_array(np.flatnonzero(~is_plain))))
            return found

        return numbers

    def _days(self, name: str) -> Callable[[Any], Ids]:
        """Return a function that gives the numbers of days; one written in two ways has two."""
        read, values = self._reading(name), self.values[name]

        def numbers(texts: Any) -> Ids:
            days = plain_days(texts)
            is_plain = days > 0
            months, places = numbered(months_of(days[is_plain]))
            named = [self.months.number(month_name(month)) for month in months.tolist()]
            found = np.zeros(len(texts), np.intp)
            days = days[is_plain]
            month = np.array(named, np.int64)[places]
            found[is_plain] = values.extend(np.array([days, month, np.full_like(days, NONE)]).T)
            found[~is_plain] = read(take(texts, number_array(np.flatnonzero(~is_plain))))
            return found

        return numbers

    def _reading(self, name: str) -> Callable[[Any], Ids]:
        """Return a function that gives the numbers of what texts are read as."""
        values = self.values[name]

        def number(text: str) -> int:
            try:
                value, warning = self._reader.field(name, text)
            except CellError:
                return 0
            if value is None and name in NEEDED:
                return 0
            day, month = 0, 0
            if isinstance(value, date):
                day, month = value.toordinal(), self.months.number(value.isoformat()[:7])
            if warning is None:
                return values.number(value, day, month, NONE)
            if name not in WARNED:
                return 0
            self._has_told = True
            return values.add(value, day, month, self._said.say([remarks.of_cell(name, warning)]))

        return lambda texts: np.array([*map(number, texts.to_pylist())], np.intp)

    def _find_part(self, first: int, second: int) -> int:
        return self._parts.number((*self._parts.keys[first], second))

    def _find_manner(self, part: int, _: int) -> int:
        numbers = dict(zip(self._declared, self._parts.keys[part], strict=True))
        for name in PICKED:
            if name not in numbers:
                numbers[name] = self._texts[name].blank
        if not all(numbers.values()):
            return 0
        told = {name: self.values[name].keys[number] for name, number in numbers.items()}
        points = self._points_of(told["importer"])
        if points is None:
            return 0
        own, currency = points.currency, told["currency"] or points.currency
        key = points.importer, currency, own
        valued = OWN if currency == own else self.currencies.number(key)
        country = self._countries.number(points.importer)
        if country > len(self.countries):
            self.countries.append(points)
            for head in points.tables.measures:
                self._formulas.currencies[head.id] = points.currency
        claims = join_claims(told["claims"], told["preference"]).made
        if lacks_province(points.tables.levies, claims, told["province"]):
            return 0
        base, rate = 0, told["base_rate"]
        if rate is not None:
            base = self._formulas.base(declared_duty(rate), points.base_class(rate))
            if not base:
                return 0
        terms = country, claims, told["mode"], told["province"]
        return self.manners.number(
            (*terms, rate, valued, told["unit"]),
            country,
            self.claims.number((country, claims), points.may_be_free(claims)),
            1 + (USMCA in claims),
            self.terms.number(terms),
            base,
            self.modes.number(told["mode"]),
            valued,
            self.units.number(told["unit"]),
        )
