"""The RDF terms that a query text names, read from its tokens."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.sparql.lexer import declarations, place, unescape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ipgraph.sparql.token_tree import TokenTree

FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:[^\\]*$")
_CONSTANTS = frozenset({"iri", "name", "string", "number", "word"})


class QueryTerms:
    """The terms of a text. `prefixes` and `base` are in effect before the text declares its own."""

    def __init__(
        self, text: str, tree: TokenTree, prefixes: Mapping[str, str], base: str | None
    ) -> None:
        self._text = text
        self._tree = tree
        self._given = prefixes
        self._base = base
        # The index of the word SELECT, ASK, CONSTRUCT or DESCRIBE.
        self.start = next(
            (at for at, word in enumerate(tree.words) if word in FORMS), len(tree.tokens)
        )

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that the pattern of the text may use."""
        declared = declarations(self._tree.tokens[: self.start])
        return {**self._given, **{name: iri for _, name, iri in declared}}

    def term(self, start: int, end: int) -> ox.NamedNode | ox.Literal | None:
        """Return the IRI or literal that a span of tokens writes, or None for anything else."""
        tree = self._tree
        if tree.kind(start) not in _CONSTANTS and not tree.is_sign(start, "-"):
            return None
        source = self.source(start, end)
        if tree.kind(start) == "name":
            prefix, _, local = source.partition(":")
            source = f"<{self.prefixes.get(prefix, '')}{unescape(local)}>"
        if _ABSOLUTE.match(source):  # without a parser, which takes 0.1 ms
            try:
                return ox.NamedNode(source[1:-1])
            except ValueError:
                return None
        declared = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in self.prefixes.items())
        try:
            (quad,) = ox.parse(
                f"{declared}<a:a> <a:a> {source} .",
                format=ox.RdfFormat.TURTLE,
                base_iri=self._base,
            )
        except (SyntaxError, ValueError):
            return None
        found = quad.object
        return found if isinstance(found, ox.NamedNode | ox.Literal) else None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets of a span of tokens in the text."""
        last = self._tree.tokens[end - 1]
        return self._tree.tokens[start].start, last.start + len(last.text)

    def source(self, start: int, end: int) -> str:
        """Return the text of a span of tokens."""
        begin, stop = self.span(start, end)
        return self._text[begin:stop]

    def place(self, index: int) -> str:
        """Return the line and column of a token, in words."""
        return str(place(self._text, self._tree.tokens[index].start))


def replaced(text: str, parts: list[tuple[int, int, str]]) -> str:
    """Return the text with parts of it, given by their offsets in order, replaced."""
    for start, end, part in reversed(parts):
        text = text[:start] + part + text[end:]
    return text
