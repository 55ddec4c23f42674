"""The summary of a built graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.namespaces import shorten

if TYPE_CHECKING:
    from ipgraph.knowledge_graph import KnowledgeGraph


def summary(graph: KnowledgeGraph) -> str:
    """Say what a built graph holds: triples, sources, things by class, and where it lies."""
    facts = graph.info()
    counts = facts["counts"]
    lines = [
        f"Snapshot   {facts['hash']}",
        f"Built      {facts['created']} with the reasoner {facts['reasoner']}",
        f"Version    {facts['content_hash'][:12]}",
        f"Folder     {facts['folder']}",
        f"Triples    {counts['stated']:,} stated, {counts['inferred']:,} inferred",
        f"Sources    {counts['sources']:,}",
        "Things by class",
    ]
    lines += [
        f"  {number:>7,}  {name.label}  {shorten(name.iri)}" for name, number in graph.classes()
    ]
    return "\n".join(lines)
