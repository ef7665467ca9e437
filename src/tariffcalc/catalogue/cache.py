"""Where the compiled catalogue is kept between runs, and when it is made anew.

It lies in the user's cache folder under a name made of the content of every source file. Beside it
lies a note of the files' sizes and times, so that their content need not be read again while those
stand. Both may be deleted at any time; whatever does not match is compiled again; a cache that
cannot be written is done without.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tariffcalc.catalogue.digest import FORMAT, digest_of, files_of, stamp_of
from tariffcalc.catalogue.store import Store

KEPT = 6
"""How many compiled catalogues stay: the shipped one and a few overlays."""


def cache_folder() -> Path:
    """Return the user's cache folder: TARIFFCALC_CACHE, else as the platform has it."""
    if chosen := os.environ.get("TARIFFCALC_CACHE"):
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "tariffcalc" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "tariffcalc"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tariffcalc"


def open_compiled(folder: Path, overlays: tuple[Path, ...] = ()) -> Store:
    """Return the compiled form of a catalogue folder with overlays, compiling it when needed.

    Raises:
        CatalogueError: when the sources have faults.
    """
    sources = stamp_of([*files_of(folder), *map(str, overlays)])
    note = _note_of(folder, overlays)
    digest = _noted(note, sources)
    if digest is not None:
        store = _opened(_compiled_path(digest), digest)
        if store is not None:
            return store
    digest = digest_of(folder, overlays)
    path = _compiled_path(digest)
    store = _opened(path, digest, check=True)
    if store is None:
        from tariffcalc.catalogue.compile import compile_sources

        connection = compile_sources(folder, overlays, digest)
        with suppress(OSError, sqlite3.Error):
            _keep(connection, path)
        store = Store(connection)
    with suppress(OSError), _whole(note) as temporary:
        seen = f"{digest}\n{stamp_of([str(path)])}\n{sources}"
        temporary.write_text(seen, encoding="utf-8")
    return store


def _compiled_path(digest: str) -> Path:
    from tariffcalc import __version__

    return cache_folder() / f"{__version__}-{digest[:32]}.sqlite"


def _note_of(folder: Path, overlays: tuple[Path, ...]) -> Path:
    place = "\0".join(str(path.absolute()) for path in (folder, *overlays))
    return cache_folder() / f"{zlib.crc32(place.encode()):08x}.stamp"


def _noted(note: Path, sources: str) -> str | None:
    """Return the digest noted when sources and compiled file were as they are now, if so."""
    try:
        digest, compiled, seen = note.read_text(encoding="utf-8").split("\n", 2)
        unchanged = seen == sources and compiled == stamp_of([str(_compiled_path(digest))])
    except (OSError, ValueError):
        return None
    return digest if unchanged else None


def _opened(path: Path, digest: str, check: bool = False) -> Store | None:
    """Open a compiled catalogue, or return None where it is not there, not this one, or damaged."""
    if not path.is_file():
        return None
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        if check and connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            return None
        store = Store(connection)
        sound = store.meta.get("digest") == digest and store.meta.get("format") == FORMAT
    except (sqlite3.Error, ValueError, KeyError):
        return None
    return store if sound else None


def _keep(connection: sqlite3.Connection, path: Path) -> None:
    """Keep a compiled catalogue, and let go of the oldest ones."""
    with _whole(path) as temporary:
        target = sqlite3.connect(temporary)
        connection.backup(target)
        target.close()
    kept = sorted(path.parent.glob("*.sqlite"), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in kept[KEPT:]:
        old.unlink(missing_ok=True)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a temporary name to write under, then the file its own: whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
