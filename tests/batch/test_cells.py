from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tariffcalc import Catalogue, InputError
from tariffcalc.batch.cells import Cell, CellError, CellReader
from tariffcalc.batch.names import BESIDE, FIELDS
from tariffcalc.batch.numbers import GLANCES, plain_units
from tariffcalc.engine import fields
from tariffcalc.values.days import parse_day
from tariffcalc.values.rates import parse_rate


@pytest.fixture(scope="module")
def reader(catalogue: Catalogue) -> CellReader:
    return CellReader(catalogue.store)


def fault(reader: CellReader, field: str, raw: str) -> CellError:
    with pytest.raises(CellError) as caught:
        reader.read(field, raw)
    assert caught.value.field == field
    return caught.value


@given(
    st.sampled_from([False, None, True]),
    st.text("$ ,.-(1234567890\u00a0\u202f", max_size=12)
    | st.from_regex(rf"\A{GLANCES[False].shown}\Z")
    | st.from_regex(rf"\A{GLANCES[True].shown}\Z"),
)
def test_an_ordinary_amount_is_what_a_reader_makes_of_it(
    catalogue: Catalogue, decimal_comma: bool | None, raw: str
) -> None:
    reader = CellReader(catalogue.store, decimal_comma=decimal_comma)
    units = GLANCES[decimal_comma].units(raw)
    if units:
        cell = reader.read("customs_value", raw)
        assert (plain_units(cell.text), cell.warning) == (units, None)
    elif units == 0:
        assert "more than zero" in fault(reader, "customs_value", raw).message


@pytest.mark.parametrize("field", [*FIELDS, *BESIDE])
@pytest.mark.parametrize("raw", ["", "  ", "\u00a0", '=""', "'"])
def test_a_blank_cell_is_blank(reader: CellReader, field: str, raw: str) -> None:
    assert reader.read(field, raw) == Cell("")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("7601.10.60", "76011060"), ("7601 10 60", "76011060"), ("7601-10-60", "76011060"),
        ("7601\u201310\u201360", "76011060"), ('="0407110000"', "0407110000"),
        ("'0407.11.0000", "0407110000"), (" 7601106030 ", "7601106030"),
        ("7601.10.60.30", "7601106030"), ("9903.00.00", "99030000"), ("9902.01.10", "99020110"),
    ],
)  # fmt: skip
def test_classifications(reader: CellReader, raw: str, text: str) -> None:
    assert reader.read("classification", raw) == Cell(text)


@pytest.mark.parametrize(
    ("raw", "text"),
    [("901210020", "0901210020"), ("9012100", "09012100"), ("901.21.00", "09012100"),
     ("901.21.0020", "0901210020"), ("407110000.0", "0407110000")],
)  # fmt: skip
def test_a_lost_zero_is_restored_with_a_warning(reader: CellReader, raw: str, text: str) -> None:
    cell = reader.read("classification", raw)
    assert cell.text == text
    assert cell.warning is not None
    assert "leading zero restored" in cell.warning


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("001234567", "has 9 digits"), ("7601.10.6", "has 7 digits"), ("7601", "has 4 digits"),
        ("7.60E+09", "lost its digits to a spreadsheet"), ("7601106O30", "something other"),
        ("\uff19\uff10\uff11\uff12\uff11\uff10\uff10\uff12", "something other"),
        ("#REF!", "a formula that failed"), ("7" * 500, "500 characters"),
        ("901.21002", "3 digits in front"), ("901.21.002", "3 digits in front"),
        ("7.6011060", "1 digit in front"), ("7601.106", "if a spreadsheet dropped a zero, format"),
        ("9903.01.10", "give the number of the goods"), ("99038187", "number of Chapter 99"),
    ],
)  # fmt: skip
def test_classifications_that_cannot_be_read(reader: CellReader, raw: str, words: str) -> None:
    error = fault(reader, "classification", raw)
    assert error.code == "bad-classification"
    assert words in error.message


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("CA", "CA"), ("ca", "CA"), ("USA", "US"), ("United States", "US"), ("États-Unis", "US"),
        ("ETATS UNIS", "US"), ("Allemagne", "DE"), ("Mexique", "MX"), ("1220", "CA"),
        ("2010", "MX"), ("1000", "US"), ("UMI", "US"), ("UNY", "US"), ("UKR", "UA"),
        ("CN - China", "CN"), ("China (CN)", "CN"), ("CHN/China", "CN"), ("Chine, CN", "CN"),
        ("Germany / Allemagne", "DE"), ("Made in China", "CN"), ("Product of U.S.A.", "US"),
        ("Fabriqué au Canada", "CA"), ("Produit des États-Unis", "US"), ("Ontario", "CA"),
        ("Québec", "CA"), ("Korea, Republic of", "KR"),
        ("Guinea-Bissau", "GW"), ("XO", "CA"), ("CIV", "CI"),
        ("Côte d\u2019Ivoire", "CI"), ("É.-U.", "US"), ("E.-U.", "US"),
        ("République de Corée", "KR"), ("COREE, REPUBLIQUE DE", "KR"), ("S. Korea", "KR"),
        ("République populaire démocratique de Corée", "KP"), ("P.R. China", "CN"),
        ("Chine (République populaire de)", "CN"), ("République démocratique du Congo", "CD"),
        ("Birmanie", "MM"), ("Russie, Fédération de", "RU"), ("Taiwan (R.O.C.)", "TW"),
        ("République slovaque", "SK"), ("Saint-Siège", "VA"), ("Macédoine", "MK"),
    ],
)  # fmt: skip
def test_countries(reader: CellReader, raw: str, text: str) -> None:
    assert reader.read("origin", raw) == Cell(text)


