from __future__ import annotations

import re
from collections import Counter

import pytest

from tariffcalc.batch import names
from tariffcalc.batch.columns import ColumnMap, Defaults, map_columns
from tariffcalc.batch.matching import normalise
from tariffcalc.cli.batch import batch
from tariffcalc.values.issues import InputError

US = Defaults(importer="US", origin="CA", entry_date="2020-08-20")
ES003 = [
    "Entry Summary Number", "Entry Date", "Entry Summary Date", "Entry Summary Line Number",
    "Country of Origin Code", "Country of Export Code", "Line SPI Code", "Tariff Ordinal Number",
    "HTS Number - Full", "Line Tariff Goods Value Amount", "Line Tariff Duty Amount",
    "Line Tariff Quantity (1)", "Line Tariff UOM (1) Code", "Liquidation Date",
]  # fmt: skip
B3 = [
    "1 Importer", "2 Transaction no.", "7 Mode of", "12 Country of origin", "13 Place of export",
    "14 Tariff treatment", "17 Crcy. code", "20 Release date", "21 Line", "22 Description",
    "23 Weight/KGM", "26 Special authority", "27 Classification no.", "29 Quantity", "30 U/M",
    "32 SIMA code", "33 Rate of customs duty", "36 Value for currency conversion",
    "37 Value for duty", "38 Customs duties", "39 SIMA assessment", "42 GST",
]  # fmt: skip


def taken(columns: ColumnMap) -> dict[str, str]:
    return {key: columns.header[place] for key, place in columns.places.items()}


def notes(columns: ColumnMap, key: str) -> list[str]:
    return [str(note) for note in columns.notes if note.where == key]


def faults(header: list[str], chosen: dict[str, str] | None = None, given: Defaults = US) -> str:
    with pytest.raises(InputError) as caught:
        map_columns(header, chosen or {}, given)
    return str(caught.value)


def test_every_accepted_name_is_one_field() -> None:
    uses = Counter(normalise(name) for known in names.ACCEPTED.values() for name in known)
    assert [name for name, times in uses.items() if times > 1] == []
    assert set(names.ACCEPTED) == {*names.FIELDS, *names.BESIDE}
    accepted = {normalise(name) for known in names.ACCEPTED.values() for name in known}
    assert accepted.isdisjoint(normalise(name) for name in names.DOUBTFUL)


def test_canonical_names_are_taken_for_themselves() -> None:
    columns = map_columns(names.FIELDS, {}, Defaults())
    assert taken(columns) == {name: name for name in names.FIELDS}


@pytest.mark.parametrize("key", names.ACCEPTED)
def test_every_accepted_name_is_taken(key: str) -> None:
    for name in names.ACCEPTED[key]:
        header = ["hts", "entered value", name] if key not in ("classification", "customs_value") \
            else [name, "hts" if key == "customs_value" else "entered value"]  # fmt: skip
        assert taken(map_columns(header, {}, US))[key] == name


@pytest.mark.parametrize(
    "written", ["hts number-full", " HTS_NUMBER   FULL ", "\ufeffHTS Number - Full"]
)
def test_case_spaces_and_punctuation_do_not_matter(written: str) -> None:
    assert map_columns([written, "VALUE"], {}, US).places["classification"] == 0


def test_es003_is_a_us_report_with_its_date_format() -> None:
    columns = map_columns(ES003, {}, Defaults())
    assert columns.report == "es003"
    assert columns.defaults.importer == "US"
    assert columns.date_format == "MM/DD/YYYY"
    assert taken(columns) == {
        "line": "Entry Summary Line Number", "entry": "Entry Summary Number",
        "entry_date": "Entry Date", "origin": "Country of Origin Code",
        "classification": "HTS Number - Full",
        "customs_value": "Line Tariff Goods Value Amount",
        "quantity": "Line Tariff Quantity (1)", "unit": "Line Tariff UOM (1) Code",
        "filed_duty": "Line Tariff Duty Amount", "liquidation_date": "Liquidation Date",
        "preference": "Line SPI Code",
    }  # fmt: skip
    assert columns.kinds == {"preference": "spi"}


def test_b3_is_a_canadian_declaration_in_canadian_dollars() -> None:
    columns = map_columns(B3, {}, Defaults())
    assert columns.report == "canadian"
    assert (columns.defaults.importer, columns.defaults.currency) == ("CA", "CAD")
    found = taken(columns)
    assert found["customs_value"] == "37 Value for duty"
    assert found["filed_duty"] == "38 Customs duties"
    assert found["filed_surtax"] == "39 SIMA assessment"
    assert found["preference"] == "14 Tariff treatment"
    assert columns.kinds["preference"] == "treatment"
    assert "importer" not in found
    assert "currency" not in found
    (left,) = [note for note in notes(columns, "currency") if "17 Crcy" in note]
    assert 'Else --map currency="17 Crcy. code"' in left
    assert any("remission" in note for note in notes(columns, "claims"))


