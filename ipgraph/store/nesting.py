"""The nesting of a text, measured before a parser reads it: here that of query results.

The engine's parsers and writers recurse: a triple term nested 30,000 times, in JSON or N-Triples,
overflows the stack of this process and ends it. `ipgraph.inputs.screening` measures files with the
same means, and says where they are nested too deep.
"""

from __future__ import annotations

import itertools
import re
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 100
_PART_BYTES = 1 << 20
_NOT_JSON_BRACKETS = bytes(set(range(256)) - set(b'[]{}"'))
# The tokens of XML that may contain tags without nesting anything, and the tags of triple terms.
_XML = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
    rb"|<(/?)(?:[^\s<>/:]+:)?triple\b(?:[^<>\"'/]|\"[^\"]*\"|'[^']*')*(/?)>",
    re.DOTALL,
)
# Each pattern matches what is between two brackets, and then the next bracket. A string, IRI or tag
# without an end is a syntax error and extends to the end, so that every byte is read at most three
# times. A repetition has a bound because Python's engine slows down with their number.
TURTLE = re.compile(
    rb"""(?:
        [^][(){}<>"'#\\]*+(?:
            <(?!<)[^>]*+>?                        # an IRI
          | "(?!"")(?:[^"\\\n\r]++|\\.)*+"?
          | '(?!'')(?:[^'\\\n\r]++|\\.)*+'?
          | \"{3}(?:[^"\\]++|\\.|"(?!""))*+(?:\"{3}|\Z)
          | '{3}(?:[^'\\]++|\\.|'(?!''))*+(?:'{3}|\Z)
          | \#[^\n\r]*+
          | \\.?                                  # in a local name
          | >(?!>)
        )
      | [^][(){}<>"'#\\]++
    ){0,1000}+(<<|>>|[][(){}])?""",
    re.VERBOSE | re.DOTALL,
)


def is_too_deep(file: IO[bytes], media_type: str) -> bool:
    """True if values in a result are nested too deeply. Reads the whole file.

    A depth of up to `MAX_DEPTH` is never too deep, one of more than twice that always.
    """
    if media_type.endswith("json"):
        return _json_depth_exceeds(file)
    is_xml = media_type.endswith("xml")
    sign = b"triple" if is_xml else b"<<"
    text = b""
    found = 0
    while part := file.read(_PART_BYTES):
        found += (text + part).count(sign)
        text = part[-len(sign) + 1 :]
    if found <= MAX_DEPTH:  # nearly always: no need to look closer
        return False
    file.seek(0)
    steps = _steps_of_xml(file.read()) if is_xml else _steps_of_terms(file.read())
    return max(itertools.accumulate(steps), default=0) > MAX_DEPTH


def json_brackets(text: bytes) -> bytes:
    """Return the brackets of JSON without strings; a string without an end leaves its mark."""
    found = text.replace(rb"\\", b"").replace(rb"\"", b"").translate(None, _NOT_JSON_BRACKETS)
    # Two quotation marks are an empty string, or they join two strings: no bracket is lost.
    found = found.replace(b'""', b"")
    return re.sub(rb'"[^"]*"', b"", found) if b'"' in found else found


def without_pairs(brackets: bytes) -> bytes:
    """Remove the innermost pairs of brackets, all at once: one level, or two."""
    return brackets.replace(b"{}", b"").replace(b"[]", b"")


def _steps_of_terms(text: bytes) -> Iterator[int]:
    """Yield 1 for each triple term that begins, and -1 where one ends."""
    for token in TURTLE.finditer(text):
        if token[1] in (b"<<", b">>"):
            yield 1 if token[1] == b"<<" else -1


def _steps_of_xml(text: bytes) -> Iterator[int]:
    for token in _XML.finditer(text):
        is_end, is_empty = token.groups()
        if is_end is not None:  # a tag, which closes, or opens and does not close itself
            yield -1 if is_end else int(not is_empty)


def _json_depth_exceeds(file: IO[bytes]) -> bool:
    rest = b""  # the brackets that are still open, and perhaps the beginning of a string
    escape = b""  # a backslash at the end of the last part
    while part := file.read(_PART_BYTES):
        text = escape + part
        # An odd number of backslashes at the end escapes what comes next.
        escape = b"\\" if (len(text) - len(text.rstrip(b"\\"))) % 2 else b""
        brackets = json_brackets(rest + text.removesuffix(escape))
        brackets = re.sub(rb'"[^"]*\Z', b'"', brackets)
        for _ in range(MAX_DEPTH):
            brackets = without_pairs(brackets)
        if len(brackets.rstrip(b'"')) > MAX_DEPTH or b"[]" in brackets or b"{}" in brackets:
            return True
        rest = brackets
    return False
