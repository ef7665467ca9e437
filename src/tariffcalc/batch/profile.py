"""A profile: how one company's files are to be read, kept in YAML and given with `--profile`.

`EXAMPLE` has every key. What a profile leaves out is found out, file by file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tariffcalc.batch.columns import Defaults

EXAMPLE = """\
map: {customs_value: Invoice total, origin: Made in, unit: ""}
defaults: {importer: CA, currency: USD, claims: [usmca]}
date_format: DD/MM/YYYY
delimiter: semicolon
encoding: cp1252
decimal_comma: yes
sheet: Lines
"""
"""An empty header leaves a field out."""


class Profile(NamedTuple):
    """How files are to be read. What is left out is found out, file by file."""

    map: Mapping[str, str] = MappingProxyType({})
    defaults: Defaults = Defaults()
    date_format: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    decimal_comma: bool | None = None
    sheet: str | None = None


def load_profile(path: Path) -> Profile:
    """Read a profile.

    Raises:
        InputError: naming every fault with file and line.
    """
    from tariffcalc.batch.profile_text import read_profile  # few files have one: it loads pydantic

    text = read_profile(path)
    given = text.defaults.model_dump()
    return Profile(
        dict(text.map),
        Defaults(**{**given, "claims": tuple(given["claims"])}),
        text.date_format,
        text.delimiter,
        text.encoding,
        None if text.decimal_comma is None else text.decimal_comma == "yes",
        text.sheet,
    )


def lay_over(defaults: Defaults, options: Defaults) -> Defaults:
    """Return a profile's defaults with what the command line says in place of them."""
    given = options._asdict().items()
    return defaults._replace(**{name: value for name, value in given if value})
