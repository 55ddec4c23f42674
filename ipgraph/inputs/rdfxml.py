"""Rewrite RDF/XML where Oxigraph's parser differs from the specification.

- ``xml:lang=""`` ends the scope of a language (XML 1.0, 2.12). The parser refuses it, so it becomes
  a language tag of private use, and `parsing` removes that tag.
- The content of ``rdf:parseType="Literal"`` is exclusive canonical XML (RDF/XML, 7.2.17). The
  parser declares namespaces that the content does not use, and some of them twice, which is not
  XML. So the content becomes the text of a literal with the datatype ``rdf:XMLLiteral``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

import pyoxigraph as ox

from ipgraph.namespaces import RDF

NO_LANGUAGE = "x-ipgraph-none"

_NEEDED = re.compile(rb"""parseType\s*=\s*(?:"Literal|'Literal)|\bxml:lang\s*=\s*(?:""|'')""")
_TOKEN = re.compile(
    rb"""<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:]]>|\Z)|<\?.*?(?:\?>|\Z)
       |(<[^!?/<](?:[^"'<>]++|"[^"]*+"|'[^']*+')*+>)""",
    re.VERBOSE | re.DOTALL,
)
_EMPTY_LANGUAGE = re.compile(rb"""(\sxml:lang\s*=\s*)(?:""|'')""")
_XML_PREFIX = "http://www.w3.org/XML/1998/namespace"


def rewrite(data: bytes) -> bytes:
    """Return a document in UTF-8, rewritten if it needs it; ill-formed XML is returned as it is."""
    if not _NEEDED.search(data):
        return data
    try:
        data = _Literals(data).rewritten()
    except expat.ExpatError:
        return data  # the parser reports it
    return _TOKEN.sub(_with_language, data)


def _with_language(token: re.Match[bytes]) -> bytes:
    tag = token[1]
    if tag is None:
        return token[0]
    return _EMPTY_LANGUAGE.sub(rb'\1"%s"' % NO_LANGUAGE.encode(), tag)


@dataclass(slots=True)
class _Literal:
    """A property element whose content is a literal, while its content is read."""

    tag: bytes  # the start tag, rewritten
    start: int  # of the start tag
    depth: int
    parts: list[str] = field(default_factory=list)
    rendered: list[dict[str, str]] = field(default_factory=lambda: [{"": ""}])


class _Literals:
    """Reads a document once and collects the literals in it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._depth = 0
        self._namespaces: list[dict[str, str]] = [{"xml": _XML_PREFIX, "": ""}]
        self._literal: _Literal | None = None
        self._pieces: list[bytes] = []
        self._end = 0
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartElementHandler = self._start_element
        parser.EndElementHandler = self._end_element
        parser.CharacterDataHandler = self._characters
        parser.CommentHandler = self._comment
        parser.ProcessingInstructionHandler = self._instruction

    def rewritten(self) -> bytes:
        self._parser.Parse(self._data, True)
        return b"".join((*self._pieces, self._data[self._end :]))

    def _start_element(self, name: str, attributes: list[str]) -> None:
        pairs = list(zip(attributes[::2], attributes[1::2], strict=True))
        scope = dict(self._namespaces[-1])
        for key, value in pairs:
            if key == "xmlns":
                scope[""] = value
            elif key.startswith("xmlns:"):
                scope[key[6:]] = value
        self._namespaces.append(scope)
        self._depth += 1
        if self._literal is not None:
            self._literal.parts.append(self._tag(name, pairs, scope, self._literal))
            return
        for key, value in pairs:
            prefix, _, local = key.rpartition(":")
            if local == "parseType" and value == "Literal" and scope.get(prefix) == RDF:
                self._open_literal(key)

    def _open_literal(self, attribute: str) -> None:
        start = self._parser.CurrentByteIndex
        token = _TOKEN.match(self._data, start)
        if token is None or token[1] is None:
            return
        name = attribute.encode()
        tag = re.sub(
            rb"(\s)%s\s*=\s*(?:\"Literal\"|'Literal')" % re.escape(name),
            rb'\1%s="%sXMLLiteral"' % (name.replace(b"parseType", b"datatype"), RDF.encode()),
            token[1],
            count=1,
        )
        self._literal = _Literal(tag, start, self._depth)

    def _end_element(self, name: str) -> None:
        self._namespaces.pop()
        literal = self._literal
        if literal is not None:
            if self._depth == literal.depth:
                self._close_literal(literal)
            else:
                literal.rendered.pop()
                literal.parts.append(f"</{name}>")
        self._depth -= 1

    def _close_literal(self, literal: _Literal) -> None:
        self._literal = None
        end = self._parser.CurrentByteIndex
        self._pieces += [self._data[self._end : literal.start], literal.tag]
        if literal.tag.endswith(b"/>"):
            end = literal.start + len(_TOKEN.match(self._data, literal.start)[0])  # type: ignore[index]
        else:
            self._pieces.append(_as_text("".join(literal.parts)).encode())
        self._end = end

    def _tag(
        self, name: str, pairs: list[tuple[str, str]], scope: dict[str, str], literal: _Literal
    ) -> str:
        """Return a canonical start tag, with the namespaces that it uses and no others."""
        others = [(key, value) for key, value in pairs if not _declares(key)]
        used = {_prefix(name), *(_prefix(key) for key, _ in others if ":" in key)} - {"xml"}
        rendered = dict(literal.rendered[-1])
        declared = []
        for prefix in sorted(used):
            namespace = scope.get(prefix, "")
            if rendered.get(prefix) != namespace:
                rendered[prefix] = namespace
                declared.append((f"xmlns:{prefix}" if prefix else "xmlns", namespace))
        literal.rendered.append(rendered)

        def order(pair: tuple[str, str]) -> tuple[str, str]:
            prefix, colon, local = pair[0].rpartition(":")
            return (scope.get(prefix, "") if colon else ""), local

        attributes = [*declared, *sorted(others, key=order)]
        return f"<{name}{''.join(f' {key}={_quoted(value)}' for key, value in attributes)}>"

    def _characters(self, text: str) -> None:
        if self._literal is not None:
            self._literal.parts.append(escape(text).replace("\r", "&#xD;"))

    def _comment(self, text: str) -> None:
        if self._literal is not None:
            self._literal.parts.append(f"<!--{text}-->")

    def _instruction(self, target: str, text: str) -> None:
        if self._literal is not None:
            self._literal.parts.append(f"<?{target}{' ' if text else ''}{text}?>")


def _prefix(name: str) -> str:
    return name.rpartition(":")[0]


def _declares(key: str) -> bool:
    return key == "xmlns" or key.startswith("xmlns:")


def _quoted(value: str) -> str:
    """Return the value of an attribute in canonical form."""
    entities = {"\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;", '"': "&quot;"}
    return f'"{escape(value, entities).replace("&gt;", ">")}"'


def _as_text(text: str) -> str:
    """Return text as the content of an element."""
    return escape(text).replace("\r", "&#xD;")


def without_mark(quad: ox.Quad) -> ox.Quad:
    """Return a quad whose literal has no language if `rewrite` marked it so."""
    literal = quad.object
    if isinstance(literal, ox.Literal) and literal.language == NO_LANGUAGE:
        return ox.Quad(quad.subject, quad.predicate, ox.Literal(literal.value), quad.graph_name)
    return quad
