"""The stretches of days on which each measure asked for something of someone."""

from __future__ import annotations

from datetime import date, timedelta

from tariffcalc.catalogue.law import Cover, Law
from tariffcalc.values.days import LATEST

Stretch = tuple[date, date]
"""First and last day; the last is LATEST when no end is known."""


def days_in_force(law: Law, importer: str) -> dict[str, list[Stretch]]:
    """Return the first and last days of each stretch in which a measure asked for something.

    Each entry is judged by the law known on its own day: what the border charged.
    """
    tables = law.tables(importer)
    origins = set(tables.origins().values())
    goods = {mask for _, mask in tables.goods_sets()}
    made = {sheet.known_from for sheet in tables.all_sheets()}
    days = sorted({*tables.edges(), *made, tables.coverage.start})
    found: dict[str, list[Stretch]] = {}
    for head in tables.measures:
        spans = found.setdefault(head.id, [])
        own_goods = {mask & head.mask for mask in goods}
        own_origins = {mask & head.mask for mask in origins}
        for day, past in zip(days, [*days[1:], LATEST], strict=True):
            edge = law.cover_on(importer, day) & head.mask
            covers = {g & o & edge for g in own_goods for o in own_origins}
            tops = [top for cover in covers for top in law.tops(importer, Cover(cover, 0))]
            last = past if past == LATEST else past - timedelta(1)
            if past <= tables.coverage.start or all(top.sheet.clears for top in tops):
                continue
            if spans and spans[-1][1] == day - timedelta(1):
                spans[-1] = spans[-1][0], last
            else:
                spans.append((day, last))
    return found
