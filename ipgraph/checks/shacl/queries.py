"""SPARQL-based constraints (section 5): read, prepared for focus nodes, and run.

``$this`` is bound before everything else (section 5.3.1): each group of the query gets a VALUES
clause. The engine has an option for it, but its optimizer does not know the variable (0.5.13).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.checks.shacl.graph import is_true
from ipgraph.errors import InvalidData, IpGraphError
from ipgraph.namespaces import OWL, SHACL, shorten
from ipgraph.sparql import guard
from ipgraph.sparql.lexer import Token, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ipgraph.checks.shacl.graph import Graph, Term
    from ipgraph.checks.shacl.paths import Path

# Section 5.3.1 forbids these, because a variable that is bound before has no meaning in them.
_FORBIDDEN = frozenset({"MINUS", "SERVICE", "VALUES"})
# A query with one of these is run for each focus node.
_SINGLE = frozenset(
    {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT", "GROUP", "HAVING"}
    | {"LIMIT", "OFFSET", "EXISTS", "OPTIONAL", "UNION", "GRAPH"}
)
_THIS = ("$this", "?this")
_BATCH = 500
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")
_EMPTY = ox.Store()


@dataclass(frozen=True, slots=True)
class Row:
    """One solution: the focus node, and what the query selected."""

    focus: Term
    value: Term | None
    path: ox.NamedNode | None
    message: str


@dataclass(frozen=True, slots=True)
class Query:
    """A SPARQL-based constraint whose text may be run."""

    node: Term
    text: str
    messages: tuple[ox.Literal, ...]
    is_deactivated: bool
    tokens: tuple[Token, ...]
    prefixes: dict[str, str]

    def rows(self, graph: Graph, foci: Iterable[Term]) -> Iterator[Row]:
        """Yield the solutions for focus nodes. Each one that has a solution is at fault."""
        named = [focus for focus in foci if not isinstance(focus, ox.BlankNode | ox.Triple)]
        blank = [focus for focus in foci if isinstance(focus, ox.BlankNode)]
        size = _BATCH if self._takes_many else 1
        for start in range(0, len(named), size):
            batch = named[start : start + size]
            yield from self._run(graph, batch, None)
        for focus in blank:
            yield from self._run(graph, [], focus)

    @property
    def _takes_many(self) -> bool:
        """True if the text is one group, so that many focus nodes cannot disturb each other."""
        words = {token.text.upper() for token in self.tokens if token.kind == "word"}
        texts = [token.text for token in self.tokens]
        selected = texts[: texts.index("{")]
        projects = not {*_THIS, "*"}.isdisjoint(selected)
        return texts.count("{") == 1 and projects and not words & _SINGLE

    def _run(self, graph: Graph, foci: Sequence[Term], blank: ox.BlankNode | None) -> Iterator[Row]:
        text = self._bound(foci) if foci else self.text
        substitutions: dict[ox.Variable, Term] | None = None
        if blank:
            substitutions = {ox.Variable("this"): blank}
        solutions = graph.store.query(text, prefixes=self.prefixes, substitutions=substitutions)
        assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101  `read` accepts SELECT only
        names = [variable.value for variable in solutions.variables]
        seen: set[tuple[Term | None, ...]] = set()
        for solution in solutions:
            found = {name: solution[name] for name in names if solution[name] is not None}
            key = tuple(found.get(name) for name in names)
            if key in seen:
                continue
            seen.add(key)
            focus = blank or (found.get("this") if len(foci) > 1 else foci[0])
            assert focus is not None  # noqa: S101  a query for many focus nodes selects them
            path, message = found.get("path"), found.get("message")
            yield Row(
                focus,
                found.get("value"),
                path if isinstance(path, ox.NamedNode) else None,
                str(getattr(message, "value", "")) or self._message(found),
            )

    def _bound(self, foci: Sequence[Term]) -> str:
        values = f" VALUES ?this {{ {' '.join(map(str, foci))} }} "
        pieces, copied = [], 0
        for token, following in zip(self.tokens, (*self.tokens[1:], None), strict=True):
            if token.text == "{" and following and following.text.upper() != "SELECT":
                end = token.start + 1
                pieces += [self.text[copied:end], values]
                copied = end
        return "".join([*pieces, self.text[copied:]])

    def _message(self, found: dict[str, Term]) -> str:
        """Return the only message with the values of its placeholders, if it has any."""
        if not any(_PLACEHOLDER.search(message.value) for message in self.messages):
            return ""
        return _PLACEHOLDER.sub(
            lambda match: _plain(found[match[1]]) if match[1] in found else match[0],
            self.messages[0].value,
        )


def read(graph: Graph, node: Term, path: Path | None) -> Query:
    """Return the constraint at a node. Raises `InvalidData` with what is wrong."""
    selects = graph.values(node, SHACL + "select")
    if len(selects) != 1 or not isinstance(selects[0], ox.Literal):
        raise InvalidData("a sh:sparql without one sh:select")
    text = selects[0].value
    if path is not None:
        text = text.replace("$PATH", path.sparql())
    prefixes = prefixes_of(graph, node)
    try:
        found = guard.admit(text, prefixes=prefixes)
        tokens = tuple(tokenize(text))
        if found.form != "SELECT":
            raise InvalidData("a sh:select that is no SELECT query")
        _refuse(tokens, found)
        _EMPTY.query(text, prefixes=prefixes)
    except (IpGraphError, SyntaxError, ValueError) as error:
        if isinstance(error, InvalidData):
            raise
        raise InvalidData(f"a query with a fault: {error}") from error
    return Query(
        node,
        text,
        tuple(
            message
            for message in graph.values(node, SHACL + "message")
            if isinstance(message, ox.Literal)
        ),
        is_true(graph.values(node, SHACL + "deactivated")),
        tokens,
        prefixes,
    )


def prefixes_of(graph: Graph, node: Term) -> dict[str, str]:
    """Return the prefixes that a constraint declares (section 5.2.1), imports included."""
    prefixes: dict[str, str] = {}
    ahead = graph.values(node, SHACL + "prefixes")
    seen: set[Term] = set()
    while ahead:
        ontology = ahead.pop()
        if ontology in seen:
            continue
        seen.add(ontology)
        ahead += graph.values(ontology, OWL + "imports")
        for declaration in graph.values(ontology, SHACL + "declare"):
            names = graph.values(declaration, SHACL + "prefix")
            namespaces = graph.values(declaration, SHACL + "namespace")
            if names and namespaces:
                prefixes[_value(names[0])] = _value(namespaces[0])
    return prefixes


def _refuse(tokens: tuple[Token, ...], found: guard.Inspection) -> None:
    """Raise `InvalidData` for what a constraint may not contain."""
    if found.default_graphs or found.named_graphs:
        raise InvalidData("a query with FROM")
    for index, token in enumerate(tokens):
        word = token.text.upper() if token.kind == "word" else ""
        if word in _FORBIDDEN:
            raise InvalidData(f"a query with {word}, which SHACL does not allow there")
        if word == "AS" and tokens[index + 1].text in _THIS:
            raise InvalidData("a query that assigns $this")
        if token.text in ("$shapesGraph", "?shapesGraph", "$currentShape", "?currentShape"):
            raise InvalidData(f"a query with {token.text}")
        if word == "SELECT" and index and tokens[index - 1].text == "{":
            selected = []
            for following in tokens[index + 1 :]:
                if following.text == "{":
                    break
                selected.append(following.text)
            if not set(_THIS) & set(selected):
                raise InvalidData("a subquery that does not select $this")


def _plain(term: Term) -> str:
    if isinstance(term, ox.NamedNode):
        return shorten(term.value)
    return str(getattr(term, "value", term))


def _value(term: Term) -> str:
    return str(getattr(term, "value", ""))
