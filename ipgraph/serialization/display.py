"""A table of RDF terms for people: as text, and as HTML for notebooks."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ipgraph.namespaces.prefixes import Prefixes
    from ipgraph.sparql.values import AnyTerm

_MAX_CHARS = 60  # of a cell
_LINKED = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows to show, of `total` ones (None: more than these, unknown how many)."""

    names: Sequence[str]
    rows: Sequence[Sequence[AnyTerm | None]]
    total: int | None
    prefixes: Prefixes

    @property
    def summary(self) -> str:
        """How many rows there are."""
        if self.total is None:
            return f"first {len(self.rows):,} rows"
        if len(self.rows) < self.total:
            return f"first {len(self.rows):,} of {self.total:,} rows"
        return f"{self.total:,} row{'s' * (self.total != 1)}"


def text(table: Table) -> str:
    """Return the table as lines of text, with cut cells and without control characters."""
    rows = [[_plain(_cell(term, table.prefixes)) for term in row] for row in table.rows]
    if not rows:
        return table.summary
    widths = [max(map(len, column)) for column in zip(table.names, *rows, strict=True)]
    rule = ["-" * width for width in widths]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in (table.names, rule, *rows)
    ]
    return "\n".join([*lines, table.summary])


def html(table: Table) -> str:
    """Return the table as HTML. Everything from data is escaped."""
    head = "".join(f"<th>{escape(name)}</th>" for name in table.names)
    body = "".join(
        f"<tr>{''.join(f'<td>{_html_cell(term, table.prefixes)}</td>' for term in row)}</tr>"
        for row in table.rows
    )
    rows = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"{rows}<p>{table.summary}</p>"


def html_of_graph(title: str, size: str, classes: Sequence[tuple[str, int]]) -> str:
    """Return a title, a size, and classes with the numbers of their entities, as HTML."""
    rows = "".join(
        f"<tr><td>{escape(_cut(name))}</td><td>{count:,}</td></tr>" for name, count in classes
    )
    head = "<thead><tr><th>class</th><th>entities</th></tr></thead>"
    table = f"<table>{head}<tbody>{rows}</tbody></table>" if rows else ""
    return f"<p><strong>{escape(title)}</strong></p><p>{escape(size)}</p>{table}"


def html_text(plain: str) -> str:
    """Return a line of text as HTML."""
    return f"<p>{escape(plain)}</p>"


def _cell(term: AnyTerm | None, prefixes: Prefixes) -> str:
    """Return what a cell shows: a prefixed name, or the text of a literal with its language."""
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        return prefixes.shorten(term.value)
    if isinstance(term, ox.Literal):
        return term.value + (f" @{term.language}" if term.language else "")
    if isinstance(term, ox.Triple):
        parts = (term.subject, term.predicate, term.object)
        return f"<<( {' '.join(_cell(part, prefixes) for part in parts)} )>>"
    return str(term)


def _html_cell(term: AnyTerm | None, prefixes: Prefixes) -> str:
    shown = escape(_cut(_cell(term, prefixes)))
    if isinstance(term, ox.NamedNode) and term.value.startswith(_LINKED):
        return f'<a href="{escape(term.value)}">{shown}</a>'
    return shown


def _cut(cell: str) -> str:
    return cell if len(cell) <= _MAX_CHARS else cell[: _MAX_CHARS - 1] + "…"


def _plain(cell: str) -> str:
    """Return a cell as one line that cannot control a terminal."""
    line = " ".join(cell[: 2 * _MAX_CHARS].split())
    return _cut(
        "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)
    )
