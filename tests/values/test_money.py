"""Money: what reads as an amount, and how an amount is rounded and shown."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tariffcalc.values.money import parse_amount, round_cents, show_money

D = Decimal


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        ("9.375", "9.38"),  # 187.50 at 5 %, Customs Notice 26-23
        ("9.365", "9.37"),  # half to even would give 9.36
        ("0.005", "0.01"),
        ("0.0049999999", "0.00"),
        ("2.674999", "2.67"),
        ("1", "1.00"),
    ],
)
def test_half_a_cent_goes_up(exact: str, rounded: str) -> None:
    assert str(round_cents(D(exact))) == rounded


def test_what_is_absurdly_large_is_rounded_too() -> None:
    assert round_cents(D("9" * 40 + ".005")) == D("9" * 40 + ".01")


@pytest.mark.parametrize("text", ["0", "100000.00", ".5", "5.", "-3.10", " 7 ", "00012"])
def test_plain_numbers_are_read(text: str) -> None:
    assert parse_amount(text) == D(text.strip())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "missing"),
        ("  ", "missing"),
        ("1,000.00", "write 1000.00"),
        ("1 000", "write 1000"),
        ("1\u00a0000", "write 1000"),
        ("1,234,56", "part no thousands"),
        ("1,234.567.89", "part no thousands"),
        ("€1,000.00", "currency sign"),
        ("$ -", "shows zero"),
        ("$5", "currency sign"),
        ("€5", "currency sign"),
        ("60%", "a share"),
        ("five", "not a plain number"),
        ("1e5", "not a plain number"),
        ("NaN", "not a plain number"),
        ("Infinity", "not a plain number"),
        ("--5", "not a plain number"),
        ("+5", "not a plain number"),
        ("1_000", "not a plain number"),
        (".", "not a plain number"),
        ("1.2.3", "not a plain number"),
        ("\u0663", "not a plain number"),  # an Arabic three
        ("\u00b2", "not a plain number"),  # a superscript two
        ("9" * 41, "41 characters"),
    ],
)
def test_all_else_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_amount(text)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.decimals(-(10**12), 10**12, allow_nan=False, places=2))
def test_what_is_written_reads_back(amount: Decimal) -> None:
    assert parse_amount(f"{amount:f}") == amount
    assert D(show_money(amount).replace(",", "")) == amount


def test_thousands_are_set_apart_for_people() -> None:
    assert show_money(D("1234567.8")) == "1,234,567.80"
