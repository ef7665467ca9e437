"""What does this shipment owe? Base duty, measures, fees, taxes, and how surely it is known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tariffcalc.catalogue.law import Cover, Law
from tariffcalc.catalogue.terms import Effect
from tariffcalc.engine.answer import LineAnswer, Quote, Since, Status, Totals
from tariffcalc.engine.base import USMCA, BaseDuty, base_duty
from tariffcalc.engine.charges import charges_of, levied, not_charged_of
from tariffcalc.engine.levies import Assessed, assess
from tariffcalc.engine.notices import notices
from tariffcalc.engine.price import Amounts, LinePrice, price, shares
from tariffcalc.engine.questions import questions
from tariffcalc.engine.resolve import Ask, Facts, Plan, stack
from tariffcalc.engine.shipment import Content, Line, Shipment, check_rate
from tariffcalc.values.issues import CoverageError, InputError, Issue
from tariffcalc.values.money import ZERO, round_cents, total_of


class PricedLine(NamedTuple):
    """A line under one law: its cover, plan and amounts."""

    line: Line
    amounts: Amounts
    cover: Cover
    duty: BaseDuty
    facts: Facts
    plan: Plan
    price: LinePrice
    total: Decimal | None
    """All duty on the line with what was declared as anti-dumping; None when not known."""


class PricedEntry(NamedTuple):
    """All lines of an entry under one law, with fees and taxes."""

    lines: tuple[PricedLine, ...]
    levies: tuple[Assessed, ...]

    @property
    def payable(self) -> Decimal | None:
        """Duties, fees and taxes; None when a part is not known."""
        parts = [line.total for line in self.lines] + [levy.amount for levy in self.levies]
        return total_of(parts)

    @property
    def known_payable(self) -> Decimal:
        """The same over the parts that are known."""
        duties = (line.price.known_duty + (line.line.add_cvd or ZERO) for line in self.lines)
        return sum(duties, ZERO) + sum((levy.amount or ZERO for levy in self.levies), ZERO)


def quote(law: Law, shipment: Shipment) -> Quote:
    """Return what a shipment owes under a law.

    Raises:
        CoverageError: when the catalogue holds no law for the importing country or the day.
        InputError: when a currency has no rate.
    """
    check_coverage(law, shipment)
    entry = price_entry(law, shipment)
    tables = law.tables(shipment.importer)
    answers = tuple(_answer(law, shipment, priced) for priced in entry.lines)
    levies = [levied(levy) for levy in entry.levies]
    now = _as_it_stands(law, shipment, entry)
    known_on = law.known_on if isinstance(law.known_on, date) else shipment.entry_date
    if law.known_on == "now":
        known_on = date.fromisoformat(law.store.meta["edition"])
    return Quote(
        _status(entry),
        law.store.meta["edition"],
        known_on,
        tuple(law.assumed),
        shipment.importer,
        shipment.entry_date,
        tables.currency,
        shipment.fx,
        shipment.fx_date,
        answers,
        tuple(levy for levy in levies if levy.kind == "fee"),
        tuple(levy for levy in levies if levy.kind == "tax"),
        _totals(entry),
        _since(law, shipment, entry, now),
        tuple(notices(law, shipment, entry.lines)),
    )


def _as_it_stands(law: Law, shipment: Shipment, entry: PricedEntry) -> PricedEntry:
    """Price an entry under every act made to this day; the same entry where none changed it."""
    day, importer = shipment.entry_date, shipment.importer
    for priced in entry.lines:
        line = priced.line
        now = law.as_it_stands.cover(importer, line.classification, line.origin, day)
        if now != priced.cover:
            return price_entry(law.as_it_stands, shipment)
    return entry


def check_coverage(law: Law, shipment: Shipment) -> None:
    """Refuse a country or a day for which the catalogue holds no law."""
    where = "importer"
    if shipment.importer not in law.store.importers:
        held = ", ".join(law.store.importers)
        message = f"the catalogue holds no law of {shipment.importer} as importing country"
        issue = Issue("importer-not-covered", "error", message, where, f"It holds {held}.")
        raise CoverageError([issue])
    first = law.tables(shipment.importer).coverage.start
    if shipment.entry_date < first:
        message = f"the law of {shipment.importer} is held here from {first} on"
        issue = Issue("before-coverage", "error", message, "entry_date", "Give a later day.")
        raise CoverageError([issue])


def price_entry(law: Law, shipment: Shipment) -> PricedEntry:
    """Price every line of an entry, then its fees and taxes."""
    rate = exchange_rate(law, shipment)
    amounts = [_amounts(line, rate) for line in shipment.lines]
    entry_value = sum((a.customs_value for a in amounts), ZERO)
    lines = tuple(
        price_line(law, shipment, line, own, entry_value)
        for line, own in zip(shipment.lines, amounts, strict=True)
    )
    values = [own.customs_value for own in amounts]
    duty_paid = [
        None if priced.total is None else value + priced.total
        for priced, value in zip(lines, values, strict=True)
    ]
    levies = law.tables(shipment.importer).levies
    free = [priced.price.is_free_entry for priced in lines]
    return PricedEntry(lines, tuple(assess(levies, shipment, values, duty_paid, free)))


def price_line(
    law: Law, shipment: Shipment, line: Line, amounts: Amounts, entry_value: Decimal
) -> PricedLine:
    """Resolve the point of a line and multiply its plan out."""
    day = shipment.entry_date
    tables = law.tables(shipment.importer)
    duty = base_duty(law.store, tables, line, day)
    facts = Facts(
        line.claims,
        line.denied,
        day,
        shipment.shipped_date,
        entry_value,
        _effective(duty, amounts),
    )
    cover = law.cover(shipment.importer, line.classification, line.origin, day)
    plan = stack(law, shipment.importer, cover).plan(facts)
    priced = price(plan, duty, amounts)
    return PricedLine(line, amounts, cover, duty, facts, plan, priced, _total(priced, line))


def exchange_rate(law: Law, shipment: Shipment) -> Decimal:
    """Return the price of one unit of a shipment's currency; refuse one that has none."""
    own = law.tables(shipment.importer).currency
    check_rate(shipment.fx, shipment.currency, own)
    if shipment.currency in (None, own):
        return Decimal(1)
    if shipment.fx is None:
        message = f"the value is in {shipment.currency}, the duty is assessed in {own}"
        day = shipment.shipped_date or shipment.entry_date
        hint = (
            f"Say the price of one {shipment.currency} in {own} as fx, or give --fx-rates FILE"
            f" with one of {day} or the week before."
        )
        raise InputError([Issue("no-exchange-rate", "error", message, "currency", hint)])
    return shipment.fx


