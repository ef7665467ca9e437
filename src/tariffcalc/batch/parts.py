"""Parts and piles: what one measure lays over a point, what all of them do, and what they heed."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import NamedTuple

from tariffcalc.catalogue.law import Top

NO_BASE = -1


class Asked(NamedTuple):
    """The facts of a line that a case may ask about, by class: what is equal here is one.

    Attributes:
        claims: Claims made.
        shipped: Class of the shipped date among the days that some case names; -1: not declared.
        entered: Class of the entry date among the days that some case names.
        segment: Class of the entry's value among the limits that some case names.
        base: Class of the rate of base duty among those that some case names; `NO_BASE`: it is
            not known.
    """

    claims: frozenset[str]
    shipped: int
    entered: int
    segment: int
    base: int = 0


PLACES = {
    "shipped_by": Asked._fields.index("shipped"),
    "shipped_before": Asked._fields.index("shipped"),
    "entered_before": Asked._fields.index("entered"),
    "value_at_most": Asked._fields.index("segment"),
    "base_rate_at_least": Asked._fields.index("base"),
}
"""The place in `Asked` of what a test of a case asks about."""


class Heeded(NamedTuple):
    """What of the facts of a line makes a difference somewhere.

    Attributes:
        claims: These claims.
        places: The facts at these places of `Asked`.
    """

    claims: frozenset[str]
    places: tuple[int, ...]

    def of(self, asked: Asked) -> Hashable:
        """Return what makes a difference of some facts."""
        return asked.claims & self.claims, *[asked[place] for place in self.places]

    def alone(self, asked: Asked) -> Asked:
        """Return the same as facts, to stand for all that make no other difference.

        What is left out is in the first class: every importing country has one.
        """
        kept = (n if place in self.places else 0 for place, n in enumerate(asked[1:], 1))
        return Asked(asked.claims & self.claims, *kept)


UNHEEDING = Heeded(frozenset(), ())
_heeded = lru_cache(maxsize=1024)(Heeded)  # many parts and piles heed the same


@lru_cache(maxsize=4096)
def _together(heeded: tuple[Heeded, ...]) -> Heeded:
    """Return what makes a difference to some of several that heed this and that."""
    places = {place for one in heeded for place in one.places}
    claims = frozenset[str]().union(*(one.claims for one in heeded))
    return _heeded(claims, tuple(sorted(places)))


class Layer(NamedTuple):
    """The sheets of one measure in a set, by the place of the measure.

    Attributes:
        place: Of the measure.
        sure: The sheets that are there, the first one of the measure being bit 0.
        perhaps: Those that may be there.
    """

    place: int
    sure: int
    perhaps: int


class Part:
    """What one measure lays over a point, as far as it makes a difference.

    Attributes:
        top: Its topmost sheet.
        name: Equal where the difference is; 0 where there is none.
        mark: The same for all processes that share a file.
        asks_base: Whether it asks for the rate of base duty.
        is_open: Whether it has cases. A part without any heeds nothing, and has one step.
        heeded: What of the facts its cases ask about.
        chosen: The number of the step, by what is heeded.
        numbers: The same by the terms that hold.
    """

    __slots__ = ("asks_base", "chosen", "heeded", "is_open", "mark", "name", "numbers", "top")

    def __init__(self, top: Top, name: int, mark: int = 0, asks_base: bool = False) -> None:
        self.top = top
        self.name = name
        self.mark = mark
        self.asks_base = asks_base
        self.chosen: dict[Hashable, int] = {}
        self.numbers: dict[int, int] = {}
        self.is_open = bool(top.sheet.paint.cases)
        conditions = {condition for case in top.sheet.paint.cases for condition in case.when}
        places = {PLACES[c.name] for c in conditions if not c.is_claim}
        claims = frozenset(c.name for c in conditions if c.is_claim)
        self.heeded = _heeded(claims, tuple(sorted(places)))


class Pile:
    """A set of sheets, as far as it charges.

    Attributes:
        fixed: The numbers of its steps that nothing declared can change.
        open: The other parts, those that heed the same together.
        asks_base: Whether what it charges turns on the rate of base duty.
        heeded: What of the facts the other parts heed.
        mark: The sum of those of its parts: equal for piles that charge alike, in all processes
            that share a file.
    """

    __slots__ = ("asks_base", "fixed", "heeded", "mark", "open")

    def __init__(
        self, fixed: tuple[int, ...], parts: Iterable[Part], asks_base: bool, mark: int
    ) -> None:
        self.fixed = fixed
        self.mark = mark
        self.asks_base = asks_base
        groups: dict[Heeded, list[Part]] = {}
        for part in parts:
            groups.setdefault(part.heeded, []).append(part)
        self.open = tuple(groups.items())
        self.heeded = _together(tuple(groups))
