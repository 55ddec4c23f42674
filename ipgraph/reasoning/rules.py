"""The rules of OWL 2 RL/RDF: tables 4 to 9 of section 4.3 of OWL 2 Profiles, as one table.

Each row is the rule's name, its body, its head (empty: `false`) and the reason in words, where
`{x}` stands for what `?x` is bound to. Terms are written as in Turtle; three notations are ours:
`?l :member ?m` means that `?m` is a member of the list `?l`; `!= ?x ?y` is a condition;
`EVERY ?l ...` repeats a pattern for every member of a list, in order, with `#` as the position.
`unroll` writes a rule once for each length of list that a graph has, so that after it a rule is a
plain Horn clause over triples, for the closure, for SPARQL and for proofs alike.

Not in the table: eq-ref, cls-thing, cls-nothing1, prp-ap and dt-type1 conclude from nothing (see
`AXIOMS` and the closure's `full` option), and the other datatype rules look into literals
(datatypes.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from ipgraph.namespaces import PREFIXES
from ipgraph.reasoning.vocabulary import (
    ANNOTATION_PROPERTIES,
    ANNOTATION_PROPERTY,
    CLASS,
    FIRST,
    HAS_KEY,
    INTERSECTION_OF,
    MEMBER,
    NIL,
    NOTHING,
    PROPERTY_CHAIN,
    REST,
    THING,
    TYPE,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

# The properties whose lists are unrolled.
LIST_PROPERTIES = (INTERSECTION_OF, PROPERTY_CHAIN, HAS_KEY)


class Atom(NamedTuple):
    """A triple pattern: N-Triples terms, `?variables`, or whole numbers, which match by value."""

    subject: str
    predicate: str
    object: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A Horn clause: if all of `body` holds and the pairs of `unequal` differ, `head` holds.

    A `head` of None is `false`. `reason` says in words why, with `{x}` for the binding of `?x`.
    """

    name: str
    body: tuple[Atom, ...]
    head: Atom | None
    unequal: tuple[tuple[str, str], ...] = ()
    reason: str = ""


