"""Is this catalogue sound? Each check is a plain function over the sources; the lists are last."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tariffcalc.catalogue.checks.acts import (
    above_cap,
    dead_cases,
    kinds,
    order_of_making,
    reversed_periods,
    uncited,
)
from tariffcalc.catalogue.checks.lists import levy_periods, list_counts, rate_periods, rate_texts
from tariffcalc.catalogue.checks.manifest import countries, rows_of_manifest
from tariffcalc.catalogue.checks.names import repeated_ids, unresolved_names
from tariffcalc.catalogue.checks.repeats import repeats
from tariffcalc.catalogue.checks.use import missing_lists, unknown_codes, unused
from tariffcalc.catalogue.checks.walk import walk
from tariffcalc.catalogue.read import Sources, read_sources, with_overlay
from tariffcalc.values.issues import Issue

Check = Callable[[Sources], list[Issue]]
ORDER = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Report:
    """What a catalogue folder holds, and what is wrong with it: errors first, then by place."""

    folder: Path
    counts: dict[str, int]
    issues: tuple[Issue, ...]

    @property
    def is_sound(self) -> bool:
        """Whether there is no error; warnings do not count."""
        return all(issue.severity != "error" for issue in self.issues)


def check_folder(folder: Path) -> Report:
    """Run every check on a catalogue folder and on its scenarios.

    Raises:
        CatalogueError: when the folder holds no manifest.
    """
    sources = read_sources(folder)
    issues = [*sources.issues, *(issue for check in CHECKS for issue in check(sources))]
    issues += _scenarios(sources, issues)
    if not faults_that_forbid_use(sources):
        issues += _at_points(sources)
    found = sorted(dict.fromkeys(issues), key=_place)
    return Report(folder, _counts(sources), tuple(found))


def faults_that_forbid_use(sources: Sources) -> list[Issue]:
    """Return the faults that would make an answer wrong: nothing is compiled over them."""
    faults = [issue for issue in sources.issues if issue.severity == "error"]
    for check in FORBIDDING:
        faults += check(sources)
    return list(dict.fromkeys(faults))


def _scenarios(sources: Sources, known: list[Issue]) -> list[Issue]:
    """Return what is wrong with the overlays that a catalogue ships, beyond its own faults."""
    found: list[Issue] = []
    for path in sorted(sources.folder.glob("scenarios/*.yaml")):
        laid = with_overlay(sources, path)
        found += [*laid.issues, *(issue for check in FORBIDDING for issue in check(laid))]
    return [issue for issue in found if issue not in known]


def _at_points(sources: Sources) -> list[Issue]:
    from tariffcalc.catalogue.checks.points import yield_cycles
    from tariffcalc.catalogue.compile import compile_into  # which imports this module
    from tariffcalc.catalogue.store import Store

    connection = sqlite3.connect(":memory:")
    compile_into(connection, sources, digest="")
    places: dict[str, list[str]] = defaultdict(list)
    for laid in walk(sources):
        places[laid.measure.id].append(laid.where())
    return yield_cycles(Store(connection), places)


def _counts(sources: Sources) -> dict[str, int]:
    acts = [act for measure in sources.measures for act in measure.acts]
    return {
        "measures": len(sources.measures),
        "acts": len(acts),
        "paints": sum(len(act.paints) for act in acts),
        "lists": len(sources.goods),
        "codes": sum(len(goods.rows) for goods in sources.goods.values()),
        "base_rates": sum(len(rows) for rows in sources.rates.values()),
    }


def _place(issue: Issue) -> tuple[int, str, int]:
    file, _, line = issue.where.partition(" line ")
    return ORDER.index(issue.severity), file, int(line) if line.isdigit() else 0


FORBIDDING: tuple[Check, ...] = (
    unresolved_names,
    repeated_ids,
    countries,
    rows_of_manifest,
    reversed_periods,
    order_of_making,
    uncited,
    kinds,
    list_counts,
    rate_periods,
    levy_periods,
)
"""Checks whose faults would make an answer wrong."""

CHECKS: tuple[Check, ...] = (
    *FORBIDDING,
    above_cap,
    dead_cases,
    repeats,
    rate_texts,
    unused,
    unknown_codes,
    missing_lists,
)
"""All checks over the sources; `points` has the one that looks at points of the law."""
