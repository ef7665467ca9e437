"""Checks of the law at its points: no two measures wait for one another over the same goods.

`yields_to` and `excluded_by` say which measure comes first. Read over all paints at once, two
measures may each name the other and yet never at one point; so only measures that do are looked
at, and these wherever their sheets differ: by code, origin, entry date and day of knowledge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product

from tariffcalc.catalogue.checks.acts import follows, never_holds
from tariffcalc.catalogue.law import Cover, Law, Top
from tariffcalc.catalogue.store import Store
from tariffcalc.catalogue.tables import Sheet, Tables
from tariffcalc.catalogue.terms import Condition, Terms
from tariffcalc.values.codes import dotted
from tariffcalc.values.days import parse_day
from tariffcalc.values.issues import Issue

When = tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Terms that a sheet may give, with what must hold for them and what must not all hold."""

    waits_for: tuple[str, ...]
    when: When
    unless: tuple[When, ...]


def yield_cycles(store: Store, places: dict[str, list[str]]) -> list[Issue]:
    """Find measures that wait for one another at one point.

    Args:
        store: The compiled catalogue.
        places: File and line of each paint in the order laid, by measure.
    """
    found = []
    for importer in store.importers:
        law = Law(store)
        for ring in _rings(store.tables(importer)):
            shown: set[frozenset[str]] = set()
            for cycle, point in _cycles(law, importer, ring):
                names = [sheet.measure.id for sheet in cycle]
                if frozenset(names) not in shown:
                    shown.add(frozenset(names))
                    steps = pairwise([*names, names[0]])
                    waits = " and ".join(f"{one} waits for {other}" for one, other in steps)
                    message = f"{waits} at one point: {point}"
                    where = places[names[0]][cycle[0].bit - cycle[0].measure.first]
                    hint = "Take one `yields_to` or `excluded_by` out, or paint one clear there."
                    found.append(Issue("yield-cycle", "error", message, where, hint))
    return found


def _rings(tables: Tables) -> list[set[str]]:
    """Return the sets of measures that wait for one another through some paints of theirs."""
    first: dict[str, set[str]] = defaultdict(set)
    for sheet in tables.all_sheets():
        for choice in _choices(Top(sheet)):
            first[sheet.measure.id].update(choice.waits_for)

    @cache
    def behind(measure: str) -> frozenset[str]:
        met: set[str] = set()
        waiting = list(first[measure])
        while waiting:
            other = waiting.pop()
            if other not in met:
                met.add(other)
                waiting += first[other]
        return frozenset(met)

    rings: list[set[str]] = []
    for head in tables.measures:
        ring = {other for other in behind(head.id) if head.id in behind(other)}
        if ring and ring not in rings:
            rings.append(ring)
    return rings


def _cycles(law: Law, importer: str, ring: set[str]) -> Iterator[tuple[list[Sheet], str]]:
    """Yield the sheets of each cycle in a ring, with a point over which they lie."""
    tables = law.tables(importer)
    mask = sum(head.mask for head in tables.measures if head.id in ring)
    goods = _goods(law.store, tables, mask)
    named = reversed(tables.origins().items())
    origins = {here & mask: origin for origin, here in named}
    grounds = {
        (sure & here, perhaps & here): (code, origin)
        for ((sure, perhaps), code), (here, origin) in product(goods.items(), origins.items())
    }
    seen = set()
    for (sure, perhaps), (code, origin) in grounds.items():
        for edge, day in _days(law, tables, mask & (sure | perhaps)).items():
            cover = Cover(sure & edge, perhaps & edge)
            if cover not in seen:
                seen.add(cover)
                tops = law.tops(importer, cover)
                sheets = {top.measure.id: top.sheet for top in tops}
                for cycle in _cycles_of(tops):
                    country = "any other country" if origin == "*" else origin
                    ground = dotted(code) if code else "all goods"
                    yield [sheets[name] for name in cycle], f"{ground} of {country}, entered {day}"


def _goods(store: Store, tables: Tables, mask: int) -> dict[tuple[int, int], str]:
    """Return one code for each set of sheets that goods may have over them."""
    found: dict[tuple[int, int], str] = {}
    rows = store.connection.execute("SELECT code FROM goods WHERE importer = ?", (tables.importer,))
    for (code,) in rows.fetchall():
        points = [code.ljust(10, "9")]  # below the code, where nothing narrower is listed
        if len(code) >= 8:
            points.append(code)
        for point in points:
            sure, perhaps = tables.goods(point)
            if (sure | perhaps) & mask:
                found.setdefault((sure & mask, perhaps & mask), code)
    return found


def _days(law: Law, tables: Tables, mask: int) -> dict[int, str]:
    """Return one day for each set of sheets that hold on it, known by any day, or assumed."""
    rows = law.store.connection.execute(
        "SELECT key FROM edge WHERE importer = ? AND sort = 'made'", (tables.importer,)
    )
    overlay, assumed = tables.standing("overlay"), tables.standing("threatened")
    known = {overlay & mask}
    for (day,) in rows.fetchall():
        enacted = tables.known_by(parse_day(day)) | overlay
        known |= {enacted & mask, (enacted | assumed) & mask}
    holding = {tables.holding(edge) & mask: str(edge) for edge in reversed(tables.edges())}
    return {here & by: day for here, day in holding.items() for by in known}


def _cycles_of(tops: Iterable[Top]) -> Iterator[list[str]]:
    """Yield the shortest ways round by which the sheets of one point wait for one another."""
    choices = {top.measure.id: _choices(top) for top in tops}

    def walk(path: list[str], chosen: list[Choice]) -> Iterator[list[str]]:
        for choice in choices[path[-1]]:
            taken = [*chosen, choice]
            if not _consistent(taken):
                continue
            for other in choice.waits_for:
                if other == path[0]:
                    yield path
                elif other in choices and other not in path and other > path[0]:
                    yield from walk([*path, other], taken)

    for measure in choices:
        yield from walk([measure], [])


def _choices(top: Top) -> list[Choice]:
    """Return the terms that a sheet may give, each where its case holds and those before do not."""
    paint = top.sheet.paint
    found = []
    before: list[When] = []
    for case in paint.cases:
        if not any(never_holds(condition, paint.period) for condition in case.when):
            found.append(Choice(_waits_for(case.terms), case.when, tuple(before)))
        before.append(case.when)
    return [*found, Choice(_waits_for(paint.terms), (), tuple(before))]


def _waits_for(terms: Terms) -> tuple[str, ...]:
    return (*terms.yields_to, *terms.excluded_by)


def _consistent(choices: list[Choice]) -> bool:
    """Whether facts exist under which all of these terms are given at once."""
    held = [condition for choice in choices for condition in choice.when]
    return not any(
        all(any(follows(condition, other) for other in held) for condition in when)
        for choice in choices
        for when in choice.unless
    )
