"""The tokens of TOML that its bounds and the lines of its keys need: strings, brackets, names.

Nothing here checks the syntax: `tomllib` does. Every pattern is linear, also in broken text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r'''
    (?P<string>  """(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5}|\\?\Z)
               | \'\'\'(?:[^']|'(?!''))*+(?:'{3,5}|\Z)
               | "(?:[^"\\\n]|\\[^\n])*+["\\]?
               | '[^'\n]*+'?)
    | (?P<comment> \#[^\n]*+)
    | (?P<mark> [\[\]{}=,.\n])
    | (?P<word> [^\s\[\]{}=,."'\#]++)
    ''',
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


@dataclass(frozen=True, slots=True)
class Token:
    """A token: ``string``, ``mark`` or ``word``, with the offset of its first character."""

    kind: str
    text: str
    offset: int

    @property
    def name(self) -> str:
        """The key that a bare word or a quoted string stands for."""
        if self.kind != "string":
            return self.text
        if self.text.startswith("'"):
            return self.text[1:-1]
        return _ESCAPE.sub(_unescape, self.text[1:-1])


def tokens_of(text: str) -> Iterator[Token]:
    """Yield the tokens of a text, without comments and spaces."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup and match.lastgroup != "comment":
            yield Token(match.lastgroup, match[0], match.start())


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code:
        number = int(code, 16)
        return chr(number) if number <= 0x10FFFF else ""
    return _ESCAPED.get(match[3], match[3])
