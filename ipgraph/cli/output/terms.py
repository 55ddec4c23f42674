"""Single terms as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
from rich.text import Text

from ipgraph.cli.output.terminal import harmless
from ipgraph.namespaces import XSD
from ipgraph.serialization.rows import text_of

if TYPE_CHECKING:
    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.store import Term

_NUMBERS = {XSD + name for name in ("integer", "decimal", "double", "float", "nonNegativeInteger")}


class Cells:
    """The text of table cells: an entity is its label and, in gray, its prefixed name."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._labels = graph.entities.labels
        self._shorten = graph.prefixes.shorten

    def text(self, term: Term | None) -> Text:
        """Return the text of a cell; control characters in literals are replaced."""
        if isinstance(term, ox.NamedNode):
            name = self._labels.name(term.value)
            return Text(harmless(name.label)).append(
                f" {harmless(self._shorten(term.value))}", style="dim"
            )
        if isinstance(term, ox.Literal):
            style = "cyan" if term.datatype.value in _NUMBERS else ""
            return Text(harmless(term.value), style=style)
        return Text(harmless(text_of(term)) if term is not None else "")
