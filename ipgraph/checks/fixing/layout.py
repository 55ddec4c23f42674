"""The layout of a Turtle file in house style, from its tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ipgraph.checks.fixing.syntax import Block, Document, Node, Section
from ipgraph.checks.turtle_style import MAX_COLUMNS, rank_of
from ipgraph.namespaces import RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PREFIX = re.compile(r"\A([^:<\"']*):")
_DATATYPE = re.compile(r"\^\^([^:<\"']*):[^\"']*\Z")


def write(document: Document) -> str:
    """Return the text of a document in house style."""
    parts = ["\n".join(group) for group in document.opening]
    sections = [_merged(section, document.prefixes) for section in document.sections]
    used = set(_used_prefixes(sections))
    directives = [f"@base {document.base} ."] if document.base else []
    directives += [
        f"@prefix {prefix}: {iri} ."
        for prefix, iri in sorted(document.prefixes.items())
        if prefix in used
    ]
    parts += ["\n".join(directives)] if directives else []
    for section in sections:
        parts += ["\n".join(group) for group in section.heading]
        parts += ["\n".join(_block(block)) for block in section.blocks]
    return "\n\n".join(parts) + "\n"


def _merged(section: Section, prefixes: dict[str, str]) -> Section:
    """Return a section with one block for each subject, in the order of the subjects."""
    blocks: dict[str, Block] = {}
    anonymous: list[Block] = []
    for block in section.blocks:
        name = block.subject.text
        comments = [*block.comments, *block.inner]
        properties = _ordered(block.properties, prefixes)
        whole = Block(block.subject, properties, comments)
        if not name:
            anonymous.append(whole)
        elif name in blocks:
            known = blocks[name]
            both = [*known.properties, *whole.properties]
            merged = _ordered(both, prefixes)
            blocks[name] = Block(known.subject, merged, [*known.comments, *comments])
        else:
            blocks[name] = whole
    named = [blocks[name] for name in sorted(blocks, key=lambda name: (name.lower(), name))]
    return Section(section.heading, [*anonymous, *named])


def _ordered(
    properties: list[tuple[str, list[Node]]], prefixes: dict[str, str]
) -> list[tuple[str, list[Node]]]:
    """Return properties in the order of house style, each once."""
    type_names = {
        f"<{RDF}type>",
        *(f"{prefix}:type" for prefix, iri in prefixes.items() if iri == f"<{RDF}>"),
    }
    found: dict[str, list[Node]] = {}
    for predicate, objects in properties:
        name = "a" if predicate in type_names else predicate
        nested = [_ordered_node(node, prefixes) for node in objects]
        found.setdefault(name, []).extend(nested)
    return sorted(found.items(), key=lambda pair: rank_of(pair[0]))


def _ordered_node(node: Node, prefixes: dict[str, str]) -> Node:
    if node.properties is not None:
        return Node(properties=_ordered(node.properties, prefixes))
    if node.items is not None:
        return Node(items=[_ordered_node(item, prefixes) for item in node.items])
    return node


def _block(block: Block) -> Iterator[str]:
    yield from block.comments
    yield _inline(block.subject)
    for predicate, objects in block.properties:
        yield from _property(predicate, objects, 2)
    yield "."


def _property(predicate: str, objects: list[Node], indent: int) -> Iterator[str]:
    """Yield the lines of a predicate with its objects, the last with its semicolon."""
    space = " " * indent
    whole = f"{space}{predicate} {', '.join(map(_inline, objects))} ;"
    is_single = len(objects) == 1
    if _fits(whole) or (is_single and not _is_open(objects[0]) and "\n" in whole):
        yield whole
    elif is_single and _is_open(objects[0]):
        first, *others, last = _open_lines(objects[0], indent)
        yield f"{space}{predicate} {first.lstrip()}"
        yield from others
        yield f"{last} ;"
    elif is_single:
        yield whole
    else:
        yield f"{space}{predicate}"
        for number, node in enumerate(objects, start=1):
            lines = list(_lines(node, indent + 2))
            yield from lines[:-1]
            yield f"{lines[-1]}{' ;' if number == len(objects) else ','}"


def _lines(node: Node, indent: int) -> Iterator[str]:
    """Yield the lines of a node that begins a line."""
    space = " " * indent
    whole = f"{space}{_inline(node)}"
    if _fits(f"{whole} ;") or not _is_open(node):
        yield whole
    else:
        yield from _open_lines(node, indent)


def _open_lines(node: Node, indent: int) -> Iterator[str]:
    """Yield the lines of a node in brackets: each bracket has its own."""
    space = " " * indent
    if node.properties:
        yield f"{space}["
        for predicate, objects in node.properties:
            yield from _property(predicate, objects, indent + 2)
        yield f"{space}]"
    else:
        yield f"{space}("
        for item in node.items or ():
            yield from _lines(item, indent + 2)
        yield f"{space})"


def _inline(node: Node) -> str:
    """Return a node in one line."""
    if node.properties is not None:
        pairs = [
            f"{predicate} {', '.join(map(_inline, objects))}"
            for predicate, objects in node.properties
        ]
        return f"[ {' ; '.join(pairs)} ]" if pairs else "[]"
    if node.items is not None:
        return f"( {' '.join(map(_inline, node.items))} )" if node.items else "()"
    return node.text


def _is_open(node: Node) -> bool:
    """Whether a node can be written in several lines."""
    return bool(node.properties or node.items)


def _fits(line: str) -> bool:
    return len(line) <= MAX_COLUMNS and "\n" not in line


def _used_prefixes(sections: Iterable[Section]) -> Iterator[str]:
    for section in sections:
        for block in section.blocks:
            yield from _prefixes_of(block.subject)
            yield from _prefixes_of(Node(properties=block.properties))


def _prefixes_of(node: Node) -> Iterator[str]:
    for predicate, objects in node.properties or ():
        yield from _prefixes_of(Node(predicate))
        for object_ in objects:
            yield from _prefixes_of(object_)
    for item in node.items or ():
        yield from _prefixes_of(item)
    for pattern in (_PREFIX, _DATATYPE):
        if found := pattern.search(node.text):
            yield found[1]
