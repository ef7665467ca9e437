"""The shipped catalogue, opened once for all tests, compiled into a folder of their own."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tariffcalc import Catalogue, load_catalogue
from tariffcalc.batch.job import Job
from tariffcalc.batch.pipeline import price_file

ROOT = Path(__file__).parents[1]
settings.register_profile("patient", deadline=None)  # a busy machine is no fault of what is tested
settings.load_profile("patient")
os.environ.setdefault("TARIFFCALC_CACHE", tempfile.mkdtemp(prefix="tariffcalc-test-"))


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "data")


@pytest.fixture
def by_command(catalogue: Catalogue, tmp_path: Path) -> Callable[..., list[tuple[str | None, ...]]]:
    """Return the rows that `tariffcalc batch` writes for some rows, blank results as None."""

    def price(
        header: Sequence[str], rows: Sequence[Sequence[Any]], **changes: Any
    ) -> list[tuple[str | None, ...]]:
        source, out = tmp_path / "in.csv", tmp_path / "out.jsonl"
        with source.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
        job = Job(str(source), str(out), quiet=True, force=True)._replace(**changes)
        price_file(job, catalogue)
        return [tuple(json.loads(line).values()) for line in out.read_text("utf-8").splitlines()]

    return price
