"""Where a graph is kept: the protocol that every store fulfils, and the choice among them.

A store answers query text and bounded look-ups; it is never written through this protocol. Its
default graph is the RDF merge of its named graphs: each triple once, however many graphs state it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyoxigraph as ox

EngineResult: TypeAlias = "ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples"
Subject: TypeAlias = "ox.NamedNode | ox.BlankNode"
Term: TypeAlias = "ox.NamedNode | ox.BlankNode | ox.Literal"


@runtime_checkable
class Store(Protocol):
    """What answers: in this process, on disk, or at an endpoint."""

    def evaluate(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        prefixes: dict[str, str] | None = None,
        base: str | None = None,
    ) -> EngineResult:
        """Return the result of SPARQL query `text`, computed as it is read.

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
        """Return the quads that match; None stands for any, `ox.DefaultGraph()` for the merge."""
        ...
