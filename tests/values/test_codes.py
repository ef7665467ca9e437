"""Tariff codes: digits, dots, and which code holds which."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tariffcalc.values.codes import digits_of, dotted, prefixes


@pytest.mark.parametrize(
    "text", ["7601.10.60", "76011060", "7601 10 60", "7601-10-60", "7601.1060"]
)
def test_dots_spaces_and_hyphens_fall_away(text: str) -> None:
    assert digits_of(text) == "76011060"


def test_a_leading_zero_stays() -> None:
    assert digits_of("0406.90.95") == "04069095"


@pytest.mark.parametrize(
    "text", ["", ".", "76O1", "7601/10", "7601.10.60\t", "\u0667\u0666", "76²1"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="other than digits"):
        digits_of(text)


@pytest.mark.parametrize(
    "code", ["76", "7601", "7601.10", "7601.10.60", "7601.10.60.30", "9903.85.01"]
)
def test_codes_are_dotted_as_the_schedules_print_them(code: str) -> None:
    assert dotted(digits_of(code)) == code


def test_a_code_is_held_by_its_chapter_heading_subheading_and_item() -> None:
    assert prefixes("7601106030") == ["", "76", "7601", "760110", "76011060", "7601106030"]
    assert prefixes("76011060") == ["", "76", "7601", "760110", "76011060"]


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.text("0123456789", min_size=2, max_size=10))
def test_dots_do_not_change_a_code(digits: str) -> None:
    assert digits_of(dotted(digits)) == digits
    assert all(digits.startswith(prefix) for prefix in prefixes(digits))
