"""Where goods, origin and day meet: pairs of the first two, and spots on a span of days."""

from __future__ import annotations

from tariffcalc.batch.keys import GROUPS, Keyed, Spot, heeded_bits
from tariffcalc.batch.points import Numbering, Points, Span, Spread


class Spots:
    """The pairs and spots of one importing country, found when first asked for.

    Attributes:
        pairs: The spots of each pair by number of the span, by the number of goods times `GROUPS`
            plus that of the origin.
    """

    def __init__(self, points: Points) -> None:
        """Begin with none."""
        self._points = points
        self._groups: Numbering[Spread] = Numbering()
        self._pairs: dict[Spread, Keyed[Spot]] = {}
        self._spots: dict[tuple[object, ...], Spot] = {}
        self._alike: dict[tuple[object, ...], Spot] = {}
        self._over = Keyed(points.over)
        self.pairs = Keyed(self._find_pair)

    def number(self, spread: Spread) -> int:
        """Return the number of goods or an origin."""
        return self._groups.number(spread)

    def forget_ready(self) -> None:
        """Drop what is ready for lines."""
        for spot in self._alike.values():
            spot.ready.clear()

    def forget(self) -> None:
        """Drop all."""
        for table in (self._groups, self._pairs, self._spots, self._alike, self._over, self.pairs):
            table.clear()

    def _find_pair(self, key: int) -> Keyed[Spot]:
        goods, source = (self._groups.keys[group] for group in divmod(key, GROUPS))
        spread = Spread(goods.sheets & source.sheets, goods.gaps & source.gaps)
        if spread not in self._pairs:
            self._pairs[spread] = Keyed(
                lambda number: self._find_spot(spread, self._points.spans[number])
            )
        return self._pairs[spread]

    def _find_spot(self, spread: Spread, span: Span) -> Spot:
        key = spread.sheets & span.sheets, spread.gaps & span.gaps, span.entered, span.is_late
        found = self._spots.get(key)
        if found is None:
            sheets, gaps, entered, is_late = key
            both, piles = self._over[sheets], self._points.piles
            name = both, gaps, entered, is_late
            if name not in self._alike:
                turns = any(map(piles.turns_on_base, both))
                heeds = heeded_bits(map(piles.heeded, both), turns)
                self._alike[name] = Spot(both, gaps, is_late, turns, heeds)
            found = self._spots[key] = self._alike[name]
        return found
