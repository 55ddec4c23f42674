"""The rules as SPARQL updates: a third implementation, and the way to close a graph where it lies.

Each rule is one INSERT over the default graph; run them all until nothing is added. A store that
holds no literal as subject loses what follows only through one, and the datatype rules, which look
into literals, are not among them. Nor can it hold the triples of a property that is only named as
the inverse of another, so bodies read those backwards (prp-inv2). `trivia.is_trivial` tells what to
leave out afterwards.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ipgraph.namespaces import OWL, RDF
from ipgraph.reasoning.rules import AXIOMS, LISTS, MEMBER, SAME, Atom, Rule, unrolled

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_MEMBER_PATH = f"<{RDF}rest>*/<{RDF}first>"
# The lists whose lengths `updates` wants to know, as a query: predicate and length.
LIST_LENGTHS = f"""
SELECT DISTINCT ?predicate ?length WHERE {{
  {{
    SELECT ?predicate ?list (COUNT(?cell) AS ?length) WHERE {{
      VALUES ?predicate {{ {" ".join(LISTS)} }}
      ?owner ?predicate ?list .
      ?list <{RDF}rest>* ?cell .
      ?cell <{RDF}first> ?member .
    }}
    GROUP BY ?predicate ?list
  }}
}}
"""


def updates(lengths: Mapping[str, Collection[int]]) -> tuple[str, ...]:
    """Return one update for each rule that concludes a triple, and one for the axioms.

    `lengths` are those of the lists in the graph, by predicate in N-Triples syntax.
    """
    axioms = "INSERT DATA {\n" + "".join(f"  {_triple(each)} .\n" for each in AXIOMS) + "}"
    rules = [each for each in unrolled(lengths) if each.head is not None]
    turned = [each for each in rules if each.head and each.head.predicate.startswith("?")]
    return (axioms, *(insert(each) for each in rules), *(insert(_turned(each)) for each in turned))


def _turned(rule: Rule) -> Rule:
    """Conclude backwards what a rule concludes of a property named as the inverse of another."""
    if rule.head is None:
        return rule
    subject, predicate, object_ = rule.head
    inverse = Atom(predicate, f"<{OWL}inverseOf>", "?turned")
    return replace(rule, body=(*rule.body, inverse), head=Atom(object_, "?turned", subject))


def close(
    update: Callable[[str], object],
    count: Callable[[], int],
    lengths: Mapping[str, Collection[int]],
) -> int:
    """Run all updates until the graph stops growing; return how often that was.

    `update` runs one, `count` tells how many triples there are; both may be far away.
    """
    texts = updates(lengths)
    rounds, before = 0, -1
    while (now := count()) != before:
        before = now
        rounds += 1
        for each in texts:
            update(each)
    return rounds


def insert(rule: Rule) -> str:
    """Return the update that applies a rule once."""
    if rule.head is None:
        raise ValueError(f"{rule.name} concludes no triple")
    head = rule.head
    terms = [term for each in rule.body for term in (each.subject, each.object)]
    patterns = [
        _either_way(place, each) if each.predicate in terms else _pattern(place, each)
        for place, each in enumerate(rule.body)
    ]
    filters = [f"FILTER({one} != {other})" for one, other in rule.unequal]
    if head.predicate == SAME:
        filters.append(f"FILTER({head.subject} != {head.object})")
    if head.subject.startswith("?"):
        filters.append(f"FILTER(!isLiteral({head.subject}))")
    if head.predicate.startswith("?"):
        filters.append(f"FILTER(isIRI({head.predicate}))")
    filters.append(f"FILTER NOT EXISTS {{ {_triple(head)} }}")
    where = "".join(f"  {each}\n" for each in (*patterns, *filters))
    return f"# {rule.name}\nINSERT {{ {_triple(head)} }}\nWHERE {{\n{where}}}"


def _triple(atom: Atom) -> str:
    return f"{atom.subject} {atom.predicate} {atom.object}"


def _pattern(place: int, atom: Atom) -> str:
    """Write a pattern; membership is a path, and a whole number matches by value."""
    if atom.predicate == MEMBER:
        return f"{atom.subject} {_MEMBER_PATH} {atom.object} ."
    if atom.object.isdigit():
        number = f"?number{place}"
        return f"{atom.subject} {atom.predicate} {number} . FILTER({number} = {atom.object})"
    return f"{_triple(atom)} ."


def _either_way(place: int, atom: Atom) -> str:
    """Write a pattern whose property an axiom names, perhaps as the inverse of another."""
    other = f"?inverse{place}"
    turned = f"{atom.predicate} <{OWL}inverseOf> {other} . {atom.object} {other} {atom.subject}"
    return f"{{ {_triple(atom)} }} UNION {{ {turned} FILTER(isBlank({atom.predicate})) }}"
