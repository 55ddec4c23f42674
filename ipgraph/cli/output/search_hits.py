"""What a search found, a line or two a hit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.cli.output.terms import harmless
from ipgraph.namespaces import shorten

if TYPE_CHECKING:
    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.search.index import Found, Hit


def text(graph: KnowledgeGraph, found: Found, words: str) -> str:
    """Tell what was found, or what is called nearly so."""
    if not found.hits:
        near = [f"“{each.label}”" for each in graph.index.nearest(words)]
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        return harmless(f"Nothing is called “{words}”.{hint}")
    number = f"{found.total:,}" if found.complete else f"more than {found.total:,}"
    shown = "" if len(found.hits) == found.total else f", the first {len(found.hits)}"
    lines = [line for hit in found.hits for line in _hit(graph, hit)]
    return harmless("\n".join([f"{number} found{shown}", *lines]))


def _hit(graph: KnowledgeGraph, hit: Hit) -> list[str]:
    acronym = f" ({hit.acronym})" if hit.acronym else ""
    kind = graph.entities.labels.name(hit.kind).label if hit.kind else "thing"
    lines = ["", f"{hit.label}{acronym}", f"  {kind} · {shorten(hit.iri)}"]
    if hit.matched:
        lines.append(f"  also called {hit.matched}")
    return lines
