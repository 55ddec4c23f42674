"""Markdown that the reference pages are made of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; raise `ValueError` if it has no rows, which means a broken generator."""
    if not rows:
        raise ValueError(f"The table {', '.join(head)} has no rows.")
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines)


def cell(text: str) -> str:
    """Return text that fits one cell of a table."""
    return re.sub(r"\s+", " ", text).replace("|", r"\|").strip()
