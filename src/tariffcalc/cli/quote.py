"""`tariffcalc quote`: what does this shipment owe?"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tariffcalc.cli.options import (
    AssumeOption,
    CatalogueOption,
    Format,
    FormatOption,
    OverlayOption,
    open_catalogue,
    read_rates,
)
from tariffcalc.cli.render import write_json
from tariffcalc.values.issues import CatalogueError, InputError, Issue

if TYPE_CHECKING:
    from tariffcalc.engine.shipment import Shipment
    from tariffcalc.library import Catalogue

Text = str | None


def quote(
    shipment: Annotated[
        Path | None, typer.Argument(help="A shipment file in YAML; `-` for stdin.")
    ] = None,
    into: Annotated[Text, typer.Option(help="Importing country: US or CA.")] = None,
    origin: Annotated[Text, typer.Option(help="Country of origin, such as CA.")] = None,
    hs: Annotated[Text, typer.Option(help="Tariff number, 8 or 10 digits.")] = None,
    value: Annotated[Text, typer.Option(help="Customs value.")] = None,
    currency: Annotated[
        Text, typer.Option(help="Its currency; the importing country's when left out.")
    ] = None,
    date_: Annotated[
        Text, typer.Option("--date", help="Entry date, YYYY-MM-DD; today when left out.")
    ] = None,
    shipped: Annotated[
        Text, typer.Option(help="Day on which the goods left for the importing country.")
    ] = None,
    claim: Annotated[
        list[str] | None,
        typer.Option(help="A claim made, such as usmca; usmca=no denies it. Repeatable."),
    ] = None,
    content: Annotated[
        list[str] | None,
        typer.Option(help="Part of the value: steel=400 or us_content=60%. Repeatable."),
    ] = None,
    quantity: Annotated[Text, typer.Option(help="Quantity, for duties per unit.")] = None,
    unit: Annotated[Text, typer.Option(help="Its unit: kg, t, L, each, dozen, m2 ...")] = None,
    base_rate: Annotated[
        Text, typer.Option(help="Base rate to use instead of the schedule's, such as 2.6%.")
    ] = None,
    fx: Annotated[
        Text,
        typer.Option(help="Price of one unit of the currency in the importing country's."),
    ] = None,
    fx_rates: Annotated[
        Path | None,
        typer.Option(
            help="File of rates: Bank of Canada Valet CSV or JSON, or date,currency,rate in"
            " Canadian dollars."
        ),
    ] = None,
    mode: Annotated[Text, typer.Option(help="ocean, air, truck, rail, mail or courier.")] = None,
    province: Annotated[
        Text, typer.Option(help="Province of the importer, for personal imports.")
    ] = None,
    add_cvd: Annotated[
        Text, typer.Option(help="Anti-dumping and countervailing duty, as an amount.")
    ] = None,
    known_on: Annotated[
        Text,
        typer.Option(
            help="Law as known on a DATE, on the entry's own `day` (the default: what the border"
            " charged), or `now`."
        ),
    ] = None,
    assume: AssumeOption = None,
    overlay: OverlayOption = None,
    catalogue: CatalogueOption = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show why every other measure did not apply.")
    ] = False,
    format_: FormatOption = Format.TABLE,
) -> None:
    """What does this shipment owe?

    Describe the goods by flags or in a file. The answer gives every duty, fee and tax with its
    base, rate, amount, heading and citation; what was not charged and why; the facts that would
    change it; and what is owed as the law stands now.

    Example: tariffcalc quote --into US --origin CA --hs 7601.10.60 --value 100000
    --date 2020-08-20 --claim usmca
    """
    opened = open_catalogue(catalogue, overlay)
    declared = _from_file(shipment) if shipment else {}
    flags: dict[str, Any] = {
        "importer": into, "origin": origin, "classification": hs, "customs_value": value,
        "currency": currency, "entry_date": date_, "shipped_date": shipped, "claims": claim,
        "contents": _contents(content), "quantity": quantity, "unit": unit,
        "base_rate": base_rate, "fx": fx, "mode": mode, "province": province,
        "add_cvd": add_cvd, "known_on": known_on, "assume": assume,
    }  # fmt: skip
    given = {key: flag for key, flag in flags.items() if flag is not None}
    _refuse_mixing(declared, given)
    declared.update(given)
    declared.setdefault("entry_date", date.today().isoformat())  # noqa: DTZ011  # the user's day
    from tariffcalc.engine.declare import read_request

    request = read_request(declared, opened.store)
    priced = _with_rate(request.shipment, fx_rates, opened)
    answer = opened.law(request.known_on, request.assume).quote(priced)
    if format_ is Format.JSON:
        from tariffcalc.engine.as_json import as_json

        write_json(as_json(answer))
        return
    from tariffcalc.cli import quote_table

    quote_table.write(answer, format_, explain)


def _from_file(path: Path) -> dict[str, Any]:
    from tariffcalc.catalogue.source import Table, read_yaml

    if str(path) == "-":
        path = Path("/dev/stdin")
    try:
        body = read_yaml(path)
    except CatalogueError as error:
        raise InputError(error.issues) from None
    if not isinstance(body, Table):
        message = "must be fields such as importer, entry_date and lines"
        raise InputError([Issue("not-a-shipment", "error", message, path.name)])
    return body


def _refuse_mixing(declared: dict[str, Any], given: dict[str, Any]) -> None:
    from tariffcalc.engine.declare import OF_LINE

    mixed = [key for key in given if key in OF_LINE] if "lines" in declared else []
    if mixed:
        message = f"{', '.join(mixed)} by flag cannot be told apart over the lines of the file"
        raise InputError(
            [Issue("flag-and-lines", "error", message, "flags", "Write it at the line.")]
        )


def _contents(texts: list[str] | None) -> dict[str, str] | None:
    if texts is None:
        return None
    parts = [text.partition("=") for text in texts]
    missing = [name for name, equals, _ in parts if not equals]
    if missing:
        message = f'"{missing[0]}" has no amount; write {missing[0]}=400 or {missing[0]}=60%'
        raise InputError([Issue("bad-content", "error", message, "--content")])
    return {name: amount for name, _, amount in parts}


def _with_rate(shipment: Shipment, file: Path | None, catalogue: Catalogue) -> Shipment:
    """Take the exchange rate of the day the goods left, else of the entry date, from a file."""
    own = catalogue.store.importers.get(shipment.importer, {}).get("currency")
    if file is None or shipment.fx is not None or shipment.currency in (None, own):
        return shipment
    day = shipment.shipped_date or shipment.entry_date
    found = read_rates(file).price(shipment.currency or "", own or "", day)
    if found is None:
        message = f"holds no rate of {shipment.currency} in {own} for {day} or the week before"
        raise InputError([Issue("no-exchange-rate", "error", message, file.name)])
    if shipment.shipped_date is None:
        print(f"note: no shipped date; the rate of {found.day} is used", file=sys.stderr)
    return shipment._replace(fx=found.rate, fx_date=found.day)
