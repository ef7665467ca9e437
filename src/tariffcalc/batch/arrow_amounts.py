"""Plain decimal numbers of a column as integers, the others left to the Python lane."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_arrays import (
    flag_array,
    flags_of,
    number_array,
    numbers_of,
    text_scalar,
)
from tariffcalc.batch.arrow_calls import cast, if_else, matching, replaced, take
from tariffcalc.batch.arrow_columns import Flags
from tariffcalc.batch.arrow_tables import Amounts
from tariffcalc.batch.finder import HUGE
from tariffcalc.batch.formula import VALUE_UNIT
from tariffcalc.batch.numbers import Glance

POINT, ZERO = ".", ord("0")
LONGEST = 13
"""Characters of a number that may be below `HUGE`: eight digits, a point, four digits."""


def amounts_of(texts: Any, glance: Glance) -> tuple[Amounts, Flags]:
    """Return what `plain_amounts` does, also of amounts as spreadsheets show them.

    >>> from tariffcalc.batch.arrow_arrays import text_array
    >>> from tariffcalc.batch.numbers import GLANCES
    >>> texts = text_array(["$1,234.50", "7", "1.234,50"])
    >>> amounts_of(texts, GLANCES[False])[0].tolist(), amounts_of(texts, GLANCES[True])[0].tolist()
    ([12345000, 70000, 0], [0, 70000, 12345000])
    """
    found, is_read = plain_amounts(texts, glance.point)
    if glance.doubtful is not None:
        is_read &= ~flags_of(matching(texts, glance.doubtful))
        found = np.where(is_read, found, 0)
    others = np.flatnonzero(~is_read)
    if others.size and glance.shown is not None:
        shown = take(texts, number_array(others))
        ordinary = np.flatnonzero(flags_of(matching(shown, glance.shown)))
        plain = take(shown, number_array(ordinary))
        for mark in glance.marks:
            plain = replaced(plain, mark, "")
        places = others[ordinary]
        found[places], is_read[places] = plain_amounts(plain, glance.point)
    return found, is_read


def plain_amounts(texts: Any, point: str = POINT) -> tuple[Amounts, Flags]:
    """Return numbers below `HUGE` in ten-thousandths, and which texts are such numbers.

    A number is digits with at most one point, and one to four digits behind it. The conversion
    goes through 64-bit floats, which is exact here: such a number times 10,000 is a whole number
    below 2**50, and two roundings move it by less than a quarter.

    >>> from tariffcalc.batch.arrow_arrays import text_array
    >>> plain_amounts(text_array(["100.5", "1e3", "7", "5.", "1.00001"]))[0].tolist()
    [1005000, 0, 70000, 0, 0]
    """
    rows = len(texts)
    _, offsets, buffer = texts.buffers()
    edges = np.frombuffer(offsets, np.int32, rows + 1, texts.offset * 4)
    if not rows or buffer is None or edges[0] == edges[-1]:
        return np.zeros(rows, np.int64), np.zeros(rows, bool)
    data = np.frombuffer(buffer, np.uint8)[edges[0] : edges[-1]]
    starts, ends = edges[:-1] - edges[0], edges[1:] - edges[0]
    lengths = ends - starts
    ok = (lengths > 0) & (lengths <= LONGEST)
    is_point = data == ord(point)
    # Unsigned: what stands before "0" wraps round and is large as well.
    is_other = (data - np.uint8(ZERO) > 9) & ~is_point
    if is_other.any():
        ok[np.searchsorted(ends, np.flatnonzero(is_other), "right")] = False
    well = np.zeros(rows, np.int8)
    for back in range(2, 6):
        well += np.take(is_point, ends - back, mode="clip") & (lengths >= back)
    if np.count_nonzero(is_point) != int(well.sum()) or int(well.max()) > 1:
        points = np.bincount(
            np.searchsorted(ends, np.flatnonzero(is_point), "right"), minlength=rows
        )
        ok &= (points == well) & (points <= 1)
    if not ok.all():
        texts = if_else(flag_array(ok), texts, text_scalar("0"))
    if point != POINT:
        texts = replaced(texts, point, POINT)
    numbers = np.rint(numbers_of(cast(texts, pa.float64()), np.float64) * VALUE_UNIT).astype(
        np.int64
    )
    ok &= numbers < HUGE
    return np.where(ok, numbers, 0), ok


assert HUGE < 2**50
