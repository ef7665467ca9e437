"""Rows of a Parquet file are taken as memory has room for them, whatever the file says."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

from tests.batch.test_ways import same  # noqa: E402

from tariffcalc import Catalogue, InputError  # noqa: E402
from tariffcalc.batch import (  # noqa: E402
    arrow_groups,
    arrow_rows,
    arrow_table_text,
    parquet_batches,
    parquet_pages,
    rows,
    writers,
)
from tariffcalc.batch.job import Job  # noqa: E402
from tariffcalc.batch.parquet_pages import pages_of  # noqa: E402
from tariffcalc.batch.parquet_rows import ParquetRows  # noqa: E402
from tariffcalc.batch.pipeline import price_file  # noqa: E402
from tariffcalc.batch.readers import open_rows  # noqa: E402

COLUMNS = ("importer", "entry_date", "origin", "classification", "customs_value")
ROW = ("US", "2025-06-10", "CN", "7208.10.00.00", "100")


def invoices(count: int, **more: Any) -> Any:
    return pa.table(
        {**{name: [cell] * count for name, cell in zip(COLUMNS, ROW, strict=True)}, **more}
    )


def opened(path: Path, table: Any, **how: Any) -> ParquetRows:
    parquet.write_table(table, path, **how)
    found = open_rows(str(path))
    assert isinstance(found, ParquetRows)
    return found


@pytest.fixture
def _room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for 100 texts of 1,000 bytes."""
    for module in (parquet_pages, parquet_batches, arrow_groups, arrow_rows):
        monkeypatch.setattr(module, "ROOM", 100_000)
    for module in (rows, writers):
        monkeypatch.setattr(module, "HELD", 100_000)
    monkeypatch.setattr(arrow_table_text, "MOST", 100_000)


LONG = "x" * 992
ALIKE = [LONG] * 600
DIFFERENT = [f"{n:03}{LONG[3:]}" for n in range(600)]
PLAIN = {"use_dictionary": False, "data_page_size": 10_000, "write_batch_size": 10}
SPREAD = {
    "one text of a dictionary": (pa.array(ALIKE), {}),
    "behind nulls": (pa.array([None] * 300 + ALIKE[:300]), {}),
    "a long text among short ones": (pa.array(["a", "b"] * 290 + ALIKE[:20]), {}),
    "large": (pa.array(ALIKE, pa.large_string()), {}),
    "a view": (pa.array(ALIKE, pa.string_view()), {}),
    "bytes": (pa.array([text.encode() for text in ALIKE]), {}),
    "bytes of one length": (pa.array([text.encode() for text in ALIKE], pa.binary(992)), {}),
    "a dictionary of its own": (pa.array(ALIKE).dictionary_encode(), {}),
    "packed pages": (pa.array(ALIKE), PLAIN),
    "packed pages in newer form": (pa.array(DIFFERENT), {**PLAIN, "data_page_version": "2.0"}),
    "lengths first": (
        pa.array(DIFFERENT), {**PLAIN, "column_encoding": {"a": "DELTA_LENGTH_BYTE_ARRAY"}},
    ),
    "what is shared left out": (
        pa.array(DIFFERENT), {**PLAIN, "column_encoding": {"a": "DELTA_BYTE_ARRAY"}},
    ),
}  # fmt: skip


WRITTEN: dict[str, Any] = {
    "dictionary": {},
    "plain": PLAIN,
    "lengths first": {**PLAIN, "column_encoding": "DELTA_LENGTH_BYTE_ARRAY"},
    "what is shared left out": {**PLAIN, "column_encoding": "DELTA_BYTE_ARRAY"},
}


@pytest.mark.usefixtures("_room")
@pytest.mark.parametrize("kind", SPREAD)
def test_large_texts_are_read_in_small_batches(tmp_path: Path, kind: str) -> None:
    """600 rows of up to 992 bytes each, where there is room for 100 such rows."""
    column, how = SPREAD[kind]
    found = opened(tmp_path / "in.parquet", pa.table({"a": column}), compression="zstd", **how)
    is_delta = "column_encoding" in how  # PyArrow makes no dictionaries of such
    for encoded in ((), () if is_delta else ("a",)):
        with found.open(encoded=encoded) as file:
            sizes = [len(batch) for batch in file.of(512)]
        assert sum(sizes) == 600
        assert max(sizes) <= 100
    shown = [text.decode() if isinstance(text, bytes) else text for text in column.to_pylist()]
    assert [*found] == [[text or ""] for text in shown]


