"""The columnar lane says what the Python lane says, byte for byte, by every way through."""

from __future__ import annotations

import csv
import io
import random
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow")
np = pytest.importorskip("numpy")

from hypothesis import given, seed, settings  # noqa: E402  # only with the extra
from hypothesis import strategies as st  # noqa: E402
from tests.batch.invoices import HEADER, good_row  # noqa: E402
from tests.batch.test_equality import (  # noqa: E402
    ORDINARY,
    SETTINGS,
    WIDE,
    cells_of,
    opened,
    ordinary,
    wide,
)

from tariffcalc import load_catalogue  # noqa: E402
from tariffcalc.batch import arrow_blocks, text_rows  # noqa: E402
from tariffcalc.batch.arrow_amounts import amounts_of, plain_amounts  # noqa: E402
from tariffcalc.batch.arrow_batch import price_batch  # noqa: E402
from tariffcalc.batch.arrow_cells import Cells  # noqa: E402
from tariffcalc.batch.arrow_csv import CsvPricer  # noqa: E402
from tariffcalc.batch.arrow_lane import ArrowLane  # noqa: E402
from tariffcalc.batch.arrow_plans import PlanTables  # noqa: E402
from tariffcalc.batch.cells import CellReader  # noqa: E402
from tariffcalc.batch.columns import Defaults, map_columns  # noqa: E402
from tariffcalc.batch.csv_form import CsvForm  # noqa: E402
from tariffcalc.batch.finder import HUGE, plain_units  # noqa: E402
from tariffcalc.batch.job import Job  # noqa: E402
from tariffcalc.batch.lines import LinePricer  # noqa: E402
from tariffcalc.batch.numbers import GLANCES  # noqa: E402
from tariffcalc.batch.pipeline import price_file  # noqa: E402
from tariffcalc.batch.readers import open_rows  # noqa: E402
from tariffcalc.batch.text_rows import TextRows  # noqa: E402

SPREAD = ("us-232-steel", "us-232-aluminum", "us-ieepa-reciprocal", "anti_dumping")


def new_pricer(header: Sequence[str], **options: Any) -> LinePricer:
    columns = map_columns(header, {}, Defaults())
    return LinePricer(opened(), columns, columns.defaults, CellReader(opened().store), **options)


@cache
def lane(header: tuple[str, ...], known_on: str = "day", charges: Any = "compact") -> ArrowLane:
    return ArrowLane(new_pricer(header, known_on=known_on, charges=charges))


@cache
def reference(
    header: tuple[str, ...], known_on: str = "day", charges: Any = "compact"
) -> LinePricer:
    return new_pricer(header, known_on=known_on, charges=charges)


def as_batch(rows: Sequence[Sequence[str]], header: Sequence[str]) -> Any:
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    return pa.RecordBatch.from_arrays(columns, list(header))


def compare(rows: Sequence[Sequence[str]], header: tuple[str, ...], *options: Any) -> None:
    batch = price_batch(as_batch(rows, header), lane(header, *options))
    found = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    pricer = reference(header, *options)
    assert tuple(batch.schema.names) == pricer.columns
    for cells, result in zip(rows, found, strict=True):
        assert result == pricer.price(cells, 2), cells


@seed(20180601)
@settings(SETTINGS, max_examples=150)
@given(st.lists(ordinary(), min_size=1, max_size=20))
def test_ordinary_lines(lines: list[dict[str, Any]]) -> None:
    compare([cells_of(line, ORDINARY) for line in lines], ORDINARY)


@seed(20250404)
@settings(SETTINGS, max_examples=150)
@given(
    st.lists(wide(), min_size=1, max_size=20),
    st.sampled_from(("day", "day", "now", "2025-04-05")),
    st.sampled_from(("compact", "compact", SPREAD)),
)
def test_lines_with_every_column(lines: list[dict[str, Any]], known_on: str, charges: Any) -> None:
    compare([cells_of(line, WIDE) for line in lines], WIDE, known_on, charges)


