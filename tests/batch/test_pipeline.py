"""A file priced: every row once and in order, whichever the lane, the passes, the form."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.batch.invoices import HEADER, good_row

from tariffcalc import Catalogue, InputError
from tariffcalc.batch import columnar, pipeline, writers
from tariffcalc.batch.columnar import WORTH_SHARING
from tariffcalc.batch.columns import Defaults
from tariffcalc.batch.crew import Member, most_members, share
from tariffcalc.batch.inert import restore
from tariffcalc.batch.job import Job
from tariffcalc.batch.pipeline import Outcome, look, price_file
from tariffcalc.batch.printer import MARKS
from tariffcalc.batch.result import Options
from tariffcalc.batch.stops import Stopped
from tariffcalc.batch.summary import as_text
from tariffcalc.batch.writers import Form
from tariffcalc.engine.as_json import as_json
from tariffcalc.values.exchange import parse_rates

BROKEN: tuple[tuple[dict[str, str], str, str], ...] = (
    ({"classification": ""}, "missing-field", "classification"),
    ({"classification": "7601"}, "bad-classification", "classification"),
    ({"classification": "7.60E+09"}, "bad-classification", "classification"),
    ({"classification": "aluminum"}, "bad-classification", "classification"),
    ({"classification": "#N/A"}, "bad-classification", "classification"),
    ({"classification": "9903.01.10"}, "bad-classification", "classification"),
    ({"classification": "99038187"}, "bad-classification", "classification"),
    ({"origin": ""}, "missing-field", "origin"),
    ({"origin": "Kanada?"}, "unknown-country", "origin"),
    ({"importer": "Atlantis"}, "unknown-country", "importer"),
    ({"importer": "MX"}, "importer-not-covered", "importer"),
    ({"entry_date": ""}, "missing-field", "entry_date"),
    ({"entry_date": "soon"}, "bad-entry-date", "entry_date"),
    ({"entry_date": "2020-02-30"}, "bad-entry-date", "entry_date"),
    ({"entry_date": "03/04/2020"}, "ambiguous-date", "entry_date"),
    ({"entry_date": "2011-05-05"}, "before-coverage", "entry_date"),
    ({"shipped_date": "2029-01-01"}, "shipped-after-entry", "shipped_date"),
    ({"customs_value": ""}, "missing-field", "customs_value"),
    ({"customs_value": "0"}, "bad-customs-value", "customs_value"),
    ({"customs_value": "(500.00)"}, "bad-customs-value", "customs_value"),
    ({"customs_value": "1,5"}, "bad-customs-value", "customs_value"),
    ({"customs_value": "a lot"}, "bad-customs-value", "customs_value"),
    ({"customs_value": "9" * 20}, "bad-customs-value", "customs_value"),
    ({"currency": "EUR"}, "no-exchange-rate", "currency"),
    ({"currency": "Thaler"}, "bad-currency", "currency"),
    ({"claims": "usmcaa"}, "unknown-claim", "claims"),
    ({"customs_value": "10.00", "steel": "11"}, "bad-content", "steel"),
    ({"steel": "150%"}, "bad-content", "steel"),
    ({"quantity": "-1"}, "bad-quantity", "quantity"),
    ({"unit": "furlong"}, "bad-unit", "unit"),
    ({"base_rate": "cheap"}, "bad-base-rate", "base_rate"),
    ({"mode": "rocket"}, "bad-mode", "mode"),
    ({"filed_duty": "-3"}, "bad-filed-duty", "filed_duty"),
    ({"ragged": "short"}, "ragged-row", ""),
    ({"ragged": "long"}, "ragged-row", ""),
)


def spoil(row: list[str], fault: Mapping[str, str]) -> list[str]:
    if fault.get("ragged") == "short":
        return row[:9]
    if fault.get("ragged") == "long":
        return [*row, "one too many"]
    told = dict(zip(HEADER, row, strict=True)) | {"steel": "", **fault}
    return [told[name] for name in HEADER]


def five_percent_broken() -> list[tuple[list[str], str, str]]:
    """Return rows with the error each must have; every twentieth is broken, each kind once."""
    chance = random.Random(20)
    rows = [(good_row(line, chance), "", "") for line in range(20 * len(BROKEN))]
    for place, (fault, code, field) in enumerate(BROKEN):
        at = 20 * place + chance.randrange(20)
        rows[at] = spoil(rows[at][0], fault), code, field
    return rows


def save(path: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return path


def read(path: Path, **options: str) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, restkey="rest", **options))


def run(catalogue: Catalogue, source: Path, output: Path, **options: Any) -> Outcome:
    return price_file(Job(str(source), str(output), quiet=True, **options), catalogue)


def declared(row: Sequence[str]) -> dict[str, Any]:
    told: dict[str, Any] = {k: v for k, v in zip(HEADER, row, strict=True) if v}
    for name in ("description", "filed_duty"):
        told.pop(name, None)
    steel = told.pop("steel", None)
    return told | {
        "claims": told["claims"].split(";") if "claims" in told else [],
        "contents": {"steel": steel} if steel else {},
    }


def test_broken_rows_stand_in_their_place_and_the_rest_is_priced_as_quote_says(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    rows = five_percent_broken()
    source = save(tmp_path / "in.csv", [row for row, _, _ in rows])
    outcome = run(catalogue, source, tmp_path / "out.csv")
    found = read(tmp_path / "out.csv")
    assert outcome.failed == len(BROKEN)
    assert len(found) == len(rows)
    law = catalogue.law()
    for (row, code, field), out in zip(rows, found, strict=True):
        own = [restore(out[name]) for name in HEADER]
        assert own[: len(row)] == row[: len(HEADER)]
        assert (out["error_code"], out["error_field"]) == (code, field), out["error_message"]
        if code:
            assert out["status"] == "error"
            assert out["error_message"]
            assert not any(out[name] for name in ("base_duty", "total_duty", "payable", "charges"))
            continue
        answer = as_json(law.quote(catalogue.shipment(**declared(row))))
        totals = {name: amount or "unknown" for name, amount in answer["totals"].items()}
        assert out["status"] == answer["status"]
        if answer["status"] == "prohibited":
            continue
        for name in ("base_duty", "additional_duty", "fees", "taxes", "payable", "effective_rate"):
            assert out[name] == totals[name], (row, name)
        charged = {part.split("=")[0] for part in out["charges"].split(";") if part}
        assert charged == {charge["measure"] for charge in answer["lines"][0]["charges"][1:]}, row


def test_the_summary_counts_what_is_there(catalogue: Catalogue, tmp_path: Path) -> None:
    rows = five_percent_broken()
    source = save(tmp_path / "in.csv", [row for row, _, _ in rows])
    told = run(catalogue, source, tmp_path / "out.csv", summary=str(tmp_path / "s.json")).summary
    found = read(tmp_path / "out.csv")
    assert told == json.loads((tmp_path / "s.json").read_text())
    assert told["lines"] == len(rows)
    for code in {code for _, code, _ in rows if code}:
        at = [number for number, row in enumerate(rows, 2) if row[1] == code]
        assert told["errors"][code] == {"count": len(at), "first_rows": at[:10]}
    for status in ("ok", "partial", "prohibited", "error"):
        count = sum(out["status"] == status for out in found)
        assert told["statuses"].get(status, 0) == count
    assert set(told["currencies"]) == {"USD", "CAD"}


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("engine", ["python", "arrow"])
def test_charges_as_columns_hold_what_the_compact_column_holds(
    catalogue: Catalogue, tmp_path: Path, engine: Any, delimiter: str
) -> None:
    """A freed entry, a ban, contents and a broken row among them: each measure has its column."""
    chance = random.Random(3)
    rows = [good_row(line, chance) for line in range(300)]
    ban, freed, broken = (dict(zip(HEADER, row, strict=True)) for row in rows[:3])
    ban |= {"importer": "US", "entry_date": "2026-09-30", "origin": "CA"}
    ban["classification"] = "0404.10.05"
    freed |= {"importer": "US", "entry_date": "2020-08-20", "customs_value": "500.00"}
    freed |= {"origin": "DE", "classification": "7208.51.00", "claims": "section_321"}
    broken["origin"] = "Freedonia"
    rows[:3] = [[*row.values()] for row in (ban, freed, broken)]
    source = tmp_path / "in.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows([HEADER, *rows])
    run(catalogue, source, tmp_path / "compact.csv", engine=engine)
    run(catalogue, source, tmp_path / "columns.csv", engine=engine, spreads=True)
    compact, columns = (
        read(tmp_path / f"{name}.csv", delimiter=delimiter) for name in ("compact", "columns")
    )
    own = [name for name in columns[0] if name not in compact[0]]
    assert own == sorted(own)
    assert any(name.startswith("us-") for name in own)
    for one, other in zip(compact, columns, strict=True):
        held = ";".join(sorted(one["charges"].split(";")))
        assert ";".join(f"{name}={other[name]}" for name in own if other[name]) == held
        assert other["payable"] == one["payable"]
    assert all(any(row[name] for row in columns) for name in own)
    assert {row["status"] for row in columns} == {"ok", "partial", "prohibited", "error"}


@pytest.mark.parametrize("engine", ["python", "arrow"])
def test_a_file_that_nothing_charges_has_no_columns_of_charges(
    catalogue: Catalogue, tmp_path: Path, engine: Any
) -> None:
    source = tmp_path / "in.csv"
    line = "2019-12-02,CA,7601.10.60,500.00,US,usmca\n"
    source.write_text("entry_date,origin,classification,customs_value,importer,claims\n" + line)
    run(catalogue, source, tmp_path / "columns.csv", engine=engine, spreads=True)
    (row,) = read(tmp_path / "columns.csv")
    assert [*row][6:9] == ["status", "base_duty", "additional_duty"]
    assert [*row.values()][6:9] == ["ok", "0.00", "0.00"]


@pytest.mark.parametrize("engine", ["python", "arrow"])
def test_charges_as_columns_know_what_the_entry_is_worth(
    catalogue: Catalogue, tmp_path: Path, engine: Any
) -> None:
    """Two lines of 500.00 are more than the 800 dollars of section 321: 25 % of each is 125.00."""
    source = tmp_path / "in.csv"
    line = "A,2020-08-20,DE,7208.51.00,500.00,US,section_321\n"
    head = "entry,entry_date,origin,classification,customs_value,importer,claims\n"
    source.write_text(head + 2 * line, encoding="utf-8")
    run(catalogue, source, tmp_path / "columns.csv", engine=engine, spreads=True)
    for row in read(tmp_path / "columns.csv"):
        assert (row["us-232-steel"], row["additional_duty"]) == ("125.00", "125.00")


def test_where_semicolons_part_the_cells_a_comma_may_part_the_cents(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    """By hand: 12 500 dozen of eggs at 2.8 cents are 350.00, 12.5 dozen 0.35 (0407.11.00)."""
    head = "entry_date;importer;origin;classification;customs_value;quantity;unit\n"
    rows = "2025-05-20;US;CA;0407.11.00.00;1500;12,500;DOZ\n" * 3
    source = tmp_path / "in.csv"
    source.write_text(head + rows, encoding="utf-8")
    told = {"engine": "python"}, {"engine": "arrow"}
    for comma, duty in ((None, ""), (False, "350.00"), (True, "0.35")):
        found = []
        for more in told:
            run(catalogue, source, tmp_path / "out.csv", force=True, decimal_comma=comma, **more)
            found.append(read(tmp_path / "out.csv", delimiter=";"))
        assert found[0] == found[1]
        assert {row["base_duty"] for row in found[0]} == {duty}
    source.write_text(head.replace(";", ",") + "2025-05-20,US,CA,0407.11.00.00,1500,12.5,DOZ\n")
    run(catalogue, source, tmp_path / "out.csv", force=True)
    assert read(tmp_path / "out.csv")[0]["base_duty"] == "0.35"


def test_where_semicolons_part_the_cells_a_point_may_part_the_thousands(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    """By hand: 10 % on German aluminum of 12.50 is 1.25, of 12,500.00 it is 1,250.00."""
    head = "entry_date;importer;origin;classification;customs_value;filed_duty\n"
    line = "2019-10-15;US;DE;7601.10.60;{};{}\n"
    source = tmp_path / "in.csv"
    source.write_text(
        head + line.format("12.500", "") * 3 + line.format("850", "1.250") + line.format("9.50", 1),
        encoding="utf-8",
    )
    for comma, duties in (
        (None, ["", "", "", "", "0.95"]),
        (False, ["1.25", "1.25", "1.25", "85.00", "0.95"]),
        (True, ["1250.00", "1250.00", "1250.00", "85.00", ""]),
    ):
        found = []
        for engine in ("python", "arrow"):
            run(
                catalogue, source, tmp_path / "out.csv",
                force=True, decimal_comma=comma, engine=engine,
            )  # fmt: skip
            found.append(read(tmp_path / "out.csv", delimiter=";"))
        assert found[0] == found[1]
        assert [row["additional_duty"] for row in found[0]] == duties


def test_a_report_with_blank_entries_says_so(catalogue: Catalogue, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text(
        "Entry Summary Number,Entry Date,Entry Summary Line Number,Country of Origin Code,"
        "Tariff Ordinal Number,HTS Number - Full,Line Tariff Goods Value Amount,"
        "Line Tariff Duty Amount\n"
        "A,03/05/2025,1,CA,1,99030110,0,250\n"
        "A,03/05/2025,1,CA,2,3923900080,1000,30\n"
        ",03/05/2025,2,CA,1,99030110,0,500\n"
        ",03/05/2025,2,CA,2,3923900080,2000,60\n",
        encoding="utf-8",
    )
    outcome = run(catalogue, source, tmp_path / "out.csv")
    rows = read(tmp_path / "out.csv")
    assert [row["status"] for row in rows] == ["grouped", "ok", "error", "error"]
    assert rows[1]["filed_minus_computed"] == "0.00"
    assert {row["error_field"] for row in rows[2:]} == {"entry"}
    assert "fill it in each row" in rows[3]["error_message"]
    assert outcome.failed == 2


def test_the_marks_of_the_input_are_kept(catalogue: Catalogue, tmp_path: Path) -> None:
    body = (
        "\ufeffclassification;origin;customs_value;entry_date;importer;ré\r\n"
        '7601.10.60;CA;100;2020-08-20;US;"a;b"\r\n'
    )
    source, output = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(body.encode())
    run(catalogue, source, output)
    written = output.read_bytes().decode()
    head, line, rest = written.split("\r\n")
    assert head.startswith(
        "\ufeffclassification;origin;customs_value;entry_date;importer;ré;status"
    )
    assert line.startswith('7601.10.60;CA;100;2020-08-20;US;"a;b";ok;0.00;us-232-aluminum=10.00;')
    assert rest == ""
    assert "\n" not in written.replace("\r\n", "")


def test_the_forms_say_the_same(catalogue: Catalogue, tmp_path: Path) -> None:
    chance = random.Random(4)
    source = save(tmp_path / "in.csv", [good_row(line, chance) for line in range(50)])
    for name in ("out.csv", "out.csv.gz", "out.tsv", "out.jsonl", "out.parquet"):
        run(catalogue, source, tmp_path / name)
    rows = [{k: restore(v) for k, v in row.items()} for row in read(tmp_path / "out.csv")]
    tabbed = read(tmp_path / "out.tsv", delimiter="\t")
    assert [{k: restore(v) for k, v in row.items()} for row in tabbed] == rows
    import gzip

    assert (
        gzip.decompress((tmp_path / "out.csv.gz").read_bytes())
        == (tmp_path / "out.csv").read_bytes()
    )
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [{k: v or "" for k, v in json.loads(line).items()} for line in lines] == rows
    parquet = pytest.importorskip("pyarrow.parquet")
    found = parquet.read_table(tmp_path / "out.parquet").drop(["extra_cells"]).to_pylist()
    assert [{k: as_in_csv(k, v) for k, v in row.items()} for row in found] == [
        {k: "" if v == "unknown" else v for k, v in row.items()} for row in rows
    ]


def as_in_csv(name: str, value: object) -> str:
    """Show a value of Parquet as CSV has it."""
    if isinstance(value, Decimal):
        return f"{value * 100:.2f}%" if name == "effective_rate" else f"{value:.2f}"
    return "" if value is None else str(value)


def test_gzip_output_is_the_same_each_time(catalogue: Catalogue, tmp_path: Path) -> None:
    source = save(tmp_path / "in.csv", [good_row(1, random.Random(5))])
    run(catalogue, source, tmp_path / "a.csv.gz")
    run(catalogue, source, tmp_path / "b.csv.gz")
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()


ODD_LINES = (
    '1,"two\nlines",US,2020-08-20,,CA,7601.10.60,5.00,,,,,,,,',
    '2,stray " quote,US,2020-08-20,,CA,7601.10.60,5.00,,,,,,,,',
    '3,"needless",US,2020-08-20,,CA,"7601.10.60",5.00,,,,,,,,',
    "4,'=A1,US,2020-08-20,,CA,7601.10.60,5.00,,,,,,,,",
    '5,="0001",US,2020-08-20,,CA,7601.10.60,-5.00,,,,,,,,',
    "",
    ",,,,,,,,,,,,,,,",
    "6,short",
    "7,long,US,2020-08-20,,CA,7601.10.60,5.00,,,,,,,,,,more",
    '8,\t=A1,US,08/20/2020,,Canada,7601106000,"$5,000.00",,,,,,,,',
)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "=", "."])
def test_both_lanes_write_the_same_bytes(
    catalogue: Catalogue, tmp_path: Path, line_end: str, mark: str, delimiter: str
) -> None:
    pytest.importorskip("pyarrow")
    text = io.StringIO()
    rows = [HEADER, *(row for row, _, _ in five_percent_broken())]
    csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    odd = (line.replace(",", delimiter) for line in ODD_LINES)
    source = tmp_path / "in.csv"
    source.write_bytes((mark + text.getvalue() + "".join(x + line_end for x in odd)).encode())
    target = "out.tsv" if delimiter == "\t" else "out.csv"
    told = {}
    for engine in ("python", "arrow"):
        output = tmp_path / engine / target
        output.parent.mkdir()
        summary = run(catalogue, source, output, engine=engine, delimiter=delimiter).summary
        # Amounts, shares and charges hold the others, and are quoted by the Python lane alone.
        assert summary["engine"] == (engine if delimiter in MARKS else "python")
        told[engine] = {key: summary[key] for key in ("statuses", "errors", "currencies")}
    assert (tmp_path / "arrow" / target).read_bytes().splitlines() == (
        tmp_path / "python" / target
    ).read_bytes().splitlines()
    assert told["arrow"] == told["python"]


@pytest.mark.parametrize(
    ("cell", "count", "failed"),
    [
        ("y" * 600_000, 10, 0), (f'"{"y" * 600_000}"', 10, 0), ("é" * 600_000, 2, 0),
        (f'"{"y, y" * 10_000}\n{"y" * 500_000}"', 9, 0), ("y" * 1_200_000, 3, 1),
        (f'"{"yyyy" * 200_000}\n{"y" * 400_000}"', 1, 1), ("y" * 1_000_000, 10, None),
    ],
)  # fmt: skip
def test_long_rows_are_the_same_in_both_lanes(
    catalogue: Catalogue, tmp_path: Path, cell: str, count: int, failed: int | None
) -> None:
    pytest.importorskip("pyarrow")
    header = ("entry_date", "origin", "classification", "customs_value", "importer", "note")
    good = "2020-08-20,DE,7208.51.00,500.00,US"
    short = f"{good}{',x' * count}\n" * 3
    source = tmp_path / "in.csv"
    notes = "".join(f",note {n}" for n in range(1, count))
    long = ",".join([good, *[cell] * count])
    source.write_text(f"{','.join(header)}{notes}\n{short}{long}\n{short}", encoding="utf-8")
    found = set()
    for engine in ("python", "arrow"):
        output = tmp_path / f"{engine}.csv"
        if failed is None:
            with pytest.raises(InputError, match="line 5 has more than 8,388,608 characters"):
                run(catalogue, source, output, engine=engine)
            assert not output.exists()
            continue
        outcome = run(catalogue, source, output, engine=engine)
        assert (outcome.summary["engine"], outcome.failed) == (engine, failed)
        found.add(output.read_bytes())
    assert len(found) == (failed is not None)


def test_two_processes_write_what_one_writes(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same bytes, sums, errors with their first rows, and the same law resolved."""
    pytest.importorskip("pyarrow")
    shared: list[int] = []

    def share_told(work: Callable[[Member], Any], size: int) -> list[Any]:
        shared.append(size)
        return share(work, size)

    source = save(tmp_path / "in.csv", [row for row, _, _ in five_percent_broken()] * 3)
    monkeypatch.setattr("tariffcalc.batch.columnar.share", share_told)
    monkeypatch.setattr("tariffcalc.batch.arrow_reading.SIZE", 9000)
    monkeypatch.setattr("tariffcalc.batch.arrow_blocks.SIZE", 9000)
    found = []
    for least in (1 << 40, 1):
        monkeypatch.setitem(WORTH_SHARING, "text", least)
        output = tmp_path / "out.csv"
        told = run(catalogue, source, output, engine="arrow", force=True).summary
        found.append((output.read_bytes(), {**told, "seconds": 0, "rows_per_second": 0}))
    assert shared == [1, most_members()]
    assert found[0] == found[1]


