"""Ordinary rows: what they stand for, found by a few lookups.

A row is ordinary where every cell is plain, and nothing is declared that only the engine can take.
Most rows of most files are such.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tariffcalc.batch.declared import FILED
from tariffcalc.batch.entries import Entries, Entry
from tariffcalc.batch.finder import HUGE, Finder
from tariffcalc.batch.formula import CENT
from tariffcalc.batch.keys import Code, Day, Shipped, Texts
from tariffcalc.batch.shares import put_line
from tariffcalc.batch.unworked import entry_named
from tariffcalc.batch.ways import Way, Ways

Looked = tuple[Way, Code, Day, Shipped, str, int | None, int]
"""What a row stands for: its quantity is text, what was filed in cents, and its value in units."""


class Ordinary:
    """Finds what ordinary rows stand for.

    Attributes:
        look: Gives what a row stands for; a LookupError or ValueError for one that is not ordinary.
    """

    def __init__(self, finder: Finder) -> None:
        """Begin with nothing known."""
        self._finder = finder
        self._places = places = finder.reader.places
        self._entry_at = places.get("entry", 0)
        self._filed_at = [places[name] for name in FILED if name in places]
        self._names = Texts(self._name)
        self._ways = Ways(finder)
        self.look: Callable[[Sequence[str]], Looked] = self._looker(self._ways)

    def entry(self, entries: Entries, cells: Sequence[str], way: Way, day: Day) -> Entry:
        """Return the entry of a row.

        Raises:
            KeyError: when something is odd about it.
        """
        number = self._number(cells)
        return entries.plain(way.lane.importer, number, day.day, way.known.manner.mode)

    def survey(self, entries: Entries, cells: Sequence[str]) -> None:
        """Add a row to its entry, in a first pass over the file.

        Raises:
            LookupError, ValueError: when it is not ordinary, or may enter free after all.
        """
        number = self._number(cells)
        way, _, day, _, _, _, value = self.look(cells)
        if way.may_be_free:
            raise KeyError
        put_line(entries, number, way.known, day, value)

    def make_room(self) -> None:
        """Drop all that was found, here and by the finder, once one of its tables is full."""
        if self._finder.is_full:
            self._ways.clear()
            self._finder.make_room()

    def _number(self, cells: Sequence[str]) -> str:
        raw = cells[self._entry_at]
        if type(raw) is not str:  # a formula without a result
            raise KeyError
        return self._names[raw]

    def _name(self, raw: str) -> str:
        number = entry_named(raw)
        if not number:
            raise KeyError
        return number

    def _looker(self, ways: Ways) -> Callable[[Sequence[str]], Looked]:
        """Return `look`, which has all that it needs at hand: it is asked of every row."""
        finder, places = self._finder, self._places
        width = -1 if "fx" in places else finder.reader.width  # no row is, with a rate of its own
        rare, no_rare = (finder.rare if finder.no_rare else None), finder.no_rare
        parting, scales = finder.glance.point, finder.glance.scales
        pick, units, value_of = ways.pick, finder.units, finder.value
        code_at, value_at = places["classification"], places["customs_value"]
        day_at, shipped_at = places.get("entry_date"), places.get("shipped_date")
        quantity_at = places.get("quantity")
        filed_of = self._filed if self._filed_at else None

        def look(cells: Sequence[str]) -> Looked:
            if len(cells) != width or (rare is not None and rare(cells) != no_rare):
                raise KeyError
            way = ways[pick(cells)]
            code = way.codes[cells[code_at]]
            day = way.days[cells[day_at] if day_at is not None else ""]
            shipped = way.shipped[cells[shipped_at] if shipped_at is not None else ""]
            quantity = "" if quantity_at is None else cells[quantity_at]
            if quantity and not units(quantity):
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
                value = value_of(raw)
            if not 0 < value < HUGE:
                raise KeyError
            return way, code, day, shipped, quantity, filed, value

        return look

    def _filed(self, cells: Sequence[str]) -> int | None:
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
