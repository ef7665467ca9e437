"""Ordinary rows: every cell is plain, and nothing is declared that only the engine can take.

Most rows of most files are such, and here they are a few lookups and a few multiplications.
"""

from __future__ import annotations

from collections.abc import Sequence

from tariffcalc.batch.columns import ColumnMap
from tariffcalc.batch.finder import MORE, SCALES, Finder
from tariffcalc.batch.formula import cents
from tariffcalc.batch.keys import Point
from tariffcalc.batch.ready import Ready, Shown

LONGEST = 8
"""Digits before the point of a value that is surely below `HUGE`."""


class PlainRows:
    """Prices the ordinary rows of a file, where its columns let rows be ordinary."""

    def __init__(self, finder: Finder, columns: ColumnMap) -> None:
        places = columns.places
        more = [name for name in MORE if name in places and name != "shipped_date"]
        is_ordinary = not more and finder.units("1.50") is not None
        self._width = len(columns.header) if is_ordinary else -1
        self._finder = finder
        self._known = finder.known
        self._pick = finder.pick
        self._code = places["classification"]
        self._value = places["customs_value"]
        self._origin = places.get("origin", -1)
        self._day = places.get("entry_date", -1)
        self._shipped = places.get("shipped_date", -1)

    def price(self, cells: Sequence[str]) -> tuple[Ready, Shown] | None:
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
