"""Checks of the long lists and of the figures beside them: counts, periods, rate texts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from tariffcalc.catalogue.lists import RateRow
from tariffcalc.catalogue.read import Sources
from tariffcalc.catalogue.source import line_at
from tariffcalc.values.codes import dotted
from tariffcalc.values.issues import Issue
from tariffcalc.values.rates import RateError, parse_rate

MISTYPED = ("unreadable", "unknown-unit")
"""Kinds of rate texts that are rather a slip of the pen than a rate that cannot be computed."""


def list_counts(sources: Sources) -> list[Issue]:
    """Find lists that do not have as many rows as their source states."""
    faulty = {issue.where.partition(" line ")[0] for issue in sources.issues}
    return [
        Issue(
            "list-count",
            "error",
            f"has {len(goods.rows)} rows, but its source states {goods.count}",
            f"{goods.file} line 1",
            "Add what is missing, or correct the line # count:.",
        )
        for goods in sources.goods.values()
        if len(goods.rows) != goods.count and goods.file not in faulty
    ]


def rate_periods(sources: Sources) -> list[Issue]:
    """Find codes with two base rates on one day."""
    found = []
    for importer, rows in sources.rates.items():
        for one, other in pairwise(sorted(rows, key=lambda row: (row.code, row.start))):
            if one.code == other.code and other.start < one.end:
                message = f"{dotted(other.code)} from {other.start} has a rate already:"
                message += f" line {one.line} holds until {one.end}"
                place = f"rates/{importer.lower()}.csv line {other.line}"
                hint = "A code has one rate on a day; end the one where the other begins."
                found.append(Issue("overlapping-rates", "error", message, place, hint))
    return found


def levy_periods(sources: Sources) -> list[Issue]:
    """Find fees and taxes with two rates on one day, or with a rate on no day."""
    found = []
    for levy in sources.levies:
        file = sources.places[levy.id].partition(" line ")[0]
        rows = sorted(enumerate(levy.rates), key=lambda row: row[1].period.start)
        for number, rate in rows:
            if rate.period.end <= rate.period.start:
                message = f"holds from {rate.period.start} until {rate.period.end}, which is no day"
                place = _line(file, levy.body, number)
                hint = "`until` is the first day on which it no longer holds."
                found.append(Issue("empty-period", "error", message, place, hint))
        for (_, one), (number, other) in pairwise(rows):
            if other.period.start < one.period.end:
                message = f"two rates of {levy.id} hold on {other.period.start}"
                hint = "End the one where the other begins."
                place = _line(file, levy.body, number)
                found.append(Issue("overlapping-fees", "error", message, place, hint))
    return found


def _line(file: str, body: object, number: int) -> str:
    return f"{file} line {line_at(body, ('rates', number))}"  # type: ignore[arg-type]  # a Table


def rate_texts(sources: Sources) -> list[Issue]:
    """Count the base rates that cannot be computed, by kind; name those that look mistyped."""
    found: list[Issue] = []
    for importer, rows in sources.rates.items():
        file = f"rates/{importer.lower()}.csv"
        refused: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for row in rows:
            for text in _texts(row):
                try:
                    parse_rate(text)
                except RateError as error:
                    refused[error.kind][str(error)].append(row.line)
        for kind, faults in sorted(refused.items()):
            if kind in MISTYPED:
                found += _mistyped(file, faults)
            else:
                count = len({line for lines in faults.values() for line in lines})
                many = "1 row is" if count == 1 else f"{count} rows are"
                different = f"{len(faults)} different text{'s' * (len(faults) > 1)}"
                message = f"{many} not computable: {kind} ({different})"
                found.append(Issue("not-computable", "info", message, file))
        found += _without_symbol(file, rows)
    return found


def _mistyped(file: str, faults: dict[str, list[int]]) -> Iterator[Issue]:
    for fault, lines in faults.items():
        more = f" (and {len(lines) - 1} more rows)" if len(lines) > 1 else ""
        place = f"{file} line {lines[0]}"
        yield Issue("bad-rate-text", "warning", f"{fault}{more}", place, "See data/README.md.")


def _texts(row: RateRow) -> Iterator[str]:
    """Yield each rate text of a row; those of programmes without their symbols."""
    if row.general:
        yield row.general
    if row.column_2:
        yield row.column_2
    if row.special and row.special != "Free (S)":
        yield from (text.strip() for text in re.findall(r"([^()]+)\([^()]*\)", row.special))


def _without_symbol(file: str, rows: list[RateRow]) -> Iterator[Issue]:
    for row in rows:
        if row.special and not row.special.endswith(")"):
            message = f'the special rate "{row.special}" names no programme'
            hint = "Write its symbols behind it: Free (S)."
            yield Issue("special-rate", "error", message, f"{file} line {row.line}", hint)
