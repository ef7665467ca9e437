"""The sheets over goods for all codes at once: for files of many codes."""

from __future__ import annotations

from tariffcalc.catalogue.tables import Tables

ITEM, LONGEST = 8, 10
"""Digits of a tariff item and of a statistical number: the codes that goods are entered under."""


class GoodsIndex:
    """What `Tables.goods` answers for codes of 8 and 10 digits, from memory.

    Most codes are under the same rows of lists as many others: a class of codes has a number.
    """

    def __init__(self, tables: Tables) -> None:
        """Read the sheets of every code that some paint names."""
        self._row_of: dict[str, int] = {}
        self._rows: list[tuple[int, int]] = []
        self._below: dict[str, int] = {}
        self._classes: dict[tuple[int | None, ...], int] = {}
        self._sheets: list[tuple[int, int]] = []
        known: dict[tuple[bytes, bytes], int] = {}  # few sets of sheets, each of many codes
        for code, *masks in tables.goods_masks():
            number = self._row_of[code] = known.setdefault((masks[0], masks[1]), len(known))
            if number == len(self._rows):
                here, perhaps = (int.from_bytes(mask, "little") for mask in masks)
                self._rows.append((here, perhaps))
            if len(code) == LONGEST:
                here, perhaps = self._rows[number]
                self._below[code[:ITEM]] = self._below.get(code[:ITEM], 0) | here | perhaps

    def number(self, code: str) -> int:
        """Return the number of the class of a code."""
        row_of = self._row_of.get
        marks = (  # the prefixes of an item or a number, cut here for speed
            row_of(""), row_of(code[:2]), row_of(code[:4]), row_of(code[:6]), row_of(code[:8]),
            row_of(code), self._below.get(code),
        )  # fmt: skip
        found = self._classes.get(marks)
        if found is None:
            found = self._classes[marks] = len(self._sheets)
            self._sheets.append(self._find(marks))
        return found

    def sheets(self, number: int) -> tuple[int, int]:
        """Return the sheets whose goods hold the codes of a class, and those that may hold them."""
        return self._sheets[number]

    def _find(self, marks: tuple[int | None, ...]) -> tuple[int, int]:
        cover, doubt = 0, marks[-1] or 0
        for row in marks[:-1]:
            if row is not None:
                cover |= self._rows[row][0]
                doubt |= self._rows[row][1]
        return cover, doubt & ~cover
