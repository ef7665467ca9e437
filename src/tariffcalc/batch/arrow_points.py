"""What the rows of a batch stand for, as numbers: the columns' texts, and the points they make.

A text is a number; two numbers make the next one, by a table that asks the law only for pairs not
met before. So codes and origins meet in the sheets over both, those and the day in a spot, the
spot and what is declared in a plan. Number 0 is what the Python lane is to price.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from threading import RLock
from typing import Any, NamedTuple

import numpy as np

from tariffcalc.batch.arrow_formulas import Formulas, Reason
from tariffcalc.batch.arrow_tables import Amounts, Grid, Ids, Records, TextTable
from tariffcalc.batch.cells import CellError
from tariffcalc.batch.declared import LineReader, join_claims
from tariffcalc.batch.keys import Manner
from tariffcalc.batch.lane import Lane
from tariffcalc.engine.base import PARTNERS, USMCA

MANNER = ("importer", "claims", "preference", "mode", "province", "base_rate", "currency", "unit")
"""Fields in which few rows differ: together they are one manner of entry."""

NEEDED = ("importer", "classification", "origin", "entry_date")
KEYS = (*NEEDED, "shipped_date", *MANNER[1:])
"""Fields that are read by their texts."""


class Found(NamedTuple):
    """What each row stands for. A 0 is what this lane does not answer."""

    manner: Ids
    goods: Ids
    source: Ids
    day: Ids
    month: Ids
    shipped: Ids
    plan: Ids
    base: Ids
    levies: Ids
    remark: Ids


class Country(NamedTuple):
    """An importing country with its tables."""

    number: int
    lane: Lane


class PointTables:
    """Finds what rows stand for, and keeps it."""

    def __init__(self, reader: LineReader, lane_of: Callable[[str], Lane | None]) -> None:
        """Begin with nothing known; `lane_of` gives the tables of an importing country."""
        self.lock = RLock()
        self._reader = reader
        self._lane_of = lane_of
        self._values = {name: Records(1) for name in KEYS}
        self._texts = {name: TextTable(self._reading(name), self.lock) for name in KEYS}
        self._blank = {name: np.array([self._texts[name].number("")], np.int32) for name in KEYS}
        self.countries: list[Country | None] = [None]
        self._parts: list[Records] = [Records(0) for _ in MANNER]
        self._joins = [Grid(self._joining(place), self.lock) for place in range(1, len(MANNER))]
        self.manners = Records(4)
        self.goods = Records(2)
        self.sources = Records(3)
        self.days = Records(3)
        self.months = Records(0)
        self.shipped = Records(0)
        self._pairs = Records(0)
        self._histories = Records(0)
        self._asks = Records(0)
        self.formulas = Formulas()
        grid = lambda find: Grid(find, self.lock)  # noqa: E731  # short for the table below
        self._goods = grid(self._find_goods)
        self._sources = grid(self._find_source)
        self._days = grid(self._find_day)
        self._months = grid(self._find_month)
        self._shipped = grid(self._find_shipped)
        self._over = grid(self._find_pair)
        self._spots = grid(self._find_spot)
        self._kinds = grid(self._find_kind)
        self._of_kind = grid(self._find_history)
        self._bases = grid(self._find_base)
        self._asked = grid(self._find_ask)
        self._sized = grid(self._find_sized)
        self._based = grid(self._find_based)
        self._plans = grid(self._find_plan)
        self._levies = grid(self._find_levies)
        self._spared = grid(self._find_spared)
        self._remarks = grid(self._find_remark)
        self.spots = Records(2)
        self._based_spots = Records(0)
        self._sizes = Records(0)
        self._claims = Records(0)
        self._limits = np.zeros(0, np.int64)
