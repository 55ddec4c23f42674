"""Screen the bytes of an RDF file before a parser reads them: nesting and entities.

Oxigraph's parsers keep no bound on depth. A triple term nested 16,000 deep overflows the stack and
ends the process; nested JSON-LD objects take cubic time (43 s for 1,000); eight entities that
refer to each other expand to gigabytes. A screen is one linear pass. It reads strings, comments
and IRIs as the parsers do; where it reads something else, the parsers report a syntax error.
"""

from __future__ import annotations

import re

from ipgraph.errors import Place, Unreadable
from ipgraph.inputs.options import DEFAULT_MAX_DEPTH
from ipgraph.namespaces import OWL
from ipgraph.store import nesting
from ipgraph.store.nesting import TURTLE

# As `nesting.TURTLE`, for the other families of syntaxes.
_N_TRIPLES = re.compile(
    rb"""(?:
        [^<>"\#]*+(?:<(?!<)[^>]*+>?|"(?:[^"\\\n\r]++|\\.)*+"?|>(?!>)|\#[^\n\r]*+)
      | [^<>"\#]++
    ){0,1000}+(<<|>>)?""",
    re.VERBOSE | re.DOTALL,
)
_JSON = re.compile(
    rb"""(?:[^][{}"]++|"(?:[^"\\]++|\\.)*+(?:"|\Z)){0,1000}+([][{}])?""", re.VERBOSE | re.DOTALL
)
_TAG = rb"""<[^!?/][^"'>]*+(?:"[^"]*+(?:"|\Z)[^"'>]*+|'[^']*+(?:'|\Z)[^"'>]*+)*+(?:>|\Z)"""
_XML = re.compile(
    rb"""(?:
        [^<]*+%s(?:(?<=/>)|[^<]*+</[^>]*+>)       # an element without elements
      | [^<]*+<(?:!--.*?(?:-->|\Z)|!\[CDATA\[.*?(?:]]>|\Z)|\?.*?(?:\?>|\Z))
      | [^<]++
    ){0,1000}+(</|<!|%s)?"""
    % (_TAG, _TAG),
    re.VERBOSE | re.DOTALL,
)
_OPENINGS = {TURTLE: (b"[", b"(", b"{", b"<<"), _N_TRIPLES: (b"<<",)}
_CLOSING = frozenset((b"]", b")", b"}", b">>", b"</"))

