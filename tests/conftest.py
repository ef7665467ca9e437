"""The shipped catalogue, opened once for all tests, compiled into a folder of their own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tariffcalc import Catalogue, load_catalogue

ROOT = Path(__file__).parents[1]
os.environ.setdefault("TARIFFCALC_CACHE", tempfile.mkdtemp(prefix="tariffcalc-test-"))


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "data")
