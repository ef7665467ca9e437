"""The Python lane: one row in, one row of results out, equal to the cent to what `quote` says.

An ordinary row is a few lookups and a few multiplications of integers. Whatever does not go that
way is read cell by cell, and what is no plain share of the value goes to the engine itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tariffcalc.batch import remarks
from tariffcalc.batch.by_engine import as_shipment, count, price_by_engine, price_under
from tariffcalc.batch.cells import CellError, CellReader
from tariffcalc.batch.columns import ColumnMap, Defaults
from tariffcalc.batch.csv_form import CsvForm
from tariffcalc.batch.entries import Entries, Entry, Kind, Weight
from tariffcalc.batch.finder import HUGE, MORE, SCALES, Finder, Found
from tariffcalc.batch.formula import VALUE_UNIT, cents
from tariffcalc.batch.keys import Base, Point
from tariffcalc.batch.levied import total
from tariffcalc.batch.ready import Paid, Ready, Shown
from tariffcalc.batch.result import (
    PROHIBITED,
    Charges,
    Result,
    column_names,
    compare_filed,
    refused_line,
    spread_charges,
    without_price,
)
from tariffcalc.batch.tally import Tally
from tariffcalc.catalogue.law import Law
from tariffcalc.engine.shipment import Shipment
from tariffcalc.library import Catalogue
from tariffcalc.values.exchange import ExchangeRates
from tariffcalc.values.issues import InputError
from tariffcalc.values.money import round_cents
from tariffcalc.values.rates import Rate

LONGEST = 8
"""Digits before the point of a value that is surely below `HUGE`."""


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
        self._charges = charges
        self._measures = None if charges == "compact" else charges
        self.columns = column_names(charges)
        self.entries = entries
        is_ordinary = (
            charges == "compact"
            and not any(name in columns.places for name in MORE if name != "shipped_date")
            and self._finder.units("1.50") is not None
        )
        # Only an ordinary row is looked at at all before it is read field by field.
        self._width = len(columns.header) if is_ordinary else -1
        self._known = self._finder.known
        self._pick = self._finder.pick
        self._code = columns.places["classification"]
        self._value = columns.places["customs_value"]
        self._origin = columns.places.get("origin", -1)
        self._day = columns.places.get("entry_date", -1)
        self._shipped = columns.places.get("shipped_date", -1)

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
        self._tally.covers = sum(one.covers for one in points)
        self._tally.steps = sum(one.piles.resolved for one in points)
        return self._tally

    def price(self, cells: Sequence[str], number: int) -> Result:
        """Return the results of a row, one text for each of `columns`. Never raises on its input.

        Args:
            cells: The row.
            number: Its number as spreadsheets count, for the summary of errors.
        """
        found = self._price_plain(cells)
        return self._price_any(cells, number) if found is None else found[0].row(found[1])

    def print(self, cells: Sequence[str], number: int, form: CsvForm) -> str:
        """Return the line of a CSV that a row becomes; all rows must be given the same form."""
        found = self._price_plain(cells)
        if found is None:
            return form.row(cells, self._price_any(cells, number))
        return form.start(cells) + found[0].text(found[1], form)

    def _price_plain(self, cells: Sequence[str]) -> tuple[Ready, Shown] | None:
        """Price an ordinary row; None where it is to be read."""
        if len(cells) != self._width or self._finder.is_full:
            return None
        try:
            known = self._known[self._pick(cells)]
            lane = known.lane
            code = lane.codes[cells[self._code]]
            origin = lane.origins[cells[self._origin] if self._origin >= 0 else ""]
            day = lane.days[cells[self._day] if self._day >= 0 else ""]
            span = day.span
            spot = lane.pairs[code.group + origin.group].spots[span.number]
            claimed = known.claimed
            key, shipped = known.key + origin.vain[claimed], None
            if self._shipped >= 0:
                shipped = lane.shipped[cells[self._shipped]]
                if shipped.ordinal > day.ordinal:
                    return None
                key += shipped.key
            raw = cells[self._value]
            before, point, after = raw.partition(".")
            digits, places = before + after, len(after)
            if (
                digits.isdigit() and raw.isascii()
                and len(before) <= LONGEST and (0 < places < len(SCALES) or not point)
            ):  # fmt: skip
                value = int(digits) * SCALES[places]
            else:
                value = self._finder.value(raw)
            period = span.period
            base = known.base or lane.bases[code.rows[period] + origin.columns[claimed][period]]
        except KeyError:
            return None
        if known.is_foreign or not value:
            return None
        segment = known.segment_of(value) if known.limits else known.segment
        key += segment
        ready = spot.ready.get(key + base.key if spot.turns else key)
        if ready is None:
            ready = lane.ready(known, Point(code, origin, day, shipped), segment, base)
            if ready is None:
                return None
        levied = known.levies.get(span.levies) or lane.levies(known, day)
        rate, sums = base.rate, (code.sums, origin.sums, day.sums)
        if rate is not None and ready.is_short and levied.is_short:
            return ready, ready.price(value, rate, levied, sums)
        duty = None if rate is None else cents(value, rate)
        why = () if ready.is_known else lane.why(ready, code)
        return ready, ready.work_out(
            value, rate, duty, levied, sums, why_base=base.reasons, why=why
        )

    def survey(self, cells: Sequence[str]) -> None:
        """Add a row to the entry it belongs to, in a first pass over the file."""
        number = self._finder.reader.entry(cells)
        if not number:
            return
        if self.entries is None:
            self.entries = Entries()
        try:
            found = self._find(cells)
            value = self._worth(found, cells)
        except (CellError, InputError):
            self.entries.add_unread(number)
            return
        lane, manner, day = found.known.lane, found.known.manner, found.point.day
        places = tuple(place for _, place in lane.fees_borne(found.known, day))
        freed = self._freed(found) if places else ()
        weight, kind = Weight(value, places, freed), Kind(day.day, manner.mode)
        self.entries.add(lane.importer, number, kind, len(lane.fees), weight)

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
        if self._finder.is_full:
            self._finder.make_room()
        if not any(cells):
            self._tally.add_status("blank")
            return without_price("blank", self._edition, self._charges)
        try:
            found = (find or self._find)(cells)
            row = compare_filed(self._price_found(found, cells), found.filed)
        except CellError as error:
            row = self._refuse(error.code, error.field, error.message, number)
        except InputError as error:
            issue = error.issues[0]
            message = f"{issue.message}. {issue.hint}" if issue.hint else issue.message
            row = self._refuse(issue.code, issue.where, message, number)
        return row if self._measures is None else spread_charges(row, self._measures)

    def _refuse(self, code: str, field: str, message: str, number: int) -> Result:
        self._tally.add_error(code, number)
        return refused_line(code, field, message, "", self._edition)

    def _find(self, cells: Sequence[str]) -> Found:
        try:
            return self._finder.look(cells)
        except KeyError:
            return self._finder.read(cells)

    def _price_found(self, found: Found, cells: Sequence[str]) -> Result:
        """Price a row by what it stands for."""
        known, point, value = found.known, found.point, found.value
        lane = known.lane
        entry, on_entry = self._entry(found, cells)
        worth = self._worth(found, cells) if entry is None else entry.total
        paid = None if entry is None else self._paid(entry, found, cells)
        said = [*found.said, *on_entry]
        base = lane.base(known, point)
        if base is None or value is None or not 0 < value < HUGE or found.has_more:
            return self._price_by_engine(found, cells, entry, paid, said)
        ready = lane.ready(known, point, known.segment_of(worth), base)
        by_quantity = base.per_unit is not None and found.quantity is not None
        if ready is None or (by_quantity and lane.turns_on_base(point)):
            return self._price_by_engine(found, cells, entry, paid, said)
        return self._price_ready(found, ready, base, paid, said)

    def _price_ready(
        self,
        found: Found,
        ready: Ready,
        base: Base,
        paid: Paid | None,
        said: Sequence[str],
    ) -> Result:
        """Multiply out what is ready for a row."""
        point, value, lane = found.point, found.value or 0, found.known.lane
        levied = lane.levies(found.known, point.day)
        sums = point.code.sums, point.origin.sums, point.day.sums
        is_short = ready.is_short and levied.is_short and paid is None and not said
        if is_short and base.rate is not None:
            return ready.row(ready.price(value, base.rate, levied, sums))
        duty = None if base.rate is None else cents(value, base.rate)
        if base.per_unit is not None and found.quantity is not None:
            duty = duty_on(base.per_unit, value, found.quantity, found.unit)
        why = () if ready.is_known else lane.why(ready, point.code)
        shown = ready.work_out(value, base.rate, duty, levied, sums, paid, said, base.reasons, why)
        return ready.row(shown)

    def _entry(self, found: Found, cells: Sequence[str]) -> tuple[Entry | None, list[str]]:
        """Return the entry of a row, None for an entry of its own, and what is odd about it."""
        number = "" if self.entries is None else self._finder.reader.entry(cells)
        if self.entries is None or not number:
            return None, []
        importer = found.known.lane.importer
        said = []
        if self.entries.has_unread(number):
            said.append(remarks.ENTRY_INCOMPLETE)
        if self.entries.is_split(importer, number):
            said.append(remarks.ENTRY_SPLIT)
        kind = Kind(found.point.day.day, found.known.manner.mode)
        return self.entries.find(importer, number, kind), said

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

    def _freed(self, found: Found) -> tuple[tuple[int, bool], ...]:
        """Return in which cases a line enters free: class of its entry's value, then or now."""
        lane = found.known.lane
        cases = []
        for segment in range(len(lane.points.limits) + 1):
            frees = self._frees(found, segment)
            cases += [(segment, now) for now, is_free in enumerate(map(bool, frees)) if is_free]
        return tuple((segment, bool(now)) for segment, now in cases)

    def _frees(self, found: Found, segment: int) -> tuple[bool, bool]:
        return found.known.lane.frees(found.known, found.point, segment)

    def _paid(self, entry: Entry, found: Found, cells: Sequence[str]) -> Paid:
        """Return the share of a line in the fees of its entry, then and as the law stands."""
        lane, value = found.known.lane, self._worth(found, cells)
        segment = lane.segment(entry.total)
        fees = lane.fees_borne(found.known, found.point.day)
        frees = self._frees(found, segment) if entry.freed else (False, False)
        paid = [
            0
            if frees[now]
            else total([entry.share(fee, at, value, (segment, now)) for fee, at in fees])
            for now in ((False, True) if entry.freed else (False,))
        ]
        return paid[0], paid[-1]

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
                self._tally.add_charge(lane.currency, charge.measure, amount or 0)
        return row


def duty_on(rate: Rate, value: int, quantity: Decimal, unit: str | None) -> int | None:
    """Return a base duty per unit in cents, or None when the quantity is in no unit of the rate."""
    exact = rate.amount(Decimal(value) / VALUE_UNIT, quantity, unit)
    return None if exact is None else int(round_cents(exact) * 100)
