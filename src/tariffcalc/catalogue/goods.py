"""The sheets over goods for all codes at once: for files of many codes."""

from __future__ import annotations

from tariffcalc.catalogue.tables import Tables
from tariffcalc.values.codes import prefixes

ITEM, LONGEST = 8, 10
"""Digits of a tariff item and of a statistical number: the codes that goods are entered under."""


class GoodsIndex:
    """What `Tables.goods` answers for codes of 8 and 10 digits, from memory."""

    def __init__(self, tables: Tables) -> None:
        """Read the sheets of every code that some paint names."""
        self._sheets: dict[str, tuple[int, int]] = {}
        self._below: dict[str, int] = {}
        known: dict[bytes, int] = {}  # few sets of sheets, each of many codes
        for code, *masks in tables.goods_masks():
            here, perhaps = (
                known.setdefault(mask, int.from_bytes(mask, "little")) for mask in masks
            )
            self._sheets[code] = here, perhaps
            if len(code) == LONGEST:
                self._below[code[:ITEM]] = self._below.get(code[:ITEM], 0) | here | perhaps

    def goods(self, code: str) -> tuple[int, int]:
        """Return the sheets whose goods hold a code, and those that hold it perhaps."""
        cover, doubt = 0, self._below.get(code, 0)
        for mark in prefixes(code):
            found = self._sheets.get(mark)
            if found is not None:
                cover |= found[0]
                doubt |= found[1]
        return cover, doubt & ~cover
