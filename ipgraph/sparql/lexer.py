"""The terminals of SPARQL 1.1 (section 19.8) and Turtle 1.1 (section 6.5), in linear time.

`tokenize` is for queries and strict; `scan` is for both languages and accepts any text. They show
nesting, strings and comments before a recursive parser runs. The ambiguous ``<`` is read as the
engine reads it: after an operand in an expression it is a comparison, elsewhere it starts an IRI.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from ipgraph.errors import BadQuery, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Token(NamedTuple):
    """A terminal: its kind (a group of the pattern), its text, and its offset."""

    kind: str
    text: str
    start: int


# PN_CHARS_BASE, and PN_CHARS less the hyphen: the classes of the grammar, not Python's \w.
_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = _BASE + "_0-9\u00b7\u0300-\u036f\u203f-\u2040"
_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
_IRI = r"<[^<>\"{}|^`\\\x00-\x20]*+(?:\\[uU][0-9A-Fa-f]{4,8}[^<>\"{}|^`\\\x00-\x20]*+)*+>"

_NOT_IN_IRI = frozenset('<>"{}|^`\\')
# An absolute IRI as it is meant, up to its end or that of the line.
_LIKE_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:[^<>\n]*>?")

_SKIPPED = r"[ \t\r\n]*+(?:\#[^\n\r]*+[ \t\r\n]*+)*+"  # white space and comments
_NO_IRI = "(?!)"
# All quantifiers are possessive: hostile text costs one pass, without backtracking.
_TERMINALS = rf"""
    (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*+\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*+'''
      | "(?:[^"\\\n\r]|\\.)*+" | '(?:[^'\\\n\r]|\\.)*+')
    | (?P<lang>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?+)
    | (?P<var>[?$][{_NAME}]++)
    | (?P<blank>_:[{_NAME}][{_NAME}\-]*+(?:\.++[{_NAME}\-]++)*+)
    | (?P<name>(?:[{_BASE}][{_NAME}\-]*+(?:\.++[{_NAME}\-]++)*+)?+
        :(?:(?:[{_NAME}:]|{_ESCAPE})(?:[{_NAME}:\-]|{_ESCAPE})*+(?:\.++(?:[{_NAME}:\-]|{_ESCAPE})++)*+)?+)
    | (?P<word>[{_BASE}][{_NAME}\-]*+(?:\.++[{_NAME}\-]++)*+)
    | (?P<number>(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+)
    | (?P<iri>IRI)
    | (?P<sign>\^\^|&&|\|\||!=|<=|>=|<<|>>|[{{}}()\[\].;,=<>+\-*/|^!?~])"""


@cache
def _pattern(iri: str) -> re.Pattern[str]:
    """Compile the terminals at first use: it takes 17 ms, which `ipgraph query` does not need.

    Skipped text is matched with the terminal after it, because a match costs more than what it
    reads.
    """
    text = rf"{_SKIPPED} (?: {_TERMINALS.replace('IRI', iri)} | (?P<end>\Z) )"
    return re.compile(text, re.VERBOSE | re.DOTALL)


@cache
def _scanned(iri: str) -> re.Pattern[str]:
    """Compile the pattern of everything in a text."""
    text = rf"""
    (?P<space>[ \t\r\n]++) | (?P<comment>\#[^\n\r]*+)
    | {_TERMINALS.replace("IRI", iri)} | (?P<other>.)"""
    return re.compile(text, re.VERBOSE | re.DOTALL)


_OPERANDS = frozenset({"string", "lang", "var", "blank", "name", "number", "iri"})
# Clauses whose parentheses hold expressions even after a variable or another parenthesis.
_EXPRESSION_CLAUSES = frozenset({"SELECT", "BY", "HAVING"})
_OPENING = frozenset("{([")
_BRACKETS = _OPENING | frozenset("})]")
_CLAUSES = _EXPRESSION_CLAUSES | {"FILTER", "BIND", "WHERE", "VALUES"}


def place(text: str, offset: int) -> Place:
    """Return the line and column of an offset, a tab counting as one column."""
    line = text.count("\n", 0, offset) + 1
    return Place(line, offset - text.rfind("\n", 0, offset))


def tokenize(text: str) -> list[Token]:
    """Return the terminals of a query in order, without white space and comments.

    Raises `BadQuery` at the first character that starts no terminal of SPARQL 1.1.
    """
    tokens: list[Token] = []
    brackets = _Brackets()
    match, new = _pattern(_IRI).match, tuple.__new__
    offset = 0
    while found := match(text, offset):
        kind = found.lastgroup or ""
        start = found.start(kind)
        if kind == "iri" and brackets.compares(tokens):
            found = _pattern(_NO_IRI).match(text, start)
            assert found is not None  # noqa: S101  the sign is a terminal, whatever follows it
            kind = "sign"
        if kind == "end":
            return tokens
        terminal = found[kind]
        token = new(Token, (kind, terminal, start))  # a third of the time of Token(...)
        if kind == "word":
            brackets.read_word(terminal)
        elif terminal in _BRACKETS:
            brackets.read_bracket(terminal, tokens)
        tokens.append(token)
        offset = found.end()
    raise malformed_iri(text, tokens) or _unknown_character(text, _after_space(text, offset))


def scan(text: str) -> Iterator[Token]:
    """Yield the parts of a Turtle or SPARQL text in order; joined, they are the text.

    Kinds besides those of `tokenize`: ``space``, ``comment``, ``directive`` (such as ``@prefix``)
    and ``other``, a character that starts no terminal. Costs about 1 µs per character.
    """
    terminals: list[Token] = []
    brackets = _Brackets()
    match = _scanned(_IRI).match
    offset = 0
    while found := match(text, offset):
        kind = found.lastgroup or ""
        if kind == "iri" and brackets.compares(terminals):
            found = _scanned(_NO_IRI).match(text, offset)
            assert found is not None  # noqa: S101  the sign is a terminal, whatever follows it
            kind = "sign"
        elif kind == "lang" and not _ends_with_string(terminals, offset):
            kind = "directive"
        token = Token(kind, found[0], offset)
        if kind == "word":
            brackets.read_word(token.text)
        elif token.text in _BRACKETS:
            brackets.read_bracket(token.text, terminals)
        if kind not in ("space", "comment", "other"):
            terminals.append(token)
        yield token
        offset = found.end()


def _ends_with_string(terminals: list[Token], offset: int) -> bool:
    """True if a string ends at `offset`."""
    if not terminals:
        return False
    last = terminals[-1]
    return last.kind == "string" and last.start + len(last.text) == offset


def declarations(terminals: Iterable[Token]) -> Iterator[tuple[Token, str, str]]:
    """Yield the prefix declarations: the token of the name, the prefix, and the namespace.

    Takes terminals of Turtle or SPARQL, without spaces and comments.
    """
    keyword = name = ""
    declared: Token | None = None
    for token in terminals:
        if declared is not None and token.kind == "iri":
            yield declared, name, token.text[1:-1]
        declared = None
        if keyword in ("@PREFIX", "PREFIX") and token.kind == "name" and token.text[-1] == ":":
            declared, name = token, token.text[:-1]
        keyword = token.text.upper() if token.kind in ("directive", "word") else ""


def unescape(local: str) -> str:
    """Return the local part of a prefixed name without its backslashes."""
    return re.sub(r"\\(.)", r"\1", local)


def _after_space(text: str, offset: int) -> int:
    """Return the offset of the next terminal."""
    found = re.compile(_SKIPPED).match(text, offset)
    return found.end() if found else offset


class _Brackets:
    """For each open bracket: whether it contains an expression, and its clause."""

    def __init__(self) -> None:
        self._expression = [False]
        self._clause = [""]

    def compares(self, tokens: list[Token]) -> bool:
        """True if a ``<`` here is a comparison: in an expression, after an operand."""
        if not self._expression[-1] or not tokens:
            return False
        previous = tokens[-1]
        if previous.kind == "word":
            return previous.text.upper() in ("TRUE", "FALSE")
        return previous.kind in _OPERANDS or previous.text in (")", "]", "}")

    def read_word(self, text: str) -> None:
        """Note the clause that a word starts, if it does."""
        word = text.upper()
        if word in _CLAUSES:
            self._clause[-1] = word

    def read_bracket(self, text: str, tokens: list[Token]) -> None:
        """Open or close a bracket that follows `tokens`."""
        if text in _OPENING:
            self._expression.append(text == "(" and self._opens_expression(tokens))
            self._clause.append("")
        elif len(self._expression) > 1:
            self._expression.pop()
            self._clause.pop()
            if text == "}" or self._clause[-1] in ("FILTER", "BIND"):
                self._clause[-1] = ""

    def _opens_expression(self, tokens: list[Token]) -> bool:
        clause = self._clause[-1]
        if self._expression[-1] or clause in _EXPRESSION_CLAUSES:
            return True
        if not tokens:
            return False
        previous = tokens[-1]
        if previous.kind == "word":
            return previous.text.upper() not in ("VALUES", "A")
        return clause == "FILTER" and previous.kind in ("name", "iri")


def malformed_iri(text: str, tokens: Sequence[Token]) -> BadQuery | None:
    """Return the error for the last ``<`` that starts an IRI with a forbidden character, if any.

    Such an IRI is no terminal: its parts are read as operators, names and words.
    """
    for token, following in zip(reversed(tokens[:-1]), reversed(tokens[1:]), strict=True):
        if token.text != "<" or following.start != token.start + 1:
            continue
        found = _LIKE_IRI.match(text, token.start)
        if found is None:
            continue
        where = place(text, token.start)
        shown = f"The IRI {found[0][:80]} at {where}"
        if not found[0].endswith(">"):
            return BadQuery(
                f"{shown} is not closed.", place=where, hint="Write a > after its last character."
            )
        sign = next((sign for sign in found[0][1:-1] if sign in _NOT_IN_IRI or sign < "!"), "")
        if sign:
            name = "a space" if sign == " " else f"the character {sign!r}"
            return BadQuery(
                f"{shown} contains {name}.",
                place=where,
                hint=f"No IRI contains it. Write {_percent_encoded(sign)} if the data have it so.",
            )
    return None


def _percent_encoded(sign: str) -> str:
    """Return the percent-encoding of a character."""
    return "".join(f"%{byte:02X}" for byte in sign.encode())


def _unknown_character(text: str, offset: int) -> BadQuery:
    sign = text[offset]
    where = place(text, offset)
    if sign in "\"'":
        return BadQuery(
            f"The string that starts at {where} is not closed.",
            place=where,
            hint="Close it with the same quotes; a string of several lines needs three of them.",
        )
    if sign.isspace() or sign in "\ufeff\u200b\u2060" or not sign.isprintable():
        return BadQuery(
            f"The character U+{ord(sign):04X} at {where} is not white space in SPARQL.",
            place=where,
            hint="Replace it with an ordinary space; it often comes with text copied from a page.",
        )
    return BadQuery(
        f"The character {sign!r} (U+{ord(sign):04X}) at {where} is not allowed here.",
        place=where,
        hint="Outside strings, comments and <IRIs>, use only letters, digits and operators.",
    )
