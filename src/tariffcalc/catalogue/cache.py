"""Where the compiled catalogue is kept between runs, and when it is made anew.

It lies in the user's cache folder under a name made of the content of every source file and of
the compiled format. It may be deleted at any time; whatever does not match is compiled again; a
cache that cannot be written is done without.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path

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
    from tariffcalc import __version__
    from tariffcalc.catalogue.digest import digest_of

    digest = digest_of(folder, overlays)
    path = cache_folder() / f"{__version__}-{digest[:32]}.sqlite"
    store = _opened(path, digest)
    if store is not None:
        return store
    from tariffcalc.catalogue.compile import compile_sources

    connection = compile_sources(folder, overlays, digest)
    with suppress(OSError, sqlite3.Error):
        _keep(connection, path)
    return Store(connection)


def _opened(path: Path, digest: str) -> Store | None:
    from tariffcalc.catalogue.digest import FORMAT

    if not path.is_file():
        return None
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        store = Store(sqlite3.connect(uri, uri=True, check_same_thread=False))
        sound = store.meta.get("digest") == digest and store.meta.get("format") == FORMAT
    except (sqlite3.Error, ValueError, KeyError):
        return None
    return store if sound else None


def _keep(connection: sqlite3.Connection, path: Path) -> None:
    """Write a compiled catalogue under a temporary name, then give it its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        target = sqlite3.connect(temporary)
        connection.backup(target)
        target.close()
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    kept = sorted(path.parent.glob("*.sqlite"), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in kept[KEPT:]:
        old.unlink(missing_ok=True)
