"""Results in a file that has types: amounts are numbers, and what is not known is null."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tariffcalc import Catalogue
from tariffcalc.batch.job import Job
from tariffcalc.batch.pipeline import price_file
from tariffcalc.batch.typed import figures, places_of

pytest.importorskip("pyarrow")
pytest.importorskip("numpy")

import numpy as np
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from pyarrow import Table, parquet
from tests.batch.test_arrow import SPREAD, as_batch, lane, reference
from tests.batch.test_equality import ORDINARY, SETTINGS, WIDE, cells_of, wide

from tariffcalc.batch.arrow_batch import price_columns
from tariffcalc.batch.arrow_rows import ParquetWriter

HEADER = (*ORDINARY, "filed_duty")
LINES: tuple[tuple[str, dict[str, Any]], ...] = (
    (  # 100,000.00 at 10 %, 85 FR 49921, ended with retroactive effect by 85 FR 68709
        "2020-09-10,CA,7601.10.60,100000,US,usmca,9999.99",
        {
            "status": "ok", "payable": Decimal("10000.00"), "refundable": Decimal("10000.00"),
            "since_payable": Decimal("0.00"), "effective_rate": Decimal("0.1000"),
            "filed_minus_computed": Decimal("-0.01"), "us-232-aluminum": Decimal("10000.00"),
            "us-338-canada-ban": Decimal("0.00"), "warnings": None, "error_code": None,
        },
    ),
    (
        "2020-08-20,CA,7601.10.61,100000,US,,",
        {
            "status": "partial", "base_duty": None, "payable": None, "effective_rate": None,
            "us-232-aluminum": Decimal("10000.00"), "filed_minus_computed": None,
        },
    ),
    (
        "2026-09-30,CA,0404.10.05,100000,US,,",
        {
            "status": "prohibited", "payable": None, "us-338-canada-ban": None,
            "us-232-aluminum": Decimal("0.00"), "effective_rate": None,
        },
    ),
    (
        "2020-09-10,CA,76,100000,US,,",
        {
            "status": "error", "payable": None, "us-232-aluminum": None,
            "error_code": "bad-classification",
        },
    ),
    (  # as the first line, but of an amount that only the engine behind `quote` works out
        "2020-09-10,CA,7601.10.60,999999999999999.99,US,usmca,",
        {"payable": Decimal("100000000000000.00"), "effective_rate": Decimal("0.1000")},
    ),
)  # fmt: skip


@pytest.mark.parametrize("engine", ["python", "arrow"])
def test_amounts_are_decimals(catalogue: Catalogue, tmp_path: Path, engine: Any) -> None:
    csv, table = tmp_path / "in.csv", tmp_path / "in.parquet"
    csv.write_text("\n".join([",".join(HEADER), *(line for line, _ in LINES)]), encoding="utf-8")
    rows = [line.split(",") for line, _ in LINES]
    parquet.write_table(Table.from_batches([as_batch(rows, HEADER)]), table)
    source = csv if engine == "python" else table
    job = Job(str(source), str(tmp_path / "out.parquet"), engine=engine, spreads=True, quiet=True)
    assert price_file(job, catalogue).summary["engine"] == engine
    found = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    for row, (line, wanted) in zip(found, LINES, strict=True):
        assert {name: row[name] for name in wanted} == wanted, line
    assert {str(value) for row in found for value in (row["us-232-aluminum"],)} == {
        "10000.00", "0.00", "None", "100000000000000.00",
    }  # fmt: skip


def test_figures_are_those_of_the_text() -> None:
    assert figures("payable", ["10.50", "unknown", ""], ["ok", "partial", "error"]) == [
        1050, None, None,
    ]  # fmt: skip
    assert figures("filed_minus_computed", ["-0.05", "-10.00"], ["ok"] * 2) == [-5, -1000]
    assert figures("effective_rate", ["2.55%", "", "12345.00%"], ["ok"] * 3) == [
        255, None, 1_234_500,
    ]  # fmt: skip
    statuses = ["ok", "partial", "prohibited", "prohibited", "error", "blank", "grouped"]
    texts = ["", "unknown", "prohibited", "", "", "", ""]
    assert figures("us-232-steel", texts, statuses) == [0, None, None, 0, None, None, None]
    assert [places_of(name) for name in ("payable", "effective_rate", "us-232-steel")] == [2, 4, 2]
    assert [places_of(name) for name in ("status", "charges", "warnings", "edition")] == [None] * 4


def by_row(rows: Sequence[Sequence[str]], header: tuple[str, ...], *options: Any) -> Any:
    """The result columns that the Python lane writes."""
    pricer, file = reference(header, *options), io.BytesIO()
    writer = ParquetWriter(file, header, pricer.columns, False)
    for cells in rows:
        writer.write(cells, pricer.price(cells, 2))
    writer.close()
    return parquet.read_table(io.BytesIO(file.getvalue())).columns[len(header) :]


@seed(20261129)
@settings(SETTINGS, max_examples=60)
@given(
    st.lists(wide(), min_size=1, max_size=20),
    st.sampled_from(("day", "now")),
    st.sampled_from(("compact", SPREAD)),
    st.randoms(),
)
def test_both_lanes_say_the_same(
    lines: list[dict[str, Any]], known_on: str, charges: Any, chance: random.Random
) -> None:
    header = (*WIDE, "filed_duty") if chance.random() < 0.5 else WIDE
    filed = ("", "0", "12.34", "99999999.99", "x")
    rows = [
        [*cells_of(line, WIDE), *([chance.choice(filed)] if len(header) > len(WIDE) else [])]
        for line in lines
    ]
    options = known_on, charges
    found = price_columns(as_batch(rows, header), lane(header, *options), 0, 2)
    for name, own, wanted in zip(
        reference(header, *options).columns, found, by_row(rows, header, *options), strict=True
    ):
        assert own.to_pylist() == wanted.to_pylist(), name
        kind = own.dictionary.type if hasattr(own, "dictionary") else own.type
        assert kind == wanted.type, name
        if hasattr(own, "dictionary"):
            texts = own.dictionary.to_pylist()
            assert len(texts) == len({*texts}), name
            # PyArrow looks up the places of nulls too, and crashes where there is nothing.
            places = np.frombuffer(own.indices.buffers()[1], np.int32)
            assert places.min() >= 0, name
            assert places.max() < len(texts), name
