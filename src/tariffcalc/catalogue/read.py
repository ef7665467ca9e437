"""From a catalogue folder to its sources: every file read strictly, every fault collected."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from tariffcalc.catalogue import lists, models, parse, terms
from tariffcalc.catalogue.faults import FileModel, checked
from tariffcalc.catalogue.source import Row, Table, Tree, read_yaml
from tariffcalc.values.days import parse_day
from tariffcalc.values.issues import CatalogueError, Issue


@dataclass
class Sources:
    """Everything a catalogue folder holds, read but not yet indexed.

    `places` says where an instrument, a fee or a tax stands: its file and line, by its id.
    """

    folder: Path
    manifest: models.ManifestText | None = None
    instruments: dict[str, terms.Instrument] = field(default_factory=dict)
    measures: list[terms.Measure] = field(default_factory=list)
    goods: dict[str, lists.GoodsList] = field(default_factory=dict)
    rates: dict[str, list[lists.RateRow]] = field(default_factory=dict)
    levies: list[terms.Levy] = field(default_factory=list)
    facts: list[terms.Fact] = field(default_factory=list)
    countries: list[dict[str, str]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)

    @property
    def groups(self) -> dict[str, list[str]]:
        """The named groups of countries, such as EU."""
        return dict(self.manifest.groups) if self.manifest else {}


def read_sources(folder: Path, overlays: tuple[Path, ...] = ()) -> Sources:
    """Read a catalogue folder and overlays; faults are in `issues`, none stops the reading."""
    sources = Sources(folder)
    manifest = _read(models.ManifestText, folder / "catalogue.yaml", sources)
    sources.manifest = manifest
    for path in sorted(folder.glob("instruments/**/*.yaml")):
        for entry in _entries(path, sources):
            _add_instrument(entry, _name(path, sources), sources)
    for path in sorted(folder.glob("measures/**/*.yaml")):
        tree = _tree(path, sources)
        if tree is not None:
            measure = _measure(tree, _name(path, sources), sources)
            if measure:
                sources.measures.append(measure)
    for path in sorted(folder.glob("goods/**/*.csv")):
        goods = lists.read_goods(path, folder / "goods", sources.issues)
        sources.goods[goods.id] = goods
    for path in sorted(folder.glob("rates/*.csv")):
        sources.rates[path.stem.upper()] = lists.read_rates(path, sources.issues)
    for path in sorted([*folder.glob("fees/*.yaml"), *folder.glob("taxes/*.yaml")]):
        tree = _tree(path, sources)
        if tree is not None:
            _add_levy(tree, _name(path, sources), sources)
    facts = _read(models.FactsText, folder / "claims.yaml", sources)
    if facts:
        sources.facts += [_fact(claim, "claim") for claim in facts.claims]
        sources.facts += [_fact(content, "content") for content in facts.contents]
    sources.countries = lists.read_countries(folder / "countries.csv", sources.issues)
    for path in overlays:
        _read_overlay(path, sources)
    return sources


def with_overlay(sources: Sources, path: Path) -> Sources:
    """Return a copy of sources with an overlay laid on, its faults behind theirs in `issues`."""
    copy = replace(
        sources,
        instruments=dict(sources.instruments),
        measures=list(sources.measures),
        places=dict(sources.places),
        issues=list(sources.issues),
    )
    _read_overlay(path, copy)
    return copy


def _tree(path: Path, sources: Sources) -> Tree | None:
    try:
        return read_yaml(path)
    except CatalogueError as error:
        for issue in error.issues:
            where = _name(path, sources) + issue.where.removeprefix(path.name)
            sources.issues.append(issue._replace(where=where))
        return None


def _name(path: Path, sources: Sources) -> str:
    """Name a file by its place in the catalogue folder; an overlay by its own name."""
    if path.is_relative_to(sources.folder):
        return path.relative_to(sources.folder).as_posix()
    return path.name


def _read(model: type[FileModel], path: Path, sources: Sources) -> FileModel | None:
    tree = _tree(path, sources)
    return checked(model, tree, _name(path, sources), sources.issues) if tree is not None else None


def _entries(path: Path, sources: Sources) -> list[Tree]:
    tree = _tree(path, sources)
    if tree is None or isinstance(tree, Row):
        return tree or []
    where = f"{_name(path, sources)} line {tree.line}"
    hint = "Begin each entry with a dash."
    sources.issues.append(Issue("not-a-list", "error", "must be a list of entries", where, hint))
    return []


def _add_instrument(entry: Tree, file: str, sources: Sources) -> None:
    text = checked(models.InstrumentText, entry, file, sources.issues)
    where = f"{file} line {entry.line}"
    if text is None:
        if isinstance(entry, Table):  # it has faults, but it is there
            sources.places.setdefault(str(entry.get("id", "")), where)
        return
    if not _is_new(text.id, "instrument", where, sources):
        return
    sources.instruments[text.id] = terms.Instrument(
        text.id,
        text.title,
        text.citation,
        parse_day(text.made),
        parse_day(text.known_from or text.made),
        parse_day(text.published) if text.published else None,
        text.url,
        text.known,
        text.note,
    )


def _add_levy(tree: Tree, file: str, sources: Sources) -> None:
    text = checked(models.LevyText, tree, file, sources.issues)
    if text and _is_new(text.id, text.kind, f"{file} line {tree.line}", sources):
        sources.levies.append(parse.parse_levy(tree))  # type: ignore[arg-type]  # checked


def _is_new(key: str, what: str, where: str, sources: Sources) -> bool:
    """Whether an id was not met before; it is noted where it stands, or that it stands twice."""
    if key in sources.places:
        message = f'the {what} "{key}" stands already in {sources.places[key]}'
        issue = Issue(f"repeated-{what}", "error", message, where, "Give it another id.")
        sources.issues.append(issue)
        return False
    sources.places[key] = where
    return True


def _measure(
    tree: Tree, file: str, sources: Sources, overlay: bool = False
) -> terms.Measure | None:
    for act in _rows(tree, "acts"):
        _spell_out(act)
    text = checked(models.MeasureText, tree, file, sources.issues)
    if text is None or not isinstance(tree, Table):
        return None
    unknown = [g for act in tree["acts"] for paint in act["paints"] for g in _groups_in(paint)]
    for word, line in unknown:
        if sources.manifest and len(word) > 2 and word not in sources.groups:
            message = f'"{word}" is neither a country code nor a group of catalogue.yaml'
            sources.issues.append(Issue("unknown-origin", "error", message, f"{file} line {line}"))
    acts = tuple(
        terms.Act(
            str(act["instrument"]),
            tuple(parse.parse_paint(paint, sources.groups) for paint in act["paints"]),
            "overlay" if overlay else act.get("status", "enacted"),
            act.get("note"),
            act.line,
            file,
        )
        for act in tree["acts"]
    )
    return terms.Measure(
        text.id,
        text.title,
        text.importer,
        terms.Kind(text.kind),
        text.authority,
        acts,
        text.completeness,
        text.note,
        parse.parse_share(text.cap) if text.cap else None,
        file,
    )


def _rows(tree: Any, key: str) -> list[Any]:
    """Return the list under a key; nothing when the tree is not of that shape."""
    rows = tree.get(key) if isinstance(tree, Table) else None
    return rows if isinstance(rows, Row) else []


def _spell_out(act: Any) -> None:
    """Give each paint what its act states once for all of them."""
    if not _rows(act, "paints"):
        return
    own = ("instrument", "status", "note", "paints")
    defaults = {key: act[key] for key in list(act) if key not in own}
    for key in defaults:
        del act[key]
    for paint in act["paints"]:
        if isinstance(paint, Table):
            for key, value in defaults.items():
                paint.setdefault(key, value)


def _groups_in(paint: Table) -> list[tuple[str, int]]:
    body = paint["origins"]
    words = body.get("all_except", []) if isinstance(body, dict) else body
    return [(word, word.line) for word in words] if isinstance(words, list) else []


def _fact(text: models.FactText, sort: Literal["claim", "content"]) -> terms.Fact:
    return terms.Fact(
        text.id,
        sort,
        text.question,
        text.evidence,
        text.source,
        tuple(text.aliases),
        tuple(text.implies),
    )


def _read_overlay(path: Path, sources: Sources) -> None:
    tree = _tree(path, sources)
    if tree is None:
        return
    file = _name(path, sources)
    if not isinstance(tree, Table):
        message = "must be a measure, or have the keys instruments and measures"
        where, hint = f"{file} line {tree.line}", "Write it as a file of measures/ is written."
        sources.issues.append(Issue("not-an-overlay", "error", message, where, hint))
        return
    if "measures" not in tree:
        _lay(tree, file, sources)
        return
    for entry in _rows(tree, "measures"):
        for act in _rows(entry, "acts"):
            _spell_out(act)
    if not checked(models.OverlayText, tree, file, sources.issues):
        return
    for entry in tree.get("instruments", ()):
        if entry["id"] not in sources.instruments:
            _add_instrument(entry, file, sources)
    for entry in tree["measures"]:
        _lay(entry, file, sources)


def _lay(tree: Tree, file: str, sources: Sources) -> None:
    """Lay the acts of an overlay's measure on those of the catalogue, or add the measure."""
    laid = _measure(tree, file, sources, overlay=True)
    if laid is None:
        return
    for place, measure in enumerate(sources.measures):
        if measure.id == laid.id:
            sources.measures[place] = measure._replace(acts=measure.acts + laid.acts)
            return
    sources.measures.append(laid)
