"""The library: a catalogue, the law it gives for a day of knowledge, and quotes under that law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tariffcalc.catalogue import law as sheets
from tariffcalc.catalogue.cache import open_compiled
from tariffcalc.catalogue.locate import catalogue_folder
from tariffcalc.catalogue.store import Store
from tariffcalc.engine import quote as engine
from tariffcalc.engine.answer import Quote
from tariffcalc.engine.declare import read_shipment
from tariffcalc.engine.shipment import Shipment
from tariffcalc.values.codes import digits_of
from tariffcalc.values.days import parse_day
from tariffcalc.values.issues import CoverageError, InputError, Issue
from tariffcalc.values.nearest import nearest

if TYPE_CHECKING:
    from tariffcalc.engine.in_force import InForce, Status


class Law:
    """The law as known on a day, with acts assumed on top. Immutable.

    Make one with `Catalogue.law`.
    """

    def __init__(self, store: Store, sheets_: sheets.Law) -> None:
        self.store = store
        self.sheets = sheets_

    def quote(self, shipment: Shipment) -> Quote:
        """Return what a shipment owes.

        Raises:
            CoverageError: for a day or an importing country that the catalogue does not hold.
            InputError: when the currency has no exchange rate.
        """
        return engine.quote(self.sheets, shipment)

    def measures(
        self,
        on: date | str,
        *,
        importer: str | None = None,
        origin: str | None = None,
        classification: str | None = None,
        status: Status = "in_force",
    ) -> list[InForce]:
        """Return the measures of a day: what stood over some goods of some origin, since when.

        Args:
            on: The entry date.
            importer: Only those of one importing country.
            origin: Only what stands over goods of this country.
            classification: Only what stands over this code, of 2 to 10 digits.
            status: `in_force`, `threatened`, `lifted` or `all`.

        Raises:
            CoverageError: for a day or an importing country that the catalogue does not hold.
            InputError: for a day or a classification that is none.
        """
        from tariffcalc.engine.in_force import in_force

        day = _day(on, "on")
        check_held(self.store, day, importer)
        if classification is not None:
            _check_code(classification)
        return in_force(self.sheets, day, importer, origin, classification, status)


class Catalogue:
    """All acts, indexed. Make one with `load_catalogue`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @property
    def edition(self) -> str:
        """The day of this edition of the catalogue."""
        return str(self.store.meta["edition"])

    def law(
        self,
        known_on: date | Literal["day", "now"] | str = "day",
        assume: str | Sequence[str] | Mapping[str, date | str | None] = (),
    ) -> Law:
        """Return the law as known on a day.

        Args:
            known_on: `day`, each entry judged by the acts made by its own day, which is what the
                border charged; `now`, by every act made to this day; or a date.
            assume: Threatened acts to price as law, by instrument id; ``ID@2026-01-01`` or a
                mapping moves the day from which one is assumed to hold.

        Raises:
            InputError: for an act that is not a threatened one.
        """
        known: Any = known_on if known_on in ("day", "now") else _day(known_on, "known_on")
        assumed = _assumed(assume)
        if assumed:
            self._check_assumed(assumed)
        return Law(self.store, sheets.Law(self.store, known, assumed))

    def shipment(self, **declared: Any) -> Shipment:
        """Return a shipment from declared text, named as in a shipment file.

        Takes `importer`, `entry_date`, `shipped_date`, `currency`, `fx`, `mode`, `province`, and
        either `lines` or the fields of one line: `classification`, `origin`, `customs_value`,
        `claims`, `contents`, `quantity`, `unit`, `base_rate`, `add_cvd`.

        Raises:
            InputError: naming every fault.
        """
        return read_shipment(declared, self.store)

    def _check_assumed(self, assumed: Mapping[str, date | None]) -> None:
        threatened = set(self.threatened())
        issues = []
        for name in assumed:
            if name in threatened:
                continue
            near = nearest(name, threatened) or sorted(threatened)
            known = name in self.store.instruments()
            message = f'"{name}" is ' + ("law already" if known else "no act of the catalogue")
            hint = f"Threatened acts: {', '.join(near)}."
            issues.append(Issue("not-threatened", "error", message, "assume", hint))
        if issues:
            raise InputError(issues)

    def threatened(self) -> list[str]:
        """Return the instruments of acts that are threatened, not law."""
        rows = self.store.connection.execute(
            "SELECT DISTINCT instrument FROM paint WHERE status = 'threatened' ORDER BY made"
        )
        return [key for (key,) in rows]


def load_catalogue(
    folder: str | Path | None = None, overlays: str | Path | Sequence[str | Path] = ()
) -> Catalogue:
    """Open a catalogue: the shipped one, or a user's own folder in the same format.

    Args:
        folder: A catalogue folder; left out, the shipped one.
        overlays: YAML files with measures to lay on top.

    Raises:
        CatalogueError: naming every fault with file and line.
    """
    chosen = catalogue_folder(Path(folder) if folder is not None else None)
    named = [overlays] if isinstance(overlays, str | Path) else overlays
    paths = tuple(Path(overlay) for overlay in named)
    missing = [
        Issue("no-file", "error", "does not exist", str(path))
        for path in paths
        if not path.exists()
    ]
    if missing:
        raise InputError(missing)
    return Catalogue(open_compiled(chosen, paths))


def check_held(
    store: Store, day: date, importer: str | None, where: tuple[str, str] = ("on", "importer")
) -> None:
    """Refuse a day or an importing country of which no law is held.

    Args:
        store: The catalogue's.
        day: The entry date.
        importer: One importing country; None for all.
        where: What the day and the importing country were given by.

    Raises:
        CoverageError: for a day before all that is held, and for another country.
    """
    held = store.importers
    if importer is not None and importer not in held:
        message = f"the catalogue holds no law of {importer} as importing country"
        hint = f"It holds {', '.join(held)}."
        raise CoverageError([Issue("importer-not-covered", "error", message, where[1], hint)])
    asked = [held[importer]] if importer is not None else held.values()
    first = min(parse_day(text["covers_from"]) for text in asked)
    if day < first:
        message = f"the law is held here from {first} on"
        raise CoverageError([Issue("before-coverage", "error", message, where[0])])


def _check_code(text: str) -> None:
    try:
        digits_of(text)
    except ValueError as error:
        issue = Issue("bad-classification", "error", str(error), "classification")
        raise InputError([issue]) from None


def _assumed(
    names: str | Sequence[str] | Mapping[str, date | str | None],
) -> dict[str, date | None]:
    found: dict[str, date | None] = {}
    if isinstance(names, Mapping):
        for name, start in names.items():
            found[name] = None if start is None else _day(start, "assume")
        return found
    for name in [names] if isinstance(names, str) else names:
        instrument, at, day = name.partition("@")
        found[instrument] = _day(day, "assume") if at else None
    return found


def _day(day: date | str, where: str) -> date:
    try:
        return day if isinstance(day, date) else parse_day(day)
    except ValueError as error:
        raise InputError([Issue("bad-date", "error", str(error), where)]) from None