def test_personal_goods_without_a_province() -> None:
    header = (
        "importer", "entry_date", "classification", "origin", "customs_value", "claims", "province"
    )  # fmt: skip
    row = ["CA", "2024-06-01", "84181090", "US", "500.00"]
    compare([[*row, "personal", ""], [*row, "personal", "QC"], [*row, "", ""]], header)


@seed(20260701)
@settings(SETTINGS, max_examples=100)
@given(st.lists(ordinary(), min_size=1, max_size=20), st.randoms())
def test_filed_duties(lines: list[dict[str, Any]], chance: random.Random) -> None:
    header = (*ORDINARY, "filed_duty", "filed_surtax")
    filed = ("", "", "0", "12.34", "0.005", "99999999.99", "1000000000", "FREE", "-1", "x")
    compare([[*cells_of(line, ORDINARY), *chance.choices(filed, k=2)] for line in lines], header)


def test_dictionaries_dates_and_nulls_are_read_as_text() -> None:
    rows = [
        ["2025-06-10", "CN", "7208100000", "100.00", "US", ""],
        ["2020-08-20", "CA", "7601106000", "5", "US", ""],
        ["", "CA", "76", "5", "US", ""],
    ]
    batch = as_batch(rows, ORDINARY)
    dates, *texts = (
        pa.array([cell or None for cell in column]) for column in zip(*rows, strict=True)
    )
    read = [dates.cast(pa.date32()), *(column.dictionary_encode() for column in texts)]
    for size in (len(rows), 0):
        found = price_batch(pa.RecordBatch.from_arrays(read, list(ORDINARY))[:size], lane(ORDINARY))
        assert found == price_batch(batch[:size], lane(ORDINARY))
        assert set(found.schema.types) == {pa.string()}


def test_cells_that_a_person_is_told_of_are_read_on_columns() -> None:
    """What is said of a row's cells stands in front, in the order in which they are read."""
    header = (*ORDINARY, "shipped_date")
    days, codes = (
        ["2020-08-20", "44063", "2020-08-20 14:30"],
        ["7601.10.60", "207140010", "7601106000.0"],
    )
    rows = [
        [day, "CA", code, "100.00", "US", claim, shipped]
        for day in days for code in codes for claim in ("", "usmca") for shipped in ("", "44060")
    ]  # fmt: skip
    compare(rows, header)
    columns = dict(zip(header, as_batch(rows, header).columns, strict=True))
    assert lane(header).answer(columns).done.all()
    (warnings,) = price_batch(as_batch(rows[-1:], header), lane(header))["warnings"].to_pylist()
    assert warnings.split("; ")[:3] == [
        "entry_date: time of day left out",
        "shipped_date: spreadsheet day 44060 read as 2020-08-17",
        'classification: "7601106000.0" read as 7601106000',
    ]


def test_contents_that_nothing_is_taken_of_leave_a_row_as_it_is() -> None:
    """Ingots pay on their value (85 FR 49921); ploughs of 2025 on their steel, as the law stands.

    Of 100,000.00 with steel of 40,000.00, 25 % are 10,000.00 instead of the 25,000.00 of EO 14193:
    15,000.00 come back (golden case "Ploughs of Canada without origin").
    """
    header = (*ORDINARY, "base_rate", "steel", "us_content")
    ingots = ["2020-09-10", "CA", "7601.10.60", "100000", "US", "usmca", "Free"]
    ploughs = ["2025-05-10", "CA", "8432.10.00", "100000", "US", "", "Free"]
    rows = [
        [*ingots, "40000.00", "0"], [*ploughs, "40000.00", ""], [*ploughs, "", "1,000.00"],
        [*ingots, "40%", ""], [*ingots, "100000.01", ""], [*ingots, "-1", ""],
    ]  # fmt: skip
    compare(rows, header)
    columns = dict(zip(header, as_batch(rows, header).columns, strict=True))
    # A share is read by the Python lane, and so is what cannot be read, or is more than the value.
    assert lane(header).answer(columns).done.tolist() == [True, *[False] * 5]
    priced = price_batch(as_batch(rows, header), lane(header))
    assert priced["total_duty"].to_pylist()[:2] == ["10000.00", "25000.00"]
    assert priced["refundable"].to_pylist()[:2] == ["10000.00", "15000.00"]
    assert priced["error_code"].to_pylist()[4:] == ["bad-content", "bad-content"]


