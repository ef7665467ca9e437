"""Entries of several lines, with all that can be declared: each line and all sums are `quote`'s."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from tests.batch.test_equality import SETTINGS, WIDE, cells_of, opened, wide

from tariffcalc.batch.job import Job
from tariffcalc.batch.pipeline import Outcome, price_file
from tariffcalc.engine.answer import LineAnswer

HEADER = ("entry", *WIDE, "filed_duty")
OF_ENTRY = ("importer", "entry_date", "shipped_date", "currency", "fx", "mode", "province")
CURRENCIES = {"US": "USD", "CA": "CAD"}
Row = dict[str, str]


@st.composite
def lines(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Lines of two entries at most, one into each country, in any order."""
    found = draw(st.lists(wide(), min_size=1, max_size=8))
    firsts: dict[str, dict[str, Any]] = {}
    for line in found:
        first = firsts.setdefault(line["importer"], {**line})
        for name in OF_ENTRY:
            line.pop(name, None)
            if name in first:
                line[name] = first[name]
    return found


def price(folder: Path, rows: Sequence[Sequence[str]], engine: Any) -> tuple[bytes, Outcome]:
    source, output = folder / "in.csv", folder / "out.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows])
    job = Job(str(source), str(output), quiet=True, force=True, engine=engine)
    outcome = price_file(job, opened())
    return output.read_bytes(), outcome


def known(text: str) -> Decimal | None:
    return Decimal(text) if text not in ("", "unknown", "prohibited") else None


def total(rows: Sequence[Row], name: str) -> Decimal | None:
    parts = [known(row[name]) for row in rows]
    return None if None in parts else sum(filter(None, parts), Decimal(0))


def check_line(row: Row, answer: LineAnswer) -> None:
    base, *others = answer.charges
    duty = [charge.amount for charge in answer.charges]
    owed = None if None in duty else sum(filter(None, duty), Decimal(0))
    told = dict(part.split("=") for part in filter(None, row["charges"].split(";")))
    assert {name: known(text) for name, text in told.items()} == {
        charge.measure: charge.amount for charge in others
    }
    assert (known(row["base_duty"]), known(row["total_duty"])) == (base.amount, owed)
    less = None if owed is None else Decimal("100.05") - owed
    assert known(row["filed_minus_computed"]) == less


def check_sums(rows: Sequence[Row], told: Mapping[str, Any]) -> None:
    """The summary adds up what is known of lines that may be entered."""
    assert told["lines"] == len(rows)
    allowed = [row for row in rows if row["status"] != "prohibited"]
    for name in ("payable", "refundable"):
        parts = [known(row[name]) or Decimal(0) for row in allowed]
        if "partial" not in {row["status"] for row in rows}:
            assert Decimal(told[name]) == sum(parts)


@seed(20240701)
@settings(SETTINGS, max_examples=30)
@given(lines())
def test_whole_entries(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[dict[str, Any]]
) -> None:
    pytest.importorskip("pyarrow")
    folder = tmp_path_factory.mktemp("entries")
    rows = [cells_of({**line, "entry": "A", "filed_duty": "100.05"}, HEADER) for line in drawn]
    (python, outcome), (arrow, _) = (price(folder, rows, name) for name in ("python", "arrow"))
    assert arrow == python
    found = list(csv.DictReader(python.decode().splitlines()))
    assert [[row[name] for name in HEADER] for row in found] == rows
    for importer, currency in CURRENCIES.items():
        own = [row for row in found if row["importer"] == importer]
        entered = [line for line in drawn if line["importer"] == importer]
        if not own:
            continue
        body = [{k: v for k, v in line.items() if k not in OF_ENTRY} for line in entered]
        of_entry = {name: entered[0].get(name) for name in OF_ENTRY}
        quote = opened().law().quote(opened().shipment(**of_entry, lines=body))
        for row, answer in zip(own, quote.lines, strict=True):
            check_line(row, answer)
            parts = [known(row[name]) for name in ("total_duty", "fees", "taxes")]
            owed = None if None in parts else sum(filter(None, parts), Decimal(0))
            assert known(row["payable"]) == owed
        if quote.status != "prohibited":
            assert total(own, "fees") == quote.totals.fees
            assert total(own, "taxes") == quote.totals.taxes
            assert total(own, "payable") == quote.totals.payable
            assert total(own, "since_payable") == quote.since.payable
        check_sums(own, outcome.summary["currencies"][currency])