def test_countries_that_are_not_known_or_two(reader: CellReader) -> None:
    assert fault(reader, "origin", "Cnada").code == "unknown-country"
    assert "did you mean CA" in fault(reader, "origin", "Cnada").message
    company = fault(reader, "importer", "ACME Inc.")
    assert company.code == "unknown-country"
    assert company.message.endswith(" (--map importer= leaves a column of companies out)")
    assert fault(reader, "origin", "UGA").code == "ambiguous-country"
    assert fault(reader, "origin", "USD").code == "ambiguous-country"
    for raw in (
        "CN, VN",
        "CA/US",
        "CN - Taiwan",
        "Georgia, US",
        "US - California",
        "Ontario, CA",
        "Made in",
    ):
        assert fault(reader, "origin", raw).code == "unknown-country"
    assert fault(reader, "origin", "EU - France").code == "ambiguous-country"
    assert "names CA and US; write one" in fault(reader, "origin", "Canada/USA").message


@pytest.mark.parametrize("raw", ["EU", "eu", "E.U.", "UE", "European Union", "Union européenne"])
def test_the_european_union_is_not_the_united_states(reader: CellReader, raw: str) -> None:
    assert "European Union" in fault(reader, "origin", raw).message


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("1234.5", "1234.5"), ("$1,234.50", "1234.50"), ("$ 1 234.50", "1234.50"),
        ("1\u00a0234\u202f567.89", "1234567.89"), ("12,345,678", "12345678"), (".5", "0.5"),
        ("5.", "5"), ('="100.00"', "100.00"), ("100$", "100"),
    ],
)  # fmt: skip
def test_money(reader: CellReader, raw: str, text: str) -> None:
    assert reader.read("customs_value", raw) == Cell(text)


@pytest.mark.parametrize(
    ("raw", "currency"),
    [
        ("USD 100", "USD"), ("100 CAD", "CAD"), ("US$100", "USD"), ("C$ 100", "CAD"),
        ("$100 CAD", "CAD"), ("100 $ US", "USD"), ("CDN$100", "CAD"), ("$100", None),
        ("100 €", "EUR"), ("€ 100", "EUR"), ("EUR 100", "EUR"), ("100 eur", "EUR"),
        ("£100", "GBP"), ("100 MXN", "MXN"), ("CNY100", "CNY"), ("100JPY", "JPY"),
        ("100 CDN", "CAD"),
    ],
)  # fmt: skip
def test_a_currency_in_the_cell_is_told(reader: CellReader, raw: str, currency: str | None) -> None:
    cell = reader.read("filed_duty", raw)
    assert cell.text == "100"
    assert (cell.warning is None) == (currency is None)
    assert reader.currency(raw) == currency


