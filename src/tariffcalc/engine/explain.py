"""Why a measure did not apply: the first edge that the point misses, or the act that cleared it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from tariffcalc.catalogue.law import Cover, Law
from tariffcalc.catalogue.tables import MeasureHead, Sheet, Tables
from tariffcalc.catalogue.terms import Kind

Reason = Literal[
    "origin",
    "goods",
    "not_yet",
    "ended",
    "lifted",
    "exempt",
    "yields",
    "condition",
    "threatened",
    "later_annulled",
]


class NotCharged(NamedTuple):
    """A measure that took nothing from a line, with the reason and, where one did it, the act."""

    measure: str
    title: str
    reason: Reason
    detail: str
    instrument: str | None = None


def missed(law: Law, tables: Tables, code: str, origin: str, day: date) -> tuple[NotCharged, ...]:
    """Return every measure of which no sheet that charges lies over a point, with the reason."""
    edges = tables.known_by(day), tables.holding(day), law.cover_on(tables.importer, day)
    return _missed(law, tables, tables.goods(code), tables.origin(origin), origin, edges, Day(day))


class Day:
    """A day that stands for all with the same edges: it does not count in comparing points."""

    __slots__ = ("day",)

    def __init__(self, day: date) -> None:
        self.day = day

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Day)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=16384)
def _missed(
    law: Law,
    tables: Tables,
    goods: tuple[int, int],
    here: int,
    origin: str,
    edges: tuple[int, ...],
    on: Day,
) -> tuple[NotCharged, ...]:
    """Explain once for each distinct set of goods, origin and edges of days."""
    cover = Cover(goods[0] & here & edges[-1], goods[1] & here & edges[-1])
    topmost = {top.measure.number: top.sheet for top in law.tops(tables.importer, cover)}
    found = []
    for head in tables.measures:
        if head.kind is Kind.REQUIREMENT:
            continue
        sheet = topmost.get(head.number)
        if sheet is None:
            found.append(_uncovered(law, tables, head, goods, here, origin, on.day))
        elif sheet.clears:
            found.append(_cleared(tables, head, sheet, cover.sure, on.day))
    return tuple(found)


def _cleared(tables: Tables, head: MeasureHead, sheet: Sheet, cover: int, day: date) -> NotCharged:
    """Tell an exemption from a lifting: what lies beneath is the same act's paint, or an older."""
    beneath = [
        below
        for below in tables.sheets_in(cover & head.mask & ((1 << sheet.bit) - 1))
        if not below.clears
    ]
    reason: Reason = "exempt"
    detail = sheet.paint.terms.note or sheet.act_note or "outside the duty from its start"
    if any(below.act != sheet.act for below in beneath):
        reason = "later_annulled" if sheet.known_from > day else "lifted"
        detail = f"taken off from {sheet.paint.period.start}"
        if sheet.known_from > day:
            detail += f" by an act known from {sheet.known_from} on"
        if note := sheet.paint.terms.note or sheet.act_note:
            detail += f": {note}"
    return NotCharged(head.id, head.title, reason, detail, sheet.instrument)


def _uncovered(
    law: Law,
    tables: Tables,
    head: MeasureHead,
    goods: tuple[int, int],
    here: int,
    origin: str,
    day: date,
) -> NotCharged:
    """Name the first edge missed: goods, then origin, then knowledge, then the period."""
    listed = (goods[0] | goods[1]) & head.mask
    if not listed:
        return NotCharged(head.id, head.title, "goods", "not on its lists of goods")
    both = listed & here
    charging = [sheet for sheet in reversed(tables.sheets_in(both)) if not sheet.clears]
    if not charging:
        return NotCharged(head.id, head.title, "origin", f"never charged on goods of {origin}")
    threatened = tables.standing("threatened")
    known = law.known_by(tables.importer, day)
    enacted = [s for s in charging if not threatened >> s.bit & 1 and known >> s.bit & 1]
    started = [s for s in enacted if s.paint.period.start <= day]
    if started:
        last = max(started, key=lambda s: s.paint.period.end)
        detail = f"ended: last day {_day_before(last.paint.period.end)}"
        return NotCharged(head.id, head.title, "ended", detail, last.instrument)
    for sheet in charging:
        if threatened >> sheet.bit & 1 and day in sheet.paint.period and sheet.known_from <= day:
            detail = f"threatened on {sheet.known_from}, not law; price it with --assume"
            detail += f" {sheet.instrument}"
            return NotCharged(head.id, head.title, "threatened", detail, sheet.instrument)
    later = [s for s in charging if not threatened >> s.bit & 1]
    if not later:
        return NotCharged(head.id, head.title, "threatened", "only ever threatened")
    first = min(later, key=lambda s: (s.paint.period.start, s.known_from))
    detail = f"from {first.paint.period.start}"
    if first.known_from > day:
        detail += f", by an act known from {first.known_from} on"
    return NotCharged(head.id, head.title, "not_yet", detail, first.instrument)


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
