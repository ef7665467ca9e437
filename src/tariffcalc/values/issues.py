"""What is wrong with data or input, as a value: what was found, where, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "info"]


class Issue(NamedTuple):
    """One finding.

    Attributes:
        code: Short stable slug that programs can match, such as ``unknown-country``.
        severity: ``error`` stops the answer, ``warning`` questions it, ``info`` adds to it.
        message: What was found and why it will not do.
        where: The place: a file and line, a flag, a field.
        hint: What to type or change next; empty when the message says it.
    """

    code: str
    severity: Severity
    message: str
    where: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        stop = "" if self.message.endswith((".", "?", "!")) else "."
        return f"{place}{self.message}" + (f"{stop} {self.hint}" if self.hint else "")


class InputError(ValueError):
    """Input that cannot be priced; `issues` names every fault found, not only the first."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__("\n".join(str(issue) for issue in self.issues))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Issue, ...]]]:
        """Go from one process to another with its issues."""
        return type(self), (self.issues,)


class CoverageError(InputError):
    """A date or a country for which the catalogue holds no law."""


class CatalogueError(InputError):
    """A catalogue that is not sound, or cannot be read."""
