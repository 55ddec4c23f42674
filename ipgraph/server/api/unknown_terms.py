"""Headers of empty results that name unknown terms of the query, and similar known terms."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox

from ipgraph.namespaces import OWL, RDF, RDFS
from ipgraph.sparql import missing_terms

if TYPE_CHECKING:
    from ipgraph.server.edition import Edition
    from ipgraph.sparql.guard import Inspection

HEADER = "X-Unknown-Term"
_MAX_NAMED = 3


def headers(
    edition: Edition, found: Inspection, format_name: str, body: bytes
) -> list[tuple[str, str]]:
    """Return a header for each unknown term if a table of solutions is empty.

    The value is the IRI in angle brackets and, if there is a similar one, ``; nearest=<IRI>``: that
    with the other scheme (``http`` or ``https``) before all others.
    """
    if found.form != "SELECT" or found.services or not _is_empty(format_name, body):
        return []
    values = []
    store = edition.kg.store
    for iri in missing_terms.missing(store, (use.name for use in found.names)):
        near = missing_terms.other_scheme(store, iri) or nearest(edition, iri)
        safe = quote(iri, safe=":/?#[]@!$&'()*+,;=%-._~")
        values.append((HEADER, f"<{safe}>" + (f"; nearest=<{near}>" if near else "")))
    return values[:_MAX_NAMED]


def nearest(edition: Edition, iri: str) -> str:
    """Return the IRI of the most similar property or class, or an empty text."""
    near = get_close_matches(iri, _terms(edition), n=1, cutoff=0.8)
    return near[0] if near else ""


def _is_empty(format_name: str, body: bytes) -> bool:
    if format_name == "json":
        return body.endswith(b'"bindings":[]}}')
    if format_name == "xml":
        return b"<result>" not in body
    return body.rstrip(b"\r\n").count(b"\n") == 0


@lru_cache(maxsize=4)
def _terms(edition: Edition) -> list[str]:
    kinds = ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")
    kind = ox.NamedNode(RDF + "type")
    found = {
        quad.subject.value
        for item in (*(OWL + name for name in kinds), RDFS + "Class", RDF + "Property")
        for quad in edition.kg.store.quads(None, kind, ox.NamedNode(item), None)
        if isinstance(quad.subject, ox.NamedNode)
    }
    return sorted(found)
