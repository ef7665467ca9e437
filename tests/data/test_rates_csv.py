"""The shipped schedules of base rates: order, periods, and what their texts mean.

The parser is held here against a second reading of the same texts that shares nothing with it:
a tally of the texts that cannot be computed, by the words that give them away, and the numbers
and units of those that can.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from tariffcalc.values.rates import RateError, parse_rate, tidy_rate

RATES = Path(__file__).parents[2] / "data" / "rates"
HEADER = ["code", "from", "until", "general", "special", "column_2", "known", "source"]
COVERED_FROM = "2018-01-01"


class Row(NamedTuple):
    code: str
    start: str
    until: str
    general: str
    special: str
    column_2: str
    known: str
    source: str


def read(country: str) -> list[Row]:
    with (RATES / f"{country}.csv").open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    assert header == HEADER
    return [Row(*row) for row in rows]


SCHEDULES = {country: read(country) for country in ("us", "ca")}
TEXTS = Counter(
    text
    for rows in SCHEDULES.values()
    for row in rows
    for text in (row.general, row.column_2)
    if text
)

# What gives a text away that value and one quantity cannot decide; the first that fits names it.
SIGNS = {
    "garment-set": r"each garment",
    "set-highest-rate": r"highest rate",
    "whole-article": r"article of which",
    "complete-movement": r"complete, assembled",
    "absent-subheading": r"absence of",
    "natural-juice": r"natural juice",
    "sugar-degrees": r"degrees",
    "watch-jewels": r"jewel",
    "per-article-parts": r"rifle|apparatus",
    "watch-parts": r"\bcase\b|\bstrap\b|\bmovement\b|battery",
    "content-value": r"value of the lead",
    "button-lines": r"/line",
    "see-note": r"U\.S\. note",
    "under-bond": r"bond",
    "several-units": r"[¢$].*\+.*[¢$]",
}
# Distinct texts and rows (general and column 2) of each sort in both schedules.
WORKED = {
    "parsed": (1202, 43090),
    "garment-set": (3, 85),
    "set-highest-rate": (1, 20),
    "whole-article": (2, 24),
    "complete-movement": (2, 8),
    "absent-subheading": (2, 4),
    "natural-juice": (1, 22),
    "sugar-degrees": (5, 48),
    "watch-jewels": (13, 49),
    "per-article-parts": (4, 12),
    "watch-parts": (119, 326),
    "content-value": (1, 12),
    "button-lines": (5, 12),
    "see-note": (5, 20),
    "under-bond": (1, 4),
    "several-units": (8, 24),
}

UNITS = {  # every unit that the two schedules print, with its one name
    "kg": "kg",
    "g": "g",
    "t": "t",
    "liter": "liter",
    "bbl": "bbl",
    "pf. liter": "pf. liter",
    "m": "m",
    "lin. m": "m",
    "lin. M": "m",
    "m2": "m2",
    "m3": "m3",
    "each": "each",
    "head": "each",
    "doz.": "doz.",
    "gross": "gross",
    "1000": "thousand",
    "1,000": "thousand",
    "1,000 pins": "thousand",
    "thousand": "thousand",
    "pr.": "pr.",
    "pack": "pack",
    "clean kg": "kg clean",
    "kg on drained weight": "kg drained weight",
    "kg on contents and container": "kg contents and container",
    "kg on entire contents of container": "kg entire contents of container",
    "kg, including weight of container": "kg weight including container",
    "t, including weight of container": "t weight including container",
    "kg of total sugars": "kg total sugars",
    "kg of anhydrous morphine content": "kg anhydrous morphine content",
    "kg on lead content": "kg lead content",
    "kg on magnesium content": "kg magnesium content",
    "kg on manganese content": "kg manganese content",
    "kg on molybdenum content": "kg molybdenum content",
    "kg on silicon content": "kg silicon content",
    "kg on tungsten content": "kg tungsten content",
    "m2 of recording surface": "m2 recording surface",
    "gross of immediate containers": "gross immediate containers",
}


def sort_of(text: str) -> str:
    return next((kind for kind, sign in SIGNS.items() if re.search(sign, text)), "parsed")


@pytest.mark.parametrize("country", SCHEDULES)
def test_rows_are_sorted_and_periods_do_not_overlap(country: str) -> None:
    rows = SCHEDULES[country]
    assert [(row.code, row.start) for row in rows] == sorted((row.code, row.start) for row in rows)
    for row in rows:
        assert re.fullmatch(r"\d{4}\.\d{2}\.\d{2}", row.code), row
        assert date.fromisoformat(row.start).isoformat() >= COVERED_FROM, row
        assert not row.until or row.start < date.fromisoformat(row.until).isoformat(), row
    for earlier, later in pairwise(rows):
        if earlier.code == later.code:
            assert earlier.until, later
            assert earlier.until <= later.start, later


@pytest.mark.parametrize("country", SCHEDULES)
def test_neighbouring_periods_that_say_the_same_are_one_row(country: str) -> None:
    rows = SCHEDULES[country]
    for earlier, later in pairwise(rows):
        if earlier.code == later.code and earlier.until == later.start:
            assert earlier[3:] != later[3:], later


@pytest.mark.parametrize("country", SCHEDULES)
def test_every_row_has_a_rate_a_mark_and_a_source(country: str) -> None:
    for row in SCHEDULES[country]:
        assert row.general, row
        assert row.known in ("primary", "secondary", "recall"), row
        assert row.source, row
        assert [tidy_rate(text) for text in row[3:6]] == list(row[3:6]), row


def test_preferences_are_those_between_the_three_countries() -> None:
    shapes = {
        "us": r"(Free|See [\d.-]+) \((CA|CA,MX|S|S\+)\)"
        r"|Free \(MX\)( The rate applicable to the natural juice in heading 2009 \(CA\))?",
        "ca": r"Free \(UST\)|N/A \(MFN rate applies\)",
    }
    for country, shape in shapes.items():
        for row in SCHEDULES[country]:
            assert not row.special or re.fullmatch(shape, row.special), row
    for row in SCHEDULES["us"]:  # NAFTA gave way to the USMCA on this day
        assert "(S" not in row.special or row.start >= "2020-07-01", row
        assert not re.search(r"CA|MX", row.special) or row.until <= "2020-07-01", row


def test_every_text_means_what_its_words_say() -> None:
    for text in TEXTS:
        expected = sort_of(text)
        try:
            rate = parse_rate(text)
        except RateError as fault:
            assert fault.kind == expected, text  # noqa: PT017
            continue
        assert expected == "parsed", text
        main, _, least = text.partition(" but not less than ")
        percents = [fraction(found) for found in re.findall(r"([\d./ ]+)%", main)]
        assert abs(Fraction(rate.ad_valorem) - sum(percents) / 100) < Fraction(1, 10**27), text
        money = [
            Fraction(dollars) if dollars else Fraction(cents) / 100
            for dollars, cents in re.findall(r"\$([\d.]+)|([\d.]+)¢", main)
        ]
        assert [Fraction(specific.amount) for specific in rate.specifics] == money, text
        units = re.findall(r"[\d.]+¢?(?:/| )((?:each|(?<=/)[^+%]+))(?: \+|$)", main)
        assert [specific.unit for specific in rate.specifics] == [UNITS[u] for u in units], text
        assert str(rate.at_least or "") == least, text


def fraction(text: str) -> Fraction:
    """Read a printed number such as "84 3/4"."""
    return sum((Fraction(part) for part in text.split()), Fraction(0))


def test_texts_that_cannot_be_computed_are_counted_by_kind() -> None:
    distinct = Counter(sort_of(text) for text in TEXTS)
    printed: Counter[str] = Counter()
    for text, times in TEXTS.items():
        printed[sort_of(text)] += times
    assert {kind: (distinct[kind], printed[kind]) for kind in distinct} == WORKED
