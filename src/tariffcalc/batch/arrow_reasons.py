"""What is said of each row of a batch: of its point, and why amounts of it are not known."""

from __future__ import annotations

from decimal import Decimal
from threading import RLock
from typing import Any

import numpy as np

from tariffcalc.batch import remarks
from tariffcalc.batch.arrow_columns import Flags
from tariffcalc.batch.arrow_owed import Lines, Owed
from tariffcalc.batch.arrow_points import Found, PointTables
from tariffcalc.batch.arrow_said import NONE, Said
from tariffcalc.batch.arrow_tables import Amounts, Ids
from tariffcalc.batch.by_engine import price_under
from tariffcalc.batch.formula import VALUE_UNIT
from tariffcalc.catalogue.law import Law
from tariffcalc.engine.shipment import Line, Shipment


class Reasons:
    """Why amounts are not known, found once for goods and formula, in the engine's words."""

    def __init__(self, law: Law, points: PointTables, said: Said, lock: RLock) -> None:
        """Begin with nothing known."""
        self._law = law
        self._points = points
        self._said = said
        self._lock = lock
        self._found: dict[tuple[int, int], int] = {}

    def words(self, found: Found, lines: Lines, plan: Ids, owed: Owed, done: Flags) -> Ids:
        """Return the row of `Said.table` for each row of a batch.

        Args:
            found: What the rows stand for.
            lines: The same, with their values.
            plan: Their formulas, then and now.
            owed: What they owe.
            done: Which of them are answered.
        """
        formulas, point = self._points.formulas, np.where(done, found.said, 0)
        words = self._said.of_points(point)
        known = owed.base.known & owed.added.known & owed.fees.known
        if known is True:
            return words
        rows = np.flatnonzero(~known)
        base, charge, fee = np.full((3, rows.size), NONE, np.int32)
        if owed.base.known is not True:
            lost = ~owed.base.known[rows]
            base[lost] = formulas.bases.ids(lines.base[rows[lost]], "reason")
        if owed.added.known is not True:
            lost = ~owed.added.known[rows]
            charge[lost] = self._of_charges(found, plan, lines.value, rows[lost])
        if owed.fees.known is not True:
            lost = ~owed.fees.known[rows]
            fee[lost] = formulas.levies.ids(lines.levies[rows[lost]], "reason")
        words[rows] = self._said.numbers(point[rows], base, charge, fee)
        return words

    def _of_charges(self, found: Found, plan: Ids, value: Amounts, rows: Any) -> Ids:
        """Return why charges of some rows are not known."""
        goods = np.broadcast_to(found.goods, value.shape)
        keys, first, which = np.unique(
            goods[rows].astype(np.int64) << 32 | plan[rows], return_index=True, return_inverse=True
        )
        numbers = []
        with self._lock:
            for key, row in zip(keys.tolist(), rows[first].tolist(), strict=True):
                pair = key >> 32, key & 0xFFFFFFFF
                if pair not in self._found:
                    self._found[pair] = self._ask(found, row, int(value[row]))
                numbers.append(self._found[pair])
        return np.array(numbers, np.int32)[which]

    def _ask(self, found: Found, row: int, value: int) -> int:
        """Ask the engine why charges of a row are not known."""
        at = Found(*(column[row if column.size > 1 else 0] for column in found))
        points, readings = self._points, self._points.readings
        country, digits = points.goods.keys[at.goods]
        manner = readings.manners.keys[at.manner]
        origin = points.sources.keys[at.source][1]
        worth = Decimal(value) / VALUE_UNIT
        line = Line(digits, origin, worth, claims=manner[1], base_rate=manner[4])
        day = readings.values["entry_date"].keys[at.entered]
        left = readings.values["shipped_date"].keys[at.shipped]
        shipment = Shipment(readings.lanes[country - 1].importer, day, (line,), left)
        charges = price_under(self._law, shipment, worth, None).charges[1:]
        return self._said.charges.say(remarks.of_unknown(charges))
