"""W3C protocol and service description tests, sent unchanged to the server."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
import rdflib

from ipgraph.knowledge_graph import KnowledgeGraph
from ipgraph.settings import Settings
from ipgraph.store.local import LocalStore
from support import w3c_suite

HT = rdflib.Namespace("http://www.w3.org/2011/http#")
CNT = rdflib.Namespace("http://www.w3.org/2011/content#")
MF = w3c_suite.MF
SD = "http://www.w3.org/ns/sparql-service-description#"
KASEI = "http://kasei.us/2009/09/sparql/data/"
# Updates that must succeed on a writable server; this one is read-only and responds with 403.
UPDATES = frozenset(
    {
        "update_base_uri",
        "update_dataset_default_graph",
        "update_dataset_default_graphs",
        "update_dataset_full",
        "update_dataset_named_graphs",
        "update_post_direct",
        "update_post_form",
    }
)
TYPES = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": {
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    },
    "RDF": {"text/turtle", "application/n-triples", "application/rdf+xml"},
}


def manifest() -> rdflib.Graph:
    folder = w3c_suite.root()
    return (
        rdflib.Graph().parse(folder / "sparql11/protocol/manifest.ttl")
        if folder
        else rdflib.Graph()
    )


GRAPH = manifest()
TESTS = sorted(
    str(subject).rpartition("#")[2] for subject in GRAPH.subjects(rdflib.RDF.type, MF.ProtocolTest)
)

pytestmark = pytest.mark.skipif(not TESTS, reason="the W3C suites are missing: set W3C_TESTS")


@pytest.fixture(scope="module")
def suite(serve_session):
    engine = ox.Store()
    for number in (1, 2, 3):
        path = w3c_suite.root() / f"sparql11/protocol/data{number}.nt"
        engine.load(path=str(path), format=ox.RdfFormat.N_TRIPLES,
                    to_graph=ox.NamedNode(f"{KASEI}data{number}.rdf"))  # fmt: skip
    with serve_session(KnowledgeGraph(Settings(), external=LocalStore(engine))) as running:
        yield running


def send(suite, request):
    """Send a request of the manifest and return the reply."""
    headers = {}
    for header in rdflib.collection.Collection(
        GRAPH, GRAPH.value(request, HT.headers) or rdflib.RDF.nil
    ):
        name = str(GRAPH.value(header, HT.fieldName)).replace("-", "_")
        headers[name] = str(GRAPH.value(header, HT.fieldValue))
    body = GRAPH.value(request, HT.body)
    content = None
    if body is not None:
        encoding = str(GRAPH.value(body, CNT.characterEncoding))
        content = str(GRAPH.value(body, CNT.chars)).encode(encoding)
    path = str(GRAPH.value(request, HT.absolutePath))
    return suite.ask(path, str(GRAPH.value(request, HT.methodName)), content, **headers)


@pytest.mark.parametrize("name", TESTS)
def test_a_request_of_the_protocol_suite_gets_the_expected_response(suite, name):
    test = next(subject for subject in GRAPH.subjects(rdflib.RDF.type, MF.ProtocolTest)
                if str(subject).endswith("#" + name))  # fmt: skip
    connection = GRAPH.value(test, MF.action)
    requests = list(rdflib.collection.Collection(GRAPH, GRAPH.value(connection, HT.requests)))
    assert requests
    for request in requests:
        reply = send(suite, request)
        if name in UPDATES:
            assert reply.status == 403
            return
        expected = GRAPH.value(request, HT.resp)
        statuses = {str(status)[-3] for status in GRAPH.objects(expected, MF.expectedStatus)}
        assert str(reply.status)[0] in statuses, reply.body
        kind = GRAPH.value(expected, MF.expectedFormat)
        if kind is not None:
            assert reply.type in TYPES[str(kind)]
        truth = GRAPH.value(expected, MF.expectedBoolean)
        if truth is not None:
            assert reply.json()["boolean"] is truth.toPython()


def test_every_rejected_update_is_in_the_suite():
    assert set(TESTS) > UPDATES
    assert len(TESTS) == 34


def test_service_description_returns_rdf(suite):
    reply = suite.ask("/sparql", Accept="text/turtle, application/rdf+xml")
    assert reply.type in TYPES["RDF"]
    assert list(ox.parse(reply.body, format=ox.RdfFormat.from_media_type(reply.type)))


def test_service_description_has_the_endpoint(suite):
    reply = suite.ask("/sparql", Accept="application/n-triples")
    triple = f"<{SD}endpoint> <{suite.address}/sparql> ."
    assert triple in reply.body.decode()


def test_service_description_conforms_to_the_schema(suite):
    """Check the domains and ranges of the vocabulary (SPARQL 1.1 Service Description, 3)."""
    reply = suite.ask("/sparql", Accept="application/n-triples")
    store = ox.Store()
    store.load(reply.body, format=ox.RdfFormat.N_TRIPLES)
    domains = {
        "endpoint": "Service", "supportedLanguage": "Service", "resultFormat": "Service",
        "defaultDataset": "Service", "defaultGraph": "Dataset", "namedGraph": "Dataset",
        "name": "NamedGraph", "graph": "NamedGraph",
    }  # fmt: skip
    for name, domain in domains.items():
        found = store.query(
            f"SELECT * {{ ?s <{SD}{name}> ?o FILTER NOT EXISTS {{ ?s a <{SD}{domain}> }} }}"
        )
        assert not list(found), name
    services = list(store.query(f"SELECT ?s {{ ?s a <{SD}Service> ; <{SD}endpoint> ?e }}"))
    assert len(services) == 1
    assert store.query(f"ASK {{ ?s <{SD}supportedLanguage> <{SD}SPARQL11Query> }}")
