"""Units: names under which they go, and exact conversion within a kind."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tariffcalc.values.units import UnitError, canonical_unit, ratio


@pytest.mark.parametrize(
    ("unit", "names"),
    [
        ("kg", "kg KG KGM kilogram Kilograms"),
        ("g", "g GRM gram"),
        ("t", "t tonne MT TNE"),
        ("lb", "lb LBS pound"),
        ("carat", "carat CTM ct"),
        ("liter", "L l liter litre LTR"),
        ("m2", "m2 M2 m² MTK"),
        ("m3", "m3 MTQ"),
        ("m", "m MTR meter"),
        ("each", "each no. NO NMB pcs unit No. head"),
        ("doz.", "doz. dozen DOZ dz"),
        ("gross", "gross GRO"),
        ("thousand", "thousand 1000 1,000"),
        ("pr.", "pr pr. pair PRS"),
        ("pf. liter", "PFL pf.liter"),
        ("bbl", "bbl BBL barrels"),
    ],
)
def test_names(unit: str, names: str) -> None:
    assert {canonical_unit(name) for name in names.split()} == {unit}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("pf. liter", "pf. liter"),
        ("Proof  Liter", "pf. liter"),
        ("kg on lead content", "kg lead content"),
        ("kg lead content", "kg lead content"),
        ("KGM of total sugars", "kg total sugars"),
        ("clean kg", "kg clean"),
        ("kg clean", "kg clean"),
        ("m2 of recording surface", "m2 recording surface"),
        ("t, including weight of container", "t weight including container"),
        ("1,000 pins", "thousand"),
    ],
)
def test_names_of_several_words(text: str, unit: str) -> None:
    assert canonical_unit(text) == unit
    assert canonical_unit(unit) == unit


@pytest.mark.parametrize(
    "text", ["", "kgg", "parsec", "kg of the case", "content", "on lead content"]
)
def test_unknown_units_are_refused(text: str) -> None:
    with pytest.raises(UnitError, match="not known"):
        canonical_unit(text)


def test_a_near_miss_names_the_unit() -> None:
    with pytest.raises(UnitError, match=r"near it: .*\bdoz\."):
        canonical_unit("dozn")


@pytest.mark.parametrize(
    ("quantity", "unit", "to", "result"),
    [
        ("2.5", "t", "kg", "2500"),
        ("1", "kg", "g", "1000"),
        ("100", "lb", "kg", "45.359237"),
        ("5", "carat", "g", "1"),
        ("2", "m3", "liter", "2000"),
        ("1", "bbl", "gal", "42"),
        ("1", "bbl", "liter", "158.987294928"),
        ("1", "pf. gal", "pf. liter", "3.785411784"),
        ("36", "each", "doz.", "3"),
        ("1", "gross", "doz.", "12"),
        ("288", "no.", "gross", "2"),
        ("2.5", "thousand", "hundred", "25"),
        ("7", "head", "each", "7"),
        ("2", "doz. pr.", "pr.", "24"),
        ("10000", "cm2", "m2", "1"),
        ("3", "t lead content", "kg lead content", "3000"),
        ("1", "lb clean", "clean kg", "0.45359237"),
    ],
)
def test_conversion(quantity: str, unit: str, to: str, result: str) -> None:
    sizes = ratio(unit, to)
    assert sizes is not None
    assert Decimal(quantity) * sizes[0] / sizes[1] == Decimal(result)


@pytest.mark.parametrize(
    ("unit", "to"),
    [
        ("kg", "liter"),
        ("liter", "pf. liter"),
        ("kg", "kg lead content"),
        ("kg lead content", "kg zinc content"),
        ("m", "m2"),
        ("each", "pr."),
        ("gross", "gross immediate containers"),
        ("pack", "each"),
    ],
)
def test_kinds_do_not_mix(unit: str, to: str) -> None:
    assert ratio(unit, to) is None
    assert ratio(to, unit) is None


def test_an_unknown_unit_is_no_other_kind() -> None:
    with pytest.raises(UnitError):
        ratio("kg", "furlong")
