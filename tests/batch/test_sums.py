"""The sums of a summary and the rows under them: what is not known is counted beside each sum."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.batch.invoices import good_row
from tests.batch.test_pipeline import five_percent_broken, read, run, save

from tariffcalc import Catalogue

CURRENCIES = {"US": "USD", "CA": "CAD"}


def rows_with_gaps() -> list[Sequence[str]]:
    """Rows of which base duties, charges, fees, or what is owed since are not known."""
    chance = random.Random(11)
    rows: list[Sequence[str]] = [good_row(line, chance) for line in range(400)]
    rows += [row for row, _, _ in five_percent_broken()[:200]]
    for day in ("2020-09-30", "2026-05-01", "2026-10-01"):
        for importer, origin in (("US", "CA"), ("US", "DE"), ("CA", "US"), ("US", "CN")):
            for code in ("2203.00.00", "0409.00.00", "9403.20.00", "8517.13.00", "7616.99.51"):
                rows.append(["1", "", importer, day, "", origin, code, "1000.00", *[""] * 8])
    for code, steel in (("8711.50.00", ""), ("2204.21.20", ""), ("8711.50.00", "10.00")):
        refused = ["1", "", "US", "2026-10-01", "", "CA", code, "1000.00", *[""] * 8]
        refused[10] = steel
        rows.append(refused)
    return rows


def counted(rows: Sequence[dict[str, str]]) -> dict[str, dict[str, Any]]:
    """Count by hand what the priced rows themselves say is not known, and add up their charges."""
    found: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(Counter))
    for row in rows:
        if row["status"] not in ("ok", "partial"):  # on a refused line nothing is payable
            continue
        own = found[CURRENCIES[row["importer"]]]
        own["whole"]["duty"] += row["total_duty"] == "unknown"
        own["whole"]["payable"] += row["payable"] == "unknown"
        own["whole"]["refundable"] += row["refundable"] == ""
        charges = f"base_duty={row['base_duty']};{row['charges']}"
        for charge in filter(None, charges.split(";")):
            measure, amount = charge.split("=")
            own["measure"][measure] += amount == "unknown"
            own["owed"][measure] += 0 if amount == "unknown" else Decimal(amount)
        code = "".join(filter(str.isdigit, row["classification"]))
        for kind, name in (
            ("chapter", code[:2]), ("origin", row["origin"]), ("month", row["entry_date"][:7]),
        ):  # fmt: skip
            own[kind][name] += row["total_duty"] == "unknown"
    return found


@pytest.mark.parametrize("engine", ["python", "arrow"])
def test_sums_say_how_many_lines_they_leave_out(
    catalogue: Catalogue, tmp_path: Path, engine: str
) -> None:
    if engine == "arrow":
        pytest.importorskip("pyarrow")
    clean = [row for row in rows_with_gaps() if len(row[5]) == 2 and len(row[3]) == 10]
    source = save(tmp_path / "in.csv", clean)
    told = run(catalogue, source, tmp_path / "out.csv", engine=engine).summary
    rows = [row for row in read(tmp_path / "out.csv") if row["status"] != "error"]
    expected = counted(rows)
    assert set(told["currencies"]) == set(expected) == {"USD", "CAD"}
    for currency, sums in told["currencies"].items():
        own = expected[currency]
        assert own["whole"]["duty"] > 0
        for name in ("duty", "payable", "refundable"):
            assert sums[f"{name}_unknown"] == own["whole"][name], name
        for kind in ("chapter", "origin", "month"):
            for name, one in sums[f"by_{kind}"].items():
                assert one["duty_unknown"] == own[kind][name], (kind, name)
        assert sums["by_measure_unknown"] == {k: n for k, n in sorted(own["measure"].items()) if n}
        owed = {name: Decimal(amount) for name, amount in sums["by_measure"].items()}
        assert owed == {k: n for k, n in own["owed"].items() if n or k == "base_duty"}
    partial = sum(sums["payable_unknown"] for sums in told["currencies"].values())
    assert partial == told["statuses"]["partial"]
