"""The hash of a graph is that of its content: not of its order, not of its blank node labels."""

from __future__ import annotations

import random
import re

import pyoxigraph as ox
import pytest

from ipgraph.snapshots.content_hash import hash_lines

IRI, OTHER = "<http://e/p>", "<http://e/q>"


def relabeled(lines, draw):
    """The same graph with other labels, in another order."""
    labels = {}

    def label(found):
        return labels.setdefault(found[0], f"_:n{draw.getrandbits(64):x}")

    changed = [re.sub(r"_:[a-z0-9]+", label, line) for line in lines]
    draw.shuffle(changed)
    return changed


def hash_of(lines):
    return hash_lines(line.encode() for line in lines)


def canonical(lines):
    """The canonical form of RDFC-1.0."""
    graph = ox.Dataset(ox.parse("".join(lines), format=ox.RdfFormat.N_QUADS))
    graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return tuple(sorted(map(str, graph)))


def random_graph(draw):
    nodes = [f"_:b{number}" for number in range(draw.randint(1, 5))]
    terms = [*nodes, "<http://e/a>", '"_:B0 \\" x"', f"<<( {nodes[0]} {IRI} {nodes[-1]} )>>"]
    return sorted(
        {
            f"{draw.choice([*nodes, '<http://e/s>'])} {draw.choice([IRI, OTHER])} "
            f"{draw.choice(terms)} <http://e/g{draw.randint(1, 2)}> .\n"
            for _ in range(draw.randint(1, 7))
        }
    )


def chain(values):
    """A list of values, as blank nodes that point to the next one."""
    return [
        line
        for number, value in enumerate(values)
        for line in (
            f"_:c{number} {IRI} _:c{number + 1} .\n",
            f'_:c{number} {OTHER} "{value}" .\n',
        )
    ]


def test_graphs_have_the_same_hash_where_their_canonical_forms_are_the_same():
    draw = random.Random(4)  # noqa: S311
    found = {}
    for _ in range(1500):
        lines = random_graph(draw)
        form = canonical(lines)
        assert found.setdefault(form, hash_of(lines)) == hash_of(relabeled(lines, draw))
    assert len(found) > 1000
    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize("size", [1, 2, 5, 400, 4000])
def test_a_list_of_equal_members_has_a_hash(size):
    lines = chain("x" * size)
    draw = random.Random(size)  # noqa: S311
    assert hash_of(lines) == hash_of(relabeled(lines, draw))
    assert hash_of(lines) != hash_of(chain("x" * (size + 1)))


def test_the_place_of_a_member_counts_however_long_the_list_is():
    hashes = {
        hash_of(chain("x" * place + "y" + "x" * (999 - place))) for place in range(0, 1000, 37)
    }
    assert len(hashes) == 28


def test_one_cycle_is_not_two():
    def cycles(*sizes):
        return [
            f"_:c{number}x{place} {IRI} _:c{number}x{(place + 1) % size} .\n"
            for number, size in enumerate(sizes)
            for place in range(size)
        ]

    hashes = {hash_of(cycles(*sizes)) for sizes in ((6,), (3, 3), (4, 2), (1, 5), (500,), (1000,))}
    assert len(hashes) == 6
    marked = [*cycles(300), f'_:c0x7 {OTHER} "x" .\n']
    draw = random.Random(1)  # noqa: S311
    assert hash_of(marked) == hash_of(relabeled(marked, draw))


def test_blank_nodes_are_found_outside_iris_and_literals():
    texts = ['<http://e/_:b1> <http://e/p> "_:b2" .\n', '_:b1 <http://e/_:p> "a \\" _:b1" .\n']
    assert hash_of(texts) == hash_of([texts[0], texts[1].replace("_:b1 ", "_:other ")])
    assert hash_of(texts) != hash_of([texts[0], texts[1].replace('_:b1"', '_:b3"')])
