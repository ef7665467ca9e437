"""Exchange rates of a published series: the Bank of Canada's, or a plain date,currency,rate."""

from __future__ import annotations

import csv
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tariffcalc.values.days import parse_day
from tariffcalc.values.issues import InputError, Issue
from tariffcalc.values.money import parse_amount

OLDEST = 7
"""Days that a rate may be old: over a week-end and holidays the last one published holds."""

Row = tuple[str, str, str]
"""Day, pair of currencies such as USDCAD, rate."""


class Dated(NamedTuple):
    """A rate with the day on which it was published."""

    rate: Decimal
    day: date


class ExchangeRates:
    """Rates by pair of currencies and day."""

    def __init__(self, rates: Mapping[tuple[str, str], Mapping[date, Decimal]]) -> None:
        self._rates = {pair: dict(sorted(days.items())) for pair, days in rates.items()}
        self._days = {pair: list(days) for pair, days in self._rates.items()}

    def price(self, currency: str, into: str, day: date) -> Dated | None:
        """Return what one unit of `currency` costs in `into` on a day, or None if not known.

        The rate is that of the day, else the last one published before it, as the Currency
        Exchange for Customs Valuation Regulations (SOR/85-900) and 31 U.S.C. 5151 have it.
        """
        found = self._at((currency, into), day)
        if found:
            return found
        turned = self._at((into, currency), day)
        return Dated(1 / turned.rate, turned.day) if turned else None

    def _at(self, pair: tuple[str, str], day: date) -> Dated | None:
        days = self._days.get(pair, [])
        place = bisect_right(days, day)
        if not place or (day - days[place - 1]).days > OLDEST:
            return None
        return Dated(self._rates[pair][days[place - 1]], days[place - 1])


def parse_rates(text: str, name: str) -> ExchangeRates:
    """Read a file of rates.

    Takes the CSV and JSON of the Bank of Canada's Valet service as published (columns or keys such
    as FXUSDCAD), or a CSV with the columns date, currency, rate, where the rate is the price of one
    unit of the currency in Canadian dollars.

    Raises:
        InputError: naming each row that cannot be read.
    """
    rates: dict[tuple[str, str], dict[date, Decimal]] = defaultdict(dict)
    issues = []
    try:
        rows = list(_json_rows(text) if text.lstrip().startswith("{") else _csv_rows(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, csv.Error):
        rows = []
    for number, (day, pair, rate) in enumerate(rows, 1):
        try:
            price = parse_amount(rate)
            if price <= 0:
                raise ValueError(f'"{rate}" is not above zero')
            rates[pair[:3], pair[3:]][parse_day(day)] = price
        except ValueError as error:
            issues.append(Issue("bad-rate", "error", str(error), f"{name} rate {number}"))
    if not rows:
        message = "holds no exchange rates"
        hint = (
            "It takes the Bank of Canada's Valet CSV or JSON, or the columns date,currency,rate"
            " with rates in Canadian dollars."
        )
        issues.append(Issue("no-rates", "error", message, name, hint))
    if issues:
        raise InputError(issues)
    return ExchangeRates(rates)


def _json_rows(text: str) -> Iterator[Row]:
    for row in json.loads(text, parse_float=str, parse_int=str)["observations"]:
        for series, value in row.items():
            if series.startswith("FX") and isinstance(value, dict) and value.get("v"):
                yield row["d"], series[2:], value["v"]


def _csv_rows(text: str) -> Iterator[Row]:
    rows = csv.reader(text.lstrip("\ufeff").splitlines())
    for head in rows:
        names = [cell.strip().lower() for cell in head]
        if names[:3] == ["date", "currency", "rate"]:
            yield from ((row[0], f"{row[1].strip().upper()}CAD", row[2]) for row in _full(rows, 3))
            return
        if names and names[0] == "date" and any(name.startswith("fx") for name in names):
            pairs = [cell.strip().upper().removeprefix("FX") for cell in head]
            for row in _full(rows, 2):
                for pair, value in zip(pairs[1:], row[1:], strict=False):
                    if value.strip():
                        yield row[0], pair, value
            return


def _full(rows: Iterable[list[str]], least: int) -> Iterator[list[str]]:
    return (row for row in rows if len(row) >= least)
