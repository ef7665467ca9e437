"""Arrays of Arrow made of texts and of NumPy's numbers.

`pa.array` does the same, but imports pandas wherever it is installed, to ask whether it was given
one of its series; that takes longer than pricing a small file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


class GrowingTexts:
    """Texts in an array that grows at its end: what it has is not copied each time."""

    def __init__(self, texts: Any) -> None:
        """Begin with an array of texts without nulls, which begins where its buffers do."""
        _, edges, data = texts.buffers()
        self._edges = np.frombuffer(edges, np.int32, len(texts) + 1).copy()
        self._data = np.frombuffer(data, np.uint8, self._edges[-1]).copy()
        self._count = len(texts)

    def add(self, texts: Sequence[str]) -> None:
        """Put texts behind those that are there."""
        parts = [text.encode() for text in texts]
        data = np.frombuffer(b"".join(parts), np.uint8)
        first, start = self._count + 1, int(self._edges[self._count])
        self._edges = _with_room(self._edges, first, first + len(parts))
        self._data = _with_room(self._data, start, start + data.size)
        self._edges[first : first + len(parts)] = start + np.cumsum([*map(len, parts)], dtype=int)
        self._data[start : start + data.size] = data
        self._count += len(parts)

    def array(self) -> Any:
        """Return the array, which stays as it is when more texts are added."""
        return texts_between(self._edges[: self._count + 1], pa.py_buffer(self._data))


def _with_room(held: Any, count: int, needed: int) -> Any:
    """Return numbers that have room for as many as are needed; the first ones count."""
    if needed <= held.size:
        return held
    roomy = np.empty(needed * 5 // 4, held.dtype)
    roomy[:count] = held[:count]
    return roomy


def number_array(numbers: Any, known: Any = None) -> Any:
    """Return an array of whole numbers, null where they are not known; it shares their memory."""
    kind = pa.int32() if numbers.dtype == np.int32 else pa.int64()
    assert numbers.dtype in (np.int32, np.int64), numbers.dtype
    bits = None if known is None else flag_bits(known)
    data = pa.py_buffer(np.ascontiguousarray(numbers))
    return pa.Array.from_buffers(kind, numbers.size, [bits, data])


def decimals(numbers: Sequence[int | None], places: int) -> Any:
    """Return an array of decimals from numbers in units of their last place; None is null."""
    known = np.array([number is not None for number in numbers], bool)
    return decimal_array(wide_of(numbers), known, places)


def wide_of(numbers: Iterable[int | None]) -> Any:
    """Return numbers as Arrow has decimals, two words each, the lower one first; None is 0."""
    parts = [(number or 0).to_bytes(16, "little", signed=True) for number in numbers]
    return np.frombuffer(b"".join(parts), np.int64).reshape(-1, 2)


def decimal_array(wide: Any, known: Any, places: int) -> Any:
    """Return an array of decimals from numbers of two words, null where they are not known."""
    bits = None if known.all() else flag_bits(known)
    return pa.Array.from_buffers(decimal_kind(places), len(wide), [bits, pa.py_buffer(wide)])


def decimal_kind(places: int) -> Any:
    """Return the type of decimals, in which no amount is too large."""
    return pa.decimal128(38, places)


def numbers_of(array: Any, kind: Any) -> Any:
    """Return the numbers of an array without nulls, of a kind of NumPy's as wide as theirs."""
    return np.frombuffer(array.buffers()[1], kind)[array.offset : array.offset + len(array)]


def bytes_of(texts: Any) -> Any:
    """Return the bytes of the texts of an array, one after the other."""
    _, edges, data = texts.buffers()
    if data is None or not len(texts):
        return np.zeros(0, np.uint8)
    ends = np.frombuffer(edges, np.int32, len(texts) + 1, texts.offset * 4)
    return np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]


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
