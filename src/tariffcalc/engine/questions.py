"""Facts that were not declared and would change the answer: flip each, and look again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from tariffcalc.catalogue.law import Law
from tariffcalc.engine.answer import Question
from tariffcalc.engine.base import USMCA
from tariffcalc.engine.resolve import SHIPPED, Ask

if TYPE_CHECKING:
    from tariffcalc.engine.quote import PricedLine

TotalIf = Callable[[Ask], Decimal | None]
"""The line's duty if what an `Ask` asks for were declared."""


def questions(law: Law, priced: PricedLine, total_if: TotalIf) -> Iterator[Question]:
    """Yield the questions of a line whose answer would change its duty."""
    asks = priced.plan.asks
    if priced.duty.asks_usmca and USMCA not in priced.facts.denied:
        preference = Ask((USMCA,), (USMCA,))
        asks = (preference, *(ask for ask in asks if ask != preference))
    for ask in asks:
        if ask.content is not None and ask.content in priced.amounts.contents:
            continue
        total = total_if(ask)
        if total != priced.total:
            texts = (_text(law, name) for name in ask.names)
            yield Question("+".join(ask.names), " ".join(texts), total)


def _text(law: Law, name: str) -> str:
    if name == SHIPPED:
        return "When did the goods leave for the importing country?"
    fact = law.store.facts.get(name)
    return fact.question if fact else name
