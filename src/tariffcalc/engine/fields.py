"""Reading one declared field: text in, a value out, or words for what is wrong with it.

The same readers serve a flag, a shipment file and a line of a CSV, so an error reads the same
everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tariffcalc.catalogue.store import Store
from tariffcalc.engine.shipment import MODES, Content
from tariffcalc.values.codes import digits_of
from tariffcalc.values.money import LARGEST, parse_amount, round_cents
from tariffcalc.values.names import plain
from tariffcalc.values.nearest import nearest

UNION = frozenset(
    ("EU", "E.U.", "UE", "U.E.", "EUROPEAN UNION", "UNION EUROPÉENNE", "UNION EUROPEENNE")
)
"""The European Union, no country; the United States are É.-U. or E.-U. in French."""

PROVINCES = ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"]
_CLAIMS = "all of them stand in claims.yaml of the catalogue"


def read_classification(text: str) -> str:
    """Return the digits of a tariff number, 8 or 10 of them.

    Raises:
        ValueError: for letters, for any other length, and for a heading of an additional duty of
            the United States; 9903.00.00 is an item of Canada's.
    """
    digits = digits_of(text.strip())
    if len(digits) in (8, 10):
        if digits.startswith("9903") and not digits.startswith("990300"):
            raise ValueError(
                f'"{text}" is a number of Chapter 99, which stands beside that of the goods; give'
                " the number of the goods"
            )
        return digits
    hint = ""
    if len(digits) in (7, 9):
        hint = "; if a spreadsheet dropped a zero, format the column as text"
    raise ValueError(f'"{text}" has {len(digits)} digits; a tariff number has 8 or 10{hint}')


def find_country(text: str, store: Store) -> str | None:
    """Return the ISO alpha-2 code for a code or an English or French name, if it is known."""
    code = text.strip().upper()
    if code in store.countries:
        return code
    return None if code in UNION else store.country_names.get(plain(text))


def read_country(text: str, store: Store) -> str:
    """Return the ISO alpha-2 code for a code or an English or French name.

    Raises:
        ValueError: for a country that is not known, with those that look like it.
    """
    found = find_country(text, store)
    if found:
        return found
    code, names = text.strip().upper(), store.country_names
    if code in UNION:
        raise ValueError(
            f'"{text}" is the European Union: say which of its members, such as DE; the United'
            " States are US"
        )
    like = nearest(plain(text), names) or nearest(code, store.countries)
    codes = dict.fromkeys(names.get(name, name) for name in like)
    hint = f"; did you mean {' or '.join(codes)}?" if codes else ""
    raise ValueError(f'"{text}" is no country code such as US, CA or DE{hint}')


def read_value(text: str) -> Decimal:
    """Return a customs value: more than nothing, less than any line is worth."""
    amount = parse_amount(text)
    if amount <= 0:
        raise ValueError(f'"{text}" is not more than zero; duty is taken on a positive value')
    if amount >= LARGEST:
        raise ValueError(f'"{text}" is more than any line is worth')
    return amount


def read_positive(text: str) -> Decimal:
    """Return a quantity or a rate of exchange: a number above zero."""
    number = parse_amount(text)
    if not 0 < number < LARGEST:
        raise ValueError(f'"{text}" must be above zero')
    return number


def read_duty(text: str) -> Decimal:
    """Return an amount of duty that was declared: zero or more."""
    amount = parse_amount(text)
    if not 0 <= amount < LARGEST:
        raise ValueError(f'"{text}" must not be below zero')
    if amount != round_cents(amount):
        raise ValueError(f'"{text}" is not a whole number of cents, as duty is')
    return amount


def read_content(text: str, value: Decimal | None) -> Content:
    """Return a content: money such as 400, or a share such as 60%."""
    if text.strip().endswith("%"):
        share = parse_amount(text.strip().removesuffix("%")) / 100
        if not 0 <= share <= 1:
            raise ValueError(f'"{text}" is not between 0% and 100%')
        return Content(share, is_share=True)
    amount = parse_amount(text)
    if not 0 <= amount < LARGEST:
        raise ValueError(f'"{text}" must not be below zero')
    if value is not None and amount > value:
        raise ValueError(f'"{text}" is more than the customs value {value}')
    return Content(amount)


def read_claims(texts: Iterable[str], store: Store) -> tuple[frozenset[str], frozenset[str]]:
    """Return the claims made, with those that they imply, and those denied (``usmca=no``).

    Raises:
        ValueError: for a claim that is not known, with those that look like it.
    """
    made: set[str] = set()
    denied: set[str] = set()
    for text in texts:
        name, _, answer = text.strip().partition("=")
        fact = store.facts.get(name.strip().lower())
        if fact is None or fact.sort != "claim":
            known = [key for key, other in store.facts.items() if other.sort == "claim"]
            like = nearest(name.strip().lower(), known)
            hint = f"; did you mean {' or '.join(like)}?" if like else f" such as usmca; {_CLAIMS}"
            raise ValueError(f'"{name}" is no claim{hint}')
        if answer.strip().lower() not in ("", "yes", "no"):
            raise ValueError(f'"{text}": write {name}, {name}=yes or {name}=no')
        if answer.strip().lower() == "no":
            denied.add(fact.id)
        else:
            made.update((fact.id, *fact.implies))
    if made & denied:
        raise ValueError(f"{', '.join(sorted(made & denied))} is both claimed and denied")
    return frozenset(made), frozenset(denied)


def read_content_name(text: str, store: Store) -> str:
    """Return the own name of a content such as steel."""
    fact = store.facts.get(text.strip().lower())
    if fact is None or fact.sort != "content":
        known = [key for key, other in store.facts.items() if other.sort == "content"]
        raise ValueError(f'"{text}" is no content; the contents are {", ".join(sorted(known))}')
    return fact.id


def read_currency(text: str) -> str:
    """Return a currency code of three letters."""
    code = text.strip().upper()
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise ValueError(f'"{text}" is not a currency code such as USD or CAD')
    return code


def read_mode(text: str) -> str:
    """Return a mode of transport."""
    return _one_of(text.strip().lower(), MODES, "mode of transport")


def read_province(text: str) -> str:
    """Return the two letters of a province or territory."""
    return _one_of(text.strip().upper(), PROVINCES, "province")


def _one_of(word: str, known: Iterable[str], what: str) -> str:
    if word not in known:
        raise ValueError(f'"{word}" is no {what}; it is one of {", ".join(known)}')
    return word
