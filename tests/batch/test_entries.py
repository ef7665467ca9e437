"""Entries of several lines: one fee, shared out to the cent."""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tariffcalc import Catalogue
from tariffcalc.batch.cells import CellReader
from tariffcalc.batch.columns import Defaults, map_columns
from tariffcalc.batch.entries import Entry, Kind, Weight, gather_entries, part
from tariffcalc.batch.formula import Fee
from tariffcalc.batch.lines import LinePricer
from tariffcalc.values.days import parse_day

HEADER = (
    "entry", "entry_date", "origin", "classification", "customs_value", "importer", "claims",
    "mode",
)  # fmt: skip
MPF = Fee("us-mpf", 3464, 2679, 51976, 214, 25_000_000, False)


def row(entry: str, value: str, claims: str = "", **told: str) -> list[str]:
    cells = {
        "entry": entry, "entry_date": "2020-08-20", "origin": "DE", "classification": "8471.30.01",
        "customs_value": value, "importer": "US", "claims": claims, "mode": "", **told,
    }  # fmt: skip
    return [cells[name] for name in HEADER]


def answers(catalogue: Catalogue, rows: list[list[str]]) -> list[dict[str, str]]:
    columns = map_columns(HEADER, {}, Defaults())
    pricer = LinePricer(catalogue, columns, columns.defaults, CellReader(catalogue.store))
    gather_entries(rows, pricer)
    return [
        dict(zip(pricer.columns, pricer.price(cells, number), strict=True))
        for number, cells in enumerate(rows, 2)
    ]


def fees(results: list[dict[str, str]]) -> Decimal:
    return sum((Decimal(result["fees"]) for result in results), Decimal(0))


def test_the_minimum_is_taken_once_an_entry(catalogue: Catalogue) -> None:
    rows = [row("A", "1000.00"), row("B", "3000.00"), row("A", "2000.00"), row("", "3000.00")]
    found = answers(catalogue, rows)
    assert [result["fees"] for result in found] == ["8.93", "26.79", "17.86", "26.79"]


def test_a_row_without_its_entry_says_so(catalogue: Catalogue) -> None:
    """As where a sheet shows the number once, in merged cells: whose row it is would be a guess."""
    found = answers(catalogue, [row("A", "3000.00"), row(" ", "2000.00"), row("", "x")])
    assert [result["fees"] for result in found] == ["26.79", "2.14", ""]
    assert [result["warnings"] for result in found] == [
        "",
        "entry-blank: taken as an entry of its own; write the number of its entry in each row",
        "",
    ]


@pytest.mark.parametrize("name", ['="A"', "'A", " A ", "\u200bA"])
def test_an_entry_is_one_however_a_spreadsheet_wrote_its_number(
    catalogue: Catalogue, name: str
) -> None:
    rows = [row("A", "1000.00"), row(name, "2000.00")]
    assert [result["fees"] for result in answers(catalogue, rows)] == ["8.93", "17.86"]


def test_the_maximum_is_taken_once_an_entry(catalogue: Catalogue) -> None:
    rows = [row("A", "100000"), row("A", "100000.01"), row("A", "100000")]
    for order in permutations(rows):
        assert fees(answers(catalogue, list(order))) == Decimal("519.76")


def test_exempt_lines_bear_nothing_but_count_for_the_informal_limit(catalogue: Catalogue) -> None:
    rows = [row("A", "2400.00"), row("A", "200.00", "usmca", origin="CA")]
    assert [result["fees"] for result in answers(catalogue, rows)] == ["26.79", "0.00"]
    rows = [row("A", "2300.00"), row("A", "200.00", "usmca", origin="CA")]
    assert [result["fees"] for result in answers(catalogue, rows)] == ["2.14", "0.00"]


def test_an_entry_too_large_for_section_321_is_not_free(catalogue: Catalogue) -> None:
    small = [row("A", "400.00", "section_321"), row("A", "400.00")]
    assert [result["fees"] for result in answers(catalogue, small)] == ["0.00", "2.14"]
    large = [row("A", "400.01", "section_321"), row("A", "400.00")]
    found = answers(catalogue, large)
    assert fees(found) == Decimal("2.14")
    assert found[0]["fees"] == "1.07"


