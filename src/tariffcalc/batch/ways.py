"""Ways in which goods of an origin are entered: what a row finds by all texts but its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tariffcalc.batch.finder import Finder, picker
from tariffcalc.batch.keys import Circumstances, Origin, Texts


class Way:
    """A manner of entry with an origin.

    Attributes:
        key: Its part of a key.
        vain: The part of that which says that a claim is in vain.
        may_be_free: Whether lines with its claims may enter free of all duty and fees.
    """

    __slots__ = (
        "base", "codes", "columns", "days", "group", "is_foreign", "key", "known", "lane",
        "levies", "limits", "may_be_free", "origin", "segment", "segment_of", "shipped", "sums",
        "vain",
    )  # fmt: skip

    def __init__(self, known: Circumstances, origin: Origin) -> None:
        self.known, self.origin, self.lane = known, origin, known.lane
        lane = self.lane
        self.codes, self.days, self.shipped = lane.codes, lane.days, lane.shipped
        self.base, self.levies, self.is_foreign = known.base, known.levies, known.is_foreign
        self.limits, self.segment, self.segment_of = known.limits, known.segment, known.segment_of
        self.group, self.columns, self.sums = origin.group, origin.columns, origin.sums
        self.key, self.vain = known.key + origin.vain, origin.vain
        self.may_be_free = lane.points.may_be_free(known.manner.claims)


class Ways(Texts[Way]):
    """The ways of a file by their texts.

    Attributes:
        pick: Gives these texts of a row.
    """

    __slots__ = ("_finder", "pick")

    def __init__(self, finder: Finder) -> None:
        """Begin with none known."""
        super().__init__(self._find)
        self._finder = finder
        manner, place = finder.pick, finder.place("origin")
        self.pick: Callable[[Sequence[str]], tuple[str, ...]]
        if place is None:
            self.pick = lambda cells: (*manner(cells), "")
        else:
            self.pick = picker([*finder.picked, place])

    def _find(self, texts: tuple[str, ...]) -> Way:
        known = self._finder.known[texts[:-1]]
        return Way(known, known.origins[texts[-1]])
