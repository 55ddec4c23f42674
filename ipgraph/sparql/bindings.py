"""Values for the variables of a query, given by its caller.

The values become terms, and the terms VALUES clauses in every group where the variable occurs.
(The engine's own substitution is only for variables that SELECT returns.) So a value holds in
nested groups and subqueries too, and no value can change what the query asks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import pyoxigraph as ox

from ipgraph.errors import UsageError
from ipgraph.sparql.lexer import place, tokenize
from ipgraph.sparql.values import AnyTerm, to_term

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ipgraph.sparql.lexer import Token

Bindings: TypeAlias = tuple[tuple[str, AnyTerm], ...]

_CLOSING = {"{": "}", "(": ")", "[": "]"}
# What is inserted, with the names of variables and their values.
_VALUES = " VALUES ({names}) {{ ({values}) }} "
_VALUES_AND_GROUP = _VALUES + "{{"
_CLOSE_GROUP = "}}"
_TRAILING_VALUES = "\n" + _VALUES  # the text may end with a comment
_NAMES = " {names} "


class _Insertion(NamedTuple):
    """A pattern to insert at an offset of the text, and the variables that it is for."""

    offset: int
    pattern: str
    names: list[str]


def terms(values: Mapping[str, object], prefixes: Mapping[str, str]) -> Bindings:
    """Return the terms of `values` (`values.to_term`), by the names of variables."""
    return tuple(
        (name.removeprefix("?").removeprefix("$"), to_term(value, prefixes))
        for name, value in values.items()
    )


def bind(text: str, bindings: Bindings) -> str:
    """Return a query whose variables have the values of `bindings`, with the same lines.

    A variable that SELECT returns has its value in each row. Raises `BadQuery` for a text that has
    no terminals, and `UsageError` for a variable that the query lacks or assigns with AS, and for a
    blank node: a query cannot name it.
    """
    written = {name: _written(name, term) for name, term in bindings}
    tokens = tokenize(text)
    known = {token.text[1:]: None for token in tokens if token.kind == "var"}
    for name in written:
        if name not in known:
            raise _unknown(name, list(known))
    reader = _Reader(text, tokens, frozenset(written))
    insertions = reader.insertions()
    for found in sorted(insertions, key=lambda found: found.offset, reverse=True):
        clause = found.pattern.format(
            names=" ".join(f"?{name}" for name in found.names),
            values=" ".join(written[name] for name in found.names),
        )
        text = f"{text[: found.offset]}{clause}{text[found.offset :]}"
    return text


def _written(name: str, term: AnyTerm) -> str:
    """Return a term as SPARQL; its characters are escaped by the engine."""
    if isinstance(term, ox.BlankNode):
        raise UsageError(
            f"The value of ?{name} is a blank node, which a query cannot refer to.",
            hint="Find it by its statements instead.",
        )
    if isinstance(term, ox.Triple):
        parts = (_written(name, part) for part in (term.subject, term.predicate, term.object))
        return f"<<( {' '.join(parts)} )>>"
    return str(term)


def _unknown(name: str, known: list[str]) -> UsageError:
    from difflib import get_close_matches  # late: only errors need it

    near = get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f"Did you mean ?{near[0]}?" if near else ""
    if not hint and known:
        hint = f"Its variables are {', '.join(f'?{variable}' for variable in known)}."
    return UsageError(f"The query has no variable ?{name}.", hint=hint or "It has no variables.")


@dataclass(slots=True)
class _Scope:
    """A SELECT or another form: the variables of its clauses outside of its pattern."""

    form: str
    names: set[str] = field(default_factory=set)
    where: _Group | None = None
    is_short: bool = False  # CONSTRUCT WHERE, whose pattern holds nothing but triples
    by_offset: int = -1  # after GROUP BY
    having: set[str] = field(default_factory=set)
    clause: str = ""


@dataclass(slots=True)
class _Group:
    """A group graph pattern: the offset behind its bracket, and the variables directly in it.

    A group that is a subquery alone has the offset of its closing bracket in addition.
    """

    offset: int
    names: set[str] = field(default_factory=set)
    end: int = -1


@dataclass(slots=True)
class _Bracket:
    """An open bracket, and what its variables belong to."""

    closing: str
    owner: _Scope | _Group
    subquery: _Group | None = None  # for the brace of a subquery, which is its group


@dataclass(slots=True)
class _Reader:
    """Finds where in a query its values belong."""

    text: str
    tokens: list[Token]
    wanted: frozenset[str]
    scopes: list[_Scope] = field(default_factory=list)
    groups: list[_Group] = field(default_factory=list)
    brackets: list[_Bracket] = field(default_factory=list)
    data_pending: bool = False  # after VALUES, until its brace

    def insertions(self) -> list[_Insertion]:
        """Return what to insert, in no order. Raises `UsageError`."""
        self.scopes.append(_Scope(""))
        for index, token in enumerate(self.tokens):
            if token.kind == "word":
                self._read_word(token, index)
            elif token.kind == "var":
                self._read_variable(token, index)
            elif token.kind == "sign":
                self._read_sign(token, index)
        found: list[_Insertion] = []
        for scope in self.scopes:
            found += self._of_scope(scope)
        for group in self.groups:
            names = sorted(group.names)
            if names and group.end >= 0:
                found.append(_Insertion(group.offset, _VALUES_AND_GROUP, names))
                found.append(_Insertion(group.end, _CLOSE_GROUP, names))
            elif names:
                found.append(_Insertion(group.offset, _VALUES, names))
        return found

    def _of_scope(self, scope: _Scope) -> Iterator[_Insertion]:
        """Yield what a query or subquery needs, and give its variables to its pattern."""
        if scope.having and scope.by_offset < 0:
            raise UsageError(
                f"?{min(scope.having)} is used in HAVING of a query without GROUP BY.",
                hint="Filter in an outer query instead.",
            )
        if scope.names and scope.by_offset >= 0:
            yield _Insertion(scope.by_offset, _NAMES, sorted(scope.names))
        if scope.where is not None and not scope.is_short:
            scope.where.names |= scope.names
            return
        names = set(scope.names)
        if scope.where is not None:
            names |= scope.where.names
            scope.where.names.clear()
        if names:
            yield _Insertion(len(self.text), _TRAILING_VALUES, sorted(names))

    @property
    def _owner(self) -> _Scope | _Group:
        return self.brackets[-1].owner if self.brackets else self.scopes[0]

    def _scope(self) -> _Scope | None:
        """Return the form whose clauses are being read, or None in a pattern."""
        owner = self._owner
        return owner if isinstance(owner, _Scope) else None

    def _read_word(self, token: Token, index: int) -> None:
        word = token.text.upper()
        scope = self._scope()
        if word == "VALUES":
            self.data_pending = True
        elif scope is not None:
            if not scope.form and word in ("SELECT", "CONSTRUCT", "DESCRIBE", "ASK"):
                scope.form = word
                after = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
                scope.is_short = word == "CONSTRUCT" and (after is None or after.text != "{")
            elif word == "BY" and self.tokens[index - 1].text.upper() == "GROUP":
                scope.by_offset, scope.clause = token.start + len(token.text), "GROUP"
            elif word in ("HAVING", "ORDER", "LIMIT", "OFFSET"):
                scope.clause = word

    def _read_variable(self, token: Token, index: int) -> None:
        name = token.text[1:]
        if name not in self.wanted:
            return
        if self.tokens[index - 1].text.upper() == "AS":
            raise UsageError(
                f"?{name} is assigned by AS at {place(self.text, token.start)}, "
                "so it cannot be given a value."
            )
        owner = self._owner
        owner.names.add(name)
        if isinstance(owner, _Scope) and owner.clause == "HAVING":
            owner.having.add(name)

    def _read_sign(self, token: Token, index: int) -> None:
        if token.text in ("(", "["):
            self.brackets.append(_Bracket(_CLOSING[token.text], self._owner))
        elif token.text == "{":
            self._open_brace(token, index)
        elif self.brackets and self.brackets[-1].closing == token.text:
            group = self.brackets.pop().subquery
            if group is not None:
                group.end = token.start

    def _open_brace(self, token: Token, index: int) -> None:
        scope = self._scope()
        after = self.tokens[index + 1] if index + 1 < len(self.tokens) else token
        before = self.tokens[index - 1].text.upper() if index else ""
        if self.data_pending or after.text == "|":  # data of VALUES, or an annotation
            self.data_pending = False
            self.brackets.append(_Bracket("}", self._owner))
        elif scope is not None and scope.form == "CONSTRUCT" and before == "CONSTRUCT":
            self.brackets.append(_Bracket("}", scope))  # the template
        else:
            group = _Group(token.start + 1)
            self.groups.append(group)
            is_direct = not self.brackets or self.brackets[-1].subquery is not None
            if scope is not None and is_direct and scope.where is None:
                scope.where = group
            if after.kind == "word" and after.text.upper() == "SELECT":
                self.scopes.append(_Scope(""))
                self.brackets.append(_Bracket("}", self.scopes[-1], group))
            else:
                self.brackets.append(_Bracket("}", group))
