"""Run a query and write its result: what a worker does with a request."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from ipgraph.serialization.results import write
from ipgraph.sparql.evaluation import engine_error, evaluate
from ipgraph.store.local import LocalStore
from ipgraph.store.originals import as_stated

if TYPE_CHECKING:
    from ipgraph.serialization.formats import Format
    from ipgraph.serialization.results import ResultFormats
    from ipgraph.sparql.query import Query
    from ipgraph.store import Store


def write_result(
    store: Store, query: Query, output_format: Format | ResultFormats, out: IO[bytes]
) -> None:
    """Run `query` and write its result to `out` as it is computed.

    Raises what `evaluate` raises, and `NotAcceptable` if the format cannot hold the result.
    """
    try:
        result, prefixes = as_stated(evaluate(store, query), store), store.prefixes.declared
        write(result, output_format, out, prefixes, query.max_rows)
    except (RuntimeError, OSError) as error:
        damage = store.damage(error) if isinstance(store, LocalStore) else None
        raise damage or engine_error(query, error) from error
