"""What is said of each row of a batch: of its point, and why amounts of it are not known."""

from __future__ import annotations

from threading import RLock
from typing import Any

import numpy as np

from tariffcalc.batch import remarks
from tariffcalc.batch.arrow_columns import Flags
from tariffcalc.batch.arrow_owed import Lines, Owed
from tariffcalc.batch.arrow_pairs import Pairs
from tariffcalc.batch.arrow_points import Found, PointTables
from tariffcalc.batch.arrow_said import NONE, Said
from tariffcalc.batch.arrow_tables import Ids
from tariffcalc.catalogue.goods import ITEM
from tariffcalc.values.codes import dotted

EXAMPLE = "00000000"
"""No tariff item; its name stands in no reason but in its own place."""

NAME = dotted(EXAMPLE)


class Reasons:
    """Why amounts are not known, in the engine's words."""

    def __init__(self, points: PointTables, said: Said, lock: RLock) -> None:
        """Begin with nothing known."""
        self._points = points
        self._said = said
        self._doubts = Pairs(self._find_doubt, lock)
        self._open = Pairs(self._find_open, lock)
        self._named: dict[int, tuple[str, ...]] = {}

    def words(self, found: Found, lines: Lines, owed: Owed, done: Flags) -> Ids:
        """Return the row of `Said.table` for each row of a batch.

        Args:
            found: What the rows stand for.
            lines: The same, with their values.
            owed: What they owe.
            done: Which of them are answered.
        """
        formulas, point = self._points.formulas, np.where(done, found.said, 0)
        words = self._said.of_points(point)
        known = owed.base.known & owed.added.known & owed.fees.known
        if known is True:
            return words
        rows = np.flatnonzero(~known)
        base, charge, fee = np.full((3, rows.size), NONE, np.intp)
        if owed.base.known is not True:
            lost = ~owed.base.known[rows]
            base[lost] = self._of_bases(found, lines, rows[lost])
        if owed.added.known is not True:
            lost = ~owed.added.known[rows]
            charge[lost] = self._of_charges(found, lines, rows[lost])
        if owed.fees.known is not True:
            lost = ~owed.fees.known[rows]
            fee[lost] = formulas.levies.of(lines.levies[rows[lost]], "reason")
        words[rows] = self._said.numbers(point[rows], base, charge, fee)
        return words

    def _of_bases(self, found: Found, lines: Lines, rows: Any) -> Ids:
        """Return why the base duties of some rows are not known."""
        bases = lines.base[rows]
        why = self._points.formulas.bases.of(bases, "reason")
        open_ = np.flatnonzero(why == 0)
        if open_.size:
            why[open_] = self._open.numbers(bases[open_], self._goods(found, lines, rows[open_]))
        return why

    @staticmethod
    def _goods(found: Found, lines: Lines, rows: Any) -> Any:
        return np.broadcast_to(found.goods, lines.value.shape)[rows]

    def _of_charges(self, found: Found, lines: Lines, rows: Any) -> Ids:
        """Return why charges of some rows are not known."""
        steps = lines.steps[rows]
        why = self._points.formulas.steps.of(steps, "why")
        open_ = np.flatnonzero(why == 0)
        if open_.size:
            doubt = self._points.formulas.steps.of(steps[open_], "doubt")
            why[open_] = self._doubts.numbers(doubt, self._goods(found, lines, rows[open_]))
        return why

    def _find_doubt(self, doubt: int, goods: int) -> int:
        steps = self._points.formulas.doubts.keys[doubt]
        said = remarks.of_terms(steps.terms, lambda sheet: self._points.doubt(goods, sheet))
        return self._said.charges.say(said)

    def _find_open(self, base: int, goods: int) -> int:
        _, code = self._points.seen.goods.keys[goods]
        if base not in self._named:
            # Said of one code; the name of another is put in its place.
            duty = self._points.bases.duty(base, EXAMPLE)
            said = self._points.formulas.why(duty, duty.reason)
            self._named[base] = self._said.bases.texts(said)
        name = dotted(code[:ITEM])
        return self._said.bases.say([text.replace(NAME, name) for text in self._named[base]])
