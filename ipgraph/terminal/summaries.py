"""The summary of a built graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.labels import Labels
from ipgraph.namespaces import EDITORS_GRAPH, ONTOLOGY_GRAPH, PREFIXES, shorten

if TYPE_CHECKING:
    from ipgraph.knowledge_graph import KnowledgeGraph

_VOCABULARIES = tuple(PREFIXES[name] for name in ("owl", "rdf", "rdfs"))


def summary(graph: KnowledgeGraph) -> str:
    """Say what a built graph holds: triples, sources, things by class, and where it lies."""
    facts = graph.info()
    counts, labels = facts["counts"], Labels(graph.store)
    own = (ONTOLOGY_GRAPH, EDITORS_GRAPH)
    lines = [
        f"Snapshot   {facts['hash']}",
        f"Built      {facts['created']} with the reasoner {facts['reasoner']}",
        f"Version    {facts['content_hash'][:12]}",
        f"Folder     {facts['folder']}",
        f"Triples    {counts['stated']:,} stated, {counts['inferred']:,} inferred",
        f"Sources    {sum(each not in own for each in counts['graphs']):,}",
        "Things by class",
    ]
    lines += [
        f"  {number:>7,}  {labels.name(iri).label}  {shorten(iri)}"
        for iri, number in counts["classes"].items()
        if not iri.startswith(_VOCABULARIES)
    ]
    return "\n".join(lines)
