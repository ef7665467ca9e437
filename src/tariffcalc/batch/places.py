"""Countries, provinces and modes of transport by the codes of forms and by their names."""

from __future__ import annotations

import re

from tariffcalc.catalogue.store import Store
from tariffcalc.engine import fields
from tariffcalc.values.names import plain

_STATES = {
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL",
    "IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE",
    "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD",
    "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY",
}  # fmt: skip
_UNION = "the European Union or, in French, the United States (É.-U.)"
_TWO_READINGS = {
    "EU": _UNION,
    "E.U.": _UNION,
    "UGA": "Uganda (UG) or Georgia in the United States (US)",
    "USD": "South Dakota (US) or a currency in the wrong column",
}
_CANADIAN = {
    "XA", "XB", "XC", "XM", "XN", "XO", "XP",
    "XQ", "XS", "XT", "XV", "XW", "XY",
}  # fmt: skip
"""Provinces and territories, as CBP takes them for a country of origin (from memory)."""
_US_CENSUS = "1000"
_MADE_IN = re.compile(
    r"(?i)^(?:(?:made|produced|manufactured) in|product of|fabriqu[eé] (?:en|aux?)"
    r"|produit (?:de la|des?|du)) "
)
_PARTS = re.compile(r"[-/(),;]")

_PROVINCES = {
    "alberta": "AB", "britishcolumbia": "BC", "colombiebritannique": "BC", "manitoba": "MB",
    "newbrunswick": "NB", "nouveaubrunswick": "NB", "newfoundlandandlabrador": "NL",
    "newfoundland": "NL", "terreneuveetlabrador": "NL", "terreneuve": "NL", "nfld": "NL",
    "novascotia": "NS", "nouvelleecosse": "NS", "northwestterritories": "NT",
    "territoiresdunordouest": "NT", "nunavut": "NU", "ontario": "ON", "ont": "ON",
    "princeedwardisland": "PE", "pei": "PE", "ileduprinceedouard": "PE", "quebec": "QC",
    "pq": "QC", "saskatchewan": "SK", "sask": "SK", "yukon": "YT",
}  # fmt: skip
_MODES = {
    "sea": "ocean", "vessel": "ocean", "marine": "ocean", "maritime": "ocean", "water": "ocean",
    "ship": "ocean", "10": "ocean", "11": "ocean", "9": "ocean",
    "road": "truck", "highway": "truck", "route": "truck", "routier": "truck", "camion": "truck",
    "30": "truck", "31": "truck", "2": "truck",
    "train": "rail", "railway": "rail", "ferroviaire": "rail", "20": "rail", "21": "rail",
    "6": "rail",
    "airfreight": "air", "aerien": "air", "40": "air", "41": "air", "1": "air",
    "post": "mail", "postal": "mail", "poste": "mail", "50": "mail",
    "express": "courier", "messagerie": "courier",
}  # fmt: skip
"""Words, CBP's codes of two digits (Form 7501, block 9) and the CBSA's of one (B3, field 7)."""


class AmbiguousCountry(ValueError):
    """A code that means two countries."""


def read_place(text: str, store: Store) -> str:
    """Return the ISO alpha-2 code of a country, from a code or name, or from a state's code.

    The CBSA codes goods of the United States by state: U and its two letters. Several codes and
    names in one cell, as in ``CN - China``, must mean one country.

    Raises:
        AmbiguousCountry: for a code that may be a state or something else.
        ValueError: for a country that is not known.
    """
    found = _find(text, store) or _find(_MADE_IN.sub("", text), store)
    if found or plain(text) in _PROVINCES:
        return found or "CA"
    parts = [part for part in map(str.strip, _PARTS.split(text)) if part]
    named = dict.fromkeys(_find(part, store) for part in parts)
    if not named or None in named:
        return fields.read_country(text, store)
    if len(named) > 1:
        raise ValueError(f'"{text}" names {" and ".join(map(str, named))}; write one country')
    return str(*named)


def _find(text: str, store: Store) -> str | None:
    """Return the country that a code or a name means, and no other, if it is known."""
    code = text.upper()
    if code in _TWO_READINGS:
        either = _TWO_READINGS[code]
        raise AmbiguousCountry(f'"{text}" may be {either}; write the code of one country')
    if (len(code) == 3 and code[0] == "U" and code[1:] in _STATES) or code == _US_CENSUS:
        return "US"
    return "CA" if code in _CANADIAN else fields.find_country(text, store)


def read_province(text: str) -> str:
    """Return the two letters of a province, from its letters or its name."""
    return fields.read_province(_PROVINCES.get(plain(text), text))


def read_mode(text: str) -> str:
    """Return a mode of transport, from a word or a customs code."""
    return fields.read_mode(_MODES.get(plain(text), text))
