"""The identity of a catalogue: a hash over the content of every file that is read."""

from __future__ import annotations

import hashlib
from pathlib import Path

FORMAT = "1"
"""Changes whenever the compiled tables change, so that an older compiled catalogue is not read."""

PATTERNS = (
    "*.yaml",
    "*.csv",
    "instruments/**/*.yaml",
    "measures/**/*.yaml",
    "goods/**/*.csv",
    "rates/*.csv",
    "fees/*.yaml",
    "taxes/*.yaml",
)


def files_of(folder: Path) -> list[Path]:
    """Return the files of a catalogue that are read, in a fixed order."""
    return sorted({path for pattern in PATTERNS for path in folder.glob(pattern)})


def digest_of(folder: Path, overlays: tuple[Path, ...] = ()) -> str:
    """Return a hash of the name and content of every source file and overlay."""
    total = hashlib.sha256(FORMAT.encode())
    for path in files_of(folder):
        total.update(f"\0{path.relative_to(folder).as_posix()}\0".encode())
        total.update(path.read_bytes())
    for path in overlays:
        total.update(f"\0overlay {path.name}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()
