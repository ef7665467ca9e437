"""Files of invoice lines made from a seed, for tests."""

from __future__ import annotations

import random
from collections.abc import Sequence

HEADER = (
    "line", "description", "importer", "entry_date", "shipped_date", "origin", "classification",
    "customs_value", "currency", "claims", "steel", "quantity", "unit", "base_rate", "mode",
    "filed_duty",
)  # fmt: skip
CODES = {
    "US": ("7601.10.60", "7208.10.00.00", "8703.23.01.90", "0406.90.95", "8471300100"),
    "CA": ("7601.10.00", "7208.10.00.10", "8703.23.00.10", "0409.00.00", "8471300000"),
}
BROKEN = (
    ("classification", "7601"), ("origin", "Freedonia"), ("entry_date", "2025-02-30"),
    ("entry_date", "2016-05-01"), ("customs_value", "1e3"), ("claims", "usmcaa"),
    ("importer", ""), ("customs_value", "1,000.005"), ("quantity", "n/a"),
)  # fmt: skip
PLAIN = ("importer", "entry_date", "origin", "classification", "customs_value")
INGOT = ("US", "2020-07-10", "CA", "7601.10.60", "1000.00")
OVERLAY = """
id: us-test
title: A duty on all aluminum of Canada
importer: US
kind: additional_duty
authority: none
acts:
  - instrument: us-proclamation-10060
    paints:
      - {{from: 2020-07-01, origins: [CA], goods: [7601], duty: {rate}}}
"""
ORIGINS = {"US": ("CA", "CA", "MX", "CN", "DE"), "CA": ("US", "US", "MX", "CN")}


def good_row(line: int, chance: random.Random) -> list[str]:
    """Return a line that can be priced."""
    importer = chance.choice(("US", "CA"))
    day = f"{chance.randint(2018, 2026)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    value = chance.randint(1, 9_999_999)
    steel = f"{value // 300}.00" if chance.random() < 0.1 else ""
    return [
        str(line),
        chance.choice(("plain", "bars, rolled", 'tubes 12"', "=cmd|' /C calc'!A0", "é")),
        importer,
        day,
        "",
        chance.choice(ORIGINS[importer]),
        chance.choice(CODES[importer]),
        f"{value // 100}.{value % 100:02}",
        "",
        chance.choice(("", "", "usmca")),
        steel,
        *chance.choice((("", ""), ("", ""), ("100", "kg"))),
        "",
        chance.choice(("", "ocean", "truck")),
        "",
    ]


def as_lines(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return rows under the header."""
    return [list(HEADER), *map(list, rows)]


def some_lines(count: int) -> list[list[str]]:
    """Return lines of which one in ten is broken, or in words that the columnar lane leaves."""
    chance = random.Random(4)
    rows = [good_row(number, chance) for number in range(1, count + 1)]
    for row in rows[::10]:
        field, text = chance.choice(BROKEN)
        row[HEADER.index(field)] = text
    return rows


def lines_of_entries(count: int, entries: int) -> list[list[str]]:
    """Return lines with the number of an entry in front, here and there with spaces or blank."""
    chance = random.Random(5)
    whole = {str(number): good_row(number, chance) for number in range(entries)}
    for row in whole.values():
        row[HEADER.index("mode")] = "ocean"
    rows = []
    for line in range(count):
        number = str(chance.randrange(entries))
        own = good_row(line, chance)
        for name in ("importer", "entry_date", "origin", "classification", "mode"):
            own[HEADER.index(name)] = whole[number][HEADER.index(name)]
        rows.append([chance.choice((number, number, f" {number} ", "")), *own])
    return rows