def test_rows_that_cannot_be_read_are_left_out_and_told_of(catalogue: Catalogue) -> None:
    found = answers(catalogue, [row("A", "3000"), row("A", "3,0,00"), row("B", "3000")])
    assert [result["status"] for result in found] == ["ok", "error", "ok"]
    assert found[0]["fees"] == "26.79"
    assert found[0]["warnings"].startswith("entry-incomplete")
    # Canada has no fees, but limits of value such as the C$5,000 of SOR/2025-154, s. 5(a).
    assert "its fees and its limits of value leave out the rows" in found[0]["warnings"]
    assert found[2]["warnings"] == ""


def test_rows_of_other_days_are_other_entries(catalogue: Catalogue) -> None:
    rows = [row("A", "3000"), row("A", "3000", entry_date="2020-08-21"), row("A", "3000")]
    found = answers(catalogue, rows)
    assert [result["fees"] for result in found] == ["13.40", "26.79", "13.39"]
    assert all(result["warnings"].startswith("entry-split") for result in found)


def test_the_value_of_the_entry_decides_cases(catalogue: Catalogue) -> None:
    """Melted and poured in China: free up to 5,000 dollars a declaration."""
    steel = {
        "importer": "CA", "entry_date": "2025-09-01", "origin": "VN",
        "classification": "7208.51.00.10",
    }  # fmt: skip
    rows = [row("A", "4000", "cn_melted_poured", **steel)]
    alone = answers(catalogue, rows)
    together = answers(catalogue, rows * 2)
    one, two = (
        catalogue.law().quote(
            catalogue.shipment(
                importer="CA",
                entry_date="2025-09-01",
                lines=[
                    {
                        "origin": "VN", "classification": "7208510010", "customs_value": "4000",
                        "claims": ["cn_melted_poured"],
                    }
                ] * count,
            )
        )
        for count in (1, 2)
    )  # fmt: skip
    assert [r["additional_duty"] for r in alone] == [f"{one.totals.additional_duty:.2f}"]
    assert two.totals.additional_duty is not None
    shared = two.totals.additional_duty / 2
    assert [r["additional_duty"] for r in together] == [f"{shared:.2f}"] * 2
    assert alone[0]["additional_duty"] != together[0]["additional_duty"]


@given(st.lists(st.integers(1, 10**10), min_size=1, max_size=20), st.integers(0, 10**7))
def test_parts_add_up(values: list[int], amount: int) -> None:
    whole, before, shares = sum(values), 0, []
    for value in values:
        shares.append(part(amount, before + value, whole) - part(amount, before, whole))
        before += value
    assert sum(shares) == amount
    assert min(shares) >= 0


def test_the_first_pass_keeps_no_more_codes_than_the_second(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tariffcalc.batch.lane.CAP", 5)
    monkeypatch.setattr("tariffcalc.batch.finder.CAP", 5)
    columns = map_columns(HEADER, {}, Defaults())
    pricer = LinePricer(catalogue, columns, columns.defaults, CellReader(catalogue.store))
    rows = [row("A", "100", classification=f"84713001{number:02}") for number in range(40)]
    assert len(gather_entries(rows, pricer)) == 1
    (lane,) = pricer.finder.lanes.values()
    assert len(lane.goods) <= 5
    assert fees([dict(zip(pricer.columns, pricer.price(cells, 2), strict=True)) for cells in rows])


def test_memory_grows_with_entries_not_lines() -> None:
    entry = Entry(Kind(parse_day("2020-08-20"), None), 1)
    for _ in range(1000):
        entry.add(Weight(10_000, (0,)))
    assert entry.total == entry.bearing[0] == 10_000_000
    assert entry.freed is None
    chance = random.Random(5)
    shares = [entry.share(MPF, 0, 10_000, (0, False)) for _ in range(1000)]
    chance.shuffle(shares)
    assert sum(share or 0 for share in shares) == 214
