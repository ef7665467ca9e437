"""Arrays of Arrow made of texts and of NumPy's numbers.

`pa.array` does the same, but imports pandas wherever it is installed, to ask whether it was given
one of its series; that takes longer than pricing a small file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types


def text_array(texts: Iterable[str]) -> Any:
    """Return an array of texts."""
    parts = [text.encode() for text in texts]
    edges = np.zeros(len(parts) + 1, np.int32)
    np.cumsum([*map(len, parts)], out=edges[1:])
    return texts_between(edges, pa.py_buffer(b"".join(parts)))


def text_scalar(text: str) -> Any:
    """Return a text as Arrow's functions take it."""
    return text_array([text])[0]


def texts_between(edges: Any, data: Any) -> Any:
    """Return an array of the texts that lie between edges in a buffer of UTF-8."""
    return pa.Array.from_buffers(
        pa.string(), max(0, edges.size - 1), [None, pa.py_buffer(edges), data]
    )


def number_array(numbers: Any, known: Any = None) -> Any:
    """Return an array of whole numbers, null where they are not known; it shares their memory."""
    kind = pa.int32() if numbers.dtype == np.int32 else pa.int64()
    assert numbers.dtype in (np.int32, np.int64), numbers.dtype
    bits = None if known is None else flag_bits(known)
    data = pa.py_buffer(np.ascontiguousarray(numbers))
    return pa.Array.from_buffers(kind, numbers.size, [bits, data])


def numbers_of(array: Any, kind: Any) -> Any:
    """Return the numbers of an array without nulls, of a kind of NumPy's as wide as theirs."""
    return np.frombuffer(array.buffers()[1], kind)[array.offset : array.offset + len(array)]


def lengths_of(texts: Any) -> Any:
    """Return the length of each text of an array, in bytes."""
    _, edges, _ = texts.buffers()
    return np.diff(np.frombuffer(edges, np.int32, len(texts) + 1, texts.offset * 4))


def flag_array(flags: Any) -> Any:
    """Return an array of yes and no."""
    return pa.Array.from_buffers(pa.bool_(), flags.size, [None, flag_bits(flags)])


def flags_of(array: Any) -> Any:
    """Return yes and no of an array without nulls."""
    _, bits = array.buffers()
    found = np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little")
    return found[array.offset : array.offset + len(array)].astype(bool)


def flag_bits(flags: Any) -> Any:
    """Return yes and no as the bits of a buffer."""
    return pa.py_buffer(np.packbits(flags, bitorder="little"))