_XML_PROLOG = re.compile(rb"(?:\s++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_ENTITY = re.compile(rb"""<!ENTITY\s+([^\s%"'<>&]+)\s+(?:"([^"<>]*)"|'([^'<>]*)')\s*>""")
_DOCTYPE = re.compile(
    rb"""<!DOCTYPE\s+[^][\s"'<>]+\s*(?:\[((?:\s++|<!--[^<>]*?-->|%s)*+)]\s*)?>"""
    % re.sub(rb"\((?!\?)", b"(?:", _ENTITY.pattern)
)
_NESTED_REFERENCE = re.compile(rb"&(?!#)|%[A-Za-z_:\x80-\xff][^\s%;&]*;")
_REFERENCE = re.compile(rb"&([^#;&\s<>]+);")
# An ontology's abbreviations of IRIs make a file 3 times as long at most; an entity of 1 MiB that
# is used 100,000 times makes it 100 GiB.
_MAX_EXPANSION = 16
_EXPANSION_ALLOWANCE_BYTES = 1 << 20

_PATTERNS = {"turtle": TURTLE, "lines": _N_TRIPLES, "json": _JSON, "xml": _XML}


def screen(data: bytes, name: str, family: str, max_depth: int = DEFAULT_MAX_DEPTH) -> None:
    """Check the bytes of a file in UTF-8 for the parsers of a family of syntaxes.

    Raises `Unreadable` with the place, for brackets, elements or objects nested deeper than
    `max_depth`, and for declarations in RDF/XML other than plain entities.
    """
    pattern = _PATTERNS[family]
    start = _check_declarations(data, name) if pattern is _XML else 0
    too_deep = _too_deep(data, pattern, start, max_depth, name)
    if too_deep is not None:
        nested = {_XML: "Elements", _JSON: "Objects or arrays"}.get(pattern, "Brackets")
        raise _error(
            data,
            too_deep,
            name,
            f"{nested} are nested deeper than {max_depth} levels.",
            "If the file is right, raise max_data_depth.",
        )


def _too_deep(
    data: bytes, pattern: re.Pattern[bytes], start: int, max_depth: int, name: str
) -> int | None:
    """Return the position of the first bracket that is nested too deep, or None."""
    if _is_flat(data, pattern, max_depth):
        return None
    depth = 1 if pattern is _XML else 0  # its pattern skips the innermost elements
    for match in pattern.finditer(data, start):
        bracket = match[1]
        if bracket is None:
            continue
        if bracket in _CLOSING:
            depth -= 1
        elif bracket == b"<!":
            message = "A declaration in the middle of the document."
            raise _error(data, match.start(1), name, message, "Remove it.")
        else:
            depth += 1
            if depth > max_depth:
                return match.start(1)
    return None


def _is_flat(data: bytes, pattern: re.Pattern[bytes], max_depth: int) -> bool:
    """True if nothing can be nested too deep; 5 times as fast as the scan, which is exact."""
    if pattern is _JSON:
        return _is_flat_json(data, max_depth)
    openings = _OPENINGS.get(pattern)
    return openings is not None and sum(map(data.count, openings)) <= max_depth


def _is_flat_json(data: bytes, max_depth: int) -> bool:
    """True if no bracket is left when the innermost pairs are removed often enough.

    What has no pair is left to the scan.
    """
    brackets = nesting.json_brackets(data)
    left_bytes = 4 * len(brackets)  # more are left only if much is nested deep
    for _ in range(max_depth // 2):
        left_bytes -= len(brackets)
        if not brackets or left_bytes < 0:
            break
        brackets = nesting.without_pairs(brackets)
    return not brackets


def _check_declarations(data: bytes, name: str) -> int:
    """Check the document type declaration of RDF/XML; return the position after it."""
    prolog = _XML_PROLOG.match(data)
    start = prolog.end() if prolog else 0
    if not data.startswith(b"<!", start):
        return start
    doctype = _DOCTYPE.match(data, start)
    if doctype is None:
        raise _error(
            data,
            start,
            name,
            "The document type declaration has more than plain entities.",
            f'Keep only declarations such as <!ENTITY owl "{OWL}">.',
        )
    lengths: dict[bytes, int] = {}
    for entity in _ENTITY.finditer(doctype[1] or b""):
        key, value = entity[1], entity[2] if entity[2] is not None else entity[3]
        if _NESTED_REFERENCE.search(value):
            message = f"The entity {key.decode('utf-8', 'replace')} refers to another entity."
            position = doctype.start(1) + entity.start()
            raise _error(data, position, name, message, "Write its value in full.")
        lengths[key] = len(value)
    _check_expansion(data, doctype.end(), name, lengths)
    return doctype.end()


def _check_expansion(data: bytes, start: int, name: str, lengths: dict[bytes, int]) -> None:
    budget = _MAX_EXPANSION * len(data) + _EXPANSION_ALLOWANCE_BYTES
    if not lengths or max(lengths.values()) * data.count(b"&", start) <= budget:
        return
    for reference in _REFERENCE.finditer(data, start):
        budget -= lengths.get(reference[1], 0)
        if budget < 0:
            message = f"The entities expand to more than {_MAX_EXPANSION} times the file."
            raise _error(data, reference.start(), name, message, "Write their values in full.")


def _error(data: bytes, position: int, name: str, message: str, hint: str) -> Unreadable:
    line = data.count(b"\n", 0, position) + 1
    column = len(data[data.rfind(b"\n", 0, position) + 1 : position].decode("utf-8", "replace")) + 1
    place = Place(line, column, name)
    return Unreadable(f"{place}: {message}", place=place, hint=hint)
