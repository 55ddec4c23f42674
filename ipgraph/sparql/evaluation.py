"""Run a query on a store: the one path of `kg.query`, the command line and the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.errors import BadQuery, IpGraphError, Refused, StoreUnavailable

if TYPE_CHECKING:
    from ipgraph.sparql.query import Query
    from ipgraph.sparql.service_values import Functions
    from ipgraph.store import EngineResult, Store

_NO_DESCRIPTOR = "(os error 24)"  # EMFILE: a worker has no descriptors left


def evaluate(store: Store, query: Query) -> EngineResult:
    """Return the result of `query`, computed as it is read.

    Raises `BadQuery`, `UsageError` for bindings that do not fit, `Refused` and `StoreUnavailable`.
    """
    text = query.text
    functions: Functions = {}
    if query.tables:
        from ipgraph.sparql.service_values import inline  # late: few queries have any

        text, functions = inline(query)
    if query.bindings:
        from ipgraph.sparql.bindings import bind  # late: it reads the text

        text = bind(text, query.bindings)
    try:
        return store.evaluate(
            text,
            default_graphs=query.default_graphs,
            named_graphs=query.named_graphs,
            prefixes=dict(query.prefixes),
            base=query.base,
            **({"functions": functions} if functions else {}),
        )
    except BadQuery as error:
        if text == query.text:
            raise
        from ipgraph.sparql import diagnostics  # late: only errors need it

        # Report positions in the text that the user wrote.
        message = str(error.__cause__ or error)
        raise diagnostics.explain(query.text, message, dict(query.prefixes), query.base) from error
    except (RuntimeError, OSError) as error:
        raise engine_error(query, error) from error


def engine_error(query: Query, error: Exception) -> IpGraphError:
    """Return the error to raise for an engine exception during evaluation."""
    message = str(error)
    if "custom function" in message:
        return BadQuery(
            message.replace("The custom function", "The function").rstrip(".")
            + ": only SPARQL's functions and XSD casts are available.",
            hint="Use a built-in function.",
        )
    if "service" in query.text.lower() and _NO_DESCRIPTOR not in message:
        from ipgraph.http_client.plain_text import one_line  # late: only errors need it

        return StoreUnavailable(
            f"A SERVICE endpoint failed: {one_line(message)}",  # may quote its response
            hint="Use SERVICE SILENT to ignore the failure.",
        )
    return Refused(
        f"The engine rejected the query: {message}", hint="Queries cannot fetch external data."
    )