@pytest.mark.parametrize("raw", ["US$100 CAD", "C$ 5 USD", "€5 USD", "EUR 5 £"])
def test_a_cell_does_not_name_two_currencies(reader: CellReader, raw: str) -> None:
    assert "names two currencies" in fault(reader, "customs_value", raw).message


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("(1,234.00)", '"(1,234.00)" is not more than zero'), ("-5", "not more than zero"),
        ("5-", "not more than zero"), ("\u22125", "not more than zero"), ("0", "not more"),
        ("1.000.000", "points between its thousands; say --decimal-comma"),
        ("1,23", "a decimal comma; say --decimal-comma"),
        ("1.234,56", "--decimal-comma"), ("1 234,56", "decimal-comma"),
        ("12,34,567", "separator"), ("1E5", "exponent"), ("1.5e-3", "exponent"),
        ("¥5", "currency sign"), ("5 € US", "not a plain"), ("abc", "not a plain number"),
        ("NaN", "not a plain number"), ("inf", "not a plain number"),
        ("1_000", "not a plain number"), ("+5", "not a plain"),
        ("٣", "not a plain number"), ("1²", "not a plain number"), ("25%", "a share"),
        ("1" * 16, "more than any line"), ("100 kg", "not a plain number"), ("$", "currency sign"),
        ("((5))", "not a plain"), ("1,2345", "decimal"),
        ("$1'234.50", "is not a plain number such as 1234.56"), ("$12,34,567", "part no thousands"),
    ],
)  # fmt: skip
def test_money_that_cannot_be_read(reader: CellReader, raw: str, words: str) -> None:
    error = fault(reader, "customs_value", raw)
    assert error.code == "bad-customs-value"
    assert words in error.message


@pytest.mark.parametrize(
    ("raw", "text"),
    [("1 234,56", "1234.56"), ("1.234,56", "1234.56"), ("1234,5", "1234.5"), ("1234", "1234"),
     ("1.234", "1234"), ("$1.000.000,00", "1000000.00"), ("1 500,50 $", "1500.50")],
)  # fmt: skip
def test_a_decimal_comma_when_told(catalogue: Catalogue, raw: str, text: str) -> None:
    reader = CellReader(catalogue.store, decimal_comma=True)
    assert reader.read("customs_value", raw) == Cell(text)
    assert "--decimal-comma is said" in fault(reader, "customs_value", "1234.56").message


@pytest.mark.parametrize(
    ("comma", "field", "raw", "text"),
    [
        (True, "fx", "1,345", "1.345"), (False, "fx", "1.345", "1.345"),
        (True, "fx", "1.345,50", "1345.50"), (False, "fx", "1,345.50", "1345.50"),
        (True, "base_rate", "6,250%", "6.250%"), (True, "base_rate", "6.250%", "6.250%"),
        (None, "base_rate", "6.250%", "6.250%"),
    ],
)  # fmt: skip
def test_rates_have_no_thousands(
    catalogue: Catalogue, comma: bool | None, field: str, raw: str, text: str
) -> None:
    assert CellReader(catalogue.store, decimal_comma=comma).read(field, raw) == Cell(text)


@pytest.mark.parametrize(
    ("comma", "field", "raw", "words"),
    [
        (True, "fx", "1.345", '"1.345" has a decimal point, and --decimal-comma is said'),
        (False, "fx", "1,345", '"1,345" seems to have a decimal comma; say --decimal-comma'),
        (False, "base_rate", "6,250%", "a decimal comma; say --decimal-comma"),
        (False, "base_rate", "6,25%", "a decimal comma; say --decimal-comma"),
        (None, "base_rate", "6,25%", "a decimal comma; say --decimal-comma"),
        (None, "base_rate", "6,250%", "say --decimal-comma or --decimal-point"),
    ],
)
def test_a_rate_with_the_other_sign_before_its_decimals(
    catalogue: Catalogue, comma: bool | None, field: str, raw: str, words: str
) -> None:
    reader = CellReader(catalogue.store, decimal_comma=comma)
    assert words in fault(reader, field, raw).message


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("1,234,567", "commas between its thousands; say --decimal-point"),
        ("1.23.456,00", "write a comma for the cents only"),
        ("1 234,567.89", "write a comma for the cents only"),
    ],
)
def test_what_to_write_instead_under_a_decimal_comma(
    catalogue: Catalogue, raw: str, words: str
) -> None:
    reader = CellReader(catalogue.store, decimal_comma=True)
    assert words in fault(reader, "customs_value", raw).message


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("2020-08-16", "2020-08-16"), ("2020/8/6", "2020-08-06"), ("2020.08.16", "2020-08-16"),
        ("20200816", "2020-08-16"), ("08/16/2020", "2020-08-16"), ("16/08/2020", "2020-08-16"),
        ("8-16-2020", "2020-08-16"), ("05/05/2020", "2020-05-05"),
        ("16AUG2020", "2020-08-16"), ("16/Aug/2020", "2020-08-16"), ("16.Aug.2020", "2020-08-16"),
        ("2020-Aug-16", "2020-08-16"), ("2020 août 16", "2020-08-16"),
        ("1er août 2020", "2020-08-01"), ("Aug-16-2020", "2020-08-16"),
        ("2020-08-16 00:00:00", "2020-08-16"), ("2020-08-16T00:00:00.000Z", "2020-08-16"),
        ("8/16/2020 12:00:00 AM", "2020-08-16"), ("16-Aug-2020", "2020-08-16"),
        ("August 16, 2020", "2020-08-16"), ("16 août 2020", "2020-08-16"),
    ],
)  # fmt: skip
def test_dates(reader: CellReader, raw: str, text: str) -> None:
    assert reader.read("entry_date", raw) == Cell(text)


