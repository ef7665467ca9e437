"""The column names that brokers, importers and economists already use, by canonical field.

The most specific name of a field stands first: where a file has two of them, it is taken. Names
are compared without case, accents, spaces and punctuation. They come from CBP's ACE report ES-003
and Form 7501, the CBSA's B3, CAD and invoice forms in both languages, and common trade tools.
"""

from __future__ import annotations

FIELDS = (
    "line", "entry", "entry_date", "shipped_date", "importer", "origin", "classification",
    "description", "customs_value", "currency", "fx", "quantity", "unit", "claims", "steel",
    "aluminum", "copper", "us_content", "ca_mx_content", "base_rate", "add_cvd", "mode",
    "province", "filed_duty", "liquidation_date",
)  # fmt: skip
"""Canonical fields, in the order in which they are shown."""

PREFERENCE, FILED_SURTAX = "preference", "filed_surtax"
BESIDE = (PREFERENCE, FILED_SURTAX)
"""Fields that forms have and the engine has not: a preference is read as the claim usmca, a filed
surtax (column 39 of a B3, a CAD's total surtaxes) counts into the filed duty."""

TOLD = ("line", "entry", "description", "liquidation_date")
"""Fields by which nothing is priced: their cells may say anything."""

REQUIRED = ("classification", "origin", "customs_value", "entry_date", "importer")
FLAGS = {
    "importer": "--into", "origin": "--origin", "currency": "--currency", "entry_date": "--date",
    "claims": "--claim", "mode": "--mode", "province": "--province",
}  # fmt: skip
"""Options that give a field for all rows that say nothing of it."""

CONTENTS = ("steel", "aluminum", "copper", "us_content", "ca_mx_content")

