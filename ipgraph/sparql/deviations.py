"""Queries that Oxigraph 0.5 answers differently from SPARQL 1.1: answered rightly, or refused.

- ``GRAPH ?g`` around a sub-select or around VALUES alone: the engine runs the graphs together and
  leaves ``?g`` unbound. For a few graphs, the clause is written once for each (section 18.5).
- A path of length zero from a term that no statement mentions: the engine gives no result, and
  SPARQL the term itself (section 18.4, ALP).
- ``SELECT *``: the order of columns is not defined; here it is that of the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.errors import BadQuery, Refused
from ipgraph.sparql.lexer import tokenize
from ipgraph.sparql.property_paths import CLAUSES, Pattern, patterns
from ipgraph.sparql.query_terms import QueryTerms, replaced
from ipgraph.sparql.token_tree import TokenTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    # True if a statement of a graph mentions a term; None stands for the default graph.
    IsMentioned = Callable[[ox.NamedNode | ox.Literal, str | None], bool]
    # The names of at most so many named graphs of the query, or None if there are more.
    Graphs = Callable[[int], list[str] | None]

_DEFAULT, _ANY = "", "?"  # where a pattern is matched, if not in one named graph
_MAX_GRAPHS, _MAX_CHARS, _MAX_ROUNDS = 16, 1 << 18, 4  # of clauses written once for each graph
_CUTS = frozenset({"LIMIT", "OFFSET"})


def adapt(
    text: str,
    prefixes: Mapping[str, str],
    base: str | None,
    is_mentioned: IsMentioned,
    graphs: Graphs,
) -> str:
    """Return a text for which the engine gives the answer of SPARQL.

    Raises `Refused`, with the reason, if there is none. A text that does not parse is returned
    unchanged.
    """
    for _ in range(_MAX_ROUNDS):
        try:
            tree = TokenTree(tokenize(text))
        except BadQuery:
            return text
        if tree.is_too_deep or not tree.is_balanced:
            return text
        reader = _Reader(tree, QueryTerms(text, tree, prefixes, base), is_mentioned, graphs)
        text = replaced(text, reader.parts())
        if not reader.has_expanded:
            break
    return text


class _Reader:
    """Reads the groups of a query and collects the parts of the text to replace."""

    def __init__(
        self, tree: TokenTree, terms: QueryTerms, is_mentioned: IsMentioned, graphs: Graphs
    ) -> None:
        self.has_expanded = False
        self._graphs = graphs
        self._tree = tree
        self._terms = terms
        self._is_mentioned = is_mentioned
        self._replaced: list[tuple[int, int, str]] = []

    def parts(self) -> list[tuple[int, int, str]]:
        """Return the parts of the text to replace, by their offsets, in order."""
        tree = self._tree
        # CONSTRUCT has a template before its pattern, and VALUES may follow the pattern.
        groups = [
            at
            for at in tree.level(self._terms.start, len(tree.tokens))
            if tree.is_sign(at, "{") and not self._is_data(at)
        ]
        if groups:
            self._read_group(groups[-1], _DEFAULT)
        return self._replaced

    def _is_data(self, opening: int) -> bool:
        """True if a brace opens the data of VALUES."""
        before = opening - 1
        if self._tree.is_sign(before, ")"):
            before = self._tree.starts[before] - 1
        else:
            before -= 1
        return before >= 0 and self._tree.words[before] == "VALUES"

    def _read_group(self, opening: int, graph: str) -> None:
        """Read a group that is matched in `graph`: an IRI, `_DEFAULT` or `_ANY`."""
        tree, index, end = self._tree, opening + 1, self._tree.ends[opening]
        if tree.words[index] == "SELECT":
            index = next(
                (at for at in tree.level(index, end) if tree.is_sign(at, "{")), end
            )  # fmt: skip
            if index < end:
                self._read_group(index, graph)
            return
        while index < end:
            word = tree.words[index]
            if word == "SERVICE":  # another engine answers it
                index = self._after_group(index, end)
            elif word == "GRAPH":
                index = self._read_graph(index, end)
            elif word == "VALUES":
                index = self._after_group(index, end)
            elif word in ("FILTER", "BIND"):
                index = self._read_expression(index, end, graph)
            elif tree.is_sign(index, "{"):
                self._read_group(index, graph)
                index = tree.ends[index] + 1
            elif word in CLAUSES:
                index += 1
            else:
                index = self._read_triples(index, end, graph)

    def _after_group(self, index: int, end: int) -> int:
        """Return the index after the next braces."""
        tree = self._tree
        opening = next((at for at in tree.level(index, end) if tree.is_sign(at, "{")), end)
        return tree.ends.get(opening, end) + 1

    def _read_expression(self, index: int, end: int, graph: str) -> int:
        """Read FILTER or BIND, with the groups of EXISTS inside; return the index after it."""
        tree = self._tree
        opening = next(
            (at for at in range(index, end) if tree.is_sign(at, "(") or tree.is_sign(at, "{")), end
        )
        closing = tree.ends.get(opening, opening)
        for inside in range(opening, closing):
            if tree.is_sign(inside, "{") and tree.words[inside - 1] == "EXISTS":
                self._read_group(inside, graph)
        return closing + 1

    def _read_graph(self, index: int, end: int) -> int:
        tree, name, opening = self._tree, index + 1, index + 2
        if not tree.is_sign(opening, "{"):
            return index + 1
        if tree.kind(name) == "var":
            try:
                self._check_graph_variable(index, name, opening)
                self._read_group(opening, _ANY)
            except Refused:
                if not self._expand(index, name, opening):
                    raise
        else:
            term = self._terms.term(name, name + 1)
            self._read_group(opening, term.value if isinstance(term, ox.NamedNode) else _ANY)
        return tree.ends[opening] + 1

    def _check_graph_variable(self, index: int, name: int, opening: int) -> None:
        """Raise `Refused` if the engine would not bind the variable of GRAPH in its group."""
        tree = self._tree
        variable, where = tree.tokens[name].text, self._terms.place(index)
        for at in range(opening, tree.ends[opening]):
            if tree.words[at] == "SELECT" and tree.is_sign(at - 1, "{"):
                self._check_sub_select(at, variable)
        if not self._binds(opening):
            raise Refused(
                f"GRAPH {variable} at {where} contains VALUES without a pattern to match in each "
                "graph. This engine would not evaluate it once per graph.",
                hint=f"Write GRAPH {variable} {{}} and put VALUES after it.",
            )

    def _expand(self, index: int, name: int, opening: int) -> bool:
        """Write a GRAPH clause once for each graph. False if the query has too many graphs."""
        tree, closing = self._tree, self._tree.ends[opening]
        graphs = self._graphs(_MAX_GRAPHS)
        has_labels = any(tree.kind(at) == "blank" for at in range(opening, closing))
        body, variable = self._terms.source(opening, closing + 1), tree.tokens[name].text
        if graphs is None or has_labels or len(body) * len(graphs) > _MAX_CHARS:
            return False
        clauses = [
            f"{{ VALUES {variable} {{ <{graph}> }} GRAPH <{graph}> {body} }}" for graph in graphs
        ]
        start, end = self._terms.span(index, closing + 1)
        self._replaced = [part for part in self._replaced if part[1] <= start]
        self._replaced.append((start, end, " UNION ".join(clauses) or f"VALUES {variable} {{}}"))
        self.has_expanded = True
        return True

    def _check_sub_select(self, at: int, variable: str) -> None:
        tree = self._tree
        end = tree.ends[at - 1]
        opening = next((here for here in tree.level(at, end) if tree.is_sign(here, "{")), end)
        selected = [
            tree.tokens[here].text[1:]
            for here in tree.level(at, opening)
            if tree.kind(here) == "var"
        ]
        is_cut = any(tree.words[here] in _CUTS for here in tree.level(opening, end))
        if variable[1:] in selected and not is_cut:
            return
        raise Refused(
            f"GRAPH {variable} contains a SELECT at {self._terms.place(at)}, which this engine "
            "evaluates once for all graphs together instead of once per graph.",
            hint=f"Select {variable} inside too, group by it, and put LIMIT outside.",
        )

    def _binds(self, opening: int) -> bool:
        """True if the engine binds the variable of GRAPH in this group."""
        tree, index, end = self._tree, opening + 1, self._tree.ends[opening]
        if tree.words[index] == "SELECT":
            return True
        has_values, is_optional = False, False
        while index < end:
            word = tree.words[index]
            if word == "VALUES":
                has_values = True
                index = self._after_group(index, end)
                continue
            if word in ("OPTIONAL", "MINUS"):
                is_optional = True
            elif word in ("FILTER", "BIND"):
                index = self._read_expression(index, end, _ANY)
                continue
            elif word in ("GRAPH", "SERVICE"):
                index = self._after_group(index, end)
                continue
            elif tree.is_sign(index, "{"):
                branches = [index]
                while tree.words[tree.ends[branches[-1]] + 1] == "UNION":
                    branches.append(tree.ends[branches[-1]] + 2)
                if not is_optional and all(self._binds(branch) for branch in branches):
                    return True
                has_values = has_values or not is_optional
                is_optional = False
                index = tree.ends[branches[-1]] + 1
                continue
            elif not word and not tree.is_sign(index, "."):
                return True  # a triple pattern
            index += 1
        return not has_values

    def _read_triples(self, index: int, end: int, graph: str) -> int:
        """Read a block of triples; return the index after it."""
        tree = self._tree
        stop = next(
            (at for at in tree.level(index, end)
             if tree.words[at] in CLAUSES or tree.is_sign(at, "{")), end,
        )  # fmt: skip
        for pattern in patterns(tree, index, stop):
            if pattern.can_be_empty:
                self._read_path(pattern, graph)
        return max(stop, index + 1)

    def _read_path(self, pattern: Pattern, graph: str) -> None:
        """Replace a pattern whose path may be empty, if the graph does not mention its term."""
        for term_span, other in (
            (pattern.subject, pattern.object),
            (pattern.object, pattern.subject),
        ):
            term = self._terms.term(*term_span)
            if term is None or self._is_known(term, graph):
                continue
            other_kind = self._tree.kind(other[0])
            is_same = other_kind != "var" and self._terms.term(*other) == term
            if other_kind in ("iri", "name", "string", "number") and not is_same:
                return  # two different terms: neither the engine nor SPARQL has a result
            if not pattern.is_alone or graph == _ANY or not (is_same or other_kind == "var"):
                where, source = self._terms.place(term_span[0]), self._terms.source(*term_span)
                raise Refused(
                    f"The path at {where} may have length zero, and no statement mentions "
                    f"{source}. This engine would have no result, "
                    "where SPARQL has the term itself.",
                    hint="Check the term, or write the pattern as a statement of its own.",
                )
            part = "FILTER(true)"
            if not is_same:
                part = f"VALUES {self._terms.source(*other)} {{ {self._terms.source(*term_span)} }}"
            self._replaced.append((*self._terms.span(pattern.subject[0], pattern.object[1]), part))
            return

    def _is_known(self, term: ox.NamedNode | ox.Literal, graph: str) -> bool:
        if graph == _ANY:  # a graph that lacks the term is a limit that the documentation names
            return self._is_mentioned(term, _ANY)
        return self._is_mentioned(term, graph or None)


def columns_in_order(text: str, columns: Sequence[str]) -> str:
    """Return a text that selects the columns of its SELECT * in the order of the text.

    `columns` are those of the engine's result. Returns the same text if the order is right.
    """
    tokens = tokenize(text)
    tree = TokenTree(tokens)
    star = next(_stars(tree), None)
    if star is None:
        return text
    places: dict[str, int] = {}
    for index in range(star, len(tokens)):
        if tree.kind(index) == "var":
            places.setdefault(tokens[index].text[1:], index)
    ordered = sorted(columns, key=lambda name: places.get(name, len(tokens)))
    if ordered == list(columns):
        return text
    start = tokens[star].start
    return f"{text[:start]} {' '.join(f'?{name}' for name in ordered)} {text[start + 1 :]}"


def _stars(tree: TokenTree) -> Iterator[int]:
    """Yield the index of the * of the outermost SELECT."""
    for index, word in enumerate(tree.words):
        if word == "SELECT":
            after = index + 1
            if after < len(tree.words) and tree.words[after] in ("DISTINCT", "REDUCED"):
                after += 1
            if tree.is_sign(after, "*"):
                yield after
            return
        if tree.is_sign(index, "{"):
            return
