"""The formats of query results and RDF documents, in one table for all interfaces.

Media types and their order follow SPARQL 1.1 (Query Results JSON, XML, CSV, TSV), RDF 1.1 and
JSON-LD 1.1.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from ipgraph.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable


class Content(StrEnum):
    """What a format can contain."""

    BINDINGS = "bindings"  # the solutions of a SELECT or the truth value of an ASK
    TRIPLES = "triples"  # one RDF graph
    QUADS = "quads"  # an RDF dataset
    TABLES = "tables"  # of entities and statements, for spreadsheets


class Feature(StrEnum):
    """What RDF has and some formats cannot write; the value completes "cannot hold …"."""

    TRIPLE_TERM = "triple terms"
    XML_CHARACTER = "characters that XML does not allow"
    XML_NAME = "properties whose IRI does not end in an XML name"
    MANY_ROWS = "more than 1,048,575 statements"


class Format(NamedTuple):
    """A serialization: short name, media type, file suffix, and synonyms that clients send.

    A format of bindings and one of triples may share an alias: the result decides (``xml``).
    """

    name: str
    media_type: str
    suffix: str
    content: Content
    label: str
    content_type: str = ""
    synonyms: tuple[str, ...] = ()  # strong synonyms: other media types of the same format
    weak: tuple[str, ...] = ()  # generic media types; used if no other format matches
    aliases: tuple[str, ...] = ()  # other short names
    lacks: frozenset[Feature] = frozenset()  # what it cannot hold (`ipgraph.serialization.limits`)

    is_basic: bool = False  # triple terms are written in their basic encoding

    @property
    def plain(self) -> Format:
        """The format without the basic encoding."""
        return _BY_NAME[self.name.removesuffix(BASIC)]

    @property
    def header(self) -> str:
        """The value of Content-Type."""
        return self.content_type or self.media_type


FORMATS: tuple[Format, ...] = (
    Format(
        "json",
        "application/sparql-results+json",
        ".srj",
        Content.BINDINGS,
        "SPARQL JSON",
        weak=("application/json",),
        aliases=("srj",),
    ),
    Format(
        "xml",
        "application/sparql-results+xml",
        ".srx",
        Content.BINDINGS,
        "SPARQL XML",
        weak=("application/xml", "text/xml"),
        aliases=("srx",),
        lacks=frozenset({Feature.XML_CHARACTER}),
    ),
    Format(
        "csv",
        "text/csv",
        ".csv",
        Content.BINDINGS,
        "CSV",
        content_type="text/csv; charset=utf-8; header=present",
    ),
    Format(
        "tsv",
        "text/tab-separated-values",
        ".tsv",
        Content.BINDINGS,
        "TSV",
        content_type="text/tab-separated-values; charset=utf-8; header=present",
        weak=("text/plain",),
    ),
    Format(
        "ttl",
        "text/turtle",
        ".ttl",
        Content.TRIPLES,
        "Turtle",
        content_type="text/turtle; charset=utf-8",
        synonyms=("application/x-turtle", "application/turtle"),
        weak=("text/n3", "text/rdf+n3", "application/n3"),  # Turtle is a part of Notation 3
        aliases=("turtle", "n3"),
    ),
    Format(
        "nt",
        "application/n-triples",
        ".nt",
        Content.TRIPLES,
        "N-Triples",
        content_type="application/n-triples; charset=utf-8",
        weak=("text/plain",),  # RDF Test Cases (2004), section 3
        aliases=("ntriples", "n-triples"),
    ),
    Format(
        "rdf",
        "application/rdf+xml",
        ".rdf",
        Content.TRIPLES,
        "RDF/XML",
        weak=("application/xml", "text/xml"),
        aliases=("xml", "rdfxml", "rdf/xml", "rdf+xml", "rdf-xml", "pretty-xml"),
        lacks=frozenset({Feature.XML_CHARACTER, Feature.XML_NAME}),
    ),
    Format(
        "jsonld",
        "application/ld+json",
        ".jsonld",
        Content.TRIPLES,
        "JSON-LD",
        synonyms=("application/x-json+ld",),
        weak=("application/json",),
        aliases=("json", "json-ld", "ld+json"),
        lacks=frozenset({Feature.TRIPLE_TERM}),
    ),
    Format(
        "trig",
        "application/trig",
        ".trig",
        Content.QUADS,
        "TriG",
        content_type="application/trig; charset=utf-8",
        synonyms=("application/x-trig",),
    ),
    Format(
        "nq",
        "application/n-quads",
        ".nq",
        Content.QUADS,
        "N-Quads",
        content_type="application/n-quads; charset=utf-8",
        synonyms=("text/x-nquads",),
        aliases=("nquads", "n-quads"),
    ),
)

# Table files of a whole graph (`ipgraph.serialization.tables`); never negotiated.
TABLE_FORMATS: tuple[Format, ...] = (
    Format("csv.zip", "application/zip", ".csv.zip", Content.TABLES, "CSV"),
    Format(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".xlsx",
        Content.TABLES,
        "Excel",
        lacks=frozenset({Feature.MANY_ROWS}),
    ),
)

_BY_NAME = {item.name: item for item in FORMATS}
# Formats of triples and quads exist a second time, for the basic encoding of triple terms
# (`ipgraph.serialization.basic_encoding`). They are never negotiated.
BASIC = "-basic"
_BASIC_BY_NAME = {
    item.name + BASIC: item._replace(
        name=item.name + BASIC,
        lacks=item.lacks - {Feature.TRIPLE_TERM},
        is_basic=True,
        synonyms=(),
        aliases=(),
    )
    for item in FORMATS
    if item.content in (Content.TRIPLES, Content.QUADS)
}


def by_name(name: str) -> Format:
    """Return the format with a short name, file suffix, media type or alias. Ignores case.

    Raises `UsageError`, which lists the formats.
    """
    exact = _BY_NAME.get(name) or _BASIC_BY_NAME.get(name)
    if exact is not None:
        return exact
    found = find(name, FORMATS)
    if found is None:
        from difflib import get_close_matches  # late: only errors need it

        near = get_close_matches(name.lower().removeprefix("."), _BY_NAME, n=1)
        raise UsageError(
            f"Unknown format {name!r}. Formats: {', '.join(_BY_NAME)}.",
            hint=f"Did you mean {near[0]}?" if near else "",
        )
    return found


def find(name: str, known: Iterable[Format]) -> Format | None:
    """Return the one of some formats that `by_name` would return among them, or None."""
    wanted = name.strip().lower().removeprefix(".").replace(" ", "+")  # "+" may arrive decoded
    if wanted.endswith(BASIC):
        plain = find(wanted.removesuffix(BASIC), known)
        return _BASIC_BY_NAME.get(plain.name + BASIC) if plain else None
    by_alias = None
    for item in known:
        if wanted in (item.name, item.media_type, item.suffix.removeprefix("."), *item.synonyms):
            return item
        if by_alias is None and wanted in item.aliases:
            by_alias = item
    return by_alias


def formats_with(*contents: Content) -> tuple[Format, ...]:
    """Return the formats for any of `contents`, in the order of the table."""
    return tuple(item for item in FORMATS if item.content in contents)


def table_format(name: str) -> Format | None:
    """Return the table format with this name, or with the suffix of this file name, or None."""
    name = name.lower()
    return next((item for item in TABLE_FORMATS if f".{name}".endswith(item.suffix)), None)