def test_the_options_win_over_what_a_report_implies() -> None:
    columns = map_columns(B3, {}, Defaults(importer="US", currency="USD"))
    assert (columns.defaults.importer, columns.defaults.currency) == ("US", "USD")
    assert any("the option says USD" in note for note in notes(columns, "currency"))


def test_of_two_columns_the_more_specific_is_taken_and_said() -> None:
    columns = map_columns(["hts", "Value", "Entered Value"], {}, US)
    assert taken(columns)["customs_value"] == "Entered Value"
    (said,) = notes(columns, "customs_value")
    assert '"Entered Value" is taken; "Value" could be it too' in said
    assert '--map customs_value="Value"' in said


@pytest.mark.parametrize("line", ["Line Value", "Line Entered Value", "Line Total"])
def test_the_value_of_the_line_comes_before_the_total_of_its_entry(line: str) -> None:
    """Form 7501 has the total entered value once for the entry (block 35), a report in each row."""
    columns = map_columns(["hts", "Total Entered Value", line], {}, US)
    assert taken(columns)["customs_value"] == line
    assert '"Total Entered Value" could be it too' in notes(columns, "customs_value")[0]


@pytest.mark.parametrize(
    ("header", "field"),
    [("MOT", "mode"), ("Mode of Transportation", "mode"), ("Exportation Date", "shipped_date")],
)
def test_names_of_reports_of_entry_summaries_are_taken(header: str, field: str) -> None:
    """Unread, the harbor maintenance fee and the rules for goods in transit were left out."""
    assert taken(map_columns(["hts", "vfd", header], {}, US))[field] == header


def test_filed_duty_and_foreign_value_by_the_names_of_data_files() -> None:
    columns = map_columns(["hs_code", "value_foreign", "duty_filed"], {}, US)
    assert taken(columns)["filed_duty"] == "duty_filed"
    assert taken(columns)["customs_value"] == "value_foreign"
    assert "is in the currency of the invoice" in notes(columns, "currency")[0]


@pytest.mark.parametrize("header", ["Date d'entrée", "Date d\u2019entrée", "DATE D ENTREE"])
def test_an_entry_date_by_its_french_name(header: str) -> None:
    assert taken(map_columns(["hts", "value", header], {}, US))["entry_date"] == header


@pytest.mark.parametrize("header", [["Line", "Line"], ["Line", "line"], ["line ", "Line", "line"]])
def test_the_other_column_is_named_so_that_it_is_found(header: list[str]) -> None:
    whole = ["hts", "value", *header]
    (said,) = notes(map_columns(whole, {}, US), "line")
    found = re.search(r"Say --map line=(.+) for the other", said)
    assert found
    choice = found[1].strip('"')
    assert map_columns(whole, {"line": choice}, US).places["line"] == 3


def test_two_columns_of_one_name_are_asked_about() -> None:
    said = faults(["hts", "Entered Value", "Entered Value"])
    assert "--map customs_value=#2 or --map customs_value=#3" in said
    columns = map_columns(["hts", "Entered Value", "Entered Value"], {"value": "#3"}, US)
    assert columns.places["customs_value"] == 2
    assert map_columns(["hts", "vfd", "Description", "description"], {}, US).places


def test_a_choice_wins_and_may_use_a_flag_or_an_accepted_name() -> None:
    header = ["HTS", "Invoice total", "Entered Value"]
    for word in ("value", "customs_value", "Entered Value", "VFD"):
        assert map_columns(header, {word: "invoice TOTAL"}, US).places["customs_value"] == 1


def test_of_two_choices_for_a_field_the_later_holds() -> None:
    chosen = {"value": "Cost", "customs_value": "Net"}  # a profile's, and that of the command line
    assert taken(map_columns(["hs", "Net"], chosen, US))["customs_value"] == "Net"


def test_a_chosen_column_serves_no_other_field_by_itself() -> None:
    header = ["hts", "value", "Entry Date", "Release Date"]
    columns = map_columns(header, {"shipped_date": "Entry Date"}, Defaults("US", "CA"))
    assert taken(columns)["shipped_date"] == "Entry Date"
    assert taken(columns)["entry_date"] == "Release Date"


def test_an_empty_choice_leaves_a_field_out() -> None:
    header = ["hts", "value", "unit", "currency"]
    columns = map_columns(header, {"unit": "", "currency": ""}, US)
    assert set(columns.places) == {"classification", "customs_value"}


def test_a_choice_of_no_column_names_those_near() -> None:
    said = faults(["hts", "Entered Value"], {"value": "Enterd Valu", "orgin": "x"})
    assert 'no column is called "Enterd Valu"' in said
    assert 'Near it: "Entered Value"' in said
    assert '"orgin" is not a field; did you mean origin' in said


