"""Put the solutions of endpoints into a query, in place of SERVICE: what a worker does."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from ipgraph.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph.sparql.query import Query, ServiceResult

Term: TypeAlias = "ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple"
Functions: TypeAlias = "dict[ox.NamedNode, Callable[..., Term | None]]"

_FORMATS = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML}
_BLANK = ox.NamedNode("urn:ipgraph:blank-node")
_NOTHING = "{}"  # the one solution that binds nothing: what SILENT makes of a failure


def inline(query: Query) -> tuple[str, Functions]:
    """Return the text with VALUES for each SERVICE, and the functions that it calls.

    VALUES can hold no blank nodes; a function makes them, the same for the same label of one
    answer. Lines stay where they are. Raises `StoreUnavailable` for an answer that is no table.
    """
    nodes: dict[str, ox.BlankNode] = {}
    text = query.text
    for number, table in reversed([*enumerate(query.tables)]):
        try:
            values = _values(table, f"{number} ", nodes)
        except (SyntaxError, ValueError) as error:
            if not table.silent:
                raise StoreUnavailable(
                    f"<{table.endpoint}> answered with no table of solutions: {error}"
                ) from error
            values = _NOTHING
        lines = "\n" * text.count("\n", table.start, table.end)
        text = f"{text[: table.start]}{values}{lines}{text[table.end :]}"
    return text, {_BLANK: lambda term: nodes.get(_key(term), term)} if nodes else {}


def _values(table: ServiceResult, scope: str, nodes: dict[str, ox.BlankNode]) -> str:
    if not table.kind:
        return _NOTHING
    source = io.BytesIO(table.text.encode())
    solutions = ox.parse_query_results(source, format=_FORMATS[table.kind])
    if not isinstance(solutions, ox.QuerySolutions):
        raise ValueError("it is the answer to an ASK")
    names = [each.value for each in solutions.variables]
    blank: set[int] = set()
    rows = []
    for solution in solutions:
        cells = []
        for column in range(len(names)):
            term = solution[column]
            if isinstance(term, ox.BlankNode):
                blank.add(column)
                key = scope + term.value
                nodes.setdefault(key, ox.BlankNode())
                cells.append(str(ox.Literal(key, datatype=_BLANK)))
            elif isinstance(term, ox.Triple):
                raise ValueError("it holds a triple as a term")
            else:
                cells.append("UNDEF" if term is None else str(term))
        rows.append(f"({' '.join(cells)})")
    return _table(names, blank, rows)


def _table(names: list[str], blank: set[int], rows: list[str]) -> str:
    """Write VALUES in a group of its own, so that what it binds is joined as SERVICE's is."""
    columns = [f"?{name}{'_' if n in blank else ''}" for n, name in enumerate(names)]
    while len(set(columns)) < len(columns):
        columns = [f"{each}_" if n in blank else each for n, each in enumerate(columns)]
    values = f"VALUES ({' '.join(columns)}) {{ {' '.join(rows)} }}"
    if not blank:
        return f"{{ {values} }}"
    chosen = (
        f"({_BLANK}({column}) AS ?{name})" if n in blank else column
        for n, (name, column) in enumerate(zip(names, columns, strict=True))
    )
    return f"{{ SELECT {' '.join(chosen)} {{ {values} }} }}"


def _key(term: object) -> str:
    if isinstance(term, ox.Literal) and term.datatype == _BLANK:
        return term.value
    return ""
