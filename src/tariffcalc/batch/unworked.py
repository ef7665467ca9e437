"""Cells where the result of a formula should stand: it failed, or nobody has worked it out yet.

Written by a program, a workbook has formulas only; a spreadsheet program adds the results.
"""

from __future__ import annotations

import re

from tariffcalc.batch.numbers import tidy

_FAILED = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|#+)").fullmatch
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+").fullmatch
"""A long number as a spreadsheet shows it: the digits that tell it from others are gone."""
_NOBODY = re.compile(r"n/a|none|tbd|[-\u2010-\u2015._/]+", re.IGNORECASE).fullmatch
_SHOWN = 40


class Unworked(str):
    """A formula without a result, from a sheet: the cell says something, nobody knows what."""

    __slots__ = ()


def entry_named(raw: str) -> str:
    """Return the number of the entry that a cell names, or ''.

    Rows whose formula failed have nothing in common: in each of them it is another number. Nor have
    those whose number a spreadsheet rounded, or where it is not told.

    >>> entry_named('="E1"'), entry_named("#N/A"), entry_named("3.00123E+10"), entry_named("TBD")
    ('E1', '', '', '')
    """
    text = tidy(raw)
    if (text[:1] == "#" and _FAILED(text)) or ("+" in text and _ROUNDED(text)) or _NOBODY(text):
        return ""
    return text


def why_no_result(text: str) -> str | None:
    """Return in words why a cell has no result; None where it is no formula.

    >>> why_no_result("#REF!")
    '"#REF!" is what a spreadsheet shows for a formula that failed'
    """
    if _FAILED(text):
        return f'"{text}" is what a spreadsheet shows for a formula that failed'
    if not text.startswith("="):
        return None
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return (
        f'"{shown}" is a formula, and the file does not hold its result; open and save the file'
        " once in a spreadsheet program"
    )
