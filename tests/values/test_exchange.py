"""Exchange rates: the files as published, and which day's rate holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tariffcalc.values.exchange import ExchangeRates, parse_rates
from tariffcalc.values.issues import InputError

D = Decimal
PLAIN = "date,currency,rate\n2018-08-17,USD,1.30\n2018-08-20,USD,1.25\n2018-08-17,EUR,1.50\n"
VALET = """\
"TERMS AND CONDITIONS"
"https://www.bankofcanada.ca/terms/"

"SERIES"
"id","label","description"
"FXUSDCAD","USD/CAD","US dollar to Canadian dollar daily exchange rate"

"OBSERVATIONS"
"date","FXUSDCAD","FXEURCAD"
"2018-08-17","1.30","1.50"
"2018-08-20","1.25",""
"""
JSON = """{"terms": {"url": "x"}, "seriesDetail": {"FXUSDCAD": {"label": "USD/CAD"}},
"observations": [{"d": "2018-08-17", "FXUSDCAD": {"v": "1.30"}, "FXEURCAD": {"v": "1.50"}},
{"d": "2018-08-20", "FXUSDCAD": {"v": 1.25}, "FXEURCAD": {"v": ""}}]}"""
FILES = {"plain": PLAIN, "valet": VALET, "json": JSON}


@pytest.fixture(params=FILES)
def rates(request: pytest.FixtureRequest) -> ExchangeRates:
    return parse_rates(FILES[request.param], "rates")


@pytest.mark.parametrize(
    ("day", "published"),
    [(17, 17), (18, 17), (19, 17), (20, 20), (21, 20), (27, 20)],
)
def test_the_last_rate_published_by_the_day_holds(
    rates: ExchangeRates, day: int, published: int
) -> None:
    found = rates.price("USD", "CAD", date(2018, 8, day))
    assert found is not None
    assert found.day == date(2018, 8, published)
    assert found.rate == {17: D("1.30"), 20: D("1.25")}[published]


@pytest.mark.parametrize("day", [date(2018, 8, 16), date(2018, 8, 28), date(2031, 1, 1)])
def test_no_rate_before_the_first_or_of_more_than_a_week_ago(
    rates: ExchangeRates, day: date
) -> None:
    assert rates.price("USD", "CAD", day) is None


def test_a_rate_is_turned(rates: ExchangeRates) -> None:
    found = rates.price("CAD", "USD", date(2018, 8, 20))
    assert found is not None
    assert found.rate == D("0.8")


def test_an_empty_cell_is_no_rate(rates: ExchangeRates) -> None:
    found = rates.price("EUR", "CAD", date(2018, 8, 20))
    assert found is not None
    assert (found.rate, found.day) == (D("1.50"), date(2018, 8, 17))


def test_a_currency_not_held(rates: ExchangeRates) -> None:
    assert rates.price("GBP", "CAD", date(2018, 8, 20)) is None


@pytest.mark.parametrize("start", ["\ufeff", "\r\n", "  \n"])
def test_marks_and_empty_lines_in_front_do_no_harm(start: str) -> None:
    assert parse_rates(start + PLAIN.replace("\n", "\r\n"), "rates")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no exchange rates"),
        ("a,b\n1,2\n", "no exchange rates"),
        ("date,currency,rate\n", "no exchange rates"),
        ("{", "no exchange rates"),
        ("{}", "no exchange rates"),
        ('{"observations": 5}', "no exchange rates"),
        ('{"observations": [1]}', "no exchange rates"),
        ('{"observations": ' + "[" * 100_000, "no exchange rates"),
        ('date,currency,rate\n"' + "x" * 200_000, "no exchange rates"),
        ("date,currency,rate\n2018-08-17,USD,cheap\n", '"cheap"'),
        ("date,currency,rate\n2018-08-17,USD,0\n", "above zero"),
        ("date,currency,rate\n17.8.2018,USD,1.3\n", "YYYY-MM-DD"),
    ],
    ids=lambda text: text[:40],
)
def test_what_cannot_be_read_is_named(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        parse_rates(text, "rates.csv")
    assert "rates.csv" in str(refused.value)


def test_every_bad_row_is_named() -> None:
    text = "date,currency,rate\n2018-08-17,USD,x\n2018-08-20,USD,1.25\nsoon,USD,1.3\n"
    with pytest.raises(InputError) as refused:
        parse_rates(text, "rates.csv")
    assert len(refused.value.issues) == 2
