"""Send a query to Oxigraph, changed where its answer would differ from SPARQL's.

What differs is in `ipgraph.sparql.deviations`. Most queries contain none of it: a few searches for
substrings (0.5 µs) show that, and the text is not read again.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ipgraph.store import EngineResult, Subject

    Run = Callable[[str], EngineResult]

_STAR = re.compile(r"SELECT\s*(?:DISTINCT\s*|REDUCED\s*)?\*")
_GRAPH = re.compile(r"GRAPH\s*[?$]")
_OPTIONAL_STEP = re.compile(r"\?(?!\w)")  # a ? that starts no variable
# What the quick look at the terms of a path does not read: literals at either end of a triple.
_LITERAL_END = re.compile(r"[*?)]\s*[\"'\d+\-]|[{.]\s*[\"'\d+\-]|[*?)]\s*(?:true|false)\b")
_DECLARATION = re.compile(r"(?i:PREFIX)\s+([^\s:]*):\s*<([^<>\s]*)>")
# Terms, without the steps of a path that something follows.
_NAME = re.compile(r"([\w.\-]*):([\w.\-]*)(?![\w.\-]*[*?+/|])")
_TERM = re.compile(r"<([^<>\s]*)>(?![*?+/|])")
_MAX_NAMES = 12
# Parts that may contain variables which are not columns of SELECT *, or text that looks like one.
_SPECIAL = re.compile(r"FILTER|BIND|MINUS|EXISTS|SERVICE|ORDER|['\"#\\\\]")
_IRI = re.compile(r"<[^<>\s]*>")
_VARIABLE = re.compile(r"[?$](\w+)")


class Dataset(NamedTuple):
    """What a query is evaluated on, and the prefixes and base in effect before its own."""

    engine: ox.Store
    default: Sequence[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] | None
    prefixes: Mapping[str, str] | None
    base: str | None
    named: Sequence[ox.NamedNode | ox.BlankNode] | None = None  # None: all of the engine

    def graphs(self, max_graphs: int) -> list[str] | None:
        """Return the names of the named graphs, sorted, or None if there are too many."""
        listed = self.engine.named_graphs() if self.named is None else iter(self.named)
        found = list(islice(listed, max_graphs + 1))
        if len(found) > max_graphs or not all(isinstance(name, ox.NamedNode) for name in found):
            return None
        contained = self.engine.contains_named_graph
        return sorted({name.value for name in found if contained(name)})

    def is_mentioned(self, term: ox.NamedNode | ox.Literal, graph: str | None) -> bool:
        """True if a statement has a term as subject or object.

        `graph` is an IRI, None for the default graph, or ``?`` for any named graph.
        """
        graphs: Sequence[Subject | ox.DefaultGraph | None]
        if graph is None:
            graphs = self.default if self.default is not None else [ox.DefaultGraph()]
        else:
            graphs = [None if graph == "?" else ox.NamedNode(graph)]
        quads = self.engine.quads_for_pattern
        return any(
            next(iter(quads(None, None, term, name)), None) is not None
            or (
                isinstance(term, ox.NamedNode)
                and next(iter(quads(term, None, None, name)), None) is not None
            )
            for name in graphs
        )


def run(text: str, upper: str, query: Run, dataset: Dataset) -> EngineResult:
    """Return the result of `query` for a text, which `upper` repeats in upper case.

    Raises `Refused` for a text that has no right answer, and what `query` raises.
    """
    stars = upper.count("*")
    star = _STAR.search(upper) if stars else None
    changed = text
    has_graph = "GRAPH" in upper and _GRAPH.search(upper) is not None
    has_path = stars - upper.count("(*") - (star is not None) > 0 or _OPTIONAL_STEP.search(text)
    if (has_graph and ("VALUES" in upper or upper.count("SELECT") > 1)) or (
        has_path and (has_graph or not _mentions_all(text, dataset))
    ):
        from ipgraph.sparql import deviations  # late: few queries have such parts

        changed = deviations.adapt(
            text, dataset.prefixes or {}, dataset.base, dataset.is_mentioned, dataset.graphs
        )
        if changed is not text:
            query = _with_places_of(text, query)
    if star is None:
        return query(changed)
    is_first = "SELECT" not in upper[: star.start()]
    ordered = None
    if is_first and changed is text and text.isascii():
        ordered = _ordered(text, star.end())
    if ordered is not None:
        try:
            return query(ordered)
        except (SyntaxError, ValueError):
            return query(changed)  # for the places in its message
    return _in_order(changed, query)


def _with_places_of(text: str, query: Run) -> Run:
    """Return a query function whose errors have their places in `text`."""

    def run(changed: str) -> EngineResult:
        try:
            return query(changed)
        except (SyntaxError, ValueError):
            query(text)
            raise

    return run


def _mentions_all(text: str, dataset: Dataset) -> bool:
    """True if the default graph mentions every IRI of a text, as most do; read without tokens.

    Then no path of the text starts or ends at an unknown term. False if that is not certain. Takes
    15 µs, and `deviations.adapt` 100 µs.
    """
    body = _DECLARATION.sub("", text)
    rest = _IRI.sub(" ", body)
    words = rest.upper()
    if "\\" in text or "BASE" in words or "GRAPH" in words or _LITERAL_END.search(rest):
        return False
    namespaces = dict(_DECLARATION.findall(text))
    names = set(_TERM.findall(body))
    for prefix, local in _NAME.findall(rest):
        namespace = namespaces.get(prefix) or (dataset.prefixes or {}).get(prefix)
        if namespace is None:
            return False
        names.add(namespace + local)
    if len(names) > _MAX_NAMES:
        return False
    try:
        return all(dataset.is_mentioned(ox.NamedNode(name), None) for name in names)
    except ValueError:  # a relative IRI
        return False


def _ordered(text: str, star: int) -> str | None:
    """Return a simple text with its variables instead of the * that ends at `star`, or None.

    A text is simple if all variables occur before the first part that may not bind them.
    """
    rest = _IRI.sub("", text[star:])
    upper = rest.upper()
    if not rest.isascii() or "SELECT" in upper or "GROUP" in upper or "HAVING" in upper:
        return None
    special = _SPECIAL.search(upper)
    names = list(
        dict.fromkeys(_VARIABLE.findall(rest, 0, special.start() if special else len(rest)))
    )
    if special and not set(names).issuperset(_VARIABLE.findall(rest, special.start())):
        return None
    if names == sorted(names):
        return text
    return f"{text[: star - 1]} {' '.join([f'?{name}' for name in names])} {text[star:]}"


def _in_order(text: str, query: Run) -> EngineResult:
    """Return a result whose columns have the order of the text."""
    result = query(text)
    if not isinstance(result, ox.QuerySolutions):
        return result
    names = [variable.value for variable in result.variables]
    if len(names) < 2:
        return result
    from ipgraph.sparql import deviations  # late: few queries have such parts

    ordered = deviations.columns_in_order(text, names)
    return result if ordered == text else query(ordered)
