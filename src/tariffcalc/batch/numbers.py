"""Numbers as spreadsheets write them, to a plain decimal: signs, separators, parentheses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Context, Decimal

from tariffcalc.values.money import parse_amount

_EXACT = Context(prec=60)
_POINT = re.compile(r"(?a)\d+(?:\.\d*)?|\.\d+|[1-9]\d{0,2}(?:([, ])\d{3})(?:\1\d{3})*(?:\.\d*)?")
_COMMA = re.compile(r"(?a)\d+(?:,\d*)?|,\d+|[1-9]\d{0,2}(?:([. ])\d{3})(?:\1\d{3})*(?:,\d*)?")
_OPEN = r"[1-9]\d{0,2}[.,]\d{3}"
"""A number whose sign may part the cents or the thousands; no thousands stand behind a zero."""

_has_two_readings = re.compile(_OPEN, re.ASCII).fullmatch
_EXPONENT = re.compile(r"(?a)-?\d+(?:[.,]\d+)?[eE][+-]?\d+")
MONEY = r"(?:(?:US|USD|CA|CAD|CAN|CDN|C) ?)?\$|€|£|USD|CAD|CDN|MXN|EUR|GBP|JPY|CNY"
"""Currencies that may stand beside a number."""

_CURRENCIES = {
    "US": "USD", "CA": "CAD", "CD": "CAD", "C": "CAD", "€": "EUR", "EU": "EUR", "£": "GBP",
    "GB": "GBP", "MX": "MXN", "JP": "JPY", "CN": "CNY",
}  # fmt: skip
"""By the first two signs of what stands beside a number."""

_SPACE = "[ \u00a0\u202f\u2009]"
_BEFORE = re.compile(rf"({MONEY}) ?", re.IGNORECASE)
_AFTER = re.compile(rf" ?({MONEY}|\$ ?(?:US|CA|CAN))$", re.IGNORECASE)
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-"})
_HIDDEN = "\u200b\ufeff\u200e\u200f"
_AHEAD = f"='{_HIDDEN}"

SCALES: Mapping[int, int] = {0: 10_000, 1: 1_000, 2: 100, 3: 10, 4: 1}
"""Ten-thousandths by the number of digits behind the point."""


def tidy(raw: str) -> str:
    """Return a cell without what a spreadsheet put round it: ``="0001"``, ``'0001``, spaces.

    >>> tidy(' ="0407110000" ')
    '0407110000'
    """
    text = raw.strip()
    if text and text[0] not in _AHEAD and text[-1] not in _HIDDEN:
        return text  # as nearly all are: an entry has a number of its own for each file
    text = text.strip(_HIDDEN).strip()
    if text.startswith("="):
        inner = text[1:].lstrip()
        if len(inner) > 1 and inner[0] == inner[-1] == '"':
            return inner[1:-1].replace('""', '"').strip()
    return text[1:].strip() if text.startswith("'") else text


def read_number(
    text: str, decimal_comma: bool | None = False, is_small: bool = False
) -> tuple[str, str | None]:
    """Return a plain decimal number, and the currency that is written beside it.

    A dollar sign says nothing of that; parentheses and a minus behind make the number negative.

    >>> read_number("$1,234.50"), read_number("(5.00)"), read_number("1 234,5", True)
    (('1234.50', None), ('-5.00', None), ('1234.5', None))
    >>> read_number("C$5"), read_number("5.00 USD")
    (('5', 'CAD'), ('5.00', 'USD'))

    Args:
        text: The number.
        decimal_comma: Whether the comma parts the cents; None: it may.
        is_small: Whether it has no thousands, as a rate: one sign parts its decimals.

    Raises:
        ValueError: for an exponent, for a separator that can be read in two ways, and for words.
    """
    body, currency, minus = text.translate(_SPACES).strip(), None, False
    for _ in range(2):  # the sign may stand before or behind the currency
        if body.startswith("(") and body.endswith(")") and not minus:
            body, minus = body[1:-1].strip(), True
        if body.startswith("-") and not minus:
            body, minus = body[1:].lstrip(), True
        if found := _BEFORE.match(body) or _AFTER.search(body):
            told = currency_of(found[1])
            if told and currency and told != currency:
                raise ValueError(f'"{text}" names two currencies, {currency} and {told}')
            currency = told or currency
            body = body[: found.start()] + body[found.end() :]
    if body.endswith("-") and not minus:
        body, minus = body[:-1].rstrip(), True
    separators, pattern = (". ", _COMMA) if decimal_comma else (", ", _POINT)
    if decimal_comma is None and _has_two_readings(body):
        cents = body.replace(",", ".")
        either = f'"{text}" may be {cents.replace(".", "")} or {cents}'
        raise ValueError(f"{either}; say --decimal-comma or --decimal-point")
    is_other = is_small and separators[0] in body and _has_two_readings(body)
    if is_other or not pattern.fullmatch(body):
        raise ValueError(_why_not(text.strip(), body, bool(decimal_comma)))
    for separator in separators:
        body = body.replace(separator, "")
    body = body.replace(",", ".").removesuffix(".")
    body = f"0{body}" if body.startswith(".") else body
    return f"-{body}" if minus else body, currency


def currency_of(sign: str) -> str | None:
    """Return the currency of a sign that may stand beside a number; a dollar may be of any.

    >>> currency_of("C$"), currency_of("€"), currency_of("$")
    ('CAD', 'EUR', None)
    """
    is_sign = _BEFORE.fullmatch(sign) or _AFTER.fullmatch(sign)
    return _CURRENCIES.get(sign.strip("$ ").upper()[:2]) if is_sign else None


def _why_not(text: str, body: str, decimal_comma: bool) -> str:
    if _EXPONENT.fullmatch(body):
        return f'"{text}" is written with an exponent; format the column as a number'
    if decimal_comma and _POINT.fullmatch(body):
        if "." not in body:
            return f'"{text}" seems to have commas between its thousands; say --decimal-point'
        return f'"{text}" has a decimal point, and --decimal-comma is said'
    if not decimal_comma and _COMMA.fullmatch(body):
        if "," not in body:
            return f'"{text}" seems to have points between its thousands; say --decimal-comma'
        return f'"{text}" seems to have a decimal comma; say --decimal-comma, or write a point'
    if decimal_comma and any(sign in body for sign in ",. "):
        return f'"{text}" has separators that part no thousands; write a comma for the cents only'
    try:
        if not any(letter.isalpha() for letter in text):
            parse_amount(body or text)
    except ValueError as error:
        return str(error).replace(f'"{body}"', f'"{text}"')
    return f'"{text}" is not a plain number such as 1234.56'


def as_percent(number: str) -> str:
    """Return a share of 1 as a percentage.

    >>> as_percent("0.25")
    '25.00%'
    """
    return f"{_EXACT.multiply(Decimal(number), Decimal(100)):f}%"


def plain_units(raw: str, point: str = ".") -> int | None:
    """Return a number of at most 12 digits, a point and 4 more in ten-thousandths, else None.

    >>> plain_units("100.5"), plain_units("1e3"), plain_units("²")
    (1005000, None, None)
    """
    before, found, after = raw.partition(point)
    digits = before + after
    if not (digits.isdigit() and raw.isascii()) or len(before) > 12 or len(after) > 4:
        return None
    if found and not after:
        return None
    return int(digits) * SCALES[len(after)]


class Glance:
    """How numbers are read at a glance; it gives what `read_number` does, or nothing.

    Attributes:
        point: What parts the cents.
        shown: A pattern of amounts as spreadsheets show them; None: there is none.
        marks: What makes such an amount plain by falling away.
        doubtful: A pattern of plain numbers that can be read in two ways; None: there is none.
        scales: Ten-thousandths by the number of digits behind the point, where they leave no doubt.
    """

    def __init__(
        self,
        point: str,
        shown: str | None = None,
        marks: tuple[str, ...] = (),
        doubtful: str | None = None,
    ) -> None:
        self.point = point
        self.shown = shown
        self.marks = marks
        self.doubtful = doubtful
        self.scales = {n: SCALES[n] for n in SCALES if n != 3 or not doubtful}
        self._is_shown = re.compile(shown or "(?!)", re.ASCII).fullmatch
        self._is_doubtful = re.compile(doubtful or "(?!)", re.ASCII).fullmatch

    def units(self, raw: str) -> int | None:
        """Return a number in ten-thousandths, None where it is to be read.

        >>> GLANCES[False].units(" $1,234.50 "), GLANCES[False].units("1.234,50")
        (12345000, None)
        >>> GLANCES[True].units("1 234,50 $"), GLANCES[True].units("1.234")
        (12345000, 12340000)
        >>> GLANCES[None].units("12.50"), GLANCES[None].units("12.500"), GLANCES[None].units("12,5")
        (125000, None, None)
        """
        units = plain_units(raw, self.point)
        if units is None and self._is_shown(raw):
            for mark in self.marks:
                raw = raw.replace(mark, "")
            return plain_units(raw, self.point)
        return None if self.doubtful and self._is_doubtful(raw) else units


GLANCES: Mapping[bool | None, Glance] = {
    False: Glance(".", r" *\$? ?(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d+)? *", ("$", ",", " ")),
    None: Glance(".", doubtful=_OPEN),
    True: Glance(
        ",",
        rf"{_SPACE}*(?:\$ ?)?(?:[1-9]\d{{0,2}}(?:(?:\.\d{{3}})+|(?:{_SPACE}\d{{3}})+)|\d+)(?:,\d+)?"
        rf"(?:{_SPACE}?\$)?{_SPACE}*",
        ("$", ".", " ", "\u00a0", "\u202f", "\u2009"),
    ),
}
"""By whether the comma parts the cents; None: it may."""
