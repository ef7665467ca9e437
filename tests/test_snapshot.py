"""The committed list of what was in force still says what the catalogue says."""

from __future__ import annotations

import runpy
from pathlib import Path

from tariffcalc import Catalogue

FOLDER = Path(__file__).parent / "snapshot"
REMAKE = "run `python tests/snapshot/make.py` and read what changed in tests/snapshot/in-force.md"


def test_in_force_is_as_committed(catalogue: Catalogue) -> None:
    made = runpy.run_path(str(FOLDER / "make.py"))["text"](catalogue)
    committed = (FOLDER / "in-force.md").read_text(encoding="utf-8")
    new = [line for line in made.splitlines() if line not in committed.splitlines()]
    gone = [line for line in committed.splitlines() if line not in made.splitlines()]
    changed = [*(f"now:  {line}" for line in new), *(f"gone: {line}" for line in gone)]
    assert made == committed, "\n".join(
        ["the catalogue changed what was in force;", REMAKE, *changed[:20]]
    )
