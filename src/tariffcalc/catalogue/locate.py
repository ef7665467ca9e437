"""Where the catalogue lies: in the installed package, else in the checkout beside it."""

from __future__ import annotations

from pathlib import Path

from tariffcalc.values.issues import CatalogueError, Issue

MANIFEST = "catalogue.yaml"


def shipped_folder() -> Path:
    """Return the folder of the catalogue that came with this installation."""
    package = Path(__file__).parents[1]
    for folder in (package / "data", package.parents[1] / "data"):
        if (folder / MANIFEST).is_file():
            return folder
    message = "the catalogue that belongs to this installation is missing"
    raise CatalogueError([Issue("no-catalogue", "error", message, str(package), "Reinstall it.")])


def catalogue_folder(chosen: Path | None) -> Path:
    """Return a user's catalogue folder, or the shipped one when none was chosen."""
    if chosen is None:
        return shipped_folder()
    if not (chosen / MANIFEST).is_file():
        message = f"is not a catalogue: it holds no {MANIFEST}"
        raise CatalogueError([Issue("no-catalogue", "error", message, str(chosen))])
    return chosen
