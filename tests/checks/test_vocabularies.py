"""Terms that their vocabulary does not have: the vocabularies in the files first."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph.checks import vocabularies
from ipgraph.checks.locations import Locator

PREFIXES = """@prefix : <http://e.test/o#> .
@prefix d: <http://e.test/d/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <http://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
ONTOLOGY = "<http://e.test/o> a owl:Ontology . :Person a owl:Class . :name a rdf:Property .\n"
RDFS_ONLY = ":A a rdfs:Class . :B a rdfs:Class . :p a rdf:Property ; rdfs:domain :A, :B .\n"
# For each graph: the terms that are found, with their severity.
CASES = {
    "a term that the ontology lacks": (ONTOLOGY + "d:x a :Persn ; :name 1 .", {":Persn error"}),
    "a property of a class expression": (
        ONTOLOGY + ":Person rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :nam ] .",
        {":nam error"},
    ),
    "no header, but three terms": (RDFS_ONLY + "d:x a :A ; :p 1 ; :q 2 .", {":q error"}),
    "a vocabulary elsewhere": ("d:x a :Person ; :anything 1 .", set()),
    "two annotations of a vocabulary elsewhere": (
        ":name a owl:AnnotationProperty . d:x :name 1 ; :b 2 ; :c 3 ; :d 4 .",
        set(),
    ),
    "a well-known vocabulary": (
        "d:x dcterms:isued 'x' ; dcterms:issued 'y' .",
        {"dcterms:isued error"},
    ),
    "a well-known vocabulary that an alignment repeats": (
        "dcterms:isued a owl:AnnotationProperty . d:x dcterms:isued 'x' .",
        {"dcterms:isued error"},
    ),
    "a growing vocabulary": (
        "d:x a dcat:DatasetSeries, dcat:Datset ; schema:nam 'x' ; schema:name 'y' .",
        {"dcat:Datset warning", "schema:nam warning"},
    ),
    "the datatype of a literal": ("d:x rdfs:label 'x'^^xsd:sting .", {"xsd:sting error"}),
    "members of a container": ("d:x rdf:_1 1 ; rdf:_01 2 .", {"rdf:_01 error"}),
}


@pytest.mark.parametrize("kind", CASES)
def test_terms_are_looked_up_in_their_vocabulary(kind: str) -> None:
    text, expected = CASES[kind]
    found = run(text)
    names = {line.split()[1][:-1]: line.split()[2][1:-1] for line in PREFIXES.splitlines()}
    terms = {
        f"{prefix}:{problem.iri.removeprefix(namespace)} {problem.severity}"
        for problem in found.problems
        for prefix, namespace in names.items()
        if problem.iri.startswith(namespace)
    }
    assert terms == expected


def run(text: str) -> vocabularies.TermsRun:
    store = ox.Store()
    store.load((PREFIXES + text).encode(), format=ox.RdfFormat.TURTLE)
    return vocabularies.run(store, Locator([]))


def test_the_nearest_term_is_named() -> None:
    (problem,) = run(ONTOLOGY + "d:x :nane 1 .").problems
    assert problem.message == (
        "The vocabulary is among the files, but no file describes this term. "
        "Did you mean <http://e.test/o#name>?"
    )


def test_vocabularies_that_are_not_known_are_named() -> None:
    found = run("d:x :p 1 .")
    assert found.unknown == ["http://e.test/o#"]
    assert found.problems == []
