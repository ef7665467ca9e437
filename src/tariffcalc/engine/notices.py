"""What a person should know beside the figures: gaps touched, assumptions made, duties of care."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tariffcalc.catalogue.law import Law
from tariffcalc.catalogue.store import Store
from tariffcalc.catalogue.terms import Effect, Kind
from tariffcalc.engine.base import PARTNERS, USMCA
from tariffcalc.engine.levies import lacks_province
from tariffcalc.engine.shipment import Shipment, seems_turned
from tariffcalc.values.codes import digits_of
from tariffcalc.values.days import LATEST
from tariffcalc.values.issues import Issue, Severity

if TYPE_CHECKING:
    from tariffcalc.engine.quote import PricedLine

SAID = (Effect.REQUIREMENT, Effect.FREE_ENTRY)


def notices(law: Law, shipment: Shipment, lines: Iterable[PricedLine]) -> Iterator[Issue]:
    """Yield warnings and information on an entry, each once."""
    found = [*_on_entry(law, shipment)]
    for priced in lines:
        found += [*_on_line(law, shipment, priced)]
    yield from dict.fromkeys(found)


def _on_entry(law: Law, shipment: Shipment) -> Iterator[Issue]:
    tables = law.tables(shipment.importer)
    followed = tables.coverage.end
    if shipment.entry_date > followed:
        yield Issue(
            "after-verified",
            "warning",
            f"the law of {shipment.importer} was followed up to {followed}; what was made later"
            " is not in this answer",
            "entry_date",
        )
    own = tables.currency
    if seems_turned(shipment.currency, own, shipment.fx):
        yield Issue(
            "fx-direction",
            "warning",
            f"--fx {shipment.fx} says that one {shipment.currency} costs {shipment.fx} {own}",
            "fx",
            "It is the price of one unit of the invoice's currency.",
        )


def _on_line(law: Law, shipment: Shipment, priced: PricedLine) -> Iterator[Issue]:
    line, day = priced.line, shipment.entry_date
    where = f"line {line.line}"
    if USMCA in line.claims and line.origin not in PARTNERS[shipment.importer]:
        yield Issue(
            "claim-without-effect",
            "warning",
            f"usmca is claimed on goods of {line.origin}; it frees base duty only on goods of"
            f" {' and '.join(PARTNERS[shipment.importer])}",
            where,
        )
    if lacks_province(law.tables(shipment.importer).levies, line.claims, shipment.province):
        message = "no province of the importer is declared: provincial tax is left out"
        yield Issue("no-province", "warning", message, where, "Say --province.")
    if priced.duty.assumption:
        yield Issue("assumption", "info", priced.duty.assumption, where)
    if priced.duty.column == "declared":
        yield Issue("declared-base-rate", "info", f"base rate {priced.duty.text} declared", where)
    for name in sorted(set(priced.amounts.contents) - set(law.store.facts)):
        yield Issue("unknown-content", "warning", f'the content "{name}" is not known', where)
    for gap in gaps_touched(law.store, shipment.importer, line.classification, line.origin, day):
        message = f"not in this catalogue: {gap['title']}"
        yield Issue("not-covered", "warning", message, where, gap["how"])
    for step in priced.plan.idle:
        head = step.top.measure
        if head.kind is Kind.REQUIREMENT and step.terms.duty.effect in SAID:
            severity: Severity = "warning" if head.completeness == "headline" else "info"
            note = step.terms.note or step.top.sheet.act_note or head.title
            yield Issue("requirement", severity, f"{head.title}: {note}", head.id)
    for step in priced.plan.steps:
        head = step.top.measure
        if head.completeness != "complete":
            note = head.note or "only part of the law is held here"
            yield Issue("incomplete-measure", "warning", f"{head.title}: {note}", head.id)


@lru_cache(maxsize=65536)
def gaps_touched(
    store: Store, importer: str, code: str, origin: str, day: date
) -> tuple[dict[str, Any], ...]:
    """Return the named gaps of the catalogue that a point touches."""
    return tuple(
        gap
        for gap in store.not_covered.get(importer, ())
        if (gap["origins"] or gap["goods"]) and _touches(gap, code, origin, day)
    )


def _touches(gap: dict[str, Any], code: str, origin: str, day: date) -> bool:
    start, end = gap["from"] or "", gap["until"] or LATEST.isoformat()
    goods = gap["goods"]
    return (
        start <= day.isoformat() < end
        and (not gap["origins"] or origin in gap["origins"])
        and (not goods or any(code.startswith(digits_of(item)) for item in goods))
    )
