"""Any text: the lexer loses nothing, and its two readings agree."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ipgraph.errors import BadQuery
from ipgraph.sparql import lexer
from support.fuzzing import fuzzed

FRAGMENTS = [
    *("SELECT", "ASK", "FILTER", "BIND", "VALUES", "WHERE", "IN", "PREFIX", "BASE", "true", "a"),
    *("{", "}", "(", ")", "[", "]", "<<", ">>", "<", ">", "<=", ">=", "!=", "^^", "||", "&&", "|"),
    *("'", '"', "'''", '"""', "\\", "\\'", '\\"', "\\u0041", "#", "\n", "\r", "\t", " ", "\0"),
    *("?x", "$x", "?", "_:b", "_:", ":", "ex:", "ex:a", "ex:a.b", "ex:a.", "ex:%41", "ex:\\#", "%"),
    *("<http://e/>", "<a b>", "<\\u0041>", "<", "@en", "@en-us", "@prefix", "@", "1", "1.", ".5"),
    *("1e5", "1e", "+", "-", "*", "/", ".", ";", ",", "=", "~", "{|", "|}", "é", "\u00a0"),
    *("\ufeff", "\u202e", "\U0001f600", "\u200d", "\ud7ff", "\uffff"),
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=40).map("".join)
SKIPPED = re.compile(r"(?:[ \t\r\n]|#[^\n\r]*)*")
NOT_TERMINALS = ("space", "comment")


@fuzzed(400)
@given(TEXTS)
def test_the_parts_of_any_text_are_the_text(text):
    offset = 0
    for token in lexer.scan(text):
        assert token.start == offset
        assert token.text
        offset += len(token.text)
        assert text[token.start : offset] == token.text
    assert offset == len(text)


@fuzzed(400)
@given(TEXTS)
def test_a_query_is_read_up_to_its_first_unknown_character(text):
    place = tokens = None
    try:
        tokens = lexer.tokenize(text)
    except BadQuery as error:
        place = error.place
    if tokens is None:
        assert place is not None
        lines = text.split("\n")
        assert 1 <= place.line <= len(lines)
        assert 1 <= place.column <= len(lines[place.line - 1])
        return
    offset = 0
    for token in tokens:
        assert SKIPPED.fullmatch(text, offset, token.start)
        assert text.startswith(token.text, token.start)
        offset = token.start + len(token.text)
    assert SKIPPED.fullmatch(text, offset)


@fuzzed(400)
@given(TEXTS)
def test_both_readings_of_a_query_find_the_same_terminals(text):
    parts = [token for token in lexer.scan(text) if token.kind not in NOT_TERMINALS]
    try:
        tokens = lexer.tokenize(text)
    except BadQuery:
        assert any(token.kind == "other" for token in parts)
        return
    same = [token._replace(kind="lang") if token.kind == "directive" else token for token in parts]
    assert same == tokens
