"""Rows printed as lines of a CSV: ordinary rows in one go, from cells to text.

A row is ordinary where every cell is plain, and nothing is declared that only the engine can take.
Most rows of most files are such, and here they are a few lookups and a few multiplications, in one
loop: a call for each step would cost as much as the step. It says what `Ready.work_out` says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from tariffcalc.batch.csv_form import CsvForm
from tariffcalc.batch.declared import FILED, RARE
from tariffcalc.batch.finder import HUGE, MORE, Finder
from tariffcalc.batch.formula import CENT, HALF, TO_CENTS, cents
from tariffcalc.batch.keys import Point, Texts
from tariffcalc.batch.ready import Ready
from tariffcalc.batch.remarks import BETWEEN
from tariffcalc.batch.result import (
    UNKNOWN,
    Result,
    compare_filed,
    effective_rate,
    money,
    spread_charges,
)
from tariffcalc.batch.rows import Block
from tariffcalc.batch.tally import BASE, DUTY, LINES, PAYABLE, REFUNDABLE, VALUE, leave_out
from tariffcalc.batch.ways import Ways

MANY = 20_000
"""Rows from which on the texts of small amounts are made once: most amounts are such."""

WRITTEN = 100_000
"""Amounts of fewer cents are small."""

LOOKED_AT = ("shipped_date", "quantity", *FILED, *RARE)
"""Fields beyond the necessary ones that are looked at here; a quantity need not count."""

HERE = "#"
"""Stands for an amount while what is around it is made: in no name, and no delimiter."""

MARKS = ",;\t|"
"""Delimiters that stand in no amount, share or charge: where it is another, these are quoted."""


class Printer:
    """Prints the rows of a file."""

    def __init__(
        self,
        finder: Finder,
        form: CsvForm,
        edition: str,
        price: Callable[[Sequence[str], int], Result],
        measures: Sequence[str] | None,
    ) -> None:
        """Begin a file.

        Args:
            finder: Of what its texts stand for.
            form: How a row is written.
            edition: Of the catalogue.
            price: Prices a row of any kind, with its number.
            measures: Those that have columns of their own; None: one column has all charges.
        """
        places = finder.reader.places
        more = [name for name in MORE if name in places and name not in LOOKED_AT]
        is_ordinary = not more and form.delimiter in MARKS
        self._width = form.width if is_ordinary else -1
        self._finder = finder
        self._form = form
        self._price = price
        self._edition = edition
        self._places: list[Any] = [
            places.get(name)
            for name in (
                "classification",
                "customs_value",
                "entry_date",
                "shipped_date",
                "quantity",
            )
        ]
        self._filed_at = [places[name] for name in FILED if name in places]
        self._measures = measures
        self._ways = Ways(finder)
        self._texts: list[str] = []
        self._endings: Texts[str] = Texts(self._ending)

    def print(self, block: Block, first: int) -> list[str]:
        """Return the lines of some rows, with their ends.

        Args:
            block: The rows.
            first: Number of the first as spreadsheets count, for the summary of errors.
        """
        form, finder = self._form, self._finder
        parting, scales = finder.glance.point, finder.glance.scales
        price, width, mark = self._price, self._width, form.delimiter
        code_at, value_at, day_at, shipped_at, quantity_at = self._places
        ways, pick, endings = self._ways, self._ways.pick, self._endings
        filed_of = self._filed_cents if self._filed_at else None
        rare, no_rare = (finder.rare if finder.no_rare else None), finder.no_rare
        printed: list[str] = []
        texts, partial = self._texts, 0
        most = len(texts)
        measures, ok = self._measures, f"{mark}ok{mark}"
        none = f"{self._cells('')}0.00{mark}"
        unknown_base = f"{mark}partial{mark}{UNKNOWN}{mark}"
        unknown_rest = f"{mark}{UNKNOWN}{mark}{UNKNOWN}"
        add = printed.append
        for start, cells in zip(block.starts, block.rows, strict=True):
            try:
                if len(cells) != width or (rare is not None and rare(cells) != no_rare):
                    raise KeyError
                way = ways[pick(cells)]
                code = way.codes[cells[code_at]]
                day = way.days[cells[day_at] if day_at is not None else ""]
                shipped = way.shipped[cells[shipped_at] if shipped_at is not None else ""]
                quantity = "" if quantity_at is None else cells[quantity_at]
                if quantity and not finder.units(quantity):
                    raise KeyError
                filed = filed_of(cells) if filed_of else None
                if shipped.ordinal > day.ordinal or way.is_foreign:
                    raise KeyError
                raw = cells[value_at]
                before, dot, after = raw.partition(parting)
                digits = before + after
                if digits.isdigit() and raw.isascii() and (after or not dot):
                    value = int(digits) * scales[len(after)]
                else:
                    value = finder.value(raw)
                if not 0 < value < HUGE:
                    raise KeyError
                spot = code.pairs[way.group][day.number]
                period = day.period
                base = way.base or code.rows[period][way.columns[period]]
                if quantity and base.per_unit is not None:
                    raise KeyError
                key = way.vain
                if spot.is_open:
                    segment = way.segment_of(value) if way.limits else way.segment
                    key = way.key + shipped.key + segment + base.key & spot.heeds
                ready = spot.ready.get(key)
                levied = way.levies[day.levies]
                if ready is None:
                    point, segment = Point(code, way.origin, day, shipped), way.segment_of(value)
                    ready = way.lane.ready(way.known, point, segment, base)
                    if ready is None:
                        raise KeyError
            except (LookupError, ValueError):
                if finder.is_full:  # room is made now
                    ways.clear()
                add(form.row(cells, price(cells, first + len(printed))))
                continue
            if not ready.middle:
                self._word(ready)
            rate, whole = base.rate, ready.whole
            chapter, source, month = code.sums, way.sums, day.sums
            if not (ready.is_plain and levied.is_plain):
                duty = None if rate is None else cents(value, rate)
                why = () if ready.is_known else way.lane.why(ready, code)
                sums = chapter, source, month
                result = ready.work_out(value, rate, duty, levied, sums, base.reasons, why)
                if filed is not None:
                    result = compare_filed(result, Decimal(filed) / 100)
                if measures is not None:
                    result = spread_charges(result, measures)
                add(form.line(start, result))
                continue
            if not ready.terms:
                charges, added, added_text = none, 0, "0.00"
            elif ready.rate is not None:
                added = (value * ready.rate + HALF) // TO_CENTS
                ready.sums[0][0] += added
                added_text = texts[added] if added < most else money(added)
                charges = f"{ready.before}{added_text}{ready.after}{added_text}{mark}"
            else:
                charges, added = ready.charges(value, rate)
                added_text = texts[added] if added < most else money(added)
                charges = f"{self._cells(charges)}{added_text}{mark}"
            if levied.over < value < levied.under:
                fee, fee_text = levied.flat
            else:
                fee, fee_text = levied.fee(value)
            if rate is None:
                duty = added
                whole[PAYABLE] += duty + fee
                leave_out((chapter, source, month), whole, None, None, None)
                partial += 1
                tax_text = UNKNOWN if levied.tax else "0.00"
                add(
                    f"{start}{unknown_base}{charges}{UNKNOWN}{mark}{fee_text}{mark}{tax_text}"
                    f"{unknown_rest}{ready.middle}{UNKNOWN}{mark}{endings[ready.remarks, base.why]}"
                )
            else:
                owed = 0
                duty, base_text, duty_text = added, "0.00", added_text
                if rate:
                    owed = (value * rate + HALF) // TO_CENTS
                    whole[BASE] += owed
                    duty += owed
                    base_text = texts[owed] if owed < most else money(owed)
                    duty_text = base_text
                    if added:
                        duty_text = texts[duty] if duty < most else money(duty)
                payable, owing, tax_text = duty, duty_text, "0.00"
                if fee:
                    payable += fee
                    owing = texts[payable] if payable < most else money(payable)
                if levied.tax:
                    tax = ((value + duty * CENT) * levied.tax + HALF) // TO_CENTS
                    tax_text = texts[tax] if tax < most else money(tax)
                    payable += tax
                    owing = texts[payable] if payable < most else money(payable)
                whole[PAYABLE] += payable
                share, sure = ready.shares.get(rate) or ready.share(rate)
                if value < sure:
                    share = effective_rate(duty, value)
                since, back = owing, "0.00"
                if ready.has_changed:
                    now = ready.payable_now(value, rate, owed, fee, levied)
                    since = money(now)
                    if payable > now:
                        whole[REFUNDABLE] += payable - now
                        back = money(payable - now)
                middle = ready.middle
                if filed is not None:
                    middle = f"{middle[:-1]}{money(filed - duty)}{mark}"
                add(
                    f"{start}{ok}{base_text}{mark}{charges}{duty_text}{mark}{fee_text}{mark}"
                    f"{tax_text}{mark}{owing}{mark}{share}{middle}{since}{mark}{back}"
                    f"{ready.ending}"
                )
            chapter[LINES] += 1
            source[LINES] += 1
            month[LINES] += 1
            chapter[VALUE] += value
            source[VALUE] += value
            month[VALUE] += value
            if duty:
                chapter[DUTY] += duty
                source[DUTY] += duty
                month[DUTY] += duty
        if not most and first > MANY:
            self._texts = [*map(money, range(WRITTEN))]
        if partial:
            finder.tally.add_status("partial", partial)
        return printed

    def _filed_cents(self, cells: Sequence[str]) -> int | None:
        """Return what was filed, in cents; None where nothing was.

        Raises:
            KeyError: when it is to be read, or has parts of a cent.
        """
        found = None
        for place in self._filed_at:
            if cells[place]:
                units = self._finder.units(cells[place])
                if units is None or units % CENT:
                    raise KeyError
                found = (found or 0) + units // CENT
        return found

    def _word(self, ready: Ready) -> None:
        """Make the texts that all lines of one kind have, and note what charges them."""
        mark, form = self._form.delimiter, self._form
        names = [term.measure for term in ready.then.terms]
        self._finder.tally.charged.update(names)
        ready.middle = f"{mark}{form.join([*ready.law, ''])}{mark}"
        ready.ending = self._endings[ready.remarks, ""]
        if ready.rate is not None:
            ready.before, _, ready.after = self._cells(f"{names[0]}={HERE}").partition(HERE)

    def _cells(self, charges: str) -> str:
        """Return the cell of some charges, or one for each measure, with what parts it off."""
        mark = self._form.delimiter
        if self._measures is None:
            cell = self._form.join([charges]) if mark in charges else charges
            return f"{cell}{mark}"
        held = dict(charge.split("=", 1) for charge in charges.split(";") if charge)
        return "".join([f"{held.get(measure, '')}{mark}" for measure in self._measures])

    def _ending(self, warnings: tuple[str, str]) -> str:
        """Return the last cells of a line with such warnings, and its end."""
        form, said = self._form, BETWEEN.join(filter(None, warnings))
        return f"{form.delimiter}{form.join([said, '', '', '', self._edition])}{form.line_end}"