ACCEPTED: dict[str, tuple[str, ...]] = {
    "line": (
        "line", "Entry Summary Line Number", "Line Number", "Line No.", "line_id", "N° de ligne",
        "No de ligne", "Numéro de ligne", "Ligne", "reference", "cartItemId", "id",
    ),
    "entry": (
        "entry", "Entry Summary Number", "Entry Number", "Entry No", "CAD Transaction No.",
        "Transaction no.", "Transaction Number", "N° de transaction", "No de transaction",
        "Numéro de transaction",
    ),
    "entry_date": (
        "entry_date", "Import Date", "Importation Date", "Date of Importation",
        "Entry Summary Date", "Summary Date", "Release Date", "Accounting Date",
        "Date d'entrée", "Date de mainlevée", "Date de la mainlevée", "Date d'importation",
        "Date de déclaration en détail", "as_of",
    ),
    "shipped_date": (
        "shipped_date", "Date of direct shipment to Canada", "Date of direct shipment",
        "Direct shipment date", "Export Date", "Exportation Date", "Date of Export",
        "Shipment Date", "Ship Date", "Shipped",
        "Date d'expédition directe", "Date d'expédition", "Date d'exportation",
    ),
    "importer": (
        "importer", "importing_country", "import_country", "Country of Import",
        "destinationCountryIso2", "Destination Country", "import_destination",
        "ShipToAddress.Country", "Pays d'importation", "into", "to",
    ),
    "origin": (
        "origin", "Country of Origin Code", "Country of Origin", "Origin Country",
        "Country of origin of goods", "OriginCountryCode", "countryCodeOfOrigin",
        "originCountryIso2", "country_code", "madeIn", "coo",
        "Pays d'origine des marchandises", "Pays d'origine", "Origine",
    ),
    "classification": (
        "classification", "HTS Number - Full", "HTSUS No.", "US HTS Code", "HTS Number",
        "HTS Code", "HTS", "hts10", "htsno", "AvaTax.LandedCost.HTSCode", "HS Code", "HS Number",
        "hs_tariff_number", "harmonizedSystemCode", "Classification no.", "Classification Number",
        "tariffNumber", "Tariff No.", "tariffCode", "commodity_code", "HS",
        "N° de classement", "No de classement", "Numéro de classement", "Code SH",
        "Numéro tarifaire", "N° tarifaire",
    ),
    "description": (
        "description", "Specification of commodities", "customs_description",
        "description_customs", "Goods Description", "Commodity Description", "Désignation",
        "Désignation des marchandises", "Description des marchandises",
    ),
    "customs_value": (
        "customs_value", "Line Tariff Goods Value Amount", "Line Goods Value Amount",
        "Entered Value", "Value for duty", "VFD", "Valeur en douane", "declared_value",
        "Line Entered Value", "Line Value", "Line Total", "Total Entered Value",
        "Value for currency conversion", "Invoice Value", "value_foreign", "Valeur pour conversion",
        "Valeur pour change de devises", "Value USD", "Value CAD", "monetary_value", "Total",
        "value", "cost", "amount", "price", "Valeur", "Montant",
    ),
    "currency": (
        "currency", "Invoice Currency Code", "Invoice Currency", "Crcy. code",
        "Currency of settlement", "Currency Code", "Code de devise", "Devise",
        "Monnaie de paiement",
    ),
    "fx": ("fx", "Exchange Rate", "Rate of Exchange", "fx_rate", "Taux de change"),
    "quantity": (
        "quantity", "Line Tariff Quantity (1)", "Net Quantity in HTSUS Units", "Net Quantity",
        "qty", "Quantité",
    ),
    "unit": (
        "unit", "Line Tariff UOM (1) Code", "U/M", "Unit of Measure", "quantity_unit", "uom",
        "units", "Unité de mesure", "Unité",
    ),
    "claims": ("claims", "claim"),
    "add_cvd": (
        "add_cvd", "AD/CVD", "AD/CVD Amount", "AD/CVD Duty", "Anti-dumping and countervailing",
    ),
    "mode": (
        "mode", "Mode of Transport", "Mode of Transport Code", "Mode of Transportation",
        "Mode of Transportation Code", "transport_mode", "shipment_mode", "Mode of", "MOT",
        "Mode de transport",
    ),
    "province": ("province", "region"),
    "base_rate": (
        "base_rate", "statutory_base_rate", "Base Duty Rate", "MFN Rate",
        "base_rate_pct", "base_rate_percent", "base_rate_share",
    ),
    "filed_duty": (
        "filed_duty", "Line Tariff Duty Amount", "Line Duty Amount", "Duty and I.R. Tax",
        "Duty Paid", "duty_paid_total", "declared_duty", "duty_filed", "Customs duties",
        "Total Duty", "Droits de douane", "Droits payés",
    ),
    "liquidation_date": ("liquidation_date",),
    FILED_SURTAX: (
        "filed_surtax", "surtax_filed", "SIMA assessment", "Total Surtaxes",
        "Cotisation de LMSI", "Cotisation LMSI", "Total des surtaxes",
    ),
}  # fmt: skip

PREFERENCE_KINDS: dict[str, tuple[str, ...]] = {
    "spi": ("Line SPI Code", "SPI Code", "SPI", "Special Program Indicator"),
    "treatment": ("Tariff treatment", "Traitement tarifaire"),
    "claimed": (
        "CUSMA Claimed", "USMCA Claimed", "NAFTA Claimed", "cusmaClaim", "usmcaClaim",
        "usmca_qualifying", "preference.claimed", "CUSMA", "USMCA", "NAFTA", "ACEUM", "ALENA",
    ),
    "any": ("preference", "special"),
}  # fmt: skip
"""Preference columns by how their cells are written: program codes, treatments, yes or no."""
ACCEPTED[PREFERENCE] = tuple(name for names in PREFERENCE_KINDS.values() for name in names)

_METALS = {
    "steel": ("steel", "acier"),
    "aluminum": ("aluminum", "aluminium"),
    "copper": ("copper", "cuivre"),
}
_ENDINGS = ("", "_value", "_amount", "_pct", "_percent", "_percentage", "_share", "_fraction")
for _field in CONTENTS:
    _names = [f"{name}{more}" for name in _METALS.get(_field, ()) for more in ("", "_content")]
    ACCEPTED[_field] = tuple(f"{name}{e}" for name in _names or [_field] for e in _ENDINGS)

COUNTS = r"qty|quantit|pieces|pcs|noofunits|numberofunits"
"""What stands in normalised headers of columns that count pieces, whether they are read or not."""

