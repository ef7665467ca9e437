"""Headers against the names that are known: what the user chose, then the most specific name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from tariffcalc.batch import names
from tariffcalc.batch.names import BESIDE, FIELDS
from tariffcalc.values.issues import Issue, Severity
from tariffcalc.values.names import plain
from tariffcalc.values.nearest import nearest

FIELDS_LISTED = "`tariffcalc batch --help` lists them"
CURRENCIES = ("usd", "cad", "mxn", "eur", "gbp", "jpy", "cny")


@dataclass(frozen=True, slots=True)
class Found:
    """A column that can be a field.

    Attributes:
        rank: Place of its name in the table: the lower, the more specific; -1 when it was chosen.
        index: Of the column.
        name: Its header, normalised, without the number of a form's box.
        currency: One that the header names, such as in "Value USD".
    """

    rank: int
    index: int
    name: str
    currency: str = ""


@dataclass(slots=True)
class Matches:
    """What was found in a header so far, and what is to be said of it."""

    header: Sequence[str]
    normal: list[str]
    chosen: dict[str, int | None] = field(default_factory=dict)
    found: dict[str, Found] = field(default_factory=dict)
    left: list[Found] = field(default_factory=list)
    notes: list[Issue] = field(default_factory=list)
    errors: list[Issue] = field(default_factory=list)

    def note(
        self, code: str, message: str, key: str, hint: str = "", severity: Severity = "info"
    ) -> None:
        """Add a note on a field, or a fault when it is an error."""
        issues = self.errors if severity == "error" else self.notes
        issues.append(Issue(code, severity, message, key, hint))

    def title(self, one: Found) -> str:
        """Return the header of a column as the file has it, in quotes."""
        return f'"{self.header[one.index]}"'

    def choice(self, one: Found) -> str:
        """Return what names a column, and no other, behind ``--map FIELD=``."""
        name = self.header[one.index].strip()
        is_alone = sum(other.strip() == name for other in self.header) == 1
        return self.title(one) if is_alone else f"#{one.index + 1}"


def normalise(header: str) -> str:
    """Return a header without case, accents, spaces and punctuation; ``%`` counts as pct.

    >>> normalise("HTS Number - Full"), normalise("Steel (%)")
    ('htsnumberfull', 'steelpct')
    """
    bare = plain(header.replace("%", ""))
    return f"{bare}pct" if "%" in header and bare else bare


def name_of(header: str) -> str:
    """Return what a header is looked up as: of one in two languages the first, if both agree."""
    name = unboxed(normalise(header))
    parts = [unboxed(normalise(part)) for part in re.split(r"[/|\n]", header)]
    if match_name(name) or len(parts) == 1:
        return name
    found = [match_name(part) for part in parts]
    fields = {(one[0], one[2]) if one else None for one in found}
    return name if len(fields) > 1 or None in fields else parts[0]


def unboxed(name: str) -> str:
    """Return a normalised header without the number of a form's box: "27classificationno"."""
    return name if name in known_names() else re.sub(r"^\d{1,3}(?=[a-z])", "", name)


@cache
def known_names() -> dict[str, tuple[str, int]]:
    """Return every accepted name, normalised, with its field and its rank."""
    return {
        normalise(name): (key, rank)
        for key, accepted in names.ACCEPTED.items()
        for rank, name in enumerate(accepted)
    }


def alike(words: Iterable[str]) -> set[str]:
    """Return headers normalised, as a set to look them up in."""
    return {normalise(word) for word in words}


def match_headers(header: Sequence[str], chosen: Mapping[str, str]) -> Matches:
    """Return the column of each field: the one chosen, else the most specific by name."""
    matches = Matches(header, [name_of(name) for name in header])
    told = {_field(word, matches): column for word, column in chosen.items()}
    for key, column in told.items():
        if key:
            matches.chosen[key] = _column(key, column, matches) if column.strip() else None
    used = {index for index in matches.chosen.values() if index is not None}
    candidates: dict[str, list[Found]] = {}
    for index, name in enumerate(matches.normal):
        found = None if index in used else match_name(name)
        if found and found[0] not in matches.chosen:
            one = Found(found[1], index, name, found[2])
            candidates.setdefault(found[0], []).append(one)
    _leave_bare_values(candidates, matches)
    for key, several in candidates.items():
        if several:
            _pick(key, sorted(several, key=lambda one: one.rank), matches)
    for key, place in matches.chosen.items():
        if place is not None:
            currency = (match_name(matches.normal[place]) or ("", 0, ""))[2]
            matches.found[key] = Found(-1, place, matches.normal[place], currency)
    return matches


