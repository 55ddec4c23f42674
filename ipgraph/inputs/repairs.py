"""Repair the terms that a parser accepts only if it is lenient: bad IRIs and language tags.

The store and everything after it sees valid terms only. A character that an IRI cannot have is
percent-encoded; ``_`` in a language tag becomes ``-``, and a tag that stays invalid is removed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

MAX_SHOWN = 20
_SHOWN_CHARS = 200
_BAD_IN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\\x7f-\x9f]|%(?![0-9A-Fa-f]{2})')
_BAD_IN_IRI_STRICT = re.compile(r"[^A-Za-z0-9._~!$&'()*+,;=:@/?#%-]|#(?=.*#)|(?<!^)[\[\]]")
FALLBACK = "urn:ipgraph:bad-iri:"


@dataclass(frozen=True, slots=True)
class Repair:
    """A changed term: the file, the term as written, and what became of it."""

    file: str
    written: str
    stored: str


@dataclass(slots=True)
class Repairs:
    """All repairs of a build: their number, and the first of them."""

    count: int = 0
    shown: list[Repair] = field(default_factory=list)

    def add(self, file: str, written: str, stored: str) -> None:
        """Count a repair."""
        self.count += 1
        repair = Repair(file, written[:_SHOWN_CHARS], stored[:_SHOWN_CHARS])
        if len(self.shown) < MAX_SHOWN and repair not in self.shown:
            self.shown.append(repair)


class Repairer:
    """Repairs the quads of one file."""

    def __init__(self, file: str, repairs: Repairs) -> None:
        self._file = file
        self._repairs = repairs

    def quad(self, quad: ox.Quad) -> ox.Quad:
        """Return a quad with valid terms."""
        return ox.Quad(*map(self._term, quad))

    def _term(self, term: Any) -> Any:
        if isinstance(term, ox.NamedNode):
            return self._iri(term)
        if isinstance(term, ox.Literal):
            return self._literal(term)
        return ox.Triple(*map(self._term, term)) if isinstance(term, ox.Triple) else term

    def _iri(self, node: ox.NamedNode) -> ox.NamedNode:
        if _is_iri(node.value):
            return node
        stored = valid_iri(node.value)
        self._repairs.add(self._file, f"<{node.value}>", f"<{stored}>")
        return ox.NamedNode(stored)

    def _literal(self, literal: ox.Literal) -> ox.Literal:
        tag = literal.language
        if tag is None:
            datatype = literal.datatype
            fixed = self._iri(datatype)
            return literal if fixed is datatype else ox.Literal(literal.value, datatype=fixed)
        if is_language(tag):
            return literal
        better = tag.replace("_", "-")
        stored = better if is_language(better) else ""
        self._repairs.add(self._file, f"@{tag}", f"@{stored}" if stored else "no language tag")
        if not stored:
            return ox.Literal(literal.value)
        return ox.Literal(literal.value, language=stored, direction=literal.direction)


def is_language(tag: str) -> bool:
    """True if the engine accepts a language tag."""
    try:
        ox.Literal("", language=tag)
    except ValueError:
        return False
    return True


def valid_iri(text: str) -> str:
    """Return a valid IRI for an invalid one: percent-encoded, as far as that is needed."""
    for pattern in (_BAD_IN_IRI, _BAD_IN_IRI_STRICT):
        encoded = pattern.sub(_encode, text)
        if _is_iri(encoded):
            return encoded
    return FALLBACK + re.sub(r"[^A-Za-z0-9._~-]", _encode, text)


def _encode(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace"))


def _is_iri(text: str) -> bool:
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True
