"""Where goods, origins and days meet: pairs of the first two, and spots on a span of days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import RLock

import numpy as np

from tariffcalc.batch.arrow_layers import Layers
from tariffcalc.batch.arrow_sets import rows_of
from tariffcalc.batch.arrow_tables import Grid, Ids, Records


class SpotTables:
    """Finds spots, and keeps them.

    Attributes:
        spots: What measures make of each spot and what it has beside (`cuts` and `wheres` of the
            layers), whether that turns on the base duty, and what is said of it.
    """

    def __init__(
        self, layers: Layers, goods: Records, sources: Records, days: Records, lock: RLock
    ) -> None:
        """Begin with none.

        Args:
            layers: Where layers have their numbers.
            goods: Classes of goods, with their layers.
            sources: Classes of origins, with theirs.
            days: Classes of days, with theirs as the last of their figures.
            lock: Of the lane.
        """
        self._layers = layers
        self._goods, self._sources, self._days = goods, sources, days
        names = [str(place) for place in range(layers.width)]
        self.spots = Records(*names, "turns", "said")
        self._pairs = Records(*names)
        self._pair_of_layers: dict[bytes, int] = {}
        self._spot_of_cuts: dict[bytes, int] = {}
        self._pair, self._spot = Grid(self._find_pairs, lock), Grid(self._find_spots, lock)

    def numbers(self, goods: Ids, source: Ids, day: Ids) -> Ids:
        """Return the number of the spot of each row, from the classes of what it is."""
        return self._spot.numbers(self._pair.numbers(goods, source), day)

    def said(self, spot: Ids, name: str) -> Ids:
        """Return what is said of spots: of the day, or of the gaps."""
        where = self.spots.of(spot, str(self._layers.width - 1))
        return self._layers.wheres.of(where, name)

    def met(self) -> Iterator[tuple[int, int, int]]:
        """Yield the importing country of each spot, and the marks of what lies there, then now."""
        *cuts, wheres = self.spots.all_of(np.arange(1, len(self.spots.keys)))[: self._layers.width]
        countries = self._layers.wheres.of(wheres, "country").tolist()
        yield from zip(countries, *self._layers.marks(np.array(cuts)), strict=True)

    def _find_pairs(self, goods: Ids, sources: Ids) -> Ids:
        """Codes and origins: the layers over both."""
        common = self._layers.common(self._goods.all_of(goods), self._sources.all_of(sources))
        return _each_row(common, self._pair_of_layers, self._pairs.extend)

    def _find_spots(self, pairs: Ids, days: Ids) -> Ids:
        """Pairs on a day: many of them are one to the law."""
        spans = self._days.all_of(days)[-self._layers.width :]
        cuts = self._layers.over(self._pairs.all_of(pairs), spans)
        return _each_row(cuts, self._spot_of_cuts, self._new_spots)

    def _new_spots(self, cuts: Ids) -> Ids:
        """Spots from their cuts, a row of them for each."""
        said = self._layers.wheres.of(cuts[:, -1], "said")
        turns = self._layers.turns_on_base(cuts[:, :-1].T)
        return self.spots.extend(np.column_stack([cuts, turns, said]))


def _each_row(columns: Ids, known: dict[bytes, int], add: Callable[[Ids], Ids]) -> Ids:
    """Return the number of each row of some layers; those that are new are added, and kept."""
    rows, keys, places = rows_of(columns)
    new = [place for place, key in enumerate(keys) if key not in known]
    # A 0 in the last place says that there was no room.
    roomy = [place for place in new if rows[place, -1]]
    known.update(dict.fromkeys([keys[place] for place in new], 0))
    known.update(zip([keys[place] for place in roomy], add(rows[roomy]).tolist(), strict=True))
    return np.array([known[key] for key in keys], np.intp)[places]
