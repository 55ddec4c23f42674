"""Check proofs step by step, with a separate copy of the rules: no code comes from the reasoner.

A proof is what `Explanation.data()` returns: terms as N-Triples texts. `accept` raises `Rejected`
at the first step that does not follow, so that a test can say which.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

Triple = tuple[str, str, str]
Bindings = dict[str, str]  # of the variables of a rule
Rule = Callable[[set[Triple], Triple], bool]  # from the premises and the conclusion

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_OWL = "http://www.w3.org/2002/07/owl#"
_WORDS = {
    "type": _RDF + "type",
    **{name: _RDFS + name for name in ("domain", "range", "subClassOf", "subPropertyOf")},
}
A = f"<{_RDF}type>"

# By rule: the triples needed and the triples that may be concluded. One lower-case letter is a
# variable; any other word is a name of RDF, RDFS or OWL.
TABLE = {
    "eq-sym": ("x sameAs y", "y sameAs x"),
    "eq-trans": ("x sameAs y, y sameAs z", "x sameAs z"),
    "eq-rep-s": ("a sameAs b, a p o", "b p o"),
    "eq-rep-p": ("p sameAs q, s p o", "s q o"),
    "eq-rep-o": ("a sameAs b, s p a", "s p b"),
    "prp-dom": ("p domain c, x p y", "x type c"),
    "prp-rng": ("p range c, x p y", "y type c"),
    "prp-fp": ("p type FunctionalProperty, x p y, x p z", "y sameAs z"),
    "prp-ifp": ("p type InverseFunctionalProperty, x p z, y p z", "x sameAs y"),
    "prp-symp": ("p type SymmetricProperty, x p y", "y p x"),
    "prp-trp": ("p type TransitiveProperty, x p y, y p z", "x p z"),
    "prp-spo1": ("p subPropertyOf q, x p y", "x q y"),
    "prp-eqp1": ("p equivalentProperty q, x p y", "x q y"),
    "prp-eqp2": ("p equivalentProperty q, x q y", "x p y"),
    "prp-inv1": ("p inverseOf q, x p y", "y q x"),
    "prp-inv2": ("p inverseOf q, x q y", "y p x"),
    "cls-svf1": ("c someValuesFrom d, c onProperty p, x p y, y type d", "x type c"),
    "cls-svf2": ("c someValuesFrom Thing, c onProperty p, x p y", "x type c"),
    "cls-avf": ("c allValuesFrom d, c onProperty p, x type c, x p y", "y type d"),
    "cls-hv1": ("c hasValue v, c onProperty p, x type c", "x p v"),
    "cls-hv2": ("c hasValue v, c onProperty p, x p v", "x type c"),
    "cls-maxc2": ("c maxCardinality n, c onProperty p, x type c, x p y, x p z", "y sameAs z"),
    "cls-maxqc3": (
        (
            "c maxQualifiedCardinality n, c onProperty p, c onClass d, x type c, "
            "x p y, x p z, y type d, z type d"
        ),
        "y sameAs z",
    ),
    "cls-maxqc4": (
        "c maxQualifiedCardinality n, c onProperty p, c onClass Thing, x type c, x p y, x p z",
        "y sameAs z",
    ),
    "cax-sco": ("c subClassOf d, x type c", "x type d"),
    "cax-eqc1": ("c equivalentClass d, x type c", "x type d"),
    "cax-eqc2": ("c equivalentClass d, x type d", "x type c"),
    "scm-cls": (
        "c type Class",
        "c subClassOf c, c equivalentClass c, c subClassOf Thing, Nothing subClassOf c",
    ),
    "scm-sco": ("c subClassOf d, d subClassOf e", "c subClassOf e"),
    "scm-eqc1": ("c equivalentClass d", "c subClassOf d, d subClassOf c"),
    "scm-eqc2": ("c subClassOf d, d subClassOf c", "c equivalentClass d"),
    "scm-op": ("p type ObjectProperty", "p subPropertyOf p, p equivalentProperty p"),
    "scm-dp": ("p type DatatypeProperty", "p subPropertyOf p, p equivalentProperty p"),
    "scm-spo": ("p subPropertyOf q, q subPropertyOf r", "p subPropertyOf r"),
    "scm-eqp1": ("p equivalentProperty q", "p subPropertyOf q, q subPropertyOf p"),
    "scm-eqp2": ("p subPropertyOf q, q subPropertyOf p", "p equivalentProperty q"),
    "scm-dom1": ("p domain c, c subClassOf d", "p domain d"),
    "scm-dom2": ("q domain c, p subPropertyOf q", "p domain c"),
    "scm-rng1": ("p range c, c subClassOf d", "p range d"),
    "scm-rng2": ("q range c, p subPropertyOf q", "p range c"),
    "scm-hv": (
        "c hasValue i, c onProperty p, d hasValue i, d onProperty q, p subPropertyOf q",
        "c subClassOf d",
    ),
    "scm-svf1": (
        "c someValuesFrom y, c onProperty p, d someValuesFrom z, d onProperty p, y subClassOf z",
        "c subClassOf d",
    ),
    "scm-svf2": (
        "c someValuesFrom y, c onProperty p, d someValuesFrom y, d onProperty q, p subPropertyOf q",
        "c subClassOf d",
    ),
    "scm-avf1": (
        "c allValuesFrom y, c onProperty p, d allValuesFrom z, d onProperty p, y subClassOf z",
        "c subClassOf d",
    ),
    "scm-avf2": (
        "c allValuesFrom y, c onProperty p, d allValuesFrom y, d onProperty q, p subPropertyOf q",
        "d subClassOf c",
    ),
}


class Rejected(Exception):
    """A step does not follow from those it names."""


def accept(proof: dict[str, Any], stated: set[tuple[str, str, str, str]]) -> None:
    """Raise `Rejected` unless every step of `proof` is stated or follows; quads are `stated`."""
    proved: dict[int, Triple] = {}
    for step in proof["steps"]:
        triple = tuple(step["triple"])
        number = step["number"]
        if number != len(proved) + 1:
            raise Rejected(f"step {number} is out of order")
        if "rule" in step:
            later = [premise for premise in step["premises"] if premise not in proved]
            if later:
                raise Rejected(f"step {number} has premises that are not proved before it: {later}")
            premises = {proved[premise] for premise in step["premises"]}
            if not follows(step["rule"], premises, triple):
                raise Rejected(f"step {number}, {triple}, does not follow by {step['rule']}")
        elif not step["sources"] or any(
            (*triple, source) not in stated for source in step["sources"]
        ):
            raise Rejected(f"step {number}, {triple}, is not stated by its sources")
        proved[number] = triple
    if tuple(proof[name] for name in ("subject", "predicate", "object")) != triple:
        raise Rejected("the last step is not the statement to prove")


def follows(rule: str, premises: set[Triple], conclusion: Triple) -> bool:
    """True if a rule concludes a triple from exactly these premises, without unused ones."""
    if rule in TABLE:
        needs, concludes = (
            [tuple(pattern.split()) for pattern in side.split(", ")] for side in TABLE[rule]
        )
        if "maxc" in rule or "maxqc" in rule:
            numbers = {o for _, p, o in premises if p.endswith("ardinality>")}
            if {number.split('"')[1] for number in numbers} != {"1"}:
                return False
        return any(
            _solves(needs, premises, found, set())
            for pattern in concludes
            if (found := _match(pattern, conclusion, {})) is not None
        )
    if rule == "dt-type2":
        return not premises and conclusion[1] == A and _is_value_of(conclusion[0], conclusion[2])
    if rule == "axiom":
        return not premises and conclusion[0].startswith((f"<{_OWL}", f"<{_RDFS}"))
    return rule in LIST_RULES and LIST_RULES[rule](premises, conclusion)


def _is_value_of(literal: str, datatype: str) -> bool:
    name = datatype.rpartition("#")[2]
    if literal.endswith(f"^^{datatype}") or (name == "string" and literal.endswith('"')):
        return True
    if name in ("integer", "decimal", "nonNegativeInteger", "int", "long"):
        return literal.split('"')[1].lstrip("+").isdigit() and "integer>" in literal.lower()
    return name == "Literal"


def _is_variable(word: str) -> bool:
    return len(word) == 1 and word.islower()


def _match(pattern: tuple[str, ...], triple: Triple, known: Bindings) -> Bindings | None:
    found = dict(known)
    for word, term in zip(pattern, triple, strict=True):
        if _is_variable(word):
            if found.setdefault(word, term) != term:
                return None
        elif term != f"<{_WORDS.get(word, _OWL + word)}>":
            return None
    return found


def _solves(
    needs: list[tuple[str, ...]], premises: set[Triple], known: Bindings, used: set[Triple]
) -> bool:
    if not needs:
        return used == premises
    return any(
        _solves(needs[1:], premises, found, used | {premise})
        for premise in premises
        if (found := _match(needs[0], premise, known)) is not None
    )


def _cells(premises: set[Triple]) -> tuple[dict[str, str], dict[str, str], set[Triple]]:
    first = {s: o for s, p, o in premises if p == f"<{_RDF}first>"}
    rest = {s: o for s, p, o in premises if p == f"<{_RDF}rest>"}
    return (
        first,
        rest,
        {triple for triple in premises if not triple[1].startswith(f"<{_RDF}") or triple[1] == A},
    )


def _whole_list(start: str, first: Bindings, rest: Bindings) -> list[str]:
    members: list[str] = []
    while start in first and len(members) <= len(first):
        members.append(first[start])
        start = rest.get(start, "")
    return members if start == f"<{_RDF}nil>" and len(members) == len(first) else []


def _one_member(start: str, first: Bindings, rest: Bindings) -> str:
    """Return the member at the end of a path of cells, if there are no other cells."""
    for _ in range(len(rest)):
        start = rest.get(start, "")
    return first.get(start, "") if len(first) == 1 else ""


def _axiom(name: str, others: set[Triple]) -> Triple:
    found = [triple for triple in others if triple[1] == f"<{_OWL}{name}>"]
    return found[0] if len(found) == 1 else ("", "", "")


def _intersection(premises: set[Triple], conclusion: Triple) -> bool:
    first, rest, others = _cells(premises)
    axiom = _axiom("intersectionOf", others)
    x, p, c = conclusion
    members = _whole_list(axiom[2], first, rest)
    needed = {(x, A, member) for member in members}
    return bool(members) and p == A and axiom[0] == c and others == needed | {axiom}


def _member_rule(name: str, shape: Callable[[str, str, set[Triple], Triple], bool]) -> Rule:
    def check(premises: set[Triple], conclusion: Triple) -> bool:
        first, rest, others = _cells(premises)
        axiom = _axiom(name, others)
        member = _one_member(axiom[2], first, rest)
        return bool(member) and shape(axiom[0], member, others - {axiom}, conclusion)

    return check


def _chain(premises: set[Triple], conclusion: Triple) -> bool:
    first, rest, others = _cells(premises)
    axiom = _axiom("propertyChainAxiom", others)
    steps = _whole_list(axiom[2], first, rest)
    start, p, end = conclusion
    if not steps or axiom[0] != p:
        return False
    paths: list[tuple[str, frozenset[Triple]]] = [(start, frozenset())]
    for step in steps:
        paths = [
            (o, used | {(s, q, o)})
            for node, used in paths
            for s, q, o in others - {axiom}
            if s == node and q == step
        ]
    return any(node == end and used | {axiom} == others for node, used in paths)


def _key(premises: set[Triple], conclusion: Triple) -> bool:
    first, rest, others = _cells(premises)
    axiom = _axiom("hasKey", others)
    x, p, y = conclusion
    keys = _whole_list(axiom[2], first, rest)
    values = [[o for s, q, o in others if (s, q) == (x, key)] for key in keys]
    return p == f"<{_OWL}sameAs>" and any(
        {axiom, (x, A, axiom[0]), (y, A, axiom[0])}
        | {(subject, key, z) for key, z in zip(keys, selected, strict=True) for subject in (x, y)}
        == others
        for selected in product(*values)
        if selected
    )


LIST_RULES: dict[str, Rule] = {
    "cls-int1": _intersection,
    "prp-spo2": _chain,
    "prp-key": _key,
    "cls-int2": _member_rule(
        "intersectionOf",
        lambda c, d, others, goal: goal[1:] == (A, d) and others == {(goal[0], A, c)},
    ),
    "cls-uni": _member_rule(
        "unionOf", lambda c, d, others, goal: goal[1:] == (A, c) and others == {(goal[0], A, d)}
    ),
    "cls-oo": _member_rule("oneOf", lambda c, x, others, goal: goal == (x, A, c) and not others),
    "scm-int": _member_rule(
        "intersectionOf",
        lambda c, d, others, goal: goal == (c, f"<{_RDFS}subClassOf>", d) and not others,
    ),
    "scm-uni": _member_rule(
        "unionOf",
        lambda c, d, others, goal: goal == (d, f"<{_RDFS}subClassOf>", c) and not others,
    ),
}
