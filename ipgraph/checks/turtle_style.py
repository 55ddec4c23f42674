"""The style of Turtle files (style.md, Turtle): a one-line diff for a change of one fact.

UTF-8, LF, two spaces, 100 columns; prefixes alphabetical and used; one block for each subject, one
predicate in each line, the closing period on its own line; the order of predicates and of blocks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ipgraph.checks.problems import Problem
from ipgraph.errors import Place
from ipgraph.sparql.lexer import Token, declarations, scan

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
_HIDDEN = {"string": '""', "iri": "<>"}  # what a visible line has in place of these tokens


@dataclass(slots=True)
class _State:
    """The state of the check of one file, line by line."""

    declared: dict[int, str] = field(default_factory=dict)  # prefix by its line
    last_prefix: str = ""
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
    text = text.replace("\r\n", "\n")
    tokens = list(scan(text))
    terminals = [token for token in tokens if token.kind not in ("space", "comment")]
    declared = {token.start: prefix for token, prefix, _ in declarations(terminals)}
    state = _State({text.count("\n", 0, start) + 1: name for start, name in declared.items()})
    visible = _visible_lines(tokens)
    for number, line in enumerate(text.removesuffix("\n").split("\n"), start=1):
        if number in visible:
            for name, message in _check_line(number, line, visible[number], state):
                yield _problem(path, number, name, message)
    used = {
        token.text.partition(":")[0]
        for token in terminals
        if token.kind == "name" and token.start not in declared
    }
    for prefix in declared.values():
        if prefix not in used:
            yield _problem(path, 1, "prefixes", f"The prefix {prefix}: is not used. Remove it.")


def _visible_lines(tokens: list[Token]) -> dict[int, str]:
    """Return each line without the text of strings and IRIs, by its number.

    Lines that begin inside a string are missing: their layout is a part of the literal.
    """
    lines = {1: ""}
    number = written = 1  # the line of the token, and the one that shows it
    for token in tokens:
        if token.kind == "space":
            end, *beginnings = token.text.split("\n")
            lines[written] += end
            for beginning in beginnings:
                number = written = number + 1
                lines[number] = beginning
            continue
        lines[written] += _HIDDEN.get(token.kind, token.text)
        number += token.text.count("\n")
    return lines


def _check_line(number: int, line: str, bare: str, state: _State) -> Iterator[tuple[str, str]]:
    if bare != bare.rstrip() or "\t" in line:
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
        yield from _check_declaration(state.declared.get(number), bare, state)
    elif line.startswith("#"):
        state.last_subject = ""
    else:
        yield from _check_block(line, bare, state)


def _check_declaration(prefix: str | None, bare: str, state: _State) -> Iterator[tuple[str, str]]:
    if prefix is None or bare != f"@prefix {prefix}: <> .":
        yield "prefixes", "Declare the prefix on one line: '@prefix name: <IRI> .'."
        return
    if state.last_prefix > prefix:
        yield "prefixes", f"The prefix {prefix}: is not in alphabetical order."
    state.last_prefix = prefix


def _check_block(line: str, bare: str, state: _State) -> Iterator[tuple[str, str]]:
    if not line.startswith(" "):
        if line == ".":
            state.subject = ""
        else:
            yield from _check_subject(line, bare, state)
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


def _check_subject(line: str, bare: str, state: _State) -> Iterator[tuple[str, str]]:
    if state.subject:
        yield "block", f"The block of {state.subject} has no closing '.' on its own line."
    is_list = line.startswith("(")
    if len(bare.split()) != 1 and not (is_list and bare.endswith(")")):
        yield "block", "Put the subject on its own line."
    subject = line.split(maxsplit=1)[0]
    if not is_list and subject != "[]":  # those without a name come first, as they are
        if state.last_subject and subject.lower() < state.last_subject.lower():
            yield "order", f"Move the block of {subject} before the block of {state.last_subject}."
        state.last_subject = subject
    state.subject = subject
    state.rank, state.seen = -1, set()


def rank_of(predicate: str) -> int:
    """Return the place of a predicate in the order of a block."""
    return _RANK.get(predicate, _OTHER_RANK)


def _check_predicate(predicate: str, state: _State) -> Iterator[tuple[str, str]]:
    rank = rank_of(predicate)
    if predicate in state.seen:
        yield "predicates", f"{predicate} occurs twice in the block of {state.subject}."
    if rank < state.rank:
        yield "predicates", f"{predicate} is out of order in the block of {state.subject}."
    state.seen.add(predicate)
    state.rank = max(rank, state.rank)


def _problem(path: Path, line: int, check: str, message: str) -> Problem:
    return Problem(f"style/{check}", message, place=Place(line, 1, str(path)))
