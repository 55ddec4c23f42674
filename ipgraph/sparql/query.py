"""A query for a store: the text and its dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ipgraph.namespaces import BASE

if TYPE_CHECKING:
    from ipgraph.sparql.bindings import Bindings


class ServiceResult(NamedTuple):
    """The response of an endpoint to the SERVICE clause at these offsets of a query, unparsed.

    `kind` is ``json`` or ``xml``, or empty if the endpoint failed and SILENT hides the failure.
    """

    start: int
    end: int
    endpoint: str
    silent: bool
    kind: str
    text: str


class Query(NamedTuple):
    """A query text with its dataset (SPARQL 1.1 Protocol, 2.1.4).

    `default_graphs` and `named_graphs` are IRIs; either of them replaces FROM and FROM NAMED.
    `prefixes` are declared in addition to those of the text. `max_rows` is the maximum number of
    rows or triples of the result. `tables` replace the SERVICE clauses, in the order of the text.
    `bindings` are the values of variables (`ipgraph.sparql.bindings`).
    """

    text: str
    infer: bool = True
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    prefixes: tuple[tuple[str, str], ...] = ()
    base: str = BASE
    max_rows: int | None = None
    tables: tuple[ServiceResult, ...] = ()
    bindings: Bindings = ()