def test_dates_read_with_a_warning(reader: CellReader) -> None:
    assert reader.read("entry_date", "43101").text == "2018-01-01"
    assert reader.read("entry_date", "73415").text == "2100-12-31"
    assert "44059" in (reader.read("entry_date", "44059").warning or "")
    assert reader.read("entry_date", "2020-08-16 14:30").warning == "time of day left out"


def test_a_date_of_two_readings_is_settled_by_the_option(catalogue: Catalogue) -> None:
    error = fault(CellReader(catalogue.store), "entry_date", "03/04/2020")
    assert error.code == "ambiguous-date"
    assert "2020-03-04 or 2020-04-03" in error.message
    assert "--date-format MM/DD/YYYY or DD/MM/YYYY" in error.message
    month_first = CellReader(catalogue.store, "MM/DD/YYYY")
    day_first = CellReader(catalogue.store, "dd/mm/yyyy")
    assert month_first.read("entry_date", "03/04/2020").text == "2020-03-04"
    assert day_first.read("entry_date", "03/04/2020").text == "2020-04-03"
    assert day_first.read("entry_date", "2020-03-04").text == "2020-03-04"
    assert fault(month_first, "entry_date", "16/08/2020").code == "bad-entry-date"
    with pytest.raises(InputError, match="--date-format"):
        CellReader(catalogue.store, "YY-MM")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("08/16/20", "two digits"), ("16-Aug-20", "two digits"), ("16AUG20", "two digits"),
        ("août 16, 20", "two digits"), ("20-Aug-16", "two digits"),
        ("Oct 2019", "not a date"), ("Oct2019", "not a date"), ("08-16", "has no year"),
        ("2020-02-30", "not a day"),
        ("13/13/2020", "not a day"), ("43100", "not a date"), ("73416", "not a date"),
        ("2020-08/16", "not a date"), ("soon", "not a date"), ("16 Foo 2020", "not a date"),
        ("٢٠٢٠-٠٨-١٦", "not a date"), ("0000-01-01", "not a day"),
    ],
)  # fmt: skip
def test_dates_that_cannot_be_read(reader: CellReader, raw: str, words: str) -> None:
    error = fault(reader, "entry_date", raw)
    assert error.code == "bad-entry-date"
    assert words in error.message


@pytest.mark.parametrize("raw", ["12,500", "$1,234", "(1,000)", "12.500", "1.234", "$850.000"])
def test_a_sign_that_may_part_the_cents_or_the_thousands(catalogue: Catalogue, raw: str) -> None:
    reader = CellReader(catalogue.store, decimal_comma=None)
    message = fault(reader, "quantity", raw).message
    assert "--decimal-comma or --decimal-point" in message
    assert reader.glance.units(raw) is None
    for plain, number in (
        ("1,234.50", "1234.50"), ("1,234,567", "1234567"), ("1234.5", "1234.5"),
        ("1234.567", "1234.567"), ("0.500", "0.500"), ("12.50", "12.50"), ("12.5000", "12.5000"),
    ):  # fmt: skip
        assert reader.read("quantity", plain).text == number


