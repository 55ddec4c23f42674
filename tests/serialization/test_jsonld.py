from __future__ import annotations

import io
import json

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from ipgraph.errors import NotAcceptable
from ipgraph.namespaces import PREFIXES
from ipgraph.namespaces.prefixes import Prefixes
from ipgraph.serialization import jsonld
from ipgraph.store.local import LocalStore

# A warning of rdflib 7.6 about its own JSON-LD parser.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

DECLARED = """\
PREFIX ip: <https://w3id.org/ipgraph/ontology/>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
org:unitOf a owl:ObjectProperty . ip:identifier a owl:DatatypeProperty .
dcterms:identifier a owl:DatatypeProperty . rdfs:label a owl:AnnotationProperty .
"""
ALL_KINDS = """\
PREFIX ip: <https://w3id.org/ipgraph/ontology/>
PREFIX id: <https://w3id.org/ipgraph/id/>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
id:a a org:Unit, ip:Division, _:kind ; org:unitOf id:b, _:whole, "a name", "de"@de, 5, true ;
  rdfs:label "A \\"Division\\"\\n<x>"@en, "Abteilung"@de, "A", "5"^^xsd:integer, "05"^^xsd:int, true, "1"^^xsd:boolean ;
  ip:identifier "x", 12345678901234567890, "1.50"^^xsd:decimal, "2007"^^xsd:gYear ;
  dcterms:identifier "y"@en-GB, <http://example.org/an/iri>, "1e3"^^xsd:double ;
  <http://example.org/p> <urn:x:y>, <mailto:a@example.org>, <https://w3id.org/ipgraph/id//a>, "z"@en .
_:whole rdfs:label ""@en ; org:unitOf ( id:a 1 "x"@en ) . id:b a "no class" .
"""  # noqa: E501  one line per predicate


def store_of(*texts: str) -> LocalStore:
    engine = ox.Store()
    for text in texts:
        engine.load(text.encode(), format=ox.RdfFormat.TURTLE)
    return LocalStore(engine, prefixes=Prefixes(PREFIXES))


def written(store: LocalStore, context_of: LocalStore | None = None) -> bytes:
    out = io.BytesIO()
    triples = (quad.triple for quad in store.quads())
    jsonld.write(triples, jsonld.Context.of(context_of or store), out)
    return out.getvalue()


def canonical(body: bytes, form: ox.RdfFormat) -> set[str]:
    dataset = ox.Dataset(ox.parse(body, format=form))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def turtle(store: LocalStore) -> bytes:
    return ox.serialize((quad.triple for quad in store.quads()), format=ox.RdfFormat.N_TRIPLES)


def assert_same(body: bytes, triples: bytes) -> None:
    """Compare a document with N-Triples, as read by both libraries, which fetch nothing."""
    assert canonical(body, ox.RdfFormat.JSON_LD) == canonical(triples, ox.RdfFormat.N_TRIPLES)
    ours, theirs = rdflib.Graph(), rdflib.Graph()
    ours.parse(data=body, format="json-ld")
    theirs.parse(data=triples, format="nt")
    assert isomorphic(ours, theirs)


@pytest.mark.parametrize("declared", ["", DECLARED], ids=["undeclared", "declared"])
def test_every_kind_of_statement_round_trips(declared):
    store = store_of(ALL_KINDS)
    assert_same(written(store, store_of(declared)), turtle(store))


def test_terms_are_local_names_and_the_projects_own_term_wins_a_conflict():
    document = json.loads(written(store_of(ALL_KINDS), store_of(DECLARED)))
    (node,) = [item for item in document["@graph"] if item["@id"] == "id:a"]
    assert {"@type", "unitOf", "label", "identifier", "dcterms:identifier"} <= node.keys()
    assert "id:b" in node["unitOf"]
    assert document["@context"]["unitOf"] == {"@id": "org:unitOf", "@type": "@id"}


def test_a_document_about_an_entity_has_only_the_terms_that_it_uses():
    document = json.loads(written(store_of("<urn:a> <urn:p> 1 ."), store_of(DECLARED)))
    assert "unitOf" not in document["@context"]
    assert "unitOf" in jsonld.Context.of(store_of(DECLARED)).document()


def test_a_long_document_is_streamed_in_expanded_form(monkeypatch):
    monkeypatch.setattr(jsonld, "MAX_CONTEXT_TRIPLES", 3)
    store = store_of(ALL_KINDS)
    body = written(store, store_of(DECLARED))
    assert_same(body, turtle(store))
    assert "@context" not in body.decode()


@pytest.mark.parametrize("iri", ["id:x", "schema:Thing", "_:x"])
def test_an_iri_that_looks_like_a_prefixed_name_is_an_error(iri):
    context = jsonld.Context.of(store_of(""))
    with pytest.raises(NotAcceptable, match="prefixed name"):
        context.short(iri)


def test_the_whole_graph_round_trips(project):
    out = io.BytesIO()
    project.export(out, format="jsonld")
    plain = io.BytesIO()
    project.export(plain, format="nt")
    triples = canonical(plain.getvalue(), ox.RdfFormat.N_TRIPLES)
    assert len(triples) > 20_000
    assert canonical(out.getvalue(), ox.RdfFormat.JSON_LD) == triples


@pytest.mark.parametrize("name", ["IP", "PSCD", "DHS"])
def test_an_entity_round_trips(project, name):
    out, plain = io.BytesIO(), io.BytesIO()
    project.export(out, format="jsonld", about=name)
    project.export(plain, format="nt", about=name)
    assert_same(out.getvalue(), plain.getvalue())


def test_prefixes_that_a_context_cannot_declare_are_left_out():
    prefixes = {"": "urn:a#", "http": "urn:b/", "a.b": "urn:c/", "obo": "urn:x/GO_", "e": "urn:e/"}
    assert jsonld.usable_prefixes(prefixes) == {"e": "urn:e/"}
