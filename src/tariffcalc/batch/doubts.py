"""What is missing from a header, what comes near, and what could be read in two ways."""

from __future__ import annotations

from collections.abc import Callable

from tariffcalc.batch import names
from tariffcalc.batch.matching import (
    Matches,
    alike,
    known_names,
    match_name,
    normalise,
    without_currency,
)
from tariffcalc.batch.names import REQUIRED

_WIDEST = 300
"""Columns of a file that are compared for near misses."""
_SURE = 0.84
"""How much a header must resemble a known name to be spoken of; 1 is the same."""

Given = Callable[[str], bool]


def report_doubts(matches: Matches, given: Given) -> None:
    """Note doubtful headers and near misses; make every required field that is missing an error.

    Args:
        matches: What was found.
        given: Whether a default holds for a field.
    """
    doubtful = _doubtful(matches)
    near = _near(matches)
    broken = {issue.where for issue in matches.errors}
    for key in REQUIRED:
        if key in matches.found or key in broken or given(key):
            continue
        why = f": {'; '.join(doubtful[key])}" if key in doubtful else ""
        hint = f"Accepted names: {', '.join(names.ACCEPTED[key])}."
        option = f" or {names.FLAGS[key]}" if key in names.FLAGS else ""
        hint += f' Or say --map {key}="HEADER"{option}.'
        if key in near:
            hint = f"Is it {near[key]}? Then say --map {key}={near[key]}. {hint}"
        matches.note("missing-column", f"no column for it{why}", key, hint, "error")
        broken.add(key)
    for key, reasons in doubtful.items():
        if key not in matches.found and key not in broken:
            hint = f'Say --map {key}="HEADER" if it is {key}.'
            message = f"{'; '.join(reasons)}; not taken"
            matches.note("doubtful-column", message, key, hint, "warning")
    for key, header in near.items():
        if key not in broken:
            hint = f"Say --map {key}={header} if it is."
            matches.note("near-miss", f"{header} looks like it, not taken", key, hint, "warning")


def _doubtful(matches: Matches) -> dict[str, list[str]]:
    """Return what could be a field, by field, in words."""
    reasons = {normalise(header): why for header, why in names.DOUBTFUL.items()}
    taken = {one.index for one in matches.found.values()}
    doubtful: dict[str, list[str]] = {}
    for index, name in enumerate(matches.normal):
        key, why = reasons.get(name) or reasons.get(without_currency(name), ("", ""))
        if key and index not in taken and key not in matches.chosen:
            doubtful.setdefault(key, []).append(f'"{matches.header[index]}" {why}')
    for one in matches.left:
        why = "may be the price of one piece, as there is a quantity"
        doubtful.setdefault("customs_value", []).append(f"{matches.title(one)} {why}")
    return doubtful


def _near(matches: Matches) -> dict[str, str]:
    """Return headers that come near the name of a field which has no column, by field."""
    import difflib

    doubtful = alike(names.DOUBTFUL)
    taken = {one.index for one in matches.found.values()}
    near: dict[str, str] = {}
    for index, name in enumerate(matches.normal[:_WIDEST]):
        if len(name) < 4 or index in taken or name in doubtful or match_name(name):
            continue
        like = difflib.get_close_matches(name, known_names(), n=1, cutoff=_SURE)
        key = known_names()[like[0]][0] if like else ""
        if key and key not in matches.found and key not in matches.chosen:
            near.setdefault(key, f'"{matches.header[index]}"')
    return near