_TABLE = """
eq-sym | ?x owl:sameAs ?y | ?y owl:sameAs ?x | {x} is the same as {y}
eq-trans | ?x owl:sameAs ?y . ?y owl:sameAs ?z | ?x owl:sameAs ?z | {x} is the same as {y}, and {y} the same as {z}
eq-rep-s | ?s owl:sameAs ?s2 . ?s ?p ?o | ?s2 ?p ?o | {s} and {s2} are the same, so a statement about one holds for the other
eq-rep-p | ?p owl:sameAs ?p2 . ?s ?p ?o | ?s ?p2 ?o | {p} and {p2} are the same property
eq-rep-o | ?o owl:sameAs ?o2 . ?s ?p ?o | ?s ?p ?o2 | {o} and {o2} are the same, so a statement about one holds for the other
eq-diff1 | ?x owl:sameAs ?y . ?x owl:differentFrom ?y | | {x} and {y} are both the same and different
eq-diff1 | ?x owl:differentFrom ?x | | {x} is different from itself
eq-diff2 | ?d a owl:AllDifferent . ?d owl:members ?l . ?l :member ?x . ?l :member ?y . ?x owl:sameAs ?y . != ?x ?y | | {x} and {y} are the same, but they are listed as all different
eq-diff3 | ?d a owl:AllDifferent . ?d owl:distinctMembers ?l . ?l :member ?x . ?l :member ?y . ?x owl:sameAs ?y . != ?x ?y | | {x} and {y} are the same, but they are listed as all different
prp-dom | ?p rdfs:domain ?c . ?x ?p ?y | ?x a ?c | the subject of every {p} statement is a {c}
prp-rng | ?p rdfs:range ?c . ?x ?p ?y | ?y a ?c | the object of every {p} statement is a {c}
prp-fp | ?p a owl:FunctionalProperty . ?x ?p ?y . ?x ?p ?z . != ?y ?z | ?y owl:sameAs ?z | {x} has at most one {p}
prp-ifp | ?p a owl:InverseFunctionalProperty . ?x ?p ?z . ?y ?p ?z . != ?x ?y | ?x owl:sameAs ?y | at most one subject has the {p} {z}
prp-irp | ?p a owl:IrreflexiveProperty . ?x ?p ?x | | nothing has itself as {p}, but {x} does
prp-symp | ?p a owl:SymmetricProperty . ?x ?p ?y | ?y ?p ?x | {p} holds in both directions
prp-asyp | ?p a owl:AsymmetricProperty . ?x ?p ?y . ?y ?p ?x | | {p} never holds in both directions, but it does between {x} and {y}
prp-trp | ?p a owl:TransitiveProperty . ?x ?p ?y . ?y ?p ?z | ?x ?p ?z | {p} is transitive, so it leads from {x} through {y} to {z}
prp-spo1 | ?p rdfs:subPropertyOf ?q . ?x ?p ?y | ?x ?q ?y | {p} implies {q}
prp-spo2 | ?p owl:propertyChainAxiom ?l . EVERY ?l ?u# ?l# ?u#+1 | ?u0 ?p ?u$ | the chain of statements from {u0} to {u$} implies {p}
prp-eqp1 | ?p owl:equivalentProperty ?q . ?x ?p ?y | ?x ?q ?y | {p} and {q} mean the same
prp-eqp2 | ?p owl:equivalentProperty ?q . ?x ?q ?y | ?x ?p ?y | {q} and {p} mean the same
prp-pdw | ?p owl:propertyDisjointWith ?q . ?x ?p ?y . ?x ?q ?y | | {p} and {q} never hold between the same two, but they do between {x} and {y}
prp-adp | ?d a owl:AllDisjointProperties . ?d owl:members ?l . ?l :member ?p . ?l :member ?q . ?x ?p ?y . ?x ?q ?y . != ?p ?q | | {p} and {q} never hold between the same two, but they do between {x} and {y}
prp-inv1 | ?p owl:inverseOf ?q . ?x ?p ?y | ?y ?q ?x | {q} is the inverse of {p}
prp-inv2 | ?p owl:inverseOf ?q . ?x ?q ?y | ?y ?p ?x | {p} is the inverse of {q}
prp-key | ?c owl:hasKey ?l . ?x a ?c . ?y a ?c . EVERY ?l ?x ?l# ?z# . EVERY ?l ?y ?l# ?z# . != ?x ?y | ?x owl:sameAs ?y | {x} and {y} have the same values for every property that identifies a {c}
prp-npa1 | ?n owl:sourceIndividual ?x . ?n owl:assertionProperty ?p . ?n owl:targetIndividual ?y . ?x ?p ?y | | another statement denies that {x} has the {p} {y}
prp-npa2 | ?n owl:sourceIndividual ?x . ?n owl:assertionProperty ?p . ?n owl:targetValue ?y . ?x ?p ?y | | another statement denies that {x} has the {p} {y}
cls-nothing2 | ?x a owl:Nothing | | {x} belongs to owl:Nothing, the class without members
cls-int1 | ?c owl:intersectionOf ?l . EVERY ?l ?x a ?l# | ?x a ?c | {c} is an intersection of classes, and {x} belongs to all of them
cls-int2 | ?c owl:intersectionOf ?l . ?l :member ?d . ?x a ?c | ?x a ?d | {c} is the intersection of {d} and other classes
cls-uni | ?c owl:unionOf ?l . ?l :member ?d . ?x a ?d | ?x a ?c | {c} is the union of {d} and other classes
cls-com | ?c owl:complementOf ?d . ?x a ?c . ?x a ?d | | {c} is the complement of {d}, but {x} belongs to both
cls-svf1 | ?c owl:someValuesFrom ?d . ?c owl:onProperty ?p . ?x ?p ?y . ?y a ?d . != ?d owl:Thing | ?x a ?c | {x} has a {p} that is a {d}
cls-svf2 | ?c owl:someValuesFrom owl:Thing . ?c owl:onProperty ?p . ?x ?p ?y | ?x a ?c | {x} has a {p}
cls-avf | ?c owl:allValuesFrom ?d . ?c owl:onProperty ?p . ?x a ?c . ?x ?p ?y | ?y a ?d | every {p} of a {c} is a {d}
cls-hv1 | ?c owl:hasValue ?y . ?c owl:onProperty ?p . ?x a ?c | ?x ?p ?y | every {c} has the {p} {y}
cls-hv2 | ?c owl:hasValue ?y . ?c owl:onProperty ?p . ?x ?p ?y | ?x a ?c | anything with the {p} {y} is a {c}
cls-maxc1 | ?c owl:maxCardinality 0 . ?c owl:onProperty ?p . ?x a ?c . ?x ?p ?y | | a {c} has no {p}, but {x} has {y}
cls-maxc2 | ?c owl:maxCardinality 1 . ?c owl:onProperty ?p . ?x a ?c . ?x ?p ?y . ?x ?p ?z . != ?y ?z | ?y owl:sameAs ?z | a {c} has at most one {p}
cls-maxqc1 | ?c owl:maxQualifiedCardinality 0 . ?c owl:onProperty ?p . ?c owl:onClass ?d . ?x a ?c . ?x ?p ?y . ?y a ?d . != ?d owl:Thing | | a {c} has no {p} that is a {d}, but {x} has {y}
cls-maxqc2 | ?c owl:maxQualifiedCardinality 0 . ?c owl:onProperty ?p . ?c owl:onClass owl:Thing . ?x a ?c . ?x ?p ?y | | a {c} has no {p}, but {x} has {y}
cls-maxqc3 | ?c owl:maxQualifiedCardinality 1 . ?c owl:onProperty ?p . ?c owl:onClass ?d . ?x a ?c . ?x ?p ?y . ?x ?p ?z . ?y a ?d . ?z a ?d . != ?y ?z . != ?d owl:Thing | ?y owl:sameAs ?z | a {c} has at most one {p} that is a {d}
cls-maxqc4 | ?c owl:maxQualifiedCardinality 1 . ?c owl:onProperty ?p . ?c owl:onClass owl:Thing . ?x a ?c . ?x ?p ?y . ?x ?p ?z . != ?y ?z | ?y owl:sameAs ?z | a {c} has at most one {p}
cls-oo | ?c owl:oneOf ?l . ?l :member ?x | ?x a ?c | {x} is in the list of members of {c}
cax-sco | ?c rdfs:subClassOf ?d . ?x a ?c | ?x a ?d | every {c} is a {d}
cax-eqc1 | ?c owl:equivalentClass ?d . ?x a ?c | ?x a ?d | {c} and {d} are the same class
cax-eqc2 | ?c owl:equivalentClass ?d . ?x a ?d | ?x a ?c | {d} and {c} are the same class
cax-dw | ?c owl:disjointWith ?d . ?x a ?c . ?x a ?d | | nothing is both a {c} and a {d}, but {x} is
cax-adc | ?a a owl:AllDisjointClasses . ?a owl:members ?l . ?l :member ?c . ?l :member ?d . ?x a ?c . ?x a ?d . != ?c ?d | | nothing is both a {c} and a {d}, but {x} is
scm-cls | ?c a owl:Class | ?c rdfs:subClassOf ?c | {c} is a class, and every class is a subclass of itself
scm-cls | ?c a owl:Class | ?c owl:equivalentClass ?c | {c} is a class, and every class is equivalent to itself
scm-cls | ?c a owl:Class | ?c rdfs:subClassOf owl:Thing | {c} is a class, and every class is a subclass of owl:Thing
scm-cls | ?c a owl:Class | owl:Nothing rdfs:subClassOf ?c | {c} is a class, and owl:Nothing is a subclass of every class
scm-sco | ?c rdfs:subClassOf ?d . ?d rdfs:subClassOf ?e | ?c rdfs:subClassOf ?e | every {c} is a {d}, and every {d} is a {e}
scm-eqc1 | ?c owl:equivalentClass ?d | ?c rdfs:subClassOf ?d | {c} and {d} are the same class
scm-eqc1 | ?c owl:equivalentClass ?d | ?d rdfs:subClassOf ?c | {c} and {d} are the same class
scm-eqc2 | ?c rdfs:subClassOf ?d . ?d rdfs:subClassOf ?c | ?c owl:equivalentClass ?d | {c} and {d} are subclasses of each other
scm-op | ?p a owl:ObjectProperty | ?p rdfs:subPropertyOf ?p | {p} is a property, and every property implies itself
scm-op | ?p a owl:ObjectProperty | ?p owl:equivalentProperty ?p | {p} is a property, and every property is equivalent to itself
scm-dp | ?p a owl:DatatypeProperty | ?p rdfs:subPropertyOf ?p | {p} is a property, and every property implies itself
scm-dp | ?p a owl:DatatypeProperty | ?p owl:equivalentProperty ?p | {p} is a property, and every property is equivalent to itself
scm-spo | ?p rdfs:subPropertyOf ?q . ?q rdfs:subPropertyOf ?r | ?p rdfs:subPropertyOf ?r | {p} implies {q}, and {q} implies {r}
scm-eqp1 | ?p owl:equivalentProperty ?q | ?p rdfs:subPropertyOf ?q | {p} and {q} mean the same
scm-eqp1 | ?p owl:equivalentProperty ?q | ?q rdfs:subPropertyOf ?p | {p} and {q} mean the same
scm-eqp2 | ?p rdfs:subPropertyOf ?q . ?q rdfs:subPropertyOf ?p | ?p owl:equivalentProperty ?q | {p} and {q} imply each other
scm-dom1 | ?p rdfs:domain ?c . ?c rdfs:subClassOf ?d | ?p rdfs:domain ?d | the subject of every {p} statement is a {c}, and every {c} is a {d}
scm-dom2 | ?q rdfs:domain ?c . ?p rdfs:subPropertyOf ?q | ?p rdfs:domain ?c | {p} implies {q}, and the subject of every {q} statement is a {c}
scm-rng1 | ?p rdfs:range ?c . ?c rdfs:subClassOf ?d | ?p rdfs:range ?d | the object of every {p} statement is a {c}, and every {c} is a {d}
scm-rng2 | ?q rdfs:range ?c . ?p rdfs:subPropertyOf ?q | ?p rdfs:range ?c | {p} implies {q}, and the object of every {q} statement is a {c}
scm-hv | ?c owl:hasValue ?i . ?c owl:onProperty ?p . ?d owl:hasValue ?i . ?d owl:onProperty ?q . ?p rdfs:subPropertyOf ?q | ?c rdfs:subClassOf ?d | both classes require the same value, and {p} implies {q}
scm-svf1 | ?c owl:someValuesFrom ?y . ?c owl:onProperty ?p . ?d owl:onProperty ?p . ?d owl:someValuesFrom ?z . ?y rdfs:subClassOf ?z | ?c rdfs:subClassOf ?d | both classes restrict {p}, and every {y} is a {z}
scm-svf2 | ?c owl:someValuesFrom ?y . ?c owl:onProperty ?p . ?d owl:someValuesFrom ?y . ?d owl:onProperty ?q . ?p rdfs:subPropertyOf ?q | ?c rdfs:subClassOf ?d | both classes require a {y}, and {p} implies {q}
scm-avf1 | ?c owl:allValuesFrom ?y . ?c owl:onProperty ?p . ?d owl:onProperty ?p . ?d owl:allValuesFrom ?z . ?y rdfs:subClassOf ?z | ?c rdfs:subClassOf ?d | both classes restrict {p}, and every {y} is a {z}
scm-avf2 | ?c owl:allValuesFrom ?y . ?c owl:onProperty ?p . ?d owl:allValuesFrom ?y . ?d owl:onProperty ?q . ?p rdfs:subPropertyOf ?q | ?d rdfs:subClassOf ?c | every {q} of a {d} is a {y}, and {p} implies {q}
scm-int | ?c owl:intersectionOf ?l . ?l :member ?d | ?c rdfs:subClassOf ?d | {c} is the intersection of {d} and other classes
scm-uni | ?c owl:unionOf ?l . ?l :member ?d | ?d rdfs:subClassOf ?c | {c} is the union of {d} and other classes
"""  # noqa: E501 - one row, one line

