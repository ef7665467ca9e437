"""How fast are general rule engines on rules of this catalogue, beside batch.

    pip install zen-engine business-rules rule-engine openfisca-core
    python benchmarks/peers.py --rows 2000

The rules are those sheets of the US duties on steel and aluminum of section 232 that state a plain
percentage: the first day and the day after the last, the origins, the goods by the beginning of
their code. The question is which of them cover a line, and what they take of its value together. It
is much less than `batch` answers: no sheet lies on another, nothing yields, there are no cases, no
base duty, no fees, no text. Every engine must find what the sheets as bits say.

The peers are made for rules of any kind and look at every rule for every line; what is measured
here is what an index over codes, origins and days is worth, not which engine is better.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

from invoices import invoice_tables, write_csv

from tariffcalc import load_catalogue
from tariffcalc.catalogue.tables import Tables
from tariffcalc.catalogue.terms import Effect

MEASURES = (
    "us-232-steel",
    "us-232-aluminum",
    "us-232-steel-derivatives",
    "us-232-aluminum-derivatives",
)
ROWS_OF_BATCH = 1_000_000


@dataclass(frozen=True)
class Rule:
    """A sheet as a rule: origins are all but the named ones where `inverted`."""

    number: int
    start: int
    end: int
    origins: tuple[str, ...]
    inverted: bool
    codes: tuple[str, ...]
    rate: Decimal


@dataclass(frozen=True)
class Line:
    code: str
    origin: str
    day: int
    value: Decimal


Found = list[tuple[tuple[int, ...], Decimal]]
"""For each line the rules that cover it, and what they take of its value together."""


def rules_of(tables: Tables) -> list[Rule]:
    masks = [(code, int.from_bytes(cover, "little")) for code, cover, _ in tables.goods_masks()]
    rules = []
    for head in tables.measures:
        for sheet in tables.sheets(head) if head.id in MEASURES else ():
            duty, paint = sheet.paint.terms.duty, sheet.paint
            codes = tuple(code for code, mask in masks if mask >> sheet.bit & 1)
            if duty.effect is not Effect.RATE or duty.rate is None or not codes:
                continue
            rules.append(Rule(
                sheet.bit, paint.period.start.toordinal(), paint.period.end.toordinal(),
                tuple(sorted(paint.origins.named)), paint.origins.inverted, codes, duty.rate.ad_valorem,
            ))  # fmt: skip
    return rules


def lines_of(rows: int, seed: int) -> list[Line]:
    lines = []
    for table in invoice_tables(rows * 2, seed):
        for row in table.to_pylist():
            code = row["classification"].replace(".", "")
            try:
                line = Line(
                    code,
                    row["origin"],
                    date.fromisoformat(row["entry_date"]).toordinal(),
                    Decimal(row["customs_value"]),
                )
            except (ValueError, ArithmeticError):
                continue
            if (
                row["importer"] == "US"
                and code.isdigit()
                and len(code) in (8, 10)
                and len(line.origin) == 2
            ):
                lines.append(line)
    return lines[:rows]


def by_bits(tables: Tables, rules: Sequence[Rule], lines: Sequence[Line]) -> Found:
    """Answer from the tables that batch uses."""
    wanted = sum(1 << rule.number for rule in rules)
    rates = {rule.number: rule.rate for rule in rules}
    found = []
    for line in lines:
        bits = (
            tables.goods(line.code)[0]
            & tables.origin(line.origin)
            & tables.holding(date.fromordinal(line.day))
            & wanted
        )
        numbers = tuple(number for number in rates if bits >> number & 1)
        found.append((numbers, line.value * sum((rates[number] for number in numbers), Decimal(0))))
    return found


def zen(rules: Sequence[Rule], lines: Sequence[Line]) -> Iterator[Callable[[], Found]]:
    from zen import ZenEngine

    def cells(rule: Rule) -> dict[str, str]:
        named = ", ".join(json.dumps(origin) for origin in rule.origins)
        codes = " or ".join(f"startsWith($, {json.dumps(code)})" for code in rule.codes)
        return {
            "_id": f"r{rule.number}", "code": codes if rule.codes != ("",) else "",
            "origin": f"{'not in' if rule.inverted else 'in'} [{named}]",
            "day": f"[{rule.start}..{rule.end})", "number": str(rule.number), "rate": str(rule.rate),
        }  # fmt: skip

    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": name, "name": name, "field": name} for name in ("code", "origin", "day")],
        "outputs": [{"id": name, "name": name, "field": name} for name in ("number", "rate")],
        "rules": [cells(rule) for rule in rules],
    }
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {
            "id": "table",
            "name": "table",
            "type": "decisionTableNode",
            "content": table,
            "position": {"x": 1, "y": 0},
        },
        {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 2, "y": 0}},
    ]
    edges = [
        {"id": "a", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "b", "type": "edge", "sourceId": "table", "targetId": "out"},
    ]
    decision = ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def run() -> Found:
        found = []
        for line in lines:
            hits = decision.evaluate({"code": line.code, "origin": line.origin, "day": line.day})[
                "result"
            ]
            rate = sum((Decimal(str(hit["rate"])) for hit in hits), Decimal(0))
            found.append((tuple(sorted(int(hit["number"]) for hit in hits)), line.value * rate))
        return found

    yield run


def rule_engine(rules: Sequence[Rule], lines: Sequence[Line]) -> Iterator[Callable[[], Found]]:
    import rule_engine as engine

    def text(rule: Rule) -> str:
        named = ", ".join(json.dumps(origin) for origin in rule.origins)
        origin = f"{'not ' if rule.inverted else ''}(origin in [{named}])"
        codes = f'code =~ "({"|".join(rule.codes)}).*"'
        return f"day >= {rule.start} and day < {rule.end} and {origin} and {codes}"

    compiled = [(rule, engine.Rule(text(rule))) for rule in rules]

    def run() -> Found:
        found = []
        for line in lines:
            thing = {"code": line.code, "origin": line.origin, "day": line.day}
            hits = [rule for rule, test in compiled if test.matches(thing)]
            rate = sum((rule.rate for rule in hits), Decimal(0))
            found.append((tuple(sorted(rule.number for rule in hits)), line.value * rate))
        return found

    yield run


def business_rules(rules: Sequence[Rule], lines: Sequence[Line]) -> Iterator[Callable[[], Found]]:
    from business_rules import run_all
    from business_rules.actions import BaseActions, rule_action
    from business_rules.fields import FIELD_NUMERIC
    from business_rules.variables import BaseVariables, numeric_rule_variable, string_rule_variable

    class Variables(BaseVariables):
        def __init__(self, line: Line) -> None:
            self.line = line

        @string_rule_variable()
        def code(self) -> str:
            return self.line.code

        @string_rule_variable()
        def origin(self) -> str:
            return self.line.origin

        @numeric_rule_variable()
        def day(self) -> int:
            return self.line.day

    class Actions(BaseActions):
        def __init__(self) -> None:
            self.hits: list[int] = []

        @rule_action(params={"number": FIELD_NUMERIC})
        def take(self, number: Decimal) -> None:
            self.hits.append(int(number))

    def as_json(rule: Rule) -> dict[str, object]:
        origins = "|".join(rule.origins)
        pattern = f"^(?!(?:{origins})$)" if rule.inverted else f"^(?:{origins})$"
        tests = [
            {"name": "day", "operator": "greater_than_or_equal_to", "value": rule.start},
            {"name": "day", "operator": "less_than", "value": rule.end},
            {"name": "origin", "operator": "matches_regex", "value": pattern},
            {"name": "code", "operator": "matches_regex", "value": f"^(?:{'|'.join(rule.codes)})"},
        ]
        return {
            "conditions": {"all": tests},
            "actions": [{"name": "take", "params": {"number": rule.number}}],
        }

    listed, rates = [as_json(rule) for rule in rules], {rule.number: rule.rate for rule in rules}

    def run() -> Found:
        found = []
        for line in lines:
            actions = Actions()
            run_all(listed, Variables(line), actions, stop_on_first_trigger=False)
            rate = sum((rates[number] for number in actions.hits), Decimal(0))
            found.append((tuple(sorted(actions.hits)), line.value * rate))
        return found

    yield run


def openfisca(rules: Sequence[Rule], lines: Sequence[Line]) -> Iterator[Callable[[], Found]]:
    """All lines at once, in floats of 32 bits, which is what OpenFisca has for amounts."""
    import numpy as np
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    entity = build_entity(key="line", plural="lines", label="line", is_person=True)
    system = TaxBenefitSystem([entity])
    names = sorted({line.origin for line in lines})
    at = {"entity": entity, "definition_period": DateUnit.YEAR}

    def variable(name: str, kind: type, formula: object = None) -> None:
        body = {"value_type": kind, **at, **({"formula": formula} if formula else {})}
        system.add_variable(type(name, (Variable,), body))

    def make(rule: Rule) -> Callable[..., object]:
        by_length: dict[int, list[int]] = {}
        for code in rule.codes:
            if len(code) <= 8:
                by_length.setdefault(len(code), []).append(int(code or 0))
        longer = [int(code) for code in rule.codes if len(code) > 8]
        origins = [
            number
            for number, name in enumerate(names)
            if (name in rule.origins) is not rule.inverted
        ]

        def formula(line: object, period: object) -> object:
            code, tail = line("code", period), line("tail", period)  # type: ignore[operator]
            day, origin = line("day", period), line("origin", period)  # type: ignore[operator]
            goods = np.zeros(code.size, bool)
            for length, codes in by_length.items():
                goods |= np.isin(code // 10 ** (8 - length), codes)
            if longer:  # ten digits do not fit into 32 bits
                goods |= np.isin(code.astype(np.int64) * 100 + tail, longer) & (tail >= 0)
            return goods & np.isin(origin, origins) & (day >= rule.start) & (day < rule.end)

        return formula

    for name in ("code", "tail", "day", "origin"):
        variable(name, int)
    variable("value", float)
    for rule in rules:
        variable(f"rule_{rule.number}", bool, make(rule))

    def total(line: object, period: object) -> object:
        rate = sum(line(f"rule_{rule.number}", period) * float(rule.rate) for rule in rules)  # type: ignore[operator]
        return rate * line("value", period)  # type: ignore[operator]

    variable("total", float, total)
    number = {name: place for place, name in enumerate(names)}

    def run() -> Found:
        simulation = SimulationBuilder().build_default_simulation(system, len(lines))
        columns = {
            "code": [int(line.code[:8]) for line in lines],
            "tail": [int(line.code[8:] or -1) for line in lines],
            "day": [line.day for line in lines],
            "origin": [number[line.origin] for line in lines],
            "value": [float(line.value) for line in lines],
        }
        for name, column in columns.items():
            simulation.set_input(name, "2020", np.array(column))
        amounts = simulation.calculate("total", "2020")
        hits = {rule.number: simulation.calculate(f"rule_{rule.number}", "2020") for rule in rules}
        return [
            (
                tuple(sorted(key for key, flags in hits.items() if flags[place])),
                Decimal(float(amounts[place])),
            )
            for place in range(len(lines))
        ]

    yield run


PEERS = {
    "zen": ("zen-engine", zen),
    "rule_engine": ("rule-engine", rule_engine),
    "business_rules": ("business-rules", business_rules),
    "openfisca_core": ("OpenFisca-Core", openfisca),
}


def batch_rate(seed: int) -> float:
    """Return lines a second of `batch` in Python alone, with all that it answers, start-up too."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in.csv"
        rows = ROWS_OF_BATCH // 5
        with source.open("wb") as file:
            write_csv(file, rows, seed)
        command = [
            sys.executable,
            "-m",
            "tariffcalc",
            "batch",
            str(source),
            "-o",
            f"{folder}/out.csv",
            "--engine",
            "python",
            "-q",
        ]
        began = time.perf_counter()
        subprocess.run(command, check=False)
        return rows / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=2026)
    told = parser.parse_args()
    tables = load_catalogue().store.tables("US")
    rules, lines = rules_of(tables), lines_of(told.rows, told.seed)
    expected = by_bits(tables, rules, lines)
    covered = sum(bool(numbers) for numbers, _ in expected)
    print(
        f"{len(rules)} rules of {sum(len(rule.codes) for rule in rules):,} codes, {len(lines):,} lines, {covered} of them covered"
    )
    own = batch_rate(told.seed)
    print(f"{'':16} {'lines/s':>10} {'batch is':>10}  found what the sheets say")
    print(
        f"{'batch, python':16} {own:10,.0f} {'1 x':>10}  and duties, fees, taxes, words: all of the answer"
    )
    for module, (name, make) in PEERS.items():
        if find_spec(module) is None:
            print(f"{name:16} not installed")
            continue
        (run,) = make(rules, lines)
        began = time.perf_counter()
        found = run()
        rate = len(lines) / (time.perf_counter() - began)
        same = sum(one[0] == other[0] for one, other in zip(found, expected, strict=True))
        exact = sum(
            round(one[1], 2) == round(other[1], 2)
            for one, other in zip(found, expected, strict=True)
        )
        print(
            f"{name:16} {rate:10,.0f} {own / rate:8,.1f} x  {same} of {len(lines)} lines, {exact} amounts"
        )


if __name__ == "__main__":
    main()
