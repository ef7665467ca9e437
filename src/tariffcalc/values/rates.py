"""Rates of duty as the schedules print them: a share of the value, money for each unit, bounds.

A text that value and one quantity cannot decide is refused with its kind, never guessed at.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Context, Decimal
from functools import lru_cache
from typing import NamedTuple

from tariffcalc.values.units import UnitError, canonical_unit, ratio

_EXACT = Context(prec=60)
# A third of one percent has no end in decimals. Rounded up at the 28th place it still turns a tie
# of half a cent upward, as the exact fraction would.
_FRACTION = Context(prec=28, rounding=ROUND_CEILING)
_HUNDRED = Decimal(100)
_LONGEST = 400
HIGHEST_SHARE, HIGHEST_AMOUNT = 1_000, 1_000_000
"""Shares of the value, and amounts for a unit, that no duty reaches: what does is a slip."""


# What cannot be computed: kind, words that give it away (spaces and hyphens taken out), why.
# The first that fits names the text.
_REFUSED = (
    ("garment-set", ("toeachgarmentin",), "each garment of the set bears its own rate"),
    ("set-highest-rate", ("subjecttothehighestrate",), "the set bears the rate of one article"),
    ("whole-article", ("articleofwhichitis",), "the rate is that of the article it belongs to"),
    ("complete-movement", ("tothecomplete,assembled",), "the rate is that of the whole movement"),
    ("absent-subheading", ("intheabsenceofthissub",), "the rate is that of another subheading"),
    ("natural-juice", ("tothenaturaljuice",), "the rate is that of the juice before concentration"),
    ("sugar-degrees", ("foreachdegree",), "the rate falls with the degrees of the sugar"),
    ("watch-jewels", ("/jewel",), "the rate counts the jewels of the movement"),
    (
        "per-article-parts",
        ("ontheapparatus", "ofthetelescopicsight"),
        "each part of the article is rated on its own value",
    ),
    (
        "watch-parts",
        ("onthecase", "oncase", "onthestrap", "onthemovement", "onthebattery"),
        "case, strap, battery and movement are rated on their own values",
    ),
    ("content-value", ("onthevalueof",), "the rate is taken on the value of a content"),
    ("button-lines", ("/line/",), "the rate counts the lines of the buttons' diameter"),
    ("see-note", ("additionalu.s.note",), "the rate stands in a note of the schedule"),
    ("see-heading", ("see9",), "the rate stands under another heading"),
    ("under-bond", ("underbond",), "it is free under bond only"),
    ("no-rate", ("n/a",), "this treatment gives no rate of its own"),
    ("other-rate", ("therateapplicable", "rateofdutyapplicable"), "it points to another rate"),
)


class RateError(ValueError):
    """A rate text that value and one quantity do not decide.

    Attributes:
        text: the text, tidied.
        kind: a short name for the reason, one for all texts of a sort ("sugar-degrees").
    """

    def __init__(self, text: str, kind: str, why: str) -> None:
        """Say which text, of which kind, and why it cannot be computed."""
        super().__init__(f'duty rate "{text}" cannot be computed: {why}')
        self.text = text
        self.kind = kind


class Specific(NamedTuple):
    """Money for each unit of quantity.

    Attributes:
        amount: in the currency of the schedule (4.4 cents is 0.044).
        unit: canonical name of the unit.
    """

    amount: Decimal
    unit: str


class Rate(NamedTuple):
    """A rate of duty that value and one quantity decide.

    Attributes:
        text: as the schedule prints it, tidied.
        ad_valorem: share of the value, as a fraction (2.6 % is 0.026).
        specifics: amounts for each unit, all of one kind of unit.
        at_least: the duty is no less than under this rate.
        at_most: the duty is no more than under this rate.
    """

    text: str
    ad_valorem: Decimal
    specifics: tuple[Specific, ...] = ()
    at_least: Rate | None = None
    at_most: Rate | None = None

    @property
    def is_free(self) -> bool:
        """Nothing is owed, whatever the value and the quantity."""
        return not (self.ad_valorem or self.specifics or self.at_least)

    @property
    def is_share(self) -> bool:
        """It is nothing but a share of the value."""
        return not self.specifics and self.at_least is None and self.at_most is None

    def units(self) -> tuple[str, ...]:
        """Name the units whose quantity the rate asks for, each once."""
        found = [specific.unit for specific in self.specifics]
        for bound in (self.at_least, self.at_most):
            found += bound.units() if bound else ()
        return tuple(dict.fromkeys(found))

    def amount(
        self, value: Decimal, quantity: Decimal | None = None, unit: str | None = None
    ) -> Decimal | None:
        """Compute the duty, not rounded; None when a quantity is needed that was not declared.

        >>> parse_rate("4.4¢/kg + 6.4%").amount(Decimal(1000), Decimal("0.5"), "t")
        Decimal('86.0000')

        Raises:
            UnitError: when the declared unit is not known.
        """
        total = _EXACT.multiply(value, self.ad_valorem)
        for specific in self.specifics:
            sizes = ratio(unit, specific.unit) if unit else None
            if quantity is None or sizes is None:
                return None
            money = _EXACT.multiply(_EXACT.multiply(specific.amount, quantity), sizes[0])
            total = _EXACT.add(total, _EXACT.divide(money, sizes[1]))
        for bound, choose in ((self.at_least, max), (self.at_most, min)):
            if bound is not None:
                limit = bound.amount(value, quantity, unit)
                if limit is None:
                    return None
                total = choose(total, limit)
        return total

    def __str__(self) -> str:
        """Give the text of the schedule."""
        return self.text


FREE = Rate("Free", Decimal(0))


def tidy_rate(text: str) -> str:
    """Take out what printing left in a rate text: tags, line breaks, uneven spaces.

    >>> tidy_rate("18.7¢/m<sup>2</sup>"), tidy_rate("40¢/kg +10.4%"), tidy_rate("ap- plicable")
    ('18.7¢/m2', '40¢/kg + 10.4%', 'applicable')
    """
    import re

    text = re.sub(r"</?\w[^>]*>", "", text)
    text = re.sub(r"(?<=[a-z])-\s+(?=[a-z])", "", text)
    text = re.sub(r"\s*\+\s*(?=[\d$.])", " + ", text)
    text = re.sub(r"\s*/\s*(?=[a-z])|(?<=[¢a-z])\s*/\s*(?=\d)", "/", text)
    text = re.sub(r"(?<=m[23])(?=of\b)|(?<=\bpf\.)(?=l)", " ", text)
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def parse_rate(text: str) -> Rate:
    """Read a rate text.

    >>> parse_rate("2.6%").ad_valorem, parse_rate("$1.55/kg").units()
    (Decimal('0.026'), ('kg',))

    Raises:
        RateError: when value and one quantity do not decide the duty, or the text is no rate.
    """
    if text in ("Free", "free", "FREE"):
        return FREE
    number = text.removesuffix("%")
    if number != text and number.isascii() and number.replace(".", "", 1).isdigit():
        return _within_reason(Rate(text, Decimal(number) / _HUNDRED), text)
    text = tidy_rate(text)
    if not 0 < len(text) <= _LONGEST:
        raise RateError(text[:80], "unreadable", "it is missing or far too long for a rate")
    squeezed = text.lower().replace(" ", "").replace("-", "")
    for kind, signs, why in _REFUSED:
        if any(sign in squeezed for sign in signs):
            raise RateError(text, kind, why)
    import re

    main, *bounds = re.split(r",?\s+((?:but|and|n?or)\b[a-z ]*? (?:less|more) than)\s+", text)
    least: Rate | None = None
    most: Rate | None = None
    for words, bound in zip(bounds[::2], bounds[1::2], strict=True):
        if words.endswith("less than"):
            least = _plain(bound, text)
        else:
            most = _plain(bound, text)
    rate = _plain(main, text)
    whole = Rate(text, rate.ad_valorem, rate.specifics, least, most)
    if any(ratio(unit, whole.units()[0]) is None for unit in whole.units()):
        raise RateError(text, "several-units", "it asks for quantities of several kinds")
    return whole


def _plain(text: str, whole: str) -> Rate:
    """Read a sum of percentages and amounts for each unit."""
    if text.lower() == "free":
        return FREE
    share = Decimal(0)
    specifics: list[Specific] = []
    for term in text.split(" + "):
        percent = _percent(term)
        if percent is not None:
            share += percent
        else:
            specifics.append(_specific(term, whole))
    return _within_reason(Rate(text, share, tuple(specifics)), whole)


def _within_reason(rate: Rate, whole: str) -> Rate:
    """Return a rate; refuse one by which a duty would have more digits than are exact."""
    if rate.ad_valorem >= HIGHEST_SHARE or any(
        specific.amount >= HIGHEST_AMOUNT for specific in rate.specifics
    ):
        raise RateError(whole, "unreadable", "no duty is so high")
    return rate


def _percent(term: str) -> Decimal | None:
    """Read "2.6%", ".5%", "84 3/4%" or "6.5% on the entire set" as a fraction."""
    import re

    found = re.fullmatch(
        r"(?a)(?:(\d+) )?(\d*\.?\d+)(?:/([1-9]\d*))? ?(?:%|per cent|percent)"
        r"(?: ad val(?:orem|\.))?(?: on the entire set)?",
        term,
    )
    if found is None or (found[1] and not found[3]):
        return None
    part = _FRACTION.divide(Decimal(found[2]), Decimal(found[3] or 1) * _HUNDRED)
    return _FRACTION.add(part, Decimal(found[1] or 0) / _HUNDRED)


def _specific(term: str, whole: str) -> Specific:
    """Read "4.4¢/kg", "4.4 cents/kg", "$1.55/kg" or "98¢ each"."""
    import re

    found = re.fullmatch(
        r"(?a)(\$ ?)?(\d*\.?\d+)(?(1)| ?(?:¢|cents?))(?:/| per | (?=each))(\S.*)", term
    )
    if found is None:
        raise RateError(whole, "unreadable", f'"{term}" is no rate of duty')
    money = Decimal(found[2])
    try:
        return Specific(money if found[1] else money / _HUNDRED, canonical_unit(found[3]))
    except UnitError as fault:
        raise RateError(whole, "unknown-unit", str(fault)) from fault