def test_a_field_like_none_is_told_where_all_are_listed() -> None:
    said = faults(["hts", "value"], {"foo": "value"})
    assert said == '--map: "foo" is not a field; `tariffcalc batch --help` lists them'
    listed = (batch.__doc__ or "").split("All fields, for --map: ")[1].split(".")[0]
    assert re.split(r",\s+", listed) == [*names.FIELDS, *names.BESIDE]


def test_all_missing_fields_are_named_at_once() -> None:
    said = faults(["SKU", "Notes"], given=Defaults())
    for key in names.REQUIRED:
        assert f"{key}: no column for it" in said
    assert "HTS Number - Full" in said
    assert '--map entry_date="HEADER" or --date' in said
    assert '--map classification="HEADER".' in said


@pytest.mark.parametrize(
    ("header", "key"),
    [("country", "origin"), ("date", "entry_date"), ("Unit Price", "customs_value")],
)
def test_what_can_be_read_in_two_ways_is_not_taken(header: str, key: str) -> None:
    given = Defaults("CA") if key != "customs_value" else US
    fields = {"hts": "", "vfd": "customs_value", "origin": "origin", "entry_date": "entry_date"}
    rest = [name for name, other in fields.items() if other != key]
    said = faults([*rest, header], given=given)
    assert f'{key}: no column for it: "{header}"' in said
    assert taken(map_columns([*rest, header], {key: header}, given))[key] == header


@pytest.mark.parametrize("bare", ["value", "Amount", "price", "Cost"])
def test_a_bare_value_beside_a_quantity_is_asked_about(bare: str) -> None:
    assert "price of one piece" in faults(["hts", bare, "Qty"])
    assert taken(map_columns(["hts", bare], {}, US))["customs_value"] == bare
    columns = map_columns(["hts", bare, "Qty", "Entered Value"], {}, US)
    assert taken(columns)["customs_value"] == "Entered Value"


@pytest.mark.parametrize("bare", ["Price (USD)", "Amount USD", "Montant CAD"])
@pytest.mark.parametrize("count", ["Qty", "Pieces", "Pcs.", "Qty shipped", "No. of units"])
def test_so_is_one_that_names_its_currency_or_a_count_of_another_name(
    bare: str, count: str
) -> None:
    assert "price of one piece" in faults(["hts", bare, count])
    assert "price of one piece" in faults(["hts", "Price", count], {"quantity": ""})
    assert taken(map_columns(["hts", "Value USD", count], {}, US))["customs_value"] == "Value USD"
    assert "price of one piece" in faults(["hts", "Unit price (USD)", count])


def test_a_header_in_both_languages_is_taken() -> None:
    header = [
        "Classification No. / N° de classement", "Country of Origin / Pays d'origine",
        "Value for Duty\nValeur en douane", "Release Date | Date de mainlevée",
        "Tariff Treatment/Traitement tarifaire", "Qty / Unit", "Value / Valeur (CAD)",
    ]  # fmt: skip
    columns = map_columns(header, {}, Defaults())
    assert list(columns.places.items()) == [
        ("entry_date", 3), ("origin", 1), ("classification", 0), ("customs_value", 2),
        ("preference", 4),
    ]  # fmt: skip
    assert (columns.report, columns.defaults.currency) == ("canadian", "CAD")


GENERAL = (
    '"{}" is taken also in rows that claim a preference. Write the rate of the preference in those'
    " rows, such as 0%, or say --map base_rate= with nothing behind it."
)


@pytest.mark.parametrize(
    "header",
    [
        "duty", "weight", "Rate of customs duty", "metal_share", "AD Duty", "CVD", "Anti-dumping",
        "Countervailing duty (USD)", "Special authority", "Autorisation spéciale", "Taux de droit",
        "Taux de droit de douane", "Total countervailing", "Droits antidumping",
        "Droits compensateurs",
    ],
)  # fmt: skip
def test_doubtful_columns_that_nothing_needs_are_a_warning(header: str) -> None:
    columns = map_columns(["hts", "vfd", header], {}, US)
    (note,) = [n for n in columns.notes if n.code == "doubtful-column"]
    assert note.severity == "warning"
    assert f'"{header}"' in note.message
    assert columns.header.index(header) not in columns.places.values()


def test_anti_dumping_and_countervailing_duty_apart_are_both_told_of() -> None:
    """The entry summary and the CAD (fields 124 and 125) have a column for each."""
    (said,) = notes(map_columns(["hts", "vfd", "AD Duty", "CVD Duty"], {}, US), "add_cvd")
    assert '"AD Duty" is one of the two' in said
    assert '"CVD Duty" is one of the two' in said


