"""The rules of OWL 2 RL/RDF: tables 4 to 9 of section 4.3 of OWL 2 Profiles, as one table.

Each row is the rule's name, what it needs, what it concludes (empty: `false`) and the reason in
words, where `{x}` stands for what `?x` is bound to. Terms are written as in Turtle; three notations
are ours: `?l :member ?m` means that `?m` is a member of the list `?l`; `!= ?x ?y` is a condition;
`EACH ?l ...` repeats a pattern for each member of a list, in order, with `#` as the place. Lists of
every length that a graph has are unrolled by `unrolled`, so that after it a rule is a plain Horn
clause over triples, for the closure, for SPARQL and for proofs alike.

Not in the table: eq-ref, cls-thing, cls-nothing1, prp-ap and dt-type1 conclude from nothing (see
`AXIOMS` and the closure's `full` option), the other datatype rules look into literals
(datatypes.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from ipgraph.namespaces import PREFIXES
from ipgraph.reasoning.trivia import ANNOTATION_PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SAME = f"<{PREFIXES['owl']}sameAs>"
MEMBER = "<urn:ipgraph:member>"
# The properties whose lists are unrolled.
LISTS = tuple(
    f"<{PREFIXES['owl']}{each}>" for each in ("intersectionOf", "propertyChainAxiom", "hasKey")
)


class Atom(NamedTuple):
    """A triple pattern: N-Triples terms, `?variables`, or whole numbers, which match by value."""

    subject: str
    predicate: str
    object: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A Horn clause: where all of `body` holds and the terms of `unequal` differ, `head` holds.

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
eq-rep-s | ?s owl:sameAs ?s2 . ?s ?p ?o | ?s2 ?p ?o | {s} and {s2} are the same, so what holds of one holds of the other
eq-rep-p | ?p owl:sameAs ?p2 . ?s ?p ?o | ?s ?p2 ?o | {p} and {p2} are the same relation
eq-rep-o | ?o owl:sameAs ?o2 . ?s ?p ?o | ?s ?p ?o2 | {o} and {o2} are the same, so what is related to one is related to the other
eq-diff1 | ?x owl:sameAs ?y . ?x owl:differentFrom ?y | | {x} and {y} are the same and yet different
eq-diff1 | ?x owl:differentFrom ?x | | {x} is different from itself
eq-diff2 | ?d a owl:AllDifferent . ?d owl:members ?l . ?l :member ?x . ?l :member ?y . ?x owl:sameAs ?y . != ?x ?y | | {x} and {y} are the same and yet all different
eq-diff3 | ?d a owl:AllDifferent . ?d owl:distinctMembers ?l . ?l :member ?x . ?l :member ?y . ?x owl:sameAs ?y . != ?x ?y | | {x} and {y} are the same and yet all different
prp-dom | ?p rdfs:domain ?c . ?x ?p ?y | ?x a ?c | whatever has a {p} is a {c}
prp-rng | ?p rdfs:range ?c . ?x ?p ?y | ?y a ?c | whatever is the {p} of something is a {c}
prp-fp | ?p a owl:FunctionalProperty . ?x ?p ?y . ?x ?p ?z . != ?y ?z | ?y owl:sameAs ?z | {x} has at most one {p}
prp-ifp | ?p a owl:InverseFunctionalProperty . ?x ?p ?z . ?y ?p ?z . != ?x ?y | ?x owl:sameAs ?y | {z} is the {p} of at most one thing
prp-irp | ?p a owl:IrreflexiveProperty . ?x ?p ?x | | nothing is its own {p}, and {x} is
prp-symp | ?p a owl:SymmetricProperty . ?x ?p ?y | ?y ?p ?x | {p} holds in both directions
prp-asyp | ?p a owl:AsymmetricProperty . ?x ?p ?y . ?y ?p ?x | | {p} never holds in both directions, and does between {x} and {y}
prp-trp | ?p a owl:TransitiveProperty . ?x ?p ?y . ?y ?p ?z | ?x ?p ?z | {p} passes on from {y} to {z}
prp-spo1 | ?p rdfs:subPropertyOf ?q . ?x ?p ?y | ?x ?q ?y | {p} is a kind of {q}
prp-spo2 | ?p owl:propertyChainAxiom ?l . EACH ?l ?u# ?l# ?u#+1 | ?u0 ?p ?u$ | the steps from {u0} to {u$} make a {p}
prp-eqp1 | ?p owl:equivalentProperty ?q . ?x ?p ?y | ?x ?q ?y | {p} and {q} mean the same
prp-eqp2 | ?p owl:equivalentProperty ?q . ?x ?q ?y | ?x ?p ?y | {q} and {p} mean the same
prp-pdw | ?p owl:propertyDisjointWith ?q . ?x ?p ?y . ?x ?q ?y | | {p} and {q} never hold between the same two things, and do between {x} and {y}
prp-adp | ?d a owl:AllDisjointProperties . ?d owl:members ?l . ?l :member ?p . ?l :member ?q . ?x ?p ?y . ?x ?q ?y . != ?p ?q | | {p} and {q} never hold between the same two things, and do between {x} and {y}
prp-inv1 | ?p owl:inverseOf ?q . ?x ?p ?y | ?y ?q ?x | {q} is {p} read backwards
prp-inv2 | ?p owl:inverseOf ?q . ?x ?q ?y | ?y ?p ?x | {p} is {q} read backwards
prp-key | ?c owl:hasKey ?l . ?x a ?c . ?y a ?c . EACH ?l ?x ?l# ?z# . EACH ?l ?y ?l# ?z# . != ?x ?y | ?x owl:sameAs ?y | {x} and {y} agree in all that identifies a {c}
prp-npa1 | ?n owl:sourceIndividual ?x . ?n owl:assertionProperty ?p . ?n owl:targetIndividual ?y . ?x ?p ?y | | it is said that {x} has no {p} {y}, and it has
prp-npa2 | ?n owl:sourceIndividual ?x . ?n owl:assertionProperty ?p . ?n owl:targetValue ?y . ?x ?p ?y | | it is said that {x} has no {p} {y}, and it has
cls-nothing2 | ?x a owl:Nothing | | {x} belongs to the class that has no members
cls-int1 | ?c owl:intersectionOf ?l . EACH ?l ?x a ?l# | ?x a ?c | {x} belongs to every class whose intersection {c} is
cls-int2 | ?c owl:intersectionOf ?l . ?l :member ?d . ?x a ?c | ?x a ?d | {d} is one of the classes whose intersection {c} is
cls-uni | ?c owl:unionOf ?l . ?l :member ?d . ?x a ?d | ?x a ?c | {d} is one of the classes whose union {c} is
cls-com | ?c owl:complementOf ?d . ?x a ?c . ?x a ?d | | {c} is all that is no {d}, and {x} is both
cls-svf1 | ?c owl:someValuesFrom ?d . ?c owl:onProperty ?p . ?x ?p ?y . ?y a ?d . != ?d owl:Thing | ?x a ?c | {x} has a {p} that is a {d}
cls-svf2 | ?c owl:someValuesFrom owl:Thing . ?c owl:onProperty ?p . ?x ?p ?y | ?x a ?c | {x} has a {p}
cls-avf | ?c owl:allValuesFrom ?d . ?c owl:onProperty ?p . ?x a ?c . ?x ?p ?y | ?y a ?d | every {p} of a {c} is a {d}
cls-hv1 | ?c owl:hasValue ?y . ?c owl:onProperty ?p . ?x a ?c | ?x ?p ?y | every {c} has the {p} {y}
cls-hv2 | ?c owl:hasValue ?y . ?c owl:onProperty ?p . ?x ?p ?y | ?x a ?c | whatever has the {p} {y} is a {c}
cls-maxc1 | ?c owl:maxCardinality 0 . ?c owl:onProperty ?p . ?x a ?c . ?x ?p ?y | | a {c} has no {p}, and {x} has {y}
cls-maxc2 | ?c owl:maxCardinality 1 . ?c owl:onProperty ?p . ?x a ?c . ?x ?p ?y . ?x ?p ?z . != ?y ?z | ?y owl:sameAs ?z | a {c} has at most one {p}
cls-maxqc1 | ?c owl:maxQualifiedCardinality 0 . ?c owl:onProperty ?p . ?c owl:onClass ?d . ?x a ?c . ?x ?p ?y . ?y a ?d . != ?d owl:Thing | | a {c} has no {p} that is a {d}, and {x} has {y}
cls-maxqc2 | ?c owl:maxQualifiedCardinality 0 . ?c owl:onProperty ?p . ?c owl:onClass owl:Thing . ?x a ?c . ?x ?p ?y | | a {c} has no {p}, and {x} has {y}
cls-maxqc3 | ?c owl:maxQualifiedCardinality 1 . ?c owl:onProperty ?p . ?c owl:onClass ?d . ?x a ?c . ?x ?p ?y . ?x ?p ?z . ?y a ?d . ?z a ?d . != ?y ?z . != ?d owl:Thing | ?y owl:sameAs ?z | a {c} has at most one {p} that is a {d}
cls-maxqc4 | ?c owl:maxQualifiedCardinality 1 . ?c owl:onProperty ?p . ?c owl:onClass owl:Thing . ?x a ?c . ?x ?p ?y . ?x ?p ?z . != ?y ?z | ?y owl:sameAs ?z | a {c} has at most one {p}
cls-oo | ?c owl:oneOf ?l . ?l :member ?x | ?x a ?c | {x} is one of the things that {c} lists
cax-sco | ?c rdfs:subClassOf ?d . ?x a ?c | ?x a ?d | every {c} is a {d}
cax-eqc1 | ?c owl:equivalentClass ?d . ?x a ?c | ?x a ?d | {c} and {d} are the same class
cax-eqc2 | ?c owl:equivalentClass ?d . ?x a ?d | ?x a ?c | {d} and {c} are the same class
cax-dw | ?c owl:disjointWith ?d . ?x a ?c . ?x a ?d | | nothing is both a {c} and a {d}, and {x} is
cax-adc | ?a a owl:AllDisjointClasses . ?a owl:members ?l . ?l :member ?c . ?l :member ?d . ?x a ?c . ?x a ?d . != ?c ?d | | nothing is both a {c} and a {d}, and {x} is
scm-cls | ?c a owl:Class | ?c rdfs:subClassOf ?c | {c} is a class, and every class is within itself
scm-cls | ?c a owl:Class | ?c owl:equivalentClass ?c | {c} is a class, and every class equals itself
scm-cls | ?c a owl:Class | ?c rdfs:subClassOf owl:Thing | {c} is a class, and every class is within owl:Thing
scm-cls | ?c a owl:Class | owl:Nothing rdfs:subClassOf ?c | {c} is a class, and owl:Nothing is within every class
scm-sco | ?c rdfs:subClassOf ?d . ?d rdfs:subClassOf ?e | ?c rdfs:subClassOf ?e | every {c} is a {d}, and every {d} is a {e}
scm-eqc1 | ?c owl:equivalentClass ?d | ?c rdfs:subClassOf ?d | {c} and {d} are the same class
scm-eqc1 | ?c owl:equivalentClass ?d | ?d rdfs:subClassOf ?c | {c} and {d} are the same class
scm-eqc2 | ?c rdfs:subClassOf ?d . ?d rdfs:subClassOf ?c | ?c owl:equivalentClass ?d | {c} and {d} are within each other
scm-op | ?p a owl:ObjectProperty | ?p rdfs:subPropertyOf ?p | {p} is a property, and every property is a kind of itself
scm-op | ?p a owl:ObjectProperty | ?p owl:equivalentProperty ?p | {p} is a property, and every property means the same as itself
scm-dp | ?p a owl:DatatypeProperty | ?p rdfs:subPropertyOf ?p | {p} is a property, and every property is a kind of itself
scm-dp | ?p a owl:DatatypeProperty | ?p owl:equivalentProperty ?p | {p} is a property, and every property means the same as itself
scm-spo | ?p rdfs:subPropertyOf ?q . ?q rdfs:subPropertyOf ?r | ?p rdfs:subPropertyOf ?r | {p} is a kind of {q}, and {q} a kind of {r}
scm-eqp1 | ?p owl:equivalentProperty ?q | ?p rdfs:subPropertyOf ?q | {p} and {q} mean the same
scm-eqp1 | ?p owl:equivalentProperty ?q | ?q rdfs:subPropertyOf ?p | {p} and {q} mean the same
scm-eqp2 | ?p rdfs:subPropertyOf ?q . ?q rdfs:subPropertyOf ?p | ?p owl:equivalentProperty ?q | {p} and {q} are kinds of each other
scm-dom1 | ?p rdfs:domain ?c . ?c rdfs:subClassOf ?d | ?p rdfs:domain ?d | whatever has a {p} is a {c}, and every {c} is a {d}
scm-dom2 | ?q rdfs:domain ?c . ?p rdfs:subPropertyOf ?q | ?p rdfs:domain ?c | {p} is a kind of {q}, and whatever has a {q} is a {c}
scm-rng1 | ?p rdfs:range ?c . ?c rdfs:subClassOf ?d | ?p rdfs:range ?d | every {p} is a {c}, and every {c} is a {d}
scm-rng2 | ?q rdfs:range ?c . ?p rdfs:subPropertyOf ?q | ?p rdfs:range ?c | {p} is a kind of {q}, and every {q} is a {c}
scm-hv | ?c owl:hasValue ?i . ?c owl:onProperty ?p . ?d owl:hasValue ?i . ?d owl:onProperty ?q . ?p rdfs:subPropertyOf ?q | ?c rdfs:subClassOf ?d | both name the same value, and {p} is a kind of {q}
scm-svf1 | ?c owl:someValuesFrom ?y . ?c owl:onProperty ?p . ?d owl:onProperty ?p . ?d owl:someValuesFrom ?z . ?y rdfs:subClassOf ?z | ?c rdfs:subClassOf ?d | both are about {p}, and every {y} is a {z}
scm-svf2 | ?c owl:someValuesFrom ?y . ?c owl:onProperty ?p . ?d owl:someValuesFrom ?y . ?d owl:onProperty ?q . ?p rdfs:subPropertyOf ?q | ?c rdfs:subClassOf ?d | both want a {y}, and {p} is a kind of {q}
scm-avf1 | ?c owl:allValuesFrom ?y . ?c owl:onProperty ?p . ?d owl:onProperty ?p . ?d owl:allValuesFrom ?z . ?y rdfs:subClassOf ?z | ?c rdfs:subClassOf ?d | both are about {p}, and every {y} is a {z}
scm-avf2 | ?c owl:allValuesFrom ?y . ?c owl:onProperty ?p . ?d owl:allValuesFrom ?y . ?d owl:onProperty ?q . ?p rdfs:subPropertyOf ?q | ?d rdfs:subClassOf ?c | all values of {q} are {y}, and {p} is a kind of {q}
scm-int | ?c owl:intersectionOf ?l . ?l :member ?d | ?c rdfs:subClassOf ?d | {d} is one of the classes whose intersection {c} is
scm-uni | ?c owl:unionOf ?l . ?l :member ?d | ?d rdfs:subClassOf ?c | {d} is one of the classes whose union {c} is
"""  # noqa: E501 - one row, one line

