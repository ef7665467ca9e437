"""Where goods, origin and day meet: pairs of the first two, and spots on a span of days."""

from __future__ import annotations

from tariffcalc.batch.keys import Spot, heeded_bits
from tariffcalc.batch.points import Numbering, Points, Span, Spread


class Spots:
    """The spots of one importing country, found when first asked for."""

    def __init__(self, points: Points) -> None:
        """Begin with none."""
        self._points = points
        self._origins: Numbering[Spread] = Numbering()
        self._goods: dict[Spread, Pairs] = {}
        self._pairs: dict[Spread, Pair] = {}
        self._over: dict[int, tuple[int, int]] = {}
        self._spots: dict[tuple[object, ...], Spot] = {}
        self._alike: dict[tuple[object, ...], Spot] = {}

    def origin(self, spread: Spread) -> int:
        """Return the number of an origin."""
        return self._origins.number(spread)

    def goods(self, spread: Spread) -> Pairs:
        """Return the spots of goods."""
        found = self._goods.get(spread)
        if found is None:
            found = self._goods[spread] = Pairs(self, spread)
        return found

    def pair(self, goods: Spread, origin: int) -> Pair:
        """Return the spots of goods of an origin: one object for all that are alike."""
        source = self._origins.keys[origin]
        spread = Spread(goods.sheets & source.sheets, goods.gaps & source.gaps)
        found = self._pairs.get(spread)
        if found is None:
            found = self._pairs[spread] = Pair(self, spread)
        return found

    def spot(self, pair: Spread, number: int) -> Spot:
        """Return the spot of a pair on a span of days, by its number: one for all alike."""
        span: Span = self._points.spans[number]
        sheets, gaps = pair.sheets & span.sheets, pair.gaps & span.gaps
        key = sheets, gaps, span.entered, span.is_late
        found = self._spots.get(key)
        if found is None:
            found = self._spots[key] = self._make(*key)
        return found

    def _make(self, sheets: int, gaps: int, entered: int, is_late: bool) -> Spot:
        both = self._over.get(sheets)
        if both is None:
            both = self._over[sheets] = self._points.over(sheets)
        piles, name = self._points.piles, (both, gaps, entered, is_late)
        if name not in self._alike:
            turns = any(map(piles.turns_on_base, both))
            heeds = heeded_bits(map(piles.heeded, both), turns)
            self._alike[name] = Spot(both, gaps, is_late, turns, heeds)
        return self._alike[name]

    def forget_ready(self) -> None:
        """Drop what is ready for lines."""
        for spot in self._alike.values():
            spot.ready.clear()

    def forget(self) -> None:
        """Drop all."""
        for table in (
            self._origins, self._goods, self._pairs, self._over, self._spots, self._alike,
        ):  # fmt: skip
            table.clear()


class Pair(dict[int, Spot]):
    """The spots of goods of an origin, by the number of a span of days."""

    __slots__ = ("_spots", "_spread")

    def __init__(self, spots: Spots, spread: Spread) -> None:
        """Begin with none."""
        self._spots, self._spread = spots, spread

    def __missing__(self, number: int) -> Spot:
        found = self[number] = self._spots.spot(self._spread, number)
        return found


class Pairs(dict[int, Pair]):
    """The spots of goods, by the number of an origin."""

    __slots__ = ("_spots", "_spread")

    def __init__(self, spots: Spots, spread: Spread) -> None:
        """Begin with none."""
        self._spots, self._spread = spots, spread

    def __missing__(self, origin: int) -> Pair:
        found = self[origin] = self._spots.pair(self._spread, origin)
        return found
