"""The columns of a priced batch before they are text: amounts, shares, words, charges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tariffcalc.batch.arrow_tables import Amounts, Ids
from tariffcalc.batch.result import PROHIBITED, UNKNOWN

Marks = np.ndarray[Any, np.dtype[np.int8]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

WORDS = ("", UNKNOWN, PROHIBITED)
"""What may stand instead of an amount, by number."""
MOST = 8
"""Charges that a line of this lane may have."""

AMOUNT, IS_BLANK, IS_UNKNOWN, IS_PROHIBITED = -1, 0, 1, 2


class Money(NamedTuple):
    """A column of amounts in cents, none below zero.

    Attributes:
        cents: The amounts.
        words: For each row, the number of the word that stands instead of the amount, or `AMOUNT`.
            None when amounts stand everywhere.
        is_negative: Which of the amounts have a minus in front. None when none has.
    """

    cents: Amounts
    words: Marks | None = None
    is_negative: Flags | None = None

    def of(self, rows: Any) -> Money:
        """Return the amounts of some rows, of which none has a minus in front."""
        words = None if self.words is None else np.take(self.words, rows)
        return Money(np.take(self.cents, rows), words)


class Share(NamedTuple):
    """A column of shares in hundredths of a percent; `words` as in `Money`."""

    hundredths: Amounts
    words: Marks | None = None


class WordTable:
    """Columns whose texts go together, each row of texts with a number from 1 on; append-only."""

    def __init__(self, width: int) -> None:
        self.rows: list[tuple[str, ...]] = [("",) * width]
        self._numbers: dict[tuple[str, ...], int] = {}

    def number(self, texts: tuple[str, ...]) -> int:
        """Return the number of a row of texts, new or known. Call it under the lane's lock."""
        found = self._numbers.get(texts)
        if found is None:
            found = self._numbers[texts] = self.add(texts)
        return found

    def add(self, texts: tuple[str, ...]) -> int:
        """Return the number of a row of texts that nobody need ask for by its texts again."""
        self.rows.append(texts)
        return len(self.rows) - 1

    def taken(self, first: int) -> list[tuple[str, ...]]:
        """Return the rows of texts from a number on, which are no longer kept here."""
        found = self.rows[first:]
        self.rows[first : first + len(found)] = [()] * len(found)
        return found


class Words(NamedTuple):
    """Columns of words: for each row a number of a table."""

    table: WordTable
    numbers: Ids


class Charges(NamedTuple):
    """The compact column of charges.

    Attributes:
        counts: How many charges each row has.
        marks: For each row, the number of what its charges are called.
        called: The names of the charges, by that number; append-only.
        slots: The amounts of the first, second, ... charge of every row.
    """

    counts: Ids
    marks: Ids
    called: Sequence[tuple[str, ...]]
    slots: Sequence[Money]


Column = Money | Share | Words | Charges
