"""The Python lane: what a row says, what is wrong with a bad one, how its tables stay small."""

from __future__ import annotations

import gc
import json
import random
from collections.abc import Sequence
from decimal import Decimal

import pytest

from tariffcalc import Catalogue
from tariffcalc.batch import finder, keys, lane
from tariffcalc.batch.cells import CellError, CellReader
from tariffcalc.batch.columns import Defaults, map_columns
from tariffcalc.batch.csv_form import CsvForm
from tariffcalc.batch.declared import LineReader
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.plain import PLAIN
from tariffcalc.batch.remarks import NO_PROVINCE, Gaps
from tariffcalc.batch.result import COLUMNS
from tariffcalc.batch.rows import Block
from tariffcalc.batch.tally import FIRST_ROWS, Tally
from tariffcalc.engine.notices import gaps_touched
from tariffcalc.values.days import parse_day
from tariffcalc.values.exchange import parse_rates
from tariffcalc.values.issues import InputError

ODD = ("=7601.10.60", '"7601106030"', "7601;1", "-7601", " 7601.10.60 ", "", "7601.10.60,")
"""Codes that are refused, cleaned, or must be quoted."""

INGOT = {
    "entry_date": "2020-08-20", "origin": "CA", "classification": "7601.10.60",
    "customs_value": "100000.00", "importer": "US", "claims": "usmca",
}  # fmt: skip


def priced(
    catalogue: Catalogue,
    row: dict[str, str],
    *,
    defaults: Defaults | None = None,
    comma: bool = False,
    **options: object,
) -> dict[str, str]:
    """Return the result of one row under a header of just its columns."""
    columns = map_columns(tuple(row), {}, defaults or Defaults())
    cells = CellReader(catalogue.store, None, comma, columns.kinds)
    pricer = LinePricer(catalogue, columns, columns.defaults, cells, **options)  # type: ignore[arg-type]
    results = [pricer.price(list(row.values()), number) for number in (2, 3)]
    assert results[0] == results[1]
    return dict(zip(pricer.columns, results[0], strict=True))


def reader_of(catalogue: Catalogue) -> LineReader:
    columns = map_columns(tuple(INGOT), {}, Defaults())
    cells = CellReader(catalogue.store)
    return LinePricer(catalogue, columns, columns.defaults, cells).finder.reader


def without(row: dict[str, str], *names: str) -> dict[str, str]:
    return {name: cell for name, cell in row.items() if name not in names}


def test_a_row_says_all_that_quote_says(catalogue: Catalogue) -> None:
    assert priced(catalogue, INGOT) == {
        **dict.fromkeys(COLUMNS, ""),
        "status": "ok",
        "base_duty": "0.00",
        "charges": "us-232-aluminum=10000.00",
        "additional_duty": "10000.00",
        "total_duty": "10000.00",
        "fees": "0.00",
        "taxes": "0.00",
        "payable": "10000.00",
        "effective_rate": "10.00%",
        "measures": "us-232-aluminum",
        "headings": "9903.85.21",
        "citations": "85 FR 49921",
        "since_payable": "10000.00",
        "refundable": "0.00",
        "edition": catalogue.edition,
    }


def test_law_made_later_is_a_refund(catalogue: Catalogue) -> None:
    row = {**INGOT, "entry_date": "2020-09-10"}
    then, now = priced(catalogue, row), priced(catalogue, row, known_on="now")
    assert (then["payable"], then["since_payable"], then["refundable"]) == (
        "10000.00", "0.00", "10000.00",
    )  # fmt: skip
    assert (now["payable"], now["since_payable"], now["refundable"]) == ("0.00", "0.00", "0.00")


def test_an_assumed_act_is_priced(catalogue: Catalogue) -> None:
    row = {**INGOT, "entry_date": "2020-07-01"}
    threat = ("us-aluminum-threat-2020-06",)
    assert priced(catalogue, row)["payable"] == "0.00"
    assert priced(catalogue, row, assume=threat)["charges"] == "us-232-aluminum=10000.00"


