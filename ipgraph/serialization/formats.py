"""The formats of answers and of RDF documents: one table, read by every door.

Media types and their order follow SPARQL 1.1 (Query Results JSON, XML, CSV, TSV), RDF 1.1 and
JSON-LD 1.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ipgraph.errors import UsageError


class Holds(StrEnum):
    """What a format can hold."""

    BINDINGS = "bindings"  # the solutions of a SELECT or the truth value of an ASK
    TRIPLES = "triples"  # one RDF graph
    QUADS = "quads"  # an RDF dataset
    TABLES = "tables"  # of things and statements, for spreadsheets


@dataclass(frozen=True, slots=True)
class Format:
    """A serialisation: its short name, media type, file suffix and the synonyms clients send."""

    name: str
    media_type: str
    suffix: str
    holds: Holds
    label: str
    content_type: str = ""
    synonyms: tuple[str, ...] = ()  # strong synonyms: other media types of the same format
    weak: tuple[str, ...] = ()  # broad types that this format answers when nothing better fits

    @property
    def header(self) -> str:
        """The value of Content-Type."""
        return self.content_type or self.media_type


FORMATS: tuple[Format, ...] = (
    Format(
        "json",
        "application/sparql-results+json",
        ".srj",
        Holds.BINDINGS,
        "SPARQL JSON",
        weak=("application/json",),
    ),
    Format(
        "xml",
        "application/sparql-results+xml",
        ".srx",
        Holds.BINDINGS,
        "SPARQL XML",
        weak=("application/xml", "text/xml"),
    ),
    Format(
        "csv",
        "text/csv",
        ".csv",
        Holds.BINDINGS,
        "CSV",
        content_type="text/csv; charset=utf-8; header=present",
    ),
    Format(
        "tsv",
        "text/tab-separated-values",
        ".tsv",
        Holds.BINDINGS,
        "TSV",
        content_type="text/tab-separated-values; charset=utf-8; header=present",
        weak=("text/plain",),
    ),
    Format(
        "ttl",
        "text/turtle",
        ".ttl",
        Holds.TRIPLES,
        "Turtle",
        content_type="text/turtle; charset=utf-8",
        synonyms=("application/x-turtle", "application/turtle"),
        weak=("text/plain",),
    ),
    Format(
        "nt",
        "application/n-triples",
        ".nt",
        Holds.TRIPLES,
        "N-Triples",
        content_type="application/n-triples; charset=utf-8",
    ),
    Format(
        "rdf",
        "application/rdf+xml",
        ".rdf",
        Holds.TRIPLES,
        "RDF/XML",
        weak=("application/xml", "text/xml"),
    ),
    Format(
        "jsonld",
        "application/ld+json",
        ".jsonld",
        Holds.TRIPLES,
        "JSON-LD",
        weak=("application/json",),
    ),
    Format(
        "trig",
        "application/trig",
        ".trig",
        Holds.QUADS,
        "TriG",
        content_type="application/trig; charset=utf-8",
        synonyms=("application/x-trig",),
    ),
    Format(
        "nq",
        "application/n-quads",
        ".nq",
        Holds.QUADS,
        "N-Quads",
        content_type="application/n-quads; charset=utf-8",
        synonyms=("text/x-nquads",),
    ),
)

# Table files of a whole graph (`ipgraph.serialization.tables`); never negotiated.
TABLE_FORMATS: tuple[Format, ...] = (
    Format("csv.zip", "application/zip", ".csv.zip", Holds.TABLES, "CSV"),
    Format(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".xlsx",
        Holds.TABLES,
        "Excel",
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
    """Return the format of a short name, alias, file suffix or media type, in any case.

    Raises `UsageError` naming what exists.
    """
    wanted = name.strip().lower().removeprefix(".")
    wanted = _ALIASES.get(wanted, wanted)
    if wanted in _BY_NAME:
        return _BY_NAME[wanted]
    for item in FORMATS:
        if wanted in (item.media_type, item.suffix.removeprefix("."), *item.synonyms):
            return item
    raise UsageError(f"There is no format {name!r}; the formats are {', '.join(_BY_NAME)}.")


def of_kind(*kinds: Holds) -> tuple[Format, ...]:
    """Return the formats that hold one of `kinds`, in the order of preference of the table."""
    return tuple(item for item in FORMATS if item.holds in kinds)


def tables_named(name: str) -> Format | None:
    """Return the format of tables that a file name ends in, or that is named; else None."""
    name = name.lower()
    return next((item for item in TABLE_FORMATS if f".{name}".endswith(item.suffix)), None)
