"""The triples of an OWL 2 RL closure that say nothing, and that no reader wants to see.

They are the reflexive ones (`x owl:sameAs x`, `C rdfs:subClassOf C` ...), those by which everything
is an `owl:Thing`, the axiomatic ones (what follows from the empty graph), and those with a literal
as subject, which no serialisation of RDF 1.1 can hold.
"""

from __future__ import annotations

from ipgraph.namespaces import OWL, RDF, RDFS, XSD


def _iri(text: str) -> str:
    return f"<{text}>"


TYPE = _iri(RDF + "type")
THING = _iri(OWL + "Thing")
NOTHING = _iri(OWL + "Nothing")
RESOURCE = _iri(RDFS + "Resource")
REFLEXIVE = frozenset(
    _iri(each)
    for each in (
        OWL + "sameAs",
        RDFS + "subClassOf",
        RDFS + "subPropertyOf",
        OWL + "equivalentClass",
        OWL + "equivalentProperty",
    )
)
TOP = {  # predicates whose triple with one of these objects holds of everything
    TYPE: frozenset({THING, RESOURCE}),
    _iri(RDFS + "subClassOf"): frozenset({THING, RESOURCE}),
    _iri(RDFS + "domain"): frozenset({THING, RESOURCE}),
    _iri(RDFS + "range"): frozenset({THING, RESOURCE}),
}
ANNOTATION_PROPERTIES = tuple(
    _iri(each)
    for each in (
        RDFS + "label",
        RDFS + "comment",
        RDFS + "seeAlso",
        RDFS + "isDefinedBy",
        OWL + "deprecated",
        OWL + "versionInfo",
        OWL + "priorVersion",
        OWL + "backwardCompatibleWith",
        OWL + "incompatibleWith",
    )
)
BUILT_IN = tuple("<" + each for each in (RDF, RDFS, OWL, XSD))
_AXIOMATIC_TYPES = frozenset(
    _iri(each) for each in (OWL + "AnnotationProperty", RDFS + "Datatype", OWL + "Class")
)


def is_trivial(subject: str, predicate: str, object_: str) -> bool:
    """Tell whether a triple, its terms in N-Triples syntax, is one that closures leave out."""
    if subject[0] == '"':
        return True
    if predicate in REFLEXIVE and subject == object_:
        return True
    if object_ in TOP.get(predicate, ()):
        return True
    if predicate == _iri(RDFS + "subClassOf") and subject == NOTHING:
        return True
    return is_axiomatic(subject, predicate, object_)


def is_axiomatic(subject: str, predicate: str, object_: str) -> bool:
    """Tell whether a triple follows from the empty graph, up to the datatypes it may mention."""
    if not subject.startswith(BUILT_IN):
        return False
    if predicate == TYPE:
        return object_ in _AXIOMATIC_TYPES
    return predicate == _iri(OWL + "disjointWith") and object_.startswith(BUILT_IN)
