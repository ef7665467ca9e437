"""Which measures stood on a day: the topmost sheets over any goods of any origin.

A quote and this list look at the same stack through the same function, `Law.tops`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tariffcalc.catalogue.law import Cover, Law
from tariffcalc.catalogue.tables import ELSEWHERE, Sheet, Tables
from tariffcalc.catalogue.terms import Effect, Paint
from tariffcalc.values.codes import digits_of, prefixes

Status = Literal["in_force", "threatened", "lifted", "all"]
Standing = Literal["in_force", "threatened", "lifted"]


@dataclass(frozen=True, slots=True)
class InForce:
    """One sheet of a measure as it stood on a day.

    Attributes:
        since: First day of the paint.
        until: First day on which it is no longer on top, as far as the law considered says.
        origins: The origins over which it is on top. When the first is `*`, it is all of them but
            those that follow with a minus sign.
        codes: How many rows its lists have; None for all goods.
    """

    measure: str
    title: str
    importer: str
    kind: str
    standing: Standing
    since: date
    until: date | None
    rate: str
    heading: str | None
    origins: tuple[str, ...]
    codes: int | None
    instrument: str
    citation: str
    known: str
    note: str | None


def in_force(
    law: Law,
    day: date,
    importer: str | None = None,
    origin: str | None = None,
    classification: str | None = None,
    status: Status = "in_force",
) -> list[InForce]:
    """Return what stood on a day, by importing country and measure."""
    found: list[InForce] = []
    for country in law.store.importers:
        if importer in (None, country):
            found += _of_importer(law, country, day, origin, classification, status)
    return found


def _of_importer(
    law: Law,
    importer: str,
    day: date,
    origin: str | None,
    classification: str | None,
    status: Status,
) -> list[InForce]:
    tables = law.tables(importer)
    goods = _goods(tables, classification)
    origins = {origin: tables.origin(origin)} if origin else tables.origins()
    standing = law.cover_on(importer, day)
    views = _visible(law, importer, goods, origins, standing)
    rows = [
        _row(law, tables, sheet, "in_force", view, day)
        for sheet, view in views.items()
        if not sheet.clears
    ]
    shown = [*rows] if status in ("in_force", "all") else []
    if status in ("threatened", "all"):
        made = sum(
            1 << s.bit
            for s in tables.sheets_in(tables.standing("threatened"))
            if s.known_from <= day
        )
        pending = _visible(law, importer, goods, origins, made & ~standing)
        shown += [
            _row(law, tables, sheet, "threatened", view, None) for sheet, view in pending.items()
        ]
    if status in ("lifted", "all"):
        shown += _lifted(law, tables, goods, origins, day, {row.measure for row in rows})
    return sorted(shown, key=lambda row: (row.standing, row.measure, row.since))


@dataclass
class _View:
    """Over which origins a sheet is on top, and one point where it is."""

    origins: set[str]
    goods: int = 0
    origin: int = 0


def _visible(
    law: Law, importer: str, goods: dict[str, int], origins: dict[str, int], edge: int
) -> dict[Sheet, _View]:
    """Return the sheets that are on top somewhere, with where."""
    codes_by_mask: dict[int, list[str]] = defaultdict(list)
    for code, mask in goods.items():
        codes_by_mask[mask & edge].append(code)
    origins_by_mask: dict[int, list[str]] = defaultdict(list)
    for country, mask in origins.items():
        origins_by_mask[mask & edge].append(country)
    views: dict[Sheet, _View] = {}
    for goods_mask, codes in codes_by_mask.items():
        for origin_mask, countries in origins_by_mask.items():
            for top in law.tops(importer, Cover(goods_mask & origin_mask, 0)):
                point = goods[codes[0]], origins[countries[0]]
                view = views.setdefault(top.sheet, _View(set(), *point))
                view.origins.update(countries)
    return views


def _goods(tables: Tables, classification: str | None) -> dict[str, int]:
    """Return the paints by code: of all codes that some paint names, or of those asked about."""
    sets = dict(tables.goods_sets())
    if classification is None:
        return sets
    digits = digits_of(classification)
    below = {code: mask for code, mask in sets.items() if code.startswith(digits)}
    above = 0
    for code in prefixes(digits):
        above |= sets.get(code, 0)
    return {digits: above, **below}


def _lifted(
    law: Law,
    tables: Tables,
    goods: dict[str, int],
    origins: dict[str, int],
    day: date,
    standing: set[str],
) -> list[InForce]:
    """Return, of the measures that no longer stand, the sheets that did last."""
    everywhere = everyone = 0
    for mask in goods.values():
        everywhere |= mask
    for mask in origins.values():
        everyone |= mask
    known = law.known_by(tables.importer, day) & everywhere & everyone
    last: dict[str, Sheet] = {}
    for sheet in tables.sheets_in(known):
        if sheet.clears or sheet.measure.id in standing or sheet.paint.period.start > day:
            continue
        held = last.get(sheet.measure.id)
        if held is None or sheet.paint.period.start >= held.paint.period.start:
            last[sheet.measure.id] = sheet
    return [_row(law, tables, sheet, "lifted", _View(set()), None) for sheet in last.values()]


def _row(
    law: Law, tables: Tables, sheet: Sheet, standing: Standing, view: _View, day: date | None
) -> InForce:
    instrument = law.store.instrument(sheet.instrument)
    paint = sheet.paint
    until = paint.period.until
    if day is not None:
        until = _last_on_top(law, tables, sheet, view.goods, view.origin, day) or until
    named = tuple(sorted(view.origins - {ELSEWHERE}))
    if ELSEWHERE in view.origins:
        others = sorted(set(tables.origins()) - view.origins)
        named = (ELSEWHERE, *(f"-{country}" for country in others))
    elif not view.origins:
        named = tuple(sorted(paint.origins.named)) or (ELSEWHERE,)
    return InForce(
        sheet.measure.id,
        sheet.measure.title,
        tables.importer,
        sheet.measure.kind,
        standing,
        paint.period.start,
        until,
        _rate(paint),
        paint.terms.heading,
        named,
        None if paint.goods is None else _size(law, sheet),
        sheet.instrument,
        instrument.cited_as,
        paint.known or instrument.known,
        paint.terms.note,
    )


def _rate(paint: Paint) -> str:
    """Return the duty of a paint; where only a case charges, that with its claims."""
    if paint.terms.duty.effect is not Effect.NONE:
        return paint.terms.duty.text
    for case in paint.cases:
        if case.terms.duty.effect is not Effect.NONE:
            claims = " and ".join(c.name for c in case.when if c.is_claim)
            return case.terms.duty.text + (f" if {claims}" if claims else "")
    return paint.terms.duty.text


def _last_on_top(
    law: Law, tables: Tables, sheet: Sheet, goods: int, origin: int, day: date
) -> date | None:
    """Return the first day after `day` on which the sheet is no longer on top at a point."""
    for edge in tables.edges():
        if edge > day:
            cover = Cover(goods & origin & law.cover_on(tables.importer, edge, known_by=day), 0)
            if all(top.sheet != sheet for top in law.tops(tables.importer, cover)):
                return edge
    return None


def _size(law: Law, sheet: Sheet) -> int:
    return sum(law.store.list_size(item) or 1 for item in sheet.paint.goods or ())