# What holds in every graph (cls-thing, cls-nothing1, prp-ap).
AXIOMS: tuple[Atom, ...] = (
    Atom(THING, TYPE, CLASS),
    Atom(NOTHING, TYPE, CLASS),
    *(Atom(annotation, TYPE, ANNOTATION_PROPERTY) for annotation in ANNOTATION_PROPERTIES),
)
RULE_NAMES: tuple[str, ...] = tuple(
    dict.fromkeys(re.findall(r"^([a-z0-9-]+) \|", _TABLE, re.MULTILINE))
)


def unroll(lengths: Mapping[str, Collection[int]]) -> tuple[Rule, ...]:
    """Return the rules as Horn clauses.

    `lengths` maps each of `LIST_PROPERTIES` that a graph uses to the lengths of its lists there.
    """
    return _unroll_all(
        tuple((name, tuple(sorted(lengths[name]))) for name in sorted(lengths)),
    )


class _Row(NamedTuple):
    name: str
    patterns: list[list[str]]
    head: list[str]
    reason: str

    @property
    def list_property(self) -> str:
        """The property whose lists the row goes through, or nothing."""
        has_every = any(pattern[0] == "EVERY" for pattern in self.patterns)
        return self.patterns[0][1] if has_every else ""


@cache
def _unroll_all(sorted_lengths: tuple[tuple[str, tuple[int, ...]], ...]) -> tuple[Rule, ...]:
    lengths = dict(sorted_lengths)
    rules = []
    for row in _rows():
        if row.list_property:
            rules += [_unroll_row(row, length) for length in lengths.get(row.list_property, ())]
        else:
            rules.append(_unroll_row(row, 0))
    return tuple(rules)


