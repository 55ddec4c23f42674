"""Answer one query on one store: the one place where a text meets the engine in a worker."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import (
    BadQuery,
    InvalidData,
    IpGraphError,
    NotAcceptable,
    Refused,
    StoreUnavailable,
)
from ipgraph.serialization.results import write

if TYPE_CHECKING:
    from ipgraph.serialization.formats import Format
    from ipgraph.serialization.results import Fitting
    from ipgraph.sparql.guard import Inspection
    from ipgraph.sparql.query import Query
    from ipgraph.sparql.service_values import Functions
    from ipgraph.store import EngineResult, Store

_NO_DESCRIPTOR = "(os error 24)"  # EMFILE: what a worker meets that has none left


def write_result(store: Store, query: Query, form: Format | Fitting, out: IO[bytes]) -> None:
    """Evaluate `query` and write its answer to `out` as it is computed.

    Several graphs in FROM are merged, as RDF 1.1 merges (the engine alone would count a triple of
    two graphs twice). Raises `BadQuery` in a person's words, `Refused` for a graph that is not
    here, and `NotAcceptable` where the format cannot hold the answer.
    """
    try:
        write(evaluate(store, query), form, out, max_rows=query.max_rows)
    except InvalidData as error:  # of the format, not of the data: another one holds the answer
        raise NotAcceptable(str(error)) from error
    except (RuntimeError, OSError) as error:
        raise _engine_refusal(query, error) from error


def evaluate(store: Store, query: Query) -> EngineResult:
    """Return the result of `query` on `store`; `write_result` says how and what it raises."""
    default, named = query.default_graphs, query.named_graphs
    if not default and not named and _may_name_graphs(query.text):
        from ipgraph.sparql.guard import Bounds, inspect  # late: few queries name graphs

        # Whoever hands a stranger's text to a worker has bounded it; here it is only read.
        found = inspect(query.text, Bounds(1 << 40, 1 << 40, 1 << 40))
        _refuse_unknown(store, found)
        default, named = found.default_graphs, found.named_graphs
    text = query.text
    functions: Functions = {}
    if query.tables:
        from ipgraph.sparql.service_values import inline  # late: few queries have any

        text, functions = inline(query)
    try:
        return store.evaluate(
            text,
            default_graphs=default,
            named_graphs=named,
            prefixes=dict(query.prefixes),
            base=query.base,
            **({"functions": functions} if functions else {}),
        )
    except BadQuery as error:
        raise _rephrased(query, error) from error
    except (RuntimeError, OSError) as error:
        raise _engine_refusal(query, error) from error


def _may_name_graphs(text: str) -> bool:
    """Tell whether FROM may stand in a text, so that most texts need not be looked through."""
    return "from" in text.lower() or "\\" in text  # a keyword may be written with \\u escapes


def _rephrased(query: Query, error: BadQuery) -> BadQuery:
    """Say the engine's complaint in a person's words; `syntax_errors.PADDING` says why twice."""
    from ipgraph.sparql import diagnostics  # late: only an error pays for it

    message = str(error)
    try:
        ox.Store().query(
            query.text + diagnostics.PADDING, prefixes=dict(query.prefixes), base_iri=query.base
        )
    except (SyntaxError, ValueError) as second:
        message = str(second)
    return diagnostics.explain(query.text, message)


def _engine_refusal(query: Query, error: Exception) -> IpGraphError:
    message = str(error)
    if "custom function" in message:
        return BadQuery(
            message.replace("The custom function", "The function").rstrip(".")
            + ": SPARQL's own functions and XSD's casts are.",
            hint="Use a built-in function.",
        )
    if "service" in query.text.lower() and _NO_DESCRIPTOR not in message:
        return StoreUnavailable(
            f"An endpoint that SERVICE names could not be asked: {message}",
            hint="SERVICE SILENT goes on without it.",
        )
    return Refused(f"The engine refused the query: {message}", hint="Nothing outside is fetched.")


def _refuse_unknown(store: Store, found: Inspection) -> None:
    """Refuse FROM with a graph that is not here: it is never fetched, and silence would mislead."""
    for iri in (*found.default_graphs, *found.named_graphs):
        try:
            name = ox.NamedNode(iri)
        except ValueError as error:
            raise BadQuery(f"FROM names <{iri}>, which is not an IRI: {error}") from error
        if next(iter(store.quads(graph=name)), None) is None:
            raise Refused(
                f"FROM names <{iri}>, and there is no such graph here; graphs are never fetched.",
                hint="SELECT DISTINCT ?g WHERE { GRAPH ?g {} } lists the graphs that are here.",
            )
