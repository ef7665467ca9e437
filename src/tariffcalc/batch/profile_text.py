"""The text of a profile: its keys, and what is wrong with those it should not have."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from tariffcalc.catalogue.faults import checked
from tariffcalc.catalogue.models import File
from tariffcalc.catalogue.source import Table, read_yaml
from tariffcalc.values.issues import CatalogueError, InputError, Issue
from tariffcalc.values.nearest import nearest


class _DefaultsText(File):
    importer: str = ""
    origin: str = ""
    currency: str = ""
    entry_date: str = ""
    claims: list[str] = Field(default_factory=list)
    mode: str = ""
    province: str = ""


class ProfileText(File):
    """A profile as its file has it."""

    map: dict[str, str] = Field(default_factory=dict)
    defaults: _DefaultsText = Field(default_factory=_DefaultsText)
    date_format: Literal["MM/DD/YYYY", "DD/MM/YYYY"] | None = None
    delimiter: str | None = None
    encoding: str | None = None
    decimal_comma: Literal["yes", "no"] | None = None
    sheet: str | None = None


def read_profile(path: Path) -> ProfileText:
    """Read the text of a profile.

    Raises:
        InputError: naming every fault with file and line.
    """
    try:
        tree = read_yaml(path)
    except CatalogueError as error:
        raise InputError(error.issues) from None
    issues = _unknown_keys(tree, path) if isinstance(tree, Table) else []
    text = None if issues else checked(ProfileText, tree, path.name, issues)
    if text is None:
        raise InputError(issues)
    return text


def _unknown_keys(tree: Table, path: Path) -> list[Issue]:
    """Return the keys of a profile, and of its defaults, that mean nothing."""
    issues = []
    inner = tree.get("defaults")
    for table, model in ((tree, ProfileText), (inner, _DefaultsText)):
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
