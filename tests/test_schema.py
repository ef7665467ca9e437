"""docs/quote.schema.json describes every answer, and nothing that is not in it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from tariffcalc import Catalogue, Charge
from tariffcalc.catalogue.source import read_yaml
from tariffcalc.catalogue.terms import KNOWN, Kind
from tariffcalc.engine.answer import Status
from tariffcalc.engine.as_json import SCHEMA, as_json
from tariffcalc.engine.declare import read_request
from tariffcalc.engine.explain import Reason
from tariffcalc.values.issues import Severity

ROOT = Path(__file__).parents[1]
TEXT = json.loads((ROOT / "docs" / "quote.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(TEXT, format_checker=Draft202012Validator.FORMAT_CHECKER)
GOLDEN = [
    pytest.param(case["shipment"], id=f"{path.stem}: {case['name']}")
    for path in sorted((ROOT / "tests" / "golden").glob("*.yaml"))
    for case in read_yaml(path)[::5]  # type: ignore[index]  # a list of cases
]
ODD: dict[str, dict[str, Any]] = {
    "unknown base duty": {"classification": "7601.10.61"},
    "an open row": {"importer": "CA", "origin": "US", "entry_date": "2018-08-20"}
    | {"classification": "7601.10.00"},
    "prohibited": {"entry_date": "2026-10-05", "classification": "0404.10.05"},
    "assumed": {"assume": ["us-aluminum-threat-2020-06"], "entry_date": "2020-07-02"},
    "settled": {"known_on": "now"},
    "another currency": {"currency": "CAD", "fx": "0.7512345"},
    "declared duty": {"base_rate": "2.6%", "add_cvd": "34"},
    "a quantity missing": {"classification": "0406.90.95"},
    "after what was followed": {"entry_date": "2031-01-01"},
    "by sea": {"mode": "ocean", "origin": "RU"},
    "free entry": {"claims": ["section_321"], "customs_value": "80", "origin": "DE"},
    "fractions of a cent": {"customs_value": "100.545", "add_cvd": "0.05"},
}


def answered(declared: dict[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """Return an answer as a program reads it."""
    request = read_request(declared, catalogue.store)
    quote = catalogue.law(request.known_on, request.assume).quote(request.shipment)
    return json.loads(json.dumps(as_json(quote)))


def complaints(answer: dict[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(answer)]


def ingot(**declared: Any) -> dict[str, Any]:
    return {
        "importer": "US",
        "entry_date": "2020-09-10",
        "classification": "7601.10.60",
        "origin": "CA",
        "customs_value": "100000",
        **declared,
    }


@pytest.mark.parametrize("shipment", GOLDEN)
def test_golden_answers_are_as_described(shipment: dict[str, Any], catalogue: Catalogue) -> None:
    assert complaints(answered(shipment, catalogue)) == []


@pytest.mark.parametrize("declared", ODD.values(), ids=ODD)
def test_odd_answers_are_as_described(declared: dict[str, Any], catalogue: Catalogue) -> None:
    answer = answered(ingot(**declared), catalogue)
    assert complaints(answer) == []
    values = [line["customs_value"] for line in answer["lines"]]
    assert values == [answer["totals"]["customs_value"]]


def test_the_schema_is_sound_and_says_what_everything_means() -> None:
    Draft202012Validator.check_schema(TEXT)
    for place, part in objects(TEXT, "quote"):
        assert part["additionalProperties"] is False, place
        assert sorted(part["required"]) == sorted(part["properties"]), place
        for name, body in part["properties"].items():
            known = TEXT["$defs"][body["$ref"].rsplit("/", 1)[1]] if "$ref" in body else body
            assert body.get("description") or known["description"], f"{place}.{name}"


def objects(part: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield place, part
        for key, inner in part.items():
            yield from objects(inner, f"{place}.{key}")


def test_its_words_are_those_of_the_program() -> None:
    parts = TEXT["$defs"]
    charge = parts["charge"]["properties"]
    assert TEXT["properties"]["schema"]["const"] == SCHEMA
    assert set(TEXT["properties"]["status"]["enum"]) == set(get_args(Status))
    assert set(parts["not_charged"]["properties"]["reason"]["enum"]) == set(get_args(Reason))
    assert set(parts["issue"]["properties"]["severity"]["enum"]) == set(get_args(Severity))
    assert set(charge["known"]["enum"]) == {*KNOWN, None}
    kinds = {"base_duty", "anti_dumping", "fee", "tax", *Kind} - {Kind.REQUIREMENT}
    assert set(charge["kind"]["enum"]) == kinds
    assert set(charge) == set(Charge._fields)


SPOILT = {
    "a key more": lambda answer: answer.update(more=1),
    "a key less": lambda answer: answer.pop("since"),
    "a number": lambda answer: answer["totals"].update(payable=1.5),
    "half a cent": lambda answer: answer["totals"].update(payable="1.505"),
    "a fee on a line": lambda answer: answer["lines"][0]["charges"][0].update(kind="fee"),
    "a key more in a charge": lambda answer: answer["lines"][0]["charges"][0].update(note=""),
    "no such day": lambda answer: answer.update(entry_date="2020-02-30"),
    "another schema": lambda answer: answer.update(schema=2),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_answer_is_refused(spoil: Any, catalogue: Catalogue) -> None:
    answer = answered(ingot(), catalogue)
    spoilt = copy.deepcopy(answer)
    spoil(spoilt)
    assert complaints(answer) == []
    assert complaints(spoilt)
