"""`tariffcalc measures`: which measures were in force?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from tariffcalc.cli.options import (
    AssumeOption,
    CatalogueOption,
    Format,
    FormatOption,
    KnownOption,
    OverlayOption,
    open_catalogue,
)
from tariffcalc.cli.render import in_groups, write_json, write_rows
from tariffcalc.values.days import parse_day
from tariffcalc.values.issues import InputError, Issue

if TYPE_CHECKING:
    from tariffcalc.engine.in_force import InForce
    from tariffcalc.library import Catalogue


def measures(
    on: Annotated[
        str | None, typer.Option("--on", help="The day, YYYY-MM-DD; today when left out.")
    ] = None,
    into: Annotated[str | None, typer.Option(help="Importing country: US or CA.")] = None,
    origin: Annotated[str | None, typer.Option(help="Only over goods of this country.")] = None,
    hs: Annotated[
        str | None, typer.Option(help="Only over this tariff number, of 2 to 10 digits.")
    ] = None,
    status: Annotated[str, typer.Option(help="in_force, threatened, lifted or all.")] = "in_force",
    known_on: KnownOption = "day",
    assume: AssumeOption = None,
    overlay: OverlayOption = None,
    catalogue: CatalogueOption = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Which measures were in force on a day?

    For each: since when, until when, the rate, the origins, how many listed codes, and the act with
    its citation. What this lists is what a quote of that day considers.

    Example: tariffcalc measures --on 2018-08-01 --into CA
    """
    from tariffcalc.engine.in_force import Status

    opened = open_catalogue(catalogue, overlay)
    if status not in get_args(Status):
        message = f'"{status}" is not a status; it is one of {", ".join(get_args(Status))}'
        raise InputError([Issue("bad-status", "error", message, "--status")])
    day = _day(on)
    importer = _country(into, opened, "--into")
    _check_coverage(opened, day, importer)
    rows = opened.law(known_on, assume or ()).measures(
        day,
        importer=importer,
        origin=_country(origin, opened, "--origin"),
        classification=_code(hs),
        status=cast(Status, status),
    )
    if format_ is Format.JSON:
        from tariffcalc.engine.as_json import plain

        body = [{f.name: plain(getattr(row, f.name)) for f in fields(row)} for row in rows]
        write_json(
            {"schema": 1, "edition": opened.edition, "on": day.isoformat(), "measures": body}
        )
    elif format_ is Format.CSV:
        names = [f.name for f in fields(rows[0])] if rows else ["measure"]
        cells = [[_text(getattr(row, name)) for name in names] for row in rows]
        write_rows(format_, names, cells)
    elif not rows:
        typer.echo(f"no measure held here stood over that on {day}")
    elif format_ is Format.MD:
        groups = opened.store.groups
        lines = [(row.measure, *_cells(row, groups)) for row in rows]
        write_rows(format_, ("measure", *COLUMNS), lines)
    else:
        _write_table(rows, opened.store.groups)


Groups = Mapping[str, Sequence[str]]
COLUMNS = ("rate", "since", "until", "origins", "codes", "citation")


def _cells(row: InForce, groups: Groups) -> tuple[str, ...]:
    rate = row.rate if row.standing == "in_force" else f"{row.rate} ({row.standing})"
    return (
        rate,
        row.since.isoformat(),
        row.until.isoformat() if row.until else "",
        show_origins(row.origins, groups),
        "all" if row.codes is None else str(row.codes),
        f"{row.citation} ({row.known})",
    )


def _write_table(rows: list[InForce], groups: Groups) -> None:
    """Write the measures one below the other, each with the sheets that stood."""
    from rich.table import Table

    from tariffcalc.cli.render import console

    out = console()
    for measure in dict.fromkeys(row.measure for row in rows):
        own = [row for row in rows if row.measure == measure]
        shown = Table.grid(padding=(0, 2))
        for width in (12, 10, 10, 16, 5, None):
            shown.add_column(min_width=width, max_width=width, overflow="fold")
        shown.add_row(*COLUMNS, style="dim")
        for row in own:
            shown.add_row(*(cell.replace("[", "\\[") for cell in _cells(row, groups)))
        out.print(f"{measure}: {own[0].title}", style="bold", markup=False)
        out.print(shown)
        out.print()


def show_origins(origins: tuple[str, ...], groups: Groups) -> str:
    """Write origins shortly: all, all but the few, or the few; many are counted."""
    if origins and origins[0] == "*":
        left_out = in_groups([country.removeprefix("-") for country in origins[1:]], groups)
        return f"all but {_few(left_out)}" if left_out else "all"
    return _few(in_groups(origins, groups))


def _few(countries: list[str]) -> str:
    if len(countries) <= 6:
        return " ".join(countries)
    return f"{' '.join(countries[:4])} and {len(countries) - 4} more"


def _day(text: str | None) -> date:
    if text is None:
        return date.today()  # noqa: DTZ011  # the user's own day
    try:
        return parse_day(text)
    except ValueError as error:
        raise InputError([Issue("bad-date", "error", str(error), "--on")]) from None


def _country(text: str | None, catalogue: Catalogue, flag: str) -> str | None:
    from tariffcalc.engine.fields import read_country

    try:
        return read_country(text, catalogue.store) if text else None
    except ValueError as error:
        raise InputError([Issue("unknown-country", "error", str(error), flag)]) from None


def _code(text: str | None) -> str | None:
    from tariffcalc.values.codes import PREFIX_LENGTHS, digits_of

    if text is None:
        return None
    try:
        digits = digits_of(text)
        if len(digits) not in PREFIX_LENGTHS:
            raise ValueError(f'"{text}" has {len(digits)} digits; give 2, 4, 6, 8 or 10')
    except ValueError as error:
        raise InputError([Issue("bad-classification", "error", str(error), "--hs")]) from None
    return digits


def _check_coverage(catalogue: Catalogue, day: date, importer: str | None) -> None:
    from tariffcalc.library import check_held

    check_held(catalogue.store, day, importer, ("--on", "--into"))
    for country, text in catalogue.store.importers.items():
        if importer in (None, country) and day > parse_day(text["verified_through"]):
            followed = text["verified_through"]
            typer.echo(f"warning: the law of {country} was followed up to {followed}", err=True)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if value is None else str(value)
