"""Entries in the columnar lane: the fees of each shared out as the Python lane shares them."""

from __future__ import annotations

import csv
import errno
import os
import random
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")

from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from tests.batch.test_entries import MPF  # noqa: E402

from tariffcalc import Catalogue  # noqa: E402
from tariffcalc.batch import arrow_blocks, arrow_entries, arrow_parquet  # noqa: E402
from tariffcalc.batch.arrow_arrays import text_array  # noqa: E402
from tariffcalc.batch.arrow_batch import price_batch, price_by_row  # noqa: E402
from tariffcalc.batch.arrow_lane import ArrowLane, NotForThisLane  # noqa: E402
from tariffcalc.batch.arrow_owed import LOST  # noqa: E402
from tariffcalc.batch.arrow_shares import before_each, fee_amounts, parts_of  # noqa: E402
from tariffcalc.batch.cells import CellReader  # noqa: E402
from tariffcalc.batch.columnar import WORTH_SHARING  # noqa: E402
from tariffcalc.batch.columns import Defaults, map_columns  # noqa: E402
from tariffcalc.batch.entries import part  # noqa: E402
from tariffcalc.batch.formula import Fee  # noqa: E402
from tariffcalc.batch.job import Job  # noqa: E402
from tariffcalc.batch.lines import LinePricer  # noqa: E402
from tariffcalc.batch.pipeline import Outcome, price_file  # noqa: E402
from tariffcalc.batch.result import Options  # noqa: E402
from tariffcalc.values.issues import InputError  # noqa: E402

HEADER = (
    "entry", "importer", "entry_date", "shipped_date", "origin", "classification", "customs_value",
    "claims", "mode", "currency", "fx", "filed_duty", "description",
)  # fmt: skip
CODES = {
    "US": (
        "7601.10.60",
        "7208.10.00.00",
        "8703.23.01.90",
        "0406.90.95",
        "8471300100",
        "1701.99.50",
    ),
    "CA": ("7601.10.00", "7208.10.00.10", "8703.23.00.10", "7208.51.00.10", "8471300000"),
}
CLAIMS = ("", "", "usmca", "section_321", "cn_melted_poured", "section_321;usmca", "nonsense")
VALUES = ("12.34", "799.99", "800", "800.01", "2500", "2500.01", "4999.99", "40000.05", "3,0,0")
SMALL, FREE = ("12.34", "150.01", "300"), ("section_321", "section_321", "")
FEES = (
    MPF,
    Fee("all", 1250, None, None, None, None, False),
    Fee("unknown", 3464, None, None, 214, 25_000_000, True),
    Fee("informal unknown", 3464, 2679, 51976, None, 25_000_000, False),
    Fee("nothing", 0, 0, None, None, None, False),
)


def entry_rows(seed: int, entries: int, kinds: int = 8) -> list[list[str]]:
    """Return rows of entries: split ones, unread rows, values below and above the limits."""
    chance, rows = random.Random(seed), list[list[str]]()
    days = [f"{chance.randint(2018, 2026)}-{chance.randint(1, 12):02}-15" for _ in range(kinds)]
    days += ["2025-06-15", "2025-09-15", "2026-01-15"]  # small entries lost their freedom, in vain
    for number in range(entries):
        name = chance.choice((f"E{number}", f"E{number}", f" E{number} ", "", f"E{number // 9}"))
        told = name, name, f'="{name}"', f"'{name}"
        importer, day = chance.choice(("US", "US", "CA")), chance.choice(days)
        mode = chance.choice(("", "ocean", "truck", "mail"))
        values, claims = chance.choice(((VALUES, CLAIMS), (SMALL, FREE)))
        for _ in range(chance.choice((1, 1, 2, 3, 9))):
            odd = chance.random()
            rows.append(
                [
                    chance.choice(told) if name else "",
                    importer,
                    chance.choice(days) if odd < 0.03 else day,
                    "2018-01-01" if odd > 0.9 else "",
                    chance.choice(("CA", "US", "MX", "CN", "DE", "VN")),
                    "76" if 0.03 < odd < 0.05 else chance.choice(CODES[importer]),
                    chance.choice(values),
                    chance.choice(claims),
                    "air" if 0.05 < odd < 0.07 else mode,
                    *(("EUR", chance.choice(("1.5", ""))) if 0.07 < odd < 0.1 else ("", "")),
                    chance.choice(("", "", "12.34", "0", "twelve")) if odd > 0.8 else "",
                    chance.choice(("plain", "a, b", '5" pipe', "=1")),
                ]
            )
    chance.shuffle(rows)
    return rows


