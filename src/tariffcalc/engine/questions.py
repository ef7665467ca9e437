"""Facts that were not declared and would change the answer: flip each, and look again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tariffcalc.catalogue.law import Law
from tariffcalc.catalogue.terms import Condition
from tariffcalc.engine.answer import Question
from tariffcalc.engine.base import USMCA
from tariffcalc.engine.resolve import charges_something, open_cases

if TYPE_CHECKING:
    from tariffcalc.engine.quote import PricedLine

TotalIf = Callable[[Iterable[str], Iterable[str], date | None], Decimal | None]
"""The line's duty if these claims were made, these contents were nil, it had left that day."""

SHIPPED = "shipped_date"


def questions(law: Law, priced: PricedLine, total_if: TotalIf) -> Iterator[Question]:
    """Yield the questions of a line whose answer would change its duty."""
    asked: set[tuple[str, ...]] = set()
    if priced.duty.asks_usmca and USMCA not in priced.facts.denied:
        asked.add((USMCA,))
        yield from _changed(law, priced, (USMCA,), total_if([USMCA], (), None))
    for _, _, conditions in open_cases(priced.plan, priced.facts):
        names = tuple(dict.fromkeys(_fact_name(condition) for condition in conditions))
        if not names or None in names or names in asked:
            continue
        asked.add(names)  # type: ignore[arg-type]  # None was ruled out
        claims = [condition.name for condition in conditions if condition.is_claim]
        total = total_if(claims, (), _shipped(conditions))
        yield from _changed(law, priced, names, total)  # type: ignore[arg-type]
    for step in priced.price.steps:
        content = step.step.terms.on.fact
        if (
            content
            and (content,) not in asked
            and content not in priced.amounts.contents
            and charges_something(step.step.terms)
        ):
            asked.add((content,))
            if step.step.terms.on.content:
                yield from _changed(law, priced, (content,), total_if((), [content], None))


def _changed(
    law: Law, priced: PricedLine, names: tuple[str, ...], total: Decimal | None
) -> Iterator[Question]:
    if total != priced.total:
        yield Question("+".join(names), " ".join(_text(law, name) for name in names), total)


def _text(law: Law, name: str) -> str:
    if name == SHIPPED:
        return "When did the goods leave for the importing country?"
    fact = law.store.facts.get(name)
    return fact.question if fact else name


def _fact_name(condition: Condition) -> str | None:
    """Return what to ask about; None for a test on amounts that are not known either."""
    if condition.is_claim:
        return condition.name
    return SHIPPED if condition.name in ("shipped_by", "shipped_before") else None


def _shipped(conditions: Iterable[Condition]) -> date | None:
    limits = [c.limit for c in conditions if isinstance(c.limit, date)]
    return min(limits) - timedelta(days=1) if limits else None
