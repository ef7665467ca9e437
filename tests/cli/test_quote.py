"""`tariffcalc quote`: its formats, what it takes by flag and file, and how it refuses."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
Command = Callable[..., Any]

INGOT = "quote --into US --origin CA --hs 7601.10.60 --value 100000 --date 2020-09-10 --claim usmca"
MAYONNAISE = "quote --into CA --origin US --hs 2103.90.10 --value 1000 --date 2018-08-20"

# ---- What it answers


def test_the_table_says_the_status_first_and_ends_with_citations(tariffcalc: Command) -> None:
    done = tariffcalc(INGOT)
    assert (done.code, done.err) == (0, "")
    lines = [line.rstrip() for line in done.out.splitlines() if line.strip()]
    assert lines[0].startswith("OK")
    for row in (
        "us-232-aluminum 100,000.00 10% 10,000.00 9903.85.21 [2]",
        "payable 10,000.00",
        "effective rate 10.00%",
        "10,000.00 refundable",
        "us-proclamation-10106",
        "[2] 85 FR 49921",
    ):
        assert row in done.words, row


def test_json_is_the_documented_answer(tariffcalc: Command) -> None:
    answer = tariffcalc(INGOT, "--format", "json").json
    assert list(answer)[:2] == ["schema", "status"]
    assert answer["totals"]["payable"] == "10000.00"
    assert answer["since"] == {
        "payable": "0.00",
        "refundable": "10000.00",
        "owing": "0.00",
        "acts": ["us-proclamation-10106"],
    }
    (line,) = answer["lines"]
    charge = next(c for c in line["charges"] if c["measure"] == "us-232-aluminum")
    assert (charge["base"], charge["rate"], charge["amount"]) == ("100000.00", "10%", "10000.00")
    assert (charge["heading"], charge["citation"]) == ("9903.85.21", "85 FR 49921")


def test_csv_has_a_row_for_every_charge(tariffcalc: Command) -> None:
    rows = list(csv.DictReader(io.StringIO(tariffcalc(MAYONNAISE, "--format", "csv").out)))
    amounts = {row["measure"]: row["amount"] for row in rows}
    assert amounts == {"base_duty": "110.00", "ca-surtax-2018-other": "100.00", "ca-gst": "60.50"}
    assert [row["line"] for row in rows] == ["1", "1", ""]
    assert all(row["citation"] for row in rows)


def test_markdown_has_tables_with_their_rules(tariffcalc: Command) -> None:
    text = tariffcalc(MAYONNAISE, "--format", "md").out
    assert "## OK" in text
    assert "| ca-surtax-2018-other | 1,000.00 | 10% | 100.00 |" in text
    rows = [line.count("|") for line in text.splitlines() if line.startswith("| ---")]
    assert rows


WIDE = [
    INGOT,
    MAYONNAISE,
    f"{INGOT} --explain",
    f"{MAYONNAISE} --explain --content steel=10%",
    "quote --into US --origin CN --hs 9403.20.00.50 --value 123456789012.34 --date 2026-10-05",
    "quote --into US --origin DE --hs 8703.23.01.90 --value 98765432.10 --date 2025-06-10",
    "quote --into US --origin CA --hs 0406.90.95 --value 2400 --date 2026-10-05 --quantity 10 "
    "--unit kg",
    "quote --into CA --origin US --hs 7208.38.00 --value 1 --date 2026-10-05 --province ON",
    "quote --into US --origin CA --hs 7601.10.61 --value 5 --date 2026-10-05",
    "quote --into CA --origin US --hs 7601.10.00 --value 5 --date 2018-08-20",
]


@pytest.mark.parametrize("line", WIDE)
def test_a_table_fits_80_columns(tariffcalc: Command, line: str) -> None:
    done = tariffcalc(line)
    assert done.code == 0
    assert done.is_narrow, max(done.out.splitlines(), key=len)


def test_explain_names_every_measure(tariffcalc: Command) -> None:
    brief, whole = tariffcalc(MAYONNAISE), tariffcalc(MAYONNAISE, "--explain")
    answer = tariffcalc(MAYONNAISE, "--format", "json").json
    named = [missed["measure"] for missed in answer["lines"][0]["not_charged"]]
    assert len(named) > 10
    assert "--explain" in brief.words
    assert "--explain" not in whole.words
    squeezed = "".join(whole.out.split())
    for measure in named:
        assert measure in squeezed or measure.split("-")[-1] in whole.words, measure


def test_a_code_that_no_schedule_holds_is_answered_in_part(tariffcalc: Command) -> None:
    done = tariffcalc("quote --into US --origin CA --hs 7601.10.61 --value 100 --date 2020-09-10")
    assert done.code == 0
    assert done.words.startswith("PARTIAL")
    for words in ("7601.10.61", "7601.10.60", "us-232-aluminum", "payable unknown"):
        assert words in done.words, words


def test_what_a_ban_frees_is_not_said_to_be_refused(tariffcalc: Command) -> None:
    whey = "quote --into US --origin CA --hs 0404.10.05 --value 1000 --date 2026-10-01"
    assert "us-338-canada-ban prohibited refused" in tariffcalc(whey).words
    freed = tariffcalc(f"{whey} --claim imported_before_ban").words
    assert "us-338-canada-ban 1,000.00 none 0.00" in freed


def test_entry_refused_is_said_first(tariffcalc: Command) -> None:
    banned = "quote --into US --origin CA --hs 2203.00.00 --value 100 --date 2026-10-05"
    done = tariffcalc(banned, "--claim", "packaged")
    assert done.code == 0
    assert done.words.startswith("PROHIBITED")
    assert "no entry" in done.words
    answer = tariffcalc(banned, "--claim", "packaged", "--format", "json").json
    assert answer["status"] == "prohibited"


# ---- Shipment files


def shipment(folder: Path, text: str) -> Path:
    file = folder / "shipment.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_of_many_lines_and_origins(tariffcalc: Command, tmp_path: Path) -> None:
    lines = "".join(
        f"  - {{line: item {number}, classification: {code}, origin: {origin}, "
        f"customs_value: {number * 100}.50}}\n"
        for number, (code, origin) in enumerate(
            [
                (c, o)
                for c in ("7601.10.60", "7208.38.00", "0406.90.95")
                for o in ("CA", "DE", "RU")
            ],
            1,
        )
    )
    file = shipment(tmp_path, f"importer: US\nentry_date: 2020-08-20\nlines:\n{lines}")
    answer = tariffcalc("quote", file, "--format", "json").json
    assert [line["line"] for line in answer["lines"]] == [f"item {n}" for n in range(1, 10)]
    charged = [
        {c["measure"]: c["amount"] for c in line["charges"] if c["instrument"]}
        for line in answer["lines"]
    ]
    assert charged[:3] == [
        {"us-232-aluminum": "10.05"},
        {"us-232-aluminum": "20.05"},
        {"us-232-aluminum": "30.05"},
    ]
    assert charged[3] == {}
    assert charged[4] == {"us-232-steel": "125.13"}
    assert answer["totals"]["customs_value"] == "4504.50"
    assert tariffcalc("quote", file).is_narrow


def test_a_file_may_describe_one_line_and_ask_for_its_law(
    tariffcalc: Command, tmp_path: Path
) -> None:
    file = shipment(
        tmp_path,
        "importer: US\nentry_date: 2020-09-10\nclassification: 7601.10.60\norigin: CA\n"
        "customs_value: 100000\nclaims: [cusma]\nknown_on: now\n",
    )
    answer = tariffcalc("quote", file, "--format", "json").json
    assert answer["totals"]["payable"] == "0.00"
    flagged = tariffcalc("quote", file, "--known-on", "2020-09-10", "--format", "json").json
    assert flagged["totals"]["payable"] == "10000.00"
    assert flagged["known_on"] == "2020-09-10"


@pytest.mark.skipif(sys.platform == "win32", reason="no /dev/stdin there")
def test_a_file_may_come_through_a_pipe() -> None:
    text = (ROOT / "examples" / "aluminum-ingot-2020-08-16.yaml").read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "tariffcalc", "quote", "-", "--format", "json"],
        input=text,
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout)["entry_date"] == "2020-08-16"


# ---- Money

USD = f"{MAYONNAISE} --currency USD"
VALET_CSV = """\
"TERMS AND CONDITIONS"
"https://www.bankofcanada.ca/terms/"

