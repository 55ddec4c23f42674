"""The terminals of SPARQL 1.1 (section 19.8), told apart in one pass and in linear time.

No parser: what is nested how deeply, and what is hidden in a string or a comment, is known before
any parser has to recurse. The engine reads without a scanner of its own, so the one ambiguous sign
is read as it does: inside an expression ``<`` after an operand compares, elsewhere it opens an IRI.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from ipgraph.errors import BadQuery, Place


class Token(NamedTuple):
    """One terminal: its kind (a group of `_pattern`), its text and the offset where it begins."""

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

_SKIPPED = r"[ \t\r\n]*+(?:\#[^\n\r]*+[ \t\r\n]*+)*+"  # white space and comments
_NO_IRI = "(?!)"


@cache
def _pattern(iri: str) -> re.Pattern[str]:
    """Compile the terminals at their first use: 17 ms, which `ipgraph query` does without.

    Possessive throughout: a hostile text costs one pass, never a search among readings. What is
    skipped before a terminal is matched with it, because a match costs more than what it reads.
    """
    text = rf"""
    {_SKIPPED}
    (?: (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*+\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*+'''
        | "(?:[^"\\\n\r]|\\.)*+" | '(?:[^'\\\n\r]|\\.)*+')
    | (?P<lang>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?+)
    | (?P<var>[?$][{_NAME}]++)
    | (?P<blank>_:[{_NAME}][{_NAME}\-]*+(?:\.++[{_NAME}\-]++)*+)
    | (?P<name>(?:[{_BASE}][{_NAME}\-]*+(?:\.++[{_NAME}\-]++)*+)?+
        :(?:(?:[{_NAME}:]|{_ESCAPE})(?:[{_NAME}:\-]|{_ESCAPE})*+(?:\.++(?:[{_NAME}:\-]|{_ESCAPE})++)*+)?+)
    | (?P<word>[{_BASE}][{_NAME}\-]*+(?:\.++[{_NAME}\-]++)*+)
    | (?P<number>(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+)
    | (?P<iri>{iri})
    | (?P<sign>\^\^|&&|\|\||!=|<=|>=|<<|>>|[{{}}()\[\].;,=<>+\-*/|^!?~])
    | (?P<end>\Z)
    )"""
    return re.compile(text, re.VERBOSE | re.DOTALL)


_OPERANDS = frozenset({"string", "lang", "var", "blank", "name", "number", "iri"})
# Clauses whose parentheses hold expressions even after a variable or another parenthesis.
_EXPRESSION_CLAUSES = frozenset({"SELECT", "BY", "HAVING"})
_BRACKETS = frozenset("{}()[]")
_CLAUSES = _EXPRESSION_CLAUSES | {"FILTER", "BIND", "WHERE", "VALUES"}


def place(text: str, offset: int) -> Place:
    """Return the line and column of an offset, a tab counting as one column."""
    line = text.count("\n", 0, offset) + 1
    return Place(line, offset - text.rfind("\n", 0, offset))


def tokenize(text: str) -> list[Token]:
    """Return the terminals of a query in order, without white space and comments.

    Raises `BadQuery` at the first character that begins no terminal of SPARQL 1.1.
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
        if kind == "word" or terminal in _BRACKETS:
            brackets.follow(token, tokens)
        tokens.append(token)
        offset = found.end()
    raise _unknown_character(text, _after_space(text, offset))


def _after_space(text: str, offset: int) -> int:
    """Return where the next terminal would begin."""
    found = re.compile(_SKIPPED).match(text, offset)
    return found.end() if found else offset


class _Brackets:
    """What the open brackets hold: an expression or not, and the clause they stand in."""

    def __init__(self) -> None:
        self._expression = [False]
        self._clause = [""]

    def compares(self, tokens: list[Token]) -> bool:
        """Tell whether a ``<`` here is a comparison: in an expression, after an operand."""
        if not self._expression[-1] or not tokens:
            return False
        previous = tokens[-1]
        if previous.kind == "word":
            return previous.text.upper() in ("TRUE", "FALSE")
        return previous.kind in _OPERANDS or previous.text in (")", "]", "}")

    def follow(self, token: Token, tokens: list[Token]) -> None:
        text = token.text
        if token.kind == "word":
            if text.upper() in _CLAUSES:
                self._clause[-1] = text.upper()
        elif text == "(":
            self._expression.append(self._opens_expression(tokens))
            self._clause.append("")
        elif text in ("{", "["):
            self._expression.append(False)
            self._clause.append("")
        elif text in ("}", ")", "]") and len(self._expression) > 1:
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


def _unknown_character(text: str, offset: int) -> BadQuery:
    sign = text[offset]
    where = place(text, offset)
    if sign in "\"'":
        return BadQuery(
            f"The string that opens at {where} is not closed.",
            place=where,
            hint="Close it with the same quotes; a string over several lines needs three of them.",
        )
    if sign.isspace() or sign in "\ufeff\u200b\u2060" or not sign.isprintable():
        return BadQuery(
            f"The character U+{ord(sign):04X} at {where} is not white space in SPARQL.",
            place=where,
            hint="Replace it with an ordinary space; it often comes with text copied from a page.",
        )
    return BadQuery(
        f"The character {sign!r} at {where} cannot stand here.",
        place=where,
        hint="Outside strings, comments and <IRIs> SPARQL knows letters, digits and its own signs.",
    )
