"""`tariffcalc show`: one measure, act or claim with its history and citations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tariffcalc.cli.options import (
    CatalogueOption,
    Format,
    FormatOption,
    OverlayOption,
    open_catalogue,
)
from tariffcalc.cli.render import WIDTH, in_groups, write_json, write_rows
from tariffcalc.values.issues import InputError, Issue
from tariffcalc.values.nearest import nearest

if TYPE_CHECKING:
    from tariffcalc.catalogue.tables import Sheet
    from tariffcalc.catalogue.terms import Case, Terms
    from tariffcalc.library import Catalogue


def show(
    id_: Annotated[str, typer.Argument(metavar="ID", help="A measure, an instrument or a claim.")],
    overlay: OverlayOption = None,
    catalogue: CatalogueOption = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """One measure, act or claim with its history and citations.

    A measure is shown as its acts in the order made, with what each painted; an instrument with
    the measures it touched; a claim with its question, evidence and source.

    Example: tariffcalc show us-232-aluminum
    """
    opened = open_catalogue(catalogue, overlay)
    body = find(opened, id_)
    if format_ is Format.JSON:
        write_json({"schema": 1, "edition": opened.edition, **body})
        return
    rows = body.get("paints", [])
    if format_ is Format.CSV:
        columns = list(rows[0]) if rows else list(body)
        cells = [["" if row[c] is None else str(row[c]) for c in columns] for row in rows or [body]]
        write_rows(format_, columns, cells)
        return
    _write_head(body)
    _write_history(rows, format_)


def find(catalogue: Catalogue, key: str) -> dict[str, Any]:
    """Return what the catalogue holds under an id, as plain data."""
    store = catalogue.store
    for importer in store.importers:
        tables = store.tables(importer)
        for head in tables.measures:
            if head.id == key:
                sheets = tables.sheets(head)
                return {
                    "measure": head.id,
                    "title": head.title,
                    "importer": importer,
                    "kind": str(head.kind),
                    "authority": head.authority,
                    "completeness": head.completeness,
                    "note": head.note,
                    "paints": [_row(catalogue, sheet) for sheet in sheets],
                }
    if key in store.instruments():
        return _instrument(catalogue, key)
    fact = store.facts.get(key.lower())
    if fact:
        return {
            fact.sort: fact.id,
            "also": ", ".join(fact.aliases),
            "question": fact.question,
            "evidence": fact.evidence,
            "source": fact.source,
        }
    known = [head.id for i in store.importers for head in store.tables(i).measures]
    like = nearest(key, [*known, *store.instruments(), *store.facts])
    hint = f"Did you mean {' or '.join(like)}?" if like else "`tariffcalc measures` lists some."
    message = f'"{key}" is no measure, instrument or claim'
    raise InputError([Issue("unknown-id", "error", message, "ID", hint)])


def _instrument(catalogue: Catalogue, key: str) -> dict[str, Any]:
    store = catalogue.store
    instrument = store.instrument(key)
    body: dict[str, Any] = {"instrument": key}
    for name, value in instrument._asdict().items():
        if name != "id" and value is not None:
            body[name] = str(value)
    paints = []
    for importer in store.importers:
        for sheet in store.tables(importer).all_sheets():
            if sheet.instrument == key:
                paints.append({"measure": sheet.measure.id, **_row(catalogue, sheet)})
    return {**body, "paints": paints}


def _row(catalogue: Catalogue, sheet: Sheet) -> dict[str, Any]:
    paint, instrument = sheet.paint, catalogue.store.instrument(sheet.instrument)
    terms = [_terms(paint.terms), *(_case(case) for case in paint.cases)]
    origins = ", ".join(in_groups(sorted(paint.origins.named), catalogue.store.groups))
    if paint.origins.inverted:
        origins = f"all but {origins}" if origins else "all"
    return {
        "made": str(instrument.made),
        "instrument": sheet.instrument + (" (threatened)" if sheet.status == "threatened" else ""),
        "from": str(paint.period.start),
        "until": str(paint.period.until or ""),
        "origins": origins,
        "goods": "all" if paint.goods is None else ", ".join(paint.goods),
        "duty": "\n".join(terms),
        "citation": instrument.citation,
        "note": paint.terms.note or sheet.act_note,
    }


def _terms(terms: Terms) -> str:
    text = terms.duty.text + (f" under {terms.heading}" if terms.heading else "")
    if terms.on.fact:
        text += f" on {terms.on.content or 'the value less'} {terms.on.value_less or 'content'}"
    if terms.excluded_by:
        text += f", not where {', '.join(terms.excluded_by)} charge"
    if terms.yields_to:
        text += f", after {', '.join(terms.yields_to)}"
    return text


def _case(case: Case) -> str:
    return f"if {' and '.join(map(str, case.when))}: {_terms(case.terms)}"


def _write_history(rows: list[dict[str, Any]], format_: Format) -> None:
    """Write each act once, with what it painted below it."""
    bullet = "- " if format_ is Format.MD else "  "
    last = None
    for row in rows:
        act = (row.get("measure"), row["made"], row["instrument"])
        if act != last:
            last = act
            name = f"{row['measure']}: " if "measure" in row else ""
            typer.echo()
            say(f"{name}{row['made']}  {row['instrument']}  {row['citation'] or ''}")
        until = f" until {row['until']}" if row["until"] else ""
        say(f"{bullet}from {row['from']}{until}, goods {row['goods']}, origins {row['origins']}")
        for terms in row["duty"].split("\n"):
            say(f"  {bullet}{terms}")
        if row["note"]:
            say(f"  {bullet}note: {row['note']}")


def say(text: str) -> None:
    """Write a line folded to the width, its later lines below its first word."""
    from textwrap import fill

    indent = " " * (len(text) - len(text.lstrip(" -")) + 2)
    typer.echo(
        fill(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    )


def _write_head(body: dict[str, Any]) -> None:
    for key, value in body.items():
        if key != "paints" and value:
            say(f"{key}: {value}")
