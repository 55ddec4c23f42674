"""The nesting of a query result, measured before a parser reads it.

The engine's parsers and writers recurse: a triple term nested 30,000 times, in JSON or N-Triples,
overflows the stack of this process and ends it. For JSON, the measure removes the innermost pairs
of brackets, all at once, until none is left.
"""

from __future__ import annotations

import re
from typing import IO

MAX_DEPTH = 100
_PART_BYTES = 1 << 20
_NOT_BRACKETS = bytes(set(range(256)) - set(b'"[]{}'))
# The tokens that may contain the marks of nesting without nesting anything, and these marks.
_XML = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
    rb"|<(/?)(?:[^\s<>/:]+:)?triple\b(?:[^<>\"'/]|\"[^\"]*\"|'[^']*')*(/?)>",
    re.DOTALL,
)
_TURTLE = re.compile(
    rb'"""(?:[^"\\]|\\.|"(?!""))*"""'
    rb"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    rb'|"(?:[^"\\\n]|\\.)*"'
    rb"|'(?:[^'\\\n]|\\.)*'"
    rb"|<[^<>\"{}|^`\x00-\x20]*>"
    rb"|\\.|#[^\n]*"
    rb"|(<<)|(>>)",
    re.DOTALL,
)


def is_too_deep(file: IO[bytes], media_type: str) -> bool:
    """True if values in a result are nested too deeply. Reads the whole file.

    A depth of up to `MAX_DEPTH` is never too deep, one of more than twice that always.
    """
    if media_type.endswith("json"):
        return _json_depth_exceeds(file)
    pattern = _XML if media_type.endswith("xml") else _TURTLE
    sign = b"triple" if pattern is _XML else b"<<"
    text = b""
    found = 0
    while part := file.read(_PART_BYTES):
        found += (text + part).count(sign)
        text = part[-len(sign) + 1 :]
    if found <= MAX_DEPTH:  # nearly always: no need to look closer
        return False
    file.seek(0)
    return _depth(pattern, file.read()) > MAX_DEPTH


def _depth(pattern: re.Pattern[bytes], text: bytes) -> int:
    depth = deepest = 0
    for token in pattern.finditer(text):
        first, second = token.groups()
        if pattern is _TURTLE:
            depth += (first is not None) - (second is not None)
        elif first is not None:  # a tag, which closes, or opens and does not close itself
            depth += -1 if first else not second
        deepest = max(deepest, depth)
    return deepest


def _json_depth_exceeds(file: IO[bytes]) -> bool:
    rest = b""  # the brackets that are still open, and perhaps the beginning of a string
    escape = b""  # a backslash at the end of the last part
    while part := file.read(_PART_BYTES):
        text = (escape + part).replace(rb"\\", b"")
        escape = b"\\" if text.endswith(b"\\") else b""
        text = text.replace(rb"\"", b"").translate(None, _NOT_BRACKETS)
        # Two quotation marks are an empty string, or they join two strings: no bracket is lost.
        text = (rest + text).replace(b'""', b"")
        text = re.sub(rb'"[^"]*"', b"", text)
        text = re.sub(rb'"[^"]*\Z', b'"', text)
        for _ in range(MAX_DEPTH):
            text = text.replace(b"[]", b"").replace(b"{}", b"")
        if len(text.rstrip(b'"')) > MAX_DEPTH or b"[]" in text or b"{}" in text:
            return True
        rest = text
    return False
