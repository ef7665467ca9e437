"""Warnings by number: of points, and of amounts that are not known, put together row by row."""

from __future__ import annotations

from collections.abc import Iterable
from threading import RLock
from typing import Any

import numpy as np

from tariffcalc.batch import remarks
from tariffcalc.batch.arrow_columns import WordTable
from tariffcalc.batch.arrow_pairs import Pairs
from tariffcalc.batch.arrow_tables import Grid, Ids, Records, each

NONE = 1
"""The number of no warning at all; 0 is what is not answered."""
ONE = np.full(1, NONE, np.intp)


class Texts:
    """Warnings of one kind by number."""

    def __init__(self, lock: RLock) -> None:
        self._records = Records()
        self._joined = Grid(each(self.join), lock)
        self.say(())

    def say(self, texts: Iterable[str]) -> int:
        """Return the number of some warnings. Call it under the lane's lock."""
        return self._records.number(tuple(texts))

    def texts(self, number: int) -> tuple[str, ...]:
        """Return the warnings of a number."""
        found: tuple[str, ...] = self._records.keys[number]
        return found

    def joined(self, first: Any, second: Any) -> Ids:
        """Return the numbers of warnings, one behind the other."""
        return self._joined.numbers(first, second)

    def join(self, first: int, second: int) -> int:
        """Return the number of two, one behind the other. Call it under the lane's lock."""
        return self.say(self.texts(first) + self.texts(second))


class Said:
    """All that is said of a row.

    Attributes:
        cells: Of its cells.
        points: Of its point.
        bases: Why its base duty is not known.
        charges: Why some of its charges are not known.
        fees: Why its fees are not known.
        table: The columns from `warnings` to `edition`, for rows that were priced.
    """

    def __init__(self, edition: str, lock: RLock) -> None:
        """Begin with nothing said."""
        self.cells = Texts(lock)
        self.points, self.bases = Texts(lock), Texts(lock)
        self.charges, self.fees = Texts(lock), Texts(lock)
        self.table = WordTable(5)
        self._edition = edition
        self._lock = lock
        self._duties, self._others = Records(), Records()
        self._of_duties = Pairs(lambda *pair: self._duties.number(pair), lock)
        self._of_others = Grid(each(lambda *pair: self._others.number(pair)), lock)
        self._all = Grid(each(self._write), lock)
        self._parts: dict[int, tuple[int, int]] = {}
        self._behind = Pairs(self._write_behind, lock)

    def of_points(self, point: Any) -> Ids:
        """Return the rows of `table` for points of which nothing else is said."""
        others = self._of_others.numbers(point, ONE)
        return self._all.numbers(self._of_duties.numbers(ONE, ONE), others)

    def of_entries(self, marks: Ids, point: Ids) -> Ids:
        """Return what is said of points, with what is odd about entries in front of it."""
        with self._lock:
            odd = [
                self.points.say(text for mark, text in remarks.ODD if bits & mark)
                for bits in range(sum(mark for mark, _ in remarks.ODD) + 1)
            ]
        return self.points.joined(np.array(odd)[marks], point)

    def numbers(self, point: Any, base: Any, charge: Any, fee: Any) -> Ids:
        """Return the rows of `table` for what is said of each kind."""
        duties = self._of_duties.numbers(base, charge)
        return self._all.numbers(duties, self._of_others.numbers(point, fee))

    def behind_cells(self, cells: Ids, words: Ids) -> Ids:
        """Return the rows of `table` that have what is said of cells in front; 0: no room.

        Args:
            cells: What is said of the cells of each row.
            words: The row of `table` for what is said beside.
        """
        rows = np.flatnonzero(np.broadcast_to(cells, words.shape) != NONE)
        if rows.size:
            words[rows] = self._behind.numbers(cells[rows], words[rows])
        return words

    def _write(self, duties: int, others: int) -> int:
        number = self._put((), duties, others)
        self._parts[number] = duties, others
        return number

    def _write_behind(self, cells: int, words: int) -> int:
        return self._put(self.cells.texts(cells), *self._parts[words])

    def _put(self, cells: tuple[str, ...], duties: int, others: int) -> int:
        base, charge = self._duties.keys[duties]
        point, fee = self._others.keys[others]
        texts = (
            *cells, *self.points.texts(point), *self.bases.texts(base),
            *self.charges.texts(charge), *self.fees.texts(fee),
        )  # fmt: skip
        return self.table.add((remarks.BETWEEN.join(texts), "", "", "", self._edition))