_TYPE = f"<{PREFIXES['rdf']}type>"
_FIRST = f"<{PREFIXES['rdf']}first>"
_REST = f"<{PREFIXES['rdf']}rest>"
_NIL = f"<{PREFIXES['rdf']}nil>"
_THING, _NOTHING, _CLASS = (f"<{PREFIXES['owl']}{each}>" for each in ("Thing", "Nothing", "Class"))

# What holds in every graph (cls-thing, cls-nothing1, prp-ap).
AXIOMS: tuple[Atom, ...] = (
    Atom(_THING, _TYPE, _CLASS),
    Atom(_NOTHING, _TYPE, _CLASS),
    *(
        Atom(each, _TYPE, f"<{PREFIXES['owl']}AnnotationProperty>")
        for each in ANNOTATION_PROPERTIES
    ),
)
# How `:member` follows from the cells of a list; a proof shows the cells instead.
MEMBERSHIP: tuple[Rule, ...] = (
    Rule("list", (Atom("?l", _FIRST, "?m"),), Atom("?l", MEMBER, "?m")),
    Rule(
        "list",
        (Atom("?l", _REST, "?k"), Atom("?k", MEMBER, "?m")),
        Atom("?l", MEMBER, "?m"),
    ),
)


def _term(text: str) -> str:
    if text == "a":
        return _TYPE
    if text == ":member":
        return MEMBER
    prefix, colon, local = text.partition(":")
    return f"<{PREFIXES[prefix]}{local}>" if colon else text


