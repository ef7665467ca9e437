"""Tables of small numbers, filled as texts and pairs of numbers occur: append-only and capped.

Number 0 stands for what this lane does not answer, in every table: a row with a 0 anywhere is
priced by the Python lane. So no table ever has to say why. Threads read without a lock; only what
is new is found under one, so that the law is asked once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Lock, RLock
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_arrays import lengths_of, number_array, numbers_of, text_array
from tariffcalc.batch.arrow_calls import encoded, fill_null, index_in, take
from tariffcalc.batch.arrow_sets import distinct

Ids = np.ndarray[Any, Any]
"""Numbers of things, by row. They are as wide as places in arrays, which is what they become."""

Amounts = np.ndarray[Any, Any]
"""Amounts by row: 64 bits."""

TEXTS = 1 << 16
"""Distinct texts of one column that are kept."""

CELLS = 1 << 24
"""Cells of one grid."""

LENGTH = 64
"""Longer texts are not kept."""

NOWHERE = number_array(np.array([-1], np.int32))[0]
EMPTY = -1
SMALL = 2**15 - 1


class TextTable:
    """The numbers of the distinct texts of a column."""

    def __init__(self, find: Callable[[Any], Ids], lock: RLock) -> None:
        """Begin with none known; `find` gives the numbers of an array of texts."""
        self._find = find
        self._lock = lock
        self._held: tuple[Any, Ids] = text_array([]), np.zeros(1, np.intp)
        self._blank = EMPTY

    def numbers(self, texts: Any) -> Ids:
        """Return the number of each text of an array without nulls."""
        seen = self._held
        found, is_new = _look_up(texts, seen)
        if is_new is not None:
            new = encoded(take(texts, number_array(np.flatnonzero(is_new))))
            learnt = self._learn(new.dictionary, seen)
            found[is_new] = np.take(learnt, numbers_of(new.indices, np.int32))
        return found

    @property
    def blank(self) -> int:
        """The number of the text that is blank."""
        # Not cached as properties are: that takes a lock of its own, and this the lane's.
        if self._blank < 0:
            self._blank = int(self.numbers(text_array([""]))[0])
        return self._blank

    def _learn(self, texts: Any, seen: tuple[Any, Ids]) -> Ids:
        """Return the number of each text, found if it is new; 0 where there is no room for it.

        Args:
            texts: Distinct ones.
            seen: What was held when they were not among it.
        """
        with self._lock:
            held, numbers = self._held
            found, is_new = np.zeros(len(texts), np.intp), np.ones(len(texts), bool)
            if held is not seen[0]:  # another thread may know them now
                found, still = _look_up(texts, self._held)
                is_new = np.zeros(len(texts), bool) if still is None else still
            is_new &= lengths_of(texts) <= LENGTH
            new = np.flatnonzero(is_new)[: TEXTS - len(held)]
            if new.size:
                kept = take(texts, number_array(new))
                found[new] = self._find(kept)
                numbers = np.concatenate([numbers[:-1], found[new], [0]])
                self._held = pa.concat_arrays([held, kept]), numbers
            return found


def _look_up(texts: Any, held: tuple[Any, Ids]) -> tuple[Ids, Any]:
    """Return the number of each text, and which of them are not held; None: all are.

    The last number is 0 and belongs to no text: it stands for those that are not.
    """
    places = index_in(texts, held[0])
    if not places.null_count:
        return np.take(held[1], numbers_of(places, np.int32), mode="clip"), None
    at = numbers_of(fill_null(places, NOWHERE), np.int32)
    return np.take(held[1], at, mode="wrap"), at < 0


def each(find: Callable[[int, int], int]) -> Callable[[Ids, Ids], Sequence[int]]:
    """Return a function that finds the numbers of many pairs, from one that finds that of one."""
    return lambda first, second: list(map(find, first.tolist(), second.tolist()))


class Grid:
    """A table over pairs of numbers, each cell found when it is first asked for."""

    def __init__(self, find: Callable[[Ids, Ids], Any], lock: RLock) -> None:
        """Begin with nothing known; `find` gives the numbers of pairs, none of them with a 0."""
        self._find = find
        self._lock = lock
        self._cells = _empty(16, 16, np.int16)
        self._is_full = False

    def numbers(self, first: Ids, second: Ids) -> Ids:
        """Return the number of each pair. One with a 0, or without room, has number 0."""
        found = self._look(first, second)
        if found.size and int(found.min()) < 0:
            empty = np.nonzero(found < 0)  # few: flags would be gone through again and again
            here, there = (np.broadcast_to(part, found.shape)[empty] for part in (first, second))
            self._learn(here, there)
            found[empty] = np.maximum(self._look(here, there), 0)
        return found

    def lacks(self, first: Ids, second: Ids) -> Any:
        """Return which pairs there is no room for; None: there is room for all."""
        if not self._is_full:
            return None
        height, width = self._cells.shape
        return (first > 0) & (second > 0) & ((first >= height) | (second >= width))

    def lay(self, rows: Mapping[int, Sequence[int]]) -> None:
        """Put down the numbers of whole rows of pairs, the second of which goes from 1 on.

        Args:
            rows: As long as each other, by the first number of their pairs.
        """
        if not rows:
            return
        values = np.array([*rows.values()])
        with self._lock:
            if self._with_room(max(rows), values.shape[1]) is not None:
                self._put([*rows], slice(1, values.shape[1] + 1), values)

    def _look(self, first: Ids, second: Ids) -> Ids:
        cells = self._cells
        height, width = cells.shape
        top = (int(first.max()), int(second.max())) if first.size and second.size else (0, 0)
        if top[0] >= height or top[1] >= width:
            roomy = self._with_room(*top)
            if roomy is None:
                inside = (first < height) & (second < width)
                return np.where(inside, self._look(first * inside, second * inside), 0)
            cells, width = roomy, roomy.shape[1]
        found: Ids = np.take(cells.reshape(-1), first * width + second, mode="clip")
        return found.astype(np.intp)

    def _with_room(self, row: int, column: int) -> Ids | None:
        """Return the cells with room for a pair, or None when that would be too many."""
        with self._lock:
            old = self._cells
            height, width = (
                size if top < size else max(size * 5 // 4, int(top) + 1) + 15 & ~15
                for size, top in zip(old.shape, (row, column), strict=True)
            )
            if (height, width) == old.shape:
                return old
            if height * width > CELLS:
                self._is_full = True
                return None
            cells = _empty(height, width, old.dtype)
            cells[: old.shape[0], : old.shape[1]] = old
            self._cells = cells
            return cells

    def _learn(self, first: Ids, second: Ids) -> None:
        with self._lock:
            width = self._cells.shape[1]
            places = distinct(first * width + second)
            places = places[self._cells.reshape(-1)[places] < 0]  # another thread may know them
            first, second = np.divmod(places, width)
            self._put(first, second, np.array(self._find(first, second)))

    def _put(self, first: Any, second: Any, numbers: Ids) -> None:
        """Put numbers down; cells of half the size hold them while they are small."""
        if self._cells.dtype == np.int16 and int(numbers.max(initial=0)) > SMALL:
            self._cells = self._cells.astype(np.int32)
        self._cells[first, second] = numbers


def _empty(height: int, width: int, kind: Any) -> Ids:
    """Return cells of which none is known but those of a 0."""
    cells = np.full((height, width), EMPTY, kind)
    cells[0] = 0
    cells[:, 0] = 0
    return cells


class Records:
    """Distinct things by number, from 1 on, with figures of each as columns; append-only."""

    def __init__(self, *names: str) -> None:
        self.keys: list[Any] = [None]
        self._names = {name: place for place, name in enumerate(names)}
        self._numbers: dict[Any, int] = {}
        self._new: list[tuple[int, ...]] = []
        self._count = 1
        self._held: Amounts = np.zeros((len(names), 16), np.int64)
        self._lock = Lock()

    def number(self, key: Any, *figures: int) -> int:
        """Return the number of a thing, new or known. Call it under the lane's lock."""
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = self.add(key, *figures)
        return found

    def add(self, key: Any, *figures: int) -> int:
        """Return the number of a thing that is new; nobody need ask for it by its key again."""
        if figures:
            self._new.append(figures)
        self.keys.append(key)
        return len(self.keys) - 1

    def extend(self, figures: Amounts, keys: Sequence[Any] | None = None) -> Ids:
        """Return the numbers of things that are new, of which a row of figures is of each.

        Nobody need ask for them by their keys again. Call it under the lane's lock.
        """
        if self._new:
            self._fill()
        first = len(self.keys)
        with self._lock:
            self._put(figures.T)
        self.keys += [None] * len(figures) if keys is None else keys
        return np.arange(first, len(self.keys))

    def known(self, key: Any) -> int:
        """Return the number of a thing, 0 when it is new."""
        return self._numbers.get(key, 0)

    def of(self, numbers: Ids, name: str) -> Amounts:
        """Return a figure of some things: an amount, or a number in another table."""
        if self._new:
            self._fill()
        return np.take(self._held[self._names[name]], numbers)

    def all_of(self, numbers: Ids) -> Amounts:
        """Return all figures of some things, a row for each figure."""
        if self._new:
            self._fill()
        return np.take(self._held, numbers, axis=1)

    def _fill(self) -> None:
        """Put the figures of new things into the columns, which have some room to spare."""
        with self._lock:
            count = len(self._new)
            self._put(np.array(self._new[:count], np.int64).reshape(count, len(self._names)).T)
            del self._new[:count]  # last of all: who sees none of them must find them here

    def _put(self, figures: Amounts) -> None:
        end = self._count + figures.shape[1]
        if end > self._held.shape[1]:
            self._held = np.pad(self._held, [(0, 0), (0, end * 5 // 4 - self._held.shape[1])])
        self._held[:, self._count : end] = figures
        self._count = end
