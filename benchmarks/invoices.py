"""Invoice lines made from a seed: codes of the shipped schedule, listed goods more often."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa

DATA = Path(__file__).parents[1] / "data"
HEADER = (
    "line,po_number,entry_date,shipped_date,importer,origin,classification,customs_value,claims,"
    "mode,sku"
)
PIECE = 200_000
BAD_SHARE = 0.005
CODES = {"US": 3000, "CA": 600}
ORIGINS = {
    "US": "CA MX CN DE JP KR IN VN TW BR GB IT FR TR RU".split(),  # noqa: SIM905  # shorter
    "CA": ["US", "US", "US", "CN", "MX", "DE", "GB", "RU"],
}
OTHERS = [
    "AE", "AR", "AU", "AT", "BE", "BG", "CH", "CL", "CO", "CZ", "DK", "EG", "ES", "FI", "GR", "HK",
    "HU", "ID", "IE", "IL", "MY", "NL", "NO", "NZ", "PE",
]  # fmt: skip
BAD = [
    ("classification", ""), ("classification", "7601"), ("classification", "760110603"),
    ("classification", "76O1.10.60"), ("origin", "Freedonia"), ("origin", ""),
    ("entry_date", "2025-02-30"), ("entry_date", "03/04/2025"), ("entry_date", "2016-05-01"),
    ("customs_value", "-5.00"), ("customs_value", "1e3"), ("customs_value", "0"),
    ("customs_value", "n/a"), ("claims", "usmcaa"),
]  # fmt: skip


def listed_codes(importer: str) -> tuple[list[str], list[str]]:
    """Return the codes of the lists of goods and those of the schedule, as digits."""
    folder = importer.lower()
    listed = {
        row[0].replace(".", "")
        for path in (DATA / "goods" / folder).glob("*.csv")
        for row in csv.reader(path.read_text().splitlines())
        if row and row[0][:1].isdigit()
    }
    scheduled = [
        row[0].replace(".", "")
        for row in csv.reader((DATA / "rates" / f"{folder}.csv").read_text().splitlines())
        if row and row[0][:1].isdigit()
    ]
    return sorted(listed), sorted(dict.fromkeys(scheduled))


def spelled(code: str) -> list[str]:
    """Return five ways in which people write a code of 10 digits."""
    dots = f"{code[:4]}.{code[4:6]}.{code[6:8]}"
    return [code, f"{dots}.{code[8:]}", f"{dots}{code[8:]}", dots, code[:8]]


def choose_codes(importer: str, rng: random.Random) -> list[str]:
    """Return spellings of the codes of an importing country, half of them on some list."""
    listed, scheduled = listed_codes(importer)
    chosen = []
    for number in range(CODES[importer]):
        start = rng.choice(listed if number % 2 else scheduled)
        below = [code for code in (scheduled if len(start) < 8 else ()) if code.startswith(start)]
        code = rng.choice(below) if below else start
        chosen.append(code.ljust(8, "0")[:10].ljust(10, rng.choice("0135")))
    return [text for code in chosen for text in spelled(code)]


def invoice_tables(
    rows: int,
    seed: int = 2026,
    uniform: bool = False,
    entries: bool = False,
    as_shown: bool = False,
) -> Iterator[pa.Table]:
    """Yield invoice lines in pieces, always the same ones for a seed.

    Some codes come much more often than others, or each as often where `uniform`. With `entries`
    there is a column of entry numbers more. `as_shown` are those of spreadsheets: amounts such as
    "$1,234.50", and a column of descriptions more, most of them with commas; quoted where they must
    be.
    """
    words = random.Random(seed)
    codes = {importer: choose_codes(importer, words) for importer in ORIGINS}
    texts = [*codes["US"], *codes["CA"]]
    origins = sorted({*ORIGINS["US"], *ORIGINS["CA"], *OTHERS})
    days = np.datetime_as_string(np.arange("2018-01-01", "2026-11-01", dtype="datetime64[D]"))
    for start in range(0, rows, PIECE):
        rng = np.random.default_rng((seed, start))
        size = min(PIECE, rows - start)
        piece = _piece(rng, start, size, texts, len(codes["US"]), origins, days, uniform)
        if entries:
            piece = _brought_together(rng, start, piece)
        piece = _spoil(rng, piece, size)
        yield pa.table(_shown(rng, piece, size) if as_shown else piece)


def _piece(
    rng: np.random.Generator,
    start: int,
    size: int,
    texts: list[str],
    first_ca: int,
    origins: list[str],
    days: np.ndarray,
    uniform: bool,
) -> dict[str, pa.Array]:
    into_ca = rng.random(size) < 0.2
    ranks = _places if uniform else _ranks
    us = ranks(rng, size, first_ca // 5) * 5 + rng.integers(0, 5, size)
    ca = first_ca + ranks(rng, size, (len(texts) - first_ca) // 5) * 5 + rng.integers(0, 5, size)
    number = {text: place for place, text in enumerate(origins)}
    usual = {key: np.array([number[text] for text in ORIGINS[key]]) for key in ORIGINS}
    origin = np.where(
        into_ca,
        usual["CA"][rng.integers(0, len(usual["CA"]), size)],
        usual["US"][rng.integers(0, len(usual["US"]), size)],
    )
    anywhere = rng.random(size) < 0.25
    origin[anywhere] = rng.integers(0, len(origins), int(anywhere.sum()))
    entered = rng.integers(0, len(days), size)
    shipped = np.maximum(entered - rng.integers(0, 40, size), 0)
    sent = np.append(days, "")[np.where(rng.random(size) < 0.05, len(days), shipped)]
    claims = np.array(["", "usmca", "metal_under_15", "usmca;us_metal_85"])
    modes = np.array(["ocean", "air", "truck", "rail", ""])
    return {
        "line": pa.array(np.arange(start + 1, start + size + 1)).cast(pa.string()),
        "po_number": pa.array(rng.integers(100_000, 999_999, size)).cast(pa.string()),
        "entry_date": pa.array(days[entered].tolist()),
        "shipped_date": pa.array(sent.tolist()),
        "importer": pa.array(np.where(into_ca, "CA", "US").tolist()),
        "origin": pa.array(origins).take(pa.array(origin)),
        "classification": pa.array(texts).take(pa.array(np.where(into_ca, ca, us))),
        "customs_value": _values(rng, size),
        "claims": pa.array(claims[rng.choice(4, size, p=[0.75, 0.19, 0.03, 0.03])].tolist()),
        "mode": pa.array(modes[rng.integers(0, 5, size)].tolist()),
        "sku": pa.array(rng.integers(0, 10**6, size)).cast(pa.string()),
    }


def _brought_together(
    rng: np.random.Generator, start: int, columns: dict[str, pa.Array]
) -> dict[str, pa.Array]:
    """Put some lines at a time into one entry: they get its days and its mode of transport."""
    size = len(columns["line"])
    lengths = rng.integers(1, 16, size)
    firsts = np.repeat(np.cumsum(lengths) - lengths, lengths)[:size]
    shared = ("entry_date", "shipped_date", "mode")
    alike = {name: columns[name].take(pa.array(firsts)) for name in shared}
    importers = columns["importer"].to_pylist()
    numbers = (
        f"{importer}{start + first:010}"
        for importer, first in zip(importers, firsts.tolist(), strict=True)
    )
    return {**columns, **alike, "entry": pa.array([*numbers])}


def _ranks(rng: np.random.Generator, size: int, count: int) -> np.ndarray:
    """Return places among some codes, the first ones often, as Zipf found it of words."""
    weights = 1 / np.arange(1, count + 1)
    return rng.choice(count, size, p=weights / weights.sum())


def _places(rng: np.random.Generator, size: int, count: int) -> np.ndarray:
    """Return places among some codes, each as often."""
    return rng.integers(0, count, size)


def _values(rng: np.random.Generator, size: int) -> pa.Array:
    """Return values of 2 to 4 decimals; many make half cents under the usual rates."""
    cents = np.exp(rng.normal(8.0, 2.0, size) + 2.0).astype(np.int64) + 1
    cents[rng.random(size) < 0.3] |= 1
    decimals = rng.choice([2, 2, 2, 2, 3, 4, 0], size)
    more = rng.integers(0, 100, size)
    exact = cents * 100 + np.where(decimals == 4, more, np.where(decimals == 3, more // 10 * 10, 0))
    texts = []
    for number, places in zip(exact.tolist(), decimals.tolist(), strict=True):
        whole, part = divmod(number, 10_000)
        tail = f".{part:04d}"[: places + 1] if places else ""
        texts.append(f"{whole or 1}{tail}")
    return pa.array(texts)


def _spoil(
    rng: np.random.Generator, columns: dict[str, pa.Array], size: int
) -> dict[str, pa.Array]:
    """Put a fault of every kind into a few rows."""
    lists: dict[str, list[str]] = {}
    for place in np.flatnonzero(rng.random(size) < BAD_SHARE).tolist():
        field, text = BAD[int(rng.integers(0, len(BAD)))]
        if field not in lists:
            lists[field] = columns[field].to_pylist()
        lists[field][place] = text
    return {**columns, **{field: pa.array(texts) for field, texts in lists.items()}}


def _shown(
    rng: np.random.Generator, columns: dict[str, pa.Array], size: int
) -> dict[str, pa.Array]:
    """Show amounts as spreadsheets do, and describe the goods; with quotes where CSV needs them."""
    amounts = []
    for text in columns["customs_value"].to_pylist():
        whole, point, part = text.partition(".")
        shown = f"${int(whole):,}{point}{part}" if whole.isdigit() else text
        amounts.append(f'"{shown}"' if "," in shown else shown)
    words = np.array(["STEEL", "HEX", "ZINC PLATED", "M10", 'FOR 5"" PIPE', "MACHINED", "SPARE"])
    goods = np.array(["BOLTS", "NUTS", "VALVES", "PUMPS", "GEARS", "FITTINGS"])
    said = zip(goods[rng.integers(0, 6, size)], *words[rng.integers(0, 7, (2, size))], strict=True)
    described = [f'"{one}, {two}, {three}"' for one, two, three in said]
    return {
        **columns, "customs_value": pa.array(amounts), "description": pa.array(described),
    }  # fmt: skip


def write_csv(
    file: BinaryIO,
    rows: int,
    seed: int = 2026,
    uniform: bool = False,
    entries: bool = False,
    as_shown: bool = False,
) -> None:
    """Write invoice lines as CSV."""
    more = (",entry" if entries else "") + (",description" if as_shown else "")
    file.write(f"{HEADER}{more}\n".encode())
    import pyarrow.compute as pc

    for table in invoice_tables(rows, seed, uniform, entries, as_shown):
        lines = pc.binary_join_element_wise(*table.columns, ",").combine_chunks()
        chunk = lines if isinstance(lines, pa.Array) else lines.chunk(0)
        file.write("\n".join(chunk.to_pylist()).encode() + b"\n")
