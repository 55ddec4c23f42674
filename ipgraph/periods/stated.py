"""What the documents of a graph state: a store without its merge and its computed graphs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, Literal, NamedNode

from ipgraph.dataset.config.values import path_of
from ipgraph.entities.model import Model
from ipgraph.namespaces import COMPUTED_GRAPHS, RDF, RDFS
from ipgraph.periods import dates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyoxigraph import Quad

    from ipgraph.dataset.config.file import DatasetFile
    from ipgraph.dataset.config.values import PropertyPath, Step
    from ipgraph.namespaces.prefixes import Prefixes
    from ipgraph.periods.dates import Reading
    from ipgraph.store import EngineResult, Store, Subject, Term

_TYPE = NamedNode(RDF + "type")
_SUBCLASS = NamedNode(RDFS + "subClassOf")
_NOT_STATED = (DefaultGraph(), *map(NamedNode, COMPUTED_GRAPHS))


class StatedGraph:
    """A store in which every graph is a document: it also serves before a graph is merged."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.model = Model(self)

    @property
    def description(self) -> DatasetFile:
        """The description of the dataset."""
        return self._store.description

    @property
    def prefixes(self) -> Prefixes:
        """The prefixes of the graph."""
        return self._store.prefixes

    @property
    def languages(self) -> tuple[str, ...]:
        """The language tags of its labels."""
        return self._store.languages

    def evaluate(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        prefixes: dict[str, str] | None = None,
        base: str | None = None,
    ) -> EngineResult:
        """Return the result of a query over the whole store."""
        return self._store.evaluate(
            text,
            default_graphs=default_graphs,
            named_graphs=named_graphs,
            prefixes=prefixes,
            base=base,
        )

    def quads(
        self,
        subject: Term | None = None,
        predicate: Term | None = None,
        object: Term | None = None,
        graph: Subject | DefaultGraph | None = None,
    ) -> Iterator[Quad]:
        """Return the stated quads that match; the merge is that of the stated ones."""
        wanted = None if isinstance(graph, DefaultGraph) else graph
        for quad in self._store.quads(subject, predicate, object, wanted):
            if quad.graph_name not in _NOT_STATED:
                yield quad

    def ends(self, node: Term, steps: tuple[Step, ...]) -> dict[Term, set[str]]:
        """Return what a path leads to from a node, and the graphs that state the last step."""
        *before, last = steps
        found: dict[Term, set[str]] = {}
        for start in self.model.follow(node, tuple(before)) if before else (node,):
            if last.inverse:
                for quad in self.quads(None, NamedNode(last.iri), start):
                    found.setdefault(quad.subject, set()).add(_name(quad))
            elif not isinstance(start, Literal):
                for quad in self.quads(start, NamedNode(last.iri)):
                    found.setdefault(quad.object, set()).add(_name(quad))
        return found

    def readings(self, node: Term, role: str) -> dict[Reading, set[str]]:
        """Return the dates of a node in a role, and the graphs that state each."""
        found: dict[Reading, set[str]] = {}
        for path in self.model.config.role(role):
            for steps in self._alternatives(path):
                for term, graphs in self.ends(node, steps).items():
                    if isinstance(term, Literal) and (reading := dates.read(term.value)):
                        found.setdefault(reading, set()).update(graphs)
        return found

    def _alternatives(self, path: PropertyPath) -> list[tuple[Step, ...]]:
        """Return a path, or each property below its only one."""
        if not path.property:
            return [path.steps]
        return [path_of(iri).steps for iri in self.model.below(path.property)]

    def types(self, node: Term) -> set[str]:
        """Return the stated classes of a node and those above them."""
        ahead = [quad.object for quad in self.quads(node, _TYPE)]
        found: set[str] = set()
        while ahead:
            class_ = ahead.pop()
            if isinstance(class_, NamedNode) and class_.value not in found:
                found.add(class_.value)
                ahead += self._above.get(class_, ())
        return found

    def classes_below(self, class_: str) -> list[NamedNode]:
        """Return a class and those below it."""
        ahead, found = [NamedNode(class_)], dict.fromkeys([NamedNode(class_)])
        while ahead:
            for below in self._below.get(ahead.pop(), ()):
                if below not in found:
                    found[below] = None
                    ahead.append(below)
        return [*found]

    @cached_property
    def _above(self) -> dict[NamedNode, list[NamedNode]]:
        found: dict[NamedNode, list[NamedNode]] = {}
        for quad in self.quads(None, _SUBCLASS):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                found.setdefault(quad.subject, []).append(quad.object)
        return found

    @cached_property
    def _below(self) -> dict[NamedNode, list[NamedNode]]:
        found: dict[NamedNode, list[NamedNode]] = {}
        for below, above in self._above.items():
            for class_ in above:
                found.setdefault(class_, []).append(below)
        return found


def _name(quad: Quad) -> str:
    return getattr(quad.graph_name, "value", "")
