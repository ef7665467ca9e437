"""What `tariffcalc check` finds: one broken catalogue for each kind of fault, and the command."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tariffcalc import load_catalogue
from tariffcalc.catalogue import checks
from tariffcalc.catalogue.checks import CHECKS, Report, check_folder, faults_that_forbid_use
from tariffcalc.catalogue.read import read_sources
from tariffcalc.cli.main import app
from tariffcalc.values.issues import CatalogueError

DATA = Path(__file__).parents[2] / "data"
PAPERS, PIPES, STEEL, LIST, RATES = (
    "measures/us-papers.yaml",
    "measures/us-pipes.yaml",
    "measures/us-steel.yaml",
    "goods/us/steel.csv",
    "rates/us.csv",
)
Make = Callable[..., Path]

# Faults that would make an answer wrong: such a catalogue is not opened.
FORBIDDING = [
    ("no-instrument", f"{PIPES} line 7", 'the instrument "us-order-l" does not exist'),
    ("no-list", f"{PIPES} line 9", 'the list "us/steels" does not exist'),
    ("no-code", f"{PIPES} line 9", '"pipes" is neither a code nor a list of goods'),
    ("inline-code-length", f"{PIPES} line 9", 'the code "73041" has 5 digits'),
    ("no-claim", f"{STEEL} line 17", 'the claim "nafta" does not exist'),
    ("no-claim-implied", "claims.yaml line 4", 'the claim "exclusions" does not exist'),
    ("no-claim-of-fee", "fees/us-fee.yaml line 1", 'the claim "cusma" does not exist'),
    ("no-content", f"{STEEL} line 10", 'the content "us_content" does not exist'),
    ("no-measure", f"{PIPES} line 9", 'the measure "us-stel" does not exist'),
    ("repeated-measure", "measures/us-tubes.yaml line 1", f"stands already in {PIPES}"),
    ("repeated-claim", "claims.yaml line 5", 'the name "nafta" of a claim or content stands'),
    ("no-country", f"{STEEL} line 11", '"ZZ" is no country of countries.csv'),
    ("no-country-in-group", "catalogue.yaml line 6", '"FX" is no country of countries.csv'),
    ("no-importer", f"{PIPES} line 3", '"CA" is no importing country of the manifest'),
    ("bad-importer", "catalogue.yaml line 4", '"MX" cannot be an importing country'),
    ("manifest-period", "catalogue.yaml line 8", "until 2021-01-01, which is no day"),
    ("manifest-code", "catalogue.yaml line 11", 'the code "72081" has 5 digits'),
    ("reversed-period", f"{STEEL} line 20", "from 2018-06-01 until 2018-06-01, which is no day"),
    ("act-order", f"{STEEL} line 18", "us-order-2 was made on 2018-03-01, before us-order-1"),
    ("threat-order", f"{STEEL} line 21", "us-threat was made on 2018-05-30, before us-order-2"),
    ("known-before-made", "instruments/us.yaml line 6", "known from 2018-05-30, before it was"),
    ("uncited", f"{STEEL} line 18", "us-order-2 has neither a citation nor an address"),
    ("requirement-that-charges", f"{PAPERS} line 9", 'the duty "10%" does not belong in a'),
    ("duty-that-requires", f"{STEEL} line 17", 'the duty "free entry" does not belong in a'),
    ("list-count", f"{LIST} line 1", "has 3 rows, but its source states 4"),
    (
        "overlapping-rates",
        f"{RATES} line 3",
        "7208.10.00 from 2021-12-31 has a rate already: line 2",
    ),
    ("overlapping-fees", "fees/us-fee.yaml line 10", "two rates of us-fee hold on 2019-01-01"),
    ("reversed-fee", "fees/us-fee.yaml line 9", "until 2018-01-01, which is no day"),
]
ERRORS = [
    ("above-cap", f"{STEEL} line 20", "50.5% is above the 50% that the Steel Act allows"),
    ("total-above-cap", f"{STEEL} line 17", "total 60% is above the 50% that the Steel Act"),
    ("yield-cycle", f"{PIPES} line 9", "us-pipes waits for us-steel and us-steel waits for"),
    ("yields-to-itself", f"{PIPES} line 9", "us-pipes waits for us-pipes at one point: 7208 of"),
    ("special-without-symbol", f"{RATES} line 3", 'the special rate "Free" names no programme'),
    ("scenario-key", "scenarios/doubled.yaml line 3", 'the key "measurs" is not known here'),
    ("scenario-list", "scenarios/doubled.yaml line 1", "must be a measure, or have the keys"),
    ("scenario-name", "scenarios/doubled.yaml line 12", 'the list "us/stel" does not exist'),
]
WARNINGS = [
    ("case-that-never-holds", f"{STEEL} line 17", "never holds: the paint begins on 2018-03-23"),
    ("case-behind-a-wider-one", f"{STEEL} line 18", "never reached: the case on line 17 holds"),
    ("case-behind-one-that-always-holds", f"{STEEL} line 20", "is never reached: the case on"),
    ("repeated-paint", f"{STEEL} line 20", f"repeats what us-order-1 laid there already ({STEEL}"),
    ("rate-mistyped", f"{RATES} line 3", '"1;5%" is no rate of duty'),
    ("unused-list", "goods/us/pipes.csv line 1", 'no paint names the list "us/pipes"'),
    ("unused-instrument", "instruments/us.yaml line 11", 'no act cites "us-old-threat"'),
]
REMARKS = [
    ("rate-not-computable", RATES, "1 row is not computable: watch-parts (1 different text)")
]
SEVERITIES = [
    *(("error", *row) for row in [*FORBIDDING, *ERRORS]),
    *(("warning", *row) for row in WARNINGS),
    *(("info", *row) for row in REMARKS),
]


def test_the_sound_catalogue_has_no_fault(broken: Make) -> None:
    report = check_folder(broken())
    assert report.issues == ()
    assert report.is_sound
    assert report.counts == {
        "measures": 3, "acts": 5, "paints": 5, "lists": 2, "codes": 4, "base_rates": 3
    }  # fmt: skip


@pytest.mark.parametrize(("severity", "fault", "where", "words"), SEVERITIES)
def test_a_fault_is_found_where_it_stands(
    broken: Make, severity: str, fault: str, where: str, words: str
) -> None:
    report = check_folder(broken(fault))
    (issue,) = report.issues
    assert (issue.severity, issue.where) == (severity, where)
    assert words in issue.message
    assert issue.hint or severity == "info" or issue.code.startswith("unused")
    assert report.is_sound is (severity != "error")


@pytest.mark.parametrize("fault", [fault for fault, _, _ in FORBIDDING])
def test_what_makes_answers_wrong_is_not_opened(broken: Make, fault: str) -> None:
    with pytest.raises(CatalogueError):
        load_catalogue(broken(fault))


@pytest.mark.parametrize("fault", [fault for fault, _, _ in [*WARNINGS, *REMARKS]])
def test_what_does_not_is_opened(broken: Make, fault: str) -> None:
    assert load_catalogue(broken(fault)).edition == "2026-01-01"


def test_every_broken_catalogue_is_tried() -> None:
    here = Path(__file__).parent
    tests = "".join((here / name).read_text() for name in ("test_checks.py", "test_read.py"))
    kept = {path.name for path in (here.parent / "broken").iterdir()} - {"sound"}
    assert {name for name in kept if f'"{name}"' not in tests} == set()


def test_faults_of_many_files_come_sorted_and_once(broken: Make) -> None:
    report = check_folder(broken("above-cap", "list-count", "unused-list", "rate-not-computable"))
    found = [(issue.severity, issue.where) for issue in report.issues]
    assert found == [
        ("error", f"{LIST} line 1"),
        ("error", f"{STEEL} line 20"),
        ("warning", "goods/us/pipes.csv line 1"),
        ("info", RATES),
    ]


def test_a_list_that_the_engine_asks_for_is_missed(broken: Make) -> None:
    folder = broken()
    (folder / "goods" / "us" / "usmca-sensitive.csv").unlink()
    (issue,) = check_folder(folder).issues
    assert (issue.code, issue.severity) == ("missing-list", "warning")


def test_a_code_that_a_whole_schedule_does_not_have_is_questioned(broken: Make) -> None:
    folder = broken()
    with (folder / RATES).open("a") as rates:
        for number in range(20_000_000, 20_005_000):
            rates.write(f"{number},2018-01-01,,Free,,,primary,made up\n")
    found = {issue.where: issue for issue in check_folder(folder).issues}
    assert set(found) == {f"{LIST} line 6"}  # 7208.51.00; the others hold or are held by a row
    assert found[f"{LIST} line 6"].severity == "warning"


# Repeats: looking down, the first sheet that meets the paint decides.

CASES = "on: steel_content, heading: 9903.80.01, cases: [{when: [exclusion], duty: none}]"


def laid_on_steel(folder: Path, *paints: str) -> list[str]:
    """Add paints to the second act of us-steel and return what is found of them."""
    path = folder / STEEL
    head, mark, tail = path.read_text().partition("  - instrument: us-threat")
    rows = "".join(f"      - {{{paint}}}\n" for paint in paints)
    path.write_text(f"{head}{rows}{mark}{tail}")
    return [issue.code for issue in check_folder(folder).issues]


@pytest.mark.parametrize(
    ("found", "paint"),
    [
        (True, f"from: 2018-07-01, origins: [DE], goods: [us/steel], duty: 25%, {CASES}"),
        (True, f"from: 2018-03-23, origins: {{all_except: [CA, MX, US]}}, goods: [7208.51.00.10], "
         f"duty: 25%, {CASES}"),
        (False, f"from: 2018-03-22, origins: [DE], goods: [us/steel], duty: 25%, {CASES}"),
        (False, f"from: 2018-07-01, origins: [DE, MX], goods: [us/steel], duty: 25%, {CASES}"),
        (False, f"from: 2018-07-01, origins: all, goods: [us/steel], duty: 25%, {CASES}"),
        (False, f"from: 2018-07-01, origins: [DE], goods: [7208], duty: 25%, {CASES}"),
        (False, f"from: 2018-07-01, origins: [DE], goods: all, duty: 25%, {CASES}"),
        (False, f"from: 2018-07-01, origins: [DE], goods: [us/steel], duty: 20%, {CASES}"),
        (False, "from: 2018-07-01, origins: [DE], goods: [us/steel], duty: 25%"),
        # on the list perhaps: a paint that makes it sure changes something
        (False, f"from: 2018-07-01, origins: [DE], goods: [7304.11.00.20], duty: 25%, {CASES}"),
    ],
)  # fmt: skip
def test_a_repeat_is_told_from_a_change(broken: Make, found: bool, paint: str) -> None:
    assert ("repeated-paint" in laid_on_steel(broken(), paint)) is found


def test_what_was_cleared_between_is_no_repeat(broken: Make) -> None:
    again = f"from: 2018-07-01, origins: [DE], goods: [us/steel], duty: 25%, {CASES}"
    cleared = "from: 2018-07-01, until: 2018-08-01, origins: [DE, FR], goods: [7208.10], duty: none"
    elsewhere = "from: 2018-07-01, origins: [CU], goods: [7208.10], duty: none"
    assert "repeated-paint" not in laid_on_steel(broken(), cleared, again)
    assert "repeated-paint" in laid_on_steel(broken(), elsewhere, again)


# Cycles: two measures that name each other wait for one another only over the same goods.


@pytest.mark.parametrize(
    ("found", "paint"),
    [
        (True, "origins: [CA], goods: [us/steel], duty: 25%, yields_to: [us-pipes]"),
        # a clear sheet waits too
        (True, "origins: [CA], goods: [us/steel], duty: none, excluded_by: [us-pipes]"),
        # perhaps on the list, as its row is uncertain
        (True, "origins: [CA], goods: [7304.11.00.20], duty: 25%, yields_to: [us-pipes]"),
        (True, "origins: [CA], goods: [7208], duty: 25%, "
         "cases: [{when: [usmca], duty: 10%, yields_to: [us-pipes]}]"),
        # no goods in common, or never, or behind a case that holds first
        (False, "origins: [CA], goods: [2204], duty: 25%, yields_to: [us-pipes]"),
        (False, "origins: [CA], goods: [7208], duty: 25%, "
         "cases: [{when: [{entered_before: 2018-01-01}], duty: none, yields_to: [us-pipes]}]"),
        (False, "origins: [CA], goods: [7208], duty: 25%, cases: [{when: [usmca], duty: none}, "
         "{when: [usmca, exclusion], duty: none, yields_to: [us-pipes]}]"),
    ],
)  # fmt: skip
def test_a_cycle_needs_a_point(broken: Make, found: bool, paint: str) -> None:
    codes = laid_on_steel(broken(), f"from: 2018-06-01, until: 2019-05-20, {paint}")
    assert ("yield-cycle" in codes) is found


def test_a_cycle_that_a_threat_would_bring_is_found(broken: Make) -> None:
    folder = broken()
    text = (folder / STEEL).read_text()
    (folder / STEEL).write_text(text.replace("duty: 40%}", "duty: 40%, yields_to: [us-pipes]}"))
    (issue,) = check_folder(folder).issues
    assert issue.code == "yield-cycle"
    assert issue.message.endswith("7208.10 of DE, entered 2018-09-01")


# The shipped catalogue


@pytest.fixture(scope="module")
def shipped() -> tuple[Report, list[str]]:
    """Check the shipped catalogue, and note which checks ran."""
    ran: list[str] = []

    def noting(name: str, check: checks.Check) -> checks.Check:
        return lambda sources: ran.append(name) or check(sources)

    with pytest.MonkeyPatch.context() as patched:
        noted = tuple(noting(check.__name__, check) for check in CHECKS)
        patched.setattr(checks, "CHECKS", noted)
        patched.setattr(checks, "_at_points", noting("points", checks._at_points))
        report = check_folder(DATA)
    return report, ran


def test_the_shipped_catalogue_has_no_error(shipped: tuple[Report, list[str]]) -> None:
    report, _ = shipped
    assert [str(issue) for issue in report.issues if issue.severity == "error"] == []


def test_all_checks_run_on_it(shipped: tuple[Report, list[str]]) -> None:
    _, ran = shipped
    assert ran == [*(check.__name__ for check in CHECKS), "points"]


def test_what_it_cannot_compute_is_counted_by_kind(shipped: tuple[Report, list[str]]) -> None:
    report, _ = shipped
    kinds = {i.message.partition(": ")[2].partition(" (")[0] for i in report.issues}
    assert {"watch-parts", "sugar-degrees", "garment-set", "see-heading"} <= kinds


def test_it_may_be_opened() -> None:
    assert faults_that_forbid_use(read_sources(DATA)) == []


# The command


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["check", *words])
    return result.exit_code, result.stdout


def test_a_sound_catalogue_is_said_in_one_line(broken: Make) -> None:
    code, answer = run(str(broken()))
    assert code == 0
    assert answer == (
        "3 measures, 5 acts, 5 paints, 2 lists with 4 codes, 3 base rates: no fault\n"
    )


def test_faults_come_by_severity_then_the_counts(broken: Make) -> None:
    code, answer = run(str(broken("above-cap", "list-count", "unused-list")))
    assert code == 4
    lines = answer.splitlines()
    assert lines[0] == "error:"
    assert lines[1] == (
        "  goods/us/steel.csv line 1: has 3 rows, but its source states 4."
        " Add what is missing, or correct the line # count:."
    )
    assert lines[4] == "warning:"
    assert lines[-1].endswith(" base rates: 2 errors and 1 warning")


def test_warnings_do_not_fail(broken: Make) -> None:
    code, answer = run(str(broken("unused-list")))
    assert code == 0
    assert answer.endswith(": 1 warning\n")


def test_json_for_programs(broken: Make) -> None:
    folder = broken("list-count")
    code, answer = run(str(folder), "--format", "json")
    body = json.loads(answer)
    assert code == 4
    assert (body["schema"], body["folder"], body["counts"]["acts"]) == (1, str(folder), 5)
    (issue,) = body["issues"]
    assert issue == {
        "severity": "error",
        "code": "list-count",
        "where": f"{LIST} line 1",
        "message": "has 3 rows, but its source states 4",
        "hint": "Add what is missing, or correct the line # count:.",
    }


def test_csv_and_markdown(broken: Make) -> None:
    folder = str(broken("list-count"))
    rows = run(folder, "--format", "csv")[1].splitlines()
    assert rows[0] == "severity,code,where,message,hint"
    assert rows[1].startswith("error,list-count,goods/us/steel.csv line 1,")
    assert run(folder, "--format", "md")[1].startswith("| severity | code | where |")


@pytest.mark.parametrize("fault", ["bomb", "empty", "bad-format", "not-a-list", "empty-csv"])
def test_a_catalogue_that_cannot_be_compiled_is_checked_all_the_same(
    broken: Make, fault: str
) -> None:
    code, answer = run(str(broken(fault)))
    assert code == 4
    assert answer.splitlines()[-1].endswith(": 1 error")


def test_a_folder_that_is_no_catalogue(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tariffcalc", "check", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert done.stdout == ""
    assert "is not a catalogue: it holds no catalogue.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_catalogue_with_files_of_a_gigabyte_is_answered_at_once(broken: Make) -> None:
    folder = broken()
    for name in (LIST, PIPES, "claims.yaml"):
        with (folder / name).open("wb") as sparse:
            sparse.truncate(1_000_000_000)
    start = time.perf_counter()
    code, answer = run(str(folder))
    assert time.perf_counter() - start < 2
    assert code == 4
    assert answer.count("larger than the 8,000,000 bytes") == 3
