"""Base duties on quantities: on columns they are what the Python lane makes of them."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("pyarrow")

from tests.batch.test_arrow import new_pricer, written  # noqa: E402
from tests.batch.test_equality import opened  # noqa: E402

from tariffcalc.batch.csv_form import CsvForm  # noqa: E402
from tariffcalc.batch.lines import LinePricer  # noqa: E402
from tariffcalc.batch.rows import Block  # noqa: E402

HEADER = (
    "importer", "entry_date", "origin", "classification", "customs_value", "quantity", "unit",
    "claims", "filed_duty", "base_rate",
)  # fmt: skip
UNITS = (
    "kg",
    "kg",
    "KGM",
    "g",
    "t",
    "lb",
    "no",
    "liter",
    "L",
    "doz",
    "pr",
    "",
    "m2",
    "hundred",
    "?",
)
ORIGINS = ("NZ", "DE", "JP", "CA", "MX", "CN", "CU", "US")
QUANTITIES = (
    "", "1", "12.5", "0.333", "1,200", "1234.5678", "99999999", "0", "x", "100000000000", "-1",
)  # fmt: skip


def write(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER, *rows])


@pytest.mark.parametrize(
    ("code", "value", "quantity", "unit", "base"),
    [
        ("0402.21.05", "5000", "1234.5", "kg", "40.74"),  # 3.3 cents a kg: 40.7385
        ("0402.21.05", "5000", "12345", "g", "0.41"),  # 12.345 kg: 0.407385
        ("0402.21.05", "5000", "2.5", "t", "82.50"),
        ("0402.21.05", "5000", "100", "lb", "1.50"),  # 45.359237 kg: 1.496854...
        ("0402.21.05", "5000", "5", "kg", "0.17"),  # 0.165, half up
        ("0405.20.70", "1000.10", "10.5", "kg", "92.40"),  # 70.4 cents a kg + 8.5 %: 92.4005
        ("2204.10.00", "90", "7.5", "L", "1.49"),  # 19.8 cents a liter: 1.485, half up
        ("0402.21.05", "5000", "7", "liter", "unknown"),
        ("0402.21.05", "5000", "7", "", "unknown"),
    ],
)
def test_a_duty_by_weight_worked_by_hand(
    tmp_path: Path, code: str, value: str, quantity: str, unit: str, base: str
) -> None:
    path = tmp_path / "in.csv"
    write(path, [["US", "2024-03-01", "NZ", code, value, quantity, unit, "", "", ""]])
    python = written(path, "python")
    assert python[0].decode().split(",")[len(HEADER) + 1] == base
    assert written(path, "arrow") == python


def rows_of(chance: random.Random, count: int) -> list[list[str]]:
    """Return rows under rates by weight, piece and volume, some with a share of the value."""
    asked = opened().store.connection.execute(
        "SELECT DISTINCT importer, code FROM rate WHERE general LIKE '%¢%' OR general LIKE '%$%'"
    )
    codes = [*chance.sample(sorted(asked), 150), *[("US", "7601.10.60")] * 30]
    rows = []
    for _ in range(count):
        importer, code = chance.choice(codes)
        day = f"{chance.randint(2018, 2026)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        rows.append(
            [
                importer, day, chance.choice(ORIGINS), code,
                chance.choice(("0.01", "12.34", "5000", "1234567.89", "99999999.9999")),
                chance.choice(QUANTITIES), chance.choice(UNITS), chance.choice(("", "", "usmca")),
                chance.choice(("", "", "12.34", "0")), chance.choice(("", "", "", "2.5¢/kg")),
            ]
        )  # fmt: skip
    return rows


def test_quantities_of_all_sorts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With bounds and without, in units of all kinds, plain and not."""
    rows = rows_of(random.Random(5), 1500)
    path = tmp_path / "in.csv"
    write(path, rows)
    python = written(path, "python")
    odd: list[Sequence[str]] = []
    price_odd = LinePricer.price_odd

    def noted(pricer: LinePricer, cells: Sequence[str], number: int) -> Any:
        odd.append(cells)
        return price_odd(pricer, cells, number)

    monkeypatch.setattr(LinePricer, "price_odd", noted)
    assert written(path, "arrow") == python
    plain = [row for row in odd if row[5] in ("1", "12.5", "1,200") and row[6] in ("kg", "g")]
    assert len(plain) < len(rows) // 50


def read_by_row(own: tuple[str, ...], rows: list[list[str]]) -> list[int]:
    """Print rows as they are written, and return the numbers of those that are not ordinary."""
    one, other = new_pricer(own), new_pricer(own)
    form = CsvForm(",", "\n", len(own))
    printer = one.printer(form)
    by_row: list[int] = []
    price = one.price
    printer._price = lambda cells, number: by_row.append(number) or price(cells, number)
    printed = printer.print(Block([*map(form.start, rows)], rows), 2)
    assert printed == [form.row(row, other.price(row, n)) for n, row in enumerate(rows, 2)]
    assert one.tally.as_json() == other.tally.as_json()
    return by_row


def test_a_line_without_contents_is_printed_in_a_file_that_has_some() -> None:
    """Most lines of a file with columns of contents declare none, and are no less ordinary."""
    more = (("", ""), ("", ""), ("1.00", ""), ("", "0.00"), ("5%", "2.50"))
    rows = [[*row[:5], *more[n % 5]] for n, row in enumerate(rows_of(random.Random(7), 1500))]
    by_row = read_by_row((*HEADER[:5], "steel", "add_cvd"), rows)
    plain = [n for n, row in enumerate(rows, 2) if row[3] == "7601.10.60" and not any(row[5:])]
    assert len(plain) > 10
    assert sum(number in by_row for number in plain) < len(plain) // 3  # the first of a kind


def test_a_line_with_a_quantity_is_printed_as_its_row_is_written() -> None:
    """A quantity that no duty is on makes a row no less ordinary."""
    rows = [row[:8] for row in rows_of(random.Random(6), 1500)]
    by_row = read_by_row(HEADER[:8], rows)
    aluminum = [n for n, row in enumerate(rows, 2) if row[3] == "7601.10.60" and row[5] == "12.5"]
    assert len(aluminum) > 10
    assert sum(number in by_row for number in aluminum) < len(aluminum) // 3  # the first of a kind
