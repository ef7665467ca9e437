"""A table over pairs of numbers of which few occur: sorted, where `Grid` has a place for each."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock

import numpy as np

from tariffcalc.batch.arrow_sets import numbered
from tariffcalc.batch.arrow_tables import EMPTY, Ids

PAIRS = 1 << 17
"""Pairs that are kept."""

ENDLESS = 2**63 - 1
"""Above all pairs."""


class Pairs:
    """The numbers of pairs, found when they first occur; of more than `PAIRS` the last have 0."""

    def __init__(self, find: Callable[[int, int], int], lock: RLock) -> None:
        """Begin with nothing known; `find` gives the number of a pair, none of it a 0."""
        self._find = find
        self._lock = lock
        self._held = np.array([[ENDLESS], [0]])
        """Pairs in order, with their numbers."""

    def numbers(self, first: Ids, second: Ids) -> Ids:
        """Return the number of each pair. A pair with a 0 has number 0."""
        keys, places = numbered(first << 32 | second)
        found = self._look(keys)
        new = np.flatnonzero(found < 0)
        if new.size:
            found[new] = self._learn(keys[new])
        return found[places]

    def _look(self, keys: Ids) -> Ids:
        held, numbers = self._held
        places = np.searchsorted(held, keys)
        return np.where(held[places] == keys, numbers[places], EMPTY)

    def _learn(self, keys: Ids) -> Ids:
        with self._lock:
            found = self._look(keys)  # another thread may know them
            first, second = np.divmod(keys, 1 << 32)
            found[(first == 0) | (second == 0)] = 0
            new = np.flatnonzero(found < 0)
            new, rest = np.split(new, [PAIRS + 1 - self._held.shape[1]])
            found[new] = [*map(self._find, first[new].tolist(), second[new].tolist())]
            found[rest] = 0
            held = np.append(self._held, [keys[new], found[new]], axis=1)
            self._held = held[:, np.argsort(held[0])]
            return found
