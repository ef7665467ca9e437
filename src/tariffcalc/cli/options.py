"""Options that several commands share, and what is opened for them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tariffcalc.values.issues import CatalogueError, InputError

if TYPE_CHECKING:
    from tariffcalc.library import Catalogue
    from tariffcalc.values.exchange import ExchangeRates


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MD = "md"


FormatOption = Annotated[
    Format, typer.Option("--format", "-f", help="table for people, json and csv for programs.")
]
CatalogueOption = Annotated[
    Path | None,
    typer.Option("--catalogue", help="A catalogue folder of your own instead of the shipped one."),
]
OverlayOption = Annotated[
    list[Path] | None,
    typer.Option("--overlay", help="A YAML file of measures to lay on top. Repeatable."),
]
KnownOption = Annotated[
    str,
    typer.Option(
        "--known-on",
        help="Law as known on a DATE, on the entry's own `day` (what was charged), or `now`.",
    ),
]
AssumeOption = Annotated[
    list[str] | None,
    typer.Option("--assume", help="Price a threatened act as law: ACT or ACT@DATE. Repeatable."),
]


def open_catalogue(folder: Path | None, overlays: list[Path] | None) -> Catalogue:
    """Open the catalogue that the options name."""
    from tariffcalc.library import load_catalogue

    return load_catalogue(folder, overlays or ())


def read_rates(file: Path) -> ExchangeRates:
    """Read the file of exchange rates that an option names."""
    from tariffcalc.catalogue.source import read_text
    from tariffcalc.values.exchange import parse_rates

    try:
        return parse_rates(read_text(file), file.name)
    except CatalogueError as error:
        raise InputError(error.issues) from None
