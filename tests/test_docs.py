"""What the pages say is true: transcripts, snippets, coverage, numbering, links."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
from tests import transcripts

from tariffcalc.batch import profile
from tariffcalc.catalogue.coverage import page

ROOT = transcripts.ROOT
SHOWN = [
    pytest.param(shown, id=f"{shown.page.name}: {shown.command}")
    for page_ in transcripts.PAGES
    for shown in transcripts.shown_in(page_)
]
SNIPPET = re.compile(r"^```pycon\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\(\s*([^)#]+?)(?:#[^)]*)?\)")
REMAKE = "run `python -m tests.transcripts --write` and read the difference"


@pytest.mark.parametrize("shown", SHOWN)
def test_a_transcript_is_what_the_command_prints(shown: transcripts.Shown) -> None:
    assert transcripts.run(shown.command) == transcripts.trimmed(shown.output), REMAKE


@pytest.mark.parametrize("shown", SHOWN)
def test_a_shown_table_fits_80_columns(shown: transcripts.Shown) -> None:
    if "──" in shown.output:
        lines = [line for line in shown.output.splitlines() if "://" not in line]
        assert [line for line in lines if len(line) > 80] == []


@pytest.mark.parametrize("name", ["README.md", "docs/library.md"])
def test_snippets_run(name: str) -> None:
    source = "\n".join(SNIPPET.findall((ROOT / name).read_text("utf-8")))
    test = doctest.DocTestParser().get_doctest(source, {}, name, name, 0)
    assert test.examples
    report: list[str] = []
    failed = doctest.DocTestRunner(verbose=False).run(test, out=report.append).failed
    assert not failed, "".join(report)


def test_the_profile_that_is_shown_has_every_key() -> None:
    assert f"```yaml\n{profile.EXAMPLE}```\n" in (ROOT / "README.md").read_text("utf-8")


def test_coverage_is_made_from_the_data() -> None:
    committed = (ROOT / "docs" / "coverage.md").read_text("utf-8")
    assert page(ROOT / "data") == committed, REMAKE


def test_assumptions_are_numbered_and_complete() -> None:
    text = (ROOT / "docs" / "assumptions.md").read_text("utf-8")
    entries = re.split(r"^(\d+)\. ", text, flags=re.M)
    numbers = [int(number) for number in entries[1::2]]
    assert numbers == list(range(1, len(numbers) + 1))
    for number, body in zip(numbers, entries[2::2], strict=True):
        entry = body.partition("\n## ")[0]
        assert entry.startswith("**"), number
        assert "Source:" in entry, number
        assert re.search(r"If\s+wrong:", entry), number


@pytest.mark.parametrize("path", transcripts.PAGES, ids=lambda path: path.relative_to(ROOT))
def test_links_lead_somewhere(path: Path) -> None:
    targets = LINK.findall(path.read_text("utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (path.parent / target).exists()] == []


def test_the_map_of_batch_names_every_module_once() -> None:
    page_ = (ROOT / "docs" / "batch.md").read_text("utf-8")
    listed = page_.partition("## The modules")[2].partition("\n## ")[0]
    modules = (ROOT / "src" / "tariffcalc" / "batch").glob("*.py")
    assert sorted(re.findall(r"`(\w+)`", listed)) == sorted(
        {m.stem for m in modules} - {"__init__"}
    )


def test_ci_runs_the_test_command_of_the_readme() -> None:
    command = re.search(r"\.venv/bin/(python -m pytest.*)", (ROOT / "README.md").read_text("utf-8"))
    assert command
    assert command[1] in (ROOT / ".ci" / "run").read_text("utf-8")


def test_what_coverage_says_of_a_measure_begins_a_sentence() -> None:
    """Two notes of 2025 had lost their first lines: "still keeps the derivative surtax away"."""
    text = (ROOT / "docs/coverage.md").read_text("utf-8")
    assert re.findall(r"^- `[a-z0-9-]+`: [a-z].*", text, re.M) == []