@pytest.mark.parametrize(
    ("header", "claims", "warned"),
    [
        (["hts", "vfd", "MFN Rate", "Tariff treatment"], (), True),
        (["hts", "vfd", "statutory_base_rate", "claims"], (), True),
        (["hts", "vfd", "MFN Rate"], ("usmca",), True),
        (["hts", "vfd", "MFN Rate"], (), False),
        (["hts", "vfd", "base_rate", "Tariff treatment"], (), False),
    ],
)
def test_a_general_rate_beside_a_preference_is_a_warning(
    header: list[str], claims: tuple[str, ...], warned: bool
) -> None:
    """8 % in a column "MFN Rate" is charged on goods under treatment 10, which are Free: a declared
    rate comes before the schedule and the preference, so a person must be told."""
    columns = map_columns(header, {}, US._replace(claims=claims))
    told = [str(note) for note in columns.notes if note.code == "general-rate"]
    assert told == ["base_rate: " + GENERAL.format(header[2])] * warned


def test_a_default_given_makes_a_doubtful_column_a_warning() -> None:
    columns = map_columns(["hts", "vfd", "country"], {}, US)
    assert any(
        "country of origin or the one it was exported from" in n for n in notes(columns, "origin")
    )


def test_near_misses_are_said_and_not_taken() -> None:
    assert 'Is it "Clasification"?' in faults(["Clasification", "vfd"])
    columns = map_columns(["hts", "vfd", "Quantityy"], {}, US)
    (note,) = [n for n in columns.notes if n.code == "near-miss"]
    assert 'quantity: "Quantityy" looks like it, not taken. Say --map quantity="Quantityy"' in str(
        note
    )


@pytest.mark.parametrize(
    ("header", "kind"),
    [("steel_pct", "percent"), ("Steel (%)", "percent"), ("Steel content percent", "percent"),
     ("steel_share", "share"), ("Acier_share", "share"), ("steel", None), ("Steel value", None)],
)  # fmt: skip
def test_the_header_says_how_a_content_is_written(header: str, kind: str | None) -> None:
    columns = map_columns(["hts", "vfd", header], {}, US)
    assert columns.places["steel"] == 2
    assert columns.kinds.get("steel") == kind
    if header == "steel":
        assert "steel_pct for 25 = 25 %" in notes(columns, "steel")[0]


def test_a_header_may_name_the_currency_of_the_values() -> None:
    for header, code in (("Value USD", "USD"), ("Entered Value (CAD)", "CAD"), ("VFD", "CAD")):
        assert map_columns(["hts", header], {}, US).defaults.currency == code
    assert "two" not in str(map_columns(["hts", "Total Duty (USD)", "value"], {}, US).notes)
    said = faults(["hts", "Value for duty", "currency"])
    assert '--map currency="currency" if the values are in that, else --map currency=' in said
    assert said.endswith("--map currency= with nothing behind it.")


@pytest.mark.parametrize(
    "header", ["36 Value for currency conversion", "Valeur pour change de devises"]
)
def test_a_value_for_conversion_needs_its_currency(header: str) -> None:
    """Field 36 of a B3 is the value in the currency of the invoice, which field 17 names; the value
    in Canadian dollars is field 37 (Customs Act, section 55). 1,000 USD were taxed as 1,000 CAD."""
    into = Defaults(importer="CA", origin="US", entry_date="2025-03-13")
    told = (
        f'currency: "{header}" is in the currency of the invoice, and no column names it.'
        ' Say --currency, or --map currency="HEADER".'
    )
    assert told in notes(map_columns(["hts", header], {}, into), "currency")
    for others, given in (
        ([], into._replace(currency="CAD")),
        (["17 Crcy. code"], into),
        (["Value for duty"], into),
    ):
        columns = map_columns(["hts", header, *others], {}, given)
        assert told not in notes(columns, "currency")


def test_what_holds_where_a_column_is_missing_is_said() -> None:
    columns = map_columns(["hts", "value"], {}, US)
    said = " ".join(str(note) for note in columns.notes)
    assert "values are in the importing country's currency" in said
    assert "every row is an entry of its own" in said
    assert "nothing is claimed" in said


def test_what_a_blank_currency_means_is_said() -> None:
    """A B3 may show the currency of all its lines on the first of them only."""
    header = ["hts", "origin", "value", "Crcy. code", "entry_date"]
    (said,) = [str(n) for n in map_columns(header, {}, US).notes if n.where == "currency"]
    assert said == (
        'currency: where "Crcy. code" is blank, values are in the importing country\'s currency.'
        " Say --currency for another."
    )
    notes = map_columns(header, {}, US._replace(currency="CAD")).notes
    assert not [note for note in notes if note.where == "currency"]


def test_blank_headers_and_thousands_of_columns_do_no_harm() -> None:
    header = ["hts", "vfd", "", " ", *(f"attribute {i}" for i in range(3000))]
    assert set(map_columns(header, {}, US).places) == {"classification", "customs_value"}
