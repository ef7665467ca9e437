"""The Python lane: one row in, one row of results out, equal to the cent to what `quote` says.

What is not an ordinary row is read cell by cell, and what is no plain share of the value goes to
the engine itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tariffcalc.batch import remarks
from tariffcalc.batch.by_engine import as_shipment, count, price_by_engine, price_under
from tariffcalc.batch.cells import CellError, CellReader
from tariffcalc.batch.columns import ColumnMap, Defaults
from tariffcalc.batch.covered import as_refusal
from tariffcalc.batch.csv_form import CsvForm
from tariffcalc.batch.entries import Entries, Entry
from tariffcalc.batch.finder import HUGE, Finder, Found
from tariffcalc.batch.formula import VALUE_UNIT, cents
from tariffcalc.batch.keys import Base
from tariffcalc.batch.ordinary import Ordinary
from tariffcalc.batch.printer import Printer
from tariffcalc.batch.ready import Paid, Ready
from tariffcalc.batch.result import (
    CHARGES,
    PROHIBITED,
    Charges,
    Result,
    column_names,
    compare_filed,
    refused_line,
    spread_charges,
    without_price,
)
from tariffcalc.batch.shares import add_line, entry_of, paid_by
from tariffcalc.batch.tally import Tally
from tariffcalc.catalogue.law import Law
from tariffcalc.engine.shipment import Shipment
from tariffcalc.library import Catalogue
from tariffcalc.values.exchange import ExchangeRates
from tariffcalc.values.issues import InputError
from tariffcalc.values.money import round_cents
from tariffcalc.values.rates import Rate


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
        charges: Charges = "compact",
    ) -> None:
        """Make a pricer.

        Args:
            catalogue: Holds the law.
            columns: Of the file.
            defaults: For rows that say nothing of a field.
            cells: Reads the cells.
            known_on: As in `Options`, like the next two.
            assume: Threatened acts to price as law.
            rates: Of exchange.
            charges: The form of the charges.
        """
        known = known_on.isoformat() if isinstance(known_on, date) else known_on
        self._law: Law = catalogue.law(known, assume).sheets
        self._edition = catalogue.edition
        self._tally = Tally()
        self._finder = Finder(self._law, columns, defaults, cells, rates, self._tally)
        self._ordinary = Ordinary(self._finder)
        self._charges = charges
        self._measures = None if charges == "compact" else charges
        self.columns = column_names(charges)
        self.entries: Entries | None = None

    @property
    def law(self) -> Law:
        """The law that rows are priced under."""
        return self._law

    @property
    def finder(self) -> Finder:
        """What the texts of the file stand for."""
        return self._finder

    @property
    def measures(self) -> tuple[str, ...] | None:
        """The measures that have a column of their own; None: one column holds all charges."""
        return self._measures

    @property
    def tally(self) -> Tally:
        """The sums over all rows priced so far."""
        points = self._finder.points
        for one in points:
            self._tally.covers |= one.covers
            self._tally.steps |= one.piles.resolved
        return self._tally

    def price(self, cells: Sequence[str], number: int) -> Result:
        """Return the results of a row, one text for each of `columns`. Never raises on its input.

        Args:
            cells: The row.
            number: Its number as spreadsheets count, for the summary of errors.
        """
        return self._price_any(cells, number)

    def printer(self, form: CsvForm) -> Printer:
        """Return what prints rows as lines of a CSV; a pricer has one form for all its rows."""
        return Printer(
            self._ordinary, self._tally, form, self._edition, self.price, self._measures,
            self.entries,
        )  # fmt: skip

    def survey(self, cells: Sequence[str]) -> None:
        """Add a row to the entry it belongs to, in a first pass over the file."""
        if self.entries is None:
            self.entries = Entries()
        with suppress(LookupError, ValueError):
            return self._ordinary.survey(self.entries, cells)
        try:
            number = self._finder.reader.entry(cells)
        except CellError:
            return  # it is an error, and of no entry
        if not number:
            return
        self._ordinary.make_room()
        try:
            found = self._find(cells)
            add_line(self.entries, number, found, self._worth(found, cells))
        except (CellError, InputError):
            self.entries.add_unread(number)

    def price_odd(self, cells: Sequence[str], number: int) -> Result:
        """Do the same for a row that is known not to be plain: it is read cell by cell."""
        return self._price_any(cells, number, self._finder.read)

    def _price_any(
        self,
        cells: Sequence[str],
        number: int,
        find: Callable[[Sequence[str]], Found] | None = None,
    ) -> Result:
        """Price a row of any kind."""
        self._ordinary.make_room()
        if not any(cells):
            return self.leave("blank")
        try:
            found = (find or self._find)(cells)
            row = compare_filed(self._price_found(found, cells), found.filed)
        except CellError as error:
            return self.refuse(error, number)
        except InputError as error:
            return self.refuse(as_refusal(error), number)
        if self._measures is not None:
            return spread_charges(row, self._measures)
        self._tally.add_charged(row[CHARGES])
        return row

    def leave(self, status: str) -> Result:
        """Return the results of a row that is not priced, and count it; `status` says why."""
        self._tally.add_status(status)
        return without_price(status, self._edition, self._charges)

    def refuse(self, fault: CellError, number: int) -> Result:
        """Return the results of a row that cannot be priced, and count it.

        Args:
            fault: What is wrong with it.
            number: Its number as spreadsheets count.
        """
        self._tally.add_error(fault.code, number)
        row = refused_line(fault.code, fault.field, fault.message, self._edition)
        return row if self._measures is None else spread_charges(row, self._measures)

    def _find(self, cells: Sequence[str]) -> Found:
        try:
            return self._finder.look(cells)
        except KeyError:
            return self._finder.read(cells)

    def _price_found(self, found: Found, cells: Sequence[str]) -> Result:
        """Price a row by what it stands for."""
        known, point, value, declared = found.known, found.point, found.value, found.declared
        lane = known.lane
        entry, paid, on_entry = None, None, list[str]()
        number = "" if self.entries is None else self._finder.reader.entry(cells)
        if self.entries is not None and not number:
            on_entry.append(remarks.ENTRY_BLANK)
        elif self.entries is not None:
            worth = self._worth(found, cells)  # where there is none, no law is looked at
            entry, on_entry = entry_of(self.entries, number, found)
            if entry is not None:
                paid = paid_by(entry, found, worth)
        said = [*found.said, *on_entry]
        base = lane.base(known, point)
        add_cvd = None if declared is None else declared.add_cvd
        cvd = None if add_cvd is None else int(add_cvd * 100)  # it is read in whole cents
        if base is None or value is None or not 0 < value < HUGE:
            return self._price_by_engine(found, cells, entry, paid, said)
        ready = lane.ready(
            known, point, known.segment_of(value if entry is None else entry.total), base
        )
        by_quantity = base.per_unit is not None and found.quantity is not None
        if (
            ready is None
            or (by_quantity and lane.spot(point).turns)
            or (declared is not None and declared.contents and ready.asks_contents)
            or (cvd is not None and (ready.then.prohibited or ready.now.prohibited))
        ):
            return self._price_by_engine(found, cells, entry, paid, said)
        return self._price_ready(found, ready, base, paid, said, cvd)

    def _price_ready(
        self,
        found: Found,
        ready: Ready,
        base: Base,
        paid: Paid | None,
        said: Sequence[str],
        cvd: int | None,
    ) -> Result:
        """Multiply out what is ready for a row."""
        point, value, lane = found.point, found.value or 0, found.known.lane
        levied = lane.levies(found.known, point.day)
        sums = point.code.sums, point.origin.sums, point.day.sums
        duty = None if base.rate is None else cents(value, base.rate)
        if base.per_unit is not None and found.quantity is not None:
            duty = duty_on(base.per_unit, value, found.quantity, found.unit)
        why = () if ready.is_known else lane.why(ready, point.code)
        why_base = base.reasons
        return ready.work_out(value, base.rate, duty, levied, sums, why_base, why, paid, said, cvd)

    def _worth(self, found: Found, cells: Sequence[str]) -> int:
        """Return the value of a line in ten-thousandths, the last of them rounded half up.

        Raises:
            InputError: when there is no rate of exchange.
        """
        if found.value is not None:
            return found.value
        priced = price_under(self._law, self._shipment(found, cells), None, None).priced
        exact = priced.amounts.customs_value * VALUE_UNIT
        return int(exact.to_integral_value(ROUND_HALF_UP))

    def _shipment(self, found: Found, cells: Sequence[str]) -> Shipment:
        declared = found.declared or self._finder.reader.read(cells)
        return as_shipment(declared, found.fx)

    def _price_by_engine(
        self,
        found: Found,
        cells: Sequence[str],
        entry: Entry | None,
        paid: Paid | None,
        said: Sequence[str],
    ) -> Result:
        """Price a row by the engine behind `quote`."""
        point, lane = found.point, found.known.lane
        row, owed, charges, refundable = price_by_engine(
            self._law,
            self._shipment(found, cells),
            None if entry is None else Decimal(entry.total) / VALUE_UNIT,
            paid,
            [*said, *lane.remarks(found.known, point)],
            remarks.of_unknown_fees(
                fee for fee in lane.levies(found.known, point.day).levies.fees if fee.unknown
            ),
        )
        sums = point.code.sums, point.origin.sums, point.day.sums, self._tally.sums(lane.currency)
        count(self._tally, sums, row[0], self._worth(found, cells), owed, refundable)
        if row[0] != PROHIBITED:
            for charge, amount in zip(charges[1:], owed.charges, strict=True):
                self._tally.add_charge(lane.currency, charge.measure, amount)
        return row


def duty_on(rate: Rate, value: int, quantity: Decimal, unit: str | None) -> int | None:
    """Return a base duty per unit in cents, or None when the quantity is in no unit of the rate."""
    exact = rate.amount(Decimal(value) / VALUE_UNIT, quantity, unit)
    return None if exact is None else int(round_cents(exact) * 100)
