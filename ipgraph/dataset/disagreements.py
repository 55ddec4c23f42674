"""Disagreements: facts for which documents give different values.

The question ``disagreements`` of the dataset is the one rule that decides what differs; a less
precise date does not differ from a more precise one that contains it. Page marks, the page
``/disagreements`` and `KnowledgeGraph.disagreements` read its solutions, and nothing else decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, QuerySolutions

from ipgraph.dataset import questions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ipgraph.store import Store

QUESTION = "disagreements"
_KEY = ("kind", "entity", "relation", "year")  # what makes rows of the question one fact
_NOT_IN_AN_ANCHOR = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A fact for which documents give different values.

    `relations` are the properties that state it, from or to the entity; for a figure, its measure.
    `year` is that of a figure, else empty. `readings` are the values, sorted.
    """

    kind: str
    entity: str
    relations: tuple[str, ...]
    year: str
    readings: tuple[NamedNode | Literal, ...]

    @property
    def anchor(self) -> str:
        """The fragment that names the comparison on a page, the same in every build."""
        parts = (self.kind, _local_name(self.entity), _local_name(self.relations[0]), self.year)
        return "-".join(_NOT_IN_AN_ANCHOR.sub("-", part).strip("-") for part in parts if part)

    def graphs(self, store: Store, reading: NamedNode | Literal) -> frozenset[str]:
        """Return the named graphs that state a reading; none for a figure, which is a node."""
        entity = NamedNode(self.entity)
        found: set[str] = set()
        for relation in map(NamedNode, self.relations):
            quads = [*store.quads(entity, relation, None), *store.quads(None, relation, entity)]
            for quad in quads:
                value = quad.object if quad.subject == entity else quad.subject
                if getattr(value, "value", None) == reading.value:
                    found.add(str(getattr(quad.graph_name, "value", "")))
        return frozenset(found - {""})


def read(store: Store) -> tuple[Disagreement, ...]:
    """Return the disagreements in a graph, by kind, entity, relation and year."""
    solutions = questions.by_name(QUESTION).ask(store)
    assert isinstance(solutions, QuerySolutions)  # noqa: S101  the question is a SELECT
    facts: dict[tuple[str, str, str, str], set[NamedNode | Literal]] = {}
    relations: dict[str, tuple[str, ...]] = {}
    for row in solutions:
        kind, entity, relation, year = (_text(row[name]) for name in _KEY)
        other = _text(row["otherRelation"])
        relations[relation] = (relation, other) if other else (relation,)
        readings = facts.setdefault((kind, entity, relation, year), set())
        readings |= {_term(row["first"]), _term(row["second"])}
    return tuple(
        Disagreement(kind, entity, relations[relation], year, tuple(sorted(readings, key=str)))
        for (kind, entity, relation, year), readings in sorted(facts.items())
    )


def anchors(disagreements: Iterable[Disagreement], entity: str) -> dict[str, str]:
    """Return, for each relation of an entity that documents disagree on, its first comparison."""
    found: dict[str, str] = {}
    for disagreement in disagreements:
        if disagreement.entity == entity:
            for relation in disagreement.relations:
                found.setdefault(relation, disagreement.anchor)
    return found


def _local_name(iri: str) -> str:
    return re.split(r"[/#]", iri)[-1]


def _text(term: object) -> str:
    return str(getattr(term, "value", ""))


def _term(term: object) -> NamedNode | Literal:
    assert isinstance(term, NamedNode | Literal)  # noqa: S101  the question binds both readings
    return term
