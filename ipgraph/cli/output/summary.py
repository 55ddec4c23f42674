"""The summary of a graph with a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ipgraph.dataset.coverage import count_coverage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ipgraph.knowledge_graph import KnowledgeGraph


def summary(graph: KnowledgeGraph) -> str:
    """Return the numbers of triples, sources and entities by class, and the snapshot folder."""
    facts = graph.info()
    counts = facts["counts"]
    lines = [
        f"Snapshot   {facts['hash']}",
        *([f"Date       {graph.as_of}"] if graph.as_of else []),
        f"Built      {facts['created']} with the reasoner {facts['reasoner']}",
        f"Version    {facts['content_hash'][:12]}",
        f"Folder     {facts['folder']}",
        f"Cache      {_cache(facts['cache'])}",
        (
            f"Triples    {counts['stated']:,} stated, {counts['inferred']:,} inferred, "
            f"{counts['periods']:,} of periods"
        ),
        *(f"Inference  {note}" for note in graph.notes),
        *_findings(graph),
        f"Sources    {counts['sources']:,}",
        *_evidence(graph),
        "Entities by class",
    ]
    lines += [
        f"  {number:>7,}  {name.label}  {graph.prefixes.shorten(name.iri)}"
        for name, number in graph.classes()
    ]
    return "\n".join(lines)


def _cache(cache: Mapping[str, Any]) -> str:
    number = cache["snapshots"]
    return (
        f"{cache['bytes'] / (1 << 20):,.0f} of {cache['limit_bytes'] >> 20:,} MiB, "
        f"{number:,} snapshot{'s' * (number != 1)}"
    )


def _findings(graph: KnowledgeGraph) -> list[str]:
    """Return what the build found, a line each."""
    found = graph.findings
    if found is None:
        return []
    lines = [f"Files      {found.files:,}"]
    if found.contradictions:
        lines.append(f"Conflicts  {found.contradiction_warning}")
    if found.broken:
        lines.append(f"Broken     {found.broken_warning}")
        lines += [f"           {error}" for _, error in found.broken]
    if found.repair_count:
        lines.append(f"Repaired   {found.repair_count:,} IRIs or language tags (--lenient)")
    return [*lines, *(f"Read       {note}" for note in found.notes)]


def _evidence(graph: KnowledgeGraph) -> list[str]:
    """Return the coverage of the project's graph; nothing for other graphs."""
    coverage = count_coverage(graph.store, graph.info()["counts"], graph.disagreements())
    if coverage is None:
        return []

    def list_numbers(numbers: Mapping[str, int]) -> str:
        return ", ".join(f"{number:,} {name}" for name, number in numbers.items())

    disagreements = sum(coverage.disagreements.values())
    return [
        f"Documents  {list_numbers(coverage.documents)}",
        f"Statements {list_numbers(coverage.statements)}",
        f"Nodes      {list_numbers(coverage.nodes)}",
        f"Differing  {disagreements:,} disagreements: {list_numbers(coverage.disagreements)}",
    ]
