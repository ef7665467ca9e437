"""Strict YAML: everything is text, every value knows its line, nothing in a file can surprise.

Stock YAML reads ``7601.10`` as a number, ``NO`` as a truth value and the key ``on`` as True, and
takes repeated keys silently. Here no type is implied, and keys that repeat, anchors, aliases and
tags are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias, cast

import yaml

from tariffcalc.catalogue.digest import LARGEST_FILE
from tariffcalc.values.issues import CatalogueError, Issue

DEEPEST = 40


class Text(str):
    """A scalar of a file, with the line it stands on."""

    __slots__ = ("line",)
    line: int


class Table(dict[str, Any]):
    """A mapping of a file, with the line it begins on."""

    line: int = 0


class Row(list[Any]):
    """A sequence of a file, with the line it begins on."""

    line: int = 0


Tree: TypeAlias = Text | Table | Row


def read_text(path: Path) -> str:
    """Return the text of a file of modest size in UTF-8.

    Raises:
        CatalogueError: when it cannot be opened, is too large, or is not text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            message = f"is larger than the {LARGEST_FILE:,} bytes that a file here may have"
            raise _refusal(path, "too-large", message, "Is it the right file?")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise _refusal(path, "unreadable", f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = "is not text in UTF-8"
        raise _refusal(path, "not-text", message, "Save it as UTF-8.", line) from None


def read_yaml(path: Path) -> Tree:
    """Read one YAML file into text, tables and rows.

    Raises:
        CatalogueError: with file and line, for anything that is not plain YAML.
    """
    text = read_text(path)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        events = iter(yaml.parse(text, Loader=loader))
        tree = _document(events, path)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        before = text[: getattr(error, "position", 0)]  # of a character that YAML refuses
        line = mark.line + 1 if mark else before.count("\n") + 1
        problem = str(getattr(error, "problem", None) or getattr(error, "reason", "cannot be read"))
        if "nesting" in problem:  # from PyYAML 6.0.4 on, the reader has a limit of its own
            raise _too_deep(path, line) from None
        raise _refusal(path, "not-yaml", f"is not YAML: {problem}", line=line) from None
    if tree is None:
        raise _refusal(path, "empty", "holds nothing", "Fill it in, or delete it.")
    return tree


def _document(events: Iterator[yaml.Event], path: Path) -> Tree | None:
    tree: Tree | None = None
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent) and tree is not None:
            message = "holds a second document"
            raise _refusal(path, "two-documents", message, "Take the line --- out.", _line(event))
        if isinstance(event, yaml.NodeEvent):
            tree = _node(event, events, path, 0)
    return tree


def _node(event: yaml.Event, events: Iterator[yaml.Event], path: Path, depth: int) -> Tree:
    line = _line(event)
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise _refusal(path, "alias", "anchors and aliases are refused", "Write it out.", line)
    if tag := getattr(event, "tag", None):
        message = f"the tag {tag} is refused"
        raise _refusal(path, "tag", message, "Take it out: all is text.", line)
    if depth > DEEPEST:
        raise _too_deep(path, line)
    if isinstance(event, yaml.ScalarEvent):
        text = Text(event.value)
        text.line = line
        return text
    if isinstance(event, yaml.SequenceStartEvent):
        row = Row()
        row.line = line
        for inner in events:
            if isinstance(inner, yaml.SequenceEndEvent):
                break
            row.append(_node(inner, events, path, depth + 1))
        return row
    table = Table()
    table.line = line
    for inner in events:
        if isinstance(inner, yaml.MappingEndEvent):
            break
        key = _node(inner, events, path, depth + 1)
        if not isinstance(key, Text):
            raise _refusal(path, "key", "a key must be one word", line=_line(inner))
        if key in table:
            message = f'the key "{key}" stands twice'
            raise _refusal(path, "repeated-key", message, "Keep one of the two.", key.line)
        table[key] = _node(next(events), events, path, depth + 1)
    return table


def line_at(tree: Tree, place: tuple[int | str, ...]) -> int:
    """Return the line of the value at a path of keys and indexes, as near as it exists."""
    line, here = tree.line, cast(Any, tree)
    for step in place:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            break
        line = getattr(here, "line", 0) or line
    return line


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _too_deep(path: Path, line: int) -> CatalogueError:
    message = f"is nested more than {DEEPEST} deep"
    return _refusal(path, "too-deep", message, "Nothing in a catalogue is.", line)


def _refusal(
    path: Path, code: str, message: str, hint: str = "", line: int | None = None
) -> CatalogueError:
    where = f"{path.name} line {line}" if line else path.name
    return CatalogueError([Issue(code, "error", message, where, hint)])
