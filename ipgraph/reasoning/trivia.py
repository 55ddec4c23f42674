"""The trivial triples of an OWL 2 RL closure, which closures leave out.

They are the reflexive ones (`x owl:sameAs x`, `C rdfs:subClassOf C` ...), those that make
everything an `owl:Thing`, the axiomatic ones (what follows from the empty graph), and those with a
literal as subject, which no serialization of RDF 1.1 can hold.
"""

from __future__ import annotations

from ipgraph.reasoning.vocabulary import (
    ANNOTATION_PROPERTY,
    BUILT_IN_STARTS,
    CLASS,
    DATATYPE,
    DISJOINT_WITH,
    DOMAIN,
    EQUIVALENT_CLASS,
    EQUIVALENT_PROPERTY,
    NOTHING,
    RANGE,
    RESOURCE,
    SAME_AS,
    SUBCLASS_OF,
    SUBPROPERTY_OF,
    THING,
    TYPE,
)

REFLEXIVE = frozenset((SAME_AS, SUBCLASS_OF, SUBPROPERTY_OF, EQUIVALENT_CLASS, EQUIVALENT_PROPERTY))
_EVERYTHING = frozenset({THING, RESOURCE})
# Predicates whose triples with one of these objects hold for every subject.
TOP = dict.fromkeys((TYPE, SUBCLASS_OF, DOMAIN, RANGE), _EVERYTHING)
_AXIOMATIC_TYPES = frozenset({ANNOTATION_PROPERTY, DATATYPE, CLASS})


def is_trivial(subject: str, predicate: str, object_: str) -> bool:
    """True if closures leave out this triple; its terms are in N-Triples syntax."""
    if subject[0] == '"':
        return True
    if predicate in REFLEXIVE and subject == object_:
        return True
    if object_ in TOP.get(predicate, ()):
        return True
    if predicate == SUBCLASS_OF and subject == NOTHING:
        return True
    return is_axiomatic(subject, predicate, object_)


def is_axiomatic(subject: str, predicate: str, object_: str) -> bool:
    """True if the triple follows from the empty graph, up to the datatypes it may mention."""
    if not subject.startswith(BUILT_IN_STARTS):
        return False
    if predicate == TYPE:
        return object_ in _AXIOMATIC_TYPES
    return predicate == DISJOINT_WITH and object_.startswith(BUILT_IN_STARTS)
