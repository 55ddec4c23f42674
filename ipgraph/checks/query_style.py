"""The style of query files (style.md, SPARQL): one query, one file, its question first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.checks.problems import Problem
from ipgraph.errors import Place
from ipgraph.sparql.lexer import Token, declarations, place, scan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_COLUMNS = 100
_KEYWORDS = frozenset(
    (
        *("SELECT", "ASK", "CONSTRUCT", "WHERE", "FILTER", "OPTIONAL", "UNION", "GRAPH", "VALUES"),
        *("BIND", "ORDER", "GROUP", "BY", "HAVING", "DISTINCT", "NOT", "EXISTS", "MINUS"),
        *("SERVICE", "LIMIT", "OFFSET"),
    )
)


def check(path: Path) -> Iterator[Problem]:
    """Yield the style problems of a ``.rq`` file."""
    text = path.read_text(encoding="utf-8")
    if not text.startswith("# "):
        yield _problem(path, 1, "header", "Begin the query with its question as a comment.")
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAX_COLUMNS and not line.startswith(("#", "PREFIX")):
            message = f"The line has {len(line)} columns; the limit is {MAX_COLUMNS}."
            yield _problem(path, number, "columns", message)
    terminals = [token for token in scan(text) if token.kind not in ("space", "comment")]
    for token, name, message in (*_check_prefixes(terminals), *_check_words(terminals)):
        yield _problem(path, place(text, token.start).line, name, message)


def _check_prefixes(terminals: list[Token]) -> Iterator[tuple[Token, str, str]]:
    declared = {prefix: token for token, prefix, _ in declarations(terminals)}
    used = {
        token.text.partition(":")[0]
        for token in terminals
        if token.kind == "name" and token not in declared.values()
    }
    last = ""
    for prefix, token in declared.items():
        if last > prefix:
            yield token, "prefixes", f"The prefix {prefix}: is not in alphabetical order."
        if prefix not in used:
            yield token, "prefixes", f"The prefix {prefix}: is not used. Remove it."
        last = prefix


def _check_words(terminals: list[Token]) -> Iterator[tuple[Token, str, str]]:
    clause = ""  # SELECT until its first variable
    for token in terminals:
        word = token.text.upper() if token.kind == "word" else ""
        if word in _KEYWORDS and token.text != word:
            yield token, "keywords", f"Write the keyword {token.text!r} in upper case."
        if token.text == "*" and clause == "SELECT":
            yield token, "select", "Name the selected variables instead of using SELECT *."
        if clause != "SELECT" or word not in ("DISTINCT", "REDUCED"):
            clause = word


def _problem(path: Path, line: int, check: str, message: str) -> Problem:
    return Problem(f"style/query-{check}", message, place=Place(line, 1, str(path)))
