"""Piles: sets of sheets that charge alike, and what each makes of a line.

What lies beneath, or takes nothing, makes no difference: the thousands of sets over the points of
a large file are some hundred piles. A pile is a part for each measure; what is declared chooses a
step of each part, and equal steps together are one formula, worked out once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator

from tariffcalc.batch.formula import Steps, steps_of
from tariffcalc.batch.parts import NO_BASE, UNHEEDING, Asked, Heeded, Layer, Part, Pile
from tariffcalc.batch.turns import asks_base_rate
from tariffcalc.catalogue.law import Cover, Law, Top
from tariffcalc.catalogue.tables import Sheet
from tariffcalc.catalogue.terms import Effect, Terms
from tariffcalc.engine.resolve import SETTLING, Facts, Step, arrange, choose, in_order, is_listed

IDLE = (Effect.NONE, Effect.REQUIREMENT)
NOTHING = -1
"""The number of a step that makes no difference."""

FACTS = 32
"""Bits for the number of what is declared, beside that of a pile."""

NOTHING_ASKED = Asked(frozenset(), 0, 0, 0)
UNHEEDED = UNHEEDING.of(NOTHING_ASKED)


class Piles:
    """The piles of one importing country, by number."""

    def __init__(self, law: Law, importer: str, facts_of: Callable[[Asked], Facts]) -> None:
        """Begin with no pile; `facts_of` gives facts that stand for all that are asked alike."""
        self._law = law
        self._importer = importer
        self._facts_of = facts_of
        self._tables = law.tables(importer)
        self._named = {name for sheet in self._tables.all_sheets() for name in _ahead(sheet)}
        self._firsts = [head.first for head in self._tables.measures]
        self._masks = [head.mask >> head.first for head in self._tables.measures]
        self._parts: dict[tuple[int, int, int], Part] = {}
        self._part_of_top: dict[tuple[int, bool], Part] = {}
        self._names: dict[Hashable, int] = {}
        self._numbers: dict[tuple[int, ...], int] = {}
        self._piles: list[Pile] = []
        self._kinds: dict[Hashable, int] = {}
        self._steps: list[Step] = []
        self._ahead: list[frozenset[str]] = []
        self._idle: dict[int, str] = {}
        self._formulas: dict[Hashable, Steps | None] = {}
        self._distinct: dict[Steps, Steps] = {}
        self._dropped: set[int] = set()
        self._facts: dict[Hashable, int] = {}
        self._known: dict[int, Steps | None] = {}

    @property
    def resolved(self) -> set[int]:
        """Hashes of the distinct formulas that were worked out, those dropped since too."""
        held = {hash((self._importer, formula)) for formula in self._formulas.values()}
        return held | self._dropped

    def number(self, sure: int, perhaps: int) -> int:
        """Return the number of a set of sheets: one for all sets that charge alike."""
        return self.pile(self.part(*layer) for layer in self.layers(sure, perhaps))

    def layers(self, sure: int, perhaps: int) -> Iterator[Layer]:
        """Yield the sheets of each measure that has some in a set, the last measure first."""
        rest = sure | perhaps
        while rest:
            place = bisect_right(self._firsts, rest.bit_length() - 1) - 1
            first, mask = self._firsts[place], self._masks[place]
            yield Layer(place, sure >> first & mask, perhaps >> first & mask)
            rest &= (1 << first) - 1

    def part(self, place: int, sure: int, perhaps: int) -> Part:
        """Return what a measure makes of its sheets at a point."""
        key = place, sure, perhaps
        found = self._parts.get(key)
        if found is None:
            first = self._firsts[place]
            # Which day's law counts is decided by which sheets are in the set.
            if perhaps:
                (top,) = self._law.tops(self._importer, Cover(sure << first, perhaps << first))
            else:
                top = Top(self._law.topmost(self._importer, sure << first))
            found = self._part_of_top.get((top.sheet.bit, top.doubtful))
            if found is None:
                found = self._part_of_top[top.sheet.bit, top.doubtful] = self._part(top)
            self._parts[key] = found
        return found

    def pile(self, parts: Iterable[Part]) -> int:
        """Return the number of the pile of some parts, the last measure first."""
        parts = [part for part in parts if part.name]
        names = tuple([part.name for part in parts])
        number = self._numbers.setdefault(names, len(self._piles))
        if number == len(self._piles):
            self._piles.append(self._pile(parts))
        return number

    def mark(self, number: int) -> int:
        """Return what is equal for piles that charge alike, whoever numbers them."""
        return self._piles[number].mark

    def turns_on_base(self, number: int) -> bool:
        """Whether what a pile charges turns on the rate of base duty."""
        return self._piles[number].asks_base

    def heeded(self, number: int) -> Heeded:
        """Return what of the facts of a line makes a difference to a pile."""
        return self._piles[number].heeded

    def steps(self, number: int, asked: Asked) -> Steps | None:
        """Return the formula of a pile; equal ones are one object.

        None stands for what is not a share of the value: the engine prices the line.

        Args:
            number: Of the pile.
            asked: What is declared. The base duty counts where the pile turns on it.
        """
        pile = self._piles[number]
        has_base = asked.base != NO_BASE or not pile.asks_base
        facts = self._facts.setdefault((has_base, pile.heeded.of(asked)), len(self._facts))
        key = number << FACTS | facts
        if key not in self._known:
            chosen = [*pile.fixed]
            for heeded, parts in pile.open:
                facts_there = heeded.of(asked)
                chosen += [self._step(part, facts_there, asked) for part in parts]
            self._known[key] = self.formula(chosen, has_base)
        return self._known[key]

    def step(self, part: Part, asked: Asked) -> int:
        """Return the number of the step of a part under what is declared, or `NOTHING`."""
        return self._step(part, part.heeded.of(asked), asked)

    def formula(self, chosen: Iterable[int], has_base: bool) -> Steps | None:
        """Return the formula of some steps, as `steps` does.

        Args:
            chosen: Numbers of `step`.
            has_base: Whether the base duty is known, where what they charge turns on it.
        """
        found = sorted(self._needed([number for number in chosen if number != NOTHING]))
        name = *found, has_base
        if name not in self._formulas:
            steps = self._work_out(found, has_base)
            self._formulas[name] = steps and self._distinct.setdefault(steps, steps)
        return self._formulas[name]

    def forget(self) -> None:
        """Drop what was found for single claims, however many there were."""
        self._dropped = self.resolved
        self._formulas.clear()
        self._distinct.clear()
        self._facts.clear()
        self._known.clear()
        for part in self._part_of_top.values():
            part.chosen.clear()

    def _needed(self, chosen: list[int]) -> list[int]:
        """Leave out steps that take nothing and that no other step waits for."""
        if self._idle.keys().isdisjoint(chosen):
            return chosen
        ahead = frozenset[str]().union(*[self._ahead[number] for number in chosen])
        return [
            number for number in chosen if number not in self._idle or self._idle[number] in ahead
        ]

    def _work_out(self, chosen: list[int], has_base: bool) -> Steps | None:
        steps = sorted([self._steps[n] for n in chosen], key=lambda s: s.top.measure.number)
        return steps_of(self._law, arrange(in_order(steps)), has_base)

    def _pile(self, parts: list[Part]) -> Pile:
        fixed = [self._step(part, UNHEEDED, NOTHING_ASKED) for part in parts if not part.is_open]
        return Pile(
            tuple(number for number in fixed if number != NOTHING),
            [part for part in parts if part.is_open],
            any(part.asks_base for part in parts),
            sum(part.mark for part in parts),
        )

    def _step(self, part: Part, facts: Hashable, asked: Asked) -> int:
        """Return the number of the step of a part, or `NOTHING`."""
        found = part.chosen.get(facts)
        if found is None:
            step = choose(part.top, self._facts_of(asked))
            found = part.numbers.get(id(step.terms))
            if found is None:
                found = part.numbers[id(step.terms)] = self._number(part, step)
            part.chosen[facts] = found
        return found

    def _number(self, part: Part, step: Step) -> int:
        """Return the number of a step: one for all that charge alike."""
        measure, terms, top = part.top.measure.id, step.terms, part.top
        ahead = terms.yields_to, terms.excluded_by
        name: Hashable
        is_idle = False
        if is_listed(step):
            doubtful = top.sheet.bit if top.doubtful else None
            name = measure, top.sheet.instrument, terms, step.charges, doubtful
        elif terms.duty.effect in SETTLING and not top.doubtful:
            name = measure, terms.duty.effect, *ahead
        elif measure in self._named:
            # Whoever waits for a measure waits for it though it takes nothing: the order tells.
            name, is_idle = (measure, *ahead), True
        else:
            return NOTHING
        number = self._kinds.setdefault(name, len(self._steps))
        if number == len(self._steps):
            self._steps.append(step)
            self._ahead.append(_names(terms))
            if is_idle:
                self._idle[number] = measure
        return number

    def _part(self, top: Top) -> Part:
        sheet, paint = top.sheet, top.sheet.paint
        asks = asks_base_rate(paint)
        name: Hashable = top.measure.id, sheet.instrument, paint.terms, paint.cases
        if top.doubtful:  # why it is open whether a sheet lies there turns on its goods
            name = sheet.bit
        elif all(terms.duty.effect in IDLE for terms in _terms(sheet)) and not _ahead(sheet):
            if top.measure.id not in self._named:
                return Part(top, 0)
            name, asks = top.measure.id, False
        return Part(top, self._names.setdefault(name, len(self._names) + 1), hash((name,)), asks)


def _terms(sheet: Sheet) -> list[Terms]:
    return [sheet.paint.terms, *(case.terms for case in sheet.paint.cases)]


def _ahead(sheet: Sheet) -> frozenset[str]:
    """Return the measures that a sheet yields to or is excluded by."""
    return frozenset[str]().union(*map(_names, _terms(sheet)))


def _names(terms: Terms) -> frozenset[str]:
    return frozenset((*terms.yields_to, *terms.excluded_by))
