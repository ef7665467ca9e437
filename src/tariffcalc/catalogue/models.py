"""The shape of each catalogue file: where text enters, nothing unknown gets past.

The models check keys and read every value once, so that a fault is named where it stands. What
is kept is the text itself; `terms` turns it into law.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from tariffcalc.catalogue import parse
from tariffcalc.values.days import parse_day
from tariffcalc.values.money import parse_amount

ID = r"^[a-z0-9]+(?:[-.][a-z0-9]+)*$"
FACT = r"^[a-z0-9_]+$"
COUNTRY = r"^[A-Z]{2}$"
CURRENCY = r"^[A-Z]{3}$"
GROUP = r"^[A-Z]{2,12}$"
URL = r"^https?://"
FORMS = {
    ID: "an id: small letters, digits, hyphens and points",
    FACT: "an id: small letters, digits and _",
    COUNTRY: "a country code of two capital letters",
    CURRENCY: "a currency code of three capital letters",
    GROUP: "the name of a group: 2 to 12 capital letters",
    URL: "an address that begins with https://",
}
"""How the form of a word is said to a person."""

Id = Annotated[str, Field(pattern=ID, max_length=80)]
Country = Annotated[str, Field(pattern=COUNTRY)]
KnownMark = Literal["primary", "secondary", "recall"]


def readable(read: Callable[[Any], object]) -> BeforeValidator:
    """Keep the text as it is, once it has been seen that `read` understands it."""

    def check(body: Any) -> Any:
        try:
            read(body)
        except (AttributeError, KeyError, TypeError):
            raise ValueError("is not of the form that belongs here") from None
        return body

    return BeforeValidator(check)


Day = Annotated[str, AfterValidator(lambda text: parse_day(text).isoformat())]
DutyText = Annotated[str, readable(parse.parse_duty)]
BasisText = Annotated[Any, readable(lambda body: _words([parse.parse_basis(body).fact or ""]))]
ConditionText = Annotated[Any, readable(parse.parse_condition)]
ShareText = Annotated[str, readable(parse.parse_share)]
AmountText = Annotated[str, readable(parse_amount)]
AmountOrUnknown = Annotated[str, readable(lambda text: text == "unknown" or parse_amount(text))]
GoodsText = Literal["all"] | Annotated[list[str], Field(min_length=1)]


def _origins(body: Any) -> None:
    _words(body["all_except"] if isinstance(body, dict) and "all_except" in body else body)
    if not parse.parse_origins(body, {}).named and isinstance(body, list):
        raise ValueError("names no country; write all, or take the paint out")


def _words(body: Any) -> None:
    if isinstance(body, list) and not all(isinstance(word, str) for word in body):
        raise ValueError("holds something other than words")


OriginsText = Annotated[Any, readable(_origins)]


class File(BaseModel):
    """What all shapes share: no key that is not named here."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False)


class TermsText(File):
    """A duty and its conditions."""

    duty: DutyText | None = None
    on: BasisText = None
    heading: str | None = None
    note: str | None = None
    yields_to: list[Id] = []
    excluded_by: list[Id] = []


class CaseText(TermsText):
    """Terms under a condition."""

    when: Annotated[list[ConditionText], Field(min_length=1)]


class PaintText(TermsText):
    """One paint, complete: the defaults of its act are already in it."""

    duty: DutyText
    from_: Annotated[Day, Field(alias="from")]
    until: Day | None = None
    origins: OriginsText
    goods: GoodsText
    cases: list[CaseText] = []
    at: str | None = None
    known: KnownMark | None = None


class ActText(File):
    """One act, its paints already complete."""

    instrument: Id
    status: Literal["enacted", "threatened"] = "enacted"
    note: str | None = None
    paints: Annotated[list[PaintText], Field(min_length=1)]


class MeasureText(File):
    """One measure file."""

    id: Id
    title: str
    importer: Country
    kind: Literal["additional_duty", "surtax", "safeguard", "prohibition", "requirement"]
    authority: str
    cap: ShareText | None = None
    completeness: Literal["complete", "partial", "headline"] = "complete"
    note: str | None = None
    acts: Annotated[list[ActText], Field(min_length=1)]


class InstrumentText(File):
    """One legal text."""

    id: Id
    title: str
    citation: str | None = None
    made: Day
    known_from: Day | None = None
    published: Day | None = None
    url: Annotated[str, Field(pattern=URL)] | None = None
    known: KnownMark
    note: str | None = None


class LevyRateText(File):
    """The figures of a fee or tax over a period."""

    from_: Annotated[Day, Field(alias="from")]
    until: Day | None = None
    rate: ShareText
    minimum: AmountOrUnknown | None = None
    maximum: AmountOrUnknown | None = None
    informal: AmountOrUnknown | None = None
    informal_at_most: AmountText | None = None
    citation: str
    url: str | None = None
    known: KnownMark
    except_claims: list[str] = []
    note: str | None = None


class LevyText(File):
    """One fee or tax file."""

    id: Id
    title: str
    importer: Country
    kind: Literal["fee", "tax"]
    authority: str
    on: Literal["customs_value", "duty_paid_value"]
    except_claims: list[str] = []
    claims: list[str] = []
    modes: list[Literal["ocean", "air", "truck", "rail", "mail", "courier"]] = []
    province: str | None = None
    note: str | None = None
    rates: Annotated[list[LevyRateText], Field(min_length=1)]


class FactText(File):
    """One claim or content."""

    id: Annotated[str, Field(pattern=FACT)]
    aliases: list[str] = []
    implies: list[str] = []
    question: str
    evidence: str = ""
    source: str = ""


class FactsText(File):
    """claims.yaml."""

    claims: list[FactText]
    contents: list[FactText] = []


class CoverageText(File):
    """The days and the money of one importing country."""

    covers_from: Day
    verified_through: Day
    currency: Annotated[str, Field(pattern=CURRENCY)]


class GapText(File):
    """Something that the catalogue does not hold."""

    title: str
    how: str = ""
    origins: list[Country] = []
    goods: list[str] = []
    from_: Annotated[Day | None, Field(alias="from")] = None
    until: Day | None = None


class ColumnTwoText(File):
    """Origins that pay column 2 of the US schedule, or into Canada the General Tariff."""

    importer: Literal["US", "CA"] = "US"
    origins: list[Country]
    from_: Annotated[Day | None, Field(alias="from")] = None
    until: Day | None = None


class ManifestText(File):
    """catalogue.yaml."""

    format: Literal["1"]
    edition: Day
    countries: dict[Country, CoverageText]
    groups: dict[Annotated[str, Field(pattern=GROUP)], list[Country]] = {}
    column_2: list[ColumnTwoText] = []
    not_covered: dict[Country, list[GapText]] = {}


class OverlayText(File):
    """A user's overlay: legal texts of their own, and measures to lay on top."""

    instruments: list[InstrumentText] = []
    measures: Annotated[list[MeasureText], Field(min_length=1)]
