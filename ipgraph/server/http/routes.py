"""Every address of the service that is read by GET, in one table: path, types, parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ipgraph.serialization.formats import Holds, of_kind
from ipgraph.serialization.xlsx import MEDIA_TYPE as WORKBOOK

_RDF = tuple(each.media_type for each in of_kind(Holds.TRIPLES, Holds.QUADS))
_SUFFIXES = [each.suffix.removeprefix(".") for each in of_kind(Holds.TRIPLES, Holds.QUADS)]
_HTML = ("text/html",)
_JSON = ("application/json",)
_TEXT = ("text/plain",)
_LIST = (*_HTML, *_JSON, "text/csv")
_BOTH = (*_HTML, *_RDF, "text/csv")

# Graphs that lack what an address needs have no such address.
OWN, SNAPSHOT, CONTACT = "the project's own graph", "a snapshot", "the setting contact"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter by its name in the address, and the JSON Schema of its values."""

    name: str
    meaning: str
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True, slots=True)
class Address:
    """An address that is read by GET. A parameter in braces stands in the path.

    `parameters` are keys of `PARAMETERS`; `required` are those in the query that must be given.
    """

    path: str
    summary: str
    types: tuple[str, ...]
    parameters: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    status: int = 200
    needs: str = ""


def _one_of(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": [*values]}


def _number(least: int, most: int | None = None) -> dict[str, Any]:
    return {"type": "integer", "minimum": least} | ({} if most is None else {"maximum": most})


PARAMETERS: dict[str, Parameter] = {
    "name": Parameter("name", "the last part of its IRI"),
    "suffix": Parameter("suffix", "the format", _one_of(*_SUFFIXES, "csv")),
    "table": Parameter("suffix", "the format", _one_of("csv", "xlsx")),
    "file": Parameter("name", "the name of a file that /downloads lists"),
    "uri": Parameter("uri", "an IRI of the graph"),
    "format": Parameter("format", "a short name or media type; beats Accept"),
    "face": Parameter("format", "beats Accept", _one_of("html", "json", "csv")),
    "proof": Parameter("format", "beats Accept", _one_of("html", "json", "ttl")),
    "q": Parameter("q", "words, or the beginning of one"),
    "type": Parameter("type", "IRI of a class"),
    "kind": Parameter("kind", "what to complete", _one_of("class", "property", "entity")),
    "class": Parameter("class", "of things of this class only: IRI or prefixed name"),
    "letter": Parameter("letter", "the first letter of a name"),
    "page": Parameter("page", "number of a page of results, from 1", _number(1)),
    "s": Parameter("s", "subject: an IRI, a name or an acronym"),
    "p": Parameter("p", "predicate: an IRI or a name"),
    "o": Parameter("o", "object: an IRI, a literal, a name or an acronym"),
    "relation": Parameter("relation", "a property: prefixed name or IRI"),
    "property": Parameter("property", "IRI of a property"),
    "direction": Parameter("direction", "who points: the thing, or others at it", _one_of("in")),
    "history": Parameter("history", "the whole history, not the last of it", _one_of("all")),
    "year": Parameter("year", "the thing as it was in a year", _number(1, 9999)),
    "from": Parameter("from", "the first year", _number(1, 9999)),
    "to": Parameter("to", "the last year", _number(1, 9999)),
    "happening": Parameter("sort", "what happened", _one_of("established", "changed", "dissolved")),
    "order": Parameter(
        "sort",
        "the order",
        _one_of("title", "publisher", "issued", "genre", "authority", "statements"),
    ),
    "authority": Parameter("authority", "of this authority only: primary, secondary or tertiary"),
    "genre": Parameter("genre", "of this kind only"),
    "sorted": Parameter("sort", "the order of the things", _one_of("label", "short", "mentions")),
    "answers": Parameter(
        "answers",
        "what the question has parameters for, each under its own name",
        {"type": "object", "additionalProperties": {"type": "string"}},
    ),
    "id": Parameter("id", "a thing: IRI, name or acronym"),
    "levels": Parameter("levels", "how many levels of parts; 0: all neighbours", _number(0, 4)),
    "queries": Parameter("queries", "a batch of queries, as JSON"),
    "extend": Parameter("extend", "things and properties whose values are wanted, as JSON"),
    "prefix": Parameter("prefix", "the beginning of a name"),
    "thing": Parameter("id", "the IRI of a thing"),
    "subject": Parameter("subject", "prefixed name of a class"),
    "join": Parameter("relation", "prefixed name of a property"),
    "object": Parameter("object", "prefixed name of a class"),
    "query": Parameter("query", "the query"),
    "infer": Parameter("infer", "false leaves out what is inferred", _one_of("true", "false")),
}

# Every address beside the endpoint; `path` parameters first.
ADDRESSES: tuple[Address, ...] = (
    Address("/", "The home page; as RDF the description of the dataset", (*_HTML, *_RDF)),
    Address("/id/{name}", "A thing: 303 to its page or its data", (), ("name",), status=303),
    Address("/page/{name}", "The page of a thing", _HTML, ("name", "year", "history")),
    Address(
        "/page/{name}/related/{relation}",
        "All that a thing relates to in one way",
        _LIST,
        ("name", "relation", "direction", "page", "face"),
    ),
    Address(
        "/related",
        "The same of any IRI",
        _LIST,
        ("uri", "property", "direction", "page", "face"),
        ("uri", "property"),
    ),
    Address("/data/{name}.{suffix}", "The data of a thing", (*_RDF, "text/csv"),
            ("name", "suffix")),
    Address("/describe", "A thing of any IRI", _BOTH, ("uri", "format"), ("uri",)),
    Address("/ontology", "The ontology", _BOTH, ("format", "page")),
    Address("/ontology.{suffix}", "The ontology in a format", (*_RDF, "text/csv"), ("suffix",)),
    Address("/ontology/{name}", "A term of the ontology", _BOTH,
            ("name", "format", "sorted", "page")),
    Address("/source/{name}", "A source and what it states", _BOTH, ("name", "format", "page")),
    Address("/sources", "The documents", _LIST,
            ("q", "authority", "genre", "order", "page", "face")),
    Address("/search", "Find things by name", (*_HTML, *_JSON), ("q", "type", "page", "face"),
            ("q",)),
    Address("/suggest", "Complete a name", _JSON, ("q",)),
    Address("/complete", "Complete a term in a query", _JSON, ("kind", "q", "class")),
    Address("/browse", "Things by kind", _LIST, ("type", "letter", "page", "face")),
    Address("/sectors", "The sectors and their agencies", _LIST, ("face",), needs=OWN),
    Address("/sectors/{name}", "301 to the page of a sector", (), ("name",), status=301, needs=OWN),
    Address("/graph", "The explorer", _HTML, ("id", "levels")),
    Address("/graph/neighbours", "The neighbours of a thing", _JSON, ("id", "levels")),
    Address("/timeline", "What changed when", _LIST, ("id", "happening", "from", "to", "face"),
            needs=OWN),
    Address("/why", "The proof of a statement", (*_HTML, *_JSON, "text/turtle"),
            ("s", "p", "o", "proof"), ("s", "p", "o")),
    Address("/questions", "Questions with answers", _LIST, ("face",), needs=OWN),
    Address("/questions/{name}", "A question, answered with parameters", _LIST,
            ("name", "answers", "face"), needs=OWN),
    Address("/disagreements", "Where sources differ", _LIST, ("face",), needs=OWN),
    Address("/report", "Report an error in a statement", _HTML, ("uri",), ("uri",), needs=CONTACT),
    Address("/quality", "What the checks find", _LIST, ("face",), needs=SNAPSHOT),
    Address("/about", "About this site", _HTML),
    Address("/downloads", "The files of the whole graph", _HTML),
    Address("/downloads/{name}", "A file of the whole graph", _RDF, ("file",)),
    Address("/downloads/SHA256SUMS", "Their checksums", _TEXT),
    Address("/ask", "302 to the query that three menus make", (), ("subject", "join", "object"),
            ("subject", "join", "object"), status=302),
    Address("/sparql/labels.{suffix}", "An answer with a label beside each IRI",
            ("text/csv", WORKBOOK), ("table", "query", "infer"), ("query",)),
    Address("/reconcile", "Names to things: the Reconciliation API 0.2 (OpenRefine); without a "
            "parameter its manifest", _JSON, ("queries", "extend")),
    Address("/reconcile/suggest/entity", "Complete a thing", _JSON, ("prefix",)),
    Address("/reconcile/suggest/property", "Complete a property", _JSON, ("prefix",)),
    Address("/reconcile/suggest/type", "Complete a class", _JSON, ("prefix",)),
    Address("/reconcile/properties", "Properties that things of a class have", _JSON, ("type",)),
    Address("/reconcile/preview", "A thing in a small frame", _HTML, ("thing",), ("thing",)),
    Address("/prefixes", "The prefixes of the project", (*_JSON, "text/turtle")),
    Address("/context.jsonld", "The context of the JSON-LD", ("application/ld+json",)),
    Address("/void.ttl", "Statistics of the dataset (VoID, DCAT)", ("text/turtle",)),
    Address("/dcat.ttl", "The same description", ("text/turtle",)),
    Address("/.well-known/void", "302 to the statistics", (), status=302),
    Address("/.well-known/security.txt", "Where to report weaknesses", _TEXT, needs=CONTACT),
    Address("/data.json", "The dataset as DCAT-US 1.1 has it", _JSON),
    Address("/openapi.json", "This document", _JSON),
    Address("/llms.txt", "What is here, for language models", _TEXT),
    Address("/robots.txt", "What crawlers may read", _TEXT),
    Address("/sitemap.xml", "The pages", ("application/xml",)),
    Address("/health", "Whether the service answers, and its limits", _JSON),
    Address("/metrics", "Figures for Prometheus", _TEXT),
)  # fmt: skip
