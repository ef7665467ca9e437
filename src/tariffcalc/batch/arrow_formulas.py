"""Formulas, base duties, fees and taxes by number, with their rates as columns.

A formula that this lane cannot multiply out in 64 bits, or that has too many charges, is none:
number 0, which the Python lane prices.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import compress
from typing import Any

from tariffcalc.batch import remarks
from tariffcalc.batch.arrow_columns import AMOUNT, IS_PROHIBITED, IS_UNKNOWN, MOST, WordTable
from tariffcalc.batch.arrow_said import NONE, Said
from tariffcalc.batch.arrow_tables import Ids, Records
from tariffcalc.batch.finder import HUGE
from tariffcalc.batch.formula import RATE_UNIT, TO_CENTS, Levies, Steps, base_rate
from tariffcalc.batch.parts import NO_BASE
from tariffcalc.engine.answer import Charge
from tariffcalc.engine.base import BaseDuty
from tariffcalc.values.rates import Rate

DUTY, LEVY = 4 * RATE_UNIT, RATE_UNIT
"""Base duties, charges together, and fees and taxes together are no more than that.

A value below `HUGE` with all duty, times the rate of a tax, then stays below 2**63.
"""

NO_BOUND = 2**62

BASES = 1 - NO_BASE
"""A class of base duty and this make a number from 1 on."""
SLOTS = range(MOST)


class Formulas:
    """What was found of formulas, base duties, fees and taxes.

    Attributes:
        called: The names of the charges of each formula, by its number.
        measures: The same with the currency in which each is charged.
        open: Those of them whose amount is not known.
        currencies: The currency of each measure.
        law: Texts of measures, headings and citations, and the blank filed duty.
        doubts: Formulas of which it turns on the goods why an amount is not known.
    """

    def __init__(self, said: Said, has_filed: bool) -> None:
        """Begin with nothing known; `has_filed` says whether there are filed duties to compare."""
        rates = (f"{name}{slot}" for name in ("rate", "total") for slot in SLOTS)
        words = (f"word{slot}" for slot in SLOTS)
        self.steps = Records(
            "count", "free", "refused", "lost", "contents", "why", "doubt", "law", *rates, *words
        )
        self.doubts = Records()
        self.plans = Records("then", "now")
        self.bases = Records("rate", "lost", "kind", "reason", "asks")
        self.levies = Records(
            "fees", "taxes", "reason", "loses",
            *(f"{name}{slot}" for slot in SLOTS for name in
              ("rate", "least", "most", "at_most", "informal", "lost", "lost_informal", "tax")),
        )  # fmt: skip
        self.called: list[tuple[str, ...]] = [()]
        self.measures: list[tuple[tuple[str, str], ...]] = [()]
        self.open: list[tuple[tuple[str, str], ...]] = [()]
        self.currencies: dict[str, str] = {}
        self._blank_filed = () if has_filed else ("",)
        self.law = WordTable(3 + len(self._blank_filed))
        self._said = said
        self._known: dict[int, tuple[Steps, int]] = {}
        self._plain: dict[tuple[Rate | None, int], int] = {}

    def plan(self, then: int, now: int) -> int:
        """Return the number of two formulas, under the law asked for and as it now stands."""
        return self.plans.number((then, now), then, now)

    def ask_contents(self, plan: Ids) -> Any:
        """Return to which plans, by number, declared contents make a difference."""
        then, now = (self.steps.of(self.plans.of(plan, law), "contents") for law in ("then", "now"))
        return (then > 0) | (now > 0)

    def number(self, steps: Steps | None) -> int:
        """Return the number of a formula."""
        # Equal formulas are mostly one object, which is faster to find than to compare.
        if steps is None:
            return 0
        _, found = self._known.get(id(steps), (None, None))
        if found is None:
            found = self._number(steps)
            self._known[id(steps)] = steps, found
        return found

    def _number(self, steps: Steps) -> int:
        if len(steps.terms) > MOST or steps.total_rate > DUTY:
            return 0
        rates, totals, words = [0] * MOST, [0] * MOST, [AMOUNT] * MOST
        for slot, term in enumerate(steps.terms):
            rates[slot], totals[slot] = term.rate or 0, term.is_total
            if term.rate is None:
                words[slot] = IS_PROHIBITED if term.refuses else IS_UNKNOWN
        why, doubt = 0, 0
        if any(term.doubtful is not None for term in steps.terms):
            doubt = self.doubts.add(steps)
        else:
            why = self._said.charges.say(remarks.of_terms(steps.terms, lambda sheet: ""))
        number = self.steps.add(
            steps,
            len(steps.terms),
            steps.free_entry,
            steps.prohibited,
            any(term.rate is None for term in steps.terms),
            steps.asks_contents,
            why,
            doubt,
            self.law.number((steps.measures, steps.headings, steps.citations, *self._blank_filed)),
            *rates,
            *totals,
            *words,
        )
        called = tuple([term.measure for term in steps.terms])
        self.called.append(called)
        measures = tuple([(self.currencies[name], name) for name in called])
        self.measures.append(measures)
        lost = [term.rate is None for term in steps.terms]
        self.open.append(tuple(compress(measures, lost)))
        return number

    def base(self, duty: BaseDuty, kind: int) -> int:
        """Return the number of a base duty; `kind` is its class, if it is a share of the value.

        One that asks for a quantity is not known where none is declared; that is what its number
        stands for, and `asks` marks it.
        """
        if duty.rate is not None and (duty.rate, kind) in self._plain:
            return self._plain[duty.rate, kind]
        rate = base_rate(duty)
        if (rate or 0) > DUTY:
            return 0
        asks, plain = 0, (duty.rate, kind)
        reason = duty.reason or duty.assumption
        if rate is None and duty.rate is not None:
            if duty.rate.amount(Decimal(1)) is not None:
                return 0
            kind, asks, reason = (
                NO_BASE,
                1,
                f"quantity in {' and '.join(duty.rate.units())} not declared",
            )
        said = self.why(duty, reason) if rate is None else NONE
        key = duty.rate if asks else rate, kind, said, asks
        found = self.bases.number(key, rate or 0, rate is None, kind + BASES, said, asks)
        if duty.rate is not None:
            self._plain[plain] = found
        return found

    def open_base(self, name: tuple[int, int, int]) -> int:
        """Return the number of a base duty that is not known, where the reason names the goods.

        Args:
            name: Number of the country, row and column of its schedule: the key in `bases`.
        """
        return self.bases.number(name, 0, 1, NO_BASE + BASES, 0, 0)

    def why(self, duty: BaseDuty, reason: str | None) -> int:
        """Return the number of what is said of a base duty that is not known."""
        charge = Charge("base_duty", "", "base_duty", None, duty.text, None, reason=reason)
        return self._said.bases.say(remarks.of_unknown([charge]))

    def charged(self, levies: Levies) -> int:
        """Return the number of fees and taxes."""
        rates = [rate for _, rate in levies.taxes] + [fee.rate for fee in levies.fees]
        if max(len(levies.fees), len(levies.taxes)) > MOST or sum(rates) > LEVY:
            return 0
        figures = []
        for slot in SLOTS:
            tax = levies.taxes[slot][1] if slot < len(levies.taxes) else 0
            if slot >= len(levies.fees):
                figures += [0, 0, NO_BOUND, -1, 0, 0, 0, tax]
                continue
            fee = levies.fees[slot]
            figures += [
                fee.rate,
                fee.minimum or 0,
                NO_BOUND if fee.maximum is None else fee.maximum,
                -1 if fee.informal_at_most is None else fee.informal_at_most,
                fee.informal or 0,
                fee.unknown,
                fee.lacks_informal,
                tax,
            ]
        unknown = remarks.of_unknown_fees(fee for fee in levies.fees if fee.unknown)
        said = self._said.fees.say(unknown)
        loses = any(fee.unknown or fee.lacks_informal for fee in levies.fees)
        counts = len(levies.fees), len(levies.taxes)
        return self.levies.number(levies, *counts, said, loses, *figures)


assert HUGE * (RATE_UNIT + 2 * DUTY) // RATE_UNIT * LEVY + TO_CENTS < 2**63
