"""The built wheel carries all it needs: it answers unpacked, and installed in a clean place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
QUOTE = "quote --into US --origin CA --hs 7601.10.60 --value 100000 --date 2020-08-20"


def payable(command: list[str | Path], folder: Path, **environment: str) -> str:
    """Return what one quote says, asked outside the checkout."""
    done = subprocess.run(
        [*command, *QUOTE.split(), "--format", "json"],
        cwd=folder,
        env={
            **{key: text for key, text in os.environ.items() if key != "PYTHONPATH"},
            "TARIFFCALC_CACHE": str(folder / "cache"),
            **environment,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return str(json.loads(done.stdout)["totals"]["payable"])


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an unpacked wheel."""
    pytest.importorskip("hatchling", reason="the wheel is built by hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_the_wheel_carries_the_whole_catalogue(unpacked: Path) -> None:
    for sort in ("*.yaml", "*.csv"):
        shipped = {p.relative_to(ROOT / "data") for p in (ROOT / "data").rglob(sort)}
        data = unpacked / "tariffcalc" / "data"
        assert {p.relative_to(data) for p in data.rglob(sort)} == shipped
    assert (unpacked / "tariffcalc" / "py.typed").is_file()


def test_the_wheel_carries_the_program_and_nothing_else(unpacked: Path) -> None:
    package = unpacked / "tariffcalc"
    modules = {p.relative_to(package) for p in package.rglob("*.py")}
    source = ROOT / "src" / "tariffcalc"
    assert modules == {p.relative_to(source) for p in source.rglob("*.py")}
    assert {path.name.split("-")[0] for path in unpacked.iterdir()} == {"tariffcalc"}


def test_an_unpacked_wheel_answers(unpacked: Path, tmp_path: Path) -> None:
    command: list[str | Path] = [sys.executable, "-m", "tariffcalc"]
    assert payable(command, tmp_path, PYTHONPATH=str(unpacked)) == "10346.40"


@pytest.mark.slow
def test_an_installed_wheel_answers(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if "slow" not in (request.config.option.markexpr or ""):
        pytest.skip("asks the package index; run it with -m slow")
    venv.create(tmp_path / "clean", with_pip=True)
    programs = tmp_path / "clean" / ("Scripts" if os.name == "nt" else "bin")
    for arguments in (
        ["wheel", "--no-deps", "-w", tmp_path, ROOT],
        ["install", "--no-index", "--find-links", tmp_path, "--no-deps", "tariffcalc"],
        ["install", "tariffcalc", "--find-links", tmp_path],
    ):
        subprocess.run([programs / "python", "-m", "pip", "-q", *arguments], check=True)
    assert payable([programs / "tariffcalc"], tmp_path) == "10346.40"
    listed = subprocess.run(
        [programs / "python", "-m", "pip", "list"], capture_output=True, text=True, check=True
    ).stdout
    assert "hypothesis" not in listed
