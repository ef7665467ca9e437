"""Functions of Arrow that the columnar lane calls, by their names.

`pyarrow.compute` makes a function of Python, with its documentation, of each of three hundred, and
the methods of arrays load it too: that takes longer than pricing ten thousand lines.
"""

from __future__ import annotations

from typing import Any

from tariffcalc.batch.arrow_arrays import text_scalar

try:
    from pyarrow import _compute as arrow  # type: ignore[import-untyped]  # has no types
except ImportError:  # it need not be there: `compute` hands out what is in it
    import pyarrow.compute as arrow  # type: ignore[import-untyped]  # has no types


def take(values: Any, places: Any) -> Any:
    """Return the values at some places."""
    return arrow.call_function("take", [values, places])


def encoded(values: Any) -> Any:
    """Return values as numbers of a dictionary that has each of them once."""
    return arrow.call_function("dictionary_encode", [values])


def index_in(values: Any, held: Any) -> Any:
    """Return the place of each value among others, null where it is not among them."""
    options = arrow.SetLookupOptions(value_set=held, skip_nulls=False)
    return arrow.call_function("index_in", [values], options)


def fill_null(values: Any, value: Any) -> Any:
    """Return values with another in the place of nulls."""
    return arrow.call_function("coalesce", [values, value])


def if_else(flags: Any, values: Any, others: Any) -> Any:
    """Return values where there is a flag, and others elsewhere."""
    return arrow.call_function("if_else", [flags, values, others])


def cast(values: Any, kind: Any) -> Any:
    """Return values as another kind; what does not fit is an error."""
    return arrow.call_function("cast", [values], arrow.CastOptions.safe(kind))


def starts_with(texts: Any, start: str) -> Any:
    """Return which texts begin with some characters."""
    return arrow.call_function("starts_with", [texts], arrow.MatchSubstringOptions(start))


def matching(texts: Any, pattern: str) -> Any:
    """Return which texts are what a pattern describes, from their beginning to their end."""
    return holding(texts, f"^(?:{pattern})$")


def holding(texts: Any, pattern: str) -> Any:
    """Return in which texts there is something that a pattern describes."""
    options = arrow.MatchSubstringOptions(pattern)
    return arrow.call_function("match_substring_regex", [texts], options)


def is_any(flags: Any) -> bool:
    """Whether there is a flag that is set."""
    return bool(arrow.call_function("any", [flags]).as_py())


def sliced(texts: Any, start: int, past: int | None = None) -> Any:
    """Return texts from a character on, up to, not with, another."""
    options = arrow.SliceOptions(start, past)
    return arrow.call_function("utf8_slice_codeunits", [texts], options)


def replaced(texts: Any, old: str, new: str) -> Any:
    """Return texts with some characters in place of others."""
    options = arrow.ReplaceSubstringOptions(old, new)
    return arrow.call_function("replace_substring", [texts], options)


def joined(*texts: Any) -> Any:
    """Return texts put together of texts, row by row."""
    return arrow.call_function("binary_join_element_wise", [*texts, text_scalar("")])
