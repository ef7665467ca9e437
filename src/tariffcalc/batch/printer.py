"""Rows printed as lines of a CSV: ordinary rows in one go, from cells to text.

A row is ordinary where every cell is plain, and nothing is declared that only the engine can take.
Most rows of most files are such, and here they are a few lookups and a few multiplications. The
loop says the same of them as `Ready.work_out`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tariffcalc.batch.csv_form import CsvForm
from tariffcalc.batch.finder import FRACTIONS, MORE, Finder
from tariffcalc.batch.formula import TO_CENTS, VALUE_UNIT
from tariffcalc.batch.keys import Point, Texts
from tariffcalc.batch.levied import CENT, HALF
from tariffcalc.batch.ready import Ready
from tariffcalc.batch.remarks import BETWEEN
from tariffcalc.batch.result import CENTS, UNKNOWN, Result, effective_rate, money
from tariffcalc.batch.rows import Block
from tariffcalc.batch.tally import BASE, DUTY, LINES, PAYABLE, REFUNDABLE, VALUE

LONGEST = 8
"""Digits before the point of a value that is surely below `HUGE`."""

MARKS = ",;\t|"
"""Delimiters that stand in no amount."""


class Printer:
    """Prints the rows of a file."""

    def __init__(
        self,
        finder: Finder,
        form: CsvForm,
        edition: str,
        price: Callable[[Sequence[str], int], Result],
        is_spread: bool,
    ) -> None:
        """Begin a file.

        Args:
            finder: Of what its texts stand for.
            form: How a row is written.
            edition: Of the catalogue.
            price: Prices a row of any kind, with its number.
            is_spread: Whether charges have columns of their own.
        """
        places = finder.reader.places
        more = [name for name in MORE if name in places and name != "shipped_date"]
        is_ordinary = not (more or is_spread) and finder.units("1.50") and form.delimiter in MARKS
        self._width = form.width if is_ordinary else -1
        self._finder = finder
        self._form = form
        self._price = price
        self._edition = edition
        self._places: list[Any] = [
            places.get(name)
            for name in ("classification", "customs_value", "origin", "entry_date", "shipped_date")
        ]
        self._endings: Texts[tuple[str, str], str] = Texts(self._ending)

    def print(self, block: Block, first: int) -> list[str]:
        """Return the lines of some rows, with their ends.

        Args:
            block: The rows.
            first: Number of the first as spreadsheets count, for the summary of errors.
        """
        form, finder = self._form, self._finder
        price, width, mark = self._price, self._width, form.delimiter
        code_at, value_at, origin_at, day_at, shipped_at = self._places
        manners, pick, endings = finder.known, finder.pick, self._endings
        printed: list[str] = []
        partial = 0
        add = printed.append
        for start, cells in zip(block.starts, block.rows, strict=True):
            try:
                if len(cells) != width:
                    raise KeyError
                known = manners[pick(cells)]
                lane, claimed = known.lane, known.claimed
                code = lane.codes[cells[code_at]]
                origin = lane.origins[cells[origin_at] if origin_at is not None else ""]
                day = lane.days[cells[day_at] if day_at is not None else ""]
                shipped = lane.shipped[cells[shipped_at] if shipped_at is not None else ""]
                if known.is_foreign or shipped.ordinal > day.ordinal:
                    raise KeyError
                span = day.span
                period = span.period
                spot = lane.pairs[code.group + origin.group].spots[span.number]
                base = known.base or lane.bases[code.rows[period] + origin.columns[claimed][period]]
                raw = cells[value_at]
                before, point, after = raw.partition(".")
                if before.isdigit() and len(before) <= LONGEST and raw.isascii():
                    value = int(before) * VALUE_UNIT + FRACTIONS[after if point else "0"]
                else:
                    value = finder.value(raw)
                segment = known.segment_of(value) if known.limits else known.segment
                key = known.key + origin.vain[claimed] + shipped.key + segment
                ready = spot.ready.get(key + base.key if spot.turns else key)
                levied = known.levies.get(span.levies)
                if ready is None or levied is None:
                    ready = lane.ready(known, Point(code, origin, day, shipped), segment, base)
                    levied = lane.levies(known, day)
                if ready is None or not (ready.is_plain and levied.is_plain and value):
                    raise KeyError
            except KeyError:
                add(form.row(cells, price(cells, first + len(printed))))
                continue
            rate = base.rate
            if not ready.terms:
                charges, added, added_text = "", 0, "0.00"
            elif ready.rate is not None:
                added = (value * ready.rate + HALF) // TO_CENTS
                ready.sums[0][0] += added
                added_text = f"{added // 100}{CENTS[added % 100]}"
                charges = ready.prefix + added_text
            else:
                charges, added = ready.charges(value, rate)
                added_text = money(added)
                if mark in charges:
                    charges = form.join([charges])
            fee, fee_text = levied.fee(value) if levied.fee else (0, "0.00")
            whole = ready.whole
            if rate is None:
                status, base_text, duty_text, duty = "partial", UNKNOWN, UNKNOWN, added
                tax_text = UNKNOWN if levied.tax else "0.00"
                owing = share = since = UNKNOWN
                back = ""
                whole[PAYABLE] += added + fee
                ending = endings[ready.remarks, base.why]
                partial += 1
            else:
                status = "ok"
                if rate:
                    own = (value * rate + HALF) // TO_CENTS
                    duty = own + added
                    whole[BASE] += own
                    base_text = f"{own // 100}{CENTS[own % 100]}"
                    duty_text = f"{duty // 100}{CENTS[duty % 100]}" if added else base_text
                else:
                    own, duty, base_text, duty_text = 0, added, "0.00", added_text
                payable, tax_text = duty + fee, "0.00"
                if levied.tax:
                    tax = ((value + duty * CENT) * levied.tax + HALF) // TO_CENTS
                    tax_text = f"{tax // 100}{CENTS[tax % 100]}"
                    payable += tax
                owing = f"{payable // 100}{CENTS[payable % 100]}"
                whole[PAYABLE] += payable
                share = effective_rate(duty, value) if added or value < base.sure else base.share
                since, back = owing, "0.00"
                if ready.has_changed:
                    now = ready.payable_now(value, rate, own, fee, levied)
                    since = f"{now // 100}{CENTS[now % 100]}"
                    if payable > now:
                        whole[REFUNDABLE] += payable - now
                        back = money(payable - now)
                ending = endings[ready.remarks, ""]
            for sums in (code.sums, origin.sums, day.sums):
                sums[LINES] += 1
                sums[VALUE] += value
                sums[DUTY] += duty
            add(
                f"{start}{mark}{status}{mark}{base_text}{mark}{charges}{mark}{added_text}{mark}"
                f"{duty_text}{mark}{fee_text}{mark}{tax_text}{mark}{owing}{mark}{share}"
                f"{ready.middle or self._middle(ready)}{since}{mark}{back}{ending}"
            )
        if partial:
            finder.tally.add_status("partial", partial)
        return printed

    def _middle(self, ready: Ready) -> str:
        """Return the law of a line as cells, and a blank one for what was filed."""
        mark, form = self._form.delimiter, self._form
        ready.middle = f"{mark}{form.join([*ready.law, ''])}{mark}"
        return ready.middle

    def _ending(self, warnings: tuple[str, str]) -> str:
        """Return the last cells of a line with such warnings, and its end."""
        form, said = self._form, BETWEEN.join(filter(None, warnings))
        return f"{form.delimiter}{form.join([said, '', '', '', self._edition])}{form.line_end}"
