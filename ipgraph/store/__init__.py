"""Stores of a graph: the protocol that all of them implement, a local and a remote one.

A store runs queries and bounded look-ups. The protocol has no operation that writes. The default
graph is the RDF merge of the named graphs: a triple that several graphs state is in it once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyoxigraph as ox

    from ipgraph.dataset.config.file import DatasetFile
    from ipgraph.namespaces.prefixes import Prefixes

EngineResult: TypeAlias = "ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples"
Subject: TypeAlias = "ox.NamedNode | ox.BlankNode"
Term: TypeAlias = "ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple"


@runtime_checkable
class Store(Protocol):
    """A graph in this process, on disk, or at a SPARQL endpoint."""

    @property
    def description(self) -> DatasetFile:
        """The description of the dataset."""
        ...

    @property
    def prefixes(self) -> Prefixes:
        """The prefixes of the graph."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """The language tags of its labels, in the order in which they are shown."""
        ...

    def evaluate(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        prefixes: dict[str, str] | None = None,
        base: str | None = None,
    ) -> EngineResult:
        """Return the result of SPARQL query `text`, computed while it is read.

        `default_graphs` and `named_graphs` override FROM and FROM NAMED (SPARQL 1.1 Protocol,
        2.1.4); several default graphs are merged. `base` resolves relative IRIs. Raises `BadQuery`.
        """
        ...

    def quads(
        self,
        subject: Term | None = None,
        predicate: Term | None = None,
        object: Term | None = None,
        graph: Subject | ox.DefaultGraph | None = None,
    ) -> Iterator[ox.Quad]:
        """Return the quads that match. None matches any term, `ox.DefaultGraph()` the merge."""
        ...
