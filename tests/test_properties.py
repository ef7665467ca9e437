"""What holds for every shipment, whatever the law says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tariffcalc import Catalogue, Charge, CoverageError, InputError, Quote, load_catalogue
from tariffcalc.catalogue.tables import Sheet
from tariffcalc.catalogue.terms import Kind
from tariffcalc.engine.declare import OF_ENTRY, OF_LINE, read_request
from tariffcalc.engine.in_force import InForce
from tariffcalc.values.money import round_cents

CENT = Decimal("0.01")
METALS = ("steel", "aluminum", "copper")
CONTENTS = (*METALS, "us_content", "ca_mx_content")
UNITS = ("kg", "each", "L", "m2")
FIRST, LAST = date(2018, 1, 1), date(2026, 12, 31)
ORIGINS = ["CA", "US", "MX", "CN", "DE", "GB", "JP", "KR", "BR", "RU", "TR", "VN", "IN", "CU"]

settings.register_profile(
    "properties",
    derandomize=True,
    deadline=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
bounded = settings(settings.get_profile("properties"))


@cache
def catalogue() -> Catalogue:
    return load_catalogue(Path(__file__).parents[1] / "data")


@cache
def codes(importer: str) -> list[str]:
    """Return codes that some measure names, and one in five of the rest of the schedule."""
    store = catalogue().store
    named = {code for code, _ in store.tables(importer).goods_sets() if code}
    rows = store.connection.execute(
        "SELECT DISTINCT code FROM rate WHERE importer = ? ORDER BY code", (importer,)
    ).fetchall()
    return sorted({code.ljust(10, "0") for code in named} | {f"{code}00" for (code,) in rows[::5]})


@cache
def claims() -> list[str]:
    return sorted({fact.id for fact in catalogue().store.facts.values() if fact.sort == "claim"})


@cache
def sheets(importer: str) -> list[Sheet]:
    """Return the sheets that charge something on some day of the window."""
    tables = catalogue().store.tables(importer)
    return [
        sheet
        for head in tables.measures
        if head.kind is not Kind.REQUIREMENT
        for sheet in tables.sheets(head)
        if not sheet.clears and sheet.paint.period.start <= LAST
    ]


@cache
def rows(sheet: Sheet, importer: str) -> list[str]:
    """Return the codes of a sheet."""
    query = "SELECT code FROM row WHERE list = ?"
    found: list[str] = []
    for item in sheet.paint.goods or ():
        listed = [code for (code,) in catalogue().store.connection.execute(query, (item,))]
        found += listed or [item.replace(".", "")]
    return found or codes(importer)


def asked(sheet: Sheet) -> list[str]:
    """Return the claims that a sheet asks about."""
    conditions = [c for case in sheet.paint.cases for c in case.when if c.is_claim]
    return [condition.name for condition in conditions] or ["usmca"]


def cents(lowest: int = 1, highest: int = 10**9) -> st.SearchStrategy[Decimal]:
    return st.integers(lowest, highest).map(lambda number: Decimal(number) / 100)


def shares() -> st.SearchStrategy[str]:
    return st.integers(0, 100).map(lambda share: f"{share}%")


@st.composite
def lines(draw: st.DrawFn, importer: str, sheet: Sheet) -> dict[str, Any]:
    """Draw goods that mostly lie under a sheet."""
    aimed = draw(st.integers(0, 3)) > 0
    code = draw(st.sampled_from(rows(sheet, importer) if aimed else codes(importer)))
    known = [c for c in ORIGINS if c in sheet.paint.origins] or sorted(sheet.paint.origins.named)
    origin = draw(st.sampled_from(known if aimed else ORIGINS))
    likely = [*asked(sheet), "usmca"] if aimed else claims()
    facts = draw(st.dictionaries(st.sampled_from(likely), st.booleans(), max_size=2))
    line: dict[str, Any] = {
        "classification": code.ljust(10, "0")[: draw(st.sampled_from([8, 10]))],
        "origin": origin,
        "customs_value": str(draw(cents())),
        "claims": [name if made else f"{name}=no" for name, made in facts.items()],
        "contents": draw(st.dictionaries(st.sampled_from(CONTENTS), shares(), max_size=2)),
    }
    if draw(st.booleans()):
        line |= {"quantity": str(draw(cents())), "unit": draw(st.sampled_from(UNITS))}
    if draw(st.integers(0, 2)) == 0:
        line["base_rate"] = draw(st.sampled_from(["Free", "2.6%", "17.5%", "4.4¢/kg + 6.4%"]))
    if draw(st.integers(0, 9)) == 0:
        line["add_cvd"] = str(draw(cents(0)))
    return line


@st.composite
def shipments(draw: st.DrawFn, most: int = 1) -> dict[str, Any]:
    importer = draw(st.sampled_from(["US", "CA"]))
    sheet = draw(st.sampled_from(sheets(importer)))
    period = sheet.paint.period
    day = draw(st.dates(max(FIRST, period.start), min(LAST, period.end - timedelta(days=1))))
    shipment: dict[str, Any] = {
        "importer": importer,
        "entry_date": day.isoformat(),
        "mode": draw(st.sampled_from(["ocean", "truck"])),
        "lines": draw(st.lists(lines(importer, sheet), min_size=1, max_size=most)),
    }
    if draw(st.booleans()):
        shipment["shipped_date"] = (day - timedelta(days=draw(st.integers(0, 40)))).isoformat()
    for number, line in enumerate(shipment["lines"]):
        line["line"] = f"line {number}"
    return shipment


def priced(shipment: dict[str, Any], known_on: str = "day") -> Quote:
    return catalogue().law(known_on).quote(catalogue().shipment(**shipment))


def total(charges: Iterable[Charge]) -> Decimal | None:
    amounts = [charge.amount for charge in charges]
    return None if None in amounts else sum((a for a in amounts if a is not None), Decimal(0))


@bounded
@given(st.decimals(0, 10**12, allow_nan=False, places=6))
def test_rounding_is_half_up_to_the_cent(amount: Decimal) -> None:
    assert Fraction(round_cents(amount)) == Fraction(
        int(Fraction(amount) * 100 + Fraction(1, 2)), 100
    )


@bounded
@given(shipments(), cents())
def test_a_higher_value_never_lowers_the_duty(shipment: dict[str, Any], more: Decimal) -> None:
    lower = priced(shipment)
    (line,) = shipment["lines"]
    line = {**line, "customs_value": str(Decimal(line["customs_value"]) + more)}
    higher = priced({**shipment, "lines": [line]})
    for before, after in [
        (lower.totals.payable, higher.totals.payable),
        (total(lower.lines[0].charges), total(higher.lines[0].charges)),
    ]:
        assert before is None or after is None or after >= before


@bounded
@given(shipments(most=3))
def test_what_is_owed_now_is_what_the_law_of_now_charges(shipment: dict[str, Any]) -> None:
    charged, settled = priced(shipment), priced(shipment, "now")
    assert charged.since.payable == settled.totals.payable
    assert (settled.since.payable, settled.since.acts) == (settled.totals.payable, ())
    refundable, owing = charged.since.refundable, charged.since.owing
    if charged.totals.payable is None or charged.since.payable is None:
        assert (refundable, owing) == (None, None)
        return
    assert refundable is not None
    assert owing is not None
    assert min(refundable, owing) == 0
    assert charged.totals.payable - refundable + owing == charged.since.payable
    if refundable or owing:
        assert charged.since.acts


@bounded
@given(shipments(most=2))
def test_an_answered_question_gives_the_duty_it_promised(shipment: dict[str, Any]) -> None:
    for number, answer in enumerate(priced(shipment).lines):
        for question in answer.questions:
            facts = question.fact.split("+")
            if "shipped_date" in facts:
                continue  # the day is the user's to name
            told = {**shipment["lines"][number]}
            known = catalogue().store.facts
            told["claims"] = [*told["claims"], *(f for f in facts if known[f].sort == "claim")]
            told["contents"] = {
                **told["contents"],
                **{fact: "0" for fact in facts if known[fact].sort == "content"},
            }
            others = [told if i == number else line for i, line in enumerate(shipment["lines"])]
            then = priced({**shipment, "lines": others}).lines[number]
            assert total(then.charges) == question.total_duty, question
            assert total(then.charges) != total(answer.charges), question


@bounded
@given(shipments(most=3), st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(shipment: dict[str, Any], chance: Any) -> None:
    mixed = list(shipment["lines"])
    chance.shuffle(mixed)
    one, other = priced(shipment), priced({**shipment, "lines": mixed})
    assert one.totals == other.totals
    assert one.fees == other.fees
    assert {line.line: line for line in one.lines} == {line.line: line for line in other.lines}


@bounded
@given(shipments())
def test_all_of_the_value_as_content_is_the_same_as_not_saying(shipment: dict[str, Any]) -> None:
    (line,) = shipment["lines"]
    rest = {name: share for name, share in line["contents"].items() if name not in METALS}
    silent = priced({**shipment, "lines": [{**line, "contents": rest}]})
    full = rest | dict.fromkeys(METALS, "100%")
    told = priced({**shipment, "lines": [{**line, "contents": full}]})
    assert told.lines[0].charges == silent.lines[0].charges
    assert told.totals == silent.totals


@bounded
@given(shipments())
def test_two_halves_owe_what_the_whole_owes(shipment: dict[str, Any]) -> None:
    (line,) = shipment["lines"]
    half = {**line, "line": "half"}
    whole = {**line, "customs_value": str(Decimal(line["customs_value"]) * 2)}
    for figure in ("quantity", "add_cvd"):
        if figure in line:
            whole[figure] = str(Decimal(line[figure]) * 2)
    one = priced({**shipment, "lines": [whole]})
    two = priced({**shipment, "lines": [line, half]})
    assert (one.totals.payable is None) == (two.totals.payable is None)
    if one.totals.payable is not None and two.totals.payable is not None:
        rounded = len(one.lines[0].charges) + len(one.fees) + len(one.taxes)
        assert abs(one.totals.payable - two.totals.payable) <= CENT * rounded


@bounded
@given(st.data())
def test_an_assumed_threat_only_adds(data: st.DataObject) -> None:
    sheet, importer = data.draw(st.sampled_from(threatened()))
    start = sheet.paint.period.start
    shipment = catalogue().shipment(
        importer=importer,
        classification=data.draw(st.sampled_from(rows(sheet, importer))).ljust(10, "0"),
        origin=data.draw(st.sampled_from(sorted(sheet.paint.origins.named))),
        customs_value=data.draw(cents()),
        entry_date=start + timedelta(days=data.draw(st.integers(-20, 120))),
    )
    law = catalogue().law(assume=[sheet.instrument])
    with_it, without = law.quote(shipment), catalogue().law().quote(shipment)
    charged, added = total(without.lines[0].charges), total(with_it.lines[0].charges)
    assert charged is None or added is None or added >= charged
    if shipment.entry_date < start:
        assert with_it.lines[0].charges == without.lines[0].charges


@cache
def threatened() -> list[tuple[Sheet, str]]:
    store = catalogue().store
    return [
        (sheet, importer)
        for importer in store.importers
        for head in store.tables(importer).measures
        for sheet in store.tables(importer).sheets(head)
        if sheet.status == "threatened"
    ]


@bounded
@given(shipments())
def test_every_measure_is_answered_for_once(shipment: dict[str, Any]) -> None:
    (answer,) = priced(shipment).lines
    charged = [charge.measure for charge in answer.charges if charge.instrument]
    named = Counter([*charged, *(missed.measure for missed in answer.not_charged)])
    heads = catalogue().store.tables(shipment["importer"]).measures
    assert named == Counter(head.id for head in heads if head.kind is not Kind.REQUIREMENT)


@bounded
@given(shipments())
def test_a_quote_considers_what_measures_lists(shipment: dict[str, Any]) -> None:
    (line,) = shipment["lines"]
    (answer,) = priced(shipment).lines
    listed = (
        catalogue()
        .law()
        .measures(
            shipment["entry_date"],
            importer=shipment["importer"],
            origin=line["origin"],
            classification=line["classification"],
        )
    )
    here = {row.measure for row in listed if row.kind is not Kind.REQUIREMENT}
    charged = {charge.measure for charge in answer.charges if charge.instrument}
    held_back = {m.measure for m in answer.not_charged if m.reason in ("yields", "condition")}
    assert charged | held_back == here
    acts = {(row.measure, row.instrument) for row in listed}
    assert {(c.measure, c.instrument) for c in answer.charges if c.instrument} <= acts


WORDS = st.one_of(
    st.text(max_size=10),
    st.sampled_from(
        ["US", "CA", "2020-09-10", "100", "7601.10.60", "usmca=no", "now", "60%", "kg"]
    ),
    st.sampled_from(["Free", "1e5", "NaN", "-0", "٣", "0.000", "9" * 20, "us-ustr-2020-09-15@"]),
)
TREES = st.recursive(
    WORDS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=5,
)


@settings(bounded, max_examples=300)
@example({"assume": [[]]}, False)
@example({"claims": {"usmca": "no"}}, True)
@given(st.dictionaries(st.sampled_from([*OF_ENTRY, *OF_LINE]), TREES, max_size=3), st.booleans())
def test_whatever_is_declared_is_priced_or_refused_in_words(
    odd: dict[str, Any], in_lines: bool
) -> None:
    declared = {
        "importer": "US",
        "entry_date": "2020-09-10",
        "classification": "7601.10.60",
        "origin": "CA",
        "customs_value": "100",
        **odd,
    }
    if in_lines:
        line = {key: declared.pop(key) for key in OF_LINE if key in declared}
        declared.setdefault("lines", [line])
    try:
        request = read_request(declared, catalogue().store)
        catalogue().law(request.known_on, request.assume).quote(request.shipment)
    except InputError as refused:
        words = [issue.message for issue in refused.issues]
    else:
        words = ["priced"]
    assert all(words)
    assert words


@pytest.mark.parametrize(
    "day",
    [date(2018, 4, 1), date(2019, 2, 1), date(2021, 7, 1), date(2025, 8, 1), date(2026, 10, 1)],
)
def test_measures_names_the_origins_it_stands_over(day: date) -> None:
    law = catalogue().law()
    listed = law.measures(day)
    for origin in ORIGINS:
        here = {sheet_of(row) for row in law.measures(day, origin=origin)}
        assert here == {sheet_of(row) for row in listed if names(row, origin)}, origin


@pytest.mark.parametrize("name", ["customs_value", "fx", "quantity", "base_rate"])
def test_a_float_is_told_to_be_text(name: str) -> None:
    with pytest.raises(InputError, match=rf'{name}: is a float.*write it as text, "1\.3"'):
        catalogue().shipment(importer="US", entry_date="2020-09-10", origin="CA", **{name: 1.3})


@pytest.mark.parametrize(
    "threat",
    [
        "us-aluminum-threat-2020-06", "us-aluminum-threat-2020-06@2020-07-01",
        ["us-aluminum-threat-2020-06"], {"us-aluminum-threat-2020-06": "2020-07-01"},
    ],
)  # fmt: skip
def test_what_is_assumed_may_be_one_name_and_its_day_text(threat: Any) -> None:
    """10 % of 1,000.00 on Canadian aluminum, had the threat of June 2020 been law by July."""
    ingot = catalogue().shipment(
        importer="US", entry_date="2020-07-10", origin="CA", classification="7601.10.60",
        customs_value="1000", claims=["usmca"],
    )  # fmt: skip
    owed = catalogue().law(assume=threat).quote(ingot).totals.additional_duty
    assert owed == Decimal("100.00")


@pytest.mark.parametrize(
    ("asked", "fault", "words"),
    [
        ({"on": "2017-12-31"}, CoverageError, "on: the law is held here from 2018-01-01 on"),
        ({"on": "2020-01-01", "importer": "FR"}, CoverageError, "importer: .* It holds US, CA"),
        ({"on": "soon"}, InputError, 'on: "soon" is not a date'),
        ({"on": "2020-01-01", "classification": "76O1"}, InputError, 'classification: "76O1"'),
    ],
)
def test_measures_refuses_what_it_does_not_hold(
    asked: dict[str, str], fault: type[InputError], words: str
) -> None:
    with pytest.raises(fault, match=words):
        catalogue().law().measures(**asked)  # type: ignore[arg-type]


def sheet_of(row: InForce) -> tuple[object, ...]:
    return row.measure, row.instrument, row.since, row.rate, row.heading


def names(row: InForce, origin: str) -> bool:
    if row.origins[0] == "*":
        return f"-{origin}" not in row.origins
    return origin in row.origins
