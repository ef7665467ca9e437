"""Amounts and words written as text: every row is a short list of fragments out of one dictionary.

An amount is two fragments, what stands before its last four digits and those four, so a dictionary
of some ten thousand fragments writes every amount below `LARGEST`; one `take` then copies whole
rows. This was measured at 10 ns a fragment, a tenth of formatting numbers one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_tables import Amounts, Ids
from tariffcalc.batch.result import PROHIBITED, UNKNOWN

SPLIT = 10_000
HEADS = 100_000
LARGEST = SPLIT * HEADS
"""Amounts of as many cents are left to the Python lane."""

NOTHING, AMOUNT = 0, -1
"""Words that stand instead of an amount, by number: ``WORDS[0]`` is blank."""
WORDS = ("", UNKNOWN, PROHIBITED)
IS_UNKNOWN, IS_PROHIBITED = 1, 2

Marks = np.ndarray[Any, np.dtype[np.int8]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Money:
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


class WordTable:
    """Columns whose texts go together, each row of texts with a number; append-only."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.rows: list[tuple[str, ...]] = [("",) * len(self.names)]
        self._numbers: dict[tuple[str, ...], int] = {self.rows[0]: 0}

    def number(self, texts: tuple[str, ...]) -> int:
        """Return the number of a row of texts, new or known. Call it under the lane's lock."""
        found = self._numbers.get(texts)
        if found is None:
            found = self._numbers[texts] = len(self.rows)
            self.rows.append(texts)
        return found


@dataclass(frozen=True, slots=True)
class Words:
    """Columns of words: for each row a number of a table."""

    table: WordTable
    numbers: Ids


@dataclass(frozen=True, slots=True)
class Charges:
    """The compact column of charges.

    Attributes:
        counts: How many charges each row has.
        marks: For each row, the number of what its charges are called.
        called: The names of the charges, by that number.
        slots: The amounts of the first, second, ... charge of every row.
    """

    counts: Ids
    marks: Ids
    called: Sequence[tuple[str, ...]]
    slots: Sequence[Money]


Column = Money | Words | Charges


class Fragments:
    """The dictionary of fragments: amounts first, then words in the order in which they came."""

    def __init__(
        self, mark: str = "", line_end: str = "", join: Callable[[Sequence[str]], str] | None = None
    ) -> None:
        """Make a dictionary.

        Args:
            mark: What stands in front of each cell, a delimiter or nothing.
            line_end: After the last cell of a row.
            join: Makes one text of cells, each quoted where it must be.
        """
        self.mark = mark
        self.line_end = line_end
        self._join = join or "".join
        plain = pa.array(np.arange(HEADS)).cast(pa.string()).to_pylist()
        plain[0] = ""
        tails = [f".{number:02d}" for number in range(100)]
        self._texts = [
            *plain,
            *(mark + head for head in plain),
            *(f"{number}{tail}" for number in range(100) for tail in tails),
            *(f"{number:02d}{tail}" for number in range(100) for tail in tails),
        ]
        self._lock = RLock()
        self._held: Any = pa.array(self._texts, pa.string())
        self._numbers: dict[str, int] = {"": 0}
        self._of_tables: dict[tuple[int, bool], Ids] = {}
        self._words = {
            first: np.array([self.number(first + word) for word in WORDS], np.int32)
            for first in ("", mark)
        }

    def number(self, text: str) -> int:
        """Return the number of a fragment, new or known."""
        found = self._numbers.get(text)
        if found is None:
            with self._lock:
                found = self._numbers.setdefault(text, len(self._texts))
                if found == len(self._texts):
                    self._texts.append(text)
        return found

    def held(self) -> Any:
        """Return the fragments numbered so far, as an array."""
        held = self._held
        if len(held) < len(self._texts):
            with self._lock:
                new = pa.array(self._texts[len(held) :], pa.string())
                held = self._held = pa.concat_arrays([held, new])
        return held

    def money(self, column: Money, is_cell: bool = True) -> list[Ids]:
        """Return the fragments of amounts: head and tail, and the sign where there are signs."""
        first = self.mark if is_cell else ""
        head = column.cents // SPLIT
        tail = column.cents - head * SPLIT
        tail += np.where(head > 0, 2 * HEADS + SPLIT, 2 * HEADS)
        if first and column.is_negative is None:
            head += HEADS
        if column.words is not None:
            instead = column.words >= 0
            if instead.any():
                head[instead] = 0
                tail[instead] = self._words[first][column.words[instead]]
        if column.is_negative is None:
            return [head, tail]
        signs = np.where(column.is_negative, self.number(f"{first}-"), self.number(first))
        return [np.where(column.words < 0, signs, 0) if column.words is not None else signs,
                head, tail]

    def words(self, column: Words, is_last: bool = False) -> Ids:
        """Return the fragment of each row of words."""
        key = id(column.table), is_last
        known = self._of_tables.get(key, np.zeros(0, np.int32))
        if known.size < len(column.table.rows):
            end = self.line_end if is_last else ""
            new = [
                self.number(f"{self.mark}{self._join(texts)}{end}")
                for texts in column.table.rows[known.size :]
            ]
            known = self._of_tables[key] = np.append(known, np.array(new, np.int32))
        return np.take(known, column.numbers)

    def charges(self, column: Charges, first: int) -> tuple[list[Any], Ids]:
        """Return new fragments for charges, numbered from `first`, and the fragment of each row."""
        numbers = np.full(column.counts.size, self.number(self.mark), np.int32)
        made = []
        for count in range(1, int(column.counts.max(initial=0)) + 1):
            rows = np.flatnonzero(column.counts == count)
            if not rows.size:
                continue
            called = self._called(column, count)
            places = []
            for slot in range(count):
                amounts = column.slots[slot]
                words = amounts.words
                chosen = Money(amounts.cents[rows], None if words is None else words[rows])
                places += [called[slot][column.marks[rows]], *self.money(chosen, is_cell=False)]
            places.append(np.broadcast_to(called[count], rows.shape))
            texts = join_rows(self.held(), places)
            numbers[rows] = np.arange(first, first + rows.size)
            first += rows.size
            made.append(texts)
        return made, numbers

    def _called(self, column: Charges, count: int) -> list[Ids]:
        """Return, by mark, what stands before each of so many charges, and at the end."""
        quote = '"' if count > 1 and self.mark == ";" else ""
        found = [
            np.array(
                [
                    self.number(f"{before}{names[slot]}=") if len(names) == count else 0
                    for names in column.called
                ],
                np.int32,
            )
            for slot, before in enumerate([f"{self.mark}{quote}", *[";"] * (count - 1)])
        ]
        return [*found, np.int32(self.number(quote))]


def join_rows(texts: Any, places: Sequence[Ids]) -> Any:
    """Return texts of which each is a row: one text of every list of places, joined."""
    rows = places[0].size
    width = len(places)
    chosen = np.empty((rows, width), np.int32)
    for column, numbers in enumerate(places):
        chosen[:, column] = numbers
    taken = texts.take(pa.array(chosen.reshape(-1)))
    _, edges, data = taken.buffers()
    ends = np.frombuffer(edges, np.int32, rows * width + 1)[::width]
    return pa.Array.from_buffers(pa.string(), rows, [None, pa.py_buffer(ends.copy()), data])
