"""Imports point one way; the law and the engine take no float, no clock, no file and no print."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "tariffcalc"
MODULES = {path.relative_to(SOURCE).as_posix(): path for path in sorted(SOURCE.rglob("*.py"))}
LAYERS = ("values", "catalogue", "engine", "library", "batch", "arrow", "spark", "cli", "__main__")
"""Each may import itself and what stands before it. The package's own `__init__` names the rest."""

OUTSIDE = {
    "catalogue": {"pydantic", "pydantic_core", "yaml"},
    "batch": {"pyarrow", "numpy", "openpyxl", "pydantic", "rich", "_typeshed"},
    "arrow": {"pyarrow"},
    "spark": {"pyspark", "pyarrow"},
    "cli": {"typer", "rich"},
}
"""What a layer may import beyond the standard library."""

PURE = [name for name in MODULES if name.startswith(("values/", "engine/"))] + ["catalogue/law.py"]
FORBIDDEN = ("float", "open", "print", "input", "exec", "eval")
CLOCKS = ("today", "now", "utcnow", "time", "time_ns", "monotonic")
FILES = ("open", "read_text", "read_bytes", "write_text", "write_bytes")
LONGEST = 300


def tree(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"), name)


def layer(name: str) -> str:
    """Return the layer of a path (`engine/price.py`) or of a module (`tariffcalc.engine.price`)."""
    first = name.removeprefix("tariffcalc.").replace(".py", "").replace(".", "/").split("/")[0]
    return "" if first in ("tariffcalc", "__init__") else first


def imported(name: str) -> list[str]:
    """Return the modules that a module imports, at its top or inside a function."""
    found = []
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} line {node.lineno}: write the import in full"
            whole = node.module or ""
            names = [f"{whole}.{alias.name}" for alias in node.names]
            found += names if whole == "tariffcalc" else [whole]
    return found


@pytest.mark.parametrize("name", [name for name in MODULES if layer(name)])
def test_imports_point_one_way(name: str) -> None:
    own = LAYERS.index(layer(name))
    for module in imported(name):
        if module.startswith("tariffcalc.") and layer(module) in LAYERS:
            message = f"{name} imports {module}: {LAYERS[own]} must not know {layer(module)}"
            assert LAYERS.index(layer(module)) <= own, message


@pytest.mark.parametrize("name", MODULES)
def test_little_comes_from_outside(name: str) -> None:
    tops = {module.partition(".")[0] for module in imported(name)} - {"tariffcalc"}
    assert tops - set(sys.stdlib_module_names) <= OUTSIDE.get(layer(name), set())


@pytest.mark.parametrize("name", PURE)
def test_no_float_no_clock_no_file_no_print(name: str) -> None:
    nodes = list(ast.walk(tree(name)))
    likeness = [n.value for n in nodes if isinstance(n, ast.keyword) and n.arg == "cutoff"]
    for node in nodes:
        where = f"{name} line {getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Constant) and node not in likeness:  # of words, not of money
            assert not isinstance(node.value, float), f"{where}: a float"
        if isinstance(node, ast.Name):
            assert node.id not in FORBIDDEN, f"{where}: {node.id}"
        if isinstance(node, ast.Attribute):
            assert node.attr not in (*CLOCKS, *FILES), f"{where}: .{node.attr}"


def test_only_one_function_rounds() -> None:
    for name in MODULES:
        if name != "values/money.py" and name.startswith(("values/", "catalogue/", "engine/")):
            for node in ast.walk(tree(name)):
                rounds = isinstance(node, ast.Name) and node.id in ("round", "ROUND_HALF_UP")
                assert not rounds, f"{name} line {getattr(node, 'lineno', 0)}"


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_short_and_says_what_lives_here(name: str) -> None:
    text = MODULES[name].read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST, f"{name}: split it"
    if text.strip():
        assert ast.get_docstring(tree(name)), f"{name}: begin with what lives here"
