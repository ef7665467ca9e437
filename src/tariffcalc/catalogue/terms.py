"""Measures, acts, paints and their terms: the law as frozen values, in the words of the trade."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from tariffcalc.values.days import Period
from tariffcalc.values.rates import Rate

Known = Literal["primary", "secondary", "recall"]
KNOWN: tuple[Known, ...] = ("primary", "secondary", "recall")
"""How surely a figure is known, the surest first."""


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
    FREE_ENTRY = "free entry"
    UNKNOWN = "unknown"


class Duty(NamedTuple):
    """What is charged: a rate on top, a total to reach, or one of the words without a rate."""

    text: str
    effect: Effect
    rate: Rate | None = None


class Basis(NamedTuple):
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


class Condition(NamedTuple):
    """One entry of a `when`: a claim, or a computed test with its limit."""

    name: str
    limit: date | Decimal | None = None

    @property
    def is_claim(self) -> bool:
        """Whether it asks for a claim rather than a computed test."""
        return self.limit is None

    def __str__(self) -> str:
        """Name the claim, or the test with its limit: ``shipped by 2018-07-01``."""
        return self.name if self.is_claim else f"{self.name.replace('_', ' ')} {self.limit}"


class Terms(NamedTuple):
    """A duty and its conditions, as a paint or one of its cases states them."""

    duty: Duty
    on: Basis = FULL_VALUE
    heading: str | None = None
    note: str | None = None
    yields_to: tuple[str, ...] = ()
    excluded_by: tuple[str, ...] = ()


class Case(NamedTuple):
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


class Instrument(NamedTuple):
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

    @property
    def cited_as(self) -> str:
        """How it is cited: by its title where it has no place of its own."""
        return self.citation or self.title


class Act(NamedTuple):
    """What one instrument did to one measure."""

    instrument: str
    paints: tuple[Paint, ...]
    status: Literal["enacted", "threatened", "overlay"] = "enacted"
    note: str | None = None
    line: int = 0
    file: str = ""


class Measure(NamedTuple):
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


class LevyRate(NamedTuple):
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
    except_claims: tuple[str, ...] = ()


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


class Fact(NamedTuple):
    """Something only the importer knows: a claim (yes or no) or a content (part of the value).

    Attributes:
        implies: Claims that this one makes too.
    """

    id: str
    sort: Literal["claim", "content"]
    question: str
    evidence: str = ""
    source: str = ""
    aliases: tuple[str, ...] = ()
    implies: tuple[str, ...] = ()
