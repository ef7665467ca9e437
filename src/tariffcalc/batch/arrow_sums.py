"""The sums over the batches of a file for its summary: by number, and in the end by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import RLock
from typing import Any, NamedTuple

import numpy as np

from tariffcalc.batch.arrow_columns import Flags
from tariffcalc.batch.arrow_formulas import Formulas
from tariffcalc.batch.arrow_owed import Owed, Sum
from tariffcalc.batch.arrow_tables import Amounts, Ids
from tariffcalc.batch.finder import HUGE
from tariffcalc.batch.tally import (
    BASE,
    DUTY,
    LEFT_OUT,
    LINES,
    PAYABLE,
    REFUNDABLE,
    VALUE,
    Tally,
)

FIGURES = {
    **dict.fromkeys(("chapter", "origin", "month"), (LINES, VALUE, DUTY)),
    "country": (BASE, PAYABLE, REFUNDABLE),
}
"""What a summary keeps of a chapter, origin or month, and of all lines together.

With each amount go the lines of which it is not known.
"""

EXACT = 2**53
"""Sums below this are exact in 64-bit floats."""

ROWS = 1 << 22
"""Rows after which sums go to the tally, whose numbers have no bound."""


class Priced(NamedTuple):
    """The lines of a batch with what they owe.

    Attributes:
        value: In ten-thousandths of the importing country's currency.
        steps: The number of the formula.
        refundable: In cents, and where it is known.
        refused: Which lines are refused entry, or None.
        rows: Which lines of the batch count.
    """

    value: Amounts
    steps: Ids
    owed: Owed
    refundable: Sum
    refused: Any
    rows: Flags


class Accounts:
    """The sums of the lines of a file. Threads may share them."""

    def __init__(self, tally: Tally, formulas: Formulas) -> None:
        """Begin with nothing.

        Args:
            tally: Takes the sums.
            formulas: Has the charges of each formula.
        """
        self._tally = tally
        self._formulas = formulas
        self._lock = RLock()
        self._names: Mapping[str, Sequence[Any]] = {}
        self._held: dict[tuple[str, int], Amounts] = {}
        self._rows = 0

    def add(self, lines: Priced, by: Mapping[str, tuple[Ids, Sequence[Any]]]) -> None:
        """Add the lines of a batch.

        Args:
            lines: What was priced.
            by: For `chapter`, `origin`, `month` and `country`, the number of each line, and
                currency and name by number; append-only.
        """
        owed, rows = lines.owed, lines.rows
        paid = rows if lines.refused is None else rows & ~lines.refused
        weights = {VALUE: _weights(np.where(rows, lines.value, 0))}
        left_out = {}
        for place, owing in (
            (DUTY, owed.total), (BASE, owed.base), (PAYABLE, owed.payable),
            (REFUNDABLE, lines.refundable),
        ):  # fmt: skip
            weights[place] = _weights(np.where(paid, owing.cents, 0))
            if owing.known is not True:
                left_out[place] = np.flatnonzero(paid & ~owing.known)
        found = {}
        for kind, (ids, _) in by.items():
            numbers = np.where(rows, ids, 0)
            for place in FIGURES[kind]:
                found[kind, place] = (
                    np.bincount(numbers) if place == LINES else _sums_by(numbers, weights[place])
                )
                if place in left_out:
                    found[kind, place + LEFT_OUT] = np.bincount(numbers[left_out[place]])
        found["charged", 0] = np.bincount(np.where(rows, lines.steps, 0))
        steps = np.where(paid, lines.steps, 0)
        for slot, amounts in enumerate(owed.charges):
            charged = np.flatnonzero(amounts)
            found["measure", slot] = _sums_by(steps[charged], _weights(amounts[charged]))
        if owed.added.known is not True:
            found["open", 0] = np.bincount(steps[~owed.added.known])
        with self._lock:
            self._names = {kind: names for kind, (_, names) in by.items()}
            self._rows += rows.size
            for key, sums in found.items():
                self._held[key] = _plus(self._held.get(key), sums)
            if lines.refused is not None:
                refused = int(np.count_nonzero(rows & lines.refused))
                self._tally.add_status("prohibited", refused)
            if PAYABLE in left_out:
                self._tally.add_status("partial", left_out[PAYABLE].size)
            if self._rows >= ROWS:
                self.settle()

    def settle(self) -> None:
        """Hand the sums to the tally."""
        with self._lock:
            tally, held = self._tally, self._held
            for (kind, place), sums in held.items():
                for number in np.flatnonzero(sums).tolist():
                    amount = int(sums[number])
                    if kind == "charged":
                        tally.charged.update(self._formulas.called[number])
                        continue
                    if kind == "measure":
                        for charge in self._formulas.measures[number][place : place + 1]:
                            tally.measure(*charge)[0] += amount
                        continue
                    if kind == "open":
                        for charge in self._formulas.open[number]:
                            tally.measure(*charge)[1] += amount
                        continue
                    name = number and self._names[kind][number]
                    if name:  # number 0 is a row that is not counted
                        tally.sums(*_sums_of(kind, name))[place] += amount
            held.clear()
            self._rows = 0


def _sums_of(kind: str, name: tuple[str, str]) -> tuple[str, str, str]:
    """Return what the tally calls a kind of sums."""
    return (name[0], "", "") if kind == "country" else (name[0], kind, name[1])


def _plus(held: Amounts | None, sums: Amounts) -> Amounts:
    if held is None or not held.size:
        return sums
    longer, shorter = (held, sums) if held.size >= sums.size else (sums, held)
    longer[: shorter.size] += shorter
    return longer


def _weights(amounts: Amounts) -> Any:
    """Return amounts as floats where their sum is exact, else as they are."""
    exact = int(amounts.max(initial=0)) * amounts.size < EXACT
    return amounts.astype(np.float64) if exact else amounts


def _sums_by(numbers: Any, weights: Any) -> Amounts:
    """Return the sum of amounts for each number, exactly."""
    if weights.dtype == np.float64:
        return np.bincount(numbers, weights).astype(np.int64)
    parts = (weights & 0xFFFF, weights >> 16)
    low, high = (np.bincount(numbers, part).astype(np.int64) for part in parts)
    return low + (high << 16)


assert HUGE * ROWS * 2 < 2**63
