"""From priced steps to charges with their citation, and to the measures that took nothing."""

from __future__ import annotations

from decimal import Decimal

from tariffcalc.catalogue.law import Law
from tariffcalc.catalogue.tables import Sheet
from tariffcalc.catalogue.terms import (
    Basis,
    Effect,
    Kind,
    Known,
    weakest,
)
from tariffcalc.engine.answer import Charge
from tariffcalc.engine.base import BaseDuty
from tariffcalc.engine.explain import NotCharged, missed
from tariffcalc.engine.levies import Assessed
from tariffcalc.engine.price import LinePrice, Priced
from tariffcalc.engine.resolve import Plan, charges_something
from tariffcalc.engine.shipment import Line, Shipment
from tariffcalc.values.codes import dotted

ANTI_DUMPING = "anti_dumping"
"""The charge that is declared itself: anti-dumping and countervailing duty."""


def charges_of(
    law: Law, line: Line, duty: BaseDuty, price: LinePrice, value: Decimal
) -> tuple[Charge, ...]:
    """Return all duty on a line in the order of computing: base duty, measures, anti-dumping."""
    found = [_base_charge(duty, price, value)]
    found += [_measure_charge(law, line, priced) for priced in price.steps if priced.is_told]
    if line.add_cvd is not None:
        found.append(
            Charge(
                ANTI_DUMPING,
                "Anti-dumping and countervailing duty",
                ANTI_DUMPING,
                None,
                "declared",
                line.add_cvd,
                citation="declared",
            )
        )
    return tuple(found)


def _base_charge(duty: BaseDuty, price: LinePrice, value: Decimal) -> Charge:
    reason = duty.reason or duty.assumption
    if price.is_free_entry:
        reason = "free entry"
    if price.base_duty is None and duty.rate is not None:
        reason = f"quantity in {' and '.join(duty.rate.units())} not declared"
    return Charge(
        "base_duty",
        "Base duty" if duty.column == "declared" else f"Base duty, {duty.column} rate",
        "base_duty",
        value,
        duty.text,
        price.base_duty,
        citation=duty.citation,
        known=duty.known,
        reason=reason,
    )


def _measure_charge(law: Law, line: Line, priced: Priced) -> Charge:
    sheet, terms = priced.step.top.sheet, priced.step.terms
    instrument = law.store.instrument(sheet.instrument)
    prohibited = terms.duty.effect is Effect.PROHIBITED
    return Charge(
        sheet.measure.id,
        sheet.measure.title,
        sheet.measure.kind,
        None if prohibited else priced.base,
        terms.duty.text,
        priced.amount,
        terms.heading,
        sheet.instrument,
        instrument.cited_as,
        instrument.url,
        _known(law, line, sheet, instrument.known),
        sheet.paint.period.start,
        sheet.paint.period.until,
        reason_of(law, line, priced),
    )


def _known(law: Law, line: Line, sheet: Sheet, instrument: Known) -> Known:
    """Return the weakest mark on the way: the text, the paint, the row of the list."""
    marks = [sheet.paint.known or instrument]
    for item in sheet.paint.goods or ():
        row = law.store.listed(item, line.classification) if "/" in item else None
        if row:
            marks.append(row.known)
    return weakest(*marks)


def reason_of(law: Law, line: Line, priced: Priced) -> str | None:
    """Say why a step takes what it takes, or why that is not known."""
    step = priced.step
    if step.top.doubtful:
        return doubt(law, line.classification, step.top.sheet)
    if priced.amount is None and priced.yielded:
        return f"comes after {' and '.join(priced.yielded)}, which may or may not cover the goods"
    if step.terms.duty.effect is Effect.PROHIBITED:
        return step.terms.note or "entry is refused"
    if step.terms.duty.effect is Effect.UNKNOWN:
        return step.terms.note or "a duty stands here; how much is not established"
    if step.terms.duty.effect is Effect.ABSOLUTE_QUOTA:
        return "free within the absolute quota; above it no entry"
    if priced.amount is None:
        return priced.reason
    if step.case is not None:
        return step.terms.note or f"claimed: {', '.join(map(str, step.case.when))}"
    if step.terms.duty.effect is Effect.TOTAL and not priced.amount:
        return f"the base duty already reaches {step.terms.duty.text}"
    return _basis_note(step.terms.on)


def doubt(law: Law, code: str, sheet: Sheet) -> str:
    """Say why it is open whether a sheet lies over goods of a code."""
    for item in sheet.paint.goods or ():
        row = law.store.listed(item, code) if "/" in item else None
        if row is not None and row.uncertain:
            return f"{dotted(row.code)} is not known to be on the list: {row.source}"
    return f"only some numbers below {dotted(code)} are on the list; give 10 digits"


def _basis_note(on: Basis) -> str | None:
    if on.content:
        return f"on the {on.content} content; the full value when it is not declared"
    if on.value_less:
        return f"on the value less {on.value_less}"
    return None


def not_charged_of(
    law: Law, shipment: Shipment, line: Line, plan: Plan, price: LinePrice
) -> tuple[NotCharged, ...]:
    """Return every measure that took nothing from a line, the nearest to charging first."""
    found = []
    for priced in price.steps:
        if priced.yielded and priced.amount is not None:
            head = priced.step.top.measure
            detail = f"comes after {', '.join(priced.yielded)}, which took the value"
            instrument = priced.step.top.sheet.instrument
            found.append(NotCharged(head.id, head.title, "yields", detail, instrument))
    for step in plan.idle:
        head, sheet = step.top.measure, step.top.sheet
        if head.kind is not Kind.REQUIREMENT and not sheet.clears:
            detail = step.terms.note or f"charged only with {_wanted(sheet)}"
            found.append(NotCharged(head.id, head.title, "condition", detail, sheet.instrument))
    tables = law.tables(shipment.importer)
    return (*found, *missed(law, tables, line.classification, line.origin, shipment.entry_date))


def _wanted(sheet: Sheet) -> str:
    """Return the declarations with which a sheet would charge."""
    return " or ".join(
        " and ".join(map(str, case.when))
        for case in sheet.paint.cases
        if charges_something(case.terms)
    )


def levied(assessed: Assessed) -> Charge:
    """Return a fee or tax as a charge."""
    levy, figures = assessed.levy, assessed.figures
    return Charge(
        levy.id,
        levy.title,
        levy.kind,
        assessed.base,
        f"{(figures.rate * 100).normalize():f}%",
        assessed.amount,
        citation=figures.citation,
        url=figures.url,
        known=figures.known,
        since=figures.period.start,
        until=figures.period.until,
        reason=assessed.reason,
    )
