"""A shipment as it is declared: the importing country, the days, and lines of goods."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from tariffcalc.values.issues import InputError, Issue
from tariffcalc.values.rates import Rate

MODES = ("ocean", "air", "truck", "rail", "mail", "courier")
NOTHING: Mapping[str, Content] = MappingProxyType({})


class Content(NamedTuple):
    """A part of a line's value: an amount of money, or a share of the customs value."""

    amount: Decimal
    is_share: bool = False

    def of(self, value: Decimal) -> Decimal:
        """Return it as money, never more than the value itself."""
        return min(value, value * self.amount if self.is_share else self.amount)


class Line(NamedTuple):
    """Goods of one classification and origin.

    Attributes:
        classification: Digits of the tariff number, 8 or 10.
        origin: ISO alpha-2 code of the country of origin.
        customs_value: In the shipment's currency.
        line: The name under which the answer gives it back.
        claims: Claims made, by id.
        denied: Claims that the importer says cannot be made: no question is put about them.
        contents: Declared contents by id (`steel`, `us_content`), amounts in the shipment's
            currency.
        quantity: In `unit`, for specific duties.
        base_rate: Declared instead of the schedule's.
        add_cvd: Anti-dumping and countervailing duties declared, in the importing country's
            currency.
    """

    classification: str
    origin: str
    customs_value: Decimal
    line: str = "1"
    claims: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    contents: Mapping[str, Content] = NOTHING
    quantity: Decimal | None = None
    unit: str | None = None
    base_rate: Rate | None = None
    add_cvd: Decimal | None = None


class Shipment(NamedTuple):
    """Lines entered together: one entry, one set of fees.

    Attributes:
        importer: Importing country, `US` or `CA`.
        entry_date: Day of entry, or of accounting.
        shipped_date: Day on which the goods left for the importing country.
        currency: Of the customs values.
        fx: Price of one unit of `currency` in the importing country's currency; None when the two
            are the same.
        fx_date: The day of that rate, when it comes from a published series.
        mode: Mode of transport, one of `MODES`.
        province: Province of the importer, for personal imports into Canada.
    """

    importer: str
    entry_date: date
    lines: tuple[Line, ...]
    shipped_date: date | None = None
    currency: str | None = None
    fx: Decimal | None = None
    fx_date: date | None = None
    mode: str | None = None
    province: str | None = None


def check_rate(fx: Decimal | None, currency: str | None, own: str) -> None:
    """Refuse a rate of exchange where nothing says which currency it is of.

    Raises:
        InputError: when it is not 1, and the value is taken to be in the importing country's own.
    """
    if fx not in (None, 1) and currency is None:
        message = f"{fx} is the price of another currency, and none is said: the value is in {own}"
        hint = "Say the currency of the value, or leave the rate out."
        raise InputError([Issue("rate-without-currency", "error", message, "fx", hint)])


def seems_turned(currency: str | None, own: str, fx: Decimal | None) -> bool:
    """Whether a rate makes the Canadian dollar the dearer one: since 2018 it never was.

    Args:
        currency: Of the value.
        own: In which duty is assessed.
        fx: What one unit of the first costs in the other.
    """
    pair = currency, own
    return fx is not None and (
        (pair == ("CAD", "USD") and fx > 1) or (pair == ("USD", "CAD") and fx < 1)
    )
