"""The SPARQL 1.1 Service Description of the endpoint, with its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.namespaces import DCAT, RDF, RDFS, SD, VOID, XSD
from ipgraph.serialization.formats import FORMATS, Content, by_name, formats_with
from ipgraph.server.http.response import Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ipgraph.server.context import Request
    from ipgraph.server.http.negotiation import Choice

_FORMATS_NS = "http://www.w3.org/ns/formats/"
# The IRIs that W3C gives to formats (https://www.w3.org/ns/formats/).
_FORMAT_IRIS = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "ttl": "Turtle",
    "nt": "N-Triples",
    "rdf": "RDF_XML",
    "jsonld": "JSON-LD",
    "trig": "TriG",
    "nq": "N-Quads",
}
_A = ox.NamedNode(RDF + "type")


def service(request: Request, choice: Choice) -> Response:
    """Return the description of the endpoint at the address that the client used."""
    root, service = request.public_root, request.service
    headers = (
        ("Content-Type", choice.content_type),
        ("Vary", "Accept"),
        ("Link", f'<{root}/void.ttl>; rel="describedby"'),
        ("Cache-Control", f"public, max-age={service.settings.max_age_s}"),
    )
    prefixes = request.edition.kg.prefixes.declared
    return Response.of(headers, write(_triples(request, root), choice.name, prefixes))


def write(triples: Iterable[ox.Triple], format_name: str, declared: Mapping[str, str]) -> bytes:
    """Serialize triples in a format of the table, with blank nodes numbered by occurrence.

    Otherwise their random names would make different bytes under the same strong entity tag.
    """
    form = by_name(format_name)
    triples = list(_numbered(triples))
    prefixes = {**declared, "sd": SD, "void": VOID, "formats": _FORMATS_NS, "dcat": DCAT}
    body = ox.serialize(
        triples
        if form.content is Content.TRIPLES
        else (ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples),
        format=ox.RdfFormat.from_media_type(form.media_type),
        prefixes=prefixes if form.name in ("ttl", "trig", "rdf", "jsonld") else None,
    )
    return body or b""


def _numbered(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """Yield the triples with the blank nodes b0, b1, … in order of occurrence."""
    names: dict[str, ox.BlankNode] = {}

    def numbered(term: Any) -> Any:
        if not isinstance(term, ox.BlankNode):
            return term
        return names.setdefault(term.value, ox.BlankNode(f"b{len(names)}"))

    for triple in triples:
        yield ox.Triple(numbered(triple.subject), triple.predicate, numbered(triple.object))


def format_iris() -> list[str]:
    """Return the IRIs of the RDF formats."""
    return [
        _FORMATS_NS + _FORMAT_IRIS[item.name]
        for item in formats_with(Content.TRIPLES, Content.QUADS)
    ]


def _triples(request: Request, root: str) -> list[ox.Triple]:
    service = request.service
    endpoint = ox.NamedNode(f"{root}/sparql")
    dataset, default, note = ox.BlankNode("dataset"), ox.BlankNode("default"), []
    for name, value in service.limits.items():
        note.append(f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}")
    found = [
        ox.Triple(endpoint, _A, _sd("Service")),
        ox.Triple(endpoint, _sd("endpoint"), endpoint),
        ox.Triple(endpoint, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        ox.Triple(endpoint, _sd("supportedLanguage"), _sd("SPARQL12Query")),
        ox.Triple(endpoint, _sd("defaultEntailmentRegime"),
                  ox.NamedNode("http://www.w3.org/ns/entailment/OWL-RDF-Based")),
        ox.Triple(endpoint, _sd("supportedEntailmentProfile"),
                  ox.NamedNode("http://www.w3.org/ns/owl-profile/RL")),
        ox.Triple(endpoint, ox.NamedNode(RDFS + "comment"),
                  ox.Literal("Limits: " + ", ".join(note) + ".", language="en")),
        ox.Triple(endpoint, _sd("defaultDataset"), dataset),
        ox.Triple(dataset, _A, _sd("Dataset")),
        ox.Triple(dataset, _sd("defaultGraph"), default),
        ox.Triple(default, _A, _sd("Graph")),
    ]  # fmt: skip
    if service.federation:
        found.append(ox.Triple(endpoint, _sd("feature"), _sd("BasicFederatedQuery")))
    for form in FORMATS:
        iri = ox.NamedNode(_FORMATS_NS + _FORMAT_IRIS[form.name])
        found.append(ox.Triple(endpoint, _sd("resultFormat"), iri))
    snapshot = request.edition.kg.snapshot
    if snapshot is None:
        return found
    counts = snapshot.manifest["counts"]
    found.append(ox.Triple(default, ox.NamedNode(VOID + "triples"), _number(counts["triples"])))
    for index, (iri, number) in enumerate(counts["graphs"].items(), 1):
        named, graph = ox.BlankNode(f"named{index}"), ox.BlankNode(f"graph{index}")
        found += [
            ox.Triple(dataset, _sd("namedGraph"), named),
            ox.Triple(named, _A, _sd("NamedGraph")),
            ox.Triple(named, _sd("name"), ox.NamedNode(iri)),
            ox.Triple(named, _sd("graph"), graph),
            ox.Triple(graph, _A, _sd("Graph")),
            ox.Triple(graph, ox.NamedNode(VOID + "triples"), _number(number)),
        ]
    return found


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(SD + name)


def _number(value: int) -> ox.Literal:
    return ox.Literal(str(value), datatype=ox.NamedNode(XSD + "integer"))
