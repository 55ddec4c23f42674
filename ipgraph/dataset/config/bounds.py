"""Bounds before the TOML parser reads a stranger's file.

`tomllib` of Python 3.11 recurses once for each open bracket and is quadratic in the parts of a
dotted key: 16,000 parts take 3.8 s, and 100,000 did not end within a minute.
"""

from __future__ import annotations

from ipgraph.dataset.config.tokens import tokens_of

MAX_BYTES = 256 << 10
MAX_BRACKETS = 16
MAX_DOTS = 8


def find_excess(text: str) -> tuple[int, str] | None:
    """Return the offset and the description of the first excess, or None."""
    depth = dots = 0
    for token in tokens_of(text):
        if token.kind != "mark":
            continue
        if token.text in "[{":
            depth += 1
        elif token.text in "]}":
            depth = max(depth - 1, 0)
        if token.text == ".":
            dots += 1
        elif token.text != "[":
            dots = 0
        if depth > MAX_BRACKETS:
            return token.offset, f"more than {MAX_BRACKETS} brackets are open"
        if dots > MAX_DOTS:
            return token.offset, f"a key has more than {MAX_DOTS} dots"
    return None
