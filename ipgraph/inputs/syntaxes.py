"""The syntaxes that are read: names, suffixes and media types, in one table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

import pyoxigraph as ox

from ipgraph.errors import UsageError


@dataclass(frozen=True, slots=True)
class Syntax:
    """An RDF syntax. `family` says how its brackets are screened: turtle, lines, json or xml.

    With a suffix in `suffixes`, a file is RDF; with one in `shared`, its content decides.
    """

    key: str
    name: str
    rdf_format: ox.RdfFormat
    family: str
    suffixes: tuple[str, ...]
    media_types: tuple[str, ...]
    shared: tuple[str, ...] = ()
    has_graphs: bool = False


TURTLE = Syntax(
    *("ttl", "Turtle", ox.RdfFormat.TURTLE, "turtle", (".ttl", ".turtle")),
    ("text/turtle", "application/x-turtle", "application/turtle"),
)
TRIG = Syntax(
    *("trig", "TriG", ox.RdfFormat.TRIG, "turtle", (".trig",)),
    ("application/trig", "application/x-trig"),
    has_graphs=True,
)
N_TRIPLES = Syntax(
    *("nt", "N-Triples", ox.RdfFormat.N_TRIPLES, "lines", (".nt", ".ntriples")),
    ("application/n-triples",),
)
N_QUADS = Syntax(
    *("nq", "N-Quads", ox.RdfFormat.N_QUADS, "lines", (".nq", ".nquads")),
    ("application/n-quads",),
    has_graphs=True,
)
RDF_XML = Syntax(
    *("rdf", "RDF/XML", ox.RdfFormat.RDF_XML, "xml", (".rdf", ".owl", ".rdfs")),
    ("application/rdf+xml", "application/owl+xml"),
    shared=(".xml",),
)
JSON_LD = Syntax(
    *("jsonld", "JSON-LD", ox.RdfFormat.JSON_LD, "json", (".jsonld",)),
    ("application/ld+json",),
    shared=(".json",),
    has_graphs=True,
)
N3 = Syntax("n3", "N3", ox.RdfFormat.N3, "turtle", (".n3",), ("text/n3", "text/rdf+n3"))
SYNTAXES = (TURTLE, TRIG, N_TRIPLES, N_QUADS, RDF_XML, JSON_LD, N3)
OWN_SUFFIXES = tuple(suffix for syntax in SYNTAXES for suffix in syntax.suffixes)
UNDECIDED_SUFFIXES = frozenset(("", ".txt", *(s for syntax in SYNTAXES for s in syntax.shared)))

_BY_SUFFIX = {
    suffix: syntax for syntax in SYNTAXES for suffix in (*syntax.suffixes, *syntax.shared)
}
_BY_MEDIA_TYPE = {media_type: syntax for syntax in SYNTAXES for media_type in syntax.media_types}
_BY_KEY = {syntax.key: syntax for syntax in SYNTAXES}
KEYS = tuple(_BY_KEY)
_OTHER_NAMES = {"json-ld": "jsonld", "rdf/xml": "rdf", "pretty-xml": "rdf", "n-triples": "nt"}
_OTHER_NAMES |= {"n-quads": "nq", "nt11": "nt", "turtle2": "ttl", "longturtle": "ttl"}


def by_key(key: str) -> Syntax:
    """Return the syntax with a short name. Raises `UsageError` with the known ones."""
    try:
        return _BY_KEY[key]
    except KeyError:
        known = ", ".join(_BY_KEY)
        raise UsageError(f"There is no input format {key!r}; the formats are {known}.") from None


def by_name(name: str) -> Syntax:
    """Return the syntax with a short name, suffix or media type, or a name that rdflib uses.

    Raises `UsageError` with the short names.
    """
    wanted = name.strip().lower().removeprefix(".")
    found = _BY_KEY.get(_OTHER_NAMES.get(wanted, wanted)) or by_media_type(wanted)
    return found or by_suffix(f"x.{wanted}") or by_key(name)


def by_suffix(name: str) -> Syntax | None:
    """Return the syntax that the suffix of a file name stands for, or None."""
    return _BY_SUFFIX.get(PurePath(name).suffix.lower())


def by_media_type(media_type: str) -> Syntax | None:
    """Return the syntax of a media type without parameters, or None."""
    return _BY_MEDIA_TYPE.get(media_type)