def test_large_amounts_go_to_the_python_lane() -> None:
    values = ["99999.99", "9999999.99", "10000000", "99999999.9999", "100000000", "1" + "0" * 14]
    rows = [["2025-06-10", "CN", "7208100000", value, "US", ""] for value in values]
    compare(rows, ORDINARY)


@given(
    st.lists(
        st.from_regex(r"\A[0-9]{0,13}\.?[0-9]{0,6}\Z")
        | st.sampled_from(
            ["", ".", "-1", "1e3", "+5", "1,000", " 1", "1 ", "٣", "0x1", "nan", "1..2"]
        )
        | st.text(max_size=6)
    )
)
def test_numbers_are_those_of_the_python_lane(texts: list[str]) -> None:
    amounts, plain = plain_amounts(pa.array(texts, pa.string()))
    for text, amount, is_plain in zip(texts, amounts.tolist(), plain.tolist(), strict=True):
        expected = plain_units(text)
        if is_plain:
            assert expected == amount
        elif len(text) <= 13:
            assert expected is None or expected >= HUGE


@pytest.mark.parametrize(
    ("decimal_comma", "shown", "others"),
    [
        (False, ["$1,234.50", " $ 7 ", "12,345,678"], ["1,23", "12.345,6", "$$5", "$123456789"]),
        (True, ["1 234,50 $", "1.234", "1\u00a0234\u202f567,5"], ["1.23", "12,345.6", "1.234 567"]),
        (None, ["1234.50", "1.2345", "0.500"], ["12.500", "12,5", "1,234.50", "$5"]),
    ],
)
@given(texts=st.lists(st.text("$ ,.-(1234567890\u00a0\u202f", max_size=12)))
def test_amounts_as_spreadsheets_show_them_are_those_of_the_python_lane(
    decimal_comma: bool | None, shown: list[str], others: list[str], texts: list[str]
) -> None:
    glance, texts = GLANCES[decimal_comma], [*texts, *shown, *others]
    amounts, is_read = amounts_of(pa.array(texts, pa.string()), glance)
    for text, amount, is_one in zip(texts, amounts.tolist(), is_read.tolist(), strict=True):
        expected = glance.units(text)
        if is_one:
            assert expected == amount
        else:
            assert expected is None or expected >= HUGE or len(text) > 13
    assert is_read.tolist()[-len(shown + others) :] == [
        *[True] * len(shown),
        *[False] * len(others),
    ]