def test_no_thousands_stand_behind_a_zero(catalogue: Catalogue) -> None:
    for comma, raw in ((False, "0,500"), (None, "0,500"), (False, "$0,500"), (True, "0.500")):
        error = fault(CellReader(catalogue.store, decimal_comma=comma), "quantity", raw)
        assert "--decimal-comma" in error.message, (comma, raw)


@pytest.mark.parametrize(
    ("field", "raw", "text"),
    [("fx", "1.352", "1.352"), ("base_rate", "2.125%", "2.125%"), ("steel", "40.125%", "40.125%")],
)
def test_rates_and_shares_have_no_thousands(
    catalogue: Catalogue, field: str, raw: str, text: str
) -> None:
    assert CellReader(catalogue.store, decimal_comma=None).read(field, raw) == Cell(text)


def test_a_date_that_its_format_does_not_know(catalogue: Catalogue) -> None:
    error = fault(CellReader(catalogue.store, "DD/MM/YYYY"), "entry_date", "4/13/2025")
    assert error.message == ('"4/13/2025" is no day written DD/MM/YYYY; is --date-format right?')


@pytest.mark.parametrize("yes", ["Y", "yes", "TRUE", "1", "x", "Oui", "USMCA", "cusma", "S+"])
@pytest.mark.parametrize("no", ["N", "No", "false", "0", "non", "none"])
def test_yes_and_no(catalogue: Catalogue, yes: str, no: str) -> None:
    reader = CellReader(catalogue.store, kinds={"preference": "claimed"})
    assert reader.read("preference", yes) == Cell("usmca")
    assert reader.read("preference", no) == Cell("usmca=no")
    assert reader.read("preference", "") == Cell("")
    assert fault(reader, "preference", "perhaps").code == "bad-preference"


@pytest.mark.parametrize("kind", ["claimed", "spi", "treatment", "any"])
def test_a_mark_is_no_answer_and_a_dash_is_none(catalogue: Catalogue, kind: str) -> None:
    """A mark of a checklist means yes on many sheets; it counted as no, without a word."""
    reader = CellReader(catalogue.store, kinds={"preference": kind})
    for mark in ("\u2713", "\u2714", "\u221a", "\u25cf", "?", "*"):
        assert fault(reader, "preference", mark).code == "bad-preference"
    for dash in ("-", "--", "\u2013", "\u2014", ".", "/"):
        assert reader.read("preference", dash) == Cell("usmca=no")


@pytest.mark.parametrize(
    ("kind", "raw", "text", "warned"),
    [
        ("spi", "S", "usmca", False), ("spi", "S+", "usmca", False), ("spi", "CA", "usmca", False),
        ("spi", "N", "usmca=no", True), ("spi", "KR", "usmca=no", True),
        ("treatment", "10", "usmca", False), ("treatment", "UST", "usmca", False),
        ("treatment", "TÉU", "usmca", False),
        ("treatment", "2", "usmca=no", False), ("treatment", "MFN", "usmca=no", False),
        ("treatment", "21", "usmca=no", True), ("any", "10", "usmca", True),
        ("any", "CA", "usmca", False), ("any", "MX", "usmca", False),
        ("any", "1.0", "usmca", False), ("any", "0.0", "usmca=no", False),
        ("claimed", "1.0", "usmca", False), ("claimed", "0.0", "usmca=no", False),
        ("any", "10.0", "usmca", True), ("any", "2.0", "usmca=no", True),
        ("any", "S+", "usmca", False), ("any", "GSP", "usmca=no", True),
        ("any", "Y", "usmca", False), ("any", "TT 10", "usmca", True),
        ("treatment", "TT 10", "usmca", False), ("treatment", "Treatment: 10", "usmca", False),
        ("treatment", "Traitement tarifaire 10 - TÉU", "usmca", False),
        ("treatment", "TT 2", "usmca=no", False), ("treatment", "02 NPF", "usmca=no", False),
        ("treatment", "S+", "usmca", False), ("treatment", "not claimed", "usmca=no", True),
        ("treatment", "GPT 9", "usmca=no", True), ("treatment", "MX", "usmca=no", True),
        ("treatment", "United States Tariff", "usmca", False),
        ("treatment", "Tarif des États-Unis", "usmca", False),
        ("treatment", "T.É.U.", "usmca", False), ("treatment", "10.0", "usmca", False),
        ("treatment", "2.0", "usmca=no", False),
        ("treatment", "Most-Favoured-Nation Tariff", "usmca=no", False),
        ("treatment", "Tarif de la nation la plus favorisée", "usmca=no", False),
        ("treatment", "3", "usmca=no", True), ("treatment", "03 GT", "usmca=no", True),
        ("spi", "A+, E*", "usmca=no", True),
        ("spi", "S+, A", "usmca", False), ("any", "A*", "usmca=no", True),
    ],
)  # fmt: skip
def test_preferences(catalogue: Catalogue, kind: str, raw: str, text: str, warned: bool) -> None:
    cell = CellReader(catalogue.store, kinds={"preference": kind}).read("preference", raw)
    assert cell.text == text
    assert (cell.warning is not None) == warned


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("treatment", "LPT 10"), ("treatment", "Yes"), ("treatment", "CUSMA - B"),
        ("treatment", "MFN or UST"), ("treatment", "No CUSMA"), ("spi", "10"), ("spi", "Yes"),
        ("spi", "USMCA claimed"), ("any", "10 - UST"), ("any", "S+, A"), ("any", "Yes - USMCA"),
    ],
)  # fmt: skip
def test_what_may_be_the_preference_or_not_is_asked(
    catalogue: Catalogue, kind: str, raw: str
) -> None:
    reader = CellReader(catalogue.store, kinds={"preference": kind})
    error = fault(reader, "preference", raw)
    assert error.code == "bad-preference"
    yes, no = {"treatment": ("10", "2"), "spi": ("S", "nothing"), "any": ("yes", "no")}[kind]
    assert error.message == (
        f'"{raw}" may claim usmca or not; write {yes} where it is claimed, else {no}'
    )


