"""Sets of sheets that charge alike: what lies beneath, or takes nothing, makes no difference.

There are thousands of sets over the points of a large file, and hundreds that differ in what they
charge. Formulas are worked out for those.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tariffcalc.batch.formula import Steps, steps_of_plan
from tariffcalc.batch.points import Asked, Points
from tariffcalc.batch.turns import asks_base_rate
from tariffcalc.catalogue.law import Cover, Top
from tariffcalc.catalogue.tables import Sheet
from tariffcalc.catalogue.terms import Effect, Terms
from tariffcalc.engine.base import BaseDuty
from tariffcalc.engine.resolve import stack

IDLE = (Effect.NONE, Effect.REQUIREMENT)


class Part(NamedTuple):
    """What one measure lays over a point, as far as it makes a difference.

    Attributes:
        name: Equal where the difference is; None where there is none.
        asks_base_rate: Whether it asks for the rate of base duty.
    """

    name: tuple[object, ...] | None
    asks_base_rate: bool = False


class Alike:
    """The sets of sheets of one importing country, by what they charge."""

    def __init__(self, points: Points) -> None:
        self._points = points
        self._tables = points.tables
        self._named = {name for sheet in self._sheets() for name in _ahead(sheet)}
        self._names: dict[tuple[object, ...], int] = {}
        self._parts: dict[tuple[int, int, int], Part] = {}
        self._numbers: dict[tuple[object, ...], int] = {}
        self._covers: list[Cover] = []
        self._turns: list[bool] = []
        self._steps: dict[tuple[object, ...], Steps | None] = {}

    def number(self, sure: int, perhaps: int) -> int:
        """Return the number of a set of sheets: one for all sets that charge alike."""
        parts, tables, known = [], self._tables, self._parts
        rest = sure | perhaps
        while rest:
            head = tables.measure_of(rest.bit_length() - 1)
            mask = head.mask
            key = head.number, sure & mask, perhaps & mask
            part = known.get(key)
            if part is None:
                (top,) = self._points.law.tops(self._points.importer, Cover(*key[1:]))
                part = known[key] = self._part(top)
            if part.name is not None:
                parts.append(part)
            rest &= ~mask
        names = tuple(part.name for part in parts)
        number = self._numbers.setdefault(names, len(self._covers))
        if number == len(self._covers):
            self._covers.append(Cover(sure, perhaps))
            self._turns.append(any(part.asks_base_rate for part in parts))
        return number

    def turns_on_base(self, number: int) -> bool:
        """Whether what a set charges turns on the rate of base duty."""
        return self._turns[number]

    def steps(self, number: int, asked: Asked, duty: BaseDuty, by_rate: int) -> Steps | None:
        """Return the formula of a set, found once for each set of answers to its cases.

        Args:
            number: Of the set.
            asked: What is declared.
            duty: A base duty.
            by_rate: A number for its rate, where the set turns on it.
        """
        points = self._points
        facts = points.facts(asked, duty)
        plan = stack(points.law, points.importer, self._covers[number]).plan(facts)
        key = number, plan.answers, by_rate if self._turns[number] else 0
        if key not in self._steps:
            self._steps[key] = steps_of_plan(points.law, plan, duty)
            points.resolved += 1
        return self._steps[key]

    def _sheets(self) -> Iterator[Sheet]:
        for head in self._tables.measures:
            yield from self._tables.sheets(head)

    def _part(self, top: Top) -> Part:
        sheet = top.sheet
        paint = sheet.paint
        idle = all(terms.duty.effect in IDLE for terms in _terms(top.sheet))
        if top.doubtful:  # why it is open whether a sheet lies there turns on its goods
            return Part((sheet.bit,), asks_base_rate(paint))
        if not idle or _ahead(sheet):
            name = top.measure.id, sheet.instrument, paint.terms, paint.cases
            number = self._names.setdefault(name, len(self._names))
            return Part((top.measure.id, number), asks_base_rate(paint))
        # Whoever waits for a measure waits for it though it takes nothing: the order tells.
        return Part((top.measure.id,) if top.measure.id in self._named else None)


def _terms(sheet: Sheet) -> list[Terms]:
    return [sheet.paint.terms, *(case.terms for case in sheet.paint.cases)]


def _ahead(sheet: Sheet) -> list[str]:
    """Return the measures that a sheet yields to or is excluded by."""
    return [name for terms in _terms(sheet) for name in (*terms.yields_to, *terms.excluded_by)]
