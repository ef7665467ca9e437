"""From the text of a measure, fee or tax to its terms: the words and numbers of a paint."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from tariffcalc.catalogue.terms import (
    FULL_VALUE,
    Basis,
    Case,
    Condition,
    Duty,
    Effect,
    Levy,
    LevyRate,
    Origins,
    Paint,
    Terms,
)
from tariffcalc.values.days import LATEST, Period, parse_day
from tariffcalc.values.money import parse_amount
from tariffcalc.values.rates import parse_rate

DATE_TESTS = ("shipped_by", "shipped_before", "entered_before")
TESTS = (*DATE_TESTS, "value_at_most", "base_rate_at_least")
CONTENT_BASES = {f"{metal}_content": metal for metal in ("steel", "aluminum", "copper")}


@lru_cache(maxsize=4096)
def parse_duty(text: str) -> Duty:
    """Read the duty of a paint.

    Raises:
        ValueError: for a text that is neither a word of `Effect` nor a rate.

    >>> parse_duty("total 15%").effect
    <Effect.TOTAL: 'total'>
    """
    if text.startswith("total "):
        return Duty(text, Effect.TOTAL, parse_rate(text.removeprefix("total ")))
    if text in tuple(Effect) and text not in (Effect.RATE, Effect.TOTAL):
        return Duty(text, Effect(text))
    return Duty(text, Effect.RATE, parse_rate(text))


def parse_share(text: str) -> Decimal:
    """Read a percentage as a fraction: ``40%`` is 0.4."""
    if not text.endswith("%"):
        raise ValueError(f'"{text}" is not a percentage such as 40%')
    return parse_amount(text.removesuffix("%")) / 100


def parse_basis(body: Any) -> Basis:
    """Read the `on` of a paint: a word, or a mapping with `value_less`."""
    if isinstance(body, str):
        if body == "customs_value":
            return FULL_VALUE
        if body in CONTENT_BASES:
            return Basis(content=CONTENT_BASES[body])
        raise ValueError(f'"{body}" is none of customs_value, {", ".join(CONTENT_BASES)}')
    if not isinstance(body, dict) or "value_less" not in body:
        raise ValueError("`on` is a word or {value_less: CONTENT, at_most: N%, at_least: N%}")
    unknown = set(body) - {"value_less", "at_most", "at_least"}
    if unknown:
        raise ValueError(f"`on` does not know {', '.join(sorted(unknown))}")
    at_most, at_least = (
        parse_share(body[key]) if key in body else None for key in ("at_most", "at_least")
    )
    return Basis(value_less=body["value_less"], at_most=at_most, at_least=at_least)


def parse_condition(body: Any) -> Condition:
    """Read one entry of a `when`."""
    if isinstance(body, str):
        return Condition(str(body))
    if not isinstance(body, dict) or len(body) != 1:
        raise ValueError("a condition is a claim or one {test: limit}")
    ((name, limit),) = body.items()
    if name not in TESTS:
        raise ValueError(f'"{name}" is not a test; the tests are {", ".join(TESTS)}')
    if name in DATE_TESTS:
        return Condition(str(name), parse_day(limit))
    return Condition(
        str(name), parse_share(limit) if name == "base_rate_at_least" else parse_amount(limit)
    )


def parse_origins(body: Any, groups: dict[str, list[str]]) -> Origins:
    """Read the `origins` of a paint, spelling out groups such as EU."""
    inverted = isinstance(body, dict)
    if inverted:
        if set(body) != {"all_except"}:
            raise ValueError("`origins` is all, a list, or {all_except: [...]}")
        body = body["all_except"]
    elif body == "all":
        return Origins(frozenset(), inverted=True)
    if not isinstance(body, list):
        raise ValueError("`origins` is all, a list, or {all_except: [...]}")
    named: set[str] = set()
    for word in body:
        named.update(groups[word] if word in groups else [str(word)])
    return Origins(frozenset(named), inverted)


TERM_KEYS = ("duty", "on", "heading", "note", "yields_to", "excluded_by")


def parse_terms(body: dict[str, Any], base: Terms | None = None) -> Terms:
    """Read terms from a mapping; what it does not state is taken from `base`."""
    stated: dict[str, Any] = {key: body[key] for key in TERM_KEYS if key in body}
    if "duty" in stated:
        stated["duty"] = parse_duty(stated["duty"])
    if "on" in stated:
        stated["on"] = parse_basis(stated["on"])
    for key in ("yields_to", "excluded_by"):
        if key in stated:
            stated[key] = tuple(stated[key])
    if base is None:
        return Terms(**stated)
    kept: dict[str, Any] = {"note": None}
    if "duty" in stated and stated["duty"].effect is Effect.NONE:
        kept["heading"] = None  # nothing is declared under the heading of the duty it takes off
    return base._replace(**{**kept, **stated})


def parse_paint(body: dict[str, Any], groups: dict[str, list[str]]) -> Paint:
    """Read a paint from its mapping of text, as it stands in a measure or in the compiled form.

    Raises:
        ValueError: for a value that does not fit; KeyError for a key that is missing.
    """
    terms = parse_terms(body)
    cases = tuple(
        Case(tuple(parse_condition(c) for c in case["when"]), parse_terms(case, terms))
        for case in body.get("cases", ())
    )
    goods = None if body["goods"] == "all" else tuple(str(item) for item in body["goods"])
    return Paint(
        _period(body),
        parse_origins(body["origins"], groups),
        goods,
        terms,
        cases,
        body.get("at"),
        body.get("known"),
        body,
    )


AMOUNTS = ("minimum", "maximum", "informal", "informal_at_most")


def parse_levy(body: dict[str, Any]) -> Levy:
    """Read a fee or tax from its mapping of text."""
    return Levy(
        id=body["id"],
        title=body["title"],
        importer=body["importer"],
        kind=body["kind"],
        authority=body["authority"],
        on=body["on"],
        rates=tuple(_levy_rate(row) for row in body["rates"]),
        except_claims=tuple(body.get("except_claims", ())),
        claims=tuple(body.get("claims", ())),
        modes=tuple(body.get("modes", ())),
        province=body.get("province"),
        body=body,
    )


def _levy_rate(row: dict[str, Any]) -> LevyRate:
    unknown = frozenset(key for key in AMOUNTS if row.get(key) == "unknown")
    minimum, maximum, informal, informal_at_most = (
        parse_amount(row[key]) if key in row and key not in unknown else None for key in AMOUNTS
    )
    return LevyRate(
        period=_period(row),
        rate=parse_share(row["rate"]),
        minimum=minimum,
        maximum=maximum,
        informal=informal,
        informal_at_most=informal_at_most,
        unknown=unknown,
        citation=row["citation"],
        url=row.get("url"),
        known=row["known"],
        except_claims=tuple(row.get("except_claims", ())),
    )


def _period(body: dict[str, Any]) -> Period:
    return Period(parse_day(body["from"]), parse_day(body["until"]) if "until" in body else LATEST)
