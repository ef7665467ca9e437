"""Formulas as integers: rounding, fees and their bounds."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tariffcalc import Catalogue
from tariffcalc.batch.formula import RATE_UNIT, VALUE_UNIT, Fee, cents, levies_of, whole
from tariffcalc.batch.levied import Levied, flat_fee, short_fee
from tariffcalc.batch.result import effective_rate, money, show_share
from tariffcalc.engine.levies import assess
from tariffcalc.engine.shipment import Line, Shipment
from tariffcalc.values.days import parse_day
from tariffcalc.values.money import round_cents

RATES = ("0.1", "0.25", "0.125", "0.026", "0.003464", "2", "0.000001", "0")


@given(st.integers(1, 10**16), st.sampled_from(RATES))
def test_cents_round_half_up(value: int, rate: str) -> None:
    exact = Decimal(value) / VALUE_UNIT * Decimal(rate)
    assert cents(value, int(Decimal(rate) * RATE_UNIT)) == round_cents(exact) * 100


def test_a_tie_goes_up() -> None:
    assert cents(1875000, 50000) == 938  # 187.50 x 5 % = 9.375


@given(st.integers(0, 10**11), st.integers(1, 10**12))
def test_the_effective_rate_is_written_as_quote_writes_it(duty: int, value: int) -> None:
    exact = Decimal(duty) / 100, Decimal(value) / VALUE_UNIT
    assert effective_rate(duty, value) == show_share(*exact)


@given(st.integers(0, 10**16))
def test_money_is_written_to_the_cent(amount: int) -> None:
    assert money(amount) == f"{Decimal(amount) / 100:.2f}"


def test_what_is_no_whole_count_is_none() -> None:
    assert whole(Decimal("0.003464"), RATE_UNIT) == 3464
    assert whole(Decimal(1) / 3, RATE_UNIT) is None


@pytest.mark.parametrize("day", ["2018-03-01", "2020-08-20", "2025-12-01", "2026-10-02"])
def test_fees_are_those_of_the_engine(catalogue: Catalogue, day: str) -> None:
    levies = catalogue.store.tables("US").levies
    on, chance = parse_day(day), random.Random(day)
    for mode in (None, "ocean"):
        found = levies_of(levies, on, frozenset(), mode, None)
        for _ in range(200):
            value = Decimal(chance.randint(1, 10 ** chance.randint(1, 10))) / VALUE_UNIT
            line = Line("84713001", "DE", value)
            shipment = Shipment("US", on, (line,), mode=mode)
            assessed = assess(levies, shipment, [value], [value], [False])
            expected = {one.levy.id: one.amount for one in assessed}
            units = int(value * VALUE_UNIT)
            amounts = {fee.id: fee.amount(units, units) for fee in found.fees}
            assert amounts == {
                key: None if amount is None else amount * 100 for key, amount in expected.items()
            }
            for fee in found.fees:
                if not fee.unknown:
                    amount = fee.amount(units, units) or 0
                    assert short_fee(fee)(units) == (amount, money(amount))


@pytest.mark.parametrize("importer", ["US", "CA"])
def test_the_least_fee_is_paid_between_its_bounds(catalogue: Catalogue, importer: str) -> None:
    levies, seen = catalogue.store.tables(importer).levies, 0
    for year, mode in [(year, mode) for year in range(2018, 2027) for mode in (None, "ocean")]:
        on = parse_day(f"{year}-11-01")
        fees = [levy.id for levy in levies]
        levied = Levied(levies_of(levies, on, frozenset(), mode, None), fees)
        if not levied.is_plain:
            continue
        for value in (1, levied.over, levied.over + 1, levied.under - 1, levied.under, 10**11):
            if levied.over < value < levied.under:
                assert value < 0 or levied.fee(value) == levied.flat
                seen += 1
    assert seen >= 10


def test_no_fee_is_flat_where_two_are_paid_or_none_has_a_minimum() -> None:
    merchandise = Fee("us-mpf", 3464, 2679, 51971, None, None, False)
    harbor = Fee("us-hmf", 1250, None, None, None, None, False)
    for fees in ((merchandise, harbor), (harbor,)):
        _, over, under = flat_fee(fees)
        assert over >= under
    # 26.79 / 0.3464 % = 7,733.8337...: the least fee is more than the rate up to 7,733.8337
    assert flat_fee((merchandise,)) == ((2679, "26.79"), -1, 77_338_338)
    assert short_fee(merchandise)(77_338_337) == (2679, "26.79")


def test_a_fee_without_lines_is_nothing() -> None:
    fee = Fee("us-mpf", 3464, 2679, None, None, None, False)
    assert fee.amount(0, 10**9) == 0
    assert fee.amount(10**12, 10**12) == 34_640_000
