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
from functools import cached_property
from threading import RLock
from typing import Any, NamedTuple

import numpy as np

from tariffcalc.batch.arrow_amounts import plain_amounts
from tariffcalc.batch.arrow_arrays import lengths_of
from tariffcalc.batch.arrow_columns import (
    AMOUNT,
    IS_BLANK,
    Charges,
    Column,
    Flags,
    Money,
    Share,
    Words,
    WordTable,
)
from tariffcalc.batch.arrow_formulas import Formulas
from tariffcalc.batch.arrow_owed import CENT, Lines, Owed, Sum, as_money, share, words_for, work_out
from tariffcalc.batch.arrow_points import Found, PointTables
from tariffcalc.batch.arrow_readings import KEYS, Columns, Readings
from tariffcalc.batch.arrow_reasons import Reasons
from tariffcalc.batch.arrow_said import Said
from tariffcalc.batch.arrow_sums import Accounts, Priced
from tariffcalc.batch.arrow_tables import Amounts
from tariffcalc.batch.arrow_text import LARGEST, SHARES, Fragments
from tariffcalc.batch.finder import RARE
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.points import Points
from tariffcalc.batch.tally import Tally

FILED = ("filed_duty", "filed_surtax")
TAKEN = (*KEYS, "customs_value", "quantity", "fx", *RARE, *FILED)
"""Fields that this lane reads."""


class NotForThisLane(ValueError):
    """A file that the Python lane must price; the message says why."""


class Answer(NamedTuple):
    """What a batch comes to: columns in the order of the result, and which rows they answer."""

    columns: list[Column]
    done: Flags


