"""Money: exact decimals read from text, and the one place where an amount is rounded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
_WIDE = Context(prec=60)
"""More digits than any product of a quantity, a rate and a unit has: rounding never fails."""

_SEPARATORS = ", \u00a0"
LARGEST = Decimal("1e15")
"""No customs value reaches this; what does is a slip of the keyboard."""


def round_cents(amount: Decimal) -> Decimal:
    """Round an amount to the cent, half up, as both administrations do on each charge.

    The CBSA shows 187.50 x 5 % = 9.375 as 9.38 (Customs Notice 26-23, example 2); CBP rounds
    half a cent up as well.

    >>> round_cents(Decimal("9.375"))
    Decimal('9.38')
    """
    return amount.quantize(CENT, ROUND_HALF_UP, _WIDE)


def total_of(parts: Sequence[Decimal | None]) -> Decimal | None:
    """Return the sum of amounts, or None when one of them is not known."""
    known = [part for part in parts if part is not None]
    return sum(known, ZERO) if len(known) == len(parts) else None


def parse_amount(text: str) -> Decimal:
    """Read a plain decimal number: digits, at most one point, at most one leading minus.

    Raises:
        ValueError: for exponents, separators, currency signs, other scripts' digits and words;
            the message says which, so that a caller can add the place.

    >>> parse_amount("100000.00")
    Decimal('100000.00')
    """
    body = text.strip()
    digits = body.removeprefix("-")
    whole, point, part = digits.partition(".")
    if not (digits.isascii() and (whole + part).isdigit()) or (point and not part and not whole):
        raise ValueError(_why_not_a_number(body))
    if len(digits) > 40:
        raise ValueError(f"{len(digits)} characters are more than any amount has")
    return Decimal(body)


def _why_not_a_number(text: str) -> str:
    if not text:
        return "the amount is missing"
    if text.strip("$€£¥ \u00a0") in ("-", "\u2013"):
        return f'"{text}" is how a spreadsheet shows zero; write 0'
    if any(sign in text for sign in "$€£¥"):
        return f'"{text}" has a currency sign; write the number alone and the currency apart'
    if any(sign in text for sign in _SEPARATORS):
        if re.fullmatch(rf"(?a)-?\d{{1,3}}(?:[{_SEPARATORS}]\d{{3}})+(?:\.\d*)?", text):
            return f'"{text}" has a separator; write {re.sub(f"[{_SEPARATORS}]", "", text)}'
        return f'"{text}" has separators that part no thousands; write a point for the cents only'
    if text.endswith("%"):
        return f'"{text}" is a share, not an amount'
    return f'"{text}" is not a plain number such as 1234.56'


def show_money(amount: Decimal) -> str:
    """Write an amount to the cent with thousands separators, for people."""
    return f"{amount:,.2f}"
