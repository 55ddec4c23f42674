"""Errors of scope, explained: which variables a clause may use (SPARQL 1.1, section 18.2.1).

The engine decides whether a text is valid; it reports many of these errors at another place, or
without a reason. So the text is read again here, in one pass over its groups, and only after it was
rejected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ipgraph.errors import BadQuery
from ipgraph.sparql.lexer import place
from ipgraph.sparql.token_tree import TokenTree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ipgraph.sparql.lexer import Token

AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_NEW_NAME = "AS assigns a new variable. Choose another name."
_GROUP_HINT = "Name it in GROUP BY, or use an aggregate such as (SAMPLE(?x) AS ?any)."


class _Error(Exception):
    """An error of scope, at a token."""

    def __init__(self, token: Token, message: str, hint: str) -> None:
        super().__init__(message)
        self.token = token
        self.message = message
        self.hint = hint


class _Column(NamedTuple):
    """An item of SELECT: its variable and, for ``(… AS ?x)``, the tokens of the expression."""

    variable: Token
    expression: tuple[int, int] | None = None


def find_error(text: str, tokens: Sequence[Token]) -> BadQuery | None:
    """Return the first error of scope in a text whose brackets match, or None."""
    reader = _Reader(tokens)
    if reader.is_too_deep:
        return None
    try:
        reader.read_query()
    except _Error as error:
        where = place(text, error.token.start)
        message = error.message.replace("{at}", f"at {where}")
        return BadQuery(message, place=where, hint=error.hint)
    return None


class _Reader(TokenTree):
    """The variables of a query, clause by clause."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        super().__init__(tokens)
        self._groups: dict[str, int] = {}  # of blank nodes: a label belongs to one group

    def read_query(self) -> None:
        """Read the whole query. Raises `_Error`."""
        for index, word in enumerate(self.words):
            if word == "SELECT":
                self._read_select(index, len(self.tokens))
                return
            if word in ("ASK", "CONSTRUCT", "DESCRIBE"):
                self._read_other_form(index)
                return

    def _read_other_form(self, start: int) -> None:
        for index in self.level(start, len(self.tokens)):
            if self.words[index] == "GROUP":
                raise _Error(
                    self.tokens[index],
                    f"GROUP BY {{at}} does not work with {self.words[start]}.",
                    "Group in a SELECT inside the braces.",
                )
        groups = [
            index for index in self.level(start, len(self.tokens)) if self.is_sign(index, "{")
        ]
        if groups:  # the last one: a template comes before it
            self._read_group(groups[-1])

    def _read_select(self, start: int, end: int) -> dict[str, Token]:
        """Read a SELECT up to `end`; return the variables that it selects."""
        opening = next((at for at in self.level(start, end) if self.is_sign(at, "{")), None)
        if opening is None:
            return {}
        star, columns = self._projection(start + 1, opening)
        visible = self._read_group(opening)
        clauses = self._clauses(self.ends[opening] + 1, end)
        grouped = self._read_group_by(*clauses["GROUP"]) if "GROUP" in clauses else None
        if star is not None:
            if grouped is not None:
                raise _Error(
                    star,
                    "SELECT * {at} does not work with GROUP BY.",
                    "Name the variables: those of GROUP BY, and aggregates such as "
                    "(COUNT(*) AS ?n).",
                )
            return visible
        self._check_columns(columns, visible)
        has_aggregate = any(
            self._aggregates(*span)
            for span in (
                *(column.expression for column in columns if column.expression),
                *(clauses[word] for word in ("HAVING", "ORDER") if word in clauses),
            )
        )
        if grouped is not None or has_aggregate:
            self._check_grouping(columns, grouped or set())
        return {column.variable.text[1:]: column.variable for column in columns}

    def _projection(self, start: int, end: int) -> tuple[Token | None, list[_Column]]:
        star, columns = None, []
        for index in self.level(start, end):
            token = self.tokens[index]
            if self.words[index] in ("WHERE", "FROM"):
                break
            if token.kind == "sign" and token.text == "*":
                star = token
            elif token.kind == "var":
                columns.append(_Column(token))
            elif self.is_sign(index, "("):
                closing = self.ends[index]
                if closing - index > 3 and self.words[closing - 2] == "AS":
                    columns.append(_Column(self.tokens[closing - 1], (index + 1, closing - 2)))
        return star, columns

    def _check_columns(self, columns: Sequence[_Column], visible: dict[str, Token]) -> None:
        names: set[str] = set()
        for variable, expression in columns:
            name = variable.text[1:]
            if name in names:
                raise _Error(
                    variable, f"{variable.text} {{at}} is selected twice.", "Remove one of them."
                )
            names.add(name)
            if expression and name in visible:
                raise _Error(
                    variable,
                    f"{variable.text} {{at}} is assigned by AS, but the pattern already binds it.",
                    _NEW_NAME,
                )

    def _check_grouping(self, columns: Sequence[_Column], known: set[str]) -> None:
        known = set(known)
        for variable, expression in columns:
            if expression is None:
                if variable.text[1:] not in known:
                    raise _Error(
                        variable,
                        f"{variable.text} {{at}} is selected, but neither grouped nor aggregated.",
                        _GROUP_HINT,
                    )
                continue
            for used in self._outside_aggregates(*expression):
                if used.text[1:] not in known:
                    raise _Error(
                        used, f"{used.text} {{at}} is neither grouped nor aggregated.", _GROUP_HINT
                    )
            known.add(variable.text[1:])

    def _read_group_by(self, start: int, end: int) -> set[str]:
        known: set[str] = set()
        for index in self.level(start, end):
            token = self.tokens[index]
            if token.kind == "var":
                known.add(token.text[1:])
            elif self.is_sign(index, "(") and self.words[self.ends[index] - 2] == "AS":
                known.add(self.tokens[self.ends[index] - 1].text[1:])
        return known

    def _clauses(self, start: int, end: int) -> dict[str, tuple[int, int]]:
        """Return the clauses after a pattern by their first word, as spans of tokens."""
        found: dict[str, tuple[int, int]] = {}
        current, since = "", start
        for index in self.level(start, end):
            word = self.words[index]
            if word in ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"):
                if current:
                    found.setdefault(current, (since, index))
                current, since = word, index + 1
        if current:
            found.setdefault(current, (since, end))
        return found

    def _read_group(self, opening: int) -> dict[str, Token]:
        """Read a group; return the variables that it binds, with their first places."""
        start, end = opening + 1, self.ends[opening]
        if start < end and self.words[start] == "SELECT":
            return self._read_select(start, end)
        bound: dict[str, Token] = {}
        hidden = False  # the next group binds nothing: MINUS, EXISTS
        index = start
        while index < end:
            word, token = self.words[index], self.tokens[index]
            if word in ("FILTER", "BIND"):
                index = self._read_expression(index, bound)
                continue
            if word == "VALUES":
                index = self._read_values(index, bound)
                continue
            if word == "MINUS":
                hidden = True
            elif self.is_sign(index, "{"):
                inner = self._read_group(index)
                if not hidden:
                    bound = inner | bound
                hidden = False
                index = self.ends[index]
            elif token.kind == "var":
                bound.setdefault(token.text[1:], token)
            elif token.kind == "blank" and self._groups.setdefault(token.text, start) != start:
                raise _Error(
                    token,
                    f"{token.text} {{at}} is used in another group already.",
                    "A label of a blank node belongs to one group. Use a variable.",
                )
            index += 1
        return bound

    def _read_expression(self, index: int, bound: dict[str, Token]) -> int:
        """Read FILTER or BIND at `index`; return the index after it."""
        word = self.words[index]
        at = index + 1
        while at < len(self.tokens) and not (self.is_sign(at, "(") or self.is_sign(at, "{")):
            at += 1  # NOT EXISTS, or the name of a function
        closing = self.ends.get(at)
        if closing is None:
            return index + 1
        inner = (at + 1, closing)
        if self.is_sign(at, "{"):
            self._read_group(at)
            return closing + 1
        for inside in range(*inner):  # EXISTS in an expression
            if self.is_sign(inside, "{") and self.words[inside - 1] == "EXISTS":
                self._read_group(inside)
        for aggregate in self._aggregates(*inner):
            raise _Error(
                aggregate,
                f"{aggregate.text} {{at}} is an aggregate, which {word} cannot contain.",
                "Use HAVING after GROUP BY, or compute it in a SELECT inside braces.",
            )
        if word == "BIND" and self.words[closing - 2] == "AS":
            variable = self.tokens[closing - 1]
            if variable.text[1:] in bound:
                raise _Error(
                    variable,
                    f"{variable.text} {{at}} is assigned by BIND, but the group already binds it.",
                    _NEW_NAME,
                )
            bound[variable.text[1:]] = variable
        return closing + 1

    def _read_values(self, index: int, bound: dict[str, Token]) -> int:
        """Read VALUES at `index`; return the index after its data."""
        at = index + 1
        names: list[Token] = []
        if self.is_sign(at, "("):
            names = [token for token in self.tokens[at : self.ends[at]] if token.kind == "var"]
            at = self.ends[at] + 1
        elif at < len(self.tokens) and self.tokens[at].kind == "var":
            bound.setdefault(self.tokens[at].text[1:], self.tokens[at])
            return self.ends.get(at + 1, at) + 1
        for number, name in enumerate(names):
            if name.text[1:] in {earlier.text[1:] for earlier in names[:number]}:
                raise _Error(name, f"VALUES names {name.text} {{at}} twice.", "Remove one of them.")
            bound.setdefault(name.text[1:], name)
        end = self.ends.get(at)
        if end is None:
            return index + 1
        for row in self.level(at + 1, end):
            if self.is_sign(row, "("):
                count = sum(1 for _ in self._values(row + 1, self.ends[row]))
                if count != len(names):
                    raise _Error(
                        self.tokens[row],
                        f"The row of VALUES {{at}} has {count} values for {len(names)} variables.",
                        "Write UNDEF for a value that is missing.",
                    )
        return end + 1

    def _values(self, start: int, end: int) -> Iterator[int]:
        """Yield the values in a row of VALUES; a triple term counts once."""
        for index in self.level(start, end):
            token = self.tokens[index]
            is_suffix = (
                token.kind == "lang"
                or token.text == "^^"
                or (index > start and self.tokens[index - 1].text == "^^")
            )
            is_sign = token.kind == "sign" and token.text in ("+", "-", "<<", ">>")
            if not is_suffix and not is_sign:
                yield index

    def _outside_aggregates(self, start: int, end: int) -> Iterator[Token]:
        """Yield the variables of an expression that no aggregate contains."""
        index = start
        while index < end:
            if self.words[index] in AGGREGATES and self.is_sign(index + 1, "("):
                index = self.ends[index + 1]
            elif self.is_sign(index, "{"):  # EXISTS has variables of its own
                index = self.ends[index]
            elif self.tokens[index].kind == "var":
                yield self.tokens[index]
            index += 1

    def _aggregates(self, start: int, end: int) -> list[Token]:
        """Return the aggregates of an expression, without those of sub-selects."""
        found = []
        index = start
        while index < end:
            if self.is_sign(index, "{"):
                index = self.ends[index]
            elif self.words[index] in AGGREGATES and self.is_sign(index + 1, "("):
                found.append(self.tokens[index])
            index += 1
        return found
