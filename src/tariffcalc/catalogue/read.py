"""From a catalogue folder to its sources: every file read strictly, every fault collected."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from tariffcalc.catalogue import lists, models, parse, terms
from tariffcalc.catalogue.source import Table, Tree, line_at, read_yaml
from tariffcalc.values.days import parse_day
from tariffcalc.values.issues import CatalogueError, Issue

FileModel = TypeVar("FileModel", bound=models.File)


@dataclass
class Sources:
    """Everything a catalogue folder holds, read but not yet indexed."""

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
        for instrument in _read_each(models.InstrumentText, path, sources):
            _add_instrument(instrument, path.name, sources)
    for path in sorted(folder.glob("measures/**/*.yaml")):
        tree = _tree(path, sources)
        if tree is not None:
            measure = _measure(tree, path.name, sources)
            if measure:
                sources.measures.append(measure)
    for path in sorted(folder.glob("goods/**/*.csv")):
        goods = lists.read_goods(path, folder / "goods", sources.issues)
        if goods:
            sources.goods[goods.id] = goods
    for path in sorted(folder.glob("rates/*.csv")):
        sources.rates[path.stem.upper()] = lists.read_rates(path, sources.issues)
    for path in sorted([*folder.glob("fees/*.yaml"), *folder.glob("taxes/*.yaml")]):
        tree = _tree(path, sources)
        if tree is not None and _checked(models.LevyText, tree, path.name, sources):
            sources.levies.append(parse.parse_levy(tree))  # type: ignore[arg-type]  # checked
    facts = _read(models.FactsText, folder / "claims.yaml", sources)
    if facts:
        sources.facts += [_fact(claim, "claim") for claim in facts.claims]
        sources.facts += [_fact(content, "content") for content in facts.contents]
    if (folder / "countries.csv").exists():
        lines = lists.csv_lines(folder / "countries.csv", sources.issues)
        sources.countries = list(csv.DictReader(lines))
    for path in overlays:
        _read_overlay(path, sources)
    return sources


def _tree(path: Path, sources: Sources) -> Tree | None:
    try:
        return read_yaml(path)
    except CatalogueError as error:
        sources.issues += error.issues
        return None


def _checked(model: type[FileModel], tree: Tree, file: str, sources: Sources) -> FileModel | None:
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        for fault in error.errors():
            place = tuple(step for step in fault["loc"] if not str(step).endswith("]"))
            line = line_at(tree, place)
            name = ".".join(str(step) for step in place)
            message = str(fault["msg"]).removeprefix("Value error, ")
            if fault["type"] == "extra_forbidden":
                message = f'the key "{place[-1]}" is not known here'
                line = _line_of_key(tree, place)
            where = f"{file} line {line}"
            sources.issues.append(
                Issue(fault["type"].replace("_", "-"), "error", f"{name}: {message}", where)
            )
        return None


def _line_of_key(tree: Tree, place: tuple[int | str, ...]) -> int:
    parent: Any = tree
    for step in place[:-1]:
        parent = parent[step]
    return next((key.line for key in parent if key == place[-1]), line_at(tree, place))


def _read(model: type[FileModel], path: Path, sources: Sources) -> FileModel | None:
    tree = _tree(path, sources)
    return _checked(model, tree, path.name, sources) if tree is not None else None


def _read_each(model: type[FileModel], path: Path, sources: Sources) -> list[FileModel]:
    tree = _tree(path, sources)
    if tree is None:
        return []
    if not isinstance(tree, list):
        sources.issues.append(
            Issue("not-a-list", "error", "must be a list of entries", f"{path.name} line 1")
        )
        return []
    checked = (_checked(model, entry, path.name, sources) for entry in tree)
    return [entry for entry in checked if entry]


def _add_instrument(text: models.InstrumentText, file: str, sources: Sources) -> None:
    if text.id in sources.instruments:
        message = f'the instrument "{text.id}" is defined twice'
        sources.issues.append(Issue("repeated-instrument", "error", message, file))
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


def _measure(
    tree: Tree, file: str, sources: Sources, overlay: bool = False
) -> terms.Measure | None:
    if isinstance(tree, Table):
        for act in tree.get("acts", ()):
            _spell_out(act)
    text = _checked(models.MeasureText, tree, file, sources)
    if text is None or not isinstance(tree, Table):
        return None
    unknown = [g for act in tree["acts"] for paint in act["paints"] for g in _groups_in(paint)]
    for word, line in unknown:
        if len(word) > 2 and word not in sources.groups:
            message = f'"{word}" is neither a country code nor a group of catalogue.yaml'
            sources.issues.append(Issue("unknown-origin", "error", message, f"{file} line {line}"))
    acts = tuple(
        terms.Act(
            str(act["instrument"]),
            tuple(parse.parse_paint(paint, sources.groups) for paint in act["paints"]),
            "overlay" if overlay else act.get("status", "enacted"),
            act.get("note"),
            act.line,
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


def _spell_out(act: Any) -> None:
    """Give each paint what its act states once for all of them."""
    if not isinstance(act, Table) or not isinstance(act.get("paints"), list):
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


def _fact(text: models.FactText, sort: str) -> terms.Fact:
    return terms.Fact(
        text.id,
        "claim" if sort == "claim" else "content",
        text.question,
        text.evidence,
        text.source,
        tuple(text.aliases),
    )


def _read_overlay(path: Path, sources: Sources) -> None:
    tree = _tree(path, sources)
    if not isinstance(tree, Table):
        return
    for entry in tree.get("instruments", ()):
        text = _checked(models.InstrumentText, entry, path.name, sources)
        if text and text.id not in sources.instruments:
            _add_instrument(text, path.name, sources)
    for entry in tree["measures"] if "measures" in tree else [tree]:
        laid = _measure(entry, path.name, sources, overlay=True)
        if laid is None:
            continue
        for place, measure in enumerate(sources.measures):
            if measure.id == laid.id:
                sources.measures[place] = replace(measure, acts=measure.acts + laid.acts)
                break
        else:
            sources.measures.append(laid)