"SERIES"
"id","label","description"
"FXUSDCAD","USD/CAD","US dollar to Canadian dollar daily exchange rate"
"FXEURCAD","EUR/CAD","European euro to Canadian dollar daily exchange rate"

"OBSERVATIONS"
"date","FXUSDCAD","FXEURCAD"
"2018-08-16","1.31","1.49"
"2018-08-17","1.30","1.48"
"2018-08-20","1.25",""
"""
VALET_JSON = json.dumps(
    {
        "terms": {"url": "https://www.bankofcanada.ca/terms/"},
        "seriesDetail": {
            "FXUSDCAD": {
                "label": "USD/CAD",
                "description": "US dollar to Canadian dollar daily exchange rate",
                "dimension": {"key": "d", "name": "Date"},
            }
        },
        "observations": [
            {"d": "2018-08-17", "FXUSDCAD": {"v": "1.30"}},
            {"d": "2018-08-20", "FXUSDCAD": {"v": "1.25"}},
        ],
    }
)
PLAIN = "date,currency,rate\n2018-08-17,USD,1.30\n2018-08-20,USD,1.25\n2018-08-17,EUR,1.48\n"
FILES = {"valet.csv": VALET_CSV, "valet.json": VALET_JSON, "rates.csv": PLAIN}


@pytest.fixture(params=FILES)
def rates(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    file = tmp_path / request.param
    file.write_text(FILES[request.param], encoding="utf-8")
    return file


def test_a_rate_by_flag(tariffcalc: Command) -> None:
    answer = tariffcalc(USD, "--fx", "1.30", "--format", "json").json
    assert (answer["fx"], answer["fx_date"]) == ("1.30", None)
    assert answer["lines"][0]["customs_value"] == "1300.00"
    assert answer["totals"]["payable"] == "351.65"  # 143.00 + 130.00 + 5 % of 1573.00


@pytest.mark.parametrize(
    ("shipped", "day", "payable"),
    [
        ("2018-08-17", "2018-08-17", "351.65"),
        ("2018-08-18", "2018-08-17", "351.65"),  # a Saturday
        ("2018-08-19", "2018-08-17", "351.65"),
        ("2018-08-20", "2018-08-20", "338.13"),  # 137.50 + 125.00 + 5 % of 1512.50
    ],
)
def test_the_rate_is_that_of_the_day_shipped_or_before(
    tariffcalc: Command, rates: Path, shipped: str, day: str, payable: str
) -> None:
    flags = ("--shipped", shipped, "--fx-rates", rates)
    answer = tariffcalc(USD, *flags, "--format", "json").json
    assert (answer["fx_date"], answer["totals"]["payable"]) == (day, payable)
    assert f"Exchange rate of {day}" in tariffcalc(USD, *flags).words


def test_without_a_day_shipped_the_entry_date_is_used_and_said(
    tariffcalc: Command, rates: Path
) -> None:
    done = tariffcalc(USD, "--fx-rates", rates, "--format", "json")
    assert done.json["fx_date"] == "2018-08-20"
    assert "2018-08-20" in done.err


def test_a_rate_is_turned_for_the_other_direction(tariffcalc: Command, rates: Path) -> None:
    south = "quote --into US --origin CA --hs 7601.10.60 --value 1250 --currency CAD"
    answer = tariffcalc(f"{south} --date 2018-08-20 --fx-rates", rates, "--format", "json").json
    assert answer["lines"][0]["customs_value"] == "1000.00"


@pytest.mark.parametrize("flags", ["--date 2018-08-29 --shipped 2018-08-28", "--currency GBP"])
def test_a_rate_too_old_or_not_held_is_refused(
    tariffcalc: Command, rates: Path, flags: str
) -> None:
    done = tariffcalc(f"{USD} {flags}", "--fx-rates", rates)
    assert done.code == 3
    assert rates.name in done.err
    assert "holds no rate" in done.err


# ---- Other law


def test_a_threat_assumed_from_a_day(tariffcalc: Command) -> None:
    threat = "us-aluminum-threat-2020-06"
    ingot = "quote --into US --origin CA --hs 7601.20.90 --value 1000 --claim usmca --format json"

    def duty(day: str, *flags: str) -> tuple[str, list[str]]:
        answer = tariffcalc(ingot, "--date", day, *flags).json
        return answer["totals"]["additional_duty"], answer["assumed"]

    assert duty("2020-07-02") == ("0.00", [])
    assert duty("2020-07-02", "--assume", threat) == ("100.00", [threat])
    assert duty("2020-07-02", "--assume", f"{threat}@2020-07-03")[0] == "0.00"
    assert duty("2020-07-03", "--assume", f"{threat}@2020-07-03")[0] == "100.00"
    said = tariffcalc(f"{INGOT} --assume {threat}").words
    assert threat in said


@pytest.mark.parametrize("scenario", sorted((ROOT / "data" / "scenarios").glob("*.yaml")))
def test_a_ready_made_overlay(tariffcalc: Command, scenario: Path) -> None:
    line = "quote --into US --origin CA --hs 4818.10.00 --value 1000 --format json"
    for day in ("2026-03-02", "2026-12-02"):
        before = tariffcalc(line, "--date", day).json
        after = tariffcalc(line, "--date", day, "--overlay", scenario).json
        if before["totals"]["additional_duty"] != after["totals"]["additional_duty"]:
            break
    else:
        pytest.fail("the overlay changes nothing on goods of Canada")
    assert after["totals"]["additional_duty"] is not None


def test_an_overlay_of_ones_own(tariffcalc: Command, tmp_path: Path) -> None:
    overlay = tmp_path / "mine.yaml"
    overlay.write_text(
        "instruments:\n"
        "  - {id: my-bill, title: A bill, citation: Bill 1, made: 2026-01-01, known: recall}\n"
        "measures:\n"
        "  - id: my-duty\n    title: My duty\n    importer: CA\n    kind: surtax\n"
        "    authority: none\n    acts:\n      - instrument: my-bill\n        paints:\n"
        "          - {from: 2018-08-01, origins: [US], goods: [2103], duty: 7.5%}\n",
        encoding="utf-8",
    )
    answer = tariffcalc(MAYONNAISE, "--overlay", overlay, "--format", "json").json
    charges = {c["measure"]: c for c in answer["lines"][0]["charges"]}
    assert charges["my-duty"]["amount"] == "75.00"
    assert charges["my-duty"]["citation"] == "Bill 1"
    assert charges["ca-surtax-2018-other"]["amount"] == "100.00"


# ---- What it refuses

GOOD = {
    "into": "US",
    "origin": "CA",
    "hs": "7601.10.60",
    "value": "100",
    "date": "2020-09-10",
}
REFUSED = [
    ("origin XX", 3, ["origin", '"XX"', "country"]),
    ("origin Atlantis", 3, ["origin", '"Atlantis"']),
    ("into ZZ", 3, ["importer", '"ZZ"']),
    ("into FR", 5, ["importer", "FR", "US, CA"]),
    ("hs 7601.1", 3, ["classification", "5 digits", "8 or 10"]),
    ("hs 760110601", 3, ["classification", "9 digits", "zero"]),
    ("hs 76O1.10.60", 3, ["classification", '"76O1.10.60"']),
    ("hs -", 3, ["classification"]),
    ("hs \u0667\u0666\u0660\u0661\u0661\u0660\u0666\u0660", 3, ["classification"]),
    ("date 2020-02-30", 3, ["entry_date", "2020-02-30"]),
    ("date yesterday", 3, ["entry_date", "YYYY-MM-DD"]),
    ("date 10/09/2020", 3, ["entry_date", "YYYY-MM-DD"]),
    ("date 2017-12-31", 5, ["entry_date", "2018-01-01"]),
    ("shipped 2020-09-11", 3, ["shipped_date", "2020-09-11"]),
    ("value -5", 3, ["customs_value", "-5", "more than zero"]),
    ("value 0.00", 3, ["customs_value", "more than zero"]),
    ("value 1,000", 3, ["customs_value", "1000"]),
    ("value $100", 3, ["customs_value", "currency"]),
    ("value 1e5", 3, ["customs_value", "1e5"]),
    ("value NaN", 3, ["customs_value", "NaN"]),
    ("value 9999999999999999", 3, ["customs_value"]),
    ("currency EUR", 3, ["currency", "EUR", "USD", "--fx"]),
    ("currency dollars", 3, ["currency", '"dollars"']),
    ("claim usmcaa", 3, ["claims", '"usmcaa"', "usmca"]),
    ("claim usmca=maybe", 3, ["claims", "usmca=no"]),
    ("content steel", 3, ["content", "steel=400"]),
    ("content stel=40", 3, ["contents", '"stel"', "steel"]),
    ("content steel=400", 3, ["contents steel", "more than the customs value 100"]),
    ("content steel=140%", 3, ["contents steel", "100%"]),
    ("quantity -1", 3, ["quantity"]),
    ("unit stone", 3, ["unit", '"stone"']),
    ("base-rate cheap", 3, ["base_rate", '"cheap"']),
    ("fx 0", 3, ["fx"]),
    ("mode balloon", 3, ["mode", "ocean"]),
    ("province XX", 3, ["province", "ON"]),
    ("add-cvd -1", 3, ["add_cvd"]),
    ("known-on tomorrow", 3, ["known_on", '"tomorrow"']),
    ("assume us-nothing", 3, ["assume", '"us-nothing"', "us-aluminum-threat-2020-06"]),
    ("assume us-proclamation-10060", 3, ["assume", "law already"]),
    ("assume us-aluminum-threat-2020-06@soon", 3, ["assume", '"soon"']),
    ("overlay no-such-file.yaml", 3, ["no-such-file.yaml"]),
    ("fx-rates no-such-file.csv --currency CAD", 3, ["no-such-file.csv"]),
    ("catalogue no-such-folder", 4, ["no-such-folder", "catalogue"]),
    ("format xml", 2, ["--format", "xml"]),
    ("no-such-flag 1", 2, ["--no-such-flag"]),
]


@pytest.mark.parametrize(("flag", "code", "words"), REFUSED, ids=[case[0] for case in REFUSED])
def test_bad_flags_are_refused_in_words(
    tariffcalc: Command, flag: str, code: int, words: list[str]
) -> None:
    name, _, value = flag.partition(" ")
    flags = [f"--{key} {text}" for key, text in GOOD.items() if key != name]
    done = tariffcalc(" ".join(["quote", *flags, f"--{name} {value}"]))
    refused(done, code, words)


def refused(done: Any, code: int, words: list[str]) -> None:
    assert (done.code, done.out) == (code, ""), done.err
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err, (word, done.err)
    assert done.seconds < 2


def test_what_is_missing_is_named_all_at_once(tariffcalc: Command) -> None:
    refused(tariffcalc("quote"), 3, ["importer", "origin", "classification", "customs_value"])


BAD_FILES: dict[str, tuple[str | bytes, list[str]]] = {
    "empty": ("", ["holds nothing"]),
    "binary": (bytes(range(256)) * 64, ["UTF-8"]),
    "zeros": (bytes(4096), ["line 1"]),
    "not YAML": ("importer: US\nlines:\n  - {classification: 1\n", ["line"]),
    "a list": ("- a\n- b\n", ["importer"]),
    "a word": ("aluminum\n", ["importer"]),
    "key twice": ("importer: US\nimporter: CA\n", ["line 2", "importer", "twice"]),
    "an alias": ("importer: &a US\nentry_date: *a\n", ["line 1", "aliases"]),
    "a tag": ("importer: !!python/object:os.system US\n", ["line 1", "tag"]),
    "deep": ("a: " + "[" * 3000 + "]" * 3000, ["deep"]),
    "unknown keys": (
        "importer: US\nentry_dat: 2020-09-10\nlines:\n"
        "  - {classification: 7601.10.60, orgin: CA, customs_value: 5}\n",
        ["entry_dat", "entry_date", "line 1", "orgin", "origin"],
    ),
    "no lines": ("importer: US\nentry_date: 2020-09-10\nlines: []\n", ["lines", "at least one"]),
    "lines of words": ("importer: US\nentry_date: 2020-09-10\nlines: [a]\n", ["line 1"]),
    "claims a word": (
        "importer: US\nentry_date: 2020-09-10\nclassification: 7601.10.60\norigin: CA\n"
        "customs_value: 5\nclaims: usmca\n",
        ["claims", "[usmca]"],
    ),
    "claims a mapping": (
        "importer: US\nentry_date: 2020-09-10\nclassification: 7601.10.60\norigin: CA\n"
        "customs_value: 5\nclaims: {usmca: no}\n",
        ["claims", "list"],
    ),
    "contents a list": (
        "importer: US\nentry_date: 2020-09-10\nclassification: 7601.10.60\norigin: CA\n"
        "customs_value: 5\ncontents: [steel]\n",
        ["contents"],
    ),
    "assume a word": (
        "importer: US\nentry_date: 2020-09-10\nclassification: 7601.10.60\norigin: CA\n"
        "customs_value: 5\nassume: us-aluminum-threat-2020-06\n",
        ["assume", "list"],
    ),
    "a bad value on line 2": (
        "importer: US\nentry_date: 2020-09-10\nlines:\n"
        "  - {classification: 7601.10.60, origin: CA, customs_value: 5}\n"
        "  - {classification: 7601.10.60, origin: CA, customs_value: five}\n",
        ["line 2", "customs_value", '"five"'],
    ),
}


@pytest.mark.parametrize(("content", "words"), BAD_FILES.values(), ids=BAD_FILES)
def test_bad_files_are_refused_in_words(
    tariffcalc: Command, tmp_path: Path, content: str | bytes, words: list[str]
) -> None:
    file = tmp_path / "bad.yaml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    refused(tariffcalc("quote", file), 3, words)


@pytest.fixture
def huge(tmp_path: Path) -> Path:
    """Return a file of 1 GB that takes no room."""
    file = tmp_path / "huge.yaml"
    with file.open("wb") as opened:
        opened.truncate(2**30)
    return file


def test_a_file_of_a_gigabyte_is_refused(tariffcalc: Command, huge: Path) -> None:
    refused(tariffcalc("quote", huge), 3, ["huge.yaml", "larger"])
    refused(tariffcalc(f"{USD} --fx-rates", huge), 3, ["huge.yaml", "larger"])
    refused(tariffcalc(f"{INGOT} --overlay", huge), 4, ["huge.yaml", "larger"])


def test_a_folder_or_nothing_in_place_of_a_file(tariffcalc: Command, tmp_path: Path) -> None:
    refused(tariffcalc("quote", tmp_path), 3, [tmp_path.name])
    refused(tariffcalc("quote", tmp_path / "none.yaml"), 3, ["none.yaml"])


@pytest.mark.parametrize(
    "text",
    ["", "a,b\n1,2\n", "date,currency,rate\n", "date,currency,rate\n2018-08-20,USD,x\n", "{"],
)
def test_a_file_without_rates_is_refused(tariffcalc: Command, tmp_path: Path, text: str) -> None:
    file = tmp_path / "rates.csv"
    file.write_text(text, encoding="utf-8")
    refused(tariffcalc(f"{USD} --fx-rates", file), 3, ["rates.csv"])


def test_an_overlay_with_faults_names_them_with_their_lines(
    tariffcalc: Command, tmp_path: Path
) -> None:
    overlay = tmp_path / "mine.yaml"
    overlay.write_text(
        "id: my-duty\ntitle: My duty\nimporter: CA\nkind: surtax\nauthority: none\nacts:\n"
        "  - instrument: no-such-text\n    paints:\n"
        "      - {from: 2018-08-01, origins: [US], goods: [2103], duty: 7.5 apples}\n",
        encoding="utf-8",
    )
    refused(tariffcalc(f"{MAYONNAISE} --overlay", overlay), 4, ["mine.yaml line 9", "7.5 apples"])
    overlay.write_text(overlay.read_text().replace("7.5 apples", "7.5%"), encoding="utf-8")
    refused(tariffcalc(f"{MAYONNAISE} --overlay", overlay), 4, ["mine.yaml", "no-such-text"])


def test_flags_for_goods_do_not_mix_with_lines(tariffcalc: Command) -> None:
    file = ROOT / "examples" / "goods-north-2018-07-01.yaml"
    refused(tariffcalc("quote", file, "--hs", "7601.10.60"), 3, ["classification", "line"])


def test_a_quote_later_than_the_law_was_followed_warns(tariffcalc: Command) -> None:
    done = tariffcalc(MAYONNAISE.replace("2018-08-20", "2031-01-02"))
    assert done.code == 0
    assert "warning: entry_date: the law of CA was followed up to" in done.words
