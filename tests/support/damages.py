"""Random damages to a snapshot, and what a graph answers that it must not change."""

from __future__ import annotations

import os
import random
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipgraph.checks import check_snapshot
from ipgraph.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ipgraph.knowledge_graph import KnowledgeGraph

KINDS = ("truncate", "flip", "delete")
# Without blank nodes, whose labels differ from build to build.
QUERIES = (
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
    "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
    "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c",
    "SELECT ?s ?l { ?s rdfs:label ?l FILTER(isIRI(?s)) }",
    "SELECT ?s ?o { ?s ?p ?o FILTER(isIRI(?s) && isIRI(?o)) } ORDER BY ?s ?o LIMIT 1000",
    "SELECT DISTINCT ?s { ?s ?p ?o FILTER(isIRI(?s)) }",
    "SELECT DISTINCT ?p { GRAPH ?g { ?s ?p ?o } }",
    "SELECT (MIN(STR(?o)) AS ?least) (MAX(STR(?o)) AS ?most) { ?s ?p ?o FILTER(isLiteral(?o)) }",
    "SELECT (SUM(STRLEN(STR(?o))) AS ?n) { ?s ?p ?o FILTER(isLiteral(?o)) }",
    "SELECT ?c ?d { ?c rdfs:subClassOf+ ?d FILTER(isIRI(?c) && isIRI(?d)) }",
    "SELECT ?s ?l { ?s a ?c OPTIONAL { ?s rdfs:label ?l } FILTER(isIRI(?s)) } LIMIT 100000",
    "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?b ?q ?c }",
    "SELECT (COUNT(*) AS ?n) { { ?s a ?c } UNION { ?s rdfs:label ?l } }",
    "SELECT (COUNT(*) AS ?n) { ?s rdfs:label ?l MINUS { ?s a ?c } }",
    "ASK { ?s ?p ?o . ?o ?q ?s }",
    "CONSTRUCT { ?s rdfs:label ?l } WHERE { ?s rdfs:label ?l FILTER(isIRI(?s)) }",
)


@dataclass(frozen=True, slots=True)
class Damage:
    """One damage to a file. With `keeps_time`, its modification time does not show it."""

    file: str
    kind: str
    place: float  # from 0 to 1: where in the file
    bit: int
    keeps_time: bool

    def apply(self, folder: Path) -> None:
        path = folder / self.file
        stat = path.stat()
        if self.kind == "delete":
            path.unlink()
            return
        content = bytearray(path.read_bytes())
        position = int(self.place * len(content))
        if self.kind == "truncate" or not content:
            content = content[:position] if content else bytearray(b"?")
        else:
            content[position] ^= 1 << self.bit
        path.write_bytes(content)
        if self.keeps_time:
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def random_damages(folder: Path, number: int, seed: int) -> list[Damage]:
    """Return `number` damages to the files of a folder; every file is damaged in turn."""
    source = random.Random(seed)  # noqa: S311  reproducible on purpose
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    source.shuffle(files)
    return [
        Damage(
            files[index % len(files)],
            source.choice(KINDS),
            source.random(),
            source.randrange(8),
            source.random() < 0.5,
        )
        for index in range(number)
    ]


def answers(graph: KnowledgeGraph) -> tuple[object, ...]:
    """Return the results of all queries, with and without inferred statements, and of a search."""
    results: list[object] = []
    for text in QUERIES:
        result = graph.query(text)
        results.append(bool(result) if text.startswith("ASK") else sorted(map(str, result)))
    results.append(sorted(map(str, graph.query(QUERIES[0], infer=False))))
    hits = graph.search("a", limit=1000)
    results.append(sorted(hit.iri for hit in hits.hits))
    return tuple(results)


def outcome(open_graph: Callable[[], KnowledgeGraph], expected: tuple[object, ...]) -> str:
    """Return ``equal`` or ``refused``. Any other outcome raises."""
    try:
        found = answers(open_graph())
    except StoreUnavailable:
        return "refused"
    for number, (value, right) in enumerate(zip(found, expected, strict=True)):
        if value != right:
            raise AssertionError(f"answer {number} is wrong: {str(value)[:200]}")
    return "equal"


def attack(
    damage: Damage,
    pristine: Path,
    open_graph: Callable[[Path], KnowledgeGraph],
    expected: tuple[object, ...],
) -> str:
    """Apply a damage to a copy of a cache; return the outcome of the first opening.

    Raises `AssertionError` for a wrong answer, and if the second opening does not have a whole
    snapshot. What no query has read must be found by `check_snapshot`.
    """
    cache = pristine.with_name(f"{pristine.name}-damaged")
    shutil.copytree(pristine, cache)
    try:
        (folder,) = (cache / "snapshots").iterdir()
        damage.apply(folder)
        first = outcome(lambda: open_graph(cache), expected)
        check_snapshot(folder)
        if outcome(lambda: open_graph(cache), expected) != "equal":
            raise AssertionError("it was not built again")
        (folder,) = (cache / "snapshots").iterdir()
        if not check_snapshot(folder).is_clean:
            raise AssertionError("it is still damaged")
    finally:
        shutil.rmtree(cache)
    return first
