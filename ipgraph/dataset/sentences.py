"""Sentences with places: ``{name}`` is a value, ``[brackets]`` hold parts that may be left out.

An optional part is left out if one of the values in it is missing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MAX_DEPTH = 8
_TOKEN = re.compile(r"\{(\w+)\}|([\[\]])|([^\[\]{}]+|[{}])")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence: a text, and the IRI of the entity that it names, if it names one."""

    text: str
    iri: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A place for a value."""

    name: str


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with places; an inner template is an optional part."""

    parts: tuple[str | Place | Template, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Template:
        """Read a template. Raises `ValueError` for brackets without their other half."""
        stack: list[list[str | Place | Template]] = [[]]
        for found in _TOKEN.finditer(text):
            name, bracket, plain = found.groups()
            if bracket == "[":
                stack.append([])
            elif bracket:
                if len(stack) == 1:
                    raise ValueError("a ] has no [")
                inner = cls(tuple(stack.pop()))
                stack[-1].append(inner)
            else:
                stack[-1].append(Place(name) if name else plain)
            if len(stack) > MAX_DEPTH:
                raise ValueError(f"brackets are nested more than {MAX_DEPTH - 1} deep")
        if len(stack) > 1:
            raise ValueError("a [ has no ]")
        return cls(tuple(stack[0]))

    def names(self) -> Iterator[str]:
        """Yield the names of the places."""
        for part in self.parts:
            if isinstance(part, Place):
                yield part.name
            elif isinstance(part, Template):
                yield from part.names()

    def fill(self, values: Mapping[str, Sequence[Piece]]) -> list[Piece]:
        """Return the sentence with values; a place without a value is empty."""
        filled: list[Piece] = []
        for part in self.parts:
            if isinstance(part, Place):
                filled += values.get(part.name, ())
            elif isinstance(part, str):
                filled.append(Piece(part))
            elif all(values.get(name) for name in part.own_names()):
                filled += part.fill(values)
        return filled

    def own_names(self) -> Iterator[str]:
        """Yield the names of the places that are in no optional part."""
        return (part.name for part in self.parts if isinstance(part, Place))


def text_of(pieces: Sequence[Piece]) -> str:
    """Return a sentence as text."""
    return "".join(piece.text for piece in pieces)
