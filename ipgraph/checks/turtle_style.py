"""The style of Turtle files (style.md, Turtle): a one-line diff for a change of one fact.

UTF-8, LF, two spaces, 100 columns; prefixes alphabetical and used; one block for each subject, one
predicate in each line, the closing period on its own line; the order of predicates and of blocks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ipgraph.checks.problems import Problem
from ipgraph.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_COLUMNS = 100
# The order of predicates in a block; "" stands for all other predicates.
_GROUPS: tuple[tuple[str, ...], ...] = (
    ("a",),
    (
        "rdfs:subClassOf",
        "rdfs:subPropertyOf",
        "owl:equivalentClass",
        "owl:equivalentProperty",
        "owl:inverseOf",
        "owl:propertyChainAxiom",
    ),
    ("rdfs:label",),
    ("ip:acronym", "skos:altLabel", "ip:incomingLabel", "dcterms:title"),
    ("skos:definition", "rdfs:comment", "dcterms:description"),
    ("skos:note", "skos:scopeNote", "skos:editorialNote", "skos:historyNote", "skos:example"),
    ("",),
    ("dcterms:source", "rdfs:isDefinedBy", "rdfs:seeAlso"),
)
_RANK = {name: rank for rank, group in enumerate(_GROUPS) for name in group}
_OTHER_RANK = _RANK[""]
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')
_IRI = re.compile(r"<[^<>\s]*>")
_PREFIX = re.compile(r"@prefix ([\w-]*): <[^>]*> \.")
_NAME = re.compile(r"(?<![\w:.-])([A-Za-z][\w-]*)?:(?=[\w])")


@dataclass(slots=True)
class _State:
    """The state of the check of one file, line by line."""

    prefixes: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    subject: str = ""  # of the open block, "" between blocks
    rank: int = -1  # the highest in this block
    seen: set[str] = field(default_factory=set)
    last_subject: str = ""  # of this section
    is_blank: bool = False  # the line before


def check(path: Path) -> Iterator[Problem]:
    """Yield the style problems of a Turtle file."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        yield _problem(path, 1, "encoding", f"The file is not UTF-8: {error.reason}.")
        return
    if "\r" in text or not text.endswith("\n") or text.endswith("\n\n"):
        yield _problem(path, 1, "lines", "End every line with LF, and the file with exactly one.")
    state = _State()
    for number, line in enumerate(text.splitlines(), start=1):
        for name, message in _check_line(line, state):
            yield _problem(path, number, name, message)
    yield from _check_prefixes(path, state)


def _check_line(line: str, state: _State) -> Iterator[tuple[str, str]]:
    bare = _IRI.sub("<>", _LITERAL.sub('""', line))
    if line != line.rstrip() or "\t" in line:
        yield "spaces", "The line has a tab or trailing spaces."
    if len(line) > MAX_COLUMNS and len(bare.split()) > 3:
        yield "columns", f"The line has {len(line)} columns; the limit is {MAX_COLUMNS}."
    if not line and state.is_blank:
        yield "lines", "Two blank lines in a row. Remove one."
    state.is_blank = not line
    if not line:
        if state.subject:
            yield "block", f"A blank line inside the block of {state.subject}. Remove it."
    elif line.startswith("@prefix"):
        yield from _check_declaration(line, state)
    elif line.startswith("#"):
        state.last_subject = ""
    else:
        state.used |= {match[1] or "" for match in _NAME.finditer(bare)}
        yield from _check_block(line, bare, state)


def _check_declaration(line: str, state: _State) -> Iterator[tuple[str, str]]:
    declared = _PREFIX.fullmatch(line)
    if not declared:
        yield "prefixes", "Declare the prefix on one line: '@prefix name: <IRI> .'."
        return
    if state.prefixes and state.prefixes[-1] > declared[1]:
        yield "prefixes", f"The prefix {declared[1]}: is not in alphabetical order."
    state.prefixes.append(declared[1])


def _check_block(line: str, bare: str, state: _State) -> Iterator[tuple[str, str]]:
    if not line.startswith(" "):
        if line == ".":
            state.subject = ""
        else:
            yield from _check_subject(line, state)
        return
    if not state.subject:
        yield "block", "The line belongs to no block. Put the subject on its own line first."
        return
    indent = len(line) - len(line.lstrip(" "))
    if indent % 2:
        yield "indent", "Indent by two spaces for each level."
    if indent == 2 and line.strip()[0] not in ")]":
        yield from _check_predicate(line.split(maxsplit=1)[0], state)
    if indent == 2 and not bare.endswith((" ;", "[", "(")) and len(bare.split()) > 1:
        yield "block", "End the line with ' ;' and put the closing '.' on its own line."


def _check_subject(line: str, state: _State) -> Iterator[tuple[str, str]]:
    if state.subject:
        yield "block", f"The block of {state.subject} has no closing '.' on its own line."
    if len(_IRI.sub("<>", line).split()) != 1:
        yield "block", "Put the subject on its own line."
    subject = line.split(maxsplit=1)[0]
    if state.last_subject and subject.lower() < state.last_subject.lower():
        yield "order", f"Move the block of {subject} before the block of {state.last_subject}."
    state.subject, state.last_subject = subject, subject
    state.rank, state.seen = -1, set()


def _check_predicate(predicate: str, state: _State) -> Iterator[tuple[str, str]]:
    rank = _RANK.get(predicate, _OTHER_RANK)
    if predicate in state.seen:
        yield "predicates", f"{predicate} occurs twice in the block of {state.subject}."
    if rank < state.rank:
        yield "predicates", f"{predicate} is out of order in the block of {state.subject}."
    state.seen.add(predicate)
    state.rank = max(rank, state.rank)


def _check_prefixes(path: Path, state: _State) -> Iterator[Problem]:
    for prefix in state.prefixes:
        if prefix not in state.used:
            yield _problem(path, 1, "prefixes", f"The prefix {prefix}: is not used. Remove it.")


def _problem(path: Path, line: int, check: str, message: str) -> Problem:
    return Problem(f"style/{check}", message, place=Place(line, 1, str(path)))
