"""`tariffcalc measures`: what it lists, how it is narrowed, and how it refuses."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

Command = Callable[..., Any]


def listed(done: Any) -> dict[str, Any]:
    """Return the rows of a JSON answer by measure; the last of each."""
    return {row["measure"]: row for row in done.json["measures"]}


def test_the_table_gives_rate_days_origins_size_and_citation(tariffcalc: Command) -> None:
    done = tariffcalc("measures --on 2018-08-01 --into CA")
    assert (done.code, done.err) == (0, "")
    assert done.is_narrow
    assert "ca-surtax-2018-steel" in done.out
    for words in ("25%", "2018-07-01", "US", "SOR/2018-152"):
        assert words in done.words, words
    assert "us-232-steel" not in done.out


def test_json_says_what_the_table_says(tariffcalc: Command) -> None:
    done = tariffcalc("measures --on 2020-09-10 --into US --origin CA --format json")
    assert (done.json["schema"], done.json["on"]) == (1, "2020-09-10")
    row = listed(done)["us-232-aluminum"]
    assert (row["rate"], row["since"], row["until"]) == ("10%", "2020-08-16", None)
    assert (row["instrument"], row["citation"]) == ("us-proclamation-10060", "85 FR 49921")
    assert (row["origins"], row["codes"], row["known"]) == (["CA"], 1, "primary")


def test_csv_has_a_row_for_every_sheet(tariffcalc: Command) -> None:
    done = tariffcalc("measures --on 2018-08-01 --format csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    answer = tariffcalc("measures --on 2018-08-01 --format json").json["measures"]
    assert [row["measure"] for row in rows] == [row["measure"] for row in answer]


def test_markdown_has_rows(tariffcalc: Command) -> None:
    out = tariffcalc("measures --on 2018-08-01 --format md").out
    assert any(line.startswith("| ---") for line in out.splitlines())


@pytest.mark.parametrize("day", ["2018-01-01", "2021-07-01", "2025-06-10", "2026-10-01"])
@pytest.mark.parametrize("flags", ["", "--status all"])
def test_the_table_fits_80_columns(tariffcalc: Command, day: str, flags: str) -> None:
    done = tariffcalc(f"measures --on {day} {flags}")
    assert done.code == 0
    assert done.is_narrow, max(done.out.splitlines(), key=len)


def test_a_later_day_of_knowledge_changes_what_stood(tariffcalc: Command) -> None:
    flags = "measures --on 2020-09-10 --origin CA --hs 7601.10.60 --format json"
    assert "us-232-aluminum" in listed(tariffcalc(flags))
    assert "us-232-aluminum" in listed(tariffcalc(flags, "--known-on", "2020-10-27"))
    assert "us-232-aluminum" not in listed(tariffcalc(flags, "--known-on", "2020-10-28"))
    assert "us-232-aluminum" not in listed(tariffcalc(flags, "--known-on", "now"))


def test_threatened_and_lifted(tariffcalc: Command) -> None:
    day = "measures --on 2020-07-02 --origin CA --format json --status"
    threat = listed(tariffcalc(f"{day} threatened"))["us-232-aluminum"]
    assert (threat["standing"], threat["since"]) == ("threatened", "2020-07-01")
    assert "us-232-aluminum" in listed(tariffcalc(f"{day} lifted"))
    assert "us-232-aluminum" not in listed(tariffcalc(f"{day} in_force"))
    assumed = tariffcalc(f"{day} in_force --assume {threat['instrument']}")
    assert "us-232-aluminum" in listed(assumed)
    several = [tariffcalc(f"{day} {one}") for one in ("in_force", "lifted", "threatened")]
    rows = [row for done in several for row in done.json["measures"]]
    assert {row["standing"] for row in rows} == {"in_force", "lifted", "threatened"}
    every = tariffcalc(f"{day} all").json["measures"]
    assert sorted(every, key=str) == sorted(rows, key=str)


@pytest.mark.parametrize("code", ["76", "7601", "7601.10", "7601.10.60", "7601.10.60.30"])
def test_narrowed_to_a_code(tariffcalc: Command, code: str) -> None:
    found = listed(tariffcalc(f"measures --on 2018-08-01 --into US --hs {code} --format json"))
    assert "us-232-aluminum" in found
    assert "us-232-steel" not in found


def test_nothing_found_is_said(tariffcalc: Command) -> None:
    done = tariffcalc("measures --on 2018-02-01 --into US --origin DE --hs 7601.10.60")
    assert done.code == 0
    assert done.out.strip()


def test_a_day_after_the_law_was_followed_warns(tariffcalc: Command) -> None:
    done = tariffcalc("measures --on 2031-01-01 --into CA")
    assert done.code == 0
    assert "warning" in done.err
    assert "CA" in done.err


@pytest.mark.parametrize(
    ("flags", "code", "words"),
    [
        ("--on yesterday", 3, ["--on", '"yesterday"', "YYYY-MM-DD"]),
        ("--on 2019-02-29", 3, ["--on", "2019-02-29"]),
        ("--on 2017-12-31", 5, ["--on", "2018-01-01"]),
        ("--on 2020-01-01 --origin Atlantis", 3, ["--origin", '"Atlantis"']),
        ("--on 2020-01-01 --into ZZ", 3, ["--into", '"ZZ"']),
        ("--on 2020-01-01 --into FR", 5, ["FR", "US, CA"]),
        ("--on 2020-01-01 --hs 123", 3, ["--hs", "3 digits"]),
        ("--on 2020-01-01 --hs tin", 3, ["--hs", '"tin"']),
        ("--on 2020-01-01 --status gone", 3, ["--status", '"gone"', "lifted"]),
        ("--on 2020-01-01 --known-on never", 3, ["known", '"never"']),
        ("--on 2020-01-01 --assume us-nothing", 3, ["assume", '"us-nothing"']),
        ("--on 2020-01-01 --overlay none.yaml", 3, ["none.yaml"]),
        ("--format xml", 2, ["xml"]),
    ],
)
def test_bad_flags_are_refused_in_words(
    tariffcalc: Command, flags: str, code: int, words: list[str]
) -> None:
    done = tariffcalc(f"measures {flags}")
    assert (done.code, done.out) == (code, ""), done.err
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err, (word, done.err)
    assert done.seconds < 2