class ArrowLane:
    """The tables of a file, filled as its batches are priced. Threads may share one."""

    def __init__(self, pricer: LinePricer) -> None:
        """Make a lane for the file that a pricer is for.

        Raises:
            NotForThisLane: when fees are shared among lines, or a comma parts the cents.
        """
        if pricer.entries is not None:
            raise NotForThisLane("the fees of an entry are shared among its lines")
        finder = pricer.finder
        if finder.units("1.5") is None:
            raise NotForThisLane("a comma parts the cents")
        self.pricer = pricer
        self.lock = RLock()
        self.places = {name: place for name, place in finder.reader.places.items() if name in TAKEN}
        has_filed = any(name in self.places for name in FILED)
        self.said = Said(pricer.law.store.meta["edition"], self.lock)
        self.formulas = Formulas(self.said, has_filed)
        readings = Readings(finder.reader, self._points_of, self.formulas, self.lock)
        store = pricer.law.store
        width = 1 + max(len(store.tables(importer).measures) for importer in store.importers)
        self.points = PointTables(readings, self.formulas, self.said, width, self.lock)
        self._has_filed = has_filed
        self._statuses = WordTable(1)
        for status in ("ok", "partial", "prohibited"):
            self._statuses.number((status,))
        self._reasons = Reasons(self.points, self.said, self.lock)
        self._tally = Tally()
        self._accounts = Accounts(self._tally, self.formulas.measures)

    def _points_of(self, importer: str) -> Points | None:
        if importer not in self.pricer.law.store.importers:
            return None
        return self.pricer.finder.points_of(importer)

    @cached_property
    def plain(self) -> Fragments:
        """The fragments of cells that stand by themselves."""
        return Fragments()

    def answer(self, columns: Columns) -> Answer:
        """Price the rows of a batch that this lane answers, and add them to the sums.

        Args:
            columns: Of the batch. Only those of `KEYS` may be dictionaries.
        """
        value, plain = self._values(columns)
        filed, is_filed = self._filed(columns, plain)
        found = self.points.find(columns, value)
        done = plain & found.answered()
        if "quantity" in columns:
            asks = self.formulas.bases.of(found.base, "asks") > 0
            done &= ~asks | _is_blank(columns["quantity"])
        while True:
            answer, priced, fits = self._price(
                found, np.where(done, value, 0), done, filed, is_filed
            )
            if fits.all():
                break
            done = done & fits
        self._add_up(found, priced)
        return answer

    def learn(self, columns: Columns) -> None:
        """Find what the rows of a batch stand for, and price none."""
        self.plain.held()
        self.points.find(columns, self._values(columns)[0])

    def _values(self, columns: Columns) -> tuple[Amounts, Flags]:
        value, plain = plain_amounts(columns["customs_value"])
        plain &= value > 0
        for name in ("fx", *RARE):
            if name in columns:
                plain &= _is_blank(columns[name])
        if "quantity" in columns:
            quantity, is_plain = plain_amounts(columns["quantity"])
            plain &= _is_blank(columns["quantity"]) | (is_plain & (quantity > 0))
        return value, plain

    def _filed(self, columns: Columns, plain: Flags) -> tuple[Amounts, Flags]:
        """Return the filed duties and on which rows there are any; take odd rows out of `plain`."""
        sum_, any_ = np.zeros(plain.size, np.int64), np.zeros(plain.size, bool)
        for name in FILED:
            if name in columns:
                amount, is_plain = plain_amounts(columns[name])
                is_plain &= amount % CENT == 0
                plain &= is_plain | _is_blank(columns[name])
                sum_ += amount
                any_ |= is_plain
        return sum_, any_

    def _price(
        self, found: Found, value: Amounts, done: Flags, filed: Amounts, is_filed: Flags
    ) -> tuple[Answer, Priced, Flags]:
        """Return the result, what is to be added up, and which rows this lane can write."""
        formulas = self.formulas
        plan = np.where(done, found.plan, 0)
        then = formulas.plans.of(plan, "then")
        lines = Lines(value, then, np.where(done, found.base, 0), np.where(done, found.levies, 0))
        owed = work_out(lines, formulas)
        is_refused = formulas.steps.of(then, "refused") > 0
        refused = is_refused if is_refused.any() else None
        now, refundable = self._since(lines, formulas.plans.of(plan, "now"), owed)
        hundredths = share(owed.total, value)
        fits = (owed.payable.cents < LARGEST) & (now.cents < LARGEST) & (hundredths < SHARES)
        words = self._reasons.words(found, lines, owed, done)
        fits &= words > 0
        known = owed.payable.known
        status = np.where(known, 1, 2)
        if refused is not None:
            status = np.where(refused, 3, status)
        law = Words(formulas.law, formulas.steps.of(then, "law"))
        less: list[Column] = []
        if self._has_filed:
            less.append(_less(filed, is_filed & done, owed.total))
            fits &= less[0].cents < LARGEST  # type: ignore[union-attr]
        both = known & now.known
        back = None if both is True else np.where(both, AMOUNT, IS_BLANK).astype(np.int8)
        columns = [
            Words(self._statuses, np.broadcast_to(status, value.shape)),
            as_money(owed.base, refused),
            *self._charges(then, owed),
            as_money(owed.added, refused),
            as_money(owed.total, refused),
            as_money(owed.fees, refused),
            as_money(owed.taxes, refused),
            as_money(owed.payable, refused),
            Share(hundredths, words_for(owed.total.known, refused)),
            law,
            *less,
            as_money(now, refused),
            Money(refundable, back),
            Words(self.said.table, words),
        ]
        priced = Priced(value, then, owed, refundable, refused, done)
        return Answer(columns, done), priced, fits | ~done

    def _since(self, lines: Lines, now: Amounts, owed: Owed) -> tuple[Sum, Amounts]:
        """Return what is payable as the law now stands, and what is refundable."""
        refundable = np.zeros_like(lines.value)
        rows = np.flatnonzero(now != lines.steps)
        if not rows.size:
            return owed.payable, refundable
        later = work_out(lines.of(rows, now[rows]), self.formulas).payable
        before = owed.payable.of(rows)
        cents = owed.payable.cents.copy()
        cents[rows] = later.cents
        both = before.known & later.known
        refundable[rows] = np.where(both, np.maximum(0, before.cents - later.cents), 0)
        known = np.broadcast_to(owed.payable.known, cents.shape).copy()
        known[rows] = later.known
        return Sum(cents, True if known.all() else known), refundable

    def _charges(self, steps: Any, owed: Owed) -> list[Column]:
        """Return the column of all charges, or one for each measure that was asked for."""
        formulas, measures = self.formulas, self.pricer.measures
        slots = []
        for slot, amounts in enumerate(owed.charges):
            words = formulas.steps.of(steps, f"word{slot}").astype(np.int8)
            slots.append(Money(amounts, words if (words > 0).any() else None))
        if measures is None:
            counts = formulas.steps.of(steps, "count")
            return [Charges(counts, steps, formulas.called, slots)]
        columns: list[Column] = []
        for measure in measures:
            places = np.array(
                [names.index(measure) if measure in names else -1 for names in formulas.called],
            )[steps]
            cents, words = np.zeros_like(owed.total.cents), np.zeros(steps.size, np.int8)
            for slot, money in enumerate(slots):
                here = places == slot
                cents = np.where(here, money.cents, cents)
                words = np.where(here, -1 if money.words is None else money.words, words)
            columns.append(Money(cents, words))
        return columns

    def price_rows(
        self, rows: Iterable[Sequence[str]], numbers: Iterable[int]
    ) -> list[tuple[str, ...]]:
        """Return the results of rows that this lane does not answer, from the Python lane."""
        with self.lock:
            price, tally, errors = self.pricer.price_odd, self.pricer.finder.tally, Tally()
            # Threads come in any order; the first rows with an error are told in theirs.
            kept, tally.errors = tally.errors, errors.errors
            try:
                return [price(cells, number) for cells, number in zip(rows, numbers, strict=True)]
            finally:
                tally.errors = kept
                self._tally.merge(errors)

    def close(self) -> None:
        """Hand the sums to the pricer, those since it was called before. Call it at the end."""
        with self.lock:
            self.points.tell()
            self._accounts.settle()
            self.pricer.finder.tally.merge(self._tally)
            self._tally.clear()

    def _add_up(self, found: Found, priced: Priced) -> None:
        points, readings = self.points, self.points.readings
        months = readings.values["entry_date"].of(found.entered, "month")
        self._accounts.add(
            priced,
            {
                "chapter": (points.goods.of(found.goods, "chapter"), points.chapters.keys),
                "origin": (points.sources.of(found.source, "origin"), points.origins.keys),
                "month": (points.number("month", found.country, months), points.months.keys),
                "country": (found.country, points.currencies),
            },
        )


def _is_blank(texts: Any) -> Flags:
    found: Flags = lengths_of(texts) == 0
    return found


def _less(filed: Amounts, is_filed: Flags, total: Sum) -> Money:
    """Return the filed duty less the computed, where both are known."""
    less = filed // CENT - total.cents
    words = np.where(is_filed & total.known, AMOUNT, IS_BLANK).astype(np.int8)
    return Money(np.where(words < 0, np.abs(less), 0), words, less < 0)
