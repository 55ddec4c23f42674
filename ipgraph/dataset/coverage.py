"""The coverage of the project's graph in numbers: documents, statements, nodes, disagreements.

The numbers that `ipgraph info` prints and README quotes; a test holds the two together.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.dataset import questions
from ipgraph.namespaces import EDITORS_GRAPH, IP, ORG

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ipgraph.store import Store

# The nodes that carry time and numbers, as README names them, and their classes.
NODES = {
    "placements": IP + "Placement",
    "assignments": IP + "Assignment",
    "memberships": ORG + "Membership",
    "changes": ORG + "ChangeEvent",
    "figures": IP + "Figure",
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts by name, in reading order.

    `documents` and `statements` are by rank of the document, with our own statements as
    ``editors``; `nodes` by kind of node; `disagreements` by the kind of fact.
    """

    documents: Mapping[str, int]
    statements: Mapping[str, int]
    nodes: Mapping[str, int]
    disagreements: Mapping[str, int]


def count_coverage(store: Store, counts: Mapping[str, Mapping[str, int]]) -> Coverage | None:
    """Count the coverage of a graph; None if it is not the graph of this project.

    `counts` come from the manifest of the snapshot: triples by graph, entities by class.
    """
    authority = ox.NamedNode(IP + "authority")
    ranks = {
        quad.subject.value: quad.object.value.rsplit("/", 1)[-1].lower()
        for quad in store.quads(None, authority, None, ox.DefaultGraph())
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)
    }
    if EDITORS_GRAPH not in ranks:
        return None
    ranks[EDITORS_GRAPH] = "editors"
    statements: Counter[str] = Counter()
    for graph, number in counts["graphs"].items():
        if graph in ranks:
            statements[ranks[graph]] += number
    documents = Counter(ranks.values())
    differing = questions.by_name("disagreements").ask(store)
    assert isinstance(differing, ox.QuerySolutions)  # noqa: S101  the question is a SELECT
    kinds = Counter(str(getattr(row["kind"], "value", "")) for row in differing)
    return Coverage(
        documents={rank: documents[rank] for rank in _order(documents)},
        statements={rank: statements[rank] for rank in _order(statements)},
        nodes={name: counts["classes"].get(iri, 0) for name, iri in NODES.items()},
        disagreements=dict(sorted(kinds.items())),
    )


def _order(counter: Counter[str]) -> list[str]:
    return sorted(counter, key=lambda rank: (rank == "editors", -counter[rank]))
