"""Measures, acts, paints and their terms: the law as frozen values, in the words of the trade."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal

from tariffcalc.values.days import LATEST, Period, parse_day
from tariffcalc.values.money import parse_amount
from tariffcalc.values.rates import Rate, parse_rate

Known = Literal["primary", "secondary", "recall"]
KNOWN: tuple[Known, ...] = ("primary", "secondary", "recall")
"""How surely a figure is known, the surest first."""

DATE_TESTS = ("shipped_by", "shipped_before", "entered_before")
TESTS = (*DATE_TESTS, "value_at_most", "base_rate_at_least")
CONTENT_BASES = {f"{metal}_content": metal for metal in ("steel", "aluminum", "copper")}


def weakest(*marks: Known) -> Known:
    """Return the least sure of several marks: an answer is no surer than its weakest part."""
    return max(marks, key=KNOWN.index)


class Kind(StrEnum):
    """What sort of charge a measure is."""

    ADDITIONAL_DUTY = "additional_duty"
    SURTAX = "surtax"
    SAFEGUARD = "safeguard"
    PROHIBITION = "prohibition"
    REQUIREMENT = "requirement"


class Effect(StrEnum):
    """What a duty does to the goods it covers."""

    RATE = "rate"
    TOTAL = "total"
    NONE = "none"
    PROHIBITED = "prohibited"
    ABSOLUTE_QUOTA = "absolute quota"
    REQUIREMENT = "requirement"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Duty:
    """What is charged: a rate on top, a total to reach, or one of the words without a rate."""

    text: str
    effect: Effect
    rate: Rate | None = None


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


@dataclass(frozen=True, slots=True)
class Basis:
    """What a percentage is taken of.

    Attributes:
        content: A declared content (``steel``); None for the customs value.
        value_less: A declared content that is taken out of the customs value.
        at_most: Largest share of the value that may be taken out.
        at_least: Share of the value taken out even when less is declared.
    """

    content: str | None = None
    value_less: str | None = None
    at_most: Decimal | None = None
    at_least: Decimal | None = None

    @property
    def fact(self) -> str | None:
        """The declared content that this basis asks about."""
        return self.content or self.value_less


FULL_VALUE = Basis()


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
    shares = {key: parse_share(body[key]) for key in ("at_most", "at_least") if key in body}
    return Basis(value_less=body["value_less"], **shares)


@dataclass(frozen=True, slots=True)
class Condition:
    """One entry of a `when`: a claim, or a computed test with its limit."""

    name: str
    limit: date | Decimal | None = None

    @property
    def is_claim(self) -> bool:
        """Whether it asks for a claim rather than a computed test."""
        return self.limit is None


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


@dataclass(frozen=True, slots=True)
class Terms:
    """A duty and its conditions, as a paint or one of its cases states them."""

    duty: Duty
    on: Basis = FULL_VALUE
    heading: str | None = None
    note: str | None = None
    yields_to: tuple[str, ...] = ()
    excluded_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """Terms that replace the paint's own where all of `when` holds."""

    when: tuple[Condition, ...]
    terms: Terms


@dataclass(frozen=True, slots=True)
class Origins:
    """Countries of origin: the named ones, or all but the named ones."""

    named: frozenset[str]
    inverted: bool = False

    def __contains__(self, country: str) -> bool:
        return (country in self.named) is not self.inverted


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


@dataclass(frozen=True, slots=True)
class Paint:
    """Part of goods x origins x entry dates, with its terms. `goods` is None for all goods."""

    period: Period
    origins: Origins
    goods: tuple[str, ...] | None
    terms: Terms
    cases: tuple[Case, ...] = ()
    at: str | None = None
    known: Known | None = None
    body: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


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
    kept = {key: getattr(base, key) for key in TERM_KEYS if key != "note"}
    return Terms(**{**kept, **stated})


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
    end = parse_day(body["until"]) if "until" in body else LATEST
    goods = None if body["goods"] == "all" else tuple(str(item) for item in body["goods"])
    return Paint(
        Period(parse_day(body["from"]), end),
        parse_origins(body["origins"], groups),
        goods,
        terms,
        cases,
        body.get("at"),
        body.get("known"),
        body,
    )


@dataclass(frozen=True, slots=True)
class Instrument:
    """One dated legal text.

    It counts as known from the day it was `made`, unless the border worked by it only later:
    `known_from`.
    """

    id: str
    title: str
    citation: str | None
    made: date
    known_from: date
    published: date | None
    url: str | None
    known: Known
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What one instrument did to one measure."""

    instrument: str
    paints: tuple[Paint, ...]
    status: Literal["enacted", "threatened", "overlay"] = "enacted"
    note: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """One continuing charge as an importer meets it: its acts in the order made."""

    id: str
    title: str
    importer: str
    kind: Kind
    authority: str
    acts: tuple[Act, ...]
    completeness: Literal["complete", "partial", "headline"] = "complete"
    note: str | None = None
    cap: Decimal | None = None
    file: str = ""


@dataclass(frozen=True, slots=True)
class LevyRate:
    """The figures of a fee or tax over a period.

    A figure that does not exist is None; one that exists but was not found is named in `unknown`.
    """

    period: Period
    rate: Decimal
    minimum: Decimal | None
    maximum: Decimal | None
    informal: Decimal | None
    informal_at_most: Decimal | None
    unknown: frozenset[str]
    citation: str
    url: str | None
    known: Known


@dataclass(frozen=True, slots=True)
class Levy:
    """A fee or tax on the entry, beside the duties."""

    id: str
    title: str
    importer: str
    kind: Literal["fee", "tax"]
    authority: str
    on: Literal["customs_value", "duty_paid_value"]
    rates: tuple[LevyRate, ...]
    except_claims: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    province: str | None = None
    body: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


AMOUNTS = ("minimum", "maximum", "informal", "informal_at_most")


def parse_levy(body: dict[str, Any]) -> Levy:
    """Read a fee or tax from its mapping of text."""
    rates = tuple(
        LevyRate(
            Period(parse_day(row["from"]), parse_day(row["until"]) if "until" in row else LATEST),
            parse_share(row["rate"]),
            *(
                parse_amount(row[key]) if row.get(key, "unknown") != "unknown" else None
                for key in AMOUNTS
            ),
            frozenset(key for key in AMOUNTS if row.get(key) == "unknown"),
            row["citation"],
            row.get("url"),
            row["known"],
        )
        for row in body["rates"]
    )
    words = {key: body[key] for key in ("id", "title", "importer", "kind", "authority", "on")}
    lists = {key: tuple(body.get(key, ())) for key in ("except_claims", "claims", "modes")}
    return Levy(**words, **lists, rates=rates, province=body.get("province"), body=body)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something only the importer knows: a claim (yes or no) or a content (part of the value)."""

    id: str
    sort: Literal["claim", "content"]
    question: str
    evidence: str = ""
    source: str = ""
    aliases: tuple[str, ...] = field(default=())
