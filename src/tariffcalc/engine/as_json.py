"""A quote as plain data for programs: amounts as decimal strings, days as ISO text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tariffcalc.engine.answer import Charge, LineAnswer, Quote
from tariffcalc.values.codes import dotted
from tariffcalc.values.money import round_cents

SCHEMA = 1
"""Raised when a key changes its meaning or goes; new keys may come without it."""


def as_json(quote: Quote) -> dict[str, Any]:
    """Return the answer as docs/quote.schema.json describes it."""
    rate = quote.totals.effective_rate
    totals = {
        name: None if amount is None else show_value(amount)
        for name, amount in quote.totals._asdict().items()
    }
    return {
        "schema": SCHEMA,
        "status": quote.status,
        "edition": quote.edition,
        "known_on": plain(quote.known_on),
        "assumed": list(quote.assumed),
        "importer": quote.importer,
        "entry_date": plain(quote.entry_date),
        "currency": quote.currency,
        "fx": plain(quote.fx),
        "fx_date": plain(quote.fx_date),
        "lines": [_line(line) for line in quote.lines],
        "fees": [_charge(fee) for fee in quote.fees],
        "taxes": [_charge(tax) for tax in quote.taxes],
        "totals": {**totals, "effective_rate": None if rate is None else show_rate(rate)},
        "since": _fields(quote.since),
        "issues": [_fields(issue) for issue in quote.issues],
    }


def show_rate(share: Decimal) -> str:
    """Write a share as a percentage with two decimals, half up: 0.1 is ``10.00%``."""
    return f"{round_cents(share * 100):f}%"


def plain(value: Any) -> Any:
    """Return a value as JSON has it: numbers as text, days in ISO form, several as a list."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value


def show_value(value: Decimal) -> str:
    """Write a value with its cents, and with every further decimal that it was declared with."""
    cents = round_cents(value)
    return f"{cents if cents == value else value:f}"


def _line(line: LineAnswer) -> dict[str, Any]:
    return {
        "line": line.line,
        "classification": dotted(line.classification),
        "origin": line.origin,
        "customs_value": show_value(line.customs_value),
        "charges": [_charge(charge) for charge in line.charges],
        "not_charged": [
            {
                "measure": missed.measure,
                "reason": missed.reason,
                "detail": missed.detail,
                "instrument": missed.instrument,
            }
            for missed in line.not_charged
        ],
        "questions": [_fields(question) for question in line.questions],
    }


def _charge(charge: Charge) -> dict[str, Any]:
    body = _fields(charge)
    for name in ("base", "amount"):
        number = getattr(charge, name)
        body[name] = None if number is None else show_value(number)
    return body


def _fields(value: Any) -> dict[str, Any]:
    return {name: plain(part) for name, part in value._asdict().items()}