@pytest.mark.parametrize(
    ("kind", "raw", "text"),
    [
        ("money", "400", "400"), ("money", "$1,400.00", "1400.00"), ("money", "60%", "60%"),
        ("percent", "25", "25%"), ("percent", "25 %", "25%"), ("share", "0.25", "25.00%"),
        ("share", "25%", "25%"), ("share", "1", "100%"), ("percent", "0", "0%"),
    ],
)  # fmt: skip
def test_contents(catalogue: Catalogue, kind: str, raw: str, text: str) -> None:
    cell = CellReader(catalogue.store, kinds={"steel": kind}).read("steel", raw)
    assert cell == Cell(text)
    fields.read_content(text, Decimal(10**6))


def test_contents_that_seem_to_be_the_other_kind(catalogue: Catalogue) -> None:
    percent = CellReader(catalogue.store, kinds={"steel": "percent"})
    assert percent.read("steel", "0.25").text == "0.25%"
    assert "steel_share" in (percent.read("steel", "0.25").warning or "")
    share = CellReader(catalogue.store, kinds={"steel": "share", "base_rate": "share"})
    assert "steel_pct" in fault(share, "steel", "25").message
    assert fault(share, "steel", "25").code == "bad-content"
    assert fault(share, "base_rate", "2.6").code == "bad-base-rate"
    assert share.read("base_rate", "0.026").text == "2.600%"
    assert fault(percent, "steel", "101").code == "bad-content"


def test_base_rates(reader: CellReader) -> None:
    for raw in ("2.6%", "2.6 %", "Free", "0", "4.4¢/kg + 6.4%", "$1.55/kg"):
        parse_rate(reader.read("base_rate", raw).text)
    assert "base_rate_pct or base_rate_share" in fault(reader, "base_rate", "2.6").message


