"""The lines of the keys and values of a TOML text that `tomllib` has accepted.

`tomllib` gives the line of a syntax error and of nothing else. This runs only after a fault.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from ipgraph.dataset.config.tokens import Token, tokens_of

if TYPE_CHECKING:
    from ipgraph.dataset.config.reading import KeyPath

_END = Token("mark", "\n", 0)


class Lines:
    """The line of every key, and of every item of a list, by its path."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(index + 1 for index, char in enumerate(text) if char == "\n")]
        self._tokens = [*tokens_of(text), _END]
        self._next = 0
        self._lines: dict[KeyPath, int] = {}
        self._counts: dict[KeyPath, int] = {}  # of the arrays of tables, by path
        self._read()

    def line(self, path: KeyPath) -> int:
        """Return the line of a path, else that of the nearest key that holds it, else 1."""
        for length in range(len(path), 0, -1):
            found = self._lines.get(path[:length])
            if found is not None:
                return found
        return 1

    def _read(self) -> None:
        table: KeyPath = ()
        while self._next < len(self._tokens) - 1:
            token = self._tokens[self._next]
            if token.text == "\n" and token.kind == "mark":
                self._next += 1
            elif token.text == "[" and token.kind == "mark":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> KeyPath:
        start = self._take()
        following = self._tokens[self._next]
        is_array = following.text == "[" and following.offset == start.offset + 1
        if is_array:
            self._take()
        path: KeyPath = ()
        for part in self._key(("]",)):
            path = (*path, part)
            if path in self._counts and path != ():
                path = (*path, self._counts[path])
        if is_array:
            name = path[:-1] if path and isinstance(path[-1], int) else path
            self._counts[name] = self._counts.get(name, -1) + 1
            path = (*name, self._counts[name])
            self._note(name, start)
            self._take()
        self._note(path, start)
        return path

    def _pair(self, table: KeyPath) -> None:
        """Read a key with its value, which may be nested; without recursion."""
        start = self._tokens[self._next]
        path = (*table, *self._key(("=",)))
        self._note(path, start)
        stack: list[tuple[KeyPath, bool, int]] = []  # path, is it a list, number of the item
        while self._next < len(self._tokens):
            token = self._take()
            is_mark = token.kind == "mark"
            if is_mark and token.text in "[{":
                self._note(path, token)
                stack.append((path, token.text == "[", 0))
                path = self._inner(stack)
            elif is_mark and token.text == "," and stack:
                outer, is_list, number = stack.pop()
                stack.append((outer, is_list, number + 1))
                path = self._inner(stack)
            elif is_mark and token.text in "]}":
                path = stack.pop()[0] if stack else path
            elif not is_mark:
                self._note(path, token)
            if not stack and self._tokens[min(self._next, len(self._tokens) - 1)].text == "\n":
                return

    def _inner(self, stack: list[tuple[KeyPath, bool, int]]) -> KeyPath:
        """Return the path of the next value inside the innermost list or table."""
        outer, is_list, number = stack[-1]
        if is_list:
            return (*outer, number)
        while self._tokens[self._next].text == "\n" and self._next < len(self._tokens) - 1:
            self._next += 1
        start = self._tokens[self._next]
        if start.text == "}":
            return outer
        path = (*outer, *self._key(("=",)))
        self._note(path, start)
        return path

    def _key(self, ends: tuple[str, ...]) -> list[str]:
        """Read the parts of a key up to one of the marks at its end."""
        parts: list[str] = []
        while self._next < len(self._tokens):
            token = self._take()
            if token.kind == "mark" and token.text in (*ends, "\n"):
                break
            if token.kind != "mark":
                parts.append(token.name)
        return parts

    def _take(self) -> Token:
        token = self._tokens[min(self._next, len(self._tokens) - 1)]
        self._next += 1
        return token

    def _note(self, path: KeyPath, token: Token) -> None:
        self._lines.setdefault(path, bisect_right(self._starts, token.offset))
