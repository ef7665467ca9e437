"""Tariff numbers as spreadsheets write them, to digits: dots, spaces, lost zeros."""

from __future__ import annotations

import re

from tariffcalc.engine import fields

_EXPONENT = re.compile(r"(?a)\d+(?:[.,]\d+)?[eE]\+?\d+")
_FLOAT = re.compile(r"(?a)(\d{7,10})\.0")
_DASHES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2010": "-", "\u2011": "-", "\u2013": "-"})
_WITH_COMMA = re.compile(r"(?a)\d{3,10},\d{1,6}")
"""A code that a sheet holds as a number, where commas part the cents."""


def read_code(text: str) -> tuple[str, str | None]:
    """Return the digits of a tariff number, and a warning of what was changed in it.

    A number that lost one zero in front gets it back; one that lost digits elsewhere is refused.

    >>> read_code("7601.10.60"), read_code("901.21.00")[0]
    (('76011060', None), '09012100')

    Raises:
        ValueError: when it is none.
    """
    text = text.translate(_DASHES)
    if _WITH_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    if _EXPONENT.fullmatch(text):
        raise ValueError(
            f'"{text}" lost its digits to a spreadsheet; format the column as text and take'
            " the numbers from the source again"
        )
    warning = None
    if found := _FLOAT.fullmatch(text):
        text, warning = found[1], f'"{text}" read as {found[1]}'
    digits = text.replace(".", "").replace(" ", "").replace("-", "")
    head = len(re.split(r"[. -]", text)[0])
    if len(digits) in (7, 9) and head in (3, len(digits)) and digits[0] in "123456789":
        restored = fields.read_classification(f"0{digits}")
        return restored, f'leading zero restored: "{text}" read as {restored}'
    code = fields.read_classification(text)
    if head % 2:
        raise ValueError(
            f'"{text}" has {head} digit{"s" if head > 1 else ""} in front, a tariff number has 4;'
            " if a spreadsheet dropped zeros, take the numbers from the source again, as text"
        )
    return code, warning
