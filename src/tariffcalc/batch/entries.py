"""Entries of several lines: their value, and their fees shared out over the lines to the cent.

A first pass adds up what each entry is worth and how much of it bears each fee; the second takes
the shares. A share is the fee on the lines up to and with this one, less that on those before, so
the shares add up to the fee in whatever order the lines come. Memory grows with the number of
entries only.

Rows of one entry number, importing country, entry date and mode of transport are one entry. Rows
that cannot be read have no value: the fees are shared over the others, and a warning says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from tariffcalc.batch.formula import Fee
from tariffcalc.batch.levied import total

if TYPE_CHECKING:
    from tariffcalc.batch.lines import LinePricer


class Kind(NamedTuple):
    """What all lines of an entry have in common: its day and its mode of transport."""

    day: date
    mode: str | None


Case = tuple[int, bool]
"""Where a line may enter free after all: a class of its entry's value, and whether the law is taken
as it now stands."""

ALWAYS = 0, False
"""Any case, where no line of an entry enters free."""


class Weight(NamedTuple):
    """What a line puts into its entry.

    Attributes:
        value: In ten-thousandths of the importing country's currency.
        fees: Places of the fees that it bears.
        freed: The cases in which it enters free of all duty and fees after all.
    """

    value: int
    fees: tuple[int, ...]
    freed: Sequence[Case] = ()


class Entry:
    """One entry: its value, what bears each fee, and how much of that was shared out.

    Attributes:
        paid: What the row that asks pays, then and as the law stands, where that is known already.
    """

    __slots__ = ("bearing", "freed", "kind", "paid", "taken", "taken_now", "total")

    def __init__(self, kind: Kind, fees: int) -> None:
        self.kind = kind
        self.total = 0
        self.bearing = [0] * fees
        self.taken = [0] * fees
        self.taken_now: list[int] | None = None
        self.paid: tuple[int | None, int | None] | None = None
        self.freed: dict[Case, list[int]] | None = None

    def add(self, weight: Weight) -> None:
        """Add a line."""
        self.total += weight.value
        for place in weight.fees:
            self.bearing[place] += weight.value
        if weight.freed:
            self.freed = self.freed or {}
            self.taken_now = self.taken_now or [0] * len(self.bearing)
            for case in weight.freed:
                free = self.freed.setdefault(case, [0] * len(self.bearing))
                for place in weight.fees:
                    free[place] += weight.value

    def pay(self, fees: Sequence[tuple[Fee, int]], value: int, case: Case = ALWAYS) -> int | None:
        """Return what a line pays of the fees that it bears, in cents; None where it is not known.

        Args:
            fees: Those fees, each with its place among those of the importing country.
            value: Of the line.
            case: As of `share`.
        """
        return total([self.share(fee, place, value, case) for fee, place in fees])

    def share(self, fee: Fee, place: int, value: int, case: Case) -> int | None:
        """Return the share of a line in a fee, in cents, and count it as shared out.

        Args:
            fee: The fee, which the line bears.
            place: Its place among the fees of the importing country.
            value: Of the line.
            case: The case in which it is asked for.
        """
        bearing, taken = self.bearing[place], self.taken
        if self.freed is not None:
            bearing -= self.freed.get(case, [0] * len(self.bearing))[place]
            if case[1] and self.taken_now is not None:
                taken = self.taken_now
        amount = fee.amount(bearing, self.total)
        before = taken[place]
        taken[place] = after = before + value
        if amount is None or not bearing:
            return amount
        return part(amount, after, bearing) - part(amount, before, bearing)


class Entries:
    """The entries of a file."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str] | tuple[str, str, Kind], Entry] = {}
        self._split: set[tuple[str, str]] = set()
        self._unread: set[str] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, importer: str, number: str, kind: Kind, fees: int, weight: Weight) -> None:
        """Add a line to its entry; `fees` is how many fees the importing country has."""
        name = importer, number
        entry = self._entries.get(name)
        if entry is None:
            entry = self._entries[name] = Entry(kind, fees)
        elif entry.kind != kind:
            self._split.add(name)
            entry = self._entries.setdefault((*name, kind), Entry(kind, fees))
        entry.add(weight)

    def add_unread(self, number: str) -> None:
        """Note that an entry has a row that cannot be read."""
        self._unread.add(number)

    def find(self, importer: str, number: str, kind: Kind) -> Entry | None:
        """Return the entry of a line."""
        entry = self._entries.get((importer, number))
        if entry is None or entry.kind == kind:
            return entry
        return self._entries.get((importer, number, kind))

    def plain(self, importer: str, number: str, day: date, mode: str | None) -> Entry:
        """Return the entry of a line of a kind, of which nothing is odd.

        Raises:
            KeyError: when something is, or when one of its lines may enter free.
        """
        name = importer, number
        entry = self._entries[name]
        if entry.kind.day != day or entry.kind.mode != mode or entry.freed is not None:
            raise KeyError
        if name in self._split or number in self._unread:
            raise KeyError
        return entry

    def is_split(self, importer: str, number: str) -> bool:
        """Whether rows of the number name several days or modes of transport."""
        return (importer, number) in self._split

    def has_unread(self, number: str) -> bool:
        """Whether some row of the number cannot be read."""
        return number in self._unread


def gather_entries(rows: Iterable[Sequence[str]], pricer: LinePricer) -> Entries:
    """Return the entries of all rows of a file, and let the pricer share out their fees.

    Each row is then to be priced once, in any order.
    """
    pricer.entries = entries = Entries()
    for cells in rows:
        pricer.survey(cells)
    return entries


def part(amount: int, value: int, whole: int) -> int:
    """Return the part of an amount that falls on a value, half up.

    >>> part(3358, 1, 3), part(3358, 2, 3), part(3358, 3, 3)
    (1119, 2239, 3358)
    """
    return (2 * amount * value + whole) // (2 * whole)