@pytest.mark.usefixtures("_room")
def test_batches_of_large_texts_stay_apart(tmp_path: Path) -> None:
    found = opened(tmp_path / "in.parquet", pa.table({"a": ALIKE}), row_group_size=7)
    for encoded in ((), ("a",)):
        with found.open(encoded=encoded) as file:
            sizes = [len(one) for one in parquet_batches.sound_batches(found, file.of(512), 512)]
        assert sizes == [98] * 6 + [12]  # 14 row groups of 7 rows have room


def test_small_texts_are_read_at_once(tmp_path: Path) -> None:
    """Though each column has a dictionary of half a megabyte, or pages of plain text."""
    count = 60_000
    table = pa.table(
        {
            "sku": [f"article {n % 30_000}" for n in range(count)],
            "note": [f"delivered {n}" for n in range(count)],
            "value": range(count),
        }
    )
    for how in ({}, {"use_dictionary": False}, {"data_page_version": "2.0", "compression": "gzip"}):
        with opened(tmp_path / "in.parquet", table, **how).open() as file:
            assert [len(batch) for batch in file.of(24_576)] == [24_576, 24_576, 10_848]


@pytest.mark.usefixtures("_room")
@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("how", WRITTEN.values(), ids=[*WRITTEN])
def test_large_texts_are_priced_alike(
    catalogue: Catalogue, tmp_path: Path, ending: str, how: Any
) -> None:
    table = invoices(300, description=ALIKE[:150] + DIFFERENT[:150], entry_number=["1", "2"] * 150)
    parquet.write_table(table, tmp_path / "in.parquet", compression="zstd", **how)
    same(catalogue, tmp_path / "in.parquet", ending)
    for engine in ("python", "arrow") if ending == "parquet" else ():
        file = parquet.ParquetFile(tmp_path / f"{engine}-parquet.parquet")
        groups = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
        assert sum(groups) == 300
        assert max(groups) <= 200


@pytest.mark.parametrize("engine", ["python", "arrow"])
def test_what_has_no_room_is_refused(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: Any
) -> None:
    def said(table: Any, **how: Any) -> str:
        parquet.write_table(table, tmp_path / "in.parquet", **how)
        target = tmp_path / "out.csv"
        with pytest.raises(InputError) as error:
            price_file(Job(str(tmp_path / "in.parquet"), str(target), engine=engine), catalogue)
        assert not target.exists()
        return str(error.value)

    monkeypatch.setattr(parquet_batches, "LONGEST_LINE", 1000)
    told = said(invoices(5, note=["a"] * 5, description=["", "", "x" * 990, "x" * 2000, ""]))
    assert told.startswith(
        'in.parquet: row 4 has more than 1,000 bytes of text, 990 of them in "description"'
    )
    monkeypatch.setattr(parquet_pages, "MOST", 3_000)
    told = said(invoices(5, **{f"d{n}": [LONG] * 5 for n in range(4)}))
    assert "cannot be read: a single row unpacks to " in told
    assert told.endswith("more than 3,000. Write it anew with smaller pages, or save it as .csv.")
    monkeypatch.setattr(parquet_pages, "PAGE", 1_000)
    told = said(invoices(5, description=DIFFERENT[:5]), use_dictionary=False)
    # five texts of 992 bytes, each with four for its length, and what tells that none is null
    assert 'a page of "description" unpacks to 4,986 bytes, more than 1,000' in told


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("compression", ["none", "snappy", "zstd", "gzip"])
def test_pages_are_found(version: str, compression: str) -> None:
    whole = io.BytesIO()
    table = pa.table(
        {
            "text": [f"{n % 900}" * 9 for n in range(20_000)],
            "number": range(20_000),
            "flag": [None, True] * 10_000,
        }
    )
    how = {"data_page_version": version, "compression": compression, "data_page_size": 2_000}
    parquet.write_table(table, whole, **how, row_group_size=9_000)
    metadata = parquet.ParquetFile(whole).metadata
    for group in map(metadata.row_group, range(3)):
        for column in map(group.column, range(3)):
            pages = [*pages_of(whole, column)]
            assert sum(page.values for page in pages if not page.is_dictionary) == group.num_rows
            assert sum(page.size for page in pages) < column.total_uncompressed_size
            assert [page.is_dictionary for page in pages].count(True) == column.has_dictionary_page
            first = pages[0]
            if column.path_in_schema == "text":  # 3 texts of 9, 18 and 27 bytes, by their digits
                assert first.values == 900
                assert first.size == 10 * 13 + 90 * 22 + 800 * 31


