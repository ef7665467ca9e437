"""A preference column as the claim usmca: program codes, tariff treatments, yes or no.

The special program codes S and S+ stand for USMCA, CA and MX for NAFTA before it (HTSUS general
notes 11 and 12); tariff treatment 10 is the United States Tariff of the CBSA.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tariffcalc.values.names import plain

USMCA = "usmca"
NOT_CLAIMED = "usmca=no"
"""What a cell says that names no preference, or another: no default claims it then."""
YES = frozenset(("y", "yes", "true", "1", "x", "oui", "vrai"))
NO = frozenset(("n", "no", "false", "0", "non", "faux"))
_PROGRAMS = frozenset(("S", "S+", "CA", "MX"))
_TREATMENTS = frozenset(("10", "UST", "TEU", "TÉU"))
_NO_PREFERENCE = frozenset(("2", "MFN", "NPF", "TNPF"))
_NAMES = frozenset(("usmca", "cusma", "nafta", "aceum", "alena", "usmcacusma"))
_NOTHING = frozenset(("none", "aucun", "aucune"))
_DASHES = re.compile(r"[\s.,:;'\"/_\u2010-\u2015-]*")
"""What stands in a cell to show that there is nothing in it."""
_TARIFFS = {
    "unitedstatestariff": "UST", "ustariff": "UST", "tarifdesetatsunis": "UST", "teu": "UST",
    "mostfavourednation": "MFN", "mostfavourednationtariff": "MFN", "mostfavorednation": "MFN",
    "nationlaplusfavorisee": "MFN", "tarifdelanationlaplusfavorisee": "MFN",
}  # fmt: skip
"""Tariff treatments by their names; the General Tariff is neither, and not held here."""
_POINT_ZERO = re.compile(r"(?<=\d)\.0+$", re.ASCII)
"""What programs put behind whole numbers."""
_TREATMENT = re.compile(r"(?:TT|(?:TARIFF )?TREATMENT|TRAITEMENT(?: TARIFAIRE)?)[ :.#-]*(?=\d)")
_NAMES_IT = frozenset(
    ("S", "S+", "YES", "OUI", "TRUE", "VRAI", "X", *_TREATMENTS, *(one.upper() for one in _NAMES))
)
"""Words that may claim the preference, wherever they stand in a cell."""
_ANSWERS = {"treatment": ("10", "2"), "spi": ("S", "nothing"), "any": ("yes", "no")}
"""What to write in columns of each kind where it is claimed, and where it is not."""


class Claims(NamedTuple):
    """The claims that a cell makes.

    Attributes:
        made: By their own names.
        denied: Those of which it says no.
        by_default: Whether they are those of the whole file, as the cell is blank.
    """

    made: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    by_default: bool = False


def read_preference(text: str, kind: str) -> tuple[str, str | None]:
    """Return the claim that a cell makes or denies, and a warning of a preference not priced here.

    Args:
        text: The cell, not blank.
        kind: `spi`, `treatment`, `claimed`, or `any` of them.

    >>> read_preference("S+", "spi"), read_preference("no", "claimed")
    (('usmca', None), ('usmca=no', None))

    Raises:
        ValueError: when it is neither a code nor a yes or no.
    """
    text = _POINT_ZERO.sub("", text)
    word, code = plain(text), text.strip().upper()
    if word in _NAMES:
        return USMCA, None
    if word in _NOTHING or _DASHES.fullmatch(text):
        return NOT_CLAIMED, None
    if kind == "spi":
        claimed, warning = _program(code)
    elif kind == "treatment":
        claimed, warning = _treatment(code)
    elif word in YES or word in NO:
        return USMCA if word in YES else NOT_CLAIMED, None
    elif code in _PROGRAMS or code == "UST":
        return USMCA, None
    elif kind == "claimed":
        raise ValueError(f'"{text}" is neither yes nor no')
    elif _TREATMENT.sub("", code) == "10":
        return USMCA, "10 read as tariff treatment 10, the United States Tariff"
    else:
        claimed, warning = NOT_CLAIMED, _not_priced(text)
    may_name_it = not word or not _NAMES_IT.isdisjoint(re.split(r"[^\w+]+", code))
    if claimed == NOT_CLAIMED and may_name_it:
        yes, no = _ANSWERS[kind]
        raise ValueError(
            f'"{text}" may claim usmca or not; write {yes} where it is claimed, else {no}'
        )
    return claimed, warning


def _program(code: str) -> tuple[str, str | None]:
    programs = [part for part in re.split(r"[ ,;/|]+", code) if part]
    if not _PROGRAMS.isdisjoint(programs):
        return USMCA, None
    return NOT_CLAIMED, _not_priced(code)


def _treatment(code: str) -> tuple[str, str | None]:
    if code in ("S", "S+"):
        return USMCA, None
    code = _TREATMENT.sub("", code)
    number = re.split(r"[ \-:(]", code.lstrip("0") or code)[0]
    number = _TARIFFS.get(plain(code), number)
    if number in _TREATMENTS:
        return USMCA, None
    return NOT_CLAIMED, None if number in _NO_PREFERENCE else _not_priced(code)


def _not_priced(text: str) -> str:
    return f'preference "{text}" is not priced here; declare its rate as base_rate'


def join_claims(claims: Claims | None, preference: Claims | None) -> Claims:
    """Return the claims made and denied in two cells; what is claimed in one is claimed.

    Of a preference that a cell denies, the default for the whole file does not hold.
    """
    made, denied, by_default = claims or Claims()
    if preference is None:
        return Claims(made, denied)
    made = (made - preference.denied if by_default else made) | preference.made
    return Claims(made, (denied | preference.denied) - made)
