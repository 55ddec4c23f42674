"""What an ontology says that OWL 2 RL has no rule for: reported, never passed over in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.namespaces import OWL, RDFS, shorten
from ipgraph.reasoning.closure.clauses import Pattern

if TYPE_CHECKING:
    from ipgraph.reasoning.closure.encoding import Dictionary
    from ipgraph.reasoning.closure.fixpoint import Fixpoint

# Properties whose triples no rule reads (OWL 2 Profiles 4.2: not in the profile, or no rule).
_PROPERTIES = {
    "minCardinality": "a least number is not concluded from",
    "minQualifiedCardinality": "a least number is not concluded from",
    "cardinality": "an exact number is not concluded from; owl:maxCardinality 0 or 1 would be",
    "qualifiedCardinality": "an exact number is not concluded from",
    "hasSelf": "relations of things to themselves are not concluded",
    "disjointUnionOf": "state owl:unionOf and owl:AllDisjointClasses instead",
    "onProperties": "restrictions on several properties are not in OWL 2",
    "withRestrictions": "facets of datatypes are not checked",
    "datatypeComplementOf": "complements of datatypes are not checked",
    "imports": "imported ontologies are not fetched; load them with the graph",
}
_CLASSES = {
    "ReflexiveProperty": "that everything is related to itself is not concluded",
    "NegativePropertyAssertion": "",
}
_CARDINALITIES = ("maxCardinality", "maxQualifiedCardinality")


def constructs_outside(fixpoint: Fixpoint, dictionary: Dictionary) -> tuple[str, ...]:
    """Return a sentence for each construct that is used and that the closure does not honour."""
    found = []
    for name, reason in _PROPERTIES.items():
        count = _count(fixpoint, dictionary, f"<{OWL}{name}>", is_class=False)
        if count:
            found.append(f"owl:{name} ({count} times): {reason}.")
    for name, reason in _CLASSES.items():
        count = _count(fixpoint, dictionary, f"<{OWL}{name}>", is_class=True)
        if count and reason:
            found.append(f"owl:{name} ({count} times): {reason}.")
    return tuple(
        found + _large_cardinalities(fixpoint, dictionary) + _existential(fixpoint, dictionary)
    )


def _count(fixpoint: Fixpoint, dictionary: Dictionary, term: str, *, is_class: bool) -> int:
    number = dictionary.get(term.encode())
    if number is None:
        return 0
    relation = fixpoint.relations.get(~number if is_class else number)
    return len(relation.stated) if relation else 0


def _large_cardinalities(fixpoint: Fixpoint, dictionary: Dictionary) -> list[str]:
    small = {dictionary[term.encode()] for each in (0, 1) for term in dictionary.integers(each)}
    found = []
    for name in _CARDINALITIES:
        number = dictionary.get(f"<{OWL}{name}>".encode())
        if number is None or number not in fixpoint.relations:
            continue
        values = fixpoint.solve((Pattern(number, "c", "n"),)).get("n")
        large = 0 if values is None else sum(each not in small for each in values.tolist())
        if large:
            found.append(f"owl:{name} above 1 ({large} times): only 0 and 1 have rules.")
    return found


def _existential(fixpoint: Fixpoint, dictionary: Dictionary) -> list[str]:
    """Find superclasses that ask for a value that exists or for one class out of several."""
    found = []
    for name, why in (
        ("someValuesFrom", "that a value exists is not concluded"),
        ("unionOf", "which of the classes it is, is not concluded"),
    ):
        below = dictionary.get(f"<{RDFS}subClassOf>".encode())
        number = dictionary.get(f"<{OWL}{name}>".encode())
        if below not in fixpoint.relations or number not in fixpoint.relations:
            continue
        body = (Pattern(below, "c", "d"), Pattern(number, "d", "x"))
        solutions = fixpoint.solve(body)
        if "d" not in solutions:
            continue
        terms = list(dictionary)
        above = {
            terms[each].decode()
            for each, cls in zip(solutions["d"].tolist(), solutions["c"].tolist(), strict=True)
            if each != cls and terms[cls].startswith(b"<") and terms[each].startswith(b"_:")
        }
        if above:
            found.append(f"{shorten(OWL + name)} as a superclass ({len(above)} times): {why}.")
    return found