def test_a_line_free_once_and_charged_since_is_not_known_to_be_free_now(
    catalogue: Catalogue,
) -> None:
    """Section 321 ended on 2025-08-29; beef pays by the kilogram, and no quantity is declared."""
    row = {
        **INGOT, "entry_date": "2025-08-29", "origin": "DE", "classification": "0201.10.05",
        "customs_value": "100.00", "claims": "section_321",
    }  # fmt: skip
    found = priced(catalogue, row, known_on="2025-04-05")
    assert (found["status"], found["payable"]) == ("ok", "0.00")
    assert (found["since_payable"], found["refundable"]) == ("unknown", "")


def test_a_refused_line_owes_nothing(catalogue: Catalogue) -> None:
    row = {**INGOT, "entry_date": "2026-09-30", "classification": "0404.10.05", "claims": ""}
    found = priced(catalogue, row)
    assert found["status"] == "prohibited"
    assert found["charges"] == "us-338-canada-ban=prohibited"
    assert {found[name] for name in ("total_duty", "payable", "since_payable", "refundable")} == {
        ""
    }


def test_unknown_amounts_say_why(catalogue: Catalogue) -> None:
    found = priced(catalogue, {**INGOT, "classification": "7601.10.61", "claims": ""})
    assert (found["status"], found["base_duty"], found["payable"]) == (
        "partial", "unknown", "unknown",
    )  # fmt: skip
    assert found["warnings"].startswith("unknown base_duty: no schedule held here has 7601.10.61")
    per_kilo = priced(catalogue, {**INGOT, "classification": "0406.10.08", "claims": ""})
    assert "quantity in kg not declared" in per_kilo["warnings"]
    later = priced(catalogue, {**INGOT, "entry_date": "2026-10-20", "claims": ""})
    assert later["fees"] == "unknown"
    assert "after-verified: the law of US was followed up to" in later["warnings"]
    assert "unknown us-mpf" in later["warnings"]


def test_a_quantity_makes_a_duty_per_unit_known(catalogue: Catalogue) -> None:
    row = {**INGOT, "classification": "0406.10.08", "claims": "", "quantity": "10", "unit": "kg"}
    found = priced(catalogue, row)
    declared = {**row, "claims": []}
    quote = catalogue.law().quote(catalogue.shipment(**declared))
    assert found["base_duty"] == f"{quote.totals.base_duty:.2f}"
    assert found["payable"] == f"{quote.totals.payable:.2f}"


