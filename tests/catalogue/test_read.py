"""Reading a catalogue folder: each fault of a file is named where it stands, and all at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tariffcalc import load_catalogue
from tariffcalc.catalogue.read import read_sources, with_overlay
from tariffcalc.values.issues import CatalogueError

PIPES, STEEL, LIST, RATES = (
    "measures/us-pipes.yaml",
    "measures/us-steel.yaml",
    "goods/us/steel.csv",
    "rates/us.csv",
)

YAML = [
    ("repeated-key", f"{PIPES} line 3", 'the key "title" stands twice'),
    ("anchor", f"{PIPES} line 9", "anchors and aliases are refused"),
    ("bomb", "claims.yaml line 1", "anchors and aliases are refused"),
    ("tag", f"{PIPES} line 9", "the tag tag:yaml.org,2002:python/object is refused"),
    ("too-deep", "claims.yaml line 1", "is nested more than 40 deep"),
    ("key-of-many-words", f"{PIPES} line 3", "a key must be one word"),
    ("not-utf8", "claims.yaml line 9", "is not text in UTF-8"),
    ("control-character", "claims.yaml line 6", "control characters are not allowed"),
    ("not-yaml", f"{PIPES} line 6", "is not YAML: did not find expected ',' or ']'"),
    ("empty", PIPES, "holds nothing"),
    ("only-comments", PIPES, "holds nothing"),
    ("second-document", f"{PIPES} line 6", "holds a second document"),
]
SHAPES = [
    ("not-a-list", "instruments/us.yaml line 1", "must be a list of entries"),
    ("not-a-table", f"{PIPES} line 1", "must be a table of keys"),
    ("unknown-key", f"{PIPES} line 9", 'the key "dutty" is not known here'),
    ("unknown-key-of-act", f"{PIPES} line 8", 'the key "headings" is not known here'),
    ("missing-key", f"{PIPES} line 9", 'act 1, paint 1: the key "duty" is missing'),
    ("bad-date", f"{PIPES} line 9", '"2018-02-30" is not a day of the calendar'),
    ("us-date", "instruments/us.yaml line 9", '"05/31/2018" is not a date written YYYY-MM-DD'),
    ("bad-duty", f"{PIPES} line 9", '"ten percent" is no rate of duty'),
    ("bad-percentage", f"{STEEL} line 6", '"0.5" is not a percentage such as 40%'),
    ("bad-id", f"{PIPES} line 1", '"US_Pipes" is not an id: small letters'),
    ("bad-claim-id", "claims.yaml line 5", 'claim 2, id: "granted-exclusion" is not an id'),
    ("bad-word", f"{PIPES} line 4", "\"tariff\" is not 'additional_duty', 'surtax'"),
    ("bad-address", "instruments/us.yaml line 13", "is not an address that begins with https://"),
    ("empty-list", f"{PIPES} line 9", "act 1, paint 1, goods: must not be empty"),
    ("not-text", f"{PIPES} line 9", "act 1, paint 1, duty: is not of the form"),
    ("no-origin", f"{PIPES} line 9", "origins: names no country; write all"),
    ("list-of-lists", f"{PIPES} line 9", "origins: holds something other than words"),
    ("unknown-test", f"{STEEL} line 17", '"value_at_least" is not a test; the tests are'),
    ("bad-limit", f"{STEEL} line 17", "act 1, paint 1, case 1, when 1: is not of the form"),
    ("bad-basis", f"{STEEL} line 14", '"full_value" is none of customs_value, steel_content'),
    ("bad-amount", "fees/us-fee.yaml line 10", 'rate 2, minimum: "26 dollars"'),
    ("bad-format", "catalogue.yaml line 1", "format: \"2\" is not '1'"),
    ("no-group", f"{STEEL} line 24", '"EFTA" is neither a country code nor a group'),
    ("repeated-instrument", "instruments/us.yaml line 1", "already in instruments/us-2026.yaml"),
    ("repeated-fee", "fees/us-other-fee.yaml line 1", '"us-fee" stands already in fees/us-fee'),
]
LISTS = [
    ("list-head", f"{LIST} line 1", "must begin with the lines # title:, # count: and # source:"),
    ("list-columns", f"{LIST} line 4", "must have the columns code,known,status,description"),
    ("list-cells", f"{LIST} line 6", "has 6 cells; the header has 5 columns"),
    ("open-quote", f"{LIST} line 5", "is no row of CSV"),
    ("code-letters", f"{LIST} line 5", '"7208.1O" has something other than digits and dots'),
    ("code-length", f"{LIST} line 5", '"7208.1" has 5 digits; a code has 2, 4, 6, 8 or 10'),
    ("repeated-code", f"{LIST} line 6", '"720810" stands already on line 5'),
    ("bad-known", f"{LIST} line 6", 'known is "sure"; it is one of primary, secondary, recall'),
    ("bad-status", f"{LIST} line 7", 'status is "maybe"; it is empty or uncertain'),
    ("empty-csv", LIST, "holds nothing"),
    ("rate-columns", f"{RATES} line 1", "must have the columns code,from,until,general,special"),
    ("rate-code", f"{RATES} line 4", '"7304.11" has 6 digits; a base rate stands at 8'),
    ("rate-date", f"{RATES} line 4", '"2018" is not a date written YYYY-MM-DD'),
    ("rate-period", f"{RATES} line 2", "from 2018-01-01 until 2017-01-01, which is no day"),
    ("rate-known", f"{RATES} line 2", 'known is ""; it is one of primary, secondary, recall'),
    ("country-columns", "countries.csv line 1", "must have the columns code,alpha3,english"),
    ("country-code", "countries.csv line 6", '"Mex" is not a country code of two capital'),
    ("repeated-country", "countries.csv line 7", '"US" stands twice'),
    ("no-countries", "countries.csv", "holds nothing"),
]


def test_the_sound_catalogue_reads_without_a_word(broken: Callable[..., Path]) -> None:
    assert read_sources(broken()).issues == []


@pytest.mark.parametrize(("fault", "where", "words"), [*YAML, *SHAPES, *LISTS])
def test_a_fault_is_named_where_it_stands(
    broken: Callable[..., Path], fault: str, where: str, words: str
) -> None:
    folder = broken(fault)
    (issue,) = read_sources(folder).issues
    assert (issue.severity, issue.where) == ("error", where)
    assert words in issue.message
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(folder)
    assert issue in caught.value.issues


def test_all_faults_are_reported_at_once(broken: Callable[..., Path]) -> None:
    faults = ["bad-date", "bad-percentage", "us-date", "code-length", "rate-code", "bad-claim-id"]
    found = {issue.where for issue in read_sources(broken(*faults, "country-code")).issues}
    assert found == {
        f"{PIPES} line 9",
        f"{STEEL} line 6",
        "instruments/us.yaml line 9",
        f"{LIST} line 5",
        f"{RATES} line 4",
        "claims.yaml line 5",
        "countries.csv line 6",
    }


def test_two_faults_of_one_paint_are_both_named(broken: Callable[..., Path]) -> None:
    folder = broken()
    text = (folder / PIPES).read_text()
    (folder / PIPES).write_text(text.replace("10%", "much").replace("2018-03-23", "spring"))
    found = [issue.message for issue in read_sources(folder).issues]
    assert len(found) == 2
    assert all("act 1, paint 1" in message for message in found)


def test_a_misspelt_key_is_answered_with_the_right_one(broken: Callable[..., Path]) -> None:
    (issue,) = read_sources(broken("unknown-key")).issues
    assert issue.hint.startswith("Did you mean duty")


def test_what_is_missing_altogether_is_said(broken: Callable[..., Path]) -> None:
    folder = broken()
    for name in ("claims.yaml", "countries.csv"):
        (folder / name).unlink()
    found = {(issue.where, issue.message) for issue in read_sources(folder).issues}
    said = "cannot be read: No such file or directory"
    assert found == {("claims.yaml", said), ("countries.csv", said)}


def test_a_file_too_large_is_named_by_its_place(broken: Callable[..., Path]) -> None:
    folder = broken()
    with (folder / LIST).open("wb") as sparse:
        sparse.truncate(1_000_000_000)
    (issue,) = read_sources(folder).issues
    assert (issue.code, issue.where) == ("too-large", LIST)


def test_an_act_states_once_what_holds_for_its_paints(broken: Callable[..., Path]) -> None:
    folder = broken()
    head, _, _ = (folder / PIPES).read_text().partition("    paints:")
    shared = "    from: 2018-03-23\n    origins: all\n    duty: 10%\n    paints:\n"
    (folder / PIPES).write_text(
        f"{head}{shared}      - goods: [7208]\n      - {{goods: [7304], duty: 5%}}\n"
    )
    sources = read_sources(folder)
    assert sources.issues == []
    (act,) = next(m for m in sources.measures if m.id == "us-pipes").acts
    assert [paint.terms.duty.text for paint in act.paints] == ["10%", "5%"]


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("- id: us-steel\n", "own.yaml line 1", "must be a measure, or have the keys"),
        ("just words\n", "own.yaml line 1", "must be a measure, or have the keys"),
        ("measures: []\n", "own.yaml line 1", "measures: must not be empty"),
        ("measures: us-steel\n", "own.yaml line 1", "measures: must be a list"),
        ("measurs: []\nmeasures: [{}]\n", "own.yaml line 1", 'key "measurs" is not known'),
        ("id: us-own\n", "own.yaml line 1", 'the key "title" is missing'),
        ("a: 1\na: 2\n", "own.yaml line 2", 'the key "a" stands twice'),
    ],
)
def test_faults_of_an_overlay_are_named(
    broken: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory, text: str, where: str,
    words: str,
) -> None:  # fmt: skip
    sources = read_sources(broken())
    path = tmp_path_factory.mktemp("overlay") / "own.yaml"
    path.write_text(text)
    laid = with_overlay(sources, path)
    assert any(issue.where == where and words in issue.message for issue in laid.issues)
    assert sources.issues == []


def test_an_overlay_lies_on_top_and_leaves_its_sources_alone(broken: Callable[..., Path]) -> None:
    folder = broken()
    sources = read_sources(folder)
    laid = with_overlay(sources, folder / "scenarios" / "doubled.yaml")
    assert laid.issues == []
    (steel,) = (measure for measure in laid.measures if measure.id == "us-steel")
    assert (steel.acts[-1].status, steel.acts[-1].file) == ("overlay", "scenarios/doubled.yaml")
    assert all(act.status != "overlay" for measure in sources.measures for act in measure.acts)
    assert "us-doubling" not in sources.instruments
