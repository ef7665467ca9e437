"""Amounts and words written as text: every row is a short list of fragments out of one dictionary.

An amount is two fragments, what stands before its last four digits and those four, so a dictionary
of some ten thousand fragments writes every amount below `LARGEST`; one `take` then copies whole
rows. This was measured at 10 ns a fragment, a tenth of formatting numbers one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import RLock
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_arrays import (
    GrowingTexts,
    number_array,
    text_array,
    text_scalar,
    texts_between,
)
from tariffcalc.batch.arrow_calls import cast, joined, sliced, take
from tariffcalc.batch.arrow_columns import MOST, WORDS, Charges, Column, Money, Share, Words
from tariffcalc.batch.arrow_tables import Ids

SPLIT = 10_000
HEADS = 50_000
LARGEST = SPLIT * HEADS
"""Amounts of as many cents are left to the Python lane."""

SHARES = 30_000
"""Shares of as many hundredths of a percent, too."""


NONE = np.zeros(0, np.int32)


class Written(NamedTuple):
    """Rows as lists of fragments.

    Attributes:
        texts: All fragments.
        first: Number of the first that the caller gave.
        places: For each fragment of a row, its number in every row.
    """

    texts: Any
    first: int
    places: list[Ids]


class Fragments:
    """The dictionary of fragments: amounts and shares first, then words as they come.

    Where it stands in a cell, a fragment begins with the mark that parts cells.
    """

    def __init__(
        self, mark: str = "", line_end: str = "", join: Callable[[Sequence[str]], str] = "".join
    ) -> None:
        """Make a dictionary.

        Args:
            mark: What stands in front of each cell: a delimiter, or nothing.
            line_end: What stands after the last cell of a row.
            join: Makes one text of cells, each quoted where it must be.
        """
        self.mark = mark
        self.line_end = line_end
        self._join = join
        heads = pa.concat_arrays(
            [text_array([""]), cast(number_array(np.arange(1, HEADS)), pa.string())]
        )
        low = _hundredths(np.arange(SPLIT))
        full = sliced(_hundredths(np.arange(SPLIT, 2 * SPLIT)), 1)
        parts = [
            heads,
            _joined(mark, heads),
            low,
            full,
            _joined(mark, _hundredths(np.arange(SHARES)), "%"),
        ]
        self._tail = 2 * HEADS
        self._share = 2 * (HEADS + SPLIT)
        self._texts = GrowingTexts(pa.concat_arrays(parts))
        self._held = self._texts.array()
        self._count = len(self._held)
        self._new: list[str] = []
        self._lock = RLock()
        self._numbers: dict[str, int] = {"": 0}
        self._tables: dict[tuple[int, bool], Ids] = {}
        self._called: dict[int, Ids] = {}
        self._words = {
            first: np.array([self.number(first + word) for word in WORDS], np.int32)
            for first in ("", mark)
        }

    def number(self, text: str) -> int:
        """Return the number of a fragment, new or known."""
        found = self._numbers.get(text)
        if found is None:
            with self._lock:
                found = self._numbers.get(text)
                if found is None:
                    found = self._count
                    self._new.append(text)
                    self._count += 1
                    # Last of all: who sees the number must find the text.
                    self._numbers[text] = found
        return found

    def add(self, texts: Sequence[str]) -> Ids:
        """Return the numbers of fragments that nobody asks for by their text."""
        with self._lock:
            first = self._count
            self._new += texts
            self._count += len(texts)
            return np.arange(first, self._count, dtype=np.int32)

    def held(self) -> Any:
        """Return the fragments numbered so far, as an array."""
        if self._new:
            with self._lock:
                self._texts.add(self._new)
                self._held, self._new = self._texts.array(), []
        return self._held

    def places(self, column: Column, is_last: bool) -> list[Ids]:
        """Return the fragments of each row of a column, but for charges."""
        if isinstance(column, Money):
            return self.money(column, self.mark)
        if isinstance(column, Share):
            places = column.hundredths.astype(np.int32) + np.int32(self._share)
            self._instead(column.words, self.mark, places)
            return [places]
        assert isinstance(column, Words)
        return [self._of_words(column, is_last)]

    def money(self, column: Money, first: str) -> list[Ids]:
        """Return the fragments of amounts: sign where there are signs, head, tail."""
        cents = column.cents.astype(np.int32)  # all below LARGEST
        head = cents // np.int32(SPLIT)
        tail = cents - head * np.int32(SPLIT)
        tail += np.int32(self._tail)
        tail += (head > 0) * np.int32(SPLIT)
        signs = []
        if column.is_negative is not None:
            minus, plus = self.number(f"{first}-"), self.number(first)
            signs = [np.where(column.is_negative, minus, plus)]
        elif first:
            head += np.int32(HEADS)
        self._instead(column.words, first, tail, *signs, head)
        return [*signs, head, tail]

    def _instead(self, words: Any, first: str, places: Ids, *others: Ids) -> None:
        """Put the words that stand instead of amounts in their places, and nothing in others."""
        if words is not None:
            rows = np.flatnonzero(words >= 0)
            places[rows] = self._words[first][words[rows]]
            for fragments in others:
                fragments[rows] = 0

    def _of_words(self, column: Words, is_last: bool) -> Ids:
        key = id(column.table), is_last
        known = self._tables.get(key, NONE)
        if known.size < len(column.table.rows):
            with self._lock:
                known = self._tables.get(key, NONE)
                end = self.line_end if is_last else ""
                new = column.table.taken(known.size)
                texts = [f"{self.mark}{self._join(row)}{end}" for row in new]
                known = self._tables[key] = np.append(known, self.add(texts))
        return np.take(known, column.numbers)

    def charges(self, column: Charges) -> tuple[list[Any], Ids]:
        """Return the texts of charges, and which of them each row has; -1: none."""
        numbers = np.full(column.counts.size, -1, np.int32)
        called = self._names_of(column)
        texts: list[Any] = []
        first = 0
        for count in range(1, len(column.slots) + 1):
            rows = np.flatnonzero(column.counts == count)
            if not rows.size:
                continue
            marks = np.take(column.marks, rows)
            places = []
            for slot, amounts in enumerate(column.slots[:count]):
                places.append(np.take(called[slot], marks))
                places += self.money(amounts.of(rows), "")
            if self.mark == ";" and count > 1:
                places.append(np.full(rows.size, self.number('"'), np.int32))
            texts.append(join_rows(self.held(), places))
            numbers[rows] = np.arange(first, first + rows.size)
            first += rows.size
        return texts, numbers

    def written(self, columns: Sequence[Column], before: Sequence[Any]) -> Written:
        """Return the fragments of rows.

        Args:
            columns: Of the rows.
            before: Texts that are fragments too, numbered from `Written.first` on.
        """
        places: list[Ids] = []
        texts: list[Any] = []
        at, charged = -1, None
        charges: Charges | None = None
        for place, column in enumerate(columns):
            if isinstance(column, Charges):
                at, charges = len(places), column
                places.append(column.counts)
            else:
                places += self.places(column, place == len(columns) - 1)
        if charges is not None:  # last: now all words have their numbers
            texts, charged = self.charges(charges)
        none = self.number(self.mark)
        held = self.held()
        first = len(held) + sum(map(len, texts))
        if charged is not None:
            places[at] = np.where(charged < 0, none, charged + len(held))
        return Written(pa.concat_arrays([held, *texts, *before]), first, places)

    def _names_of(self, column: Charges) -> Ids:
        """Return what stands before each charge, by slot and by mark."""
        known = self._called.get(id(column.called), np.zeros((MOST, 0), np.int32))
        if known.shape[1] < len(column.called):
            new = np.zeros((MOST, len(column.called) - known.shape[1]), np.int32)
            for place, names in enumerate(column.called[known.shape[1] :]):
                quote = '"' if self.mark == ";" and len(names) > 1 else ""
                for slot, name in enumerate(names):
                    before = ";" if slot else f"{self.mark}{quote}"
                    new[slot, place] = self.number(f"{before}{name}=")
            known = self._called[id(column.called)] = np.append(known, new, 1)
        return known


def join_rows(texts: Any, places: Sequence[Ids]) -> Any:
    """Return texts of which each is a row: one text of every list of places, joined."""
    rows, width = max(column.size for column in places), len(places)
    chosen = np.empty((rows, width), np.int32)
    for column, numbers in enumerate(places):
        chosen[:, column] = numbers
    taken = take(texts, number_array(chosen.reshape(-1)))
    _, edges, data = taken.buffers()
    ends = np.frombuffer(edges, np.int32, rows * width + 1)[::width].copy()
    return texts_between(ends, data)


def _hundredths(numbers: Any) -> Any:
    """Return numbers with their last two digits behind a point."""
    whole = cast(number_array(numbers // 100), pa.string())
    part = take(text_array(f".{number:02d}" for number in range(100)), number_array(numbers % 100))
    return _joined("", whole, part)


def _joined(*parts: Any) -> Any:
    """Return texts put together of texts and arrays."""
    shown = (text_scalar(part) if isinstance(part, str) else part for part in parts)
    return joined(*shown)
