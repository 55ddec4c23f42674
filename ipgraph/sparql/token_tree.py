"""The brackets of a query: which token closes which, and what lies between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ipgraph.sparql.lexer import Token

_OPENING = frozenset("{([")
_CLOSING = frozenset("})]")
# Readers of a tree call themselves once per level; they leave deeper texts alone.
_MAX_DEPTH = 150


class TokenTree:
    """The tokens of a text; `ends` maps each opening bracket to its closing one, `starts` back.

    `words` are the keywords in upper case, and empty for other tokens.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.words = [token.text.upper() if token.kind == "word" else "" for token in tokens]
        self.ends: dict[int, int] = {}
        self.starts: dict[int, int] = {}
        self.is_too_deep = False
        opened: list[int] = []
        for index, token in enumerate(tokens):
            if token.kind != "sign":
                continue
            if token.text in _OPENING:
                opened.append(index)
                self.is_too_deep = self.is_too_deep or len(opened) > _MAX_DEPTH
            elif token.text in _CLOSING and opened:
                self.starts[index] = opened.pop()
                self.ends[self.starts[index]] = index
        self.is_balanced = not opened

    def level(self, start: int, end: int) -> Iterator[int]:
        """Yield the indexes that no bracket between `start` and `end` contains."""
        index = start
        while index < end:
            yield index
            index = self.ends.get(index, index) + 1

    def is_sign(self, index: int, sign: str) -> bool:
        """True if the token at an index is this operator or bracket."""
        if index >= len(self.tokens):
            return False
        token = self.tokens[index]
        return token.kind == "sign" and token.text == sign

    def kind(self, index: int) -> str:
        """Return the kind of the token at an index; empty after the last one."""
        return self.tokens[index].kind if index < len(self.tokens) else ""
