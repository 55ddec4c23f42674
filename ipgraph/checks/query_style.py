"""The style of query files (style.md, SPARQL): one query, one file, its question first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ipgraph.checks.problems import Problem
from ipgraph.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_COLUMNS = 100
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>\s]*>')
_PREFIX = re.compile(r"PREFIX ([\w-]*): <[^>]*>")
_NAME = re.compile(r"(?<![\w:?.-])([A-Za-z][\w-]*):(?=[\w])")
_KEYWORDS = re.compile(
    r"(?i)(?<![?:\w])(select|ask|construct|where|filter|optional|union|graph|values|bind"
    r"|order by|group by|having|distinct|not exists|exists|minus|service|limit|offset)\b"
)
_SELECT_ALL = re.compile(r"SELECT\s+(DISTINCT\s+)?\*")


def check(path: Path) -> Iterator[Problem]:
    """Yield the style problems of a ``.rq`` file."""
    text = path.read_text(encoding="utf-8")
    if not text.startswith("# "):
        yield _problem(path, 1, "header", "Begin the query with its question as a comment.")
    declared: list[str] = []
    used: set[str] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("#"):
            continue
        prefix = _PREFIX.fullmatch(line)
        if prefix:
            if declared and declared[-1] > prefix[1]:
                message = f"The prefix {prefix[1]}: is not in alphabetical order."
                yield _problem(path, number, "prefixes", message)
            declared.append(prefix[1])
            continue
        bare = _TEXT.sub('""', line)
        used |= set(_NAME.findall(bare))
        for name, message in _check_line(line, bare):
            yield _problem(path, number, name, message)
    for prefix_name in declared:
        if prefix_name not in used:
            message = f"The prefix {prefix_name}: is not used. Remove it."
            yield _problem(path, 1, "prefixes", message)


def _check_line(line: str, bare: str) -> Iterator[tuple[str, str]]:
    for keyword in _KEYWORDS.findall(bare):
        if keyword != keyword.upper():
            yield "keywords", f"Write the keyword {keyword!r} in upper case."
    if len(line) > MAX_COLUMNS:
        yield "columns", f"The line has {len(line)} columns; the limit is {MAX_COLUMNS}."
    if _SELECT_ALL.search(bare):
        yield "select", "Name the selected variables instead of using SELECT *."


def _problem(path: Path, line: int, check: str, message: str) -> Problem:
    return Problem(f"style/query-{check}", message, place=Place(line, 1, str(path)))
