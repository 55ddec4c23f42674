"""The coverage of a dataset in numbers: documents, statements, nodes, disagreements.

The numbers that `ipgraph info` prints and README quotes; a test holds the two together.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ipgraph.entities.labels import Labels
from ipgraph.entities.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ipgraph.dataset.disagreements import Disagreement
    from ipgraph.store import Store

EDITORS = "editors"  # the rank of the statements of the editors


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


def count_coverage(
    store: Store,
    counts: Mapping[str, Mapping[str, int]],
    disagreements: Iterable[Disagreement] = (),
) -> Coverage | None:
    """Count the coverage of a graph; None if its documents have no ranks.

    `counts` come from the manifest of the snapshot: triples by graph, entities by class.
    """
    labels, model = Labels(store), Model(store)
    ranks = {
        quad.subject.value: labels.name(quad.object.value).label.lower()
        for role in model.role("rank")
        for quad in store.quads(None, ox.NamedNode(role), None, ox.DefaultGraph())
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)
    }
    if not ranks:
        return None
    ranks |= dict.fromkeys(ranks.keys() & {*model.config.graphs.editors}, EDITORS)
    statements: Counter[str] = Counter()
    for graph, number in counts["graphs"].items():
        if graph in ranks:
            statements[ranks[graph]] += number
    documents = Counter(ranks.values())
    kinds: Counter[str] = Counter()
    for fact in disagreements:
        kinds[fact.kind] += fact.pairs
    return Coverage(
        documents={rank: documents[rank] for rank in _order(documents)},
        statements={rank: statements[rank] for rank in _order(statements)},
        nodes={labels.name(iri).label: counts["classes"].get(iri, 0) for iri in model.nodes},
        disagreements=dict(sorted(kinds.items())),
    )


def _order(counter: Counter[str]) -> list[str]:
    return sorted(counter, key=lambda rank: (rank == EDITORS, -counter[rank]))
