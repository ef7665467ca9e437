"""Entries of several lines in the columnar lane: added up in a first pass, read in the second.

What a row puts into its entry stands in a file without a name and, when all rows are there, what
it pays of the fees: `Entries` says how they are shared. Memory grows with the number of entries.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterator
from datetime import date
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Any

import numpy as np

from tariffcalc.batch.arrow_owed import LOST
from tariffcalc.batch.arrow_sets import numbered
from tariffcalc.batch.arrow_shares import before_each, fee_amounts, parts_of
from tariffcalc.batch.arrow_tables import Amounts, Ids
from tariffcalc.batch.formula import Fee, fees_on
from tariffcalc.batch.points import Points
from tariffcalc.batch.remarks import BLANK, INCOMPLETE, SPLIT
from tariffcalc.batch.row_entries import Told

PUT = np.dtype([("entry", np.int32), ("bits", np.int32), ("value", np.int64)])
"""What a row puts into its entry. The bits: which fees it bears; in which cases it enters free."""

PAID = np.dtype([("total", np.int64), ("then", np.int64), ("now", np.int64), ("said", np.int8)])
"""What the entry of a row is worth; the fees of the row then and now; what is odd about both."""

NOBODY = -1
ALONE = -2
"""Paid by a row that names no entry, or cannot be read: it is not shared out here."""

CHUNK = 1 << 16
LARGEST, MOST = 1 << 45, 1 << 61
"""In ten-thousandths, a row is worth less than the one, an entry less than the other."""

DAY, MODE = 1 << 12, 1 << 6
"""What day and mode of transport are counted in, in the number of a kind of entry."""
WIDTH = 22 + 12
"""Bits of such a number."""


Figures = tuple[Fee, Any]
"""A fee as it is on some days, and flags of the entries of these days."""


class TooMuch(ValueError):
    """Values that this lane cannot add up."""


def kind_of(day: Any, mode: Any, country: Any) -> Any:
    """Return the number of what the rows of an entry have in common."""
    return day * DAY + mode * MODE + country


class EntryBook:
    """The entries of a file, while they are added up.

    Attributes:
        fees: How many fees an importing country has at most.
    """

    def __init__(self, fees: int) -> None:
        self.fees = fees
        self._importers: list[str] = []
        self._modes: list[str | None] = []
        self._named: list[dict[str, int]] = []
        self._others: dict[tuple[str, int], int] = {}
        self._kinds = array("q")
        self._unread: set[str] = set()
        self._sums: Amounts = np.zeros((1 + fees, 16), np.int64)
        self._is_freed = False
        self._file: IO[bytes] = TemporaryFile()  # noqa: SIM115  # of the book's own life

    def __len__(self) -> int:
        return len(self._kinds)

    def country(self, importer: str) -> int:
        """Return the number of an importing country."""
        if importer not in self._importers:
            self._importers.append(importer)
            self._named.append({})
        return self._importers.index(importer)

    def mode(self, mode: str | None) -> int:
        """Return the number of a mode of transport."""
        if mode not in self._modes:
            self._modes.append(mode)
        return self._modes.index(mode)

    def number(self, name: str, kind: int) -> int:
        """Return the number of the entry that rows of a kind (`kind_of`) name."""
        named, new = self._named[kind % MODE], len(self._kinds)
        found = named.setdefault(name, new)
        if found != new and self._kinds[found] != kind:
            found = self._others.setdefault((name, kind), new)
        if found == new:
            self._kinds.append(kind)
        return found

    def add_unread(self, name: str) -> None:
        """Note that an entry has a row that cannot be read."""
        self._unread.add(name)

    def put(self, rows: Any) -> None:
        """Take the next rows of the file, an array of `PUT`.

        Raises:
            TooMuch: when values are too large to be added up.
        """
        self._file.write(rows.tobytes())
        rows = rows[rows["entry"] >= 0]
        if not rows.size:
            return
        if len(self) > self._sums.shape[1]:
            more = len(self) * 5 // 4 - self._sums.shape[1]
            self._sums = np.pad(self._sums, [(0, 0), (0, more)])
        entry, bits, value = rows["entry"], rows["bits"], rows["value"]
        if int(value.max()) * value.size >= MOST:
            raise TooMuch
        np.add.at(self._sums[0], entry, value)
        for fee in range(self.fees):
            np.add.at(self._sums[1 + fee], entry, np.where(bits >> fee & 1, value, 0))
        self._is_freed |= bool((bits >> self.fees).any())
        if int(self._sums[0].max()) >= MOST:
            raise TooMuch

    def share_out(self, points_of: Callable[[str], Points]) -> Shares:
        """Return what each row pays. The entries are forgotten with it.

        Args:
            points_of: Gives the points of an importing country.
        """
        total, *bearing = self._sums[:, : len(self)]
        kinds = np.array(self._kinds, np.int64)
        segments = np.zeros(len(self), np.int64)
        for country, importer in enumerate(self._importers):
            limits, here = points_of(importer).limits, kinds % MODE == country
            segments[here] = np.searchsorted(limits, total[here])
        said = self._said()
        self._named.clear()
        self._others.clear()
        freed = self._freed(segments)
        whole = [np.array(bearing) - np.array(free) for free in freed]
        fees = self._fees(kinds, points_of)
        amounts = [_amounts(fees, total, one) for one in whole]
        taken = [np.zeros_like(one) for one in whole]
        shares = Shares()
        for rows in self._rows():
            paid = np.zeros(rows.size, PAID)
            here = np.flatnonzero(rows["entry"] >= 0)
            entry = rows["entry"][here]
            paid["said"] = BLANK  # said of no row that cannot be read
            paid["total"][here], paid["said"][here] = total[entry], said[entry]
            here = here[np.argsort(entry, kind="stable")]
            for case, name in enumerate(("then", "now")[: len(whole)]):
                paid[name] = ALONE
                paid[name][here] = self._paid(
                    rows[here], segments, case, amounts[case], whole[case], taken[case]
                )
            if len(whole) == 1:
                paid["now"] = paid["then"]
            shares.put(paid)
        return shares

    def close(self) -> None:
        """Let go of what rows put into the entries."""
        self._file.close()

    def _said(self) -> Any:
        """Return what is odd about entries."""
        said = np.zeros(len(self), np.int8)
        for (name, kind), other in self._others.items():
            said[[other, self._named[kind % MODE][name]]] |= SPLIT
            if name in self._unread:
                said[other] |= INCOMPLETE
        for named in self._named:
            said[[named[name] for name in self._unread & named.keys()]] |= INCOMPLETE
        return said

    def _rows(self) -> Iterator[Any]:
        self._file.seek(0)
        while held := self._file.read(CHUNK * PUT.itemsize):
            yield np.frombuffer(held, PUT)

    def _is_free(self, rows: Any, segments: Ids, case: int) -> Any:
        """Return which rows enter free, their entries being worth what they are."""
        return rows["bits"] >> (self.fees + 2 * segments[rows["entry"]] + case) & 1

    def _freed(self, segments: Ids) -> list[list[Amounts]]:
        """Return what of the values that would bear each fee enters free, then and now."""
        nothing = np.zeros((self.fees, len(self)), np.int64)
        if not self._is_freed:
            return [[*nothing]]
        freed = [nothing, nothing.copy()]
        for rows in self._rows():
            rows = rows[rows["entry"] >= 0]
            for case, sums in enumerate(freed):
                free = self._is_free(rows, segments, case)
                for fee, sum_ in enumerate(sums):
                    bears = rows["bits"] >> fee & free
                    np.add.at(sum_, rows["entry"], np.where(bears, rows["value"], 0))
        return [[*sums] for sums in freed]

    def _fees(self, kinds: Ids, points_of: Callable[[str], Points]) -> list[list[Figures]]:
        """Return for each fee its figures, and the entries that have them."""
        days, places = numbered(kinds // DAY * DAY + kinds % MODE)
        on = []
        for day in days.tolist():
            levies = points_of(self._importers[day % MODE]).tables.levies
            on.append(fees_on(levies, date.fromordinal(day // DAY)))
        found: list[list[Figures]] = []
        for fee in range(self.fees):
            figures = [held[fee] if fee < len(held) else None for held in on]
            numbers = {one: number for number, one in enumerate(dict.fromkeys(figures))}
            number = np.array([numbers[one] for one in figures], np.int64)[places]
            found.append([(one, number == at) for one, at in numbers.items() if one is not None])
        return found

    def _paid(
        self, rows: Any, segments: Ids, case: int, amounts: Amounts, whole: Amounts, taken: Amounts
    ) -> Amounts:
        """Return what rows pay, those of an entry together."""
        entry, lost = rows["entry"], np.zeros(rows.size, bool)
        paid = np.zeros(rows.size, np.int64)
        free = self._is_free(rows, segments, case)
        for fee in range(self.fees):
            bears = rows["bits"] >> fee & ~free & 1 > 0
            value = np.where(bears, rows["value"], 0)
            before = before_each(entry, value, taken[fee])
            amount, all_ = amounts[fee][entry], whole[fee][entry]
            lost |= bears & (amount == LOST)
            here = np.flatnonzero(bears & (amount > 0) & (all_ > 0))
            amount, all_, before, value = (
                numbers[here] for numbers in (amount, all_, before, value)
            )
            paid[here] += parts_of(amount, before + value, all_) - parts_of(amount, before, all_)
        return np.where(lost, LOST, paid)


def _amounts(fees: list[list[Figures]], total: Amounts, bearing: Amounts) -> Amounts:
    """Return the fees on entries in cents, fee by fee."""
    found = np.full_like(bearing, LOST)
    for amounts, own, figures in zip(found, bearing, fees, strict=True):
        for fee, here in figures:
            amounts[here] = fee_amounts(fee, own[here], total[here])
    return found


def as_told(rows: Any) -> Iterator[Told]:
    """Yield rows of `PAID` one by one."""
    for total, *paid, odd in rows.tolist():
        then, now = (None if cents == LOST else cents for cents in paid)
        yield Told(total, None if then == ALONE else (then, now), odd)


class Shares:
    """What the rows of a file pay of the fees of their entries, by their place in it."""

    def __init__(self) -> None:
        self._file: IO[bytes] = TemporaryFile()  # noqa: SIM115  # gone with the last process
        self._lock = Lock()

    def put(self, rows: Any) -> None:
        """Take the next rows, an array of `PAID`."""
        self._file.write(rows.tobytes())
        self._file.flush()

    def close(self) -> None:
        """Let go of them."""
        self._file.close()

    def of(self, start: int, count: int) -> Any:
        """Return some rows from one on."""
        size, first = count * PAID.itemsize, start * PAID.itemsize
        if hasattr(os, "pread"):  # processes that share the file share its place in it
            return np.frombuffer(os.pread(self._file.fileno(), size, first), PAID)
        with self._lock:
            self._file.seek(first)
            return np.frombuffer(self._file.read(size), PAID)
