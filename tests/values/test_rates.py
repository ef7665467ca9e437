"""Rate texts: what each means, worked by hand, and what must be refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tariffcalc.values.money import round_cents
from tariffcalc.values.rates import Rate, RateError, Specific, parse_rate, tidy_rate
from tariffcalc.values.units import UnitError

D = Decimal

PLAIN = [  # text, share of the value, money for each unit, unit
    ("Free", "0", None, None),
    ("free", "0", None, None),
    ("0%", "0", None, None),
    ("2.6%", "0.026", None, None),
    ("10%", "0.10", None, None),
    (".5%", "0.005", None, None),
    ("3.25%", "0.0325", None, None),
    ("84 3/4%", "0.8475", None, None),
    ("33 1/2%", "0.335", None, None),
    ("6.5% on the entire set", "0.065", None, None),
    ("5% ad valorem", "0.05", None, None),
    ("4.4¢/kg", "0", "0.044", "kg"),
    ("4.4 cents/kg", "0", "0.044", "kg"),
    ("1.5 cents per kg", "0", "0.015", "kg"),
    ("$1.55/kg", "0", "1.55", "kg"),
    ("4.4¢/kg + 6.4%", "0.064", "0.044", "kg"),
    ("4.4 cents/kg + 6.4%", "0.064", "0.044", "kg"),
    ("0.9 cents/kg + 3%", "0.03", "0.009", "kg"),
    ("40¢/kg +10.4%", "0.104", "0.40", "kg"),
    ("27.6¢/liter+ 17.5%", "0.175", "0.276", "liter"),
    ("  4.4¢ / kg  +\n 6.4% ", "0.064", "0.044", "kg"),
    ("$2/m2", "0", "2", "m2"),
    ("18.7¢/m<sup>2</sup>", "0", "0.187", "m2"),
    ("$1.13/m3", "0", "1.13", "m3"),
    ("10¢/m", "0", "0.10", "m"),
    ("3.3¢/lin. m", "0", "0.033", "m"),
    ("0.9¢ each", "0", "0.009", "each"),
    ("$2.16 each", "0", "2.16", "each"),
    ("$4.50 each + 65%", "0.65", "4.50", "each"),
    ("68¢/head", "0", "0.68", "each"),
    ("2.8¢/doz.", "0", "0.028", "doz."),
    ("$16/doz. + 25%", "0.25", "16", "doz."),
    ("6.5¢/gross", "0", "0.065", "gross"),
    (".5¢/gross", "0", "0.005", "gross"),
    ("20¢/gross of immediate containers", "0", "0.20", "gross immediate containers"),
    ("76¢/pr. + 32%", "0.32", "0.76", "pr."),
    ("20¢/thousand + 3.5%", "0.035", "0.20", "thousand"),
    ("$2.50/thou- sand + 40%", "0.40", "2.50", "thousand"),
    ("$1.34/1000", "0", "1.34", "thousand"),
    ("$2/1,000 + 60%", "0.60", "2", "thousand"),
    ("10¢/1,000 pins + 3.5%", "0.035", "0.10", "thousand"),
    ("10¢/pack + 20%", "0.20", "0.10", "pack"),
    ("0.34¢/liter", "0", "0.0034", "liter"),
    ("$1.32/pf. liter", "0", "1.32", "pf. liter"),
    ("18.9¢/pf.liter", "0", "0.189", "pf. liter"),
    ("5.25¢/bbl", "0", "0.0525", "bbl"),
    ("$1.24/t", "0", "1.24", "t"),
    ("10.6¢/g", "0", "0.106", "g"),
    ("18.7¢/clean kg", "0", "0.187", "kg clean"),
    ("3.7¢/kg on drained weight", "0", "0.037", "kg drained weight"),
    ("22¢/kg on drained weight+45%", "0.45", "0.22", "kg drained weight"),
    ("1.7¢/kg on lead content", "0", "0.017", "kg lead content"),
    ("$40/kg of anhydrous morphine content", "0", "40", "kg anhydrous morphine content"),
    ("16.9¢/kg of total sugars + 5.1%", "0.051", "0.169", "kg total sugars"),
    ("86.1¢/m2of recording surface", "0", "0.861", "m2 recording surface"),
    ("5¢/kg on contents and container", "0", "0.05", "kg contents and container"),
    (
        "2.1¢/kg on entire contents of container",
        "0",
        "0.021",
        "kg entire contents of container",
    ),
    ("$1.32/t, including weight of container", "0", "1.32", "t weight including container"),
]

REFUSED = [
    ("garment-set", "The rate applicable to each garment in the ensemble if separately entered"),
    ("garment-set", "The rate ap- plicable to each garment in the en semble if separately entered"),
    (
        "set-highest-rate",
        "The rate of duty applicable to that article in the set subject to the highest rate "
        "of duty",
    ),
    ("whole-article", "The rate applicable to the article of which it is a part or accessory"),
    ("complete-movement", "The rate applicable to the complete, assembled movement"),
    ("absent-subheading", "The rate applicable to each article in the absence of this subheading"),
    ("natural-juice", "The rate applicable to the natural juice in heading 2009"),
    (
        "sugar-degrees",
        "3.6606¢/kg less 0.020668¢/kg for each degree under 100 degrees (and fractions of a "
        "degree in proportion) but not less than 3.143854¢/kg",
    ),
    ("watch-jewels", "17¢ each + 2.5% + 1¢/jewel"),
    ("watch-jewels", "43¢ each + 2.8¢/jewel over 7 + 3.7% on the case"),
    ("watch-parts", "$1.75 each + 4.8% on the case + 11.2% on the strap, band or bracelet"),
    ("watch-parts", "36¢ each + 5.3% on the battery"),
    ("per-article-parts", "3.9% on the apparatus + 5.3% on the battery"),
    (
        "per-article-parts",
        "4.7% on the value of the rifle + 20% on the value of the telescopic sight, if any",
    ),
    ("content-value", "2.5% on the value of the lead content"),
    ("button-lines", "0.3¢/line/ gross + 4.6%"),
    ("see-note", "See additional U.S. note 1"),
    ("see-heading", "See 9823.01.01-9823.01.07"),
    ("under-bond", "Free, under bond"),
    ("no-rate", "N/A (MFN rate applies)"),
    ("several-units", "3.1¢/liter + 22.1¢/pf. liter on ethyl alcohol content"),
    ("several-units", "8.8¢/kg on copper content + 3.3¢/kg on lead content"),
    ("several-units", "13.5¢/kg + 6.3% + 1.9¢/article"),
    ("unknown-unit", "22¢/kg on drained weght + 45%"),
    ("unreadable", "m2"),
    ("unreadable", "37% /"),
    ("unreadable", "-5%"),
    ("unreadable", "2.6"),
    ("unreadable", "1e3%"),
    ("unreadable", "NaN%"),
    ("unreadable", "٣%"),
    ("unreadable", ""),
    ("unreadable", "1" * 5000),
    ("unreadable", "100000%"),
    ("unreadable", "9" * 32 + "%"),
    ("unreadable", "5% + 99999%"),
    ("unreadable", "$1000000/kg"),
    ("unreadable", "5% - 2%"),
    ("unreadable", "33 1/0%"),
]


@pytest.mark.parametrize(("text", "share", "money", "unit"), PLAIN)
def test_plain_rates(text: str, share: str, money: str | None, unit: str | None) -> None:
    rate = parse_rate(text)
    assert rate.ad_valorem == D(share)
    assert rate.specifics == ((Specific(D(money), str(unit)),) if money else ())
    assert rate.units() == ((unit,) if unit else ())
    assert rate.at_least is None
    assert rate.at_most is None


@pytest.mark.parametrize(("kind", "text"), REFUSED)
def test_refused_texts_say_their_kind(kind: str, text: str) -> None:
    with pytest.raises(RateError) as fault:
        parse_rate(text)
    assert fault.value.kind == kind
    assert fault.value.text in str(fault.value)


def test_only_free_is_free() -> None:
    assert parse_rate("Free").is_free
    assert parse_rate("0%").is_free
    assert not parse_rate("0.1%").is_free
    assert not parse_rate("1¢/kg").is_free
    assert not parse_rate("Free but not less than 2¢/kg").is_free


def test_text_stays_as_printed() -> None:
    assert str(parse_rate("18.7¢/m<sup>2</sup>")) == "18.7¢/m2"
    assert str(parse_rate("40¢/kg +10.4%")) == "40¢/kg + 10.4%"
    assert tidy_rate("33  1/3%") == "33 1/3%"


AMOUNTS = [  # text, value, quantity, unit, duty
    # 1,000 x 2.6 %
    ("2.6%", "1000", None, None, "26"),
    # 500 kg x 0.044 = 22; 1,000 x 6.4 % = 64
    ("4.4¢/kg + 6.4%", "1000", "500", "kg", "86"),
    ("4.4¢/kg + 6.4%", "1000", "0.5", "t", "86"),
    # 100 lb = 45.359237 kg, x 1.55 = 70.30681735
    ("$1.55/kg", "0", "100", "lb", "70.30681735"),
    # 2,400 pieces = 200 dozen, x 0.028
    ("2.8¢/doz.", "0", "2400", "no.", "5.6"),
    # 18 pieces = 0.125 gross, x 0.065
    ("6.5¢/gross", "0", "18", "each", "0.008125"),
    # 3 dozen pairs = 36 pairs, x 0.76 = 27.36; 500 x 32 % = 160
    ("76¢/pr. + 32%", "500", "3", "doz. pr.", "187.36"),
    # 300 at 33 1/3 % is 100 and nothing beside it
    ("33 1/3%", "300", None, None, "100"),
    # 1,000 x 237.5 % = 2,375, more than 100 kg x 0.466 = 46.60
    ("237.5% but not less than 46.6¢/kg", "1000", "100", "kg", "2375"),
    # 10 x 237.5 % = 23.75, less than 46.60
    ("237.5% but not less than 46.6¢/kg", "10", "100", "kg", "46.6"),
    # 100 kg x 0.02 = 2, at most 100 x 1 % = 1
    ("2¢/kg but not more than 1%", "100", "100", "kg", "1"),
    # 1,000 x 5 % = 50, at least 100 kg x 0.10 = 10, at most 1,000 x 3 % = 30
    ("5% but not less than 10¢/kg or more than 3%", "1000", "100", "kg", "30"),
]


@pytest.mark.parametrize(("text", "value", "quantity", "unit", "duty"), AMOUNTS)
def test_amounts(text: str, value: str, quantity: str | None, unit: str | None, duty: str) -> None:
    amount = parse_rate(text).amount(D(value), D(quantity) if quantity else None, unit)
    assert amount is not None
    assert round(amount, 10) == D(duty)


@pytest.mark.parametrize(
    ("text", "quantity", "unit"),
    [
        ("4.4¢/kg + 6.4%", None, None),
        ("4.4¢/kg + 6.4%", "500", None),
        ("4.4¢/kg + 6.4%", "500", "liter"),
        ("1.7¢/kg on lead content", "500", "kg"),
        ("$1.32/pf. liter", "500", "liter"),
        ("76¢/pr. + 32%", "500", "each"),
        ("237.5% but not less than 46.6¢/kg", None, None),
    ],
)
def test_a_quantity_that_is_not_declared_leaves_the_duty_unknown(
    text: str, quantity: str | None, unit: str | None
) -> None:
    assert parse_rate(text).amount(D(1000), D(quantity) if quantity else None, unit) is None


def test_an_unknown_unit_is_named() -> None:
    with pytest.raises(UnitError, match="kgg"):
        parse_rate("1¢/kg").amount(D(1), D(1), "kgg")


def test_half_a_cent_survives_division() -> None:
    # one piece at 6 cents a dozen is half a cent; 0.015 at a third is half a cent too
    assert round_cents(parse_rate("6¢/doz.").amount(D(0), D(1), "each") or D(0)) == D("0.01")
    assert round_cents(parse_rate("33 1/3%").amount(D("0.015")) or D(0)) == D("0.01")


def test_bounds_keep_their_own_texts() -> None:
    rate = parse_rate("237.5% but not less than 46.6¢/kg")
    assert rate.units() == ("kg",)
    assert rate.at_least == Rate("46.6¢/kg", D(0), (Specific(D("0.466"), "kg"),))


numbers = st.decimals("0.0001", "999.9999", places=4)
money = st.decimals("0.01", "1000000", places=2)


@given(percent=numbers, cents=numbers, value=money, kilos=money)
def test_a_sum_is_the_sum_of_its_parts(
    percent: Decimal, cents: Decimal, value: Decimal, kilos: Decimal
) -> None:
    both = parse_rate(f"{cents}¢/kg + {percent}%").amount(value, kilos, "kg")
    exact = Fraction(value) * Fraction(percent) / 100 + Fraction(kilos) * Fraction(cents) / 100
    assert both is not None
    assert Fraction(both) == exact


@given(percent=numbers, cents=numbers, value=money, kilos=money)
def test_bounds_hold(percent: Decimal, cents: Decimal, value: Decimal, kilos: Decimal) -> None:
    share = parse_rate(f"{percent}%").amount(value)
    weight = parse_rate(f"{cents}¢/kg").amount(value, kilos, "kg")
    least = parse_rate(f"{percent}% but not less than {cents}¢/kg").amount(value, kilos, "kg")
    most = parse_rate(f"{percent}% but not more than {cents}¢/kg").amount(value, kilos, "kg")
    assert share is not None
    assert weight is not None
    assert least == max(share, weight)
    assert most == min(share, weight)


@given(st.text(max_size=60))
def test_any_text_parses_or_is_refused_with_a_kind(text: str) -> None:
    try:
        rate = parse_rate(text)
    except RateError as fault:
        assert fault.kind  # noqa: PT017
    else:
        assert rate.ad_valorem.is_finite()


@given(st.text(alphabet="0123456789.% ¢$/+kgdoz", max_size=30))
def test_what_parses_is_never_negative(text: str) -> None:
    try:
        rate = parse_rate(text)
    except RateError:
        return
    assert rate.ad_valorem >= 0
    assert all(specific.amount >= 0 for specific in rate.specifics)
