"""The Python lane: one row in, one row of results out, equal to the cent to what `quote` says.

An ordinary row is a few lookups and a few multiplications of integers. Whatever does not go that
way is read cell by cell, and what is no plain share of the value goes to the engine itself.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tariffcalc.batch import remarks
from tariffcalc.batch.by_engine import as_shipment, count, price_by_engine, price_under
from tariffcalc.batch.cells import CellError, CellReader
from tariffcalc.batch.columns import ColumnMap, Defaults
from tariffcalc.batch.declared import CAP, Declared
from tariffcalc.batch.entries import Entries, Entry, Kind, Weight
from tariffcalc.batch.finder import MORE, Finder, Found
from tariffcalc.batch.formula import VALUE_UNIT
from tariffcalc.batch.keys import SEGMENT
from tariffcalc.batch.points import Asked
from tariffcalc.batch.ready import Base, Paid, Ready, total
from tariffcalc.batch.result import (
    Charges,
    Result,
    column_names,
    compare_filed,
    refused_line,
    spread_charges,
)
from tariffcalc.batch.tally import Tally
from tariffcalc.catalogue.law import Law
from tariffcalc.library import Catalogue
from tariffcalc.values.exchange import ExchangeRates
from tariffcalc.values.issues import InputError


class LinePricer:
    """Prices the rows of a file one by one.

    Attributes:
        columns: Names of the result columns, in order.
        entries: The entries of the file, once they are gathered; None: each row is its own.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        columns: ColumnMap,
        defaults: Defaults,
        cells: CellReader,
        *,
        known_on: date | str = "day",
        assume: Sequence[str] = (),
        rates: ExchangeRates | None = None,
        entries: Entries | None = None,
        charges: Charges = "compact",
    ) -> None:
        """Make a pricer; the arguments are those of `Catalogue.law` and of `Options`."""
        known = known_on.isoformat() if isinstance(known_on, date) else known_on
        self._law: Law = catalogue.law(known, assume).sheets
        self._edition = catalogue.edition
        self._tally = Tally()
        self._finder = Finder(self._law, columns, defaults, cells, rates, self._tally)
        self._measures = None if charges == "compact" else charges
        self.columns = column_names(charges)
        self.entries = entries
        self._is_ordinary = self._measures is None and not any(f in columns.places for f in MORE)
        self._width = len(columns.header)
        self._known = self._finder.known
        self._pick = self._finder.pick
        self._code = columns.places["classification"]
        self._value = columns.places["customs_value"]
        self._origin = columns.places.get("origin", -1)
        self._day = columns.places.get("entry_date", -1)

    @property
    def tally(self) -> Tally:
        """The sums over all rows priced so far."""
        points = [lane.points for lane in self._finder.lanes.values()]
        self._tally.covers = sum(len(one.covers.keys) for one in points)
        self._tally.steps = sum(one.resolved for one in points)
        return self._tally

    def price(self, cells: Sequence[str], number: int) -> Result:
        """Return the results of a row, one text for each of `columns`. Never raises on its input.

        Args:
            cells: The row.
            number: Its number as spreadsheets count, for the summary of errors.
        """
        if not self._is_ordinary or len(cells) != self._width:
            return self._price_any(cells, number)
        try:
            known = self._known[self._pick(cells)]
            code = known.codes[cells[self._code]]
            origin = known.origins[cells[self._origin] if self._origin >= 0 else ""]
            day = known.days[cells[self._day] if self._day >= 0 else ""]
            value = self._finder.value(cells[self._value])
            base = known.base or code.bases[day.period + origin.kind + known.claimed]
            lane = known.lane
            key = code.key + origin.key + day.key
            ready = known.ready[key + (bisect_left(lane.limits, value) << SEGMENT)]
            if not isinstance(ready, Ready):
                ready = ready.by_base[base.number]
            cell = lane.cells[code.place + origin.place + day.month]
        except KeyError:
            return self._price_any(cells, number)
        if ready.is_short and base.rate is not None and not known.is_foreign:
            return ready.price(value, base.rate, cell)
        return self._price_any(cells, number)

    def survey(self, cells: Sequence[str]) -> None:
        """Add a row to the entry it belongs to, in a first pass over the file."""
        number = self._finder.reader.entry(cells)
        if not number:
            return
        if self.entries is None:
            self.entries = Entries()
        try:
            found = self._find(cells)
            value = self._worth(found)
        except (CellError, InputError):
            self.entries.add_unread(number)
            return
        lane, manner, day = found.known.lane, found.known.manner, found.day.day
        fees = lane.fees_borne(manner, day)
        freed = self._freed(found) if fees and lane.points.may_be_free(manner.claims) else ()
        kind = Kind(day, manner.mode)
        self.entries.add(lane.importer, number, kind, len(lane.fees), Weight(value, fees, freed))

    def _find(self, cells: Sequence[str]) -> Found:
        try:
            return self._finder.look(cells)
        except KeyError:
            return self._finder.read(cells)