GENERAL_RATES = ("MFN Rate", "statutory_base_rate", "Base Duty Rate")
"""Rates of base duty without a preference: declared, they hold where one is claimed, too."""

BARE_VALUES = ("value", "cost", "amount", "price", "Valeur", "Montant")
"""Beside a quantity these may be the price of one piece: then they are asked about, not taken."""

VALUE_FOR_DUTY = ("Value for duty", "VFD", "Valeur en douane")
"""In Canadian dollars by definition (Customs Act, section 55), whatever the invoice currency."""

FOR_CONVERSION = (
    "Value for currency conversion", "value_foreign", "Valeur pour conversion",
    "Valeur pour change de devises",
)  # fmt: skip
"""Field 36 of a B3: in the currency of the invoice, which field 17 names."""

DOUBTFUL: dict[str, tuple[str, str]] = {
    "country": ("origin", "may be the country of origin or the one it was exported from"),
    "pays": ("origin", "may be the country of origin or the one it was exported from"),
    "date": ("entry_date", "may be the day of entry or the day of shipment"),
    "duty": ("filed_duty", "may be a rate or an amount"),
    "unit price": ("customs_value", "is the price of one piece, not of the line"),
    "sale price": ("customs_value", "is the price of one piece, not of the line"),
    "unit cost": ("customs_value", "is the price of one piece, not of the line"),
    "Prix unitaire": ("customs_value", "is the price of one piece, not of the line"),
    "weight": ("quantity", "does not say its unit, nor whether it is net"),
    "duty rate": ("base_rate", "may be the base rate or everything charged"),
    "rate": ("base_rate", "may be a rate of duty or of exchange"),
    "Rate of customs duty": ("base_rate", "is the rate that was filed, under its own treatment"),
    "Taux de droit de douane": ("base_rate", "is the rate that was filed, under its own treatment"),
    "Taux de droit": ("base_rate", "is the rate that was filed, under its own treatment"),
    "Column 1 Current Primary Duty Rate": ("base_rate", "is the rate that was filed"),
    "certificate_of_origin": ("preference", "may be a claim of preference or a mill certificate"),
    "metal_share": ("steel", "does not say which metal"),
    "Special authority": ("claims", "may be a remission order; claim remission where it is met"),
    "Autorisation spéciale": ("claims", "may be a remission order; claim remission where met"),
    "Special Authority OIC": ("claims", "may be a remission order; claim remission where met"),
    "Direct shipment date (MM-DD)": ("shipped_date", "has no year"),
}
"""Headers that are never taken by themselves: the field they may be, and why it is not sure."""

_ONE_OF_TWO = (
    "AD Duty", "AD Amount", "ADD", "ADD Amount", "ADD Duty", "Anti-dumping", "Anti-dumping Duty",
    "Total anti-dumping", "Droits antidumping", "CVD", "CVD Duty", "CVD Amount", "Countervailing",
    "Countervailing Duty", "Total countervailing", "Droits compensateurs",
)  # fmt: skip
DOUBTFUL |= dict.fromkeys(_ONE_OF_TWO, ("add_cvd", "is one of the two; give their sum"))

FLAG_NAMES = {
    "value": "customs_value", "hs": "classification", "date": "entry_date", "into": "importer",
    "claim": "claims", "shipped": "shipped_date",
}  # fmt: skip
"""Fields under the names that the flags of `quote` give them."""

ES003 = (
    "Entry Summary Number", "Entry Summary Line Number", "HTS Number - Full",
    "Line Tariff Goods Value Amount", "Line Tariff Duty Amount",
)  # fmt: skip
"""An ACE report with all of these has a row for each tariff number of a line."""

CANADIAN = (
    "Value for duty", "VFD", "VFD Code", "Tariff treatment", "Classification no.", "SIMA Code",
    "SIMA assessment", "CAD Transaction No.", "Value for currency conversion", "Importer BN15",
    "Total Surtaxes", "Valeur en douane", "Traitement tarifaire", "N° de classement",
    "No de classement", "Code LMSI",
)  # fmt: skip
"""Two of these make a sheet a Canadian declaration (B3 or CAD)."""
