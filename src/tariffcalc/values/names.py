"""Names as people write them, made comparable."""

from __future__ import annotations


def plain(text: str) -> str:
    """Return a name without case, accents, spaces and punctuation.

    >>> plain("Côte d'Ivoire")
    'cotedivoire'
    """
    import unicodedata  # only when a country is given by its name

    letters = unicodedata.normalize("NFKD", text)
    return "".join(c for c in letters.casefold() if c.isalnum())
