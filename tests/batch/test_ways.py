"""From CSV and Parquet to each form of text and table: both lanes say the same."""

from __future__ import annotations

import csv
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

from tariffcalc import Catalogue  # noqa: E402
from tariffcalc.batch import arrow_blocks, arrow_json, arrow_parquet, arrow_table_text  # noqa: E402
from tariffcalc.batch.columnar import WORTH_SHARING  # noqa: E402
from tariffcalc.batch.job import Job  # noqa: E402
from tariffcalc.batch.pipeline import price_file  # noqa: E402

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
