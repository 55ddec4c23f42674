"""The reasoner: add triples, get their closure, add more triples at any time."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyoxigraph as ox

from ipgraph.reasoning.closure.budget import OverBudget, limits_for
from ipgraph.reasoning.closure.compilation.clauses import ANY_CLASS
from ipgraph.reasoning.closure.compilation.compiler import Compiler
from ipgraph.reasoning.closure.compilation.unsupported import unsupported_constructs
from ipgraph.reasoning.closure.consistency import find_inconsistencies
from ipgraph.reasoning.closure.encoding import Columns, Dictionary, without_garbage_collection
from ipgraph.reasoning.closure.fixpoint import Fixpoint
from ipgraph.reasoning.closure.lists import Lists
from ipgraph.reasoning.closure.writer import InferredTriples
from ipgraph.reasoning.datatypes import DATATYPE_AXIOMS, DATATYPES, is_value_of
from ipgraph.reasoning.inference import Closure, Incompleteness
from ipgraph.reasoning.rules import AXIOMS
from ipgraph.reasoning.vocabulary import RESOURCE, SAME_AS, THING, TYPE
from ipgraph.reasoning.wording import short_name
from ipgraph.settings import InferenceLimits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ipgraph.reasoning.closure.compilation.clauses import Clause

_MAX_NAMED = 5  # rules that were skipped and that a message names


class Reasoner:
    """Closes a graph under OWL 2 RL; later additions are closed incrementally.

    ::

        reasoner = Reasoner()
        reasoner.add(lines)         # N-Triples
        closure = reasoner.close()
        reasoner.add(more)
        closure = reasoner.close()  # the cost depends on the additions, not on the whole

    `full` keeps the trivial triples as well: reflexive, axiomatic and `owl:Thing` triples.
    `limits` bound each call of `close`, and the statements of all calls together. A closure that
    would exceed them is incomplete and says so.
    """

    def __init__(self, *, full: bool = False, limits: InferenceLimits | None = None) -> None:
        self._full = full
        self._limits = limits or InferenceLimits()
        self._stop: OverBudget | None = None  # the limit that ended the closure early
        self._dictionary = Dictionary()
        number = self._dictionary.number
        for term in (TYPE, THING, RESOURCE, SAME_AS):
            number(term)
        self._fixpoint = Fixpoint(number(SAME_AS))
        self._fixpoint.lists = Lists(self._fixpoint, self._dictionary)
        self._compiler = Compiler(self._fixpoint, self._dictionary)
        self._dormant: list[Clause] = []
        self._checks: list[Clause] = []
        self._typed_counts: dict[int, int] = {}
        self._load_ms = 0.0
        for axiom in (*AXIOMS, *(DATATYPE_AXIOMS if full else ())):
            subject = np.array([number(axiom.subject)], np.int64)
            self._fixpoint.conclude(~number(axiom.object), subject)

    def add(self, lines: bytes | Iterable[bytes]) -> None:
        """Add stated triples as N-Triples: one text, or chunks of whole lines."""
        start = time.perf_counter()
        columns = Columns(self._dictionary)
        with without_garbage_collection():
            for chunk in (lines,) if isinstance(lines, bytes) else lines:
                columns.add(chunk)
            for class_, codes in columns.classes().items():
                self._fixpoint.state(~class_, codes)
            for property_, codes in columns.properties().items():
                self._fixpoint.state(property_, codes)
        self._load_ms += (time.perf_counter() - start) * 1000

    def close(self, sources: Callable[[str, str, str], tuple[str, ...]] | None = None) -> Closure:
        """Return what follows from everything added so far.

        `sources` returns the graphs that state a triple; inconsistencies name them.
        """
        start = time.perf_counter()
        fixpoint = self._fixpoint
        stated = sum(len(relation.stated) for relation in fixpoint.relations.values())
        limits = limits_for(self._limits, stated)
        fixpoint.budget.restart(limits)
        try:
            self._run()
        except OverBudget as error:
            self._stop = error
        except MemoryError:
            self._stop = OverBudget("the memory of this process", ends_closure=True)
        closed = time.perf_counter()
        fixpoint.budget.restart(limits)
        found = find_inconsistencies(fixpoint, self._dictionary, self._checks, sources)
        checked = time.perf_counter()
        triples = InferredTriples(
            fixpoint.relations,
            self._dictionary,
            full=self._full,
            equal=fixpoint.equality.classes(),
        )
        return Closure(
            reasoner="rl",
            chunks=triples,
            count=triples.count,
            inconsistencies=found,
            unsupported=unsupported_constructs(self._fixpoint, self._dictionary),
            stars=triples.stars,
            incomplete=self._incompleteness(triples.count),
            timings={
                "load": self._load_ms,
                "close": (closed - start) * 1000,
                "check": (checked - closed) * 1000,
            },
        )

    @property
    def inferred_count(self) -> int:
        """The number of inferred statements before any are left out or written as stars."""
        return self._fixpoint.budget.spent

    def _run(self) -> None:
        self._fixpoint.run()
        while clauses := self._compiler.new_clauses():
            self._admit(clauses)
            self._fixpoint.run()

    def _incompleteness(self, count: int) -> Incompleteness | None:
        skipped = self._fixpoint.skipped
        if not skipped and self._stop is None:
            return None
        terms = list(self._dictionary)
        steps = [
            rule if key == ANY_CLASS else f"{rule} for {short_name(terms[max(key, ~key)].decode())}"
            for rule, key in skipped
        ]
        more = len(steps) - _MAX_NAMED
        missing = ", ".join(steps[:_MAX_NAMED]) + (f" and {more} more" if more > 0 else "")
        if self._stop is not None:
            missing += f"{' and ' if missing else ''}the rules that had not finished"
        limits = dict.fromkeys(error.limit for error in (*skipped.values(), self._stop) if error)
        return Incompleteness(count, ", ".join(limits), missing)

    def _admit(self, clauses: list[Clause]) -> None:
        """Add clauses to the fixpoint, except those whose trivial conclusions no clause reads."""
        self._checks += [clause for clause in clauses if clause.head is None]
        candidates = self._dormant + [clause for clause in clauses if clause.head is not None]
        unread = set()
        if not self._full:
            tops = {~self._dictionary.number(term) for term in (THING, RESOURCE)}
            read = {
                pattern.key
                for clause in (*self._fixpoint.clauses, *candidates, *self._checks)
                for pattern in clause.body
                if clause.head is None or clause.head.key != pattern.key
            }
            unread = tops - read
        self._dormant = [
            clause for clause in candidates if clause.head and clause.head.key in unread
        ]
        self._fixpoint.add_clauses(
            [clause for clause in candidates if clause.head and clause.head.key not in unread]
        )
        self._type_literals()

    def _type_literals(self) -> None:
        """Conclude dt-type2 for the datatypes that a clause reads."""
        for datatype in DATATYPES:
            key = ~self._dictionary.get(datatype.encode(), -1)
            relation = self._fixpoint.relations.get(key)
            count = len(self._dictionary)
            if relation is not None and self._typed_counts.get(key, 0) < count:
                self._typed_counts[key] = count
                members = [
                    number
                    for term, number in self._dictionary.items()
                    if term[0] == 34 and is_value_of(term.decode(), datatype)
                ]
                self._fixpoint.conclude(key, np.array(members, np.int64))


def infer(
    engine: ox.Store, *, full: bool = False, limits: InferenceLimits | None = None
) -> Closure:
    """Return the closure of the RDF merge of all graphs of `engine`, with sources by graph."""
    reasoner = Reasoner(full=full, limits=limits)
    reasoner.add(
        engine.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph) or b""
        for graph in (ox.DefaultGraph(), *engine.named_graphs())
    )
    return reasoner.close(partial(graphs_of, engine))


def graphs_of(engine: ox.Store, subject: str, predicate: str, object_: str) -> tuple[str, ...]:
    """Return the IRIs of the named graphs of `engine` that state a triple given as N-Triples."""
    line = f"{subject} {predicate} {object_} .".encode()
    try:
        triple = next(iter(ox.parse(line, format=ox.RdfFormat.N_TRIPLES))).triple
    except SyntaxError:  # a literal as subject: no graph contains it
        return ()
    quads = engine.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
    names = {
        str(quad.graph_name.value)
        for quad in quads
        if not isinstance(quad.graph_name, ox.DefaultGraph)
    }
    return tuple(sorted(names))
