"""Hints for queries without rows: headers for programs, and the parts of the query page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from ipgraph.serialization.emptiness import is_empty
from ipgraph.sparql import hints

if TYPE_CHECKING:
    from ipgraph.server.edition import Edition
    from ipgraph.sparql.guard import Inspection
    from ipgraph.sparql.hints import Hints
    from ipgraph.sparql.query import Query

TERM = hints.TERM
HEADER, TERM_HEADER = "X-Query-Hint", "X-Unknown-Term"
_MAX_NAMED = 3
_MAX_CHARS = 500
_IRI_SAFE = ":/?#[]@!$&'()*+,;=%-._~"
_TEXT_SAFE = _IRI_SAFE + ' "<>^{}|`\\'


def headers(
    edition: Edition, query: Query, found: Inspection, format_name: str, body: bytes
) -> list[tuple[str, str]]:
    """Return headers for a complete result: none if it has rows.

    `HEADER` is a sentence for each hint. `TERM_HEADER` is the IRI of an unknown term in angle
    brackets and, if there is a similar one, ``; nearest=<IRI>``. Other characters than printable
    ASCII are percent-encoded.
    """
    if found.form == "ASK" or found.services or not is_empty(format_name, body):
        return []
    items = of_query(edition, query).items
    values = [(HEADER, quote(str(hint)[:_MAX_CHARS], safe=_TEXT_SAFE)) for hint in items]
    unknown = [hint for hint in items if hint.iri][:_MAX_NAMED]
    for hint in unknown:
        value = f"<{quote(hint.iri, safe=_IRI_SAFE)}>"
        if hint.found:
            value += f"; nearest={quote(hint.found, safe=_IRI_SAFE + '<>')}"
        values.append((TERM_HEADER, value))
    return values


def of_query(edition: Edition, query: Query, *, scans: bool = False) -> Hints:
    """Return the hints for a query without rows."""
    terms = edition.part(_terms)
    return hints.find(
        edition.kg.store,
        query.text,
        dict(query.prefixes),
        query.base,
        nearest=partial(hints.nearest_in, terms),
        scans=scans,
    )


def _terms(edition: Edition) -> list[str]:
    return hints.terms_of(edition.kg.store)
