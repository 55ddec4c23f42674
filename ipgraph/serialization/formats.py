"""The formats of query results and RDF documents, in one table for all interfaces.

Media types and their order follow SPARQL 1.1 (Query Results JSON, XML, CSV, TSV), RDF 1.1 and
JSON-LD 1.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ipgraph.errors import UsageError


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


@dataclass(frozen=True, slots=True)
class Format:
    """A serialization: short name, media type, file suffix, and synonyms that clients send."""

    name: str
    media_type: str
    suffix: str
    content: Content
    label: str
    content_type: str = ""
    synonyms: tuple[str, ...] = ()  # strong synonyms: other media types of the same format
    weak: tuple[str, ...] = ()  # generic media types; used if no other format matches
    lacks: frozenset[Feature] = frozenset()  # what it cannot hold (`ipgraph.serialization.limits`)

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
    ),
    Format(
        "xml",
        "application/sparql-results+xml",
        ".srx",
        Content.BINDINGS,
        "SPARQL XML",
        weak=("application/xml", "text/xml"),
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
        weak=("text/plain",),
    ),
    Format(
        "nt",
        "application/n-triples",
        ".nt",
        Content.TRIPLES,
        "N-Triples",
        content_type="application/n-triples; charset=utf-8",
    ),
    Format(
        "rdf",
        "application/rdf+xml",
        ".rdf",
        Content.TRIPLES,
        "RDF/XML",
        weak=("application/xml", "text/xml"),
        lacks=frozenset({Feature.XML_CHARACTER, Feature.XML_NAME}),
    ),
    Format(
        "jsonld",
        "application/ld+json",
        ".jsonld",
        Content.TRIPLES,
        "JSON-LD",
        weak=("application/json",),
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
_ALIASES = {
    "turtle": "ttl",
    "ntriples": "nt",
    "n-triples": "nt",
    "rdfxml": "rdf",
    "rdf/xml": "rdf",
    "rdf+xml": "rdf",
    "json-ld": "jsonld",
    "nquads": "nq",
    "n-quads": "nq",
}


def by_name(name: str) -> Format:
    """Return the format with a short name, alias, file suffix or media type. Ignores case.

    Raises `UsageError`, which lists the formats.
    """
    wanted = name.strip().lower().removeprefix(".")
    wanted = _ALIASES.get(wanted, wanted)
    if wanted in _BY_NAME:
        return _BY_NAME[wanted]
    for item in FORMATS:
        if wanted in (item.media_type, item.suffix.removeprefix("."), *item.synonyms):
            return item
    raise UsageError(f"Unknown format {name!r}. Formats: {', '.join(_BY_NAME)}.")


def formats_with(*contents: Content) -> tuple[Format, ...]:
    """Return the formats for any of `contents`, in the order of the table."""
    return tuple(item for item in FORMATS if item.content in contents)


def table_format(name: str) -> Format | None:
    """Return the table format with this name, or with the suffix of this file name, or None."""
    name = name.lower()
    return next((item for item in TABLE_FORMATS if f".{name}".endswith(item.suffix)), None)