def _amounts(line: Line, rate: Decimal) -> Amounts:
    """Return the amounts of a line in the importing country's currency, to the cent."""
    if rate == 1:
        return Amounts(line.customs_value, line.contents, line.quantity, line.unit)
    contents = {
        key: content if content.is_share else Content(round_cents(content.amount * rate))
        for key, content in line.contents.items()
    }
    return Amounts(round_cents(line.customs_value * rate), contents, line.quantity, line.unit)


def _effective(duty: BaseDuty, amounts: Amounts) -> Decimal | None:
    """Return the base duty as a share of the value."""
    if duty.rate is None:
        return None
    if not duty.rate.specifics:
        return duty.rate.ad_valorem
    exact = duty.rate.amount(amounts.customs_value, amounts.quantity, amounts.unit)
    return None if exact is None else exact / amounts.customs_value


def _answer(law: Law, shipment: Shipment, priced: PricedLine) -> LineAnswer:
    line = priced.line

    def total_if(ask: Ask) -> Decimal | None:
        return _total_if(law, shipment, priced, ask)

    return LineAnswer(
        line.line,
        line.classification,
        line.origin,
        priced.amounts.customs_value,
        charges_of(law, line, priced.duty, priced.price, priced.amounts.customs_value),
        not_charged_of(law, shipment, line, priced.plan, priced.price),
        tuple(questions(law, priced, total_if)),
    )


def _total_if(law: Law, shipment: Shipment, priced: PricedLine, ask: Ask) -> Decimal | None:
    """Return the duty of a line if what was not declared were declared."""
    line, duty, amounts, facts = priced.line, priced.duty, priced.amounts, priced.facts
    claims = facts.claims.union(ask.claims)
    if USMCA in ask.claims:
        tables = law.tables(shipment.importer)
        duty = base_duty(law.store, tables, line._replace(claims=claims), facts.entry_date)
    if ask.content is not None:
        amounts = amounts._replace(contents={**amounts.contents, ask.content: Content(ZERO)})
    told = Facts(
        claims,
        facts.denied,
        facts.entry_date,
        ask.shipped or facts.shipped_date,
        facts.entry_value,
        _effective(duty, amounts),
    )
    plan = stack(law, shipment.importer, priced.cover).plan_if(priced.plan, ask, told)
    parts = None if amounts.contents else shares(plan, duty.rate)
    if parts is not None:
        value = amounts.customs_value
        return sum((round_cents(value * part) for part in parts), line.add_cvd or ZERO)
    return _total(price(plan, duty, amounts), line)


def _total(priced: LinePrice, line: Line) -> Decimal | None:
    return priced.known_duty + (line.add_cvd or ZERO) if priced.is_known else None


def _status(entry: PricedEntry) -> Status:
    for priced in entry.lines:
        if any(step.terms.duty.effect is Effect.PROHIBITED for step in priced.plan.settled):
            return "prohibited"
    return "ok" if entry.payable is not None else "partial"


def _totals(entry: PricedEntry) -> Totals:
    value = sum((line.amounts.customs_value for line in entry.lines), ZERO)
    base = total_of([line.price.base_duty for line in entry.lines])
    added = total_of(
        [step.amount for line in entry.lines for step in line.price.steps]
        + [line.line.add_cvd or ZERO for line in entry.lines]
    )
    fees = total_of([levy.amount for levy in entry.levies if levy.levy.kind == "fee"])
    taxes = total_of([levy.amount for levy in entry.levies if levy.levy.kind == "tax"])
    duty = None if base is None or added is None else base + added
    payable = entry.payable
    return Totals(
        value,
        base,
        added,
        fees,
        taxes,
        payable,
        entry.known_payable,
        None if payable is None else value + payable,
        None if duty is None or not value else duty / value,
    )


def _since(law: Law, shipment: Shipment, then: PricedEntry, now: PricedEntry) -> Since:
    before, after = then.payable, now.payable
    tables = law.tables(shipment.importer)
    acts = []
    for old, new in zip(then.lines, now.lines, strict=True):
        if old.price != new.price:
            later = tables.sheets_in(new.cover.sure & ~old.cover.sure)
            acts += [sheet.instrument for sheet in later]
    names = tuple(dict.fromkeys(acts))
    if before is None or after is None:
        return Since(after, None, None, names)
    return Since(after, max(ZERO, before - after), max(ZERO, after - before), names)
