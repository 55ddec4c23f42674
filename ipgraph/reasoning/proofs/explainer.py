"""The explainer: why a triple of a closed graph holds, or what is missing for it to hold."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import NotEntailed, UsageError
from ipgraph.namespaces import INFERRED_GRAPH
from ipgraph.reasoning.inference import Premise
from ipgraph.reasoning.proofs.closed_graph import ClosedGraph, Fact, Term, node
from ipgraph.reasoning.proofs.explanation import Explanation, Step
from ipgraph.reasoning.proofs.prover import Application, Prover
from ipgraph.reasoning.vocabulary import (
    ALL_VALUES_FROM,
    COMPLEMENT_OF,
    HAS_VALUE,
    INTERSECTION_OF,
    INVERSE_OF,
    LABEL,
    MAX_CARDINALITY,
    MAX_QUALIFIED_CARDINALITY,
    ON_PROPERTY,
    ONE_OF,
    SOME_VALUES_FROM,
    UNION_OF,
)
from ipgraph.reasoning.wording import fill_reason, short_name

if TYPE_CHECKING:
    from ipgraph.store import Store

_MAX_CACHED = 20_000  # triples, about 20 MiB; then the cache is cleared
_MAX_NAME_DEPTH = 4  # nested class expressions that are spelled out
_LABEL = node(LABEL)
_SEPARATORS = {INTERSECTION_OF: " and ", UNION_OF: " or ", ONE_OF: " or "}
_RESTRICTIONS = {
    SOME_VALUES_FROM: "thing with a {p} that is a {v}",
    ALL_VALUES_FROM: "thing whose every {p} is a {v}",
    HAS_VALUE: "thing with the {p} {v}",
    MAX_CARDINALITY: "thing with at most {v} {p}",
    MAX_QUALIFIED_CARDINALITY: "thing with at most {v} {p}",
}


class Explainer:
    """Explains the triples of one store; results are cached for later explanations.

    The store has stated triples in named graphs, inferred ones in graph `inferred`, and either
    nothing or the merge of all graphs in its default graph.
    """

    def __init__(self, store: Store, inferred: str = INFERRED_GRAPH) -> None:
        self._store = store
        self._inferred = inferred
        self._lock = Lock()  # the prover's cache is not thread-safe
        self._clear()

    def _clear(self) -> None:
        self._graph = ClosedGraph(self._store, self._inferred)
        self._prover = Prover(self._graph)

    def explain(
        self, subject: str, predicate: str, object_: str, *, incomplete: str = ""
    ) -> Explanation:
        """Return a shortest proof of a triple; its terms are in N-Triples syntax.

        Raise `NotEntailed` if it does not hold; the message names what is missing for a rule to
        conclude it, if that is cheap to find, and includes `incomplete`, which says what was not
        inferred. Raise `UsageError` for terms that do not parse.
        """
        goal = _fact(subject, predicate, object_)
        with self._lock:
            if self._prover.cache_size > _MAX_CACHED:
                self._clear()
            return self._explain(goal, incomplete)

    def _explain(self, goal: Fact, incomplete: str) -> Explanation:
        if not self._graph.holds(goal):
            raise NotEntailed(self._describe_missing(goal, incomplete))
        cost = self._prover.prove(goal)
        if cost is None:
            raise NotEntailed(
                f"{self._sentence(goal)} is in the graph, but no rule of OWL 2 RL concludes it "
                "from the stated triples. Another reasoner may have inferred it."
            )
        return Explanation(self._steps(goal), cost)

    def name(self, term: str) -> str:
        """Return the name to show for a term in N-Triples syntax: a label, or a class in words."""
        return self._name(_term(term), 0)

    def _steps(self, goal: Fact) -> tuple[Step, ...]:
        """Return the steps of the proof of a proved goal: premises first, without repeats."""
        steps: dict[Fact, Step] = {}

        def visit(fact: Fact) -> int:
            if fact not in steps:
                sources = self._graph.sources(fact)
                triple = Premise(str(fact.subject), str(fact.predicate), str(fact.object), sources)
                if sources:
                    steps[fact] = Step(len(steps) + 1, triple)
                else:
                    last = self._prover.last_step(fact)
                    premises = tuple(visit(premise) for premise in last.premises)
                    reason = self._reason(last)
                    steps[fact] = Step(len(steps) + 1, triple, last.rule, reason, premises)
            return steps[fact].number

        visit(goal)
        return tuple(steps.values())

    def _reason(self, application: Application) -> str:
        terms = {name: str(term) for name, term in application.bound}
        return fill_reason(application.reason, terms, self.name)

    def _describe_missing(self, goal: Fact, incomplete: str) -> str:
        message = f"{self._sentence(goal)} is neither stated nor inferred."
        if incomplete:
            message += f" {incomplete}"
        missing = self._prover.near_miss(goal)
        if missing is None:
            return f"{message} No rule comes close to concluding it."
        rule, fact = missing
        return f"{message} It would follow by rule {rule} if this held: {self._sentence(fact)}."

    def _sentence(self, fact: Fact) -> str:
        return " ".join(self._name(term, 0) for term in fact)

    def _name(self, term: Term, depth: int) -> str:
        if isinstance(term, ox.NamedNode):
            label = self._label(term)
            return f"“{label}”" if label else short_name(str(term))
        if isinstance(term, ox.BlankNode) and depth < _MAX_NAME_DEPTH:
            return self._class_expression(term, depth) or "an unnamed resource"
        return short_name(str(term))

    def _label(self, term: ox.NamedNode) -> str:
        objects = [fact.object for fact in self._graph.match(term, _LABEL, None)]
        labels = [label for label in objects if isinstance(label, ox.Literal)]
        english = [label.value for label in labels if label.language in ("en", None)]
        return min(english or [label.value for label in labels], default="")

    def _class_expression(self, resource: ox.BlankNode, depth: int) -> str:
        """Return an unnamed class, property or list in words, or nothing."""
        facts = self._graph.match(resource, None, None)
        objects = {str(fact.predicate): fact.object for fact in facts}

        def name_of(predicate: str) -> str:
            return self._name(objects[predicate], depth + 1)

        for predicate, separator in _SEPARATORS.items():
            if predicate in objects:
                return self._joined(objects[predicate], separator, depth)
        if ON_PROPERTY in objects:
            for predicate, words in _RESTRICTIONS.items():
                if predicate in objects:
                    return words.format(p=name_of(ON_PROPERTY), v=name_of(predicate))
        if INVERSE_OF in objects:
            return f"inverse of {name_of(INVERSE_OF)}"
        if COMPLEMENT_OF in objects:
            return f"thing that is not a {name_of(COMPLEMENT_OF)}"
        return self._joined(resource, ", ", depth)

    def _joined(self, start: Term, separator: str, depth: int) -> str:
        members = self._graph.members(start)
        names = separator.join(self._name(member, depth + 1) for member in members)
        return f"({names})" if members else ""


def _term(text: str) -> Term:
    """Parse a term in N-Triples syntax, as an object, which may be any term."""
    try:
        line = f"<urn:x> <urn:x> {text} ."
        term: Term = next(iter(ox.parse(line, format=ox.RdfFormat.N_TRIPLES))).object
    except (SyntaxError, StopIteration) as error:
        raise UsageError(f"{text!r} is not an RDF term in N-Triples syntax.") from error
    return term


def _fact(subject: str, predicate: str, object_: str) -> Fact:
    fact = Fact(_term(subject), _term(predicate), _term(object_))
    if not isinstance(fact.predicate, ox.NamedNode):
        raise UsageError(f"{predicate} cannot be a property. Give an IRI.")
    if not isinstance(fact.subject, ox.NamedNode | ox.BlankNode):
        raise UsageError(f"{subject} is a literal, which cannot be a subject. Give an IRI.")
    return fact
