"""The style of the Turtle files (style.md, Turtle): a diff of one line for a change of one fact.

UTF-8, LF, two spaces, 100 columns; prefixes alphabetical and used; one block a subject, one
predicate a line, the closing stop on a line of its own; the order of predicates and of blocks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ipgraph.checks.findings import Finding
from ipgraph.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_COLUMNS = 100
# The order of predicates in a block; "" stands for the thing's own properties, all the others.
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
_OWN = _RANK[""]
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')
_IRI = re.compile(r"<[^<>\s]*>")
_PREFIX = re.compile(r"@prefix ([\w-]*): <[^>]*> \.")
_NAME = re.compile(r"(?<![\w:.-])([A-Za-z][\w-]*)?:(?=[\w])")


@dataclass(slots=True)
class _Reading:
    """What the reader of one file has seen so far."""

    prefixes: list[tuple[str, int]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    subject: str = ""  # of the open block, "" between blocks
    ranks: int = -1
    seen: set[str] = field(default_factory=set)
    last_subject: str = ""  # of this section
    blank: bool = False


def faults(path: Path) -> Iterator[Finding]:
    """Yield what is not in style in one Turtle file, line by line."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        yield _finding(path, 1, "encoding", f"The file is not UTF-8: {error.reason}.")
        return
    if "\r" in text or not text.endswith("\n") or text.endswith("\n\n"):
        yield _finding(
            path, 1, "lines", "Lines end with LF alone, the last one too, and only once."
        )
    reading = _Reading()
    for number, line in enumerate(text.splitlines(), start=1):
        for check, message in _of_line(line, reading):
            yield _finding(path, number, check, message)
    yield from _of_prefixes(path, reading)


def _of_line(line: str, reading: _Reading) -> Iterator[tuple[str, str]]:
    bare = _IRI.sub("<>", _LITERAL.sub('""', line))
    if line != line.rstrip() or "\t" in line:
        yield "spaces", "A line has a tab, or spaces at its end."
    if len(line) > MAX_COLUMNS and len(bare.split()) > 3:
        yield "columns", f"A line of {len(line)} columns; the bound is {MAX_COLUMNS}."
    if not line and reading.blank:
        yield "lines", "Two empty lines in a row."
    reading.blank = not line
    if not line:
        if reading.subject:
            yield "block", f"An empty line inside the block of {reading.subject}."
    elif line.startswith("@prefix"):
        yield from _of_declaration(line, reading)
    elif line.startswith("#"):
        reading.last_subject = ""
    else:
        reading.used |= {match[1] or "" for match in _NAME.finditer(bare)}
        yield from _of_block(line, bare, reading)


def _of_declaration(line: str, reading: _Reading) -> Iterator[tuple[str, str]]:
    declared = _PREFIX.fullmatch(line)
    if not declared:
        yield "prefixes", "A prefix is declared as '@prefix name: <IRI> .', on one line."
        return
    if reading.prefixes and reading.prefixes[-1][0] > declared[1]:
        yield "prefixes", f"The prefix {declared[1]}: is out of the order of the alphabet."
    reading.prefixes.append((declared[1], 0))


def _of_block(line: str, bare: str, reading: _Reading) -> Iterator[tuple[str, str]]:
    if not line.startswith(" "):
        if line == ".":
            reading.subject = ""
        else:
            yield from _of_subject(line, reading)
        return
    if not reading.subject:
        yield "block", "A line of a block without its subject on a line of its own before it."
        return
    indent = len(line) - len(line.lstrip(" "))
    if indent % 2:
        yield "indent", "Lines are indented by two spaces a level."
    if indent == 2 and line.strip()[0] not in ")]":
        yield from _of_predicate(line.split(maxsplit=1)[0], reading)
    if indent == 2 and not bare.endswith((" ;", "[", "(")) and len(bare.split()) > 1:
        yield "block", "The line of a predicate ends with ' ;', and the stop has its own line."


def _of_subject(line: str, reading: _Reading) -> Iterator[tuple[str, str]]:
    if reading.subject:
        yield "block", f"The block of {reading.subject} has no closing stop on a line of its own."
    if len(_IRI.sub("<>", line).split()) != 1:
        yield "block", "A subject has a line of its own."
    subject = line.split(maxsplit=1)[0]
    if reading.last_subject and subject.lower() < reading.last_subject.lower():
        yield "order", f"The block of {subject} comes after that of {reading.last_subject}."
    reading.subject, reading.last_subject = subject, subject
    reading.ranks, reading.seen = -1, set()


def _of_predicate(predicate: str, reading: _Reading) -> Iterator[tuple[str, str]]:
    rank = _RANK.get(predicate, _OWN)
    if predicate in reading.seen:
        yield "predicates", f"{predicate} stands twice in the block of {reading.subject}."
    if rank < reading.ranks:
        yield "predicates", f"{predicate} comes too late in the block of {reading.subject}."
    reading.seen.add(predicate)
    reading.ranks = max(rank, reading.ranks)


def _of_prefixes(path: Path, reading: _Reading) -> Iterator[Finding]:
    for prefix, _ in reading.prefixes:
        if prefix not in reading.used:
            yield _finding(path, 1, "prefixes", f"The prefix {prefix}: is declared and not used.")


def _finding(path: Path, line: int, check: str, message: str) -> Finding:
    return Finding(f"style/{check}", message, place=Place(line, 1, str(path)))
