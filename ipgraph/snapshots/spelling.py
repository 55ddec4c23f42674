"""How a file spells language tags: the engine's parsers write all of them in lower case."""

from __future__ import annotations

import re
from contextlib import suppress

import pyoxigraph as ox

_XML_LANG = "http://www.w3.org/XML/1998/namespace lang"
_TAG = rb"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*"
_TURTLE_TAG = re.compile(rb"""["']@(%s)""" % _TAG)
_XML_TAG = re.compile(rb"""xml:lang\s*=\s*["'](%s)["']""" % _TAG)
# A text with its tag; strings, IRIs and comments are passed over whole.
_TURTLE_TEXT = re.compile(
    rb"""(
        "{3}(?:[^"\\]++|\\.|"(?!""))*+"{3} | '{3}(?:[^'\\]++|\\.|'(?!''))*+'{3}
      | "(?:[^"\\\n\r]++|\\.)*+" | '(?:[^'\\\n\r]++|\\.)*+'
    )(?:@(%s))?
    | <(?!<)[^<>"{}|^`\x00-\x20]*+> | \#[^\n\r]*+ | \\."""
    % _TAG,
    re.VERBOSE | re.DOTALL,
)


class Spelling:
    """How a file spells language tags."""

    def __init__(self, data: bytes, rdf_format: ox.RdfFormat) -> None:
        self._tags: dict[str, str] = {}
        self._texts: dict[ox.Literal, str] = {}
        if rdf_format == ox.RdfFormat.JSON_LD:
            self._read_json(data)
            return
        is_xml = rdf_format == ox.RdfFormat.RDF_XML
        pattern = _XML_TAG if is_xml else _TURTLE_TAG
        spelled: dict[str, set[str]] = {}
        for tag in {found[1] for found in pattern.finditer(data)}:
            spelled.setdefault(tag.decode().lower(), set()).add(tag.decode())
        self._tags = {tag: each.pop() for tag, each in spelled.items() if len(each) == 1}
        if len(self._tags) < len(spelled):
            (self._read_xml if is_xml else self._read_turtle)(data)

    def of(self, literal: ox.Literal) -> str:
        """Return the language tag of a literal as the file spells it."""
        tag = literal.language or ""
        return self._tags.get(tag) or self._texts.get(literal, tag)

    def _read_turtle(self, data: bytes) -> None:
        """Read the tag of each text: the file spells one in several ways."""
        seen: set[bytes] = set()
        for found in _TURTLE_TEXT.finditer(data):
            text, tag = found.groups()
            if tag and tag.decode().lower() not in self._tags and found[0] not in seen:
                seen.add(found[0])
                line = b"<urn:x:s> <urn:x:p> " + text + b"@" + tag + b" ."
                for quad in ox.parse(line, format=ox.RdfFormat.TURTLE, lenient=True):
                    if isinstance(quad.object, ox.Literal):
                        self._texts.setdefault(quad.object, tag.decode())

    def _read_json(self, data: bytes) -> None:
        """Read the tags with the lenient parser, which keeps them."""
        for quad in ox.parse(data, format=ox.RdfFormat.JSON_LD, base_iri="urn:x:", lenient=True):
            literal = quad.object
            if isinstance(literal, ox.Literal) and literal.language:
                lower = ox.Literal(
                    literal.value, language=literal.language, direction=literal.direction
                )
                self._texts.setdefault(lower, literal.language)

    def _read_xml(self, data: bytes) -> None:
        """Read the tag of each element without elements, and of each attribute."""
        from xml.parsers import expat  # late: few files need it

        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        tags, text = [""], [""]

        def start(name: str, attributes: dict[str, str]) -> None:
            tags.append(attributes.get(_XML_LANG, tags[-1]))
            text[0] = ""
            for value in attributes.values():
                self._add(value, tags[-1])

        def end(name: str) -> None:
            self._add(text[0], tags.pop())

        def add_text(part: str) -> None:
            text[0] += part

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = add_text
        with suppress(expat.ExpatError):  # the engine's parser reports it, or reads more
            parser.Parse(data, True)

    def _add(self, text: str, tag: str) -> None:
        if tag and tag.lower() not in self._tags:
            with suppress(ValueError):  # no language tag
                self._texts.setdefault(ox.Literal(text, language=tag), tag)
