"""The reasoner: triples in, what follows from them out, and more triples in at any time."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyoxigraph as ox

from ipgraph.reasoning.closure.compiler import Compiler
from ipgraph.reasoning.closure.consistency import inconsistencies
from ipgraph.reasoning.closure.encoding import Columns, Dictionary, uncollected
from ipgraph.reasoning.closure.fixpoint import Fixpoint
from ipgraph.reasoning.closure.profile import constructs_outside
from ipgraph.reasoning.closure.writer import InferredTriples
from ipgraph.reasoning.datatypes import DATATYPE_AXIOMS, DATATYPES, belongs
from ipgraph.reasoning.inference import Closure
from ipgraph.reasoning.rules import AXIOMS, SAME
from ipgraph.reasoning.trivia import RESOURCE, THING, TYPE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ipgraph.reasoning.closure.clauses import Clause


class Reasoner:
    """Closes a graph under OWL 2 RL; what is added later is closed incrementally.

    ::

        reasoner = Reasoner()
        reasoner.add(lines)         # N-Triples
        closure = reasoner.close()
        reasoner.add(more)
        closure = reasoner.close()  # costs what is new, not what there was

    `full` keeps what says nothing as well: reflexive, axiomatic and `owl:Thing` triples.
    """

    def __init__(self, *, full: bool = False) -> None:
        self._full = full
        self._dictionary = Dictionary()
        number = self._dictionary.number
        for term in (TYPE, THING, RESOURCE, SAME):
            number(term)
        self._fixpoint = Fixpoint(number(SAME))
        self._compiler = Compiler(self._fixpoint, self._dictionary)
        self._dormant: list[Clause] = []
        self._checks: list[Clause] = []
        self._typed: dict[int, int] = {}
        self._load_ms = 0.0
        for axiom in (*AXIOMS, *(DATATYPE_AXIOMS if full else ())):
            subject = np.array([number(axiom.subject)], np.int64)
            self._fixpoint.conclude(~number(axiom.object), subject)

    def add(self, lines: bytes | Iterable[bytes]) -> None:
        """Add what is stated, as N-Triples: one text, or pieces that end where a line does."""
        start = time.perf_counter()
        columns = Columns(self._dictionary)
        with uncollected():
            for piece in (lines,) if isinstance(lines, bytes) else lines:
                columns.add(piece)
            for class_, codes in columns.classes().items():
                self._fixpoint.state(~class_, codes)
            for property_, codes in columns.properties().items():
                self._fixpoint.state(property_, codes)
        self._load_ms += (time.perf_counter() - start) * 1000

    def close(self, sources: Callable[[str, str, str], tuple[str, ...]] | None = None) -> Closure:
        """Return what follows from all that was added.

        `sources` tells which graphs state a triple; inconsistencies quote it.
        """
        start = time.perf_counter()
        self._fixpoint.run()
        while clauses := self._compiler.clauses():
            self._admit(clauses)
            self._fixpoint.run()
        closed = time.perf_counter()
        faults = inconsistencies(self._fixpoint, self._dictionary, self._checks, sources)
        checked = time.perf_counter()
        triples = InferredTriples(self._fixpoint.relations, self._dictionary, full=self._full)
        return Closure(
            reasoner="rl",
            chunks=triples,
            count=triples.count,
            inconsistencies=faults,
            outside=constructs_outside(self._fixpoint, self._dictionary),
            timings={
                "load": self._load_ms,
                "close": (closed - start) * 1000,
                "check": (checked - closed) * 1000,
            },
        )

    def _admit(self, clauses: list[Clause]) -> None:
        """Set clauses to work, but those whose conclusions say nothing and nobody reads."""
        self._checks += [each for each in clauses if each.head is None]
        candidates = self._dormant + [each for each in clauses if each.head is not None]
        idle = set()
        if not self._full:
            tops = {~self._dictionary.number(each) for each in (THING, RESOURCE)}
            read = {
                pattern.key
                for each in (*self._fixpoint.clauses, *candidates, *self._checks)
                for pattern in each.body
                if each.head is None or each.head.key != pattern.key
            }
            idle = tops - read
        self._dormant = [each for each in candidates if each.head and each.head.key in idle]
        self._fixpoint.add_clauses(
            [each for each in candidates if each.head and each.head.key not in idle]
        )
        self._type_literals()

    def _type_literals(self) -> None:
        """Conclude dt-type2 for the datatypes that some clause reads."""
        for datatype in DATATYPES:
            key = ~self._dictionary.get(datatype.encode(), -1)
            relation = self._fixpoint.relations.get(key)
            known = len(self._dictionary)
            if relation is not None and self._typed.get(key, 0) < known:
                self._typed[key] = known
                found = [
                    number
                    for term, number in self._dictionary.items()
                    if term[0] == 34 and belongs(term.decode(), datatype)
                ]
                self._fixpoint.conclude(key, np.array(found, np.int64))


def infer(engine: ox.Store, *, full: bool = False) -> Closure:
    """Close the RDF merge of all graphs of `engine`; its inconsistencies quote those graphs."""
    reasoner = Reasoner(full=full)
    reasoner.add(
        engine.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=each) or b""
        for each in (ox.DefaultGraph(), *engine.named_graphs())
    )
    return reasoner.close(partial(graphs_of, engine))


def graphs_of(engine: ox.Store, subject: str, predicate: str, object_: str) -> tuple[str, ...]:
    """Return the IRIs of the named graphs of `engine` that state a triple given as N-Triples."""
    line = f"{subject} {predicate} {object_} .".encode()
    try:
        triple = next(iter(ox.parse(line, format=ox.RdfFormat.N_TRIPLES))).triple
    except SyntaxError:  # a literal as subject: no graph holds it
        return ()
    quads = engine.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
    names = {
        str(quad.graph_name.value)
        for quad in quads
        if not isinstance(quad.graph_name, ox.DefaultGraph)
    }
    return tuple(sorted(names))