def write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER, *rows])


def run(catalogue: Catalogue, source: Path, target: Path, engine: str, **told: Any) -> Outcome:
    return price_file(
        Job(str(source), str(target), engine=engine, quiet=True, **told),  # type: ignore[arg-type]
        catalogue,
    )


def same(catalogue: Catalogue, source: Path, ending: str = "csv", **told: Any) -> None:
    python, arrow = (
        run(catalogue, source, source.with_name(f"{engine}.{ending}"), engine, force=True, **told)
        for engine in ("python", "arrow")
    )
    assert (python.summary["engine"], arrow.summary["engine"]) == ("python", "arrow")
    for sums in ("statuses", "errors", "currencies", "resolved"):
        assert str(arrow.summary[sums]) == str(python.summary[sums]), sums
    one, other = (source.with_name(f"{engine}.{ending}") for engine in ("python", "arrow"))
    if ending == "csv":
        assert other.read_bytes() == one.read_bytes()
    else:
        parquet = pytest.importorskip("pyarrow.parquet")
        assert parquet.read_table(other).to_pylist() == parquet.read_table(one).to_pylist()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("least", [0, 1 << 40])
def test_entries_of_all_kinds(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, least: int
) -> None:
    """In blocks of any size, by one process and by two, rows of an entry far apart."""
    monkeypatch.setitem(WORTH_SHARING, "text", least)
    monkeypatch.setattr("tariffcalc.batch.arrow_reading.SIZE", 4000)
    monkeypatch.setattr(arrow_blocks, "SIZE", 4000)
    monkeypatch.setattr(arrow_blocks, "STRETCH", 200)
    monkeypatch.setattr(arrow_entries, "CHUNK", 37)
    source = tmp_path / "in.csv"
    write(source, entry_rows(seed, 150))
    same(catalogue, source)
    # Free as far as was known then, and since not: all lines of such an entry pay otherwise.
    same(catalogue, source, options=Options("2025-04-05"))


