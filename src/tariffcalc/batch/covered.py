"""Whether a row that reads well can be priced: its country and day have a law, its value a rate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tariffcalc.batch.by_engine import as_shipment
from tariffcalc.batch.cells import CellError
from tariffcalc.batch.declared import Declared
from tariffcalc.batch.remarks import NO_PROVINCE
from tariffcalc.catalogue.law import Law
from tariffcalc.engine.levies import lacks_province
from tariffcalc.engine.quote import check_coverage, exchange_rate
from tariffcalc.values.exchange import ExchangeRates
from tariffcalc.values.issues import InputError


def check_covered(law: Law, declared: Declared, rates: ExchangeRates | None) -> None:
    """Refuse what pricing would refuse of a row that reads well; nothing is priced.

    Raises:
        CellError: when no law of its importing country or day is held, and when its value is in a
            currency that has no rate of exchange.
    """
    shipment = as_shipment(declared, declared.fx)
    try:
        check_coverage(law, shipment)
        if shipment.fx is None and shipment.currency is not None:
            into = law.tables(shipment.importer).currency
            days = shipment.entry_date, shipment.shipped_date
            fx = find_rate(rates, shipment.currency, into, *days)
            shipment = shipment._replace(fx=fx)
        exchange_rate(law, shipment)
    except InputError as error:
        raise as_refusal(error) from None


def warn_of_province(law: Law, declared: Declared) -> None:
    """Add a warning to a row whose goods bear the tax of a province that it does not name."""
    levies = law.tables(declared.importer).levies
    if lacks_province(levies, declared.claims, declared.province):
        declared.warnings["province"] = NO_PROVINCE


def find_rate(
    rates: ExchangeRates | None,
    currency: str,
    into: str,
    entered: date,
    shipped: date | None = None,
) -> Decimal | None:
    """Return the rate of the day on which goods left, else of their entry, if it is known."""
    dated = None if rates is None else rates.price(currency, into, shipped or entered)
    return dated.rate if dated else None


def as_refusal(error: InputError) -> CellError:
    """Return why a row cannot be priced, in the words that stand on its row."""
    issue = error.issues[0]
    message = f"{issue.message}. {issue.hint}" if issue.hint else issue.message
    return CellError(issue.code, issue.where, message)
