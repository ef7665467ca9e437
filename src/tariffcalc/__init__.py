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

_HOMES = {
    **dict.fromkeys(("Catalogue", "Law", "load_catalogue"), "tariffcalc.library"),
    **dict.fromkeys(
        ("Charge", "LineAnswer", "Question", "Quote", "Since", "Totals"), "tariffcalc.engine.answer"
    ),
    **dict.fromkeys(("Content", "Line", "Shipment"), "tariffcalc.engine.shipment"),
    **dict.fromkeys(
        ("CatalogueError", "CoverageError", "InputError", "Issue"), "tariffcalc.values.issues"
    ),
}
__all__ = ["__version__", *_HOMES]  # names resolved by __getattr__


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: `import tariffcalc` alone stays light."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'tariffcalc' has no attribute {name!r}")
