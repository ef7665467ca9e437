"""Rows printed as lines of a CSV: ordinary rows in one go, from cells to text.

They are a few lookups and a few multiplications here, in one loop: a call for each step would cost
as much as the step. It says what `Ready.work_out` says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from tariffcalc.batch.csv_form import CsvForm
from tariffcalc.batch.entries import Entries
from tariffcalc.batch.formula import CENT, HALF, TO_CENTS, cents
from tariffcalc.batch.keys import Point, Texts
from tariffcalc.batch.ordinary import Looked, Ordinary
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
from tariffcalc.batch.tally import (
    BASE,
    DUTY,
    LINES,
    PAYABLE,
    REFUNDABLE,
    VALUE,
    Tally,
    leave_out,
)

MANY = 20_000
"""Rows from which on the texts of small amounts are made once: most amounts are such."""

WRITTEN = 100_000
"""Amounts of fewer cents are small."""

HERE = "#"
"""Stands for an amount while what is around it is made: in no name, and no delimiter."""

MARKS = ",;\t|"
"""Delimiters that stand in no amount, share or charge: where it is another, these are quoted."""


class Printer:
    """Prints the rows of a file."""

    def __init__(
        self,
        ordinary: Ordinary,
        tally: Tally,
        form: CsvForm,
        edition: str,
        price: Callable[[Sequence[str], int], Result],
        measures: Sequence[str] | None,
        entries: Entries | None,
    ) -> None:
        """Begin a file.

        Args:
            ordinary: Finds what ordinary rows stand for.
            tally: Of the file.
            form: How a row is written.
            edition: Of the catalogue.
            price: Prices a row of any kind, with its number.
            measures: Those that have columns of their own; None: one column has all charges.
            entries: Of the file; None: each row is its own.
        """
        self._look = ordinary.look if form.delimiter in MARKS else _look_at_none
        self._ordinary = ordinary
        self._entries = entries
        self._tally = tally
        self._form = form
        self._price = price
        self._edition = edition
        self._measures = measures
        self._texts: list[str] = []
        self._endings: Texts[str] = Texts(self._ending)

    def print(self, block: Block, first: int) -> list[str]:
        """Return the lines of some rows, with their ends.

        Args:
            block: The rows.
            first: Number of the first as spreadsheets count, for the summary of errors.
        """
        form, endings = self._form, self._endings
        price, mark = self._price, form.delimiter
        look, ordinary, entries = self._look, self._ordinary, self._entries
        entry = None
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
                way, code, day, shipped, quantity, filed, value = look(cells)
                if entries is not None:
                    entry = ordinary.entry(entries, cells, way, day)
                spot = code.pairs[way.group][day.number]
                period = day.period
                base = way.base or code.rows[period][way.columns[period]]
                if quantity and base.per_unit is not None:
                    raise KeyError
                key = way.vain
                worth = value if entry is None else entry.total
                if spot.is_open:
                    segment = way.segment_of(worth) if way.limits else way.segment
                    key = way.key + shipped.key + segment + base.key & spot.heeds
                ready = spot.ready.get(key)
                levied = way.levies[day.levies]
                if ready is None:
                    point, segment = Point(code, way.origin, day, shipped), way.segment_of(worth)
                    ready = way.lane.ready(way.known, point, segment, base)
                    if ready is None:
                        raise KeyError
            except (LookupError, ValueError):
                add(form.row(cells, price(cells, first + len(printed))))
                continue
            if not ready.middle:
                self._word(ready)
            paid = None if entry is None else entry.pay(levied.borne, value)
            rate, whole = base.rate, ready.whole
            chapter, source, month = code.sums, way.sums, day.sums
            if not (ready.is_plain and levied.is_plain):
                duty = None if rate is None else cents(value, rate)
                why = () if ready.is_known else way.lane.why(ready, code)
                sums = chapter, source, month
                both = None if entry is None else (paid, paid)
                result = ready.work_out(value, rate, duty, levied, sums, base.reasons, why, both)
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
            if paid is not None:
                fee, fee_text = paid, money(paid)
            elif levied.over < value < levied.under:
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
            self._tally.add_status("partial", partial)
        return printed

    def _word(self, ready: Ready) -> None:
        """Make the texts that all lines of one kind have, and note what charges them."""
        mark, form = self._form.delimiter, self._form
        names = [term.measure for term in ready.then.terms]
        self._tally.charged.update(names)
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


def _look_at_none(cells: Sequence[str]) -> Looked:
    """Say of each row that it is not ordinary."""
    raise KeyError
