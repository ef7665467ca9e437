"""Checks of the manifest: importing countries, groups, periods and codes that it names."""

from __future__ import annotations

from collections.abc import Iterator

from tariffcalc.catalogue.checks.names import bad_code
from tariffcalc.catalogue.checks.walk import place_in, walk
from tariffcalc.catalogue.read import Sources
from tariffcalc.values.issues import Issue

FILE = "catalogue.yaml"
Place = tuple[int | str, ...]

IMPORTERS = ("US", "CA")
"""The countries whose valuation, preferences and column 2 the engine knows."""


def countries(sources: Sources) -> list[Issue]:
    """Find importing countries that are not in the manifest, and countries that are nowhere."""
    if sources.manifest is None:
        return []
    found: list[Issue] = []
    held = list(sources.manifest.countries)
    for country in held:
        if country not in IMPORTERS:
            message = f'"{country}" cannot be an importing country: only US and CA can'
            place = place_in(sources, FILE, "countries", country)
            found.append(Issue("bad-importer", "error", message, place, "Take it out."))
    importers = [
        (measure.importer, place_in(sources, measure.file, "importer"))
        for measure in sources.measures
        if measure.importer not in held
    ]
    importers += [(levy.importer, sources.places[levy.id]) for levy in sources.levies]
    importers += [(country, f"rates/{country.lower()}.csv") for country in sources.rates]
    for country, place in importers:
        if country not in held:
            message = f'"{country}" is no importing country of the manifest'
            hint = f"It has {' and '.join(held)}."
            found.append(Issue("unknown-importer", "error", message, place, hint))
    known = {row["code"] for row in sources.countries}
    if not any(issue.where.startswith("countries.csv") for issue in sources.issues):
        for country, where in _named_countries(sources, known):
            message = f'"{country}" is no country of countries.csv'
            found.append(Issue("unknown-country", "error", message, where, "Write its ISO code."))
    return found


def _named_countries(sources: Sources, known: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the countries that some origins name and nobody knows, with where."""
    assert sources.manifest is not None
    manifest = sources.manifest
    grouped = {country for members in manifest.groups.values() for country in members}
    for laid in walk(sources):
        for country in sorted(laid.paint.origins.named - known - grouped):
            if len(country) == 2:  # a longer word was taken for a group, and named at reading
                yield country, laid.where("origins")
    lists: list[tuple[list[str], Place]] = [
        (members, ("groups", group)) for group, members in manifest.groups.items()
    ]
    lists += [(e.origins, ("column_2", n)) for n, e in enumerate(manifest.column_2)]
    for importer, gaps in manifest.not_covered.items():
        lists += [(gap.origins, ("not_covered", importer, n)) for n, gap in enumerate(gaps)]
    for members, place in lists:
        for country in members:
            if country not in known:
                yield country, place_in(sources, FILE, *place)


def rows_of_manifest(sources: Sources) -> list[Issue]:
    """Find periods of the manifest that hold no day, and codes that are none."""
    if sources.manifest is None:
        return []
    found: list[Issue] = []
    periods: list[tuple[str | None, str | None, Place]] = []
    for country, held in sources.manifest.countries.items():
        if held.verified_through != held.covers_from:  # which is one day, not none
            periods.append((held.covers_from, held.verified_through, ("countries", country)))
    for number, entry in enumerate(sources.manifest.column_2):
        periods.append((entry.from_, entry.until, ("column_2", number)))
    for importer, gaps in sources.manifest.not_covered.items():
        for number, gap in enumerate(gaps):
            periods.append((gap.from_, gap.until, ("not_covered", importer, number)))
            for code in gap.goods:
                where = place_in(sources, FILE, "not_covered", importer, number, "goods")
                found += bad_code(code, where)
    for first, past, place in periods:
        if first and past and past <= first:
            message = f"holds from {first} until {past}, which is no day"
            where = place_in(sources, FILE, *place)
            found.append(Issue("empty-period", "error", message, where, "Correct one of the two."))
    return found
