"""Words that are misspelt: those that look like them are found, and found soon."""

from __future__ import annotations

import difflib
import random
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tariffcalc import Catalogue
from tariffcalc.values.nearest import ALIKE, nearest

WORDS = st.text("abcde fgxyz01é-", max_size=12)


@example("a" * 30, ["a" * 30], 3)
@example("value " + "_" * 40, ["Value " + "_" * 40, "_" * 60], 3)
@given(WORDS, st.lists(WORDS, max_size=8), st.integers(1, 4))
def test_the_words_are_those_of_difflib(word: str, known: list[str], most: int) -> None:
    assert nearest(word, known, most) == difflib.get_close_matches(word, known, most, ALIKE / 100)


def test_a_column_of_other_things_is_told_from_countries_at_a_glance(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = catalogue.law().sheets.store.country_names
    asked: list[int] = []
    look = difflib.get_close_matches

    def counted(word: str, known: Iterable[str], n: int, cutoff: float) -> list[str]:
        asked.append(len([*known]))
        return look(word, known, n, cutoff)

    monkeypatch.setattr(difflib, "get_close_matches", counted)
    chance = random.Random(8)
    for _ in range(200):
        nearest("".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=9)), names)
    assert nearest("untied kingdom", names)
    assert sum(asked) < 10 * 200 < len(names) * 200