def test_a_page_without_a_sound_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    opened(path, pa.table({"a": ["x"] * 5}), use_dictionary=False, compression="none")
    body = bytearray(path.read_bytes())
    endless = b"\xff" * 8 + b"\x7f"
    for wrong in (
        b"\x00", b"\xff" * 20, b"\x1c" * 2000, b"\x18\xff\xff\xff\x7f", b"\x1c\x00",
        b"\x19\xf1" + endless,  # a list of truth values without end
        b"\x19\xf7" + endless,  # one of numbers
        b"\x15\x04\x15\x0a\x15\x0a\x2c\x15\x0a\x15\x00\x00\x00",  # a dictionary told as data
    ):  # fmt: skip
        broken = bytes(body[:4] + wrong + body[4 + len(wrong) :])
        column = parquet.ParquetFile(path).metadata.row_group(0).column(0)
        with pytest.raises(pa.ArrowInvalid, match="the header of the page at byte 4 cannot be"):
            [*pages_of(io.BytesIO(broken), column)]


def priced(catalogue: Catalogue, source: Path, engine: Any, ending: str = "csv") -> int:
    """Price a file and return how many rows came of it."""
    target = source.with_name(f"out.{ending}")
    job = Job(str(source), str(target), engine=engine, force=True, quiet=True)
    return sum(price_file(job, catalogue).summary["statuses"].values())


@pytest.mark.parametrize("engine", ["python", "arrow"])
def test_a_file_that_has_not_the_rows_that_it_tells_is_refused(
    catalogue: Catalogue, tmp_path: Path, engine: Any
) -> None:
    """3,000 rows are told at the end of the file: by each of 5 columns, the row group, the file."""
    path, table = tmp_path / "in.parquet", invoices(3000)
    fields = [pa.field(name, pa.string(), nullable=False) for name in table.column_names]
    parquet.write_table(table.cast(pa.schema(fields)), path, write_statistics=False)
    assert priced(catalogue, path, engine) == 3000
    body = path.read_bytes()
    start = len(body) - 8 - int.from_bytes(body[-8:-4], "little")
    told, less = b"\xf0\x2e", b"\xee\x2e"  # 3,000 and 2,999, as Thrift writes them
    places = [at for at in range(start, len(body)) if body.startswith(told, at)]
    assert len(places) == 7
    lies = [body[:at] + less + body[at + 2 :] for at in places]
    for lie in [*lies, body[:start] + body[start:].replace(told, less)]:
        path.write_bytes(lie)
        with pytest.raises(InputError, match=r"is not a sound Parquet file: .* [23],[09][09][09]"):
            priced(catalogue, path, engine)


@pytest.mark.parametrize("engine", ["python", "arrow"])
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_page_that_is_not_what_its_checksum_tells_is_refused(
    catalogue: Catalogue, tmp_path: Path, engine: Any, ending: str
) -> None:
    path = tmp_path / "in.parquet"
    parquet.write_table(invoices(5), path, compression="none", write_page_checksum=True)
    assert priced(catalogue, path, engine, ending) == 5
    path.write_bytes(path.read_bytes().replace(b"\x03\0\0\x00100", b"\x03\0\0\x00900", 1))
    with pytest.raises(InputError, match=r"is not a sound Parquet file: .*checksum"):
        priced(catalogue, path, engine, ending)


@pytest.mark.parametrize("engine", ["python", "arrow"])
def test_both_lanes_refuse_what_a_type_has_not(
    catalogue: Catalogue, tmp_path: Path, engine: Any
) -> None:
    noon, none = 43_200_000_000, 86_400_000_000  # microseconds of a day
    times = pa.array([noon, none], pa.int64()).view(pa.time64("us"))
    parquet.write_table(invoices(2, time=times), tmp_path / "in.parquet")
    with pytest.raises(InputError, match=r"is not a sound Parquet file: time64.us. 86400000000 is"):
        priced(catalogue, tmp_path / "in.parquet", engine)
