"""The answer to a batch: what its lines owe, as columns in the order of the result."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

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
from tariffcalc.batch.arrow_owed import (
    Given,
    Lines,
    Owed,
    Sum,
    as_money,
    share,
    words_for,
    work_out,
)
from tariffcalc.batch.arrow_points import Found
from tariffcalc.batch.arrow_reasons import Reasons
from tariffcalc.batch.arrow_said import Said
from tariffcalc.batch.arrow_sums import Priced
from tariffcalc.batch.arrow_tables import Amounts
from tariffcalc.batch.arrow_text import LARGEST, SHARES
from tariffcalc.batch.formula import CENT


class Answer(NamedTuple):
    """What a batch comes to: columns in the order of the result, and which rows they answer."""

    columns: list[Column]
    done: Flags


class DeclaredAmounts(NamedTuple):
    """What the lines of a batch declare beside their points.

    Attributes:
        value: In ten-thousandths of the importing country's currency.
        filed: Filed duties.
        is_filed: Which lines have one.
        quantity: In ten-thousandths of a unit, 0 where none is declared; None: none is anywhere.
        has_contents: Which lines declare some; None: none does.
        paid: Shares in the fees of entries, then and as the law now stands.
        counted: Base duties on quantities.
    """

    value: Amounts
    filed: Amounts
    is_filed: Flags
    quantity: Amounts | None = None
    has_contents: Flags | None = None
    paid: tuple[Given, Given] | None = None
    counted: Given | None = None


class Answers:
    """Works out what lines owe, and lays it out."""

    def __init__(
        self,
        formulas: Formulas,
        reasons: Reasons,
        said: Said,
        measures: tuple[str, ...] | None,
        has_filed: bool,
    ) -> None:
        """Begin.

        Args:
            formulas: What the numbers of lines stand for.
            reasons: Says why amounts are not known.
            said: Has the words for it.
            measures: Those that have a column of their own; None: one column has all charges.
            has_filed: Whether there are filed duties to compare.
        """
        self.formulas = formulas
        self._reasons = reasons
        self._said = said
        self._measures = measures
        self._has_filed = has_filed
        self._statuses = WordTable(1)
        for status in ("ok", "partial", "prohibited"):
            self._statuses.number((status,))

    def to(self, found: Found, told: DeclaredAmounts, done: Flags) -> tuple[Answer, Priced, Flags]:
        """Return the result, what is to be added up, and which rows this lane can write.

        Args:
            found: What the lines stand for.
            told: What they declare.
            done: Which of them are to be answered.
        """
        formulas = self.formulas
        plan = np.where(done, found.plan, 0)
        then = formulas.plans.of(plan, "then")
        value, paid = np.where(done, told.value, 0), told.paid
        base, levies = (np.where(done, ids, 0) for ids in (found.base, found.levies))
        lines = Lines(value, then, base, levies, paid and paid[0], told.counted)
        owed = work_out(lines, formulas)
        is_refused = formulas.steps.of(then, "refused") > 0
        refused = is_refused if is_refused.any() else None
        later = lines._replace(steps=formulas.plans.of(plan, "now"), paid=paid and paid[1])
        now, refundable = self._since(lines, later, owed)
        hundredths = share(owed.total, value)
        fits = (owed.payable.cents < LARGEST) & (now.cents < LARGEST) & (hundredths < SHARES)
        words = self._said.behind_cells(found.told, self._reasons.words(found, lines, owed, done))
        fits &= words > 0
        known = owed.payable.known
        status = np.where(known, 1, 2)
        if refused is not None:
            status = np.where(refused, 3, status)
        law = Words(formulas.law, formulas.steps.of(then, "law"))
        less = None
        if self._has_filed:
            less = _less(told.filed, told.is_filed & done, owed.total)
            fits &= less.cents < LARGEST
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
            *([] if less is None else [less]),
            as_money(now, refused),
            Money(refundable, back),
            Words(self._said.table, words),
        ]
        priced = Priced(value, then, owed, Sum(refundable, both), refused, done)
        return Answer(columns, done), priced, fits | ~done

    def _since(self, lines: Lines, now: Lines, owed: Owed) -> tuple[Sum, Amounts]:
        """Return what is payable as the law now stands, and what is refundable."""
        refundable = np.zeros_like(lines.value)
        differs = now.steps != lines.steps
        if lines.paid is not None and now.paid is not None:
            differs |= now.paid.cents != lines.paid.cents
        rows = np.flatnonzero(differs)
        if not rows.size:
            return owed.payable, refundable
        later = work_out(now.of(rows), self.formulas).payable
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
        formulas, measures = self.formulas, self._measures
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


def _less(filed: Amounts, is_filed: Flags, total: Sum) -> Money:
    """Return the filed duty less the computed, where both are known."""
    less = filed // CENT - total.cents
    words = np.where(is_filed & total.known, AMOUNT, IS_BLANK).astype(np.int8)
    return Money(np.where(words < 0, np.abs(less), 0), words, less < 0)