def _rows() -> list[_Row]:
    rows = []
    for line in _TABLE.strip().splitlines():
        name, body, head, reason = (column.strip() for column in line.split("|"))
        patterns = [[_term(word) for word in pattern.split()] for pattern in body.split(" . ")]
        rows.append(_Row(name, patterns, [_term(word) for word in head.split()], reason))
    return rows


def _term(text: str) -> str:
    if text == "a":
        return TYPE
    if text == ":member":
        return MEMBER
    prefix, colon, local = text.partition(":")
    return f"<{PREFIXES[prefix]}{local}>" if colon else text


def _unroll_row(row: _Row, length: int) -> Rule:
    """Return the rule for lists of `length` members: `?l0 ...` are the members in order."""
    body: list[Atom] = []
    unequal: list[tuple[str, str]] = []
    for pattern in row.patterns:
        if pattern[0] == "!=":
            unequal.append((pattern[1], pattern[2]))
        elif pattern[0] != "EVERY":
            body.append(Atom(*pattern))
        else:
            body.extend(atom for atom in _cells(pattern[1], length) if atom not in body)
            body.extend(
                Atom(*(_numbered(word, position, length) for word in pattern[2:]))
                for position in range(length)
            )
    head = Atom(*(_numbered(word, 0, length) for word in row.head)) if row.head else None
    reason = row.reason.replace("$", str(length))
    return Rule(row.name, tuple(body), head, tuple(unequal), reason)


def _numbered(word: str, position: int, last: int) -> str:
    if not word.startswith("?"):
        return word
    word = word.replace("#+1", str(position + 1)).replace("#", str(position))
    return word.replace("$", str(last))


def _cells(start: str, length: int) -> list[Atom]:
    """Return the patterns of a list of `length` cells; its members are `start` + position."""
    cells = []
    cell = start
    for position in range(length):
        following = NIL if position == length - 1 else f"{start}_{position + 1}"
        cells += [Atom(cell, FIRST, f"{start}{position}"), Atom(cell, REST, following)]
        cell = following
    return cells
