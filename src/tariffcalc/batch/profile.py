"""A profile: how one company's files are to be read, kept in YAML and given with `--profile`.

`EXAMPLE` has every key. What a profile leaves out is found out, file by file.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Literal

from pydantic import Field

from tariffcalc.batch.columns import Defaults
from tariffcalc.catalogue.faults import checked
from tariffcalc.catalogue.models import File
from tariffcalc.catalogue.source import Table, read_yaml
from tariffcalc.values.issues import CatalogueError, InputError, Issue, nearest

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


class _DefaultsText(File):
    importer: str = ""
    origin: str = ""
    currency: str = ""
    entry_date: str = ""
    claims: list[str] = Field(default_factory=list)
    mode: str = ""
    province: str = ""


class _ProfileText(File):
    map: dict[str, str] = Field(default_factory=dict)
    defaults: _DefaultsText = Field(default_factory=_DefaultsText)
    date_format: Literal["MM/DD/YYYY", "DD/MM/YYYY"] | None = None
    delimiter: str | None = None
    encoding: str | None = None
    decimal_comma: Literal["yes", "no"] = "no"
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """How files are to be read. What is left out is found out, file by file."""

    map: dict[str, str] = field(default_factory=dict)
    defaults: Defaults = field(default_factory=Defaults)
    date_format: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    decimal_comma: bool = False
    sheet: str | None = None


def load_profile(path: Path) -> Profile:
    """Read a profile.

    Raises:
        InputError: naming every fault with file and line.
    """
    try:
        tree = read_yaml(path)
    except CatalogueError as error:
        raise InputError(error.issues) from None
    issues = _unknown_keys(tree, path) if isinstance(tree, Table) else []
    text = None if issues else checked(_ProfileText, tree, path.name, issues)
    if text is None:
        raise InputError(issues)
    given = text.defaults.model_dump()
    return Profile(
        dict(text.map),
        Defaults(**{**given, "claims": tuple(given["claims"])}),
        text.date_format,
        text.delimiter,
        text.encoding,
        text.decimal_comma == "yes",
        text.sheet,
    )


def lay_over(defaults: Defaults, options: Defaults) -> Defaults:
    """Return a profile's defaults with what the command line says in place of them."""
    given = {one.name: getattr(options, one.name) for one in fields(options)}
    return replace(defaults, **{name: value for name, value in given.items() if value})


def _unknown_keys(tree: Table, path: Path) -> list[Issue]:
    """Return the keys of a profile, and of its defaults, that mean nothing."""
    issues = []
    inner = tree.get("defaults")
    for table, model in ((tree, _ProfileText), (inner, _DefaultsText)):
        if not isinstance(table, Table):
            continue
        for key in table:
            if key in model.model_fields:
                continue
            like = nearest(key, model.model_fields) or model.model_fields
            message = f'the key "{key}" is not known here'
            hint = f"Did you mean {' or '.join(like)}?"
            where = f"{path.name} line {getattr(key, 'line', table.line)}"
            issues.append(Issue("extra-forbidden", "error", message, where, hint))
    return issues