@pytest.mark.parametrize(
    ("change", "code", "field", "words"),
    [
        ({"classification": "7601.1"}, "bad-classification", "classification", "has 5 digits"),
        ({"classification": "9903.01.10"}, "bad-classification", "classification", "beside that"),
        ({"classification": ""}, "missing-field", "classification", "; fill the cell"),
        ({"origin": ""}, "missing-field", "origin", "is missing; fill the cell or say --origin"),
        ({"entry_date": ""}, "missing-field", "entry_date", "; fill the cell or say --date"),
        ({"importer": ""}, "missing-field", "importer", "; fill the cell or say --into"),
        ({"origin": "Kanada"}, "unknown-country", "origin", "is no country code"),
        ({"entry_date": "2020-02-30"}, "bad-entry-date", "entry_date", "not a day"),
        ({"entry_date": "03/04/2020"}, "ambiguous-date", "entry_date", "--date-format"),
        ({"entry_date": "2017-12-31"}, "before-coverage", "entry_date", "Give a later day."),
        ({"importer": "DE"}, "importer-not-covered", "importer", "holds no law of DE"),
        ({"customs_value": "12,5"}, "bad-customs-value", "customs_value", "decimal comma"),
        ({"customs_value": "0.00"}, "bad-customs-value", "customs_value", "more than zero"),
        ({"customs_value": "1e3"}, "bad-customs-value", "customs_value", "exponent"),
        ({"customs_value": "١٢"}, "bad-customs-value", "customs_value", "plain number"),
        ({"claims": "usmka"}, "unknown-claim", "claims", "did you mean usmca"),
        ({"currency": "CAD"}, "no-exchange-rate", "currency", "--fx-rates"),
        ({"currency": "C"}, "bad-currency", "currency", "not a currency code"),
        ({"steel": "100001"}, "bad-content", "steel", "more than the customs value"),
        ({"quantity": "x"}, "bad-quantity", "quantity", "not a plain number"),
        ({"mode": "boat?"}, "bad-mode", "mode", "is no mode of transport"),
        ({"filed_duty": "-1"}, "bad-filed-duty", "filed_duty", "below zero"),
        (
            {"shipped_date": "2020-08-21"},
            "shipped-after-entry", "shipped_date", "after their entry",
        ),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named(
    catalogue: Catalogue, change: dict[str, str], code: str, field: str, words: str
) -> None:
    found = priced(catalogue, {**INGOT, **change})
    assert (found["status"], found["error_code"], found["error_field"]) == ("error", code, field)
    assert words in found["error_message"]
    amounts = COLUMNS[COLUMNS.index("base_duty") : COLUMNS.index("error_code")]
    assert {found[name] for name in amounts} == {""}


def test_ragged_and_blank_rows_come_out(catalogue: Catalogue) -> None:
    columns = map_columns(tuple(INGOT), {}, Defaults())
    pricer = LinePricer(catalogue, columns, columns.defaults, CellReader(catalogue.store))
    cells = list(INGOT.values())
    assert pricer.price(cells[:-1], 2)[COLUMNS.index("error_code")] == "ragged-row"
    assert pricer.price([*cells, "x"], 3)[COLUMNS.index("error_code")] == "ragged-row"
    assert pricer.price([*cells, ""], 4)[0] == "ok"
    assert [pricer.price(row, 5)[0] for row in ([], [""] * 6)] == ["blank", "blank"]
    sums = pricer.tally.as_json()
    assert sums["statuses"] == {"ok": 1, "error": 2, "blank": 2}
    assert sums["lines"] == 5
    assert sums["errors"] == {"ragged-row": {"count": 2, "first_rows": [2, 3]}}


def test_an_option_of_spaces_is_none() -> None:
    """An empty variable of a script gives one."""
    header = [name for name in INGOT if name != "origin"]
    with pytest.raises(InputError, match="--origin"):
        map_columns(header, {}, Defaults(origin=" "))


@pytest.mark.parametrize("blank", [" ", "'"])
def test_a_blank_option_says_nothing(catalogue: Catalogue, blank: str) -> None:
    columns = map_columns(tuple(INGOT), {}, Defaults(origin=blank, claims=(blank,)))
    pricer = LinePricer(catalogue, columns, columns.defaults, CellReader(catalogue.store))
    row = dict(
        zip(pricer.columns, pricer.price([*{**INGOT, "origin": ""}.values()], 2), strict=True)
    )
    assert (row["error_code"], row["error_field"]) == ("missing-field", "origin")
    assert row["error_message"] == "origin is missing; fill the cell or say --origin"


@pytest.mark.parametrize(
    ("cvd", "charge", "total", "since"),
    [("34.00", "34.00", "10034.00", "34.00"), ("0", "0.00", "10000.00", "0.00")],
)
def test_anti_dumping_duty_is_added_as_declared(
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    cvd: str,
    charge: str,
    total: str,
    since: str,
) -> None:
    """The ingot owes 10,000.00 (85 FR 49921), all of it void since (85 FR 68709), and what is said.

    The engine need not be asked.
    """
    monkeypatch.delattr(LinePricer, "_price_by_engine")
    found = priced(catalogue, INGOT | {"entry_date": "2020-09-10", "add_cvd": cvd})
    assert found["charges"] == f"us-232-aluminum=10000.00;anti_dumping={charge}"
    assert (found["additional_duty"], found["total_duty"]) == (total, total)
    assert (found["payable"], found["since_payable"]) == (total, since)
    assert found["refundable"] == "10000.00"


def test_all_that_a_row_of_totals_lacks_is_told(catalogue: Catalogue) -> None:
    total = "; if it is a row of totals, delete it"
    for blank, words in (
        (("entry_date", "importer", "origin", "classification"),
         "entry_date, importer, origin, classification are missing; fill the cells or say --date"
         " --into --origin" + total),
        (("classification",), "classification is missing; fill the cell"),
        (("entry_date", "claims"), "entry_date is missing; fill the cell or say --date"),
    ):  # fmt: skip
        found = priced(catalogue, INGOT | dict.fromkeys(blank, " "))
        assert (found["error_code"], found["error_field"]) == ("missing-field", blank[0])
        assert found["error_message"] == words


def test_defaults_hold_where_a_cell_is_blank_or_missing(catalogue: Catalogue) -> None:
    defaults = Defaults("US", "CA", "", "2020-08-20", ("usmca",))
    bare = without(INGOT, "importer", "origin", "entry_date", "claims")
    assert priced(catalogue, bare, defaults=defaults)["payable"] == "10000.00"
    blank = {**INGOT, "origin": "", "entry_date": "", "claims": ""}
    assert priced(catalogue, blank, defaults=defaults) == priced(catalogue, INGOT)
    denied = {**bare, "claims": "usmca=no"}
    assert priced(catalogue, denied, defaults=defaults)["fees"] == "346.40"


@pytest.mark.parametrize(
    ("column", "cell", "fees"),
    [
        ("CUSMA Claimed", "", "0.00"), ("CUSMA Claimed", "Yes", "0.00"),
        ("CUSMA Claimed", "No", "346.40"), ("SPI", "S", "0.00"), ("SPI", "KR", "346.40"),
        ("SPI", "none", "346.40"),
    ],
)  # fmt: skip
def test_a_row_that_says_no_is_not_claimed_by_default(
    catalogue: Catalogue, column: str, cell: str, fees: str
) -> None:
    # 19 CFR 24.23(c)(3): goods under a claim of USMCA owe no merchandise processing fee.
    row = {**without(INGOT, "claims"), column: cell}
    defaults = Defaults("", "", "", "", ("usmca",))
    assert priced(catalogue, row, defaults=defaults)["fees"] == fees
    stated = {**row, "claims": "usmca"}
    assert priced(catalogue, stated)["fees"] == "0.00"


def test_a_foreign_value_is_converted_to_the_cent_first(catalogue: Catalogue) -> None:
    row = {**INGOT, "customs_value": "100.01", "currency": "CAD", "fx": "0.75005"}
    assert priced(catalogue, row)["additional_duty"] == "7.50"  # on 75.01
    rates = parse_rates("date,currency,rate\n2020-08-14,USD,1.3333\n", "rates.csv")
    by_file = priced(catalogue, without(row, "fx"), rates=rates)
    assert by_file["additional_duty"] == "7.50"
    shipped = {**without(row, "fx"), "shipped_date": "2020-08-01"}
    refused = priced(catalogue, shipped, rates=rates)
    assert refused["error_code"] == "no-exchange-rate"
    assert "--fx-rates FILE with one of 2020-08-01 or the week before" in refused["error_message"]
    turned = priced(catalogue, {**row, "fx": "1.3333"})
    assert turned["warnings"] == "fx-direction: 1.3333 says that one CAD costs 1.3333 USD"


def test_a_rate_the_wrong_way_round_is_told_on_both_sides(catalogue: Catalogue) -> None:
    """A US dollar has cost more than a Canadian one on every day that is covered."""
    row = {
        **INGOT, "importer": "CA", "origin": "DE", "classification": "7214.20.00.00",
        "claims": "", "customs_value": "1000", "currency": "USD", "fx": "0.76",
    }  # fmt: skip
    said = "fx-direction: 0.76 says that one USD costs 0.76 CAD"
    assert said in priced(catalogue, row)["warnings"]
    assert "fx-direction" not in priced(catalogue, row | {"fx": "1.31"})["warnings"]
    assert "fx-direction" not in priced(catalogue, row | {"currency": "MXN"})["warnings"]
    shipment = catalogue.shipment(
        importer="CA", entry_date="2020-08-20", origin="DE", classification="7214.20.00.00",
        customs_value="1000", currency="USD", fx="0.76",
    )  # fmt: skip
    issues = catalogue.law().quote(shipment).issues
    (told,) = [issue for issue in issues if issue.code == "fx-direction"]
    assert told.message == "--fx 0.76 says that one USD costs 0.76 CAD"


def test_a_rate_of_duty_beyond_reason_is_an_error_of_its_row(catalogue: Catalogue) -> None:
    row = {**INGOT, "customs_value": "200000000", "base_rate": "9" * 32 + "%"}
    assert priced(catalogue, row)["error_code"] == "bad-base-rate"
    high = {**row, "customs_value": "999999999999999", "base_rate": "99999%"}
    assert priced(catalogue, high)["base_duty"] == "999989999999999000.01"  # x 999.99


def test_the_effective_rate_is_rounded_half_up(catalogue: Catalogue) -> None:
    """Of 16.00 at 2.6 %, 0.416 is owed, so 0.42: that is 2.625 % of it, told as 2.63%."""
    row = {**INGOT, "customs_value": "16", "base_rate": "2.6%", "entry_date": "2018-01-15"}
    found = priced(catalogue, without(row, "claims"))
    assert (found["total_duty"], found["effective_rate"]) == ("0.42", "2.63%")


def test_a_currency_in_the_cell_of_the_value_is_taken(catalogue: Catalogue) -> None:
    row = {**INGOT, "customs_value": "C$100.01", "fx": "0.75005"}
    assert priced(catalogue, row)["additional_duty"] == "7.50"  # on 75.01
    assert priced(catalogue, without(row, "fx"))["error_code"] == "no-exchange-rate"
    own = {**INGOT, "customs_value": "US$100,000.00"}
    assert priced(catalogue, own) == priced(catalogue, INGOT)
    assert priced(catalogue, {**own, "currency": "USD"})["warnings"] == ""
    other = priced(catalogue, {**own, "currency": "CAD", "fx": "0.75"})
    assert (other["error_code"], other["error_field"]) == ("two-currencies", "customs_value")
    assert (
        '"US$100,000.00" is in USD, and the currency column or option says CAD'
        in (other["error_message"])
    )


def test_a_currency_in_one_cell_is_not_that_of_rows_like_it(catalogue: Catalogue) -> None:
    rows = [{**INGOT, "customs_value": value} for value in ("100 CAD", "100", "100 CAD", "100")]
    columns = map_columns(tuple(INGOT), {}, Defaults())
    cells = CellReader(catalogue.store)
    rates = parse_rates("date,currency,rate\n2020-08-14,USD,1.25\n", "rates.csv")
    pricer = LinePricer(catalogue, columns, columns.defaults, cells, rates=rates)
    place = pricer.columns.index("additional_duty")
    found = [pricer.price(list(row.values()), 2)[place] for row in rows]
    assert found == ["8.00", "10.00", "8.00", "10.00"]  # CAD 100 at 1.25 for USD 1 is USD 80


def test_a_rate_of_exchange_without_a_currency_is_an_error(catalogue: Catalogue) -> None:
    row = {**INGOT, "fx": "1.39"}
    found = priced(catalogue, row)
    assert (found["error_code"], found["error_field"]) == ("rate-without-currency", "fx")
    assert "the value is in USD" in found["error_message"]
    assert priced(catalogue, {**row, "fx": "1.0000"}) == priced(catalogue, INGOT)
    assert priced(catalogue, {**row, "currency": "USD"}) == priced(catalogue, INGOT)
    assert priced(catalogue, {**row, "currency": "CAD", "fx": "0.75"})["status"] == "ok"


def test_a_filed_duty_that_was_computed_and_is_unknown_is_none(catalogue: Catalogue) -> None:
    row = {**INGOT, "filed_duty": "unknown"}
    assert priced(catalogue, row) == priced(catalogue, INGOT)
    assert priced(catalogue, {**row, "filed_duty": "prohibited"}) == priced(catalogue, INGOT)


def test_cells_are_cleaned_and_warned_of(catalogue: Catalogue) -> None:
    row = {**INGOT, "customs_value": "$100,000.00", "origin": "Canada"}
    assert priced(catalogue, row) == priced(catalogue, INGOT)
    cheese = {**INGOT, "classification": "406905200"}
    warning = 'classification: leading zero restored: "406905200" read as 0406905200'
    assert warning in priced(catalogue, cheese)["warnings"]
    euros = {**INGOT, "customs_value": "100.000,00"}
    assert priced(catalogue, euros, comma=True)["payable"] == "10000.00"


def test_gaps_of_the_catalogue_are_warned_of(catalogue: Catalogue) -> None:
    row = {**INGOT, "origin": "CN", "entry_date": "2019-05-01"}
    warnings = priced(catalogue, row)["warnings"].split("; ")
    assert warnings[0] == "claim-without-effect: usmca frees base duty of CA and MX goods only"
    assert warnings[1].startswith("not-covered: Section 301 duties on goods of China")


@pytest.mark.parametrize(
    ("change", "warned"),
    [
        ({}, True), ({"province": ""}, True), ({"claims": "personal;usmca"}, True),
        ({"province": "AB"}, False), ({"claims": "personal;zero_rated"}, False),
        ({"claims": ""}, False), ({"importer": "US"}, False),
    ],
)  # fmt: skip
def test_personal_goods_without_a_province_are_warned_of(
    catalogue: Catalogue, change: dict[str, str], warned: bool
) -> None:
    """They owe the tax of the importer's province, but for Alberta and the territories (CBSA
    Memorandum D17-1-22, paragraphs 1 to 5): with none declared, what is payable is too low."""
    fridge = {"importer": "CA", "origin": "US", "classification": "84181090", "claims": "personal"}
    row = {**INGOT, **fridge, "entry_date": "2024-06-01", **change}
    assert (NO_PROVINCE in priced(catalogue, row)["warnings"]) == warned


@pytest.mark.parametrize(
    ("origin", "day", "warned"),
    [
        ("RU", "2022-03-01", False), ("RU", "2022-03-02", True), ("BY", "2026-10-01", True),
        ("KP", "2018-01-01", True), ("UA", "2026-10-01", False),
    ],
)  # fmt: skip
def test_the_general_tariff_is_warned_of(
    catalogue: Catalogue, origin: str, day: str, warned: bool
) -> None:
    """35 %, not the rate of most favoured nations: SOR/2022-35 on Russia and Belarus, from its
    registration on 2 March 2022 (CBSA Customs Notice 22-02), and North Korea all along."""
    row = {**INGOT, "importer": "CA", "origin": origin, "entry_date": day, "claims": ""}
    row["classification"] = "84181090"
    assert ("not-covered: General Tariff of 35%" in priced(catalogue, row)["warnings"]) == warned


def test_gaps_as_bits_are_those_of_quote(catalogue: Catalogue) -> None:
    chance = random.Random(1)
    codes = ("85414060", "84501100", "72081000", "22042120", "9405990000", "04041005")
    for importer in ("US", "CA"):
        gaps = Gaps(catalogue.store, importer)
        for _ in range(500):
            day = random_day(chance)
            code, origin = chance.choice(codes), chance.choice(("CN", "MX", "US", "BR", "DE", "NI"))
            on = parse_day(day)
            bits = gaps.code(code) & gaps.origin(origin) & gaps.day(on)
            touched = gaps_touched(catalogue.store, importer, code, origin, on)
            assert gaps.titles(bits) == [gap["title"] for gap in touched]


def test_a_filed_duty_is_compared(catalogue: Catalogue) -> None:
    for filed, less in (("10000", "0.00"), ("$10,500.25", "500.25"), ("0", "-10000.00")):
        assert priced(catalogue, {**INGOT, "filed_duty": filed})["filed_minus_computed"] == less
    assert priced(catalogue, {**INGOT, "filed_duty": ""})["filed_minus_computed"] == ""


def test_measures_may_have_columns_of_their_own(catalogue: Catalogue) -> None:
    own = ("us-232-steel", "us-232-aluminum")
    found = priced(catalogue, INGOT, charges=own)
    assert [found[name] for name in own] == ["", "10000.00"]
    assert "charges" not in found


def random_day(chance: random.Random) -> str:
    return f"{chance.randint(2018, 2026)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"


def rows_of(chance: random.Random, count: int) -> list[list[str]]:
    codes = ("7601.10.60", "7208.10.00.00", "0406.90.95", "8471.30.01.00", "2204.21.20")
    return [
        [
            random_day(chance),
            chance.choice(("CA", "MX", "CN", "DE", "RU")),
            chance.choice(codes)
            if chance.random() < 0.9
            else f"{chance.randint(10**7, 10**8 - 1)}",
            f"{chance.randint(1, 10**7) / 100:.2f}",
            chance.choice(("US", "CA")),
            chance.choice(("", "usmca", "section_321", "personal")),
        ]
        for _ in range(count)
    ]


def answers(catalogue: Catalogue, rows: Sequence[Sequence[str]]) -> tuple[list[object], Tally]:
    columns = map_columns(tuple(INGOT), {}, Defaults())
    pricer = LinePricer(catalogue, columns, columns.defaults, CellReader(catalogue.store))
    return [pricer.price(row, number) for number, row in enumerate(rows, 2)], pricer.tally


def test_tables_that_are_full_are_filled_anew(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of(random.Random(2), 400)
    expected, sums = answers(catalogue, rows)
    monkeypatch.setattr(finder, "CAP", 5)
    monkeypatch.setattr(keys, "CAP", 3)
    monkeypatch.setattr(finder, "MANNERS", 3)
    monkeypatch.setattr(lane, "RESOLVED", 7)
    monkeypatch.setattr(lane, "READY", 11)
    found, again = answers(catalogue, rows)
    assert found == expected
    assert without_resolved(again) == without_resolved(sums)


def test_codes_without_end_take_no_room_without_end(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (finder, keys, lane):
        monkeypatch.setattr(module, "CAP", 8)
    columns = map_columns(tuple(INGOT), {}, Defaults())
    pricer = LinePricer(catalogue, columns, columns.defaults, CellReader(catalogue.store))
    for number in range(200):
        row = {**INGOT, "classification": f"{76011060 + number}"}
        assert pricer.price(list(row.values()), number)[0] in ("ok", "partial")
        assert len(pricer.finder.lanes["US"].goods) <= 9


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_line_is_printed_as_its_row_is_written(catalogue: Catalogue, delimiter: str) -> None:
    rows = rows_of(random.Random(5), 300)
    rows[::7] = [
        [*row[:2], chance, *row[3:]] for row, chance in zip(rows[::7], ODD * 9, strict=False)
    ]
    columns = map_columns(tuple(INGOT), {}, Defaults())
    cells = CellReader(catalogue.store)
    one, other = (LinePricer(catalogue, columns, columns.defaults, cells) for _ in range(2))
    form = CsvForm(delimiter, "\r\n", len(INGOT))
    printed = one.printer(form).print(Block([*map(form.start, rows)], rows), 2)
    assert printed == [form.row(row, other.price(row, n)) for n, row in enumerate(rows, 2)]
    assert one.tally.as_json() == other.tally.as_json()


def test_no_law_is_met_by_a_printed_row_that_is_refused(catalogue: Catalogue) -> None:
    columns = map_columns(tuple(INGOT), {}, Defaults())
    one, other = (
        LinePricer(catalogue, columns, columns.defaults, CellReader(catalogue.store))
        for _ in range(2)
    )
    form = CsvForm(",", "\n", len(INGOT))
    known = {**INGOT, "origin": "CA", "classification": "8471.30.01.00"}
    rows = [[*known.values()], [*{**known, "origin": "CN"}.values()]]
    rows += [[*{**INGOT, "customs_value": value}.values()] for value in ("0", "(5)", "a")]
    printed = one.printer(form).print(Block([*map(form.start, rows)], rows), 2)
    assert [",error," in line for line in printed] == [False, False, True, True, True]
    for number, row in enumerate(rows, 2):
        other.price(row, number)
    assert one.tally.as_json() == other.tally.as_json()


FILED = (
    "",
    "",
    "0",
    "25.00",
    "$1,234.50",
    "0.005",
    "FREE",
    "-1",
    "x",
    "1e3",
    "12.3400",
    "1" + "0" * 15,
)


def test_filed_duties_are_printed_as_rows_are_written(catalogue: Catalogue) -> None:
    """An ordinary row stays one where the duty that was filed is a plain amount."""
    chance = random.Random(9)
    rows = [[*row, *chance.choices(FILED, k=2)] for row in rows_of(chance, 600)]
    header = (*INGOT, "filed_duty", "filed_surtax")
    columns = map_columns(header, {}, Defaults())
    cells = CellReader(catalogue.store)
    one, other = (LinePricer(catalogue, columns, columns.defaults, cells) for _ in range(2))
    form = CsvForm(",", "\n", len(header))
    printer, price = one.printer(form), one.price
    by_row: list[Sequence[str]] = []
    printer._price = lambda cells, number: by_row.append(cells) or price(cells, number)  # type: ignore[func-returns-value]
    printed = printer.print(Block([*map(form.start, rows)], rows), 2)
    assert printed == [form.row(row, other.price(row, n)) for n, row in enumerate(rows, 2)]
    assert one.tally.as_json() == other.tally.as_json()
    plain = [row for row in rows if {*row[-2:]} <= {"", "0", "25.00", "$1,234.50", "12.3400"}]
    assert len(plain) > 100
    assert sum(row in by_row for row in plain) < len(plain) // 2  # the first of each kind


def without_resolved(tally: Tally) -> dict[str, object]:
    return {key: part for key, part in tally.as_json().items() if key != "resolved"}


def test_sums_are_those_of_the_rows(catalogue: Catalogue) -> None:
    rows = rows_of(random.Random(3), 300)
    results, tally = answers(catalogue, rows)
    sums = tally.as_json()
    assert json.loads(json.dumps(sums)) == sums
    assert sums["lines"] == 300
    for importer, currency in (("US", "USD"), ("CA", "CAD")):
        of = [
            dict(zip(COLUMNS, result, strict=True))
            for row, result in zip(rows, results, strict=True)
            if row[4] == importer
        ]
        known = [row for row in of if row["status"] == "ok"]
        steel = sum(charge(row, "us-232-steel") for row in of)
        shown = sums["currencies"][currency]
        assert shown["lines"] == len(of)
        assert Decimal(shown["by_measure"].get("us-232-steel", "0")) == steel
        assert Decimal(shown["payable"]) >= sum(Decimal(row["payable"]) for row in known)
        assert Decimal(shown["refundable"]) == sum(Decimal(row["refundable"] or 0) for row in of)
        for kind in ("by_chapter", "by_origin", "by_month"):
            for name in ("lines", "customs_value", "duty"):
                parts = sum(Decimal(part[name]) for part in shown[kind].values())
                assert parts == Decimal(shown[name])


def charge(row: dict[str, str], measure: str) -> Decimal:
    if row["status"] == "prohibited":
        return Decimal(0)
    amounts = dict(part.split("=") for part in row["charges"].split(";") if part)
    amount = amounts.get(measure, "0")
    return Decimal(0) if amount == "unknown" else Decimal(amount)


def test_sums_of_parts_are_merged(catalogue: Catalogue) -> None:
    rows = rows_of(random.Random(4), 200)
    rows[::9] = [["2020-01-01", "??", "7601.10.60", "1", "US", ""]] * len(rows[::9])
    _, whole = answers(catalogue, rows)
    _, merged = answers(catalogue, rows[:120])
    _, rest = answers(catalogue, rows[120:])
    merged.merge(rest)
    found, expected = without_resolved(merged), without_resolved(whole)
    assert found["currencies"] == expected["currencies"]
    assert found["statuses"] == expected["statuses"]
    (faults,) = merged.errors.values()
    assert len(faults.rows) == FIRST_ROWS
    assert faults.count == len(rows[::9])


def test_a_plain_text_says_what_it_says_with_blanks_around_it(catalogue: Catalogue) -> None:
    reader = reader_of(catalogue)
    for name, raw in (
        ("classification", "76011060"), ("classification", "7601.10.60"),
        ("classification", "7601.10.6030"), ("classification", "7601.10.60.30"),
        ("entry_date", "2020-08-16"), ("shipped_date", "2024-02-29"),
    ):  # fmt: skip
        assert PLAIN[name](raw) == reader.field(name, f" {raw} ")[0]
    for name, raw in (
        ("classification", "7601"), ("classification", "7601-10-60"), ("classification", "x"),
        ("entry_date", "2023-02-29"), ("entry_date", "20200816"),
    ):  # fmt: skip
        assert PLAIN[name](raw) is None


def test_of_cells_that_cannot_be_read_only_words_are_kept(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error holds the frames in which it was met, and so whole rows of the file."""
    monkeypatch.setattr("tariffcalc.batch.declared.FAULTS", 4)
    reader = reader_of(catalogue)
    for _ in range(2):
        for number in range(10):
            with pytest.raises(CellError, match=f"no code {number}"):
                reader.field("classification", f"no code {number}")
    gc.collect()
    kept = [one for one in gc.get_objects() if isinstance(one, CellError)]
    assert not [error for error in kept if "no code" in error.message]
