"""Columns of words as dictionaries: every text of a column once, and each row a number of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_arrays import GrowingTexts, number_array, text_array
from tariffcalc.batch.arrow_calls import take
from tariffcalc.batch.arrow_columns import Words, WordTable
from tariffcalc.batch.arrow_sets import numbered
from tariffcalc.batch.arrow_tables import Ids


class Held(NamedTuple):
    """The texts of one column of a table.

    Attributes:
        numbers: For each row of the table, the number of its text.
        texts: Them by number. Number 0 is the blank one.
        known: Their numbers, and those of texts that came later.
    """

    numbers: Ids
    texts: Any
    known: dict[str, int]


class WordColumns:
    """What the tables of words hold, column by column."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._held: dict[int, list[Held]] = {}
        self._growing: dict[int, list[GrowingTexts]] = {}
        self._lock = Lock()

    def of(self, column: Words, rows: Ids, said: Iterable[Sequence[str]]) -> Iterator[Any]:
        """Yield columns of words as dictionaries, null where they are blank.

        Args:
            column: The words of the rows.
            rows: Those that say something else.
            said: What they say, column by column; it is not kept.
        """
        found = self._up_to_date(column.table)
        is_used = np.zeros(found[0].numbers.size, bool)
        is_used[column.numbers] = True
        used = np.flatnonzero(is_used)
        places = np.take((np.cumsum(is_used) - 1).astype(np.int32), column.numbers)
        for held, own in zip(found, said, strict=False):
            yield _chosen(held, held.numbers[used], places, rows, own)

    def _up_to_date(self, table: WordTable) -> list[Held]:
        found = self._held.get(id(table))
        if found is not None and found[0].numbers.size >= len(table.rows):
            return found
        with self._lock:
            found = self._held.get(id(table))
            if found is None:
                width = len(table.rows[0])
                self._growing[id(table)] = [GrowingTexts(text_array([""])) for _ in range(width)]
                found = [Held(np.zeros(0, np.int32), None, {"": 0}) for _ in range(width)]
            new = table.taken(found[0].numbers.size)
            if new:
                columns = zip(*new, strict=True)
                grown = map(_grow, found, self._growing[id(table)], columns)
                found = self._held[id(table)] = list(grown)
            return found


def _grow(held: Held, growing: GrowingTexts, texts: Sequence[str]) -> Held:
    """Return the texts of a column with those of more rows."""
    known, before = held.known, len(held.known)
    numbers = [known.setdefault(text, len(known)) for text in texts]
    growing.add([*known][before:])
    return Held(np.append(held.numbers, np.array(numbers, np.int32)), growing.array(), known)


def _chosen(held: Held, used: Ids, places: Ids, rows: Ids, own: Sequence[str]) -> Any:
    """Return a column of texts.

    Args:
        held: The texts.
        used: Numbers of some of them.
        places: For each row, the place of its number among those.
        rows: Rows that have another text.
        own: It.
    """
    met, numbers = numbered(np.append(used, 0).astype(np.intp))
    chosen = np.take(numbers.astype(np.int32), places)
    more = dict[str, int]()
    if rows.size:
        place_of = {number: place for place, number in enumerate(met.tolist())}
        for row, text in zip(rows.tolist(), own, strict=True):
            # A dictionary must have no text twice. What another thread has found since is new here.
            place = place_of.get(held.known.get(text, -1))
            chosen[row] = more.setdefault(text, met.size + len(more)) if place is None else place
    dictionary = pa.concat_arrays([take(held.texts, number_array(met)), text_array(more)])
    # The blank text is the first. Arrow looks up nulls too: they must have a place.
    return pa.DictionaryArray.from_arrays(number_array(chosen, chosen > 0), dictionary)
