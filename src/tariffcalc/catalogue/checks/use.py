"""Checks of use: what stands here is used by some act, what is used is in the schedules."""

from __future__ import annotations

from collections.abc import Iterator

from tariffcalc.catalogue.checks.walk import walk
from tariffcalc.catalogue.lists import GoodsList
from tariffcalc.catalogue.read import Sources, with_overlay
from tariffcalc.catalogue.store import SUPPLY_MANAGED
from tariffcalc.values.codes import digits_of, dotted, prefixes
from tariffcalc.values.issues import Issue

WHOLE_SCHEDULE = 5_000
"""A schedule with fewer rows is not held whole: codes may be right that it does not have."""


def unused(sources: Sources) -> list[Issue]:
    """Find lists and instruments that no act names: forgotten, or misspelt where they belong.

    Where the acts cannot all be read, it is not known what they name.
    """
    if any(issue.where.startswith(("measures/", "scenarios/")) for issue in sources.issues):
        return []
    scenarios = [with_overlay(sources, path) for path in sources.folder.glob("scenarios/*.yaml")]
    laid = [measure for one in (sources, *scenarios) for measure in one.measures]
    acts = [act for measure in laid for act in measure.acts]
    cited = {act.instrument for act in acts}
    named = {item for act in acts for paint in act.paints for item in paint.goods or ()}
    found = [
        Issue("unused-instrument", "warning", f'no act cites "{key}"', sources.places[key])
        for key in sources.instruments
        if key not in cited
    ]
    found += [
        Issue("unused-list", "warning", f'no paint names the list "{key}"', f"{goods.file} line 1")
        for key, goods in sources.goods.items()
        if key not in named and key not in SUPPLY_MANAGED.values()
    ]
    return found


def missing_lists(sources: Sources) -> list[Issue]:
    """Find importing countries without the list of goods whose preferential rate is not Free."""
    return [
        Issue(
            "missing-list",
            "warning",
            f'the list "{SUPPLY_MANAGED[importer]}" is missing: with the claim usmca, goods with'
            " preferential rates of their own are taken as Free",
            "goods",
            "List the supply-managed and quota goods there.",
        )
        for importer in (sources.manifest.countries if sources.manifest else ())
        if importer in SUPPLY_MANAGED and SUPPLY_MANAGED[importer] not in sources.goods
    ]


def unknown_codes(sources: Sources) -> list[Issue]:
    """Find codes that no edition of the schedule has, where the schedule is held whole."""
    found = []
    for importer, rows in sources.rates.items():
        if len(rows) < WHOLE_SCHEDULE:
            continue
        held = {mark for row in rows for mark in prefixes(row.code)}
        for code, where in _named_codes(sources, importer):
            if code[:8] not in held and code[:2] not in ("98", "99"):
                message = f"no edition of rates/{importer.lower()}.csv has the code {dotted(code)}"
                found.append(Issue("unknown-code", "warning", message, where, "Is it mistyped?"))
    return found


def _named_codes(sources: Sources, importer: str) -> Iterator[tuple[str, str]]:
    lists: dict[str, GoodsList] = {}
    for laid in walk(sources):
        if laid.measure.importer == importer:
            for number, item in enumerate(laid.paint.goods or ()):
                if item in sources.goods:
                    lists[item] = sources.goods[item]
                elif item.isascii() and item.replace(".", "").isdigit():
                    yield digits_of(item), laid.where("goods", number)
    for goods in lists.values():
        for row in goods.rows:
            yield row.code, f"{goods.file} line {row.line}"
