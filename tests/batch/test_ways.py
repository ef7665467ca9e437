"""From CSV and Parquet to each form of text and table: both lanes say the same."""

from __future__ import annotations

import csv
import errno
import gc
import io
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

from tests.batch.invoices import HEADER  # noqa: E402
from tests.batch.test_arrow_entries import HEADER as WITH_ENTRIES  # noqa: E402
from tests.batch.test_arrow_entries import entry_rows  # noqa: E402
from tests.batch.test_pipeline import ODD_LINES, five_percent_broken  # noqa: E402

from tariffcalc import Catalogue, InputError  # noqa: E402
from tariffcalc.batch import arrow_blocks, arrow_groups, arrow_json, arrow_parquet, arrow_table_text  # noqa: E402
from tariffcalc.batch.columnar import WORTH_SHARING  # noqa: E402
from tariffcalc.batch.crew import ALONE  # noqa: E402
from tariffcalc.batch.job import Job  # noqa: E402
from tariffcalc.batch.parquet_batches import sound_batches  # noqa: E402
from tariffcalc.batch.parquet_rows import ParquetRows  # noqa: E402
from tariffcalc.batch.pipeline import price_file  # noqa: E402
from tariffcalc.batch.readers import open_rows  # noqa: E402

SUMS = ("statuses", "errors", "currencies", "resolved")


def same(catalogue: Catalogue, source: Path, ending: str, **told: Any) -> None:
    """Price a file by both lanes and compare all that comes of it."""
    found = []
    for engine in ("python", "arrow"):
        target = source.with_name(f"{engine}-{source.suffix[1:]}.{ending}")
        kind: Any = engine
        job = Job(str(source), str(target), engine=kind, quiet=True, force=True, **told)
        summary = price_file(job, catalogue).summary
        assert summary["engine"] == engine
        table = None
        if ending == "parquet":
            table = parquet.read_table(target)
            own = table.schema.get_field_index("status")
            kinds = table.schema.types[own if source.suffix == ".parquet" else 0 :]
            # The Python lane has text: what is null in the user's columns is blank to it.
            rows = [
                {k: None if v == "" else v for k, v in row.items()} for row in table.to_pylist()
            ]
            found.append((rows, kinds, [summary[name] for name in SUMS]))
        else:
            body = target.read_bytes().splitlines()
            found.append((body, [], [summary[name] for name in SUMS]))
    python, arrow = found
    assert arrow[0] == python[0]
    assert arrow[1:] == python[1:]


def as_table(rows: Sequence[Sequence[str]], header: Sequence[str], chance: random.Random) -> Any:
    """The same rows as Parquet has them: blank cells may be null, columns dictionaries."""
    columns = []
    for cells in zip(*rows, strict=True):
        texts = [None if not cell and chance.random() < 0.5 else cell for cell in cells]
        kind = chance.choice([pa.string(), pa.large_string()])
        column = pa.array(texts, kind)
        columns.append(column.dictionary_encode() if chance.random() < 0.3 else column)
    return pa.table(columns, list(header))