def match_name(name: str) -> tuple[str, int, str] | None:
    """Return the field and rank of a normalised header, and the currency that it names."""
    known, bare = known_names(), without_currency(name)
    if bare != name and known.get(bare, ("",))[0] in ("customs_value", "filed_duty"):
        return (*known[bare], name[-3:].upper())
    return (*known[name], "") if name in known else None


def without_currency(name: str) -> str:
    """Return a normalised header without the currency that it ends in."""
    return name[:-3] if name[-3:] in CURRENCIES else name


def _field(word: str, matches: Matches) -> str | None:
    key = word.strip().lower()
    if key in FIELDS or key in BESIDE:
        return key
    key = names.FLAG_NAMES.get(key) or known_names().get(normalise(word), ("", 0))[0]
    if not key:
        like = nearest(word, (*FIELDS, *BESIDE))
        hint = f"did you mean {' or '.join(like)}?" if like else FIELDS_LISTED
        matches.note("unknown-field", f'"{word}" is not a field; {hint}', "--map", severity="error")
    return key or None


def _column(key: str, header: str, matches: Matches) -> int | None:
    number = re.fullmatch(r"#([0-9]{1,5})", header.strip())
    if number and 1 <= int(number[1]) <= len(matches.header):
        return int(number[1]) - 1
    same = [i for i, name in enumerate(matches.header) if name.strip() == header.strip()]
    wanted = normalise(header)
    same = same or [i for i, name in enumerate(matches.header) if normalise(name) == wanted]
    if len(same) == 1:
        return same[0]
    if same:
        _tell_apart(key, same, matches)
        return None
    like = nearest(header, matches.header)
    hint = f"Near it: {listed(like)}." if like else f"The columns are {listed(matches.header)}."
    matches.note("no-such-column", f'no column is called "{header}"', key, hint, "error")
    return None


def _leave_bare_values(candidates: dict[str, list[Found]], matches: Matches) -> None:
    """Beside a quantity, a bare "value" or "price" may be that of one piece."""
    is_counted = any(map(re.compile(names.COUNTS).search, matches.normal))
    if not is_counted and matches.chosen.get("quantity") is None and "quantity" not in candidates:
        return
    bare, known = alike(names.BARE_VALUES), known_names()
    values = candidates.get("customs_value", [])
    matches.left = [
        one
        for one in values
        if (one.name if one.name in known else without_currency(one.name)) in bare
    ]
    candidates["customs_value"] = [one for one in values if one not in matches.left]


def _pick(key: str, found: list[Found], matches: Matches) -> None:
    best = found[0]
    same = [one.index for one in found if one.name == best.name]
    if len(same) > 1 and key not in ("line", "description"):
        _tell_apart(key, same, matches)
        return
    matches.found[key] = best
    if len(found) > 1:
        others = listed(matches.header[one.index] for one in found[1:])
        message = f"{matches.title(best)} is taken; {others} could be it too"
        hint = f"Say --map {key}={matches.choice(found[1])} for the other."
        matches.note("two-columns", message, key, hint)


def _tell_apart(key: str, same: Sequence[int], matches: Matches) -> None:
    message = f'{len(same)} columns are called "{matches.header[same[0]]}"'
    hint = f"Say {' or '.join(f'--map {key}=#{index + 1}' for index in same)}."
    matches.note("two-columns", message, key, hint, "error")


def listed(headers: Iterable[str]) -> str:
    """Return headers in quotes, a dozen of them at most."""
    shown = [f'"{name}"' for name in headers if name.strip()]
    return ", ".join(shown[:12]) + (" ..." if len(shown) > 12 else "")
