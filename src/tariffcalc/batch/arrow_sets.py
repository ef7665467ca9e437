"""Sets of numbers as sorted arrays.

`np.unique` and what is built on it do the same, but import the masked arrays of NumPy, which takes
a hundredth of a second.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Numbers = np.ndarray[Any, Any]


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
