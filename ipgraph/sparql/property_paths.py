"""Triple patterns with property paths (SPARQL 1.1, section 9), read from the tokens of a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.sparql.token_tree import TokenTree

# Words that end a block of triples.
CLAUSES = frozenset(
    {"FILTER", "BIND", "OPTIONAL", "MINUS", "GRAPH", "SERVICE", "UNION", "VALUES", "LATERAL",
     "SELECT", "EXISTS", "NOT"}
)  # fmt: skip


class Pattern(NamedTuple):
    """One triple pattern: the spans of its subject and object, as indexes of tokens.

    `can_be_empty` is True if its path may have length zero. `is_alone` is False if the pattern
    shares its subject or path with others (``;`` and ``,``).
    """

    subject: tuple[int, int]
    object: tuple[int, int]
    can_be_empty: bool
    is_alone: bool


def patterns(tree: TokenTree, start: int, end: int) -> Iterator[Pattern]:
    """Yield the triple patterns of the block between two indexes.

    Stops without an error where the text is not a block of triples.
    """
    index = start
    while index < end:
        if tree.is_sign(index, "."):
            index += 1
            continue
        found, index = _same_subject(tree, index, end)
        if not found:
            return
        for subject, can_be_empty, value in found:
            yield Pattern(subject, value, can_be_empty, len(found) == 1)


def _same_subject(
    tree: TokenTree, start: int, end: int
) -> tuple[list[tuple[tuple[int, int], bool, tuple[int, int]]], int]:
    """Return the subject, path and object of each pattern with one subject, and the next index."""
    found: list[tuple[tuple[int, int], bool, tuple[int, int]]] = []
    subject = (start, term_end(tree, start))
    index = subject[1]
    if index <= start:
        return [], end
    while index < end and not tree.is_sign(index, "."):
        if tree.is_sign(index, ";"):
            index += 1
            continue
        after_path, can_be_empty = _alternatives(tree, index)
        if after_path <= index:
            return found, end
        index = after_path
        while True:
            after = term_end(tree, index)
            if after <= index or after > end:
                return found, end
            found.append((subject, can_be_empty, (index, after)))
            index = after
            if not tree.is_sign(index, ","):
                break
            index += 1
        if not (tree.is_sign(index, ";") or tree.is_sign(index, ".") or index >= end):
            return found, end  # an annotation, or a syntax error
    return found, index


def term_end(tree: TokenTree, index: int) -> int:
    """Return the index after the term at `index`; `index` itself if there is none."""
    kind = tree.kind(index)
    if kind in ("iri", "name", "var", "blank", "number") or tree.words[index : index + 1] in (
        ["TRUE"],
        ["FALSE"],
    ):
        return index + 1
    if kind == "string":
        if tree.kind(index + 1) == "lang":
            return index + 2
        return index + 3 if tree.is_sign(index + 1, "^^") else index + 1
    if kind == "sign" and index in tree.ends:
        return tree.ends[index] + 1
    has_sign = tree.is_sign(index, "+") or tree.is_sign(index, "-")
    return index + 2 if has_sign and tree.kind(index + 1) == "number" else index


def _alternatives(tree: TokenTree, index: int) -> tuple[int, bool]:
    """Return the index after a path, and True if the path may have length zero."""
    if tree.kind(index) == "var":
        return index + 1, False
    result = False
    while True:
        after, can_be_empty = _sequence(tree, index)
        if after <= index:
            return after, result
        result = result or can_be_empty
        if not tree.is_sign(after, "|"):
            return after, result
        index = after + 1


def _sequence(tree: TokenTree, index: int) -> tuple[int, bool]:
    result = True
    while True:
        after, can_be_empty = _element(tree, index)
        if after <= index:
            return after, False
        result = result and can_be_empty
        if not tree.is_sign(after, "/"):
            return after, result
        index = after + 1


def _element(tree: TokenTree, start: int) -> tuple[int, bool]:
    index, can_be_empty = start, False
    if tree.is_sign(index, "^"):
        index += 1
    if tree.is_sign(index, "!"):  # a negated set has length one
        index += 1
        if tree.is_sign(index, "^"):
            index += 1
        if tree.is_sign(index, "(") and index in tree.ends:
            index = tree.ends[index]
    elif tree.is_sign(index, "(") and index in tree.ends:
        after, can_be_empty = _alternatives(tree, index + 1)
        if after != tree.ends[index]:
            return start, False
        index = after
    elif tree.kind(index) not in ("iri", "name") and tree.words[index : index + 1] != ["A"]:
        return start, False
    index += 1
    if tree.is_sign(index, "*") or tree.is_sign(index, "?"):
        return index + 1, True
    return (index + 1 if tree.is_sign(index, "+") else index), can_be_empty
