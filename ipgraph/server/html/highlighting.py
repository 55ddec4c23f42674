"""Highlight Turtle and SPARQL: the text unchanged, its terminals in spans of the style sheet.

Invalid texts are accepted: unknown characters stay plain. Every character is written once, and is
escaped here and nowhere else.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from ipgraph.sparql.lexer import Token, scan

if TYPE_CHECKING:
    from collections.abc import Iterator

# The class in the style sheet for each kind of token; the other kinds stay plain.
CLASSES = {
    "comment": "s-c",
    "string": "s-s",
    "iri": "s-i",
    "var": "s-v",
    "number": "s-n",
    "word": "s-k",
    "directive": "s-k",
}


def highlight(text: str) -> Markup:
    """Return Turtle or SPARQL as HTML."""
    parts = []
    for css, pairs in groupby(_classes(text), key=lambda pair: pair[0]):
        part = "".join(text for _, text in pairs)
        parts.append(
            Markup('<span class="{}">{}</span>').format(css, part) if css else escape(part)
        )
    return Markup("").join(parts)


def _classes(text: str) -> Iterator[tuple[str, str]]:
    """Yield the class of each token, or an empty text, with the token's text."""
    sign: Token | None = None  # of a number, if one follows
    for token in scan(text):
        css = CLASSES.get(token.kind, "")
        if token.text in ("true", "false"):
            css = CLASSES["number"]
        if sign is not None:
            yield (css if token.kind == "number" else ""), sign.text
        sign = token if token.text in ("+", "-") else None
        if sign is None:
            yield css, token.text
    if sign is not None:
        yield "", sign.text
