"""Recognize the syntax of a file by its content, and name what is not RDF.

The suffix of a file decides between syntaxes that its content fits. Everything here is a bounded
number of linear searches in the first `HEAD_BYTES` of a file, so that it may run on any file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ipgraph.inputs import syntaxes
from ipgraph.inputs.syntaxes import JSON_LD, N3, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Syntax
from ipgraph.namespaces import OWL, RDF

HEAD_BYTES = 64 << 10

_OWL_ADVICE = (
    "Save it as RDF/XML or Turtle, with Protégé (Save as) or with ROBOT "
    "(robot convert -i FILE -o FILE.ttl)."
)
_HTML_ADVICE = (
    "It may be an error or sign-in page that was saved in place of the file. Download the file "
    "again, from the address of the RDF itself."
)
_BINARY = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"SQLite format 3": "an SQLite database",
    b"$HDT": "HDT",
    b"\x28\x52\x52\x54": "binary RDF",
}
_PROLOG = re.compile(
    rb"(?:\s++|<\?.*?\?>|<!--.*?-->|<!(?i:doctype)[^][<>]*+(?:\[.*?\]\s*+)?>)*+", re.DOTALL
)
_XML_START = re.compile(
    rb"""<(?:\?xml\b|!--|!(?i:doctype)\b
        |(?:[\w.-]+:)?[\w.-]+\s+[\w:.-]+\s*=\s*["']   # an element with an attribute
        |(?i:html)\b[^<]*>|rdf:RDF\b)""",
    re.VERBOSE,
)
_ROOT = re.compile(rb"<(?:([\w.-]+):)?([\w.-]+)([^<]*)")
_DOCTYPE_NAME = re.compile(rb"<!(?i:doctype)\s+(?:[\w.-]+:)?([\w.-]+)")
_JSON_START = re.compile(rb"""\{\s*(?:"|\})|\[\s*(?:\{|\[|")""")
_JSON_LD_KEYWORD = re.compile(
    rb'"@(?:context|id|graph|type|value|list|set|reverse|language|vocab|base|included)"'
)
_SPARQL_JSON = re.compile(rb'"(?:head|results|boolean)"\s*:')
_RDF_JSON = re.compile(
    rb'\{\s*"[^"\s]+:[^"\s]*"\s*:\s*\{\s*"[^"\s]+:[^"\s]*"\s*:\s*\[\s*\{\s*"type'
)
_SPACE_AND_COMMENTS = re.compile(rb"(?:\s++|\#[^\n\r]*+)*+")
_DECLARATION = re.compile(
    rb"(?:@?(?i:prefix)\s+[^\s:<>(]*:\s*<|@?(?i:base)\s+<|@?(?i:version)\s+[\"'])"
)
_LINE = re.compile(
    rb"""(?:<[^<>\s"]*>|_:\S+)\s*<[^<>\s"]*>\s*(?:<[^<>\s"]*>|_:\S+|"|<<\()""",
)
_STATEMENT = re.compile(
    rb"""(?:<[^<>\s"]*>|[\w.-]*:[^\s<>"'(]*|\[\s*\])\s+(?:a|<[^<>\s"]*>|[\w.-]*:[^\s<>"'(]*)\s"""
)
_FOREIGN_TEXT = (
    (re.compile(rb"(?:Prefix|Ontology)\s*\("), "OWL functional syntax", _OWL_ADVICE),
    (re.compile(rb"(?:Prefix|Ontology):\s"), "OWL Manchester syntax", _OWL_ADVICE),
    (re.compile(rb"(?:format-version|data-version):\s"), "the OBO format", _OWL_ADVICE),
)
_TURTLE_FAMILY = (TURTLE, TRIG, N3)
_LINES_FAMILY = (N_TRIPLES, N_QUADS)


@dataclass(frozen=True, slots=True)
class Foreign:
    """Content that is not RDF: what it is, in words, and what to do."""

    what: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Recognition:
    """The syntaxes to try, the likeliest first. With `is_certain`, the content itself shows it."""

    candidates: tuple[Syntax, ...]
    is_certain: bool = False


def recognize(data: bytes, name: str, hint: Syntax | None = None) -> Recognition | Foreign:
    """Return the syntaxes that a file can have, by its first bytes and by its name.

    `hint` is the syntax that a media type named; without it, the suffix of `name` stands for one.
    """
    head = data[:HEAD_BYTES]
    expected = hint or syntaxes.by_suffix(name)
    found = _by_content(head, expected)
    if found is not None:
        return found
    if expected is not None:
        return Recognition((expected,))
    return Foreign("text in an unknown format", "If it is RDF, name its syntax: --input-format.")


def _by_content(head: bytes, expected: Syntax | None) -> Recognition | Foreign | None:
    binary = next((what for magic, what in _BINARY.items() if head.startswith(magic)), "")
    # A literal of Turtle may contain U+0000; a file of another kind has many.
    if binary or head.count(0) * (100 if expected is None else 5) > len(head):
        return Foreign(binary or "binary data")
    text = head.lstrip()
    if not text:
        return Recognition((expected or TURTLE,))
    if _XML_START.match(text) and (found := _xml(text, expected)):
        return found
    if _JSON_START.match(text):
        return _json(text, expected)
    return _plain(text[_end(_SPACE_AND_COMMENTS, text) :], expected)


def _plain(text: bytes, expected: Syntax | None) -> Recognition | Foreign | None:
    """Return what a text that is neither XML nor JSON is; it begins with no comment."""
    is_declared = bool(_DECLARATION.match(text))
    for pattern, what, advice in _FOREIGN_TEXT:
        if pattern.match(text) and not is_declared:
            return Foreign(what, advice)
    if _LINE.match(text):
        if expected is N3:
            return _certain(TURTLE, N3)
        first = expected if expected in (*_LINES_FAMILY, *_TURTLE_FAMILY) else None
        return _certain(first, N_TRIPLES, N_QUADS, TURTLE, TRIG)
    is_statement = expected is None and _STATEMENT.match(text)
    if is_declared or is_statement or expected in _TURTLE_FAMILY:
        return Recognition(_turtle_like(expected), is_certain=is_declared)
    return None


def _turtle_like(expected: Syntax | None) -> tuple[Syntax, ...]:
    """Return the syntaxes of a text like Turtle. N3 is the last: Turtle is read faster."""
    if expected is N3:
        return TURTLE, N3
    return (TRIG,) if expected is TRIG else (TURTLE, TRIG)


def _xml(text: bytes, expected: Syntax | None) -> Recognition | Foreign | None:
    """Return what the root element says."""
    root = _ROOT.match(text, _end(_PROLOG, text))
    if root is None:  # a long declaration of entities
        doctype = _DOCTYPE_NAME.search(text)
        name, attributes = (doctype[1] if doctype else b""), b""
        prefix = b""
    else:
        prefix, name, attributes = root[1] or b"", root[2], root[3]
    local = name.decode("utf-8", "replace")
    if local.lower() == "html":
        is_tag = expected is None or expected.family not in ("turtle", "lines") or b"</" in text
        return Foreign("an HTML page", _HTML_ADVICE) if is_tag else None
    if local == "RDF":
        return _certain(RDF_XML)
    if local == "Ontology" and (OWL.encode() in attributes or b"ontologyIRI" in attributes):
        return Foreign("OWL/XML", _OWL_ADVICE)
    if RDF.encode() in attributes:  # one node without the element rdf:RDF
        return _certain(RDF_XML)
    if root is None and not name:
        return None
    shown = f"{prefix.decode('utf-8', 'replace')}:{local}" if prefix else local
    known = {"TriX": "TriX", "sparql": "a SPARQL result"}.get(local)
    return Foreign(known or f"XML with the root element <{shown[:80]}>")


def _json(text: bytes, expected: Syntax | None) -> Recognition | Foreign | None:
    if _JSON_LD_KEYWORD.search(text):
        return _certain(JSON_LD)
    if _RDF_JSON.match(text):
        return Foreign("RDF/JSON", "Convert it to JSON-LD or Turtle.")
    if expected is not JSON_LD and _SPARQL_JSON.search(text[:1000]):
        return Foreign("a SPARQL result")
    return Recognition((expected if expected in _TURTLE_FAMILY else JSON_LD,))


def _certain(*candidates: Syntax | None) -> Recognition:
    return Recognition(_unique(*candidates), is_certain=True)


def _unique(*candidates: Syntax | None) -> tuple[Syntax, ...]:
    return tuple(dict.fromkeys(syntax for syntax in candidates if syntax is not None))


def _end(pattern: re.Pattern[bytes], text: bytes) -> int:
    match = pattern.match(text)
    return match.end() if match else 0
