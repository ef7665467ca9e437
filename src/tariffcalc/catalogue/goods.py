"""The sheets over goods for all codes at once: for files of many codes."""

from __future__ import annotations

from tariffcalc.catalogue.tables import Tables
from tariffcalc.values.codes import prefixes

LONGEST = 10


class GoodsIndex:
    """What `Tables.goods` answers, from memory."""

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
            for shorter in prefixes(code):
                if shorter != code:
                    self._below[shorter] = self._below.get(shorter, 0) | here | perhaps

    def goods(self, code: str) -> tuple[int, int]:
        """Return the sheets whose goods hold a code, and those that hold it perhaps."""
        cover = doubt = 0
        for mark in prefixes(code):
            here, perhaps = self._sheets.get(mark, (0, 0))
            cover |= here
            doubt |= perhaps
        if len(code) < LONGEST:
            doubt |= self._below.get(code, 0)
        return cover, doubt & ~cover