def test_other_fields(reader: CellReader) -> None:
    for field, raw, text in (
        ("claims", "usmca; In_quota=no", "usmca;in_quota=no"), ("claims", "CUSMA", "usmca"),
        ("claims", "usmca,us_metal_85|packaged", "packaged;us_metal_85;usmca"),
        ("currency", "usd", "USD"), ("currency", "C$", "CAD"), ("currency", "US$", "USD"),
        ("currency", "\u20ac", "EUR"), ("currency", "\u00a3", "GBP"), ("currency", "CAD$", "CAD"),
        ("currency", "CDN", "CAD"), ("currency", "$ CAN", "CAD"), ("currency", "Cdn $", "CAD"),
        ("fx", "1.3101", "1.3101"), ("quantity", "1,000", "1000"), ("unit", "NO", "each"),
        ("unit", "KGM", "kg"), ("unit", "X", ""), ("mode", "Sea", "ocean"), ("mode", "30", "truck"),
        ("province", "Québec", "QC"), ("province", "on", "ON"), ("filed_duty", "FREE", "0.00"),
        ("filed_duty", "$850.00", "850.00"), ("filed_surtax", "0", "0"), ("add_cvd", "34", "34"),
        ("entry", '="BII0001"', "BII0001"), ("description", "a, b", "a, b"), ("line", "007", "007"),
    ):  # fmt: skip
        assert reader.read(field, raw) == Cell(text), (field, raw)
    assert reader.read("quantity", "0.00").text == ""
    assert reader.read("quantity", "0.00").warning


@pytest.mark.parametrize(
    ("field", "raw", "code", "words"),
    [
        ("claims", "usmcaa", "unknown-claim", "did you mean usmca"),
        ("claims", "USMKA", "unknown-claim", '"USMKA" is no claim; did you mean usmca'),
        ("claims", "bogus", "unknown-claim", "stand in claims.yaml of the catalogue"),
        ("claims", "Yes", "unknown-claim", '--map preference="HEADER" takes a column of yes'),
        ("claims", "usmca;usmca=no", "unknown-claim", "both claimed and denied"),
        ("currency", "$", "bad-currency", "USD or CAD"),
        ("fx", "0", "bad-fx", "above zero"), ("fx", "-1.3", "bad-fx", "above zero"),
        ("quantity", "-1", "bad-quantity", "above zero"),
        ("quantity", "1,000 KG", "bad-quantity", "write the unit in a column of its own"),
        ("quantity", "100kg", "bad-quantity", "--map quantity= leaves the column out"),
        ("quantity", "n/a", "bad-quantity", "--map quantity= leaves the column out"),
        ("unit", "CTN", "bad-unit", "--map unit= leaves the column out"),
        ("mode", "pipeline", "bad-mode", "--map mode= leaves the column out"),
        ("province", "ZZ", "bad-province", "is no province"),
        ("filed_duty", "(5.00)", "bad-filed-duty", "below zero"),
        ("filed_duty", "$ (5.00)", "bad-filed-duty", "below zero"),
        ("filed_duty", "(5.00) USD", "bad-filed-duty", "below zero"),
        ("filed_duty", "-(5.00)", "bad-filed-duty", "not a plain number"),
        ("shipped_date", "08-16", "bad-shipped-date", "--map shipped_date= leaves the column out"),
        ("add_cvd", "free", "bad-add-cvd", "not a plain number"),
        ("steel", "-5", "bad-content", "below zero"),
    ],
)  # fmt: skip
def test_faults_of_other_fields(
    reader: CellReader, field: str, raw: str, code: str, words: str
) -> None:
    error = fault(reader, field, raw)
    assert (error.code, words in error.message) == (code, True), error.message


def test_a_claim_like_none_is_met_with_no_others(reader: CellReader) -> None:
    for raw in ("bogus", "Yes"):
        assert "did you mean" not in fault(reader, "claims", raw).message


@given(field=st.sampled_from((*FIELDS, *BESIDE)), raw=st.text(max_size=30))
def test_any_text_is_read_or_refused(reader: CellReader, field: str, raw: str) -> None:
    try:
        cell = reader.read(field, raw)
    except CellError as error:
        read = error.code.replace("-", "").isalpha() and bool(error.message)
    else:
        read = reader.read(field, raw) == cell
    assert read


@given(st.decimals(Decimal("0.0001"), Decimal(10**9), places=4))
def test_money_comes_through_exactly(reader: CellReader, amount: Decimal) -> None:
    for written in (f"{amount}", f"${amount:,}", f"{amount:,}".replace(",", " ")):
        assert Decimal(reader.read("customs_value", written).text) == amount


@given(st.dates(parse_day("2018-01-01"), parse_day("2099-12-31")))
def test_dates_come_through(catalogue: Catalogue, day: object) -> None:
    month_first = CellReader(catalogue.store, "MM/DD/YYYY")
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%m/%d/%Y", "%d-%b-%Y", "%B %d, %Y"):
        assert month_first.read("entry_date", f"{day:{form}}").text == str(day)
