"""Columns of the types that Parquet has: their cells as text, the same in both lanes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

from tests.batch.test_parquet_room import invoices  # noqa: E402
from tests.batch.test_ways import same  # noqa: E402

from tariffcalc import Catalogue, InputError  # noqa: E402
from tariffcalc.arrow import price  # noqa: E402
from tariffcalc.batch.job import Job  # noqa: E402
from tariffcalc.batch.parquet_rows import as_texts  # noqa: E402
from tariffcalc.batch.pipeline import look, price_file  # noqa: E402
from tariffcalc.batch.readers import open_rows  # noqa: E402
from tariffcalc.batch.shown import as_shown  # noqa: E402


def moments(unit: str, *counts: int, zone: str | None = None) -> Any:
    return pa.array(counts, pa.int64()).view(pa.timestamp(unit, zone))


TEXTS: dict[str, tuple[Any, list[str]]] = {
    "short fractions": (
        pa.array([123456.78, 0.1, 16_777_215, 1e-7, None], pa.float32()),
        ["123456.78", "0.1", "16777215", "0.0000001", ""],
    ),
    "half fractions": (
        pa.array([9.99, 0.1, 1235, None], pa.float16()), ["9.99", "0.1", "1235", ""],
    ),
    # 9999-12-31 is day 2,932,896 after 1970-01-01, and 0001-01-01 day 719,162 before it
    "days that Python has not": (
        pa.array([2_932_896, 2_932_897, -719_162, -719_163, None, 2**31 - 1], pa.date32()),
        ["9999-12-31", "10000-01-01", "0001-01-01", "0000-12-31", "",
         "<value out of range: 2147483647>"],
    ),
    # Parquet has no seconds; tables have
    "seconds": (
        moments("s", 1_599_696_000, 253_402_300_800, 2**62),
        ["2020-09-10", "10000-01-01 00:00:00", f"<value out of range: {2**62}>"],
    ),
    "seconds of a zone": (
        moments("s", 1_599_696_000, 2**62, zone="America/Toronto"),
        ["2020-09-09 20:00:00-04:00", f"<value out of range: {2**62}>"],
    ),
    "milliseconds": (
        moments("ms", 1_599_696_000_000, 253_402_300_800_000, 2**62),
        ["2020-09-10", "10000-01-01 00:00:00.000", f"<value out of range: {2**62}>"],
    ),
    "spans in seconds": (pa.array([1_234_567, 2**62], pa.duration("s")), ["1234567s", f"{2**62}s"]),
    "spans in nanoseconds": (
        pa.array([1_234_567_891, -1, None], pa.duration("ns")),
        ["1.234567891s", "-0.000000001s", ""],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", TEXTS)
def test_cells_are_shown_as_they_stand(kind: str) -> None:
    column, texts = TEXTS[kind]
    assert as_texts(column) == texts


@pytest.mark.parametrize("kind", [kind for kind in TEXTS if not kind.startswith("seconds")])
@pytest.mark.parametrize("place", ["note", "entry_date"])
def test_both_lanes_take_columns_of_any_type(
    catalogue: Catalogue, tmp_path: Path, kind: str, place: str
) -> None:
    column, _ = TEXTS[kind]
    parquet.write_table(invoices(len(column), **{place: column}), tmp_path / "in.parquet")
    for ending in ("csv", "jsonl"):
        same(catalogue, tmp_path / "in.parquet", ending)
    job = Job(str(tmp_path / "in.parquet"), str(tmp_path / "out.parquet"), engine="arrow")
    price_file(job, catalogue)
    found = parquet.read_table(tmp_path / "out.parquet")[place]
    assert found.equals(parquet.read_table(tmp_path / "in.parquet")[place])


def test_a_span_of_a_workbook_keeps_its_figures() -> None:
    assert as_shown(timedelta(seconds=1_234_567)) == "1234567s"
    assert as_shown(timedelta(hours=36, milliseconds=500), mark=",") == "129600,5s"


def test_lists_under_a_name_of_their_own_are_lists(tmp_path: Path) -> None:
    kind = pa.fixed_shape_tensor(pa.int32(), (2,))
    column = pa.ExtensionArray.from_storage(kind, pa.array([[1, 2]], kind.storage_type))
    parquet.write_table(invoices(1, tensor=column), tmp_path / "in.parquet")
    with pytest.raises(InputError, match="holds lists or records in tensor"):
        open_rows(tmp_path / "in.parquet")
    with pytest.raises(InputError, match='"origin" holds lists or records'):
        price(invoices(1).set_column(2, "origin", column))


def test_times_of_an_unknown_zone_are_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    table = invoices(1).set_column(1, "entry_date", moments("us", 0, zone="Mars/Phobos"))
    parquet.write_table(table, tmp_path / "in.parquet")
    words = '"entry_date" has times of the zone "Mars/Phobos", which is not known. Type: pip'
    with pytest.raises(InputError, match=words):
        look(Job(str(tmp_path / "in.parquet")), catalogue)
    with pytest.raises(InputError, match=words):
        price(table)


def test_row_groups_have_dictionaries_of_their_own(catalogue: Catalogue, tmp_path: Path) -> None:
    """Three of 60 texts, numbered by 8 bits each, are more than 8 bits can number."""
    parts = []
    for group in range(3):
        texts = pa.array([f"{group} {number}" for number in range(60)])
        texts = texts.cast(pa.dictionary(pa.int8(), pa.string()))
        parts.append(invoices(60, note=texts, entry_number=texts))
    with parquet.ParquetWriter(tmp_path / "in.parquet", parts[0].schema) as writer:
        for part in parts:
            writer.write_table(part)
    for ending in ("csv", "jsonl", "parquet"):
        same(catalogue, tmp_path / "in.parquet", ending)
    note = parquet.read_table(tmp_path / "arrow-parquet.parquet")["note"]
    assert note.type == pa.dictionary(pa.int32(), pa.string())
    assert note.to_pylist() == [f"{group} {number}" for group in range(3) for number in range(60)]
    assert price(pa.concat_tables(parts))["status"].null_count == 0
