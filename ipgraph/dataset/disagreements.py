"""Disagreements: facts for which documents give different values.

Three rules find them. Two dates of one property differ unless one contains the other, as 2007 does
2007-03. Two figures differ if they have one measure, unit and year. The dataset file names what
else is one fact: properties with one value in the world, or a question with the readings. Page
marks, the page ``/disagreements``, `KnowledgeGraph.disagreements` and `ipgraph info` read this.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations, islice
from typing import TYPE_CHECKING, Any

from pyoxigraph import DefaultGraph, Literal, NamedNode, QuerySolutions

from ipgraph.dataset.config.values import Text
from ipgraph.entities.model import Model
from ipgraph.entities.periods import dates
from ipgraph.namespaces import COMPUTED_GRAPHS, RDF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ipgraph.dataset.config.sections import DisagreementRule
    from ipgraph.dataset.questions import Question
    from ipgraph.store import Store

DATE, FIGURE = "date", "figure"
_DATE_ROLES = ("founded", "ended", "begin", "end", "on", "issued")
_NOT_IN_AN_ANCHOR = re.compile(r"[^A-Za-z0-9]+")
_MAX_READ = 500_000  # statements read for one property, nodes for one class
_MAX_READINGS = 200  # compared with each other
_TYPE = NamedNode(RDF + "type")
_MERGE = DefaultGraph()

Value = NamedNode | Literal
Readings = dict[Value, set[str]]  # the graphs that state each


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a fact, the documents that state it, and the unit of a figure."""

    value: Value
    graphs: frozenset[str]
    unit: Value | None = None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A fact for which documents give different values.

    `kind` is ``date``, ``figure`` or the name of the rule; `label` is the label of the rule, empty
    for dates and figures. `relations` are the properties that state the fact, from or to the
    entity; for a figure, its measure. `year` is that of a figure, else empty. `pairs` is the number
    of pairs of readings that differ; with a question, of the readings besides one.
    """

    kind: str
    label: Text
    entity: str
    relations: tuple[str, ...]
    year: str
    readings: tuple[Reading, ...]
    pairs: int

    @property
    def anchor(self) -> str:
        """The fragment that names the comparison on a page, the same in every build."""
        parts = (self.kind, _local_name(self.entity), _local_name(self.relations[0]), self.year)
        return "-".join(_NOT_IN_AN_ANCHOR.sub("-", part).strip("-") for part in parts if part)


class _Finder:
    def __init__(self, store: Store, questions: Mapping[str, Question]) -> None:
        self._store = store
        self._model = Model(store)
        self._questions = questions
        graphs = self._model.config.graphs
        self._not_documents = {*COMPUTED_GRAPHS, *graphs.editors, *graphs.ontology}

    def find(self) -> Iterator[Disagreement]:
        """Yield all disagreements, in no order."""
        for role in _DATE_ROLES:
            for relation in self._model.role(role):
                yield from self._dates(relation)
        yield from self._figures()
        for rule in self._model.config.disagreements:
            if rule.question:
                yield from self._of_question(rule)
            else:
                yield from self._of_properties(rule)

    def _document(self, graph: object) -> str:
        """Return the name of a graph that is a document, else an empty text."""
        name = graph.value if isinstance(graph, NamedNode) else ""
        return "" if name in self._not_documents else name

    def _dates(self, relation: str) -> Iterator[Disagreement]:
        by_entity: dict[str, Readings] = defaultdict(lambda: defaultdict(set))
        for quad in islice(self._store.quads(None, NamedNode(relation)), _MAX_READ):
            document = self._document(quad.graph_name)
            if document and isinstance(quad.object, Literal):
                entity = getattr(quad.subject, "value", "")
                by_entity[entity][Literal(quad.object.value)].add(document)
        for entity, readings in by_entity.items():
            yield from _fact(DATE, Text(), entity, (relation,), readings, _are_different_dates)

    def _figures(self) -> Iterator[Disagreement]:
        """Compare the nodes with a value that have the same two ties, unit and year."""
        found: dict[tuple[str, str, Value | None, str], Readings] = defaultdict(
            lambda: defaultdict(set)
        )
        values = self._model.role("value")
        for class_, node_class in self._model.nodes.items():
            nodes = self._store.quads(None, _TYPE, NamedNode(class_), _MERGE)
            for quad in islice(nodes, _MAX_READ):
                node: Any = quad.subject
                value = self._model.first(node, "value")
                dated = self._model.first(node, "seen") or self._model.first(node, "on")
                if not isinstance(value, Literal) or not isinstance(dated, Literal):
                    continue
                ties = [
                    next((q.object for q in self._store.quads(node, NamedNode(tie))), None)
                    for tie in node_class.ties[:2]
                ]
                if len(ties) < 2 or not all(isinstance(tie, NamedNode) for tie in ties):
                    continue
                about, measure = (str(getattr(tie, "value", "")) for tie in ties)
                unit: Any = self._model.first(node, "unit")
                for relation in values:
                    for stated in self._store.quads(node, NamedNode(relation)):
                        if document := self._document(stated.graph_name):
                            key = (about, measure, unit, dated.value[:4])
                            found[key][value].add(document)
        for (about, measure, unit, year), readings in found.items():
            for fact in _fact(FIGURE, Text(), about, (measure,), readings, _by_value, year):
                yield Disagreement(
                    **{
                        **{name: getattr(fact, name) for name in fact.__slots__},
                        "readings": tuple(
                            Reading(reading.value, reading.graphs, unit)
                            for reading in fact.readings
                        ),
                    }
                )

    def _of_properties(self, rule: DisagreementRule) -> Iterator[Disagreement]:
        """Compare what documents say by properties that state one fact together."""
        by_entity: dict[str, Readings] = defaultdict(lambda: defaultdict(set))
        relations = []
        for path in rule.properties:
            if len(path.steps) > 1:
                continue  # a graph states one step
            (step,) = path.steps
            relations.append(step.iri)
            for quad in islice(self._store.quads(None, NamedNode(step.iri)), _MAX_READ):
                ends: list[Any] = [quad.subject, quad.object]
                entity, value = reversed(ends) if step.inverse else ends
                document = self._document(quad.graph_name)
                if document and isinstance(entity, NamedNode) and isinstance(value, Value):
                    by_entity[entity.value][value].add(document)
        kind = _slug(rule.label)
        for entity, readings in by_entity.items():
            yield from _fact(kind, rule.label, entity, tuple(relations), readings, _always)

    def _of_question(self, rule: DisagreementRule) -> Iterator[Disagreement]:
        """Read the rows of a question: ``thing about reading source``."""
        question = self._questions.get(rule.question)
        solutions = question.ask(self._store) if question else None
        if not isinstance(solutions, QuerySolutions):
            return
        facts: dict[str, Readings] = defaultdict(lambda: defaultdict(set))
        relations: dict[str, dict[str, None]] = defaultdict(dict)
        for row in solutions:
            thing, about, source = (getattr(row[n], "value", "") for n in _COLUMNS)
            reading = row["reading"]
            if isinstance(reading, Value):
                facts[thing][reading].add(source)
                relations[thing][about] = None
        for thing, readings in facts.items():
            about = tuple(relations[thing])
            if len(readings) > 1:  # the question decides what differs
                kind, pairs = _slug(rule.label), len(readings) - 1
                found = _readings(readings, readings)
                yield Disagreement(kind, rule.label, thing, about, "", found, pairs)


_COLUMNS = ("thing", "about", "source")


def find(store: Store, questions: Iterable[Question] = ()) -> tuple[Disagreement, ...]:
    """Return the disagreements in a graph, by kind, entity, relation and year."""
    finder = _Finder(store, {question.name: question for question in questions})
    return tuple(
        sorted(finder.find(), key=lambda item: (item.kind, item.entity, item.relations, item.year))
    )


def anchors(disagreements: Iterable[Disagreement], entity: str) -> dict[str, str]:
    """Return, for each relation of an entity that documents disagree on, its first comparison."""
    found: dict[str, str] = {}
    for disagreement in disagreements:
        if disagreement.entity == entity:
            for relation in disagreement.relations:
                found.setdefault(relation, disagreement.anchor)
    return found


def _fact(
    kind: str,
    label: Text,
    entity: str,
    relations: tuple[str, ...],
    readings: Readings,
    are_different: Callable[[Value, Value], bool],
    year: str = "",
) -> Iterator[Disagreement]:
    """Yield the disagreement among some readings, if there is one.

    Two readings differ only if no document gives both.
    """
    differing: dict[Value, None] = {}
    pairs = 0
    for first, second in combinations(sorted(readings, key=str)[:_MAX_READINGS], 2):
        if readings[first].isdisjoint(readings[second]) and are_different(first, second):
            differing |= {first: None, second: None}
            pairs += 1
    if pairs:
        found = _readings(readings, differing)
        yield Disagreement(kind, label, entity, relations, year, found, pairs)


def _readings(readings: Readings, values: Iterable[Value]) -> tuple[Reading, ...]:
    return tuple(Reading(value, frozenset(readings[value])) for value in sorted(values, key=str))


def _are_different_dates(first: Value, second: Value) -> bool:
    return dates.differ(first.value, second.value)


def _by_value(first: Value, second: Value) -> bool:
    return first.value != second.value


def _always(first: Value, second: Value) -> bool:
    return True


def _slug(label: Text) -> str:
    return _NOT_IN_AN_ANCHOR.sub("-", label.choose()).strip("-").lower() or "other"


def _local_name(iri: str) -> str:
    return re.split(r"[/#]", iri)[-1]
