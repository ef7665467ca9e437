"""Days written as ISO does, many at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from tariffcalc.batch.arrow_arrays import lengths_of, number_array
from tariffcalc.batch.arrow_calls import take

Ordinals = np.ndarray[Any, np.dtype[np.int64]]
"""Days as `date.toordinal` counts them; 0 is none."""

LENGTH = len("2018-07-01")
YEAR, MONTH, DAY, DASHES = [0, 1, 2, 3], [5, 6], [8, 9], [4, 7]
BEFORE = 719_163
"""The ordinal of 1970-01-01, from which NumPy counts."""


def plain_days(texts: Any) -> Ordinals:
    """Return the days of an array of texts without nulls, 0 where a text is no day as ISO has it.

    It is what `plain_day` reads one by one.
    """
    found = np.zeros(len(texts), np.int64)
    places = np.flatnonzero(lengths_of(texts) == LENGTH)
    if not places.size:
        return found
    chosen = take(texts, number_array(places))
    _, edges, data = chosen.buffers()
    start = int(np.frombuffer(edges, np.int32, 1, chosen.offset * 4)[0])
    signs = np.frombuffer(data, np.uint8, places.size * LENGTH, start).reshape(-1, LENGTH)
    year, month, day = (_number(signs[:, part]) for part in (YEAR, MONTH, DAY))
    is_day = (signs[:, DASHES] == ord("-")).all(axis=1) & (year > 0) & (day > 0)
    is_day &= (month > 0) & (month <= 12)
    months = (12 * (year - 1970) + month - 1) * is_day
    first, past = (
        (months + more).astype("M8[M]").astype("M8[D]").astype(np.int64) for more in (0, 1)
    )
    found[places] = np.where(is_day & (first + day <= past), first + day - 1 + BEFORE, 0)
    return found


def months_of(days: Ordinals) -> np.ndarray[Any, Any]:
    """Return the months of days, as NumPy counts them."""
    return (days - BEFORE).astype("M8[D]").astype("M8[M]").astype(np.int64)


def month_name(month: int) -> str:
    """Return the name of a month.

    >>> month_name(584)
    '2018-09'
    """
    return str(np.datetime64(month, "M"))


def _number(signs: np.ndarray[Any, np.dtype[np.uint8]]) -> Ordinals:
    """Return the number that each row of signs writes, -1 where one of them is no digit."""
    digits = signs.astype(np.int64) - ord("0")
    is_number = ((digits >= 0) & (digits <= 9)).all(axis=1)
    powers = 10 ** np.arange(digits.shape[1] - 1, -1, -1)
    return np.where(is_number, digits @ powers, -1)
