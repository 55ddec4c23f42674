"""The rules as SPARQL updates: a third implementation, and the way to close a graph in its store.

Each rule is one INSERT over the default graph. Run them all until nothing is added. A store without
literals as subjects misses conclusions that need one, and the datatype rules, which inspect
literals, are not included. Nor can it store triples of a property that is named only as
the inverse of another, so bodies read those in reverse (prp-inv2). `trivia.is_trivial` finds the
triples to leave out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ipgraph.reasoning.rules import AXIOMS, LIST_PROPERTIES, Atom, Rule, unroll
from ipgraph.reasoning.vocabulary import FIRST, INVERSE_OF, MEMBER, REST, SAME_AS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_MEMBER_PATH = f"{REST}*/{FIRST}"
# Predicate and length of the lists that `updates` needs to know.
LIST_LENGTHS = f"""
SELECT DISTINCT ?predicate ?length WHERE {{
  {{
    SELECT ?predicate ?list (COUNT(?cell) AS ?length) WHERE {{
      VALUES ?predicate {{ {" ".join(LIST_PROPERTIES)} }}
      ?owner ?predicate ?list .
      ?list {REST}* ?cell .
      ?cell {FIRST} ?member .
    }}
    GROUP BY ?predicate ?list
  }}
}}
"""


def close(
    update: Callable[[str], object],
    count: Callable[[], int],
    lengths: Mapping[str, Collection[int]],
) -> int:
    """Run all updates until the graph stops growing; return the number of rounds.

    `update` runs one update and `count` returns the number of triples; both may be remote.
    """
    texts = updates(lengths)
    rounds, before = 0, -1
    while (now := count()) != before:
        before = now
        rounds += 1
        for text in texts:
            update(text)
    return rounds


def updates(lengths: Mapping[str, Collection[int]]) -> tuple[str, ...]:
    """Return one update for each rule that concludes a triple, and one for the axioms.

    `lengths` are those of the lists in the graph, by predicate in N-Triples syntax.
    """
    axioms = "INSERT DATA {\n" + "".join(f"  {_triple(axiom)} .\n" for axiom in AXIOMS) + "}"
    rules = [rule for rule in unroll(lengths) if rule.head is not None]
    reversed_rules = [
        _reversed(rule) for rule in rules if rule.head and rule.head.predicate.startswith("?")
    ]
    return (axioms, *(insert(rule) for rule in (*rules, *reversed_rules)))


def _reversed(rule: Rule) -> Rule:
    """Return the rule that concludes, for the inverse of an unnamed property, what `rule` does."""
    if rule.head is None:
        return rule
    subject, predicate, object_ = rule.head
    inverse = Atom(predicate, INVERSE_OF, "?inverse")
    return replace(rule, body=(*rule.body, inverse), head=Atom(object_, "?inverse", subject))


def insert(rule: Rule) -> str:
    """Return the update that applies a rule once."""
    if rule.head is None:
        raise ValueError(f"{rule.name} concludes no triple")
    head = rule.head
    terms = [term for atom in rule.body for term in (atom.subject, atom.object)]
    patterns = [
        _either_direction(position, atom) if atom.predicate in terms else _pattern(position, atom)
        for position, atom in enumerate(rule.body)
    ]
    filters = [f"FILTER({left} != {right})" for left, right in rule.unequal]
    if head.predicate == SAME_AS:
        filters.append(f"FILTER({head.subject} != {head.object})")
    if head.subject.startswith("?"):
        filters.append(f"FILTER(!isLiteral({head.subject}))")
    if head.predicate.startswith("?"):
        filters.append(f"FILTER(isIRI({head.predicate}))")
    filters.append(f"FILTER NOT EXISTS {{ {_triple(head)} }}")
    where = "".join(f"  {line}\n" for line in (*patterns, *filters))
    return f"# {rule.name}\nINSERT {{ {_triple(head)} }}\nWHERE {{\n{where}}}"


def _triple(atom: Atom) -> str:
    return f"{atom.subject} {atom.predicate} {atom.object}"


def _pattern(position: int, atom: Atom) -> str:
    """Return a pattern of a body; membership is a path, and a whole number matches by value."""
    if atom.predicate == MEMBER:
        return f"{atom.subject} {_MEMBER_PATH} {atom.object} ."
    if atom.object.isdigit():
        number = f"?number{position}"
        return f"{atom.subject} {atom.predicate} {number} . FILTER({number} = {atom.object})"
    return f"{_triple(atom)} ."


def _either_direction(position: int, atom: Atom) -> str:
    """Return a pattern whose property an axiom names, perhaps as the inverse of another."""
    other = f"?inverse{position}"
    reverse = f"{atom.predicate} {INVERSE_OF} {other} . {atom.object} {other} {atom.subject}"
    return f"{{ {_triple(atom)} }} UNION {{ {reverse} FILTER(isBlank({atom.predicate})) }}"
