"""Terms of vocabularies: do they exist? No other tool reports a misspelled IRI.

A vocabulary among the checked files decides what it has; for the well-known others, the copies in
rdflib do. Terms of any other vocabulary are not checked.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.checks import terms
from ipgraph.checks.problems import Problem
from ipgraph.namespaces import DCAT, OWL, RDF, RDFS, SCHEMA, SCHEMA_HTTP, SHACL, XSD
from ipgraph.namespaces.prefixes import WELL_KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ipgraph.checks.locations import Locator

# Vocabularies that rdflib includes in full, by the name of the class there; those that still grow
# may have terms that rdflib does not know yet.
_COMPLETE = {
    "dcterms": "DCTERMS",
    "foaf": "FOAF",
    "org": "ORG",
    "owl": "OWL",
    "prov": "PROV",
    "rdf": "RDF",
    "rdfs": "RDFS",
    "skos": "SKOS",
    "vann": "VANN",
    "xsd": "XSD",
}
_GROWING = {"dcat": "DCAT", "schema": "SDO", "sh": "SH", "void": "VOID", "qb": "QB"}
# Terms that are newer than rdflib's copies: RDF 1.2, XML Schema 1.1 and DCAT 3.
_NEWER = {
    *(RDF + name for name in ("reifies", "dirLangString", "PropositionForm", "JSON")),
    *(XSD + name for name in ("anyAtomicType", "precisionDecimal")),
    *(DCAT + name for name in ("DatasetSeries", "inSeries", "seriesMember", "resource", "prev")),
    *(DCAT + name for name in ("first", "last", "next", "nextVersion", "hasVersion", "version")),
    *(DCAT + name for name in ("isVersionOf", "hasCurrentVersion", "previousVersion")),
    *(DCAT + name for name in ("inCatalog", "isDistributionOf")),
}
_MEMBER = re.compile(re.escape(RDF) + r"_[1-9]\d*")
# Properties whose objects are terms of vocabularies.
_REFERENCES = (
    RDF + "type",
    *(RDFS + name for name in ("subClassOf", "subPropertyOf", "domain", "range")),
    *(OWL + name for name in ("equivalentClass", "equivalentProperty", "inverseOf", "onProperty")),
    *(OWL + name for name in ("someValuesFrom", "allValuesFrom", "disjointWith", "onClass")),
    *(SCHEMA + name for name in ("domainIncludes", "rangeIncludes")),
    *(SHACL + name for name in ("path", "class", "datatype", "targetClass")),
)
_REFERENCED = f"""SELECT DISTINCT ?term WHERE {{
  {{ SELECT DISTINCT ?term WHERE {{ ?subject ?term ?object }} }}
  UNION {{ VALUES ?reference {{ {" ".join(f"<{iri}>" for iri in _REFERENCES)} }}
    ?subject ?reference ?term . FILTER(isIRI(?term)) }}
  UNION {{ SELECT DISTINCT (DATATYPE(?object) AS ?term) WHERE {{
    ?subject ?predicate ?object . FILTER(isLiteral(?object)) }} }}
}}"""
_DESCRIBED = "SELECT DISTINCT ?term WHERE { ?term ?property ?value . FILTER(isIRI(?term)) }"
_NAMESPACE_URI = WELL_KNOWN["vann"] + "preferredNamespaceUri"
_HEADERS = f"""SELECT DISTINCT ?term WHERE {{
  {{ ?ontology a <{OWL}Ontology> . BIND(STR(?ontology) AS ?term) FILTER(isIRI(?ontology)) }}
  UNION {{ ?any <{_NAMESPACE_URI}> ?uri . BIND(STR(?uri) AS ?term) }}
}}"""
# Without a header, a namespace with this many described terms is a vocabulary among the files.
_MIN_DESCRIBED = 3


@dataclass(slots=True)
class TermsRun:
    """What one run found: problems, terms that were looked up, and vocabularies that are not."""

    problems: list[Problem] = field(default_factory=list)
    checked: int = 0
    unknown: list[str] = field(default_factory=list)


def run(engine: ox.Store, locator: Locator) -> TermsRun:
    """Look up each term in use, in the default graph, in its vocabulary."""
    found = TermsRun()
    referenced = _by_namespace(_select(engine, _REFERENCED))
    described = _by_namespace(_select(engine, _DESCRIBED))
    headers = {iri.rstrip("#/") for iri in _select(engine, _HEADERS)}
    for namespace in sorted({*referenced, *described}):
        used, own = referenced.get(namespace, set()), described.get(namespace, set())
        known = _well_known(namespace)
        if _has_vocabulary(namespace, own, used, headers):
            vocabulary = _Vocabulary(own | (known.members if known else set()))
        elif known:
            vocabulary, used = known, used | own
        else:
            found.unknown += [namespace] if used else []
            continue
        found.checked += len(used)
        for term in sorted(used):
            if not vocabulary.has(term):
                found.problems.append(_problem(term, vocabulary, engine, locator))
    return found


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """The terms of a vocabulary; a well-known one has a `name`, and may be older than the data."""

    members: set[str]
    name: str = ""
    is_complete: bool = True

    def has(self, term: str) -> bool:
        return term in self.members or term in _NEWER or bool(_MEMBER.fullmatch(term))


def _well_known(namespace: str) -> _Vocabulary | None:
    """Return the copy of a vocabulary in rdflib, or None if there is none."""
    import rdflib

    wanted = SCHEMA if namespace == SCHEMA_HTTP else namespace
    for names in (_COMPLETE, _GROWING):
        for name, class_name in names.items():
            copy = getattr(rdflib, class_name)
            if str(copy) == wanted:
                extras = {wanted + local for local in copy._extras}
                members = {str(term) for term in dir(copy)} | extras
                if namespace != wanted:
                    members = {term.replace(wanted, namespace, 1) for term in members}
                return _Vocabulary(members, name, is_complete=names is _COMPLETE)
    return None


def _has_vocabulary(
    namespace: str, described: set[str], referenced: set[str], headers: set[str]
) -> bool:
    """Whether the vocabulary of a namespace is among the files."""
    if not described:
        return False
    if namespace.rstrip("#/") in headers:
        return True
    return len(described & referenced) >= max(_MIN_DESCRIBED, len(referenced) / 2)


def _by_namespace(iris: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for iri in iris:
        namespace = iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
        if namespace and namespace != iri:
            found.setdefault(namespace, set()).add(iri)
    return found


def _select(engine: ox.Store, query: str) -> Iterator[str]:
    solutions = engine.query(query)
    assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101  it is a SELECT query
    yield from (row["term"].value for row in solutions if row["term"] is not None)


def _problem(term: str, vocabulary: _Vocabulary, engine: ox.Store, locator: Locator) -> Problem:
    node, place = ox.NamedNode(term), None
    for predicate, value in ((node, None), (None, node)):
        for quad in engine.quads_for_pattern(None, predicate, value, None):
            if isinstance(quad.subject, ox.NamedNode):
                place = place or locator.find(quad.subject, engine)
    near = difflib.get_close_matches(term, vocabulary.members, 1, 0.9)
    advice = (
        f"Did you mean {terms.text_of(ox.NamedNode(near[0]))}?" if near else "Check the spelling."
    )
    if vocabulary.name:
        message = f"The vocabulary {vocabulary.name} has no such term."
    else:
        message = "The vocabulary is among the files, but no file describes this term."
    return Problem(
        "vocabularies/unknown-term",
        f"{message} {advice}",
        entity=terms.text_of(node),
        place=place,
        severity="error" if vocabulary.is_complete else "warning",
        iri=term,
    )
