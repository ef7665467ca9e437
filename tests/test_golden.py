"""Golden quotes: shipments worked by hand from published examples and the cited rules."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tariffcalc import Catalogue
from tariffcalc.catalogue.source import read_yaml
from tariffcalc.engine.answer import Charge, LineAnswer
from tariffcalc.engine.declare import read_request

FOLDER = Path(__file__).parent / "golden"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for case in read_yaml(path)
]


def amounts(charges: tuple[Charge, ...]) -> dict[str, str]:
    """Return every charge that is not 0.00, in the words of a golden case."""
    return {
        charge.measure: "unknown" if charge.amount is None else f"{charge.amount:.2f}"
        for charge in charges
        if charge.amount is None or charge.amount
    }


def stated(body: dict[str, str]) -> dict[str, str]:
    return {
        key: amount if amount == "unknown" else f"{Decimal(amount):.2f}"
        for key, amount in body.items()
        if amount == "unknown" or Decimal(amount)
    }


def text(amount: Decimal | None) -> str:
    return "unknown" if amount is None else f"{amount:.2f}"


@pytest.mark.parametrize("case", CASES)
def test_golden_quote(case: dict, catalogue: Catalogue) -> None:
    request = read_request(case["shipment"], catalogue.store)
    quote = catalogue.law(request.known_on, request.assume).quote(request.shipment)
    expect = case["expect"]
    lines = expect.get("lines", [expect])
    found = {
        "status": quote.status,
        "charges": [amounts(line.charges) for line in quote.lines],
        "fees": amounts(quote.fees),
        "taxes": amounts(quote.taxes),
        "payable": text(quote.totals.payable),
    }
    wanted = {
        "status": expect["status"],
        "charges": [stated(line["charges"]) for line in lines],
        "fees": stated(expect.get("fees", {})),
        "taxes": stated(expect.get("taxes", {})),
        "payable": text(None if expect["payable"] == "unknown" else Decimal(expect["payable"])),
    }
    if "refundable" in expect:
        found["refundable"] = text(quote.since.refundable)
        wanted["refundable"] = next(iter(stated({"": expect["refundable"]}).values()), "0.00")
    for answer, line in zip(quote.lines, lines, strict=True):
        for key, reason in line.get("not_charged", {}).items():
            wanted[f"{key} not charged"] = reason
            found[f"{key} not charged"] = why_not(answer, key)
        for key, heading in line.get("headings", {}).items():
            wanted[f"{key} heading"] = heading
            found[f"{key} heading"] = next(
                (charge.heading for charge in answer.charges if charge.measure == key), None
            )
    assert found == wanted


def why_not(answer: LineAnswer, measure: str) -> str | None:
    return next((miss.reason for miss in answer.not_charged if miss.measure == measure), None)


def test_every_case_shows_its_work() -> None:
    for parameter in CASES:
        (case,) = parameter.values
        assert case["worked"].strip(), case["name"]
        assert case["basis"].strip(), case["name"]