PIECES = ["a", "b", '"', ",", "\n", "\r\n", ";", "é", '""', '",', ',"', '"\n', "1", "=x", " ", "\r"]


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=60),
    st.integers(1, 40),
    st.integers(5, 60),
    st.sampled_from([(1 << 20, 400), (1 << 20, 10), (4, 16), (2, 8)]),
)
def test_blocks_hold_the_rows_of_the_file(
    pieces: list[str], size: int, block: int, longest: tuple[int, int]
) -> None:
    """However long a cell may be, and however few bytes are at hand behind a stretch."""
    data, found = "".join(pieces).encode(), list[list[str]]()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder, "rows.csv")
        path.write_bytes(b"h1,h2,h3\n" + data)
        rows = open_rows(path, delimiter=",")
        patch.setattr(text_rows, "LONGEST_CELL", longest[0])
        expected = list(rows)
        patch.setattr(arrow_blocks, "LONGEST_CELL", longest[0])
        patch.setattr(arrow_blocks, "MARGIN", longest[1])
        patch.setattr(arrow_blocks, "SIZE", block)
        patch.setattr(arrow_blocks, "STRETCH", 10)
        parts = [data[start : start + size] for start in range(0, len(data), size)]
        parts.insert(len(parts) // 2, b"")
        for one in arrow_blocks.cut_blocks(iter(parts), ","):
            found += one.rows if one.rows is not None else rows_of(one)
    assert found == expected


FORM = CsvForm(",", "\n", 3)


def rows_of(block: arrow_blocks.Block) -> list[list[str]]:
    cells = Cells(block.data, ",", 3)
    assert block.count == (len(cells.lines) + 1) // 2
    rows = cells.read(np.arange(block.count))
    columns = cells.columns({"a": 0, "b": 1, "c": 2})
    unusual = set(cells.unusual("=+").tolist())
    for place, row in enumerate(cells.even.tolist()):
        assert rows[row] == [columns[name][place].as_py() for name in "abc"]
        line = cells.lines[row * 2].as_py()
        is_odd = FORM.join(rows[row]) != line or any(cell[:1] in ("=", "+") for cell in rows[row])
        assert is_odd == (row in unusual)
    return rows


def written(
    path: Path, engine: str, threads: int = 2, **options: Any
) -> tuple[bytes, dict[str, Any]]:
    rows = open_rows(path)
    assert isinstance(rows, TextRows)
    pricer = new_pricer(rows.header, **options)
    form = CsvForm(rows.delimiter, rows.raw_ends, len(rows.header))
    out = io.BytesIO()
    if engine == "arrow":
        CsvPricer(rows, pricer, form).price(out, threads=threads)
    else:
        for index, cells in enumerate(rows):
            out.write(form.row(cells, pricer.price(cells, rows.row_number(index))).encode())
    told = pricer.tally.as_json()
    del told["resolved"]
    return out.getvalue(), told


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_files_in_many_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, delimiter: str, line_end: str
) -> None:
    """Threads, quotes, stray quotes, formulas, ragged rows, blank rows and errors in any block."""
    monkeypatch.setattr("tariffcalc.batch.arrow_reading.SIZE", 5000)
    monkeypatch.setattr(arrow_blocks, "SIZE", 5000)
    chance = random.Random(f"{delimiter}{line_end}")
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end)
    writer.writerow(HEADER)
    for number in range(600):
        row = good_row(number, chance)
        kind = chance.randrange(40)
        if kind == 0:
            row[chance.randrange(3, 8)] = chance.choice(["", "?", "-5", "2016-01-01"])
        elif kind == 1:
            row = row[: chance.randrange(len(row))]
        elif kind == 2:
            row += ["more"]
        elif kind == 3:
            row[1] = f"two{line_end}lines"
        elif kind in (5, 6):
            row[1], row[HEADER.index("customs_value")] = 'bolts, nuts; 5" pipe', "$1,234.50"
        elif kind == 7:
            row[1] = chance.choice(["=SUM(1,2);3", "\uff1dSUM(1;2)", "\n=1"])
        if kind == 8:
            csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=1).writerow(row)
        elif kind == 4:
            text.write(delimiter.join(['5" pipe' if at == 1 else c for at, c in enumerate(row)]))
            text.write(line_end)
        else:
            writer.writerow(row)
    path = tmp_path / "in.csv"
    path.write_bytes(text.getvalue().encode())
    python = written(path, "python")
    assert written(path, "arrow", threads=3) == python
    assert written(path, "arrow", threads=1) == python


@pytest.mark.parametrize(
    ("most", "kept"),
    [
        ("pairs.PAIRS", 0), ("pairs.PAIRS", 1), ("pairs.PAIRS", 3), ("tables.CELLS", 256),
        ("tables.CELLS", 1024), ("tables.CELLS", 4096), ("plans.FORMULAS", 0),
        ("plans.FORMULAS", 9),
    ],
)  # fmt: skip
def test_what_finds_no_room_is_for_the_python_lane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: str, kept: int
) -> None:
    chance = random.Random(kept)
    path = tmp_path / "in.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = [good_row(line, chance) for line in range(300)]
        for row in rows[::7]:
            row[HEADER.index("classification")] = f"{row[0]:0>2}06909500"[-9:]  # a zero is lost
        csv.writer(file).writerows([HEADER, *rows])
    python = written(path, "python")
    assert python[1]["statuses"]["partial"] > 30
    monkeypatch.setattr(f"tariffcalc.batch.arrow_{most}", kept)
    assert written(path, "arrow") == python


