"""Rows to what they stand for: texts met before at a glance, others through the readers of cells.

What a text stands for is kept by its spelling, field by field. All of it is dropped and found
again when one table is full.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Any

from tariffcalc.batch import remarks
from tariffcalc.batch.cells import CellError, CellReader
from tariffcalc.batch.columns import ColumnMap, Defaults
from tariffcalc.batch.covered import find_rate, warn_of_province
from tariffcalc.batch.declared import CAP, FILED, RARE, Declared, LineReader
from tariffcalc.batch.formula import VALUE_UNIT, whole
from tariffcalc.batch.keys import Circumstances, Manner, Point
from tariffcalc.batch.lane import Lane
from tariffcalc.batch.numbers import plain_units
from tariffcalc.batch.points import Points
from tariffcalc.batch.tally import Tally
from tariffcalc.catalogue.law import Law
from tariffcalc.engine.base import declared_duty
from tariffcalc.engine.quote import check_coverage
from tariffcalc.engine.shipment import Shipment, check_rate
from tariffcalc.values.exchange import ExchangeRates
from tariffcalc.values.money import round_cents

PICKED = (
    "importer", "currency", "unit", "claims", "preference", "base_rate", "mode", "province",
)  # fmt: skip
"""Fields in which few rows of a file differ: together they are one manner of entry."""

MANNERS = 1 << 11
"""Manners of entry that are kept."""

HUGE = 10**12
"""Values from here on, 100 million, are left to the engine: it divides in 28 digits."""


@dataclass(slots=True)
class Found:
    """What a row stands for.

    Attributes:
        value: In ten-thousandths of the importing country's currency; None when it is none of
            them, or when there is no rate of exchange.
        said: Warnings that belong to no class of points.
        fx: Rate of exchange, where the value was in another currency.
        declared: The row as read, where it was.
    """

    known: Circumstances
    point: Point
    value: int | None
    said: list[str]
    filed: Decimal | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    fx: Decimal | None = None
    declared: Declared | None = None


class Finder:
    """Finds what rows stand for, and keeps it.

    Attributes:
        lanes: By importing country.
        known: Manners of entry, by their texts.
        rare: Gives the cells of a row that only the engine can take.
        no_rare: What that gives where it has none.
        is_full: Whether it is time to make room.
        glance: How numbers are read at a glance.
        units: Gives an ordinary number in ten-thousandths, None when it is to be read.
    """

    def __init__(
        self,
        law: Law,
        columns: ColumnMap,
        defaults: Defaults,
        cells: CellReader,
        rates: ExchangeRates | None,
        tally: Tally,
    ) -> None:
        self.reader = LineReader(law.store, columns, defaults, cells)
        self.lanes: dict[str, Lane] = {}
        self.known: dict[Any, Circumstances] = {}
        self.tally = tally
        self._points: dict[str, Points] = {}
        places = columns.places
        self.picked = [places[name] for name in PICKED if name in places]
        self.pick = picker(self.picked)
        self.is_full = False
        self._law = law
        self._cells = cells
        self._places = dict(places)
        self._filed_fields = [name for name in FILED if name in places]
        self._rates = rates
        self.rare = picker([places[name] for name in RARE if name in places])
        self.no_rare = self.rare([""] * len(columns.header))
        self.glance = cells.glance
        self.units = cells.glance.units

    @property
    def points(self) -> list[Points]:
        """The points of the importing countries met so far."""
        return [*self._points.values()]

    def points_of(self, importer: str) -> Points:
        """Return the points of an importing country: one object, whoever prices rows of the file.

        Raises:
            KeyError: when the catalogue holds no law of it.
        """
        if importer not in self._points:
            self._points[importer] = Points(self._law, importer)
        return self._points[importer]

    def place(self, field: str) -> int | None:
        """Return the column of a field."""
        return self.reader.places.get(field)

    def look(self, cells: Sequence[str]) -> Found:
        """Return what a row stands for when it was entered like one before, and is plain.

        Raises:
            KeyError: when it is to be read cell by cell.
        """
        if len(cells) != self.reader.width or self.rare(cells) != self.no_rare:
            raise KeyError
        known = self.known[self.pick(cells)]
        point = self._point(cells, known)
        self.is_full |= len(known.lane.goods) >= CAP
        if point.shipped.ordinal > point.day.ordinal:
            raise KeyError
        value = self.value(cells[self._places["customs_value"]])
        found = Found(known, point, value, [])
        if self._filed_fields:
            found.filed = self._filed(cells)
        raw = self._raw(cells, "quantity")
        if raw:
            units = self.units(raw)
            if not units:
                raise KeyError
            found.quantity = Decimal(units) / VALUE_UNIT
            found.unit = self._quick("unit", self._raw(cells, "unit"))
        raw = self._raw(cells, "fx")
        if raw or known.is_foreign:
            found.fx = self._quick("fx", raw)
            check_rate(found.fx, known.manner.currency, known.lane.currency)
            if known.is_foreign:
                self._convert(found, Decimal(value) / VALUE_UNIT)
        return found

    def read(self, cells: Sequence[str]) -> Found:
        """Return what a row stands for, and keep what its texts stand for.

        Raises:
            CellError: when a cell cannot be read.
            CoverageError: when the catalogue holds no law for its importing country or day.
        """
        declared = self.reader.read(cells)
        lane = self._lane(declared)
        warn_of_province(self._law, declared)
        known = self._learn_manner(cells, lane, declared)
        point = Point(
            lane.code(declared.classification),
            lane.origin(declared.origin, known.claimed),
            lane.day[declared.entry_date],
            lane.shipped_on[declared.shipped_date],
        )
        self.is_full |= len(lane.goods) >= CAP
        value = whole(declared.customs_value, VALUE_UNIT)
        found = Found(known, point, value, remarks.of_cells(declared.warnings))
        found.filed, found.fx, found.declared = declared.filed, declared.fx, declared
        found.quantity, found.unit = declared.quantity, declared.unit
        check_rate(found.fx, declared.currency, lane.currency)
        if known.is_foreign:
            self._convert(found, declared.customs_value)
        return found

    def value(self, raw: str) -> int:
        """Return a customs value in ten-thousandths.

        Raises:
            KeyError: when the row is to be read.
        """
        value = self.units(raw)
        if value is None:
            try:
                cell = self._cells.read("customs_value", raw)
            except CellError:
                raise KeyError from None
            value = plain_units(cell.text) if cell.warning is None else None
        if not value or value >= HUGE:
            raise KeyError
        return value

    def _raw(self, cells: Sequence[str], field: str) -> str:
        place = self._places.get(field)
        return "" if place is None else cells[place]

    def _quick(self, field: str, raw: str) -> Any:
        """Return the value of a cell that says nothing to a person."""
        try:
            value, warning = self.reader.field(field, raw)
        except CellError:
            raise KeyError from None
        if warning is not None:
            raise KeyError
        return value

    def _filed(self, cells: Sequence[str]) -> Decimal | None:
        """Return the filed duty, with the filed surtax."""
        amounts = [
            self._quick(name, raw) for name in self._filed_fields if (raw := self._raw(cells, name))
        ]
        known = [amount for amount in amounts if amount is not None]
        return sum(known, Decimal(0)) if known else None

    def rate(self, currency: str, into: str, day: date) -> Decimal | None:
        """Return what one unit of a currency costs in another on a day, if that is known."""
        return find_rate(self._rates, currency, into, day)

    def _convert(self, found: Found, value: Decimal) -> None:
        """Put a value into the importing country's currency, to the cent."""
        lane, manner, point = found.known.lane, found.known.manner, found.point
        if found.fx is None:
            days = point.day.day, point.shipped.day
            found.fx = find_rate(self._rates, manner.currency or "", lane.currency, *days)
        if found.fx is None:
            found.value = None
            return
        if found.fx != 1:
            found.value = whole(round_cents(value * found.fx), VALUE_UNIT) or None
        found.said += remarks.of_rate(lane.currency, manner.currency, found.fx)

    def _lane(self, declared: Declared) -> Lane:
        """Return the tables of a row's importing country, if its day is covered."""
        lane = self.lanes.get(declared.importer)
        if lane is None or declared.entry_date < lane.points.coverage.start:
            check_coverage(self._law, Shipment(declared.importer, declared.entry_date, ()))
        if lane is None:
            points = self.points_of(declared.importer)
            lane = self.lanes[declared.importer] = Lane(points, self.tally, self._quick)
        return lane

    def _learn_manner(self, cells: Sequence[str], lane: Lane, declared: Declared) -> Circumstances:
        rate = declared.base_rate
        manner = Manner(
            declared.claims,
            declared.mode,
            declared.province,
            declared.currency,
            None if rate is None else declared_duty(rate),
        )
        known = lane.circumstances(manner)
        has_warnings = any(name in declared.warnings for name in PICKED)
        is_like_others = not (has_warnings or declared.is_told_apart)
        if is_like_others and (manner.base is None or known.base is not None):
            self.known[self.pick(cells)] = known
            self.is_full |= len(self.known) >= MANNERS
        return known

    def _point(self, cells: Sequence[str], known: Circumstances) -> Point:
        """Return what the texts of a line stand for.

        Raises:
            KeyError: for a text that is to be read, or of which a person is to be warned.
        """
        lane = known.lane
        code = lane.codes[self._raw(cells, "classification")]
        origin = known.origins[self._raw(cells, "origin")]
        day = lane.days[self._raw(cells, "entry_date")]
        return Point(code, origin, day, lane.shipped[self._raw(cells, "shipped_date")])

    def make_room(self) -> None:
        """Drop all tables once one of them is full. Call it between rows."""
        self.is_full = False
        self.known.clear()
        for lane in self.lanes.values():
            lane.forget()


def picker(places: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Return what gives the cells of a row at some places."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cells: tuple(cells[place] for place in places)
