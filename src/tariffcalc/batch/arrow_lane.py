"""The columnar lane: record batches of declared text in, record batches of priced text out.

It answers what `LinePricer` answers, byte for byte, and needs the extra `fast` (PyArrow, NumPy).
What it does not answer itself, row by row, it asks of that very pricer.

A lane serves the batches of one file, from any thread:

    lane = ArrowLane(pricer)
    priced = price_batch(batch, lane)        # in arrow_batch; CSV: arrow_csv.CsvPricer
    lane.close()                             # now pricer.tally holds the sums
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property, partial
from threading import RLock
from typing import Any

import numpy as np

from tariffcalc.batch.arrow_amounts import amounts_of
from tariffcalc.batch.arrow_answer import Answer, Answers, DeclaredAmounts
from tariffcalc.batch.arrow_arrays import lengths_of
from tariffcalc.batch.arrow_columns import Flags
from tariffcalc.batch.arrow_entries import ALONE, Shares, as_told
from tariffcalc.batch.arrow_formulas import Formulas
from tariffcalc.batch.arrow_owed import Given
from tariffcalc.batch.arrow_points import Found, PointTables
from tariffcalc.batch.arrow_quantities import Quantities
from tariffcalc.batch.arrow_rates import RateTables
from tariffcalc.batch.arrow_readings import KEYS, Columns, Readings
from tariffcalc.batch.arrow_reasons import Reasons
from tariffcalc.batch.arrow_said import Said
from tariffcalc.batch.arrow_seen import Seen
from tariffcalc.batch.arrow_sums import Accounts, Priced
from tariffcalc.batch.arrow_tables import Amounts
from tariffcalc.batch.arrow_text import Fragments
from tariffcalc.batch.arrow_words import WordColumns
from tariffcalc.batch.declared import FILED, RARE
from tariffcalc.batch.formula import CENT
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.names import CONTENTS
from tariffcalc.batch.points import Points
from tariffcalc.batch.row_entries import RowEntries
from tariffcalc.batch.tally import Tally

TAKEN = (*KEYS, "customs_value", "quantity", *RARE, *FILED, "entry")
"""Fields that this lane reads."""


class NotForThisLane(ValueError):
    """A file that the Python lane must price; the message says why."""


class ArrowLane:
    """The tables of a file, filled as its batches are priced. Threads may share one.

    Attributes:
        point: What parts the cents of its amounts.
    """

    def __init__(self, pricer: LinePricer) -> None:
        """Make a lane for the file that a pricer is for."""
        finder = pricer.finder
        self.point = finder.glance.point
        kinds = finder.reader.cells.kinds
        self._contents = [name for name in CONTENTS if kinds.get(name, "money") == "money"]
        self._amounts = partial(amounts_of, glance=finder.glance)
        self.pricer = pricer
        self.lock = RLock()
        self.words = WordColumns()
        self.shares: Shares | None = None
        """Of the entries of the file, once they are added up; None: each row is its own."""
        self.places = {name: place for name, place in finder.reader.places.items() if name in TAKEN}
        has_filed = any(name in self.places for name in FILED)
        self.said = Said(pricer.law.store.meta["edition"], self.lock)
        self.formulas = Formulas(self.said, has_filed)
        self.entries = RowEntries()
        if "entry" in self.places:
            pricer.entries = self.entries
        readings = Readings(
            finder.reader, self._points_of, self.formulas, self.said.cells, self.lock
        )
        self._rates = RateTables(readings, finder.rate, self.lock)
        store = pricer.law.store
        width = 1 + max(len(store.tables(importer).measures) for importer in store.importers)
        self.points = PointTables(readings, self.formulas, self.said, width, self.lock)
        self._quantities = Quantities(self.points, self.formulas, self.lock)
        reasons = Reasons(self.points, self.said, self.lock)
        self._answers = Answers(self.formulas, reasons, self.said, pricer.measures, has_filed)
        self._tally = Tally()
        self._accounts = Accounts(self._tally, self.formulas)

    def _points_of(self, importer: str) -> Points | None:
        if importer not in self.pricer.law.store.importers:
            return None
        return self.pricer.finder.points_of(importer)

    @cached_property
    def plain(self) -> Fragments:
        """The fragments of cells that stand by themselves."""
        return Fragments()

    def answer(self, columns: Columns, shares: Any = None) -> Answer:
        """Price the rows of a batch that this lane answers, and add them to the sums.

        Args:
            columns: Of the batch. Only those of `KEYS` may be dictionaries.
            shares: What its rows pay of the fees of their entries, an array of `PAID`; None where
                each row is an entry of its own.
        """
        seen = self.points.seen.see(columns)
        told, plain = self.declared(columns, seen)
        found, paid = self._find(seen, told.value, plain, shares)
        done = plain & found.answered()
        if told.quantity is not None:
            asked = (self.formulas.bases.of(found.base, "asks") > 0) & (told.quantity > 0) & done
            counted, can_say = self._quantities.duties(
                found, seen.unit, told.value, told.quantity, asked
            )
            told, done = told._replace(counted=counted), done & (~asked | can_say)
        if told.has_contents is not None:
            done = done & ~(told.has_contents & self.formulas.ask_contents(found.plan))
        told = told._replace(paid=paid)
        while True:
            answer, priced, fits = self._answers.to(found, told, done)
            if fits.all():
                break
            done = done & fits
        self._add_up(found, priced)
        return answer

    def shares_of(self, before: int, count: int) -> Any:
        """Return what rows pay of the fees of their entries, for `answer`.

        Args:
            before: How many rows of the file are before them.
            count: How many they are.
        """
        return None if self.shares is None else self.shares.of(before, count)

    def learn(self, columns: Columns, shares: Any = None) -> None:
        """Find what the rows of a batch stand for, and price none; arguments as of `answer`."""
        self.plain.held()
        seen = self.points.seen.see(columns)
        told, plain = self.declared(columns, seen)
        self._find(seen, told.value, plain, shares)

    def _find(
        self, seen: Seen, value: Amounts, plain: Flags, shares: Any
    ) -> tuple[Found, tuple[Given, Given] | None]:
        """Return what rows stand for, and their shares in the fees of entries, then and now."""
        worth, paid = value, None
        if shares is not None:
            is_shared = shares["then"] != ALONE
            worth = np.where(is_shared, shares["total"], value)
            paid = Given(is_shared, shares["then"]), Given(is_shared, shares["now"])
        is_read = plain & (seen.shipped > 0)
        if not is_read.all():  # of a row that cannot be read no law is met
            seen = seen._replace(day=np.where(is_read, seen.day, 0))
        found = self.points.find(seen, worth)
        if shares is not None and shares["said"].any():
            found = found._replace(said=self.said.of_entries(shares["said"], found.said))
        return found, paid

    def declared(self, columns: Columns, seen: Seen) -> tuple[DeclaredAmounts, Flags]:
        """Return what rows declare beside their points, and which of them this lane can read."""
        stated, plain = self._amounts(columns["customs_value"])
        value, has_rate = self._rates.into_own(stated, seen, columns)
        plain &= has_rate & (value > 0)
        has_contents = None
        for name in RARE:
            if name in columns:
                is_read = _is_blank(columns[name])
                if name in self._contents:
                    amount, is_plain = self._amounts(columns[name])
                    is_one = is_plain & (amount <= stated)
                    has_contents = is_one if has_contents is None else has_contents | is_one
                    is_read |= is_one
                plain &= is_read
        quantity = None
        if "quantity" in columns:
            quantity, is_plain = self._amounts(columns["quantity"])
            plain &= _is_blank(columns["quantity"]) | (is_plain & (quantity > 0))
        filed, is_filed = np.zeros(plain.size, np.int64), np.zeros(plain.size, bool)
        for name in FILED:
            if name in columns:
                amount, is_plain = self._amounts(columns[name])
                is_plain &= amount % CENT == 0
                plain &= is_plain | _is_blank(columns[name])
                filed += amount
                is_filed |= is_plain
        return DeclaredAmounts(value, filed, is_filed, quantity, has_contents), plain

    def price_rows(
        self, rows: Iterable[Sequence[str]], numbers: Iterable[int], shares: Any = None
    ) -> list[tuple[str, ...]]:
        """Return the results of rows that this lane does not answer, from the Python lane.

        Args:
            rows: Their cells.
            numbers: Theirs, as spreadsheets count.
            shares: What they pay of the fees of their entries, as in `answer`.
        """
        with self.lock:
            price, tally, errors = self.pricer.price_odd, self.pricer.finder.tally, Tally()
            # Threads come in any order; the first rows with an error are told in theirs.
            kept, tally.errors = tally.errors, errors.errors
            try:
                if shares is None:
                    return list(map(price, rows, numbers))
                entries, priced, told = self.entries, [], as_told(shares)
                for cells, number, entries.told in zip(rows, numbers, told, strict=True):
                    priced.append(price(cells, number))
                return priced
            finally:
                tally.errors = kept
                self._tally.merge(errors)

    def let_go(self) -> None:
        """Close what was found of the entries of the file."""
        if self.shares is not None:
            self.shares.close()

    def close(self) -> None:
        """Hand the sums to the pricer, those since it was called before. Call it at the end."""
        with self.lock:
            self.points.tell()
            self._accounts.settle()
            self.pricer.finder.tally.merge(self._tally)
            self._tally.clear()

    def _add_up(self, found: Found, priced: Priced) -> None:
        seen = self.points.seen
        self._accounts.add(
            priced,
            {
                "chapter": (seen.goods.of(found.goods, "chapter"), seen.chapters.keys),
                "origin": (seen.sources.of(found.source, "origin"), seen.origins.keys),
                "month": (seen.month(found.country, found.entered), seen.months.keys),
                "country": (found.country, self.points.currencies),
            },
        )


def _is_blank(texts: Any) -> Flags:
    found: Flags = lengths_of(texts) == 0
    return found
