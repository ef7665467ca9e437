"""What does not fit the shape of a file, in the words of a person, with the line it stands on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tariffcalc.catalogue import models
from tariffcalc.catalogue.source import Tree, line_at
from tariffcalc.values.issues import Issue
from tariffcalc.values.nearest import nearest

FileModel = TypeVar("FileModel", bound=models.File)
Place = tuple[int | str, ...]

WORDS = {
    "string_type": "must be a word or a line of text",
    "list_type": "must be a list",
    "dict_type": "must be a table of keys",
    "model_type": "must be a table of keys",
    "too_short": "must not be empty",
}
HINTS = {"missing": "Add it.", "too_short": "Fill it in."}


def checked(model: type[FileModel], tree: Tree, file: str, issues: list[Issue]) -> FileModel | None:
    """Hold a tree against the shape of its file; None, and issues, when it does not fit."""
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        faults = error.errors()
        # Goods are the word all or a list: what is wrong with the list says enough.
        other = {_place(fault) for fault in faults if fault["type"] != "literal_error"}
        told = [f for f in faults if f["type"] != "literal_error" or _place(f) not in other]
        issues += dict.fromkeys(_issue(fault, tree, file) for fault in told)
        return None


def _place(fault: ErrorDetails) -> Place:
    return tuple(step for step in fault["loc"] if not str(step).endswith("]"))


def _issue(fault: ErrorDetails, tree: Tree, file: str) -> Issue:
    place, kind = _place(fault), fault["type"]
    line, hint = line_at(tree, place), HINTS.get(kind, "")
    if kind in ("extra_forbidden", "missing"):
        *above, key = place
        message = f'the key "{key}" ' + ("is missing" if kind == "missing" else "is not known here")
        if kind == "extra_forbidden":
            line = _line_of_key(tree, place)
            like = nearest(str(key), KEYS)
            hint = f"Did you mean {' or '.join(like)}?" if like else "Take it out."
        words = _in_words(tuple(above))
    else:
        words, message = _in_words(place), _message(fault)
    message = f"{words}: {message}" if words else message
    return Issue(kind.replace("_", "-"), "error", message, f"{file} line {line}", hint)


def _message(fault: ErrorDetails) -> str:
    kind, given, more = fault["type"], fault["input"], fault.get("ctx", {})
    shown = f'"{given[:60]}" ' if isinstance(given, str) else ""
    if kind == "value_error":
        return str(more["error"])
    if kind == "literal_error":
        return f"{shown}is not {more['expected']}"
    if kind == "string_pattern_mismatch":
        form = models.FORMS.get(str(more["pattern"]), f"of the form {more['pattern']}")
        return f"{shown}is not {form}"
    return WORDS.get(kind, fault["msg"])


def _in_words(place: Place) -> str:
    """Write a path as a person counts: ("acts", 0, "paints", 1) is "act 1, paint 2"."""
    words: list[str] = []
    for step in place:
        if isinstance(step, int):
            thing = words.pop().removesuffix("s") if words else "entry"
            words.append(f"{thing} {step + 1}")
        else:
            words.append(step)
    return ", ".join(words)


def _line_of_key(tree: Tree, place: Place) -> int:
    parent: Any = tree
    for step in place[:-1]:
        parent = parent[step]
    return next((key.line for key in parent if key == place[-1]), line_at(tree, place))


def _keys(model: type[models.File]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield field.alias or name


KEYS = sorted(
    {
        key
        for model in vars(models).values()
        if isinstance(model, type) and issubclass(model, models.File)
        for key in _keys(model)
    }
)
"""Every key that some file may have."""
