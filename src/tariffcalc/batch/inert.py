"""Cells that a spreadsheet would run as a formula, made inert; and back.

A text that begins with one of `STARTS` gets an apostrophe in front. Left as they are: plain numbers
such as -5 or +1,200.50, signs that stand alone, and ``="0001"``, the form in which spreadsheets
themselves keep the zeros of a code. A text that has its apostrophe already gets one more, so
`restore` gives back every text exactly.

>>> neutral("=HYPERLINK(A1)"), neutral("-5.00"), neutral('="0001"')
("'=HYPERLINK(A1)", '-5.00', '="0001"')
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

STARTS = "=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20'"
"""A cell that begins with none of these is never changed. Where Japanese is written, spreadsheets
take the full-width signs for the others (OWASP, CSV injection)."""

_FORMULA = frozenset(STARTS) - {"'"}
_NUMBER = r"[+-][ \u00a0]?[$€£]?[ \u00a0]?\d[\d.,' \u00a0\u202f]*(?:[eE][+-]?\d+)?[ \u00a0]?%?"
_HARMLESS = re.compile(rf'[=+\-@\s]*|{_NUMBER}|="\d*"', re.ASCII).fullmatch


def would_run(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula."""
    return text[:1] in _FORMULA and not _HARMLESS(text)


def suspects(lines: Sequence[str], delimiter: str) -> list[int]:
    """Return the places of lines, split at each delimiter, where a cell begins like a formula.

    >>> suspects(["a-b,c", "a,-b", "=a"], ",")
    [1, 2]
    """
    text = delimiter.join(["", *lines])
    found = []
    for sign in (delimiter + start for start in STARTS if start in text and start != delimiter):
        place = text.find(sign)
        while place >= 0:
            found.append(place)
            place = text.find(sign, place + 1)
    ends = list(accumulate(len(line) + 1 for line in lines)) if found else []
    return sorted({bisect_right(ends, place) for place in found})


def neutral(text: str) -> str:
    """Return a text that no spreadsheet runs: itself, or with an apostrophe in front."""
    return f"'{text}" if text[:1] in STARTS and would_run(text.lstrip("'")) else text


def restore(text: str) -> str:
    """Return the text that `neutral` was given."""
    return text[1:] if text[:1] == "'" and would_run(text.lstrip("'")) else text


def neutral_row(cells: Sequence[str]) -> list[str]:
    """Return the cells of a row, each made inert."""
    return [neutral(cell) if cell[:1] in STARTS else cell for cell in cells]
