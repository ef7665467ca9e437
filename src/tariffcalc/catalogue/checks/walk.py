"""Walking the sheets of a catalogue for its checks: each paint with its act and its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tariffcalc.catalogue.read import Sources
from tariffcalc.catalogue.source import Table, line_at, read_yaml
from tariffcalc.catalogue.terms import Act, Measure, Paint, Terms
from tariffcalc.values.issues import CatalogueError


@dataclass(frozen=True, slots=True)
class Laid:
    """One paint with the measure and the act it belongs to."""

    measure: Measure
    act: Act
    paint: Paint

    def where(self, *place: int | str) -> str:
        """Return the file and line of the paint, or of something in it: ``("cases", 0)``."""
        body = self.paint.body
        line = line_at(body, place) if isinstance(body, Table) else self.act.line
        return f"{self.act.file} line {line}"

    def all_terms(self, *parts: str) -> Iterator[tuple[Terms, str]]:
        """Yield the terms of the paint and those of its cases that differ in some parts of them.

        With each comes its file and line.
        """
        own = self.paint.terms
        yield own, self.where()
        for number, case in enumerate(self.paint.cases):
            if any(getattr(case.terms, part) != getattr(own, part) for part in parts):
                yield case.terms, self.where("cases", number)


def walk(sources: Sources) -> Iterator[Laid]:
    """Yield every paint in the order laid."""
    for measure in sources.measures:
        for act in measure.acts:
            for paint in act.paints:
                yield Laid(measure, act, paint)


def place_of_act(act: Act) -> str:
    """Return the file and line where an act begins."""
    return f"{act.file} line {act.line}"


def place_in(sources: Sources, file: str, *place: int | str) -> str:
    """Return the file and line of a value, for what keeps no line of its own once it is read."""
    try:
        return f"{file} line {line_at(read_yaml(sources.folder / file), place)}"
    except CatalogueError:
        return file