def test_parquet_keeps_its_types_and_gets_what_the_python_lane_says(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    from datetime import date

    names = ("hts", "origin", "customs_value", "entry_date", "importer", "id", "status")
    rows = [
        ("7601.10.60", "CA", Decimal("100.00"), date(2020, 8, 20), "US", 1, "mine"),
        ("8471300100", "DE", Decimal("2000.00"), date(2024, 6, 3), "US", 2, None),
        ("12", "DE", None, date(2024, 6, 3), "US", None, None),
    ]
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    source = tmp_path / "in.parquet"
    parquet.write_table(pa.table(columns), source)
    told = {
        engine: run(catalogue, source, tmp_path / f"{engine}.parquet", engine=engine).summary
        for engine in ("auto", "python")
    }
    assert told["auto"]["engine"] == "arrow"
    assert told["auto"]["currencies"] == told["python"]["currencies"]
    assert told["auto"]["errors"] == told["python"]["errors"]
    auto, python = (parquet.read_table(tmp_path / f"{engine}.parquet") for engine in told)
    assert auto.column_names == python.column_names
    assert auto.column_names[: len(names)] == list(names)
    assert auto.schema.field("id").type == pa.int64()
    assert auto.schema.field("entry_date").type == pa.date32()
    assert auto.select(list(names)).to_pylist() == pa.table(columns).to_pylist()
    result = auto.column_names[len(names) :]
    assert result[0] == "status_2"
    assert auto.select(result).to_pylist() == python.select(result).to_pylist()
    assert auto.column("status_2").to_pylist() == ["ok", "ok", "error"]
    assert auto.column("payable").to_pylist()[2] is None


# Two row groups of 15 fit into a batch of 40, and with 70 rows one that is written is full: it has
# 90 rows, of 500. Two processes read runs of 75, of which each is one, while more is left than such
# a run: the last 125 rows are two.
@pytest.mark.parametrize(("least", "written"), [(1 << 40, 6), (1, 5 + 2)])
def test_parquet_of_many_kinds_in_small_row_groups(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least: int, written: int
) -> None:
    """By one process and by two: every row group says what the Python lane says of its rows."""
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    from datetime import date

    from tariffcalc.batch import arrow_groups, arrow_parquet

    monkeypatch.setattr(arrow_parquet, "BATCH", 40)
    monkeypatch.setattr(arrow_parquet, "FIRST", 30)
    monkeypatch.setattr(arrow_parquet, "GROUP", 70)
    monkeypatch.setattr(arrow_groups, "GROUP", 70)
    monkeypatch.setitem(WORTH_SHARING, "parquet", least)
    dates = [date(2020, 8, 20), date(2025, 6, 10), None, date(2019, 1, 1), date(2025, 4, 5)]
    codes = ["7601106000", "7208100000", "8471300100", "12", None]
    count = 100
    table = pa.table(
        {
            "hts": pa.array(codes * count, pa.large_string()),
            "origin": pa.array(["CA", "CN", None] * 166 + ["DE", "x"]).dictionary_encode(),
            "customs_value": [f"{number}.50" for number in range(5 * count)],
            "entry_date": pa.array(dates * count),
            "shipped_date": pa.array([None, "2018-05-05"] + [None] * (5 * count - 2)),
            "importer": ["US", "CA"] * (5 * count // 2),
            "weight": pa.array([1.5] * (5 * count)).cast(pa.float16()),
        }
    )
    for name, part in (("many", table), ("few", table.slice(0, 2)), ("none", table.slice(0, 0))):
        source = tmp_path / f"{name}.parquet"
        parquet.write_table(part, source, row_group_size=15)
        auto, python = (
            run(catalogue, source, tmp_path / f"{name}-{engine}.parquet", engine=engine)
            for engine in ("auto", "python")
        )
        assert auto.summary["engine"] == "arrow"
        for name_of_sums in ("statuses", "errors", "currencies"):
            assert auto.summary[name_of_sums] == python.summary[name_of_sums]
        told, wanted = (
            parquet.read_table(tmp_path / f"{name}-{engine}.parquet")
            for engine in ("auto", "python")
        )
        assert told.schema.types == [*part.schema.types, *wanted.schema.types[7:]]
        assert told.schema.field("payable").type == pa.decimal128(38, 2)
        assert told.select(table.column_names).equals(part)
        result = told.column_names[7:]
        assert told.select(result).to_pylist() == wanted.select(result).to_pylist()
        file = parquet.ParquetFile(tmp_path / f"{name}-auto.parquet")
        groups = [file.read_row_group(number) for number in range(file.num_row_groups)]
        assert len(groups) == {"many": written, "few": 1, "none": 0}[name]
        assert not groups or pa.concat_tables(groups).equals(told)


ENTRY = ("entry", "classification", "origin", "customs_value", "entry_date", "importer")


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")
def test_only_one_process_writes_parquet_to_a_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others would not know how far it goes."""
    source = tmp_path / "in.parquet"
    source.write_bytes(b"PAR1")
    monkeypatch.setitem(WORTH_SHARING, "parquet", 1)
    reading, writing = os.pipe()
    os.close(reading)
    job = Job(str(source), "-")
    with os.fdopen(writing, "wb") as pipe, (tmp_path / "out").open("wb") as file:
        assert columnar._members(job, pipe, Form.PARQUET, "parquet") == 1
        assert columnar._members(job, file, Form.PARQUET, "parquet") == most_members()


def test_two_processes_write_parquet_where_the_output_begins(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stood before it counts in no place that a Parquet file names."""
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    from tariffcalc.batch import arrow_parquet

    monkeypatch.setattr(arrow_parquet, "BATCH", 50)
    monkeypatch.setitem(WORTH_SHARING, "parquet", 1)
    chance = random.Random(8)
    rows = [good_row(line, chance) for line in range(400)]
    columns = dict(zip(HEADER, (pa.array(c) for c in zip(*rows, strict=True)), strict=True))
    source, output = tmp_path / "in.parquet", tmp_path / "out.parquet"
    parquet.write_table(pa.table(columns), source)
    run(catalogue, source, output)
    whole = tmp_path / "behind"
    with whole.open("wb") as file:
        file.write(b"before")
        file.flush()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(file))
        price_file(Job(str(source), "-", form="parquet", quiet=True), catalogue)
    told = parquet.read_table(io.BytesIO(whole.read_bytes().removeprefix(b"before")))
    assert told.equals(parquet.read_table(output))


@pytest.mark.parametrize(("engine", "least"), [("python", 1), ("arrow", 1 << 40), ("arrow", 1)])
def test_a_parquet_file_that_is_damaged_within_is_refused(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str, least: int
) -> None:
    monkeypatch.setitem(WORTH_SHARING, "parquet", least)
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    chance = random.Random(3)
    rows = [good_row(line, chance) for line in range(400)]
    columns = dict(zip(HEADER, (pa.array(c) for c in zip(*rows, strict=True)), strict=True))
    source = tmp_path / "in.parquet"
    pq.write_table(pa.table(columns), source)
    sound, refused = source.read_bytes(), 0
    for place in range(200, len(sound) - 8000, len(sound) // 12):
        damaged = bytes(255 - byte for byte in sound[place : place + 900])
        source.write_bytes(sound[:place] + damaged + sound[place + 900 :])
        output = tmp_path / f"{place}.parquet"
        with suppress(InputError):
            run(catalogue, source, output, engine=engine)
        refused += not output.exists()
    assert refused > 3
    with pytest.raises(InputError, match=r"in.parquet: is not a sound Parquet file"):
        run(catalogue, source, tmp_path / "out.parquet", engine=engine)


def test_the_fee_of_an_entry_is_shared_over_its_lines_wherever_they_stand(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    values = {"A": ("3333.33", "6666.67", "0.01"), "B": ("500000.00", "700000.01")}
    rows = [
        [entry, "8471300100", "DE", value, "2024-06-03", "US"]
        for entry, several in values.items()
        for value in several
    ]
    random.Random(6).shuffle(rows)
    run(catalogue, save(tmp_path / "in.csv", rows, ENTRY), tmp_path / "out.csv")
    found = read(tmp_path / "out.csv")
    for entry, several in values.items():
        lines = [
            {"classification": "8471300100", "origin": "DE", "customs_value": value}
            for value in several
        ]
        shipment = catalogue.shipment(importer="US", entry_date="2024-06-03", lines=lines)
        fees = as_json(catalogue.law().quote(shipment))["totals"]["fees"]
        shared = [out["fees"] for out in found if out["entry"] == entry]
        assert f"{sum(round(float(fee) * 100) for fee in shared) / 100:.2f}" == fees


def test_an_entry_tells_of_its_report_rows_without_a_line_number(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    """Entry B is worth 3,000, for 31.67; of the 1,000 that can be priced, 2.53 are paid."""
    header = (
        "Entry Summary Number", "Entry Summary Line Number", "Entry Date",
        "Country of Origin Code", "HTS Number - Full", "Line Tariff Goods Value Amount",
        "Line Tariff Duty Amount",
    )  # fmt: skip
    rows = [
        ("B", "1", "04/08/2024", "DE", "8471300100", "1000.00", "0"),
        ("B", "", "04/08/2024", "DE", "8471300100", "2000.00", "0"),
        ("C", "1", "04/08/2024", "DE", "8471300100", "1000.00", "0"),
    ]
    run(catalogue, save(tmp_path / "in.csv", rows, header), tmp_path / "out.csv")
    found = read(tmp_path / "out.csv")
    assert [row["fees"] for row in found] == ["2.53", "", "2.53"]
    assert found[0]["warnings"].startswith("entry-incomplete")
    assert found[2]["warnings"] == ""


def test_report_rows_of_chapter_99_come_out_grouped(catalogue: Catalogue, tmp_path: Path) -> None:
    source = Path(__file__).parent / "samples" / "es003.csv"
    outcome = run(catalogue, source, tmp_path / "out.csv")
    found = read(tmp_path / "out.csv")
    assert [out["status"] for out in found] == [
        "grouped", "ok", "ok", "grouped", "grouped", "partial", "error",
    ]  # fmt: skip
    assert found[1]["filed_minus_computed"] == "0.00"
    assert outcome.summary["statuses"]["grouped"] == 3


def test_a_report_warns_where_chapter_98_stands_beside_goods(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    """Pump parts of the United States that return: by their own number they are Free too.

    They pay the informal fee of 2.62 (Federal Register document 2024-15990); that 9801.00.10
    frees of it (19 CFR 24.23(c)(1)) is not held, and so is said.
    """
    header = (
        "Entry Summary Number", "Entry Summary Line Number", "Entry Date",
        "Country of Origin Code", "HTS Number - Full", "Line Tariff Goods Value Amount",
        "Line Tariff Duty Amount",
    )  # fmt: skip
    rows = [
        ("B", "1", "04/15/2025", "US", "9801001012", "0.00", "0"),
        ("B", "1", "04/15/2025", "US", "8413919095", "1000.00", "0"),
    ]
    outcome = run(catalogue, save(tmp_path / "in.csv", rows, header), tmp_path / "out.csv")
    found = read(tmp_path / "out.csv")
    assert [row["status"] for row in found] == ["grouped", "ok"]
    assert found[1]["fees"] == "2.62"
    assert found[1]["warnings"] == (
        "chapter-98: what 9801.00.10.12 frees or changes is not held here; priced without it"
    )
    assert "1  rows of Chapters 98 and 99, priced" in as_text(outcome.summary)


def test_strict_writes_nothing_when_a_row_failed(catalogue: Catalogue, tmp_path: Path) -> None:
    chance = random.Random(7)
    rows = [good_row(line, chance) for line in range(5)]
    source, output = tmp_path / "in.csv", tmp_path / "out.csv"
    save(source, [*rows, spoil(rows[0], {"origin": "Kanada?"})])
    outcome = run(catalogue, source, output, strict=True)
    assert outcome.failed == 1
    assert outcome.summary["output"] is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]
    save(source, rows)
    assert run(catalogue, source, output, strict=True).failed == 0
    assert len(read(output)) == 5


def test_a_default_that_cannot_be_read_is_refused_once(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    source = save(tmp_path / "in.csv", [good_row(1, random.Random(8))])
    defaults = Defaults(origin="Kanada?", mode="rocket")
    with pytest.raises(InputError) as raised:
        run(catalogue, source, tmp_path / "out.csv", defaults=defaults)
    assert [issue.where for issue in raised.value.issues] == ["--origin", "--mode"]
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("name", ["out.csv", "summary.json"])
def test_targets_are_checked_before_any_work(
    catalogue: Catalogue, tmp_path: Path, name: str
) -> None:
    source = save(tmp_path / "in.csv", [good_row(1, random.Random(9))])
    (tmp_path / name).write_text("old")
    with pytest.raises(InputError, match="--force"):
        run(catalogue, source, tmp_path / "out.csv", summary=str(tmp_path / "summary.json"))
    assert (tmp_path / name).read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="has no folder that takes no file")
def test_a_summary_that_cannot_be_written_is_told_before_pricing(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = save(tmp_path / "in.csv", [good_row(1, random.Random(9))])
    monkeypatch.setattr(pipeline, "_write", lambda *_: pytest.fail("was priced"))
    with pytest.raises(InputError, match=r"/proc/s\.json: cannot be written"):
        run(catalogue, source, tmp_path / "out.csv", summary="/proc/s.json")
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize(("name", "extra"), [("out.parquet", "fast"), ("out.xlsx", "xlsx")])
def test_an_extra_that_is_missing_is_told_before_pricing(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, extra: str
) -> None:
    source = save(tmp_path / "in.csv", [good_row(1, random.Random(9))])
    monkeypatch.setattr(writers, "find_spec", lambda _: None, raising=False)
    monkeypatch.setattr(pipeline, "_prepare", lambda *_: pytest.fail("was looked through"))
    with pytest.raises(InputError, match=rf"pip install \"tariffcalc\[{extra}\]"):
        run(catalogue, source, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_file_that_cannot_be_priced_leaves_no_summary(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise OSError

    source = save(tmp_path / "in.csv", [good_row(1, random.Random(9))])
    monkeypatch.setattr(pipeline, "_write", fail)
    with pytest.raises(OSError):  # noqa: PT011  # it is this one
        run(catalogue, source, tmp_path / "out.csv", summary=str(tmp_path / "s.json"))
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize(
    ("engine", "output", "told"),
    [
        ("python", "out.parquet", True),
        ("python", "out.csv", False),
        ("arrow", "out.parquet", False),
    ],
)
def test_columns_of_parquet_that_become_text_are_noted(
    catalogue: Catalogue,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    engine: Any,
    output: str,
    told: bool,
) -> None:
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    row = dict(zip(HEADER, good_row(1, random.Random(9)), strict=True))
    source = tmp_path / "in.parquet"
    parquet.write_table(pa.table({name: [cell] for name, cell in row.items()}), source)
    price_file(Job(str(source), str(tmp_path / output), engine=engine), catalogue)
    line = "note: in.parquet: its columns become text, as the engine python writes them\n"
    assert (line in capsys.readouterr().err) is told


@pytest.mark.parametrize(
    ("name", "form", "told"),
    [
        ("x.csv", "jsonl", "note: the file is written as JSONL, though its name ends in .csv\n"),
        ("x.jsonl.gz", "csv", "note: the file is written as CSV, though its name ends in .jsonl\n"),
        ("x.tsv", "csv", ""),
        ("x.dat", "csv", ""),
    ],
)
def test_a_form_that_contradicts_the_ending_is_noted(
    catalogue: Catalogue,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    form: str,
    told: str,
) -> None:
    source = save(tmp_path / "in.csv", [good_row(1, random.Random(9))])
    price_file(Job(str(source), str(tmp_path / name), form=form), catalogue)
    lines = [line for line in capsys.readouterr().err.splitlines(True) if "is written" in line]
    assert lines == ([told] if told else [])
    run(catalogue, source, tmp_path / name, form=form, force=True)
    assert capsys.readouterr().err == ""


def test_a_summary_has_a_known_ending(catalogue: Catalogue, tmp_path: Path) -> None:
    source = save(tmp_path / "in.csv", [good_row(1, random.Random(9))])
    with pytest.raises(InputError, match=r"Let it end in \.json or \.md"):
        run(catalogue, source, tmp_path / "out.csv", summary=str(tmp_path / "s.txt"))


def test_looking_prices_and_writes_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    rows = five_percent_broken()
    source = save(tmp_path / "in.csv", [row for row, _, _ in rows])
    seen = look(Job(str(source), str(tmp_path / "out.csv")), catalogue)
    assert seen.problems == Counter(code for _, code, _ in rows if code)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_looking_counts_rows_without_a_law_or_a_rate_as_pricing_does(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    header = ["hts", "origin", "value", "currency", "importer", "entry_date", "shipped_date", "fx"]
    goods = ["8471300100", "CA", "1000"]
    rows = [
        [*goods, "USD", "US", "2024-06-04", "", ""],
        [*goods, "CAD", "US", "2024-06-04", "", "0.73"],
        [*goods, "CAD", "US", "2024-06-04", "", ""],
        [*goods, "CAD", "US", "2024-06-04", "2024-05-01", ""],
        [*goods, "EUR", "US", "2024-06-04", "", ""],
        [*goods, "EUR", "US", "2017-06-04", "", ""],
        [*goods, "USD", "MX", "2024-06-04", "", ""],
    ]
    source = save(tmp_path / "in.csv", rows, header)
    rates = parse_rates("date,currency,rate\n2024-06-03,USD,1.25\n", "rates.csv")
    for known, count in ((None, 5), (rates, 4)):
        job = Job(str(source), str(tmp_path / f"{count}.csv"), options=Options(rates=known))
        seen = look(job, catalogue)
        price_file(job._replace(quiet=True), catalogue)
        failed = [row for row in read(tmp_path / f"{count}.csv") if row["status"] == "error"]
        assert seen.problems == Counter(row["error_code"] for row in failed)
        assert sum(seen.problems.values()) == count
        for row in failed:
            assert f"{row['error_field']}: {row['error_message']}" in seen.text


def test_standard_input_can_be_read_twice(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        ["A", "8471300100", "DE", "9000", "2024-06-03", "US"],
        ["A", "8471300100", "DE", "1000", "2024-06-03", "US"],
    ]
    source = save(tmp_path / "in.csv", rows, ENTRY)
    run(catalogue, source, tmp_path / "file.csv")
    stdin = io.TextIOWrapper(io.BytesIO(source.read_bytes()))
    monkeypatch.setattr("sys.stdin", stdin)
    job = Job("-", str(tmp_path / "piped.csv"), quiet=True)
    price_file(job._replace(), catalogue)
    assert (tmp_path / "piped.csv").read_bytes() == (tmp_path / "file.csv").read_bytes()


def test_a_signal_while_standard_input_is_waited_for_is_told(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "open_table", lambda *_: signal.raise_signal(signal.SIGINT))
    given = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt) as stopped:
            price_file(Job("-", str(tmp_path / "out.csv"), quiet=True), catalogue)
    finally:
        signal.signal(signal.SIGINT, given)
    assert isinstance(stopped.value, Stopped)
