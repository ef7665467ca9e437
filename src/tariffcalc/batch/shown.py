"""Values of sheets and columnar files as text: what a person sees, without a float's tail."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from tariffcalc.batch.numbers import MONEY

_BESIDE = re.compile(r'\[\$([^\]-]+)[^\]]*\]|"([^"]*)"|([€£¥])')
_IS_MONEY = re.compile(rf"(?i)[A-Z]{{1,3}} ?\$|\$ ?[A-Z]{{1,3}}|¥|{MONEY}").fullmatch


def as_shown(value: Any, number_format: str = "General", mark: str = ".") -> str:
    """Return the value of a cell as text; `mark` stands before the cents of a number.

    >>> as_shown(1234.5600000000001), as_shown(0.25, "0%"), as_shown(407110000, "0000000000")
    ('1234.56', '25%', '0407110000')
    >>> as_shown(1000, "[$US$-409]#,##0.00"), as_shown(1000, '"$"#,##0.00')
    ('1000 US$', '1000')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        # A binary fraction carries 15 digits; what comes behind is not its own.
        whole = isinstance(value, int)
        number = Decimal(str(value) if whole else format(value, ".15g"))
        shown = (number_format or "").split(";")[0]
        if shown.endswith("%"):
            return f"{plain_digits(number * 100, mark)}%"
        text = plain_digits(number, mark)
        if currency := _currency(shown):
            return f"{text} {currency}"
        return text.zfill(len(shown)) if shown and not shown.strip("0") else text
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{as_shown(value.total_seconds(), mark=mark)}s"
    return str(value)


@lru_cache(maxsize=1024)
def _currency(number_format: str) -> str:
    """Return the currency that a format shows beside a number; a dollar sign alone is none."""
    for told, quoted, sign in _BESIDE.findall(number_format):
        name = (told or sign or quoted).strip()
        if name not in ("", "$") and (not quoted or _IS_MONEY(name)):
            return str(name)
    return ""


def plain_digits(number: Decimal, mark: str = ".") -> str:
    """Return a number without an exponent and without zeros behind the last figure."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".").replace(".", mark) if "." in text else text
