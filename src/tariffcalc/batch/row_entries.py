"""The entries of a file whose rows come to the Python lane one by one, out of the columnar lane."""

from __future__ import annotations

from typing import NamedTuple

from tariffcalc.batch.entries import Entries, Entry, Kind, Weight
from tariffcalc.batch.ready import Paid
from tariffcalc.batch.remarks import INCOMPLETE, SPLIT

Taken = tuple[str, str, Kind, Weight]
"""Importing country and number of an entry, its kind, and what a row puts into it."""


class Told(NamedTuple):
    """What was found of a row: what its entry is worth, what it pays, what is odd about both.

    `paid` is None where the row is an entry of its own.
    """

    total: int
    paid: Paid | None
    odd: int


class RowEntries(Entries):
    """One row after the other: takes what it puts into its entry, or tells what it pays."""

    def __init__(self) -> None:
        super().__init__()
        self.told = Told(0, None, 0)
        self._taken: Taken | None = None
        self._unread_number = ""

    def add(self, importer: str, number: str, kind: Kind, fees: int, weight: Weight) -> None:
        """Take what a row puts into its entry."""
        self._taken = importer, number, kind, weight

    def add_unread(self, number: str) -> None:
        """Take note of a row that cannot be read."""
        self._unread_number = number

    def let_go(self) -> tuple[Taken | None, str]:
        """Return what a row put into its entry, and the number of its entry if it is unread."""
        found = self._taken, self._unread_number
        self._taken, self._unread_number = None, ""
        return found

    def find(self, importer: str, number: str, kind: Kind) -> Entry | None:
        """Return the entry of the row, which knows what the row pays."""
        if self.told.paid is None:
            return None
        entry = Entry(kind, 0)
        entry.total, entry.paid = self.told.total, self.told.paid
        return entry

    def is_split(self, importer: str, number: str) -> bool:
        """Whether rows of the entry name several days or modes of transport."""
        return bool(self.told.odd & SPLIT)

    def has_unread(self, number: str) -> bool:
        """Whether some row of the entry cannot be read."""
        return bool(self.told.odd & INCOMPLETE)
