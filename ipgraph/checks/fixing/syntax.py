"""The syntax of a Turtle file as a tree of statements, with every name, literal and comment.

A tree keeps terms as they are written, so that a new layout changes no prefix and no literal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ipgraph.errors import InvalidData
from ipgraph.sparql.lexer import Token, scan

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNS = frozenset("+-")
_END = Token("end", "", -1)


@dataclass(slots=True)
class Node:
    """A term. An atom has `text`; a blank node has `properties`, and a list has `items`."""

    text: str = ""
    properties: list[tuple[str, list[Node]]] | None = None
    items: list[Node] | None = None


@dataclass(slots=True)
class Block:
    """The statements about one subject.

    `comments` are the lines directly above it; those that were inside it are in `inner`.
    """

    subject: Node
    properties: list[tuple[str, list[Node]]]
    comments: list[str] = field(default_factory=list)
    inner: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Section:
    """Blocks below a heading, which is the groups of comment lines that a blank line ends."""

    heading: list[list[str]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """A Turtle file. `opening` are the comments before its first directive."""

    opening: list[list[str]] = field(default_factory=list)
    base: str = ""
    prefixes: dict[str, str] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)


def parse(text: str) -> Document:
    """Return the tree of a text that a parser has accepted as Turtle.

    Raises `InvalidData` for what this tree cannot hold: a prefix or base with two meanings, and
    the triple terms and annotations of RDF 1.2.
    """
    return _Parser(text).document()


class _Parser:
    """Reads tokens; comments wait until the statement that they are about is known."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_terminals(text))
        self._index = 0
        self._comments: list[str] = []

    def document(self) -> Document:
        document = Document(sections=[Section()])
        is_started = False
        while True:
            groups, attached = self._leading()
            token = self._peek()
            is_directive = _directive(token) != ""
            if token is _END:
                groups, attached = [*groups, *([attached] if attached else [])], []
            if is_directive and not is_started:
                document.opening += [*groups, *([attached] if attached else [])]
            elif is_directive:
                self._add_heading(document, [*groups, *([attached] if attached else [])])
            else:
                self._add_heading(document, groups)
            if token is _END:
                return document
            if is_directive:
                self._read_directive(document)
            else:
                document.sections[-1].blocks.append(self._read_block(attached))
            is_started = True

    @staticmethod
    def _add_heading(document: Document, groups: list[list[str]]) -> None:
        if not groups:
            return
        if document.sections[-1].blocks or document.sections[-1].heading:
            document.sections.append(Section())
        document.sections[-1].heading += groups

    def _leading(self) -> tuple[list[list[str]], list[str]]:
        """Return the comments before a statement: groups, and the lines directly above it."""
        groups: list[list[str]] = []
        lines: list[str] = []
        while (token := self._tokens[self._index]).kind in ("space", "comment"):
            if token.kind == "comment":
                lines.append(token.text.rstrip())
            elif token.text.count("\n") > 1 and lines:
                groups.append(lines)
                lines = []
            self._index += 1
        return groups, lines

    def _peek(self) -> Token:
        """Return the next terminal; comments before it are kept."""
        while (token := self._tokens[self._index]).kind in ("space", "comment"):
            if token.kind == "comment":
                self._comments.append(token.text.rstrip())
            self._index += 1
        return token

    def _next(self) -> Token:
        token = self._peek()
        if token is _END:
            raise InvalidData("The file ends inside a statement.")
        self._index += 1
        return token

    def _expect(self, text: str) -> None:
        token = self._next()
        if token.text != text:
            raise InvalidData(f"{token.text!r} was found where {text!r} is expected.")

    def _read_directive(self, document: Document) -> None:
        directive = self._next()
        name = _directive(directive)
        if name == "prefix":
            prefix = self._next().text.removesuffix(":")
            iri = self._next().text
            if document.prefixes.setdefault(prefix, iri) != iri:
                raise InvalidData(f"The prefix {prefix}: has two meanings.")
        else:
            iri = self._next().text
            if document.base not in ("", iri):
                raise InvalidData("The file has two base IRIs.")
            document.base = iri
        if directive.text.startswith("@"):
            self._expect(".")
        self._keep_comments(document)

    def _keep_comments(self, document: Document) -> None:
        """Move comments inside a directive to the beginning of the file."""
        if self._comments:
            document.opening.append(self._comments)
            self._comments = []

    def _read_block(self, attached: list[str]) -> Block:
        subject = self._read_node()
        properties: list[tuple[str, list[Node]]] = []
        if subject.properties:  # the properties of a subject in brackets are those of []
            properties, subject = subject.properties, Node(properties=[])
        if self._peek().text != ".":
            properties = [*properties, *self._read_properties(".")]
        self._expect(".")
        inner, self._comments = self._comments, []
        inner += self._trailing()
        return Block(subject, properties, attached, inner)

    def _trailing(self) -> Iterator[str]:
        """Yield the comment on the line where a statement ends."""
        index = self._index
        if self._tokens[index].kind == "space" and "\n" not in self._tokens[index].text:
            index += 1
        if self._tokens[index].kind == "comment":
            self._index = index + 1
            yield self._tokens[index].text.rstrip()

    def _read_properties(self, end: str) -> list[tuple[str, list[Node]]]:
        properties: list[tuple[str, list[Node]]] = []
        while self._peek().text != end:
            if self._peek().text == ";":
                self._next()
                continue
            predicate = self._read_atom().text
            objects = [self._read_node()]
            while self._peek().text == ",":
                self._next()
                objects.append(self._read_node())
            properties.append((predicate, objects))
        return properties

    def _read_node(self) -> Node:
        text = self._peek().text
        if text == "[":
            self._next()
            properties = self._read_properties("]")
            self._expect("]")
            return Node(properties=properties)
        if text == "(":
            self._next()
            items = []
            while self._peek().text != ")":
                items.append(self._read_node())
            self._expect(")")
            return Node(items=items)
        return self._read_atom()

    def _read_atom(self) -> Node:
        token = self._next()
        if (
            token.kind == "sign"
            and token.text in _SIGNS
            and self._tokens[self._index].kind == "number"
        ):
            return Node(token.text + self._next().text)
        if token.kind not in ("iri", "name", "blank", "string", "number", "word"):
            raise InvalidData(
                f"{token.text!r} is a part of Turtle that is not rewritten, such as a triple term."
            )
        text = token.text
        if token.kind == "string":
            following = self._peek()
            if following.kind == "lang":
                text += self._next().text
            elif following.text == "^^":
                self._next()
                text += f"^^{self._next().text}"
        return Node(text)


def _terminals(text: str) -> Iterator[Token]:
    """Yield the tokens. A period that ends a statement is none of the number before it."""
    for token in scan(text):
        if token.kind == "number" and token.text.endswith("."):
            yield Token("number", token.text[:-1], token.start)
            yield Token("sign", ".", token.start + len(token.text) - 1)
        else:
            yield token
    yield _END


def _directive(token: Token) -> str:
    word = token.text.removeprefix("@").lower()
    is_directive = token.kind in ("word", "directive") and word in ("prefix", "base")
    return word if is_directive else ""
