"""The summary of a built graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.dataset.coverage import holdings
from ipgraph.namespaces import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        *_evidence(graph),
        "Things by class",
    ]
    lines += [
        f"  {number:>7,}  {name.label}  {shorten(name.iri)}" for name, number in graph.classes()
    ]
    return "\n".join(lines)


def _evidence(graph: KnowledgeGraph) -> list[str]:
    """Say what the project's graph rests on; nothing of other graphs."""
    held = holdings(graph.store, graph.info()["counts"])
    if held is None:
        return []

    def listed(numbers: Mapping[str, int]) -> str:
        return ", ".join(f"{number:,} {name}" for name, number in numbers.items())

    differing = sum(held.disagreements.values())
    return [
        f"Documents  {listed(held.documents)}",
        f"Statements {listed(held.statements)}",
        f"Nodes      {listed(held.nodes)}",
        f"Differing  {differing:,} disagreements: {listed(held.disagreements)}",
    ]
