"""Units in which the schedules take duty on quantity, under the names that the trade gives them.

Units of one kind convert into one another exactly; a kilogram of lead content and a kilogram of
the goods are of two kinds, and so are a liter and a proof liter.
"""

from __future__ import annotations

from decimal import Decimal

# canonical name: (kind, size in the kind's first unit, other names)
_UNITS: dict[str, tuple[str, str, str]] = {
    "kg": ("mass", "1", "kgm|kgs|kilo|kilos|kilogram|kilograms|kilogramme|kilogrammes"),
    "g": ("mass", "0.001", "grm|gram|grams|gramme|grammes"),
    "t": ("mass", "1000", "tne|mt|tonne|tonnes|metric ton|metric tons|metric tonne|metric tonnes"),
    "lb": ("mass", "0.45359237", "lbr|lbs|pound|pounds"),
    "carat": ("mass", "0.0002", "ctm|ct|car|carats"),
    "liter": ("volume", "1", "l|ltr|lt|litre|liters|litres"),
    "ml": ("volume", "0.001", "mlt|milliliter|millilitre|milliliters|millilitres"),
    "hl": ("volume", "100", "hlt|hectoliter|hectolitre|hectoliters|hectolitres"),
    "m3": ("volume", "1000", "mtq|cbm|m³|cubic meter|cubic metre|cubic meters|cubic metres"),
    "gal": ("volume", "3.785411784", "gll|gallon|gallons|us gallon|us gallons"),
    "bbl": ("volume", "158.987294928", "bll|bbls|barrel|barrels"),
    "m": ("length", "1", "mtr|meter|metre|meters|metres|lin. m|linear m|linear meter|linear metre"),
    "cm": ("length", "0.01", "cmt|centimeter|centimetre|centimeters|centimetres"),
    "km": ("length", "1000", "kmt|kilometer|kilometre|kilometers|kilometres"),
    "ft": ("length", "0.3048", "fot|foot|feet"),
    "m2": ("area", "1", "mtk|sqm|m²|square meter|square metre|square meters|square metres"),
    "cm2": ("area", "0.0001", "cmk|cm²|square centimeter|square centimetre"),
    "yd2": ("area", "0.83612736", "ydk|syd|sq. yd|square yard|square yards"),
    "each": (
        "count",
        "1",
        "no|no.|nmb|nbr|number|ea|pc|pcs|pce|piece|pieces|unit|units|u|item|items|c62"
        "|article|articles|head|hd",
    ),
    "doz.": ("count", "12", "doz|dz|dzn|dozen|dozens|doz. pcs|dpc"),
    "hundred": ("count", "100", "100|cen|hundreds"),
    "gross": ("count", "144", "grs|gro|gross pieces"),
    "thousand": ("count", "1000", "1000|1,000|ths|mil|thousands|1,000 pins|thousand units"),
    "pr.": ("pairs", "1", "pr|prs|npr|pair|pairs"),
    "doz. pr.": ("pairs", "12", "dpr|doz. prs|dozen pair|dozen pairs|doz. pair|doz. pairs"),
    "pf. liter": ("proof volume", "1", "pfl|pf liter|pf.liter|pf. litre|proof liter|proof litre"),
    "pf. gal": ("proof volume", "3.785411784", "pfg|pf. gallon|proof gallon|proof gallons"),
    "pack": ("packs", "1", "pk|pks|pack|packs|pkg"),
}
# What a schedule weighs or measures instead of the whole goods; "... content" is any substance.
_PARTS = (
    "drained weight",
    "total sugars",
    "recording surface",
    "contents and container",
    "entire contents of container",
    "immediate containers",
    "absolute ethyl alcohol",
    "weight including container",
)
_NAMES: dict[str, str] = {
    name: unit for unit, (_, _, more) in _UNITS.items() for name in (unit, *more.split("|"))
}


class UnitError(ValueError):
    """A unit that no schedule uses; the message names those that come near."""


def canonical_unit(text: str) -> str:
    """Give the one name of a unit, whatever the invoice calls it.

    >>> canonical_unit("KGM"), canonical_unit("litre"), canonical_unit("clean kg")
    ('kg', 'liter', 'kg clean')
    >>> canonical_unit("kg on lead content")
    'kg lead content'

    Raises:
        UnitError: when the unit is not known.
    """
    words = " ".join(text.lower().replace(", including weight of", " weight including").split())
    unit = _NAMES.get(words)
    if unit is not None:
        return unit
    if words.startswith("clean "):
        words = f"{words[6:]} clean"
    base, part = _split(words)
    if base and (part == "clean" or part in _PARTS or part.endswith(" content")):
        return f"{base} {part}"
    raise UnitError(_unknown(text))


def ratio(unit: str, to: str) -> tuple[Decimal, Decimal] | None:
    """Give what to multiply and then to divide by to go from one unit to another of its kind.

    Dividing last keeps sums exact: three pieces at 6 cents a dozen are one and a half cents.
    None when the units are of different kinds.

    Raises:
        UnitError: when one of the units is not known.
    """
    first, part = _split(canonical_unit(unit))
    second, other_part = _split(canonical_unit(to))
    kind, size, _ = _UNITS[first]
    other_kind, other_size, _ = _UNITS[second]
    if kind != other_kind or part != other_part:
        return None
    return Decimal(size), Decimal(other_size)


def _split(words: str) -> tuple[str, str]:
    """Part a unit from what is measured in it: "kg of total sugars" is "kg", "total sugars"."""
    if words in _UNITS:
        return words, ""
    pieces = words.split()
    for end in range(len(pieces) - 1, 0, -1):
        unit = _NAMES.get(" ".join(pieces[:end]))
        if unit is not None:
            rest = pieces[end:]
            return unit, " ".join(rest[1:] if rest[0] in ("on", "of") else rest)
    return "", ""


def _unknown(text: str) -> str:
    from difflib import get_close_matches

    near = sorted({_NAMES[name] for name in get_close_matches(text.lower(), _NAMES, n=3)})
    known = ", ".join(near or ("kg", "t", "liter", "m2", "m3", "each", "doz.", "pr."))
    return f'unit "{text}" is not known; {"near it" if near else "known units are"}: {known}'
