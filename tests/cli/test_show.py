"""`tariffcalc show`: a measure's history, an instrument's touch, a claim's question."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from tariffcalc import Catalogue

Command = Callable[..., Any]


def test_a_measure_with_its_acts_in_the_order_made(tariffcalc: Command) -> None:
    done = tariffcalc("show us-232-aluminum")
    assert (done.code, done.err) == (0, "")
    order = [done.out.index(f"us-proclamation-{number}") for number in (9704, 9893, 10060, 10106)]
    assert order == sorted(order)
    for words in ("83 FR 11619", "10%", "2018-03-23", "7601.10"):
        assert words in done.words, words


def test_an_instrument_with_the_measures_it_touched(tariffcalc: Command) -> None:
    body = tariffcalc("show us-proclamation-10106 --format json").json
    assert (body["instrument"], body["made"]) == ("us-proclamation-10106", "2020-10-27")
    assert {paint["measure"] for paint in body["paints"]} == {"us-232-aluminum"}


@pytest.mark.parametrize("name", ["usmca", "cusma", "nafta"])
def test_a_claim_by_any_of_its_names(tariffcalc: Command, name: str) -> None:
    done = tariffcalc("show", name)
    assert done.code == 0, done.err
    for words in ("claim: usmca", "question", "evidence", "source"):
        assert words in done.words, words


def test_a_content(tariffcalc: Command) -> None:
    assert tariffcalc("show steel --format json").json["content"] == "steel"


def test_csv_and_markdown_have_a_row_for_every_paint(
    tariffcalc: Command, catalogue: Catalogue
) -> None:
    tables = catalogue.store.tables("US")
    head = next(head for head in tables.measures if head.id == "us-232-steel")
    rows = list(csv.DictReader(io.StringIO(tariffcalc("show us-232-steel --format csv").out)))
    assert len(rows) == head.past - head.first
    lines = tariffcalc("show us-232-steel --format md").out.splitlines()
    assert len([line for line in lines if line.startswith("- from")]) == len(rows)


def test_every_id_can_be_shown_within_80_columns(tariffcalc: Command, catalogue: Catalogue) -> None:
    store = catalogue.store
    measures = [head.id for importer in store.importers for head in store.tables(importer).measures]
    some = store.instruments()[::12] + sorted(store.facts)[::6]
    for key in [*measures, *some]:
        done = tariffcalc("show", key)
        assert done.code == 0, (key, done.err)
        assert done.is_narrow, (key, max(done.out.splitlines(), key=len))


@pytest.mark.parametrize(
    ("key", "words"),
    [("nothing-at-all", ["nothing-at-all"]), ("us-232-alumin", ["us-232-aluminum"])],
)
def test_an_unknown_id_is_refused_in_words(tariffcalc: Command, key: str, words: list[str]) -> None:
    done = tariffcalc("show", key)
    assert (done.code, done.out) == (3, "")
    for word in words:
        assert word in done.err, done.err


def test_an_id_is_needed(tariffcalc: Command) -> None:
    done = tariffcalc("show")
    assert done.code == 2
    assert "ID" in done.err
