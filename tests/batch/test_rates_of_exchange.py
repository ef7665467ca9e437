"""Values in other currencies: on columns they become what the Python lane makes of them."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("pyarrow")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from tests.batch.invoices import HEADER, good_row  # noqa: E402
from tests.batch.test_arrow import written  # noqa: E402

from tariffcalc.batch.arrow_rates import as_fraction  # noqa: E402
from tariffcalc.batch.lines import LinePricer  # noqa: E402
from tariffcalc.values.exchange import ExchangeRates, parse_rates  # noqa: E402

FIRST = date(2017, 12, 20)


def series() -> ExchangeRates:
    """Return some rates of every working day but for a gap, in which none is known."""
    chance = random.Random(7)
    days = (FIRST + timedelta(days=count) for count in range(3300))
    rows = [
        f"{day},{currency},{chance.randrange(11_000, 15_000) / 10_000:.4f}"
        for day in days
        for currency in ("USD", "EUR")
        if day.weekday() < 5 and not date(2021, 3, 1) < day < date(2021, 4, 1)
    ]
    return parse_rates("\n".join(["date,currency,rate", *rows]), "rates.csv")


RATES = series()


@settings(max_examples=400)
@given(
    st.decimals("0.0001", "99999999", places=4),
    st.decimals("0.001", "2000", places=4) | st.decimals("0.01", "20", places=9),
    st.booleans(),
)
def test_a_fraction_rounds_as_the_rate_does(value: Decimal, rate: Decimal, turned: bool) -> None:
    fx = 1 / rate if turned else rate
    fraction = as_fraction(fx)
    assert fraction is not None
    part, whole, is_turned = fraction
    cents, rest = divmod(int(value * 10_000) * part, whole * 100)
    if is_turned and 2 * rest == whole * 100:
        return  # left to the Python lane
    exact = (value * fx).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert exact * 100 == cents + (2 * rest >= whole * 100)


@pytest.mark.parametrize(
    "fx",
    [
        "1.0000000001",
        "0.1428571428571428571",
        "1" * 19,
        "1" * 30,
        "0.0000000001",
        "1000001",
        "1E+8",
    ],
)
def test_rates_of_unusual_size_are_for_the_python_lane(fx: str) -> None:
    assert as_fraction(Decimal(fx)) is None


@pytest.mark.parametrize("rates", [RATES, None])
def test_files_in_other_currencies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rates: ExchangeRates | None
) -> None:
    """Rates of the file and of a series, by the day of shipping or entry; none; the wrong way."""
    monkeypatch.setattr("tariffcalc.batch.arrow_reading.SIZE", 5000)
    chance = random.Random(11)
    path = tmp_path / "in.csv"
    currency, shipped, entered, value = (
        HEADER.index(name) for name in ("currency", "shipped_date", "entry_date", "customs_value")
    )
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*HEADER, "fx"])
        for number in range(900):
            row = good_row(number, chance)
            row[currency] = chance.choice(["", "USD", "CAD", "EUR", "usd", "XAU", "MXN"])
            if chance.random() < 0.1:
                row[value] = chance.choice(["C$ ", "US$", "CAD ", "$"]) + row[value]
            if chance.random() < 0.3:
                left = date.fromisoformat(row[entered]) - timedelta(days=chance.randrange(40))
                row[shipped] = left.isoformat()
            fx = chance.choice(
                ["", "", "", "1.3524", "0.74", "1", "0.0333", "x", "-1", "1.35240000"]
            )
            writer.writerow([*row, fx])
    python = written(path, "python", rates=rates)
    assert written(path, "arrow", rates=rates) == python
    assert b"fx-direction" in python[0]
    assert b"two-currencies" in python[0]
    assert b"rate-without-currency" in python[0]


def test_a_tie_that_the_engine_does_not_see_is_none(tmp_path: Path) -> None:
    """A third of 3.015 is 1.005, but 3.015 times 0.33...3 in 28 digits is a little less: 1.00."""
    thirds = parse_rates("date,currency,rate\n2024-03-01,USD,3", "rates.csv")
    path = tmp_path / "in.csv"
    lines = [
        f"2024-03-01,US,NZ,76011060,{value},CAD,1%" for value in ("3.015", "3.0151", "150.015")
    ]
    head = "entry_date,importer,origin,classification,customs_value,currency,base_rate"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    assert written(path, "arrow", rates=thirds) == written(path, "python", rates=thirds)


def test_rows_in_another_currency_are_priced_on_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By hand: 1,000.55 x 1.3524 = 1,353.14382, to the cent 1,353.14; 5 % GST of it is 67.66."""
    path = tmp_path / "in.csv"
    lines = [f"2024-03-{day:02},CA,GB,72223000,{day}000.55,USD," for day in range(1, 29)]
    lines[0] += "1.3524"
    head = "entry_date,importer,origin,classification,customs_value,currency,fx"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    python = written(path, "python", rates=RATES)
    first = b"2024-03-01,CA,GB,72223000,1000.55,USD,1.3524,ok,0.00,,0.00,0.00,0.00,67.66,67.66,"
    assert python[0].startswith(first)
    monkeypatch.setattr(LinePricer, "price_odd", None)
    assert written(path, "arrow", rates=RATES) == python
