"""Search results as plain text, two or three lines a hit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.cli.output.terminal import harmless

if TYPE_CHECKING:
    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.search.index import Hit, SearchResults


def text(graph: KnowledgeGraph, results: SearchResults, words: str) -> str:
    """Return the hits, or similar names if there are none."""
    if not results.hits:
        similar = [f"“{hit.label}”" for hit in graph.index.similar(words)]
        hint = f" Did you mean {', '.join(similar)}?" if similar else ""
        return harmless(f"No entity matches “{words}”.{hint}")
    number = f"{results.total:,}" if results.complete else f"more than {results.total:,}"
    shown = "" if len(results.hits) == results.total else f", the first {len(results.hits)}"
    lines = [line for hit in results.hits for line in _hit(graph, hit)]
    return harmless("\n".join([f"{number} found{shown}", *lines]))


def _hit(graph: KnowledgeGraph, hit: Hit) -> list[str]:
    acronym = f" ({hit.acronym})" if hit.acronym else ""
    kind = graph.entities.labels.name(hit.kind).label if hit.kind else "entity"
    lines = ["", f"{hit.label}{acronym}", f"  {kind} · {graph.prefixes.shorten(hit.iri)}"]
    if hit.matched:
        lines.append(f"  also called {hit.matched}")
    return lines
