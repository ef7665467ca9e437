"""Every shipment in examples/ owes what its comment works out, and prints what stands beside it."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from tests import transcripts

from tariffcalc import Catalogue, Quote
from tariffcalc.catalogue.source import read_yaml
from tariffcalc.engine.declare import read_request

FILES = [pytest.param(path, id=path.stem) for path in sorted(transcripts.EXAMPLES.glob("*.yaml"))]
STATED = re.compile(r"\b(owes|refundable): (\S+) because ")
WORKED = re.compile(r"([\d,]+\.\d\d) x ([\d.]+)(%?) = ([\d,]+\.\d\d)")


def comment(path: Path) -> str:
    """Return the comment at the head of an example as one line."""
    lines = path.read_text("utf-8").splitlines()
    return " ".join(line.lstrip("# ") for line in lines if line.startswith("#"))


def priced(path: Path, catalogue: Catalogue) -> Quote:
    request = read_request(read_yaml(path), catalogue.store)
    return catalogue.law(request.known_on, request.assume).quote(request.shipment)


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


@pytest.mark.parametrize("path", FILES)
def test_owes_what_was_worked_by_hand(path: Path, catalogue: Catalogue) -> None:
    stated = dict(STATED.findall(comment(path)))
    quote = priced(path, catalogue)
    if stated["owes"] == "nothing":
        assert quote.status == "prohibited"
        assert quote.totals.payable is None
        return
    assert quote.status == "ok"
    assert quote.totals.payable == Decimal(stated["owes"])
    if "refundable" in stated:
        assert quote.since.refundable == Decimal(stated["refundable"])


@pytest.mark.parametrize("path", FILES)
def test_the_arithmetic_of_the_comment_is_right(path: Path) -> None:
    for base, rate, percent, product in WORKED.findall(comment(path)):
        factor = Decimal(rate) / (100 if percent else 1)
        assert number(base) * factor == number(product)


@pytest.mark.parametrize("path", FILES)
def test_prints_what_stands_beside_it(path: Path) -> None:
    assert transcripts.quoted(path) == transcripts.expected(path).read_text("utf-8")


def test_nothing_is_left_over() -> None:
    stems = {path.stem for path in transcripts.EXAMPLES.glob("*.yaml")}
    assert {path.stem for path in (transcripts.EXAMPLES / "expected").iterdir()} == stems
    listed = (transcripts.EXAMPLES / "README.md").read_text("utf-8")
    assert set(re.findall(r"\(([\w-]+)\.yaml\)", listed)) == stems
