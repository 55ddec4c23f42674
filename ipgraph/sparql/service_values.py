"""Replace the SERVICE clauses of a query with the solutions of the endpoints, as VALUES."""

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
_EMPTY_GROUP = "{}"  # one solution without bindings: the result of a failure under SILENT


def inline(query: Query) -> tuple[str, Functions]:
    """Return the text with VALUES instead of SERVICE, and the functions that it calls.

    VALUES cannot contain blank nodes, so a function creates them, the same one for the same label
    of a response. Line numbers do not change. Raises `StoreUnavailable` for a response that is not
    a table.
    """
    nodes: dict[str, ox.BlankNode] = {}
    text = query.text
    for number, table in reversed([*enumerate(query.tables)]):
        try:
            values = _values(table, f"{number} ", nodes)
        except (SyntaxError, ValueError) as error:
            if not table.silent:
                raise StoreUnavailable(
                    f"<{table.endpoint}> did not respond with SPARQL results: {error}"
                ) from error
            values = _EMPTY_GROUP
        lines = "\n" * text.count("\n", table.start, table.end)
        text = f"{text[: table.start]}{values}{lines}{text[table.end :]}"
    return text, {_BLANK: lambda term: nodes.get(_key(term), term)} if nodes else {}


def _values(table: ServiceResult, scope: str, nodes: dict[str, ox.BlankNode]) -> str:
    if not table.kind:
        return _EMPTY_GROUP
    source = io.BytesIO(table.text.encode())
    solutions = ox.parse_query_results(source, format=_FORMATS[table.kind])
    if not isinstance(solutions, ox.QuerySolutions):
        raise ValueError("it is the result of an ASK")
    names = [variable.value for variable in solutions.variables]
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
                raise ValueError("it contains a triple term")
            else:
                cells.append("UNDEF" if term is None else str(term))
        rows.append(f"({' '.join(cells)})")
    return _table(names, blank, rows)


def _table(names: list[str], blank: set[int], rows: list[str]) -> str:
    """Write VALUES in its own group, so that its bindings are joined like those of SERVICE."""
    columns = [f"?{name}{'_' if n in blank else ''}" for n, name in enumerate(names)]
    while len(set(columns)) < len(columns):
        columns = [f"{name}_" if n in blank else name for n, name in enumerate(columns)]
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
