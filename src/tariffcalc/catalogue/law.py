"""The law of a day of knowledge: the stack of sheets over a point, and what lies on top."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from tariffcalc.catalogue.store import Store
from tariffcalc.catalogue.tables import MeasureHead, Sheet, Tables
from tariffcalc.catalogue.terms import Terms
from tariffcalc.values.days import LATEST, Period

KnownOn = date | Literal["day", "now"]
"""Law as known on a date; on each entry's own day; or with every act made to this day."""


class Cover(NamedTuple):
    """What covers a point: the sheets that do, and those that may (their list leaves it open)."""

    sure: int
    perhaps: int


class Top(NamedTuple):
    """The topmost sheet of one measure over a point.

    `doubtful`: it is not certain that it lies there.
    """

    sheet: Sheet
    doubtful: bool = False

    @property
    def measure(self) -> MeasureHead:
        """The measure the sheet belongs to."""
        return self.sheet.measure


class Law:
    """The acts that count: those known by a day, with those assumed laid on top. Immutable.

    Args:
        store: The compiled catalogue.
        known_on: ``day`` (each entry is judged by the acts made on or before its own day), a date,
            or ``now``.
        assumed: Threatened acts to lay on top, by instrument id, each with the day from which it is
            assumed to hold or None for its own.
    """

    def __init__(
        self,
        store: Store,
        known_on: KnownOn = "day",
        assumed: Mapping[str, date | None] | None = None,
    ) -> None:
        self.store = store
        self.known_on = known_on
        self.assumed = dict(assumed or {})
        self.tops = lru_cache(maxsize=65536)(self._tops)
        self._assumed_bits = lru_cache(maxsize=8)(self._find_assumed)

    @cached_property
    def as_it_stands(self) -> Law:
        """The same law with every act made to this day."""
        return self if self.known_on == "now" else Law(self.store, "now", self.assumed)

    def tables(self, importer: str) -> Tables:
        """Return the tables of an importing country."""
        return self.store.tables(importer)

    def known_by(self, importer: str, day: date) -> int:
        """Return the sheets that count for an entry of a day."""
        tables = self.tables(importer)
        if self.known_on == "day":
            on = day
        elif self.known_on == "now":
            on = LATEST
        else:
            on = self.known_on
        return tables.known_by(on) | tables.standing("overlay")

    def cover_on(self, importer: str, day: date, known_by: date | None = None) -> int:
        """Return the sheets that hold on a day, known by then (or by another day) or assumed."""
        tables = self.tables(importer)
        edge = self.known_by(importer, known_by or day) & tables.holding(day)
        if self.assumed:
            for bit, period in self._assumed_bits(importer):
                if day in period:
                    edge |= 1 << bit
        return edge

    def cover(self, importer: str, code: str, origin: str, day: date) -> Cover:
        """Return the sheets over a point: goods, origin, entry date, known by then."""
        tables = self.tables(importer)
        sure, perhaps = tables.goods(code)
        edge = self.cover_on(importer, day) & tables.origin(origin)
        return Cover(sure & edge, perhaps & edge)

    def _find_assumed(self, importer: str) -> tuple[tuple[int, Period], ...]:
        """Return the sheets of the assumed acts with the periods in which they hold."""
        tables = self.tables(importer)
        found = []
        for sheet in tables.sheets_in(tables.standing("threatened")):
            if sheet.instrument in self.assumed:
                own, start = sheet.paint.period, self.assumed[sheet.instrument]
                found.append((sheet.bit, Period(start, own.end) if start else own))
        return tuple(found)

    def topmost(self, importer: str, sheets: int) -> Sheet:
        """Return the topmost of some sheets of one measure, all of which surely lie there."""
        found = self._topmost(self.tables(importer), sheets)
        assert found is not None
        return found

    def _tops(self, importer: str, cover: Cover) -> tuple[Top, ...]:
        """Return the topmost sheet of every measure that has one in a cover, in their order."""
        tables = self.tables(importer)
        rest = cover.sure | cover.perhaps
        found = []
        while rest:
            head = tables.measure_of(rest.bit_length() - 1)
            found.append(self._top(tables, head, cover))
            rest &= ~head.mask
        return tuple(reversed(found))

    def _top(self, tables: Tables, head: MeasureHead, cover: Cover) -> Top:
        surely = self._topmost(tables, cover.sure & head.mask)
        perhaps = self._topmost(tables, (cover.sure | cover.perhaps) & head.mask)
        assert perhaps is not None
        if _meaning(surely) == _meaning(perhaps):
            return Top(surely or perhaps)
        return Top(perhaps, doubtful=True)

    def _topmost(self, tables: Tables, sheets: int) -> Sheet | None:
        """Return the last laid of some sheets of one measure; an assumed one lies on all others."""
        sheets = sheets & tables.standing("threatened") or sheets
        return tables.sheet(sheets.bit_length() - 1) if sheets else None


def _meaning(sheet: Sheet | None) -> tuple[Terms, object] | None:
    """Return what a sheet makes of a point; None when it leaves nothing to pay, or is none."""
    return None if sheet is None or sheet.clears else (sheet.paint.terms, sheet.paint.cases)
