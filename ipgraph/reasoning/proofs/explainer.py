"""Explain a triple of a closed graph, or say what it lacks."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import NotEntailed, UsageError
from ipgraph.namespaces import INFERRED_GRAPH, OWL, RDFS
from ipgraph.reasoning.inference import Premise
from ipgraph.reasoning.proofs.closed_graph import ClosedGraph, Fact, Term
from ipgraph.reasoning.proofs.explanation import Explanation, Step
from ipgraph.reasoning.proofs.prover import Prover, Way
from ipgraph.reasoning.wording import in_words, short

if TYPE_CHECKING:
    from ipgraph.store import Store

_MAX_REMEMBERED = 20_000  # triples; then all is forgotten, some 20 MiB
_MAX_DEPTH_OF_NAME = 4  # class expressions inside one another that are spelled out


class Explainer:
    """Explains the triples of one store: what it finds out about one serves the next.

    The store holds what is stated in named graphs, what is inferred in graph `inferred`, and, if
    anything, the merge of all in its default graph.
    """

    def __init__(self, store: Store, inferred: str = INFERRED_GRAPH) -> None:
        self._store = store
        self._inferred = inferred
        self._lock = Lock()  # the prover's memory is not for two threads at once
        self._forget()

    def _forget(self) -> None:
        self._graph = ClosedGraph(self._store, self._inferred)
        self._prover = Prover(self._graph)

    def explain(self, subject: str, predicate: str, object_: str) -> Explanation:
        """Return a shortest proof of a triple, its terms in N-Triples syntax.

        Raises `NotEntailed`, which says what is missing for the nearest rule where that is cheap
        to find, and `UsageError` for terms that do not parse.
        """
        goal = _fact(subject, predicate, object_)
        with self._lock:
            if self._prover.remembered > _MAX_REMEMBERED:
                self._forget()
            return self._explained(goal)

    def _explained(self, goal: Fact) -> Explanation:
        if not self._graph.holds(goal):
            raise NotEntailed(self._refusal(goal))
        cost = self._prover.prove(goal)
        if cost is None:
            raise NotEntailed(
                f"{self._sentence(goal)} is in the graph, but no rule of OWL 2 RL concludes it "
                "from what is stated there; was it inferred elsewhere?"
            )
        return Explanation(self._steps(goal), cost)

    def name(self, term: str) -> str:
        """Return how a term in N-Triples syntax is called: its label, a class spelled out."""
        return self._called(_term(term), 0)

    def _steps(self, goal: Fact) -> tuple[Step, ...]:
        """Put the proof of a proved goal in order: premises first, each step once."""
        steps: dict[Fact, Step] = {}

        def visit(fact: Fact) -> int:
            if fact not in steps:
                sources = self._graph.sources(fact)
                triple = Premise(str(fact.subject), str(fact.predicate), str(fact.object), sources)
                if sources:
                    steps[fact] = Step(len(steps) + 1, triple)
                else:
                    way = self._prover.way(fact)
                    premises = tuple(visit(each) for each in way.premises)
                    steps[fact] = Step(
                        len(steps) + 1, triple, way.rule, self._reason(way), premises
                    )
            return steps[fact].number

        visit(goal)
        return tuple(steps.values())

    def _reason(self, way: Way) -> str:
        terms = {name: str(term) for name, term in way.bound}
        return in_words(way.reason, terms, self.name)

    def _refusal(self, goal: Fact) -> str:
        message = f"{self._sentence(goal)} is neither stated nor entailed."
        missing = self._prover.nearest(goal)
        if missing is None:
            return f"{message} No rule comes near it."
        rule, fact = missing
        return f"{message} It would follow by {rule} if this held: {self._sentence(fact)}."

    def _sentence(self, fact: Fact) -> str:
        return " ".join(self._called(each, 0) for each in fact)

    def _called(self, term: Term, depth: int) -> str:
        if isinstance(term, ox.NamedNode):
            label = self._label(term)
            return f"“{label}”" if label else short(str(term))
        if isinstance(term, ox.BlankNode) and depth < _MAX_DEPTH_OF_NAME:
            return self._expression(term, depth) or "something without a name"
        return short(str(term))

    def _label(self, term: ox.NamedNode) -> str:
        found = [fact.object for fact in self._graph.match(term, _LABEL, None)]
        texts = [each for each in found if isinstance(each, ox.Literal)]
        english = [each.value for each in texts if each.language in ("en", None)]
        return min(english or [each.value for each in texts], default="")

    def _expression(self, node: ox.BlankNode, depth: int) -> str:
        """Spell out a class that has no name."""
        said = {str(fact.predicate): fact.object for fact in self._graph.match(node, None, None)}

        def called(predicate: str) -> str:
            return self._called(said[predicate], depth + 1)

        for predicate, words in _LISTED.items():
            if predicate in said:
                members = self._graph.members(said[predicate])
                return f"({words.join(self._called(each, depth + 1) for each in members)})"
        if _ON_PROPERTY in said:
            for predicate, words in _RESTRICTED.items():
                if predicate in said:
                    return words.format(p=called(_ON_PROPERTY), v=called(predicate))
        if _INVERSE in said:
            return f"inverse of {called(_INVERSE)}"
        if _COMPLEMENT in said:
            return f"what is no {called(_COMPLEMENT)}"
        members = self._graph.members(node)
        return (
            f"({', '.join(self._called(each, depth + 1) for each in members)})" if members else ""
        )


_LABEL = ox.NamedNode(RDFS + "label")
_ON_PROPERTY, _COMPLEMENT, _INVERSE = (
    f"<{OWL}{each}>" for each in ("onProperty", "complementOf", "inverseOf")
)
_LISTED = {
    f"<{OWL}intersectionOf>": " and ",
    f"<{OWL}unionOf>": " or ",
    f"<{OWL}oneOf>": " or ",
}
_RESTRICTED = {
    f"<{OWL}someValuesFrom>": "thing with {p} some {v}",
    f"<{OWL}allValuesFrom>": "thing with {p} only {v}",
    f"<{OWL}hasValue>": "thing with {p} {v}",
    f"<{OWL}maxCardinality>": "thing with at most {v} {p}",
    f"<{OWL}maxQualifiedCardinality>": "thing with at most {v} {p}",
}


def _term(text: str) -> Term:
    """Read a term in N-Triples syntax, in the place of an object, where any may stand."""
    try:
        line = f"<urn:x> <urn:x> {text} ."
        found: Term = next(iter(ox.parse(line, format=ox.RdfFormat.N_TRIPLES))).object
    except (SyntaxError, StopIteration) as error:
        raise UsageError(f"{text!r} is no RDF term in N-Triples syntax.") from error
    return found


def _fact(subject: str, predicate: str, object_: str) -> Fact:
    fact = Fact(_term(subject), _term(predicate), _term(object_))
    if not isinstance(fact.predicate, ox.NamedNode):
        raise UsageError(f"{predicate} cannot be a relation: it is no IRI.")
    if not isinstance(fact.subject, ox.NamedNode | ox.BlankNode):
        raise UsageError(f"{subject} cannot be a subject: it is a literal.")
    return fact
