"""Words that look like one that is misspelt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

ALIKE = 60
"""Percentage of equal signs in the same order from which on two words look alike."""

KINDS, MOST = 32, 16
"""Kinds of signs that are told apart, letters among them, and how many of a kind are counted."""

EVERY = (1 << KINDS * MOST) - 1
"""The signs of a word that has more of a kind: it may look like any other."""


def nearest(word: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Return the known words that look most like `word`, best first.

    It is what `difflib` finds. That takes milliseconds among a thousand words, of which a file with
    the wrong column under some name asks for each of its rows: most words have too few signs in
    common with another, whatever their order, and are left out at once.

    >>> nearest("chnia", ["china", "india", "united states"])
    ['china', 'india']
    """
    signs, likely = _signs(word), list[str]()
    for size, words in _by_size(tuple(known)):
        needed = -(-ALIKE * (len(word) + size) // 200)
        if needed <= min(len(word), size):
            likely += [one for one, own in words if (signs & own).bit_count() >= needed]
    if not likely:
        return []
    import difflib  # takes its time

    return difflib.get_close_matches(word, likely, n=most, cutoff=ALIKE / 100)


@lru_cache(maxsize=16)
def _by_size(known: tuple[str, ...]) -> list[tuple[int, list[tuple[str, int]]]]:
    """Return words with their signs, those of a length together."""
    found: dict[int, list[tuple[str, int]]] = {}
    for word in known:
        found.setdefault(len(word), []).append((word, _signs(word)))
    return [*found.items()]


def _signs(word: str) -> int:
    """Return the signs of a word as a set of bits: as many bits of a kind as it has signs."""
    counts = Counter([ord(sign) % KINDS for sign in word])
    if max(counts.values(), default=0) > MOST:
        return EVERY
    return sum([(1 << count) - 1 << MOST * kind for kind, count in counts.items()])
