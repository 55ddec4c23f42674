"""What a store is asked: a query text and the dataset it is asked of."""

from __future__ import annotations

from dataclasses import dataclass

from ipgraph.namespaces import BASE


@dataclass(frozen=True, slots=True)
class ServiceResult:
    """The response of an endpoint to the SERVICE clause at these offsets of a query, unparsed.

    `kind` is ``json`` or ``xml``; it is empty where the endpoint failed and SILENT hides that.
    """

    start: int
    end: int
    endpoint: str
    silent: bool
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query text with the dataset it is asked of (SPARQL 1.1 Protocol, 2.1.4).

    `default_graphs` and `named_graphs` are IRIs; either of them replaces FROM and FROM NAMED.
    `prefixes` are declared before the text is read, for callers that need not declare their own.
    `max_rows` cuts the answer after so many rows or triples. `tables` take the places of SERVICE,
    in the order of the text.
    """

    text: str
    infer: bool = True
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    prefixes: tuple[tuple[str, str], ...] = ()
    base: str = BASE
    max_rows: int | None = None
    tables: tuple[ServiceResult, ...] = ()
