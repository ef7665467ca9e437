"""The identity of a catalogue: a hash over the content of every file that is read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

FORMAT = "5"
"""Changes whenever the compiled tables change, so that an older compiled catalogue is not read."""

LARGEST_FILE = 8_000_000
"""Bytes that a file of a catalogue may have."""

READ = (".yaml", ".csv")
LEFT_OUT = "scenarios"
"""Ready-made overlays: they are read when a user lays one on top, not with the catalogue."""


def files_of(folder: Path) -> list[str]:
    """Return the paths of all files of a catalogue that are read, in a fixed order."""
    return sorted(_walk(str(folder)))


def _walk(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != LEFT_OUT:
                    yield from _walk(entry.path)
            elif entry.name.endswith(READ):
                yield entry.path


def digest_of(folder: Path, overlays: Sequence[Path] = ()) -> str:
    """Return a hash of the name and content of every source file and overlay."""
    import hashlib

    total = hashlib.sha256(FORMAT.encode())
    for path in [*files_of(folder), *map(str, overlays)]:
        name = os.path.relpath(path, folder).replace(os.sep, "/")
        total.update(f"\0{name}\0".encode())
        with Path(path).open("rb") as file:
            total.update(file.read(LARGEST_FILE + 1))  # a larger one is refused when it is read
    return total.hexdigest()


def stamp_of(paths: Sequence[str]) -> str:
    """Return the sizes and times of files, which change when their content does.

    The time of change is kept by the system and cannot be set back, as the time of writing can.

    Raises:
        OSError: when one of them is not there.
    """
    lines = []
    for path in paths:
        seen = Path(path).stat()
        lines.append(f"{path} {seen.st_size} {seen.st_mtime_ns} {seen.st_ctime_ns} {seen.st_ino}")
    return "\n".join(lines)
