"""Random hierarchies: dropping redundant axioms loses no member."""

from __future__ import annotations

import random

import pytest

from ipgraph.namespaces import OWL, RDF, RDFS
from ipgraph.reasoning.closure.compilation import redundancy
from ipgraph.reasoning.closure.reasoner import Reasoner

TYPE = f"<{RDF}type>"
Pairs = set[tuple[int, int]]


def above(start: int, pairs: Pairs) -> set[int]:
    """Return a term and everything above it in a hierarchy."""
    left, seen = [start], set()
    while left:
        term = left.pop()
        if term not in seen:
            seen.add(term)
            left += [higher for lower, higher in pairs if lower == term]
    return seen


def random_pairs(draw: random.Random, size: int, count: int) -> Pairs:
    return {(draw.randrange(size), draw.randrange(size)) for _ in range(count)}


def lines(subjects: str, property_: str, objects: str, pairs: Pairs) -> str:
    return "".join(
        f"<urn:{subjects}{first}> <{property_}> <urn:{objects}{second}> .\n"
        for first, second in sorted(pairs)
    )


@pytest.mark.parametrize("many_edges", [1, 2, 32])
@pytest.mark.parametrize("max_direct", [1, 64])
def test_members_are_those_that_a_search_finds(
    monkeypatch: pytest.MonkeyPatch, many_edges: int, max_direct: int
) -> None:
    monkeypatch.setattr(redundancy, "_MANY_EDGES", many_edges)
    monkeypatch.setattr(redundancy, "_MAX_DIRECT", max_direct)
    draw = random.Random(many_edges + max_direct)  # noqa: S311
    for _ in range(80):
        size = draw.randint(2, 9)
        classes = random_pairs(draw, size, draw.randint(1, 16))
        if draw.random() < 0.3:  # a hierarchy that is stated completely
            classes = {(low, high) for low in range(size) for high in above(low, classes)}
        properties = random_pairs(draw, 4, draw.randint(0, 6))
        domains, ranges = (
            {(draw.randrange(4), draw.randrange(size)) for _ in range(draw.randint(0, 5))}
            for _ in range(2)
        )
        same = random_pairs(draw, size, draw.choice((0, 0, 1, 2)))
        equal = classes | same | {(second, first) for first, second in same}
        reasoner = Reasoner()
        reasoner.add(
            "".join(
                (
                    lines("C", RDFS + "subClassOf", "C", classes),
                    lines("p", RDFS + "subPropertyOf", "p", properties),
                    lines("p", RDFS + "domain", "C", domains),
                    lines("p", RDFS + "range", "C", ranges),
                    lines("C", OWL + "sameAs", "C", same),
                    f"<urn:x> {TYPE} <urn:C0> .\n<urn:y> <urn:p0> <urn:z> .\n",
                )
            ).encode()
        )
        triples = {str(triple) for triple in reasoner.close().triples}
        over = above(0, properties)
        expected = {("x", class_) for class_ in above(0, equal) - {0}}
        for name, axioms in (("y", domains), ("z", ranges)):
            for property_, class_ in axioms:
                if property_ in over:
                    expected |= {(name, higher) for higher in above(class_, equal)}
        found = {
            (subject, class_)
            for subject in "xyz"
            for class_ in range(size)
            if f"<urn:{subject}> {TYPE} <urn:C{class_}>" in triples
        }
        assert found == expected
