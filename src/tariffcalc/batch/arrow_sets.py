"""Sets of numbers as sorted arrays.

`np.unique` and what is built on it do the same, but in some versions of NumPy import its masked
arrays, which takes a hundredth of a second.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Numbers = np.ndarray[Any, Any]

SPREADING = np.int64(-7046029254386353131)
"""An odd number of 64 bits, the golden section of 2**64: its powers have little in common."""


def distinct(numbers: Numbers) -> Numbers:
    """Return the distinct numbers of an array in order.

    >>> distinct(np.array([7, 2, 7])).tolist()
    [2, 7]
    """
    ordered: Numbers = np.sort(numbers)
    return ordered[_is_first(ordered)]


def numbered(numbers: Numbers) -> tuple[Numbers, Numbers]:
    """Return the distinct numbers in order, and which of them each number is.

    >>> [part.tolist() for part in numbered(np.array([7, 2, 7]))]
    [[2, 7], [1, 0, 1]]
    """
    order = np.argsort(numbers)
    ordered = numbers[order]
    is_first = _is_first(ordered)
    places = np.empty(numbers.size, np.int64)
    places[order] = np.cumsum(is_first) - 1
    return ordered[is_first], places


def rows_of(columns: Numbers) -> tuple[Numbers, list[bytes], Numbers]:
    """Return the distinct rows of some columns, the same as bytes, and which of them each row is.

    Args:
        columns: Numbers below 2**31.

    >>> rows, _, places = rows_of(np.array([[4, 4, 5, 4], [1, 1, 1, 0]]))
    >>> sorted(rows.tolist()), rows[places].tolist()
    ([[4, 0], [4, 1], [5, 1]], [[4, 1], [4, 1], [5, 1], [4, 0]])
    """
    first, places = _alike(columns)
    chosen = columns[:, first].T
    # As bytes they are kept by the ten thousand: half as wide while numbers are small.
    kind = np.uint16 if int(chosen.max(initial=0)) < 1 << 16 else np.int32
    rows = np.ascontiguousarray(chosen.astype(kind))
    return rows, rows.view(f"V{rows.shape[1] * rows.itemsize}").ravel().tolist(), places


def _alike(columns: Numbers) -> tuple[Numbers, Numbers]:
    """Return the place of one of each set of equal rows, and which of them each row is.

    Equal rows have equal sums of their numbers times some large odd ones. Should others have the
    same sum, which the comparison tells, every row stands for itself.
    """
    sums = np.zeros(columns.shape[1], np.int64)
    for column in columns:
        sums *= SPREADING
        sums += column
    sums, places = numbered(sums)
    first = np.zeros(sums.size, np.intp)
    first[places] = np.arange(places.size)
    if (columns[:, first[places]] == columns).all():
        return first, places
    return np.arange(columns.shape[1]), np.arange(columns.shape[1])


def common(first: Numbers, second: Numbers) -> Numbers:
    """Return the numbers that are in both of two sets.

    >>> common(np.array([1, 3, 5]), np.array([2, 3, 5, 9])).tolist()
    [3, 5]
    """
    ordered: Numbers = np.sort(np.concatenate([first, second]))
    return ordered[1:][~_is_first(ordered)[1:]]


def _is_first(ordered: Numbers) -> Numbers:
    is_first = np.ones(ordered.size, bool)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    return is_first