def test_a_line_pays_less_since_because_another_is_no_longer_free(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    """As known in April section 321 frees one line, and the fee of the entry is the other's alone.

    Since August it frees neither: of the 2.62 of fiscal year 2025 (19 CFR 24.23(b)) a line of 300
    in an entry of 700 bears 1.12, so 1.50 comes back. On books there is nothing else.
    """
    row = ["A", "US", "2025-09-15", "", "DE", "4901990093", "300", "", "", "", "", "", ""]
    freed = [*row[: HEADER.index("customs_value")], "400", "section_321", *[""] * 5]
    write(tmp_path / "in.csv", [row, freed])
    same(catalogue, tmp_path / "in.csv", options=Options("2025-04-05"))
    with (tmp_path / "arrow.csv").open(newline="", encoding="utf-8") as file:
        alone, _ = csv.DictReader(file)
    assert (alone["fees"], alone["refundable"]) == ("2.62", "1.50")


def test_rows_whose_entry_is_a_formula_that_failed_are_no_entry(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    """Each pays the least of an informal entry, 2.14, as a row without an entry does."""
    cells = "US,2020-08-20,DE,8471300100,2000.00"
    (tmp_path / "in.csv").write_text(
        "entry,importer,entry_date,origin,classification,customs_value\n"
        f"#N/A,{cells}\n#N/A,{cells}\nA,{cells}\n",
        encoding="utf-8",
    )
    same(catalogue, tmp_path / "in.csv")
    with (tmp_path / "arrow.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["fees"] for row in found] == ["2.14"] * 3
    assert [row["warnings"][:11] for row in found] == ["entry-blank", "entry-blank", ""]


@pytest.mark.parametrize("entry", ["3.00123E+10", "1,23E+13", "N/A", "n/a", "-", "TBD", "none"])
def test_rows_whose_entry_is_lost_or_not_told_are_no_entry(
    catalogue: Catalogue, tmp_path: Path, entry: str
) -> None:
    """A spreadsheet shows all entries of the filer 300 as 3.00123E+10, once 11 digits are a number.

    Each row of 100,000.00 pays 346.40 (19 CFR 24.23(b), fiscal year 2020); the two together were
    cut to the maximum of 519.76 of one entry.
    """
    cells = "US,2020-08-20,DE,8471300100,100000.00"
    (tmp_path / "in.csv").write_text(
        "entry,importer,entry_date,origin,classification,customs_value\n"
        f'"{entry}",{cells}\n"{entry}",{cells}\n3E10,{cells}\n',
        encoding="utf-8",
    )
    same(catalogue, tmp_path / "in.csv")
    with (tmp_path / "arrow.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["fees"] for row in found] == ["346.40"] * 3
    assert [row["warnings"][:11] for row in found] == ["entry-blank", "entry-blank", ""]


def test_a_line_that_bears_no_fee_is_not_asked_whether_it_enters_free(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    """Both lanes count the same points, where declared duties let the engine price the lines."""
    (tmp_path / "in.csv").write_text(
        "entry,importer,entry_date,origin,classification,customs_value,add_cvd,claims\n"
        "A,US,2026-08-09,HK,39129000,9156.12,0,usmca;section_321\n"
        "A,US,2026-08-09,MX,02062200,302290.88,0,section_321\n",
        encoding="utf-8",
    )
    same(catalogue, tmp_path / "in.csv", options=Options("2018-12-31"))


def test_entries_where_files_cannot_be_read_at_a_place(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tariffcalc.batch.arrow_reading.SIZE", 4000)
    monkeypatch.setattr(arrow_blocks, "SIZE", 4000)
    monkeypatch.delattr("os.pread", raising=False)
    write(tmp_path / "in.csv", entry_rows(5, 100))
    same(catalogue, tmp_path / "in.csv")


def test_entries_of_a_parquet_file(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(arrow_parquet, "BATCH", 64)
    monkeypatch.setitem(WORTH_SHARING, "parquet", 0)
    columns = zip(*entry_rows(7, 150), strict=True)
    table = pa.table({name: [*cells] for name, cells in zip(HEADER, columns, strict=True)})
    source = tmp_path / "in.parquet"
    for rows in (table, table.slice(0, 0)):
        parquet.write_table(rows, source, row_group_size=100)
        same(catalogue, source, "parquet")


@pytest.mark.parametrize("seed", range(3))
def test_a_batch_of_whole_entries(catalogue: Catalogue, seed: int) -> None:
    """As a cluster prices them: batch after batch in one lane, which keeps no entry."""
    columns = map_columns(HEADER, {}, Defaults())
    cells = CellReader(catalogue.store)
    lane = ArrowLane(LinePricer(catalogue, columns, columns.defaults, cells))
    other = LinePricer(catalogue, columns, columns.defaults, cells)
    huge = ["A", "US", "2020-08-20", "", "DE", "8471300100", "4000000000", "", "", "", "", "", ""]
    for rows in (entry_rows(seed, 40), entry_rows(seed + 100, 40), [huge], entry_rows(seed, 9)):
        texts = [text_array(column) for column in zip(*rows, strict=True)]
        batch = pa.RecordBatch.from_arrays(texts, list(HEADER))
        expected = price_by_row(batch, other)
        if rows == [huge]:
            with pytest.raises(NotForThisLane):
                price_batch(batch, lane)
            assert price_by_row(batch, lane.pricer) == expected
        else:
            assert price_batch(batch, lane) == expected
    for price in (price_batch, price_by_row):
        assert price(batch[:0], lane if price is price_batch else other).num_rows == 0


@pytest.mark.parametrize("rows", [[], [["A", "US"]], [["A"], entry_rows(1, 1)[0], []]])
def test_few_rows_or_ragged_ones(
    catalogue: Catalogue, tmp_path: Path, rows: list[list[str]]
) -> None:
    source = tmp_path / "in.csv"
    write(source, rows)
    same(catalogue, source)


def test_entries_on_stdin(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    source = tmp_path / "in.csv"
    write(source, entry_rows(3, 60))
    run(catalogue, source, tmp_path / "file.csv", "python")
    stdin = io.TextIOWrapper(io.BytesIO(source.read_bytes()))
    monkeypatch.setattr("sys.stdin", stdin)
    told = price_file(Job("-", str(tmp_path / "piped.csv"), engine="arrow", quiet=True), catalogue)
    assert told.summary["engine"] == "arrow"
    assert (tmp_path / "piped.csv").read_bytes() == (tmp_path / "file.csv").read_bytes()


def test_a_full_folder_for_temporary_files_is_told(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(book: arrow_entries.EntryBook, rows: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(arrow_entries.EntryBook, "put", full)
    source = tmp_path / "in.csv"
    write(source, entry_rows(1, 5))
    with pytest.raises(InputError, match=r"temporary files cannot be written.*TMPDIR"):
        run(catalogue, source, tmp_path / "out.csv", "arrow")
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize("field", ["shipped_date", "filed_duty", "customs_value"])
def test_no_law_is_met_by_rows_that_cannot_be_read(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setitem(WORTH_SHARING, "parquet", 0)
    row = ["A", "US", "2020-08-20", "", "CN", "7208100000", "100", "", "", "", "", "", ""]
    row[HEADER.index(field)] = "x"
    write(tmp_path / "in.csv", [row])
    same(catalogue, tmp_path / "in.csv")
    parquet.write_table(
        pa.table({name: [cell] for name, cell in zip(HEADER, row, strict=True)}),
        tmp_path / "in.parquet",
    )
    same(catalogue, tmp_path / "in.parquet", "parquet")


def test_entries_too_large_for_this_lane(catalogue: Catalogue, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    rows = [["A", "US", "2020-08-20", "", "DE", "8471300100", value, "", "", "", "", "", ""]
            for value in ("5", "4000000000", "7")]  # fmt: skip
    write(source, rows)
    python, arrow = (
        run(catalogue, source, tmp_path / f"{engine}.csv", engine) for engine in ("python", "arrow")
    )
    assert arrow.summary["engine"] == "python"
    assert (tmp_path / "arrow.csv").read_bytes() == (tmp_path / "python.csv").read_bytes()
    assert python.failed == 0


def test_lines_of_a_large_value_stay_exact(catalogue: Catalogue, tmp_path: Path) -> None:
    """Above a hundred million a line is the engine's, and its entry none the less one."""
    source = tmp_path / "in.csv"
    values = ("99999999.99", "100000000", "3000000000.01", "0.01")
    write(
        source,
        [
            ["A", "US", "2020-08-20", "", "DE", "8471300100", value, "", mode, "", "", "", ""]
            for mode in ("ocean", "truck")
            for value in values
        ],
    )
    same(catalogue, source)


@given(
    st.sampled_from(FEES),
    st.lists(
        st.tuples(st.integers(0, 1 << 60), st.integers(0, 1 << 60))
        | st.tuples(st.integers(0, 10**10), st.integers(0, 10**10)),
        max_size=20,
    ),
)
def test_many_fees_are_what_each_is(fee: Fee, pairs: list[tuple[int, int]]) -> None:
    bearing, more = (np.array([one[place] for one in pairs], np.int64) for place in (0, 1))
    total = bearing + more
    expected = [fee.amount(*one) for one in zip(bearing.tolist(), total.tolist(), strict=True)]
    found = fee_amounts(fee, bearing, total).tolist()
    assert found == [LOST if amount is None else amount for amount in expected]


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 1 << 60)), max_size=20), st.data())
def test_many_parts_are_what_each_is(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    values = [data.draw(st.integers(0, whole)) for _, whole in pairs]
    amounts, wholes = ([one[place] for one in pairs] for place in (0, 1))
    found = parts_of(*(np.array(one, np.int64) for one in (amounts, values, wholes))).tolist()
    assert found == [*map(part, amounts, values, wholes)]


@given(st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 99)), max_size=9), max_size=5))
def test_what_rows_of_an_entry_before_a_row_have(chunks: list[list[tuple[int, int]]]) -> None:
    taken, expected = np.zeros(6, np.int64), [0] * 6
    for chunk in chunks:
        rows = sorted(chunk, key=lambda row: row[0])
        entries, values = (np.array([row[place] for row in rows], np.int64) for place in (0, 1))
        found = before_each(entries, values, taken).tolist()
        for (entry, value), before in zip(rows, found, strict=True):
            assert before == expected[entry]
            expected[entry] += value
    assert taken.tolist() == expected
