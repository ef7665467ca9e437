"""A sound catalogue of three measures, and one broken copy of it for each kind of fault."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

BROKEN = Path(__file__).parents[1] / "broken"


@pytest.fixture
def broken(tmp_path: Path) -> Callable[..., Path]:
    """Return a maker of catalogue folders: the sound one with the files of some faults on top."""

    def make(*faults: str) -> Path:
        for layer in ("sound", *faults):
            shutil.copytree(BROKEN / layer, tmp_path, dirs_exist_ok=True)
        return tmp_path

    return make
