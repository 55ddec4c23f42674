"""Constructs of an ontology that no rule of OWL 2 RL reads: reported, never ignored silently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.namespaces import OWL
from ipgraph.reasoning.closure.compilation.clauses import Pattern
from ipgraph.reasoning.vocabulary import (
    MAX_CARDINALITY,
    MAX_QUALIFIED_CARDINALITY,
    SOME_VALUES_FROM,
    SUBCLASS_OF,
    UNION_OF,
)
from ipgraph.reasoning.wording import short_name

if TYPE_CHECKING:
    from ipgraph.reasoning.closure.encoding import Dictionary
    from ipgraph.reasoning.closure.fixpoint import Fixpoint

# Properties whose triples no rule reads (OWL 2 Profiles 4.2: not in the profile, or no rule).
_PROPERTIES = {
    "minCardinality": "nothing is inferred from a minimum cardinality",
    "minQualifiedCardinality": "nothing is inferred from a minimum cardinality",
    "cardinality": (
        "nothing is inferred from an exact cardinality; owl:maxCardinality 0 or 1 has rules"
    ),
    "qualifiedCardinality": "nothing is inferred from an exact cardinality",
    "hasSelf": "relations of a resource to itself are not inferred",
    "disjointUnionOf": "state owl:unionOf and owl:AllDisjointClasses instead",
    "onProperties": "OWL 2 has no restrictions on several properties",
    "withRestrictions": "facets of datatypes are not checked",
    "datatypeComplementOf": "complements of datatypes are not checked",
    "imports": "imported ontologies are not fetched; load them with the graph",
}
_CLASSES = {"ReflexiveProperty": "that everything is related to itself is not inferred"}
_SUPERCLASSES = {
    SOME_VALUES_FROM: "that a value exists is not inferred",
    UNION_OF: "which of the classes applies is not inferred",
}


def unsupported_constructs(fixpoint: Fixpoint, dictionary: Dictionary) -> tuple[str, ...]:
    """Return a sentence for each construct in use that the closure does not support."""
    found = []
    for names, is_class in ((_PROPERTIES, False), (_CLASSES, True)):
        for name, reason in names.items():
            count = _count(fixpoint, dictionary, f"<{OWL}{name}>", is_class=is_class)
            if count:
                found.append(f"owl:{name} ({_times(count)}): {reason}.")
    found += _large_cardinalities(fixpoint, dictionary)
    found += _superclasses(fixpoint, dictionary)
    return tuple(found)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _count(fixpoint: Fixpoint, dictionary: Dictionary, term: str, *, is_class: bool) -> int:
    number = dictionary.get(term.encode())
    if number is None:
        return 0
    relation = fixpoint.relations.get(~number if is_class else number)
    return len(relation.stated) if relation else 0


def _large_cardinalities(fixpoint: Fixpoint, dictionary: Dictionary) -> list[str]:
    supported = {
        dictionary[term.encode()] for value in (0, 1) for term in dictionary.integers(value)
    }
    found = []
    for term in (MAX_CARDINALITY, MAX_QUALIFIED_CARDINALITY):
        number = dictionary.get(term.encode())
        if number is None or number not in fixpoint.relations:
            continue
        values = fixpoint.solve((Pattern(number, "c", "n"),)).get("n")
        count = 0 if values is None else sum(value not in supported for value in values.tolist())
        if count:
            found.append(f"{short_name(term)} above 1 ({_times(count)}): only 0 and 1 have rules.")
    return found


def _superclasses(fixpoint: Fixpoint, dictionary: Dictionary) -> list[str]:
    """Describe superclasses that require a value to exist or one class out of several."""
    found = []
    for predicate, reason in _SUPERCLASSES.items():
        subclass_of = dictionary.get(SUBCLASS_OF.encode())
        number = dictionary.get(predicate.encode())
        if subclass_of not in fixpoint.relations or number not in fixpoint.relations:
            continue
        solutions = fixpoint.solve((Pattern(subclass_of, "c", "d"), Pattern(number, "d", "x")))
        if "d" not in solutions:
            continue
        terms = list(dictionary)
        pairs = zip(solutions["c"].tolist(), solutions["d"].tolist(), strict=True)
        superclasses = {
            higher
            for lower, higher in pairs
            if lower != higher and terms[lower].startswith(b"<") and terms[higher].startswith(b"_:")
        }
        if superclasses:
            times = _times(len(superclasses))
            found.append(f"{short_name(predicate)} as a superclass ({times}): {reason}.")
    return found
