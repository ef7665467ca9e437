"""Tariff codes: text of 2 to 10 digits, compared by their digits alone."""

from __future__ import annotations

PREFIX_LENGTHS = (2, 4, 6, 8, 10)
"""Chapter, heading, subheading, tariff item, statistical number."""


def digits_of(code: str) -> str:
    """Return the digits of a code; dots, spaces and hyphens fall away.

    Raises:
        ValueError: when anything else stands in it.

    >>> digits_of("7601.10.60")
    '76011060'
    """
    digits = code.replace(".", "").replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f'"{code}" has something other than digits and dots in it')
    return digits


def dotted(digits: str) -> str:
    """Write a code the way the schedules print it.

    >>> dotted("76011060"), dotted("7601106030"), dotted("7601")
    ('7601.10.60', '7601.10.60.30', '7601')
    """
    if len(digits) <= 4:
        return digits
    return ".".join([digits[:4], *(digits[i : i + 2] for i in range(4, len(digits), 2))])


def prefixes(digits: str) -> list[str]:
    """Return every code that holds this one, the widest first: '' stands for all goods."""
    return ["", *[digits[:n] for n in PREFIX_LENGTHS if n <= len(digits)]]
