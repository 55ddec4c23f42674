"""The description of the dataset: VoID and DCAT as RDF, DCAT-US as JSON, with counts."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ipgraph.namespaces import DCAT, DCTERMS, DQV, FOAF, OWL, RDF, SD, SKOS, VOID, XSD
from ipgraph.serialization.formats import Content
from ipgraph.server.api.dumps import dumps_of
from ipgraph.server.api.service_description import format_iris, write
from ipgraph.server.http.negotiation import JSON, RDF_OFFERS, Choice
from ipgraph.server.http.response import Response
from ipgraph.server.http.routes import Routes

if TYPE_CHECKING:
    from ipgraph.dataset.statistics import Statistics
    from ipgraph.namespaces.prefixes import Prefixes
    from ipgraph.server.context import Request
    from ipgraph.server.edition import Edition

PUBLISHER = "ipgraph"  # of a dataset that does not name its own

routes = Routes()


def rdf(request: Request, choice: Choice) -> Response:
    """Return the description in an RDF format."""
    prefixes = request.edition.kg.prefixes.declared
    body = write(_triples(request.edition, request.public_root), choice.name, prefixes)
    return Response.of((("Content-Type", choice.content_type), ("Vary", "Accept")), body)


@routes.add("/void.ttl", summary="Statistics of the dataset (VoID, DCAT)", offers=RDF_OFFERS[:1])
def void(request: Request) -> Response:
    """Write the description as Turtle."""
    return rdf(request, RDF_OFFERS[0].choice)


@routes.add("/dcat.ttl", summary="The same description", offers=RDF_OFFERS[:1])
def dcat(request: Request) -> Response:
    """Write the description as Turtle."""
    return rdf(request, RDF_OFFERS[0].choice)


@routes.add("/.well-known/void", summary="Redirect (302) to the statistics", status=302)
def well_known_void(request: Request) -> Response:
    """Redirect to the VoID description (VoID, section 7.2)."""
    age = request.service.settings.max_age_s
    headers = (
        ("Location", f"{request.script_root}/void.ttl"),
        ("Cache-Control", f"public, max-age={age}"),
    )
    return Response.of(headers, status=302)


@routes.add("/data.json", summary="The dataset in DCAT-US 1.1", offers=(JSON,))
def data_json(request: Request) -> Response:
    """Return the description in DCAT-US 1.1."""
    root, edition = request.public_root, request.edition
    kg = edition.kg
    modified = _created(edition)
    publisher = kg.config.creator.choose() or PUBLISHER
    contact = {"@type": "vcard:Contact", "fn": publisher}
    if edition.settings.contact:  # DCAT-US requires an address, but there is none to give
        contact["hasEmail"] = edition.settings.contact
    dataset = {
        "@type": "dcat:Dataset",
        "title": kg.title,
        "description": edition.description or f"{kg.title}, served by ipgraph.",
        "keyword": edition.keywords or ["RDF"],
        "modified": modified,
        "publisher": {"@type": "org:Organization", "name": publisher},
        "contactPoint": contact,
        "identifier": edition.dataset_iri(root),
        "accessLevel": "public",
        **({"license": edition.license} if edition.license else {}),
        "landingPage": f"{root}/",
        "distribution": [
            {
                "@type": "dcat:Distribution",
                "title": label,
                "mediaType": media_type,
                "downloadURL": address,
            }
            for address, label, media_type in edition_files(edition, root)
        ]
        + [
            {
                "@type": "dcat:Distribution",
                "title": "SPARQL endpoint",
                "format": "SPARQL",
                "accessURL": f"{root}/sparql",
            }
        ],
    }
    document: dict[str, Any] = {
        "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
        "@id": f"{root}/data.json",
        "@type": "dcat:Catalog",
        "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        "describedBy": "https://project-open-data.cio.gov/v1.1/schema/catalog.json",
        "dataset": [dataset],
    }
    body = json.dumps(document, indent=1).encode()
    return Response.of((("Content-Type", JSON.content_type),), body)


class _Triples:
    """Collects triples, in order. Its blank nodes have the same labels each time."""

    def __init__(self) -> None:
        self.triples: list[ox.Triple] = []
        self._labels = itertools.count(1)

    def blank(self) -> ox.BlankNode:
        """Return a new blank node; a random label would give equal tags to different bytes."""
        return ox.BlankNode(f"b{next(self._labels)}")

    def __call__(self, subject: Any, predicate: str, *values: Any) -> None:
        name = ox.NamedNode(predicate)
        self.triples.extend(ox.Triple(subject, name, value) for value in values)


def _triples(edition: Edition, root: str) -> list[ox.Triple]:
    add, kg = _Triples(), edition.kg
    dataset, endpoint = ox.NamedNode(edition.dataset_iri(root)), ox.NamedNode(f"{root}/sparql")
    add(dataset, RDF + "type", ox.NamedNode(VOID + "Dataset"), ox.NamedNode(DCAT + "Dataset"))
    add(dataset, DCTERMS + "identifier", ox.Literal(dataset.value))
    add(dataset, DCTERMS + "title", ox.Literal(kg.title, language="en"))
    if edition.description:
        add(dataset, DCTERMS + "description", ox.Literal(edition.description))
    add(dataset, DCTERMS + "modified", _dated(edition))
    if kg.snapshot is not None:
        add(dataset, OWL + "versionInfo", ox.Literal(kg.snapshot.content_hash))
    _describe_rights(add, dataset, edition)
    add(dataset, FOAF + "homepage", ox.NamedNode(f"{root}/"))
    add(dataset, VOID + "sparqlEndpoint", endpoint)
    add(dataset, VOID + "uriLookupEndpoint", ox.NamedNode(f"{root}/describe?uri="))
    _describe_counts(add, dataset, kg.statistics, kg.prefixes)
    if kg.findings is not None and kg.findings.contradictions:
        _describe_contradictions(add, dataset, root, kg.findings.contradiction_count)
    _describe_files(add, dataset, edition_files(edition, root))
    service = add.blank()
    add(service, RDF + "type", ox.NamedNode(DCAT + "DataService"))
    add(service, DCAT + "endpointURL", endpoint)
    add(service, DCAT + "servesDataset", dataset)
    add(service, DCTERMS + "conformsTo", ox.NamedNode(SD + "SPARQL11Query"))
    return add.triples


def _describe_rights(add: _Triples, dataset: ox.NamedNode, edition: Edition) -> None:
    """Add what the dataset file says: license, keywords, publisher, IRIs."""
    config = edition.kg.config
    if config.license:
        add(dataset, DCTERMS + "license", ox.NamedNode(config.license))
    for keyword in config.keywords:
        for tag, text in keyword.versions:
            literal = ox.Literal(text, language=tag) if tag else ox.Literal(text)
            add(dataset, DCAT + "keyword", literal)
    if config.creator:
        publisher = add.blank()
        add(dataset, DCTERMS + "publisher", publisher)
        add(publisher, RDF + "type", ox.NamedNode(FOAF + "Agent"))
        add(publisher, FOAF + "name", ox.Literal(config.creator.choose()))
    if config.iris.things:
        add(dataset, VOID + "uriSpace", ox.Literal(config.iris.things))
    if config.start:
        add(dataset, VOID + "exampleResource", ox.NamedNode(config.start))


def _describe_contradictions(add: _Triples, dataset: ox.NamedNode, root: str, count: int) -> None:
    """Add the number of contradictions as a measurement of quality (Data Quality Vocabulary)."""
    metric, measured = ox.NamedNode(f"{root}/quality#contradictions"), add.blank()
    add(dataset, DQV + "hasQualityMeasurement", measured)
    add(measured, RDF + "type", ox.NamedNode(DQV + "QualityMeasurement"))
    add(measured, DQV + "computedOn", dataset)
    add(measured, DQV + "isMeasurementOf", metric)
    add(measured, DQV + "value", _integer(count))
    add(metric, RDF + "type", ox.NamedNode(DQV + "Metric"))
    definition = "The number of contradictions found by the rules of OWL 2 RL."
    add(metric, SKOS + "definition", ox.Literal(definition, language="en"))


def _describe_counts(
    add: _Triples, dataset: ox.NamedNode, figures: Statistics, prefixes: Prefixes
) -> None:
    add(
        dataset,
        VOID + "vocabulary",
        *(ox.NamedNode(vocabulary) for vocabulary in _vocabularies(figures, prefixes)),
    )
    for name, value in _figures(figures).items():
        add(dataset, VOID + name, _integer(value))
    for use in figures.properties:
        part = add.blank()
        add(dataset, VOID + "propertyPartition", part)
        add(part, VOID + "property", ox.NamedNode(use.iri))
        add(part, VOID + "triples", _integer(use.triples))
        add(part, VOID + "distinctSubjects", _integer(use.subjects))
        add(part, VOID + "distinctObjects", _integer(use.objects))
    for iri, number in figures.classes:
        part = add.blank()
        add(dataset, VOID + "classPartition", part)
        add(part, VOID + "class", ox.NamedNode(iri))
        add(part, VOID + "entities", _integer(number))


def _describe_files(
    add: _Triples, dataset: ox.NamedNode, files: list[tuple[str, str, str]]
) -> None:
    add(dataset, VOID + "feature", *(ox.NamedNode(item) for item in format_iris()))
    for address, label, media_type in files:
        dump, distribution = ox.NamedNode(address), add.blank()
        add(dataset, VOID + "dataDump", dump)
        add(dataset, DCAT + "distribution", distribution)
        add(distribution, RDF + "type", ox.NamedNode(DCAT + "Distribution"))
        add(distribution, DCTERMS + "title", ox.Literal(label, language="en"))
        add(distribution, DCAT + "downloadURL", dump)
        iana = ox.NamedNode("https://www.iana.org/assignments/media-types/" + media_type)
        add(distribution, DCAT + "mediaType", iana)


def _figures(figures: Statistics) -> dict[str, int]:
    return {
        "triples": figures.triples,
        "entities": figures.entities,
        "classes": len(figures.classes),
        "properties": len(figures.properties),
        "distinctSubjects": figures.distinct_subjects,
        "distinctObjects": figures.distinct_objects,
    }


def edition_files(edition: Edition, root: str) -> list[tuple[str, str, str]]:
    """Return address, label and media type of each file of the whole graph."""
    files = edition.part(dumps_of)
    return [
        (f"{root}/downloads/{files.name(form.suffix)}", form.label, form.media_type)
        for form in files.formats
        if form.content is not Content.TABLES
    ]


def _vocabularies(figures: Statistics, prefixes: Prefixes) -> list[str]:
    """Return the namespaces of prefixes that are used."""
    used = [item.iri for item in figures.properties] + [iri for iri, _ in figures.classes]
    return list(prefixes.used_by(used).values())


def _created(edition: Edition) -> str:
    if edition.kg.snapshot is None:
        return "1970-01-01T00:00:00Z"
    return str(edition.kg.snapshot.manifest["created"])


def _dated(edition: Edition) -> ox.Literal:
    return ox.Literal(_created(edition), datatype=ox.NamedNode(XSD + "dateTime"))


def _integer(value: int) -> ox.Literal:
    return ox.Literal(str(value), datatype=ox.NamedNode(XSD + "integer"))
