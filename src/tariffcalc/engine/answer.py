"""The answer to a quote: charges, fees, taxes and totals as frozen values.

Amounts are exact to the cent, in the importing country's currency. None always means "not
known", never zero.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from tariffcalc.engine.explain import NotCharged
from tariffcalc.values.issues import Issue

Status = Literal["ok", "partial", "prohibited", "error"]


class Charge(NamedTuple):
    """One duty, fee or tax with the law it stands on.

    Attributes:
        measure: Id of the measure, fee or tax; `base_duty` and `anti_dumping` for those two.
        title: Its name for people.
        kind: `base_duty`, `additional_duty`, `surtax`, `safeguard`, `prohibition`, `anti_dumping`,
            `fee` or `tax`.
        base: What the rate was taken of; None when that is not known.
        rate: As the law prints it.
        amount: None when it is not known; `reason` then says why.
        heading: Tariff heading or code under which it is declared.
        instrument: Id of the act on top; None for base duty and fees.
        citation: Where the figure stands.
        known: How surely the figure is known; None for declared figures.
        since: First day of the paint that made the charge.
        until: First day on which that paint no longer holds; None when it has no end.
        reason: Why the amount is what it is, when that is not plain.
    """

    measure: str
    title: str
    kind: str
    base: Decimal | None
    rate: str
    amount: Decimal | None
    heading: str | None = None
    instrument: str | None = None
    citation: str | None = None
    url: str | None = None
    known: str | None = None
    since: date | None = None
    until: date | None = None
    reason: str | None = None


class Question(NamedTuple):
    """A fact that was not declared and would change the line's duty.

    Attributes:
        fact: The claim or content; several joined by ``+`` when only together they count.
        total_duty: What the line's duty would become; None when it would not be known.
    """

    fact: str
    question: str
    total_duty: Decimal | None


class LineAnswer(NamedTuple):
    """One line with everything charged on it, and what was not."""

    line: str
    classification: str
    origin: str
    customs_value: Decimal
    charges: tuple[Charge, ...]
    not_charged: tuple[NotCharged, ...]
    questions: tuple[Question, ...]


class Totals(NamedTuple):
    """Sums over the entry. A sum with an unknown part is None; `known_payable` leaves it out."""

    customs_value: Decimal
    base_duty: Decimal | None
    additional_duty: Decimal | None
    fees: Decimal | None
    taxes: Decimal | None
    payable: Decimal | None
    known_payable: Decimal
    landed: Decimal | None
    effective_rate: Decimal | None


class Since(NamedTuple):
    """What is owed as the law now stands, and the acts made later that changed it."""

    payable: Decimal | None
    refundable: Decimal | None
    owing: Decimal | None
    acts: tuple[str, ...]


class Quote(NamedTuple):
    """What an entry owes."""

    status: Status
    edition: str
    known_on: date
    assumed: tuple[str, ...]
    importer: str
    entry_date: date
    currency: str
    fx: Decimal | None
    fx_date: date | None
    lines: tuple[LineAnswer, ...]
    fees: tuple[Charge, ...]
    taxes: tuple[Charge, ...]
    totals: Totals
    since: Since
    issues: tuple[Issue, ...]