def _rows() -> list[tuple[str, list[list[str]], list[str], str]]:
    """Read the table into names, patterns as lists of words, heads and reasons."""
    rows = []
    for line in _TABLE.strip().splitlines():
        name, body, head, reason = (each.strip() for each in line.split("|"))
        patterns = [[_term(word) for word in each.split()] for each in body.split(" . ")]
        rows.append((name, patterns, [_term(word) for word in head.split()], reason))
    return rows


def _at(place: int, last: int, word: str) -> str:
    if not word.startswith("?"):
        return word
    word = word.replace("#+1", str(place + 1)).replace("#", str(place))
    return word.replace("$", str(last))


def _unroll(row: tuple[str, list[list[str]], list[str], str], length: int) -> Rule:
    """Write a row for lists of `length` members: `?l0 ... ` name the members in order."""
    name, patterns, head, reason = row
    body: list[Atom] = []
    unequal: list[tuple[str, str]] = []
    for pattern in patterns:
        if pattern[0] == "!=":
            unequal.append((pattern[1], pattern[2]))
        elif pattern[0] != "EACH":
            body.append(Atom(*pattern))
        else:
            body.extend(each for each in _cells(pattern[1], length) if each not in body)
            body.extend(
                Atom(*(_at(place, length, word) for word in pattern[2:])) for place in range(length)
            )
    conclusion = Atom(*(_at(0, length, word) for word in head)) if head else None
    return Rule(name, tuple(body), conclusion, tuple(unequal), reason.replace("$", str(length)))


