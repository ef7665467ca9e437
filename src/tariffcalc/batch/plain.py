"""Texts that mean what they say: codes and days that need no reader, but a glance."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

_HEADING = "(?:[0-8][0-9]{3}|9[0-8][0-9]{2}|99[1-9][0-9]|990[0-24-9])"
"""Any but 9903: most of its numbers stand beside those of goods, and are refused by the reader."""

CODE = rf"{_HEADING}(?:[0-9]{{4}}(?:[0-9]{{2}})?|\.[0-9]{{2}}\.[0-9]{{2}}(?:\.?[0-9]{{2}})?)"
"""A code that means what it says, in the words that Python and Arrow have for patterns."""

IS_CODE = re.compile(CODE).fullmatch
IS_DAY = re.compile(r"(?a)\d{4}-\d\d-\d\d").fullmatch


def plain_code(raw: str) -> str | None:
    """Return the digits of a code that means what it says; None for a text that needs a reader.

    >>> plain_code("7601.10.60"), plain_code("7601.10.6")
    ('76011060', None)
    """
    return raw.replace(".", "") if IS_CODE(raw) else None


def plain_day(raw: str) -> date | None:
    """Return a day that is written as ISO does; None for a text that needs a reader."""
    if IS_DAY(raw):
        with suppress(ValueError):  # said by the reader, in the words for cells
            return date.fromisoformat(raw)
    return None


PLAIN: dict[str, Callable[[str], Any]] = {
    "classification": plain_code, "entry_date": plain_day, "shipped_date": plain_day,
}  # fmt: skip
"""Readers at a glance, by field."""