@pytest.fixture(params=[(1 << 40, 6000), (1, 6000), (1 << 40, 400)])
def _blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of some bytes, for one process or for two."""
    least, size = request.param
    for kind in ("text", "parquet"):
        monkeypatch.setitem(WORTH_SHARING, kind, least)
    monkeypatch.setattr("tariffcalc.batch.arrow_reading.SIZE", size)
    monkeypatch.setattr(arrow_blocks, "SIZE", size)
    monkeypatch.setattr(arrow_blocks, "FIRST", size // 2)
    monkeypatch.setattr(arrow_blocks, "STRETCH", 100)
    monkeypatch.setattr(arrow_parquet, "BATCH", size // 100)
    monkeypatch.setattr(arrow_parquet, "GROUP", size // 80)
    monkeypatch.setattr(arrow_groups, "GROUP", size // 80)
    monkeypatch.setattr(arrow_table_text, "BATCH", size // 100)
    monkeypatch.setattr(arrow_json, "PART", 17)
    monkeypatch.setattr(arrow_table_text, "MOST", size)


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize("spreads", [False, True])
@pytest.mark.parametrize("odd", [0, 3])
@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
def test_csv_of_all_kinds(
    catalogue: Catalogue, tmp_path: Path, ending: str, odd: int, spreads: bool
) -> None:
    source = tmp_path / "in.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerow(HEADER)
        for place, (row, _, _) in enumerate(five_percent_broken()):
            csv.writer(file, lineterminator="\n").writerow(row)
            if odd and place % 40 == odd:
                file.write("\n".join([*ODD_LINES, ""]))
    same(catalogue, source, ending, spreads=spreads)


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
def test_files_without_rows(catalogue: Catalogue, tmp_path: Path, ending: str) -> None:
    for place, text in enumerate(("", "\n", "1,x\n")):
        source = tmp_path / f"in{place}.csv"
        source.write_text(",".join(HEADER) + "\n" + text, encoding="utf-8")
        same(catalogue, source, ending)


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
def test_parquet_of_all_kinds(catalogue: Catalogue, tmp_path: Path, ending: str) -> None:
    source, chance = tmp_path / "in.parquet", random.Random(11)
    texts = (
        "",
        "a,b",
        'a "b"',
        '"',
        "a\nb",
        "a\r",
        "\r\n",
        "=1+1",
        "\t=x",
        "-5",
        "'=A1",
        "é",
        "a;b",
    )
    rows = []
    for row, code, _ in five_percent_broken():
        if code == "ragged-row":  # which a table has not
            continue
        row[HEADER.index("description")] = chance.choice(texts)
        rows.append(row if chance.random() < 0.97 else [""] * len(row))
    table = as_table(rows, HEADER, chance)
    for part in (table, table.slice(0, 0)):
        parquet.write_table(part, source, row_group_size=33)
        same(catalogue, source, ending)


@pytest.mark.usefixtures("_blocks")
def test_entries_from_one_form_to_the_other(catalogue: Catalogue, tmp_path: Path) -> None:
    rows, source = entry_rows(3, 150), tmp_path / "in.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([WITH_ENTRIES, *rows])
    same(catalogue, source, "parquet")
    same(catalogue, source, "jsonl")
    parquet.write_table(
        as_table(rows, WITH_ENTRIES, random.Random(2)), tmp_path / "in.parquet", row_group_size=40
    )
    same(catalogue, tmp_path / "in.parquet", "csv")


@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
def test_what_is_piped_in(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    source, found = tmp_path / "in.csv", []
    with source.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([WITH_ENTRIES, *entry_rows(8, 40)])
    for name in (str(source), "-"):
        target = tmp_path / f"out{len(found)}.{ending}"
        with source.open(encoding="utf-8") as piped:
            monkeypatch.setattr("sys.stdin", piped)
            job = Job(name, str(target), engine="arrow", quiet=True)
            assert price_file(job, catalogue).summary["engine"] == "arrow"
        found.append(parquet.read_table(target) if ending == "parquet" else target.read_bytes())
    assert found[0] == found[1]


def test_long_texts_of_a_table(catalogue: Catalogue, tmp_path: Path) -> None:
    """Longer than a cell of a CSV may be, alone and as one text of a dictionary for many rows."""
    rows = [["US", "2025-06-10", "CN", "7208.10.00.00", str(n), "abc"] for n in range(1, 60)]
    rows[7][4], rows[8][0] = "abc", "=US"
    header = ("importer", "entry_date", "origin", "classification", "customs_value", "description")
    long = "xy," * 500_000
    for texts in (
        pa.array([long if n in (3, 7, 8) else "a" for n in range(len(rows))]),
        pa.DictionaryArray.from_arrays(pa.array([0] * len(rows), pa.int8()), [long[:50_000]]),
        pa.array([f"{n}{long[:1_000_000]}" for n in range(len(rows))]).dictionary_encode(),
    ):
        columns = [pa.array(cells) for cells in zip(*rows, strict=True)]
        table = pa.table([*columns[:-1], texts], list(header))
        parquet.write_table(table, tmp_path / "in.parquet")
        for ending in ("csv", "jsonl", "parquet"):
            same(catalogue, tmp_path / "in.parquet", ending)


def test_a_table_of_row_groups_of_one_row(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are put together: a block of its own for each would take ten times as long."""
    blocks: list[int] = []
    text_of = arrow_table_text._text_of
    monkeypatch.setattr(
        arrow_table_text,
        "_text_of",
        lambda columns, mark: blocks.append(len(columns[0])) or text_of(columns, mark),
    )
    rows = entry_rows(4, 100)
    table = as_table(rows, WITH_ENTRIES, random.Random(1))
    parquet.write_table(table, tmp_path / "in.parquet", row_group_size=1)
    same(catalogue, tmp_path / "in.parquet", "csv")
    assert blocks == [len(rows)] * 2  # one pass for the entries, one for pricing


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("engine", ["python", "arrow"])
def test_text_that_is_no_utf_8(
    catalogue: Catalogue, tmp_path: Path, ending: str, engine: Any
) -> None:
    rows = [["US", "2025-06-10", "CN", "7208.10.00.00", "5", "x"]] * 3
    header = ("importer", "entry_date", "origin", "classification", "customs_value", "description")
    bad = pa.Array.from_buffers(
        pa.string(),
        3,
        [None, pa.array([0, 1, 2, 3], pa.int32()).buffers()[1], pa.py_buffer(b"a\xffb")],
    )
    columns = [pa.array(cells) for cells in zip(*rows, strict=True)]
    for place in (5, 3):  # a column of the user's own, and one that is read
        table = pa.table([*columns[:place], bad, *columns[place + 1 :]], list(header))
        parquet.write_table(table, tmp_path / "in.parquet", use_dictionary=False)
        target = str(tmp_path / f"out.{ending}")
        job = Job(str(tmp_path / "in.parquet"), target, engine=engine, quiet=True)
        with pytest.raises(InputError, match="is not a sound Parquet file"):
            price_file(job, catalogue)
        assert not Path(target).exists()


def test_places_outside_a_dictionary_are_seen_before_they_are_used(tmp_path: Path) -> None:
    """PyArrow looks them up unseen when dictionaries are put together."""
    parquet.write_table(pa.table({"a": ["x"], "b": ["y"]}), tmp_path / "in.parquet")
    rows = open_rows(str(tmp_path / "in.parquet"))
    assert isinstance(rows, ParquetRows)
    batches = []
    for texts in (["x"], ["y", "z"]):
        places = pa.array([0, 3], pa.int32())
        column = pa.DictionaryArray.from_arrays(places, pa.array(texts), safe=False)
        batches.append(pa.RecordBatch.from_arrays([column], ["a"]))
    with pytest.raises(InputError, match=r"in.parquet: is not a sound Parquet file: .*bounds"):
        list(sound_batches(rows, iter(batches), 10))


def test_a_writer_that_failed_says_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """One is told of the full disk, not of a file that its writer then cannot end."""

    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            if self.tell() + len(data) > 100:
                raise OSError(errno.ENOSPC, "no room")
            return super().write(bytes(data))

    unheard: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", unheard.append)
    table = pa.table({"a": [str(n) for n in range(1000)]})
    writer = arrow_groups.TableWriter([pa.string()], [False])
    with pytest.raises(OSError, match="no room"):
        writer.write(Full(), iter([(0, table)]), ALONE, None)
    gc.collect()
    assert unheard == []