def _cells(start: str, length: int) -> list[Atom]:
    """Return the patterns of a list of exactly `length` cells whose members are `start` + place."""
    cells = []
    cell = start
    for place in range(length):
        following = _NIL if place == length - 1 else f"{start}_{place + 1}"
        cells += [Atom(cell, _FIRST, f"{start}{place}"), Atom(cell, _REST, following)]
        cell = following
    return cells


def unrolled(lengths: Mapping[str, Collection[int]]) -> tuple[Rule, ...]:
    """Return the rules as Horn clauses.

    `lengths` maps the predicates that take lists (`owl:intersectionOf`, `owl:propertyChainAxiom`,
    `owl:hasKey`, in N-Triples syntax) to the lengths of lists that the graph has with them.
    """
    return _unrolled(tuple((each, tuple(sorted(lengths[each]))) for each in sorted(lengths)))


@cache
def _unrolled(sorted_lengths: tuple[tuple[str, tuple[int, ...]], ...]) -> tuple[Rule, ...]:
    lengths = dict(sorted_lengths)
    rules = []
    for row in _rows():
        if not any(pattern[0] == "EACH" for pattern in row[1]):
            rules.append(_unroll(row, 0))
        else:
            rules += [_unroll(row, each) for each in lengths.get(row[1][0][1], ())]
    return tuple(rules)


NAMES: tuple[str, ...] = tuple(dict.fromkeys(re.findall(r"^([a-z0-9-]+) \|", _TABLE, re.MULTILINE)))