@pytest.mark.parametrize("full", ["_step", "_fact"])
def test_points_of_which_a_step_finds_no_room_are_for_the_python_lane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: str
) -> None:
    """A step that is not known is not one that takes nothing."""
    chance = random.Random(full)
    path = tmp_path / "in.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *(good_row(line, chance) for line in range(300))])
    begin = PlanTables.__init__

    def begin_full(tables: PlanTables, *told: Any) -> None:
        begin(tables, *told)
        getattr(tables, full)._with_room = lambda row, column: None

    monkeypatch.setattr(PlanTables, "__init__", begin_full)
    assert written(path, "arrow") == written(path, "python")


@pytest.mark.parametrize("ending", ["", "\n", "\n\n", "\r\n"])
def test_files_without_rows_and_with_one(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "in.csv"
    head = ",".join(ORDINARY)
    for body in ("", "\n2020-08-20,CA,7601106030,100000,US,"):
        path.write_bytes(f"{head}{body}{ending}".encode())
        assert written(path, "arrow") == written(path, "python")


def test_decimal_commas_are_read_on_columns() -> None:
    """1 234,56 of 10 % is 123.46 (85 FR 49921): 123.456, half up."""
    columns = map_columns(ORDINARY, {}, Defaults())
    cells = CellReader(opened().store, None, True)
    lane = ArrowLane(LinePricer(opened(), columns, columns.defaults, cells))
    row = {"entry_date": "2020-09-10", "importer": "US", "origin": "CA"}
    row |= {"classification": "7601.10.60", "customs_value": "1\u00a0234,56", "claims": "usmca"}
    priced = price_batch(as_batch([[row.get(name, "") for name in ORDINARY]], ORDINARY), lane)
    assert priced["charges"].to_pylist() == ["us-232-aluminum=123.46"]
    assert lane.answer(
        {name: pa.array([row.get(name, "")]) for name in lane.places}
    ).done.all()  # and not by the Python lane


OVERLAY = """
instruments:
  - {id: us-own, title: Own, citation: own, made: 2018-01-01, known: secondary}
measures:
"""
OWN = """
  - id: %s-own-%s
    title: Own
    importer: %s
    kind: surtax
    authority: own
    acts:
      - instrument: us-own
        paints:
          - from: 2018-01-01
            origins: all
            goods: all
            duty: 5%%
            cases: [{when: [%s], duty: none}]
"""


def test_countries_whose_measures_heed_the_same_claims(tmp_path: Path) -> None:
    """Only the United States has a rate of base duty on which something turns.

    Of 1,000.00 on either side the measure that asks for the claim takes 5 %, that which asks for a
    base rate of 15 % nothing at 20 %.
    """
    overlay, source = tmp_path / "own.yaml", tmp_path / "in.csv"
    own = [
        OWN % ("us", "high", "US", "{base_rate_at_least: 15%}"),
        OWN % ("us", "claim", "US", "exclusion"),
        OWN % ("ca", "claim", "CA", "exclusion"),
    ]
    overlay.write_text(OVERLAY + "".join(own), encoding="utf-8")
    source.write_text(
        "importer,entry_date,origin,classification,customs_value,base_rate\n"
        "US,2019-06-03,DE,49019900,1000,20%\n"
        "CA,2019-06-03,DE,49019900,1000,20%\n",
        encoding="utf-8",
    )
    found = []
    for engine in ("python", "arrow"):
        output = tmp_path / f"{engine}.csv"
        job = Job(str(source), str(output), quiet=True, engine=engine)  # type: ignore[arg-type]
        price_file(job, load_catalogue(None, [overlay]))
        found.append(output.read_bytes())
    assert found[0] == found[1]
    rows = csv.DictReader(io.StringIO(found[1].decode()))
    assert [row["charges"] for row in rows] == [
        "us-own-high=0.00;us-own-claim=50.00",
        "ca-own-claim=50.00",
    ]
