"""Tariff impact calculator for trade between Canada and the United States, offline.

>>> import tariffcalc
>>> catalogue = tariffcalc.load_catalogue()
>>> shipment = catalogue.shipment(
...     importer="US", origin="CA", classification="7601.10.60", customs_value="100000",
...     entry_date="2020-08-20", claims=["usmca"])
>>> catalogue.law().quote(shipment).totals.payable
Decimal('10000.00')
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from tariffcalc.engine.answer import Charge, LineAnswer, Question, Quote, Since, Totals
    from tariffcalc.engine.shipment import Content, Line, Shipment
    from tariffcalc.library import Catalogue, Law, load_catalogue
    from tariffcalc.values.issues import CatalogueError, CoverageError, InputError, Issue

__all__ = [
    "Catalogue",
    "CatalogueError",
    "Charge",
    "Content",
    "CoverageError",
    "InputError",
    "Issue",
    "Law",
    "Line",
    "LineAnswer",
    "Question",
    "Quote",
    "Shipment",
    "Since",
    "Totals",
    "__version__",
    "load_catalogue",
]

_HOMES = {
    "library": ("Catalogue", "Law", "load_catalogue"),
    "engine.answer": ("Charge", "LineAnswer", "Question", "Quote", "Since", "Totals"),
    "engine.shipment": ("Content", "Line", "Shipment"),
    "values.issues": ("CatalogueError", "CoverageError", "InputError", "Issue"),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: `import tariffcalc` alone stays light."""
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"tariffcalc.{home}"), name)
    raise AttributeError(f"module 'tariffcalc' has no attribute {name!r}")
