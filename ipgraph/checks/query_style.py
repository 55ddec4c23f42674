"""The style of the query files (style.md, SPARQL): one query, one file, read like a sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ipgraph.checks.findings import Finding
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


def faults(path: Path) -> Iterator[Finding]:
    """Yield what is not in style in one ``.rq`` file."""
    text = path.read_text(encoding="utf-8")
    if not text.startswith("# "):
        yield _finding(path, 1, "header", "A query begins with the sentence that it answers.")
    declared: list[str] = []
    used: set[str] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        prefix = _PREFIX.fullmatch(line)
        if line.startswith("#"):
            continue
        if prefix:
            if declared and declared[-1] > prefix[1]:
                yield _finding(path, number, "prefixes", f"{prefix[1]}: is out of order.")
            declared.append(prefix[1])
            continue
        bare = _TEXT.sub('""', line)
        used |= set(_NAME.findall(bare))
        for word in _KEYWORDS.findall(bare):
            if word != word.upper():
                yield _finding(path, number, "keywords", f"The keyword {word!r} is not upper case.")
        if len(line) > MAX_COLUMNS:
            yield _finding(path, number, "columns", f"A line of {len(line)} columns.")
        if _SELECT_ALL.search(bare):
            yield _finding(path, number, "select", "SELECT names its variables.")
    for prefix_name in declared:
        if prefix_name not in used:
            yield _finding(path, 1, "prefixes", f"The prefix {prefix_name}: is not used.")


def _finding(path: Path, line: int, check: str, message: str) -> Finding:
    return Finding(f"style/query-{check}", message, place=Place(line, 1, str(path)))
