"""Graphs with large closures: within bounded memory, or stopped with a message."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ipgraph import reasoning
from ipgraph.errors import NotEntailed
from ipgraph.namespaces import OWL, RDF
from ipgraph.reasoning.closure.reasoner import Reasoner
from ipgraph.settings import InferenceLimits
from support.hard_graphs import GRAPHS
from support.ontologies import ROOT, closed, explainer_of, graph_of

if TYPE_CHECKING:
    from ipgraph.reasoning import Closure

SAME_AS = f"<{OWL}sameAs>"
# Closes a graph with a limit on the address space in addition to what the imports take.
_CHILD = """
import json, resource, sys
from ipgraph.reasoning.closure.reasoner import Reasoner
from support.hard_graphs import GRAPHS

name, count, mib = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
lines = GRAPHS[name](count).encode()
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (mib << 20), used + (mib << 20)))
reasoner = Reasoner()
reasoner.add(lines)
closure = reasoner.close()
print(json.dumps([closure.count, str(closure.incomplete or ""), list(closure.stars)]))
"""


def close(lines: str, **limits: float) -> Closure:
    reasoner = Reasoner(limits=InferenceLimits(**limits))
    reasoner.add(lines.encode())
    return reasoner.close()


def close_within(mib: int, name: str, count: int) -> tuple[int, str, list[int]]:
    """Close a hard graph in a child process with `mib` of memory."""
    if sys.platform != "linux":
        pytest.skip("needs /proc and a limit on the address space")
    run = subprocess.run(
        [sys.executable, "-c", _CHILD, name, str(count), str(mib)],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": "", "OPENBLAS_NUM_THREADS": "1"},
    )
    assert run.returncode == 0, run.stderr[-500:]
    result: tuple[int, str, list[int]] = json.loads(run.stdout)
    return result


def indirect_ancestors(count: int) -> int:
    """Return how many ancestors the nodes of a tree have in addition to their parents."""
    depths = [0]
    for node in range(1, count):
        depths.append(depths[(node - 1) // 3] + 1)
    return sum(depths) - (count - 1)


@pytest.mark.parametrize(
    ("name", "count", "inferred"),
    [
        ("chain", 600, 600 * 599 // 2),
        ("cycle", 400, 400 * 399),
        ("tree_up", 5000, indirect_ancestors(5000)),
        ("tree_down", 5000, indirect_ancestors(5000)),
        ("functional", 2000, 2000 * 99),
        ("classes", 300, 300 * 299 // 2 + 300),
        ("equivalent", 200, 2 * 201 * 200),
        ("members", 500, 500),
    ],
)
def test_a_closure_is_complete_and_takes_little_memory(
    name: str, count: int, inferred: int
) -> None:
    assert close_within(128, name, count) == [inferred, "", []]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "count", "inferred"),
    [
        ("chain", 3000, 3000 * 2999 // 2),
        ("cycle", 2000, 2000 * 1999),
        ("tree_up", 100_000, indirect_ancestors(100_000)),
        ("tree_down", 100_000, indirect_ancestors(100_000)),
        ("functional", 20_000, 20_000 * 99),
        ("classes", 1500, 1500 * 1499 // 2 + 1500),
        ("members", 20_000, 20_000),
    ],
)
def test_a_large_closure_is_complete_within_512_mib(name: str, count: int, inferred: int) -> None:
    assert close_within(512, name, count) == [inferred, "", []]


@pytest.mark.parametrize("count", [500, pytest.param(2000, marks=pytest.mark.slow)])
def test_a_class_of_many_equals_is_closed_and_stored_as_a_star(count: int) -> None:
    stored, incomplete, stars = close_within(512, "equals", count)
    assert (incomplete, stars) == ("", [count])
    assert stored == 2 * (count - 1) - 1  # a link to the center and back, of which one is stated


@pytest.mark.parametrize(
    ("name", "step"), [("chain", "prp-trp for <urn:p>"), ("equals", "eq-trans for owl:sameAs")]
)
def test_a_closure_beyond_the_limit_stops_and_says_what_is_missing(name: str, step: str) -> None:
    graph = GRAPHS[name](300) + f"<urn:C> <{RDF}type> <{OWL}Class> .\n<urn:x> <urn:q> <urn:y> .\n"
    closure = close(graph, statements=10_000)
    assert closure.count < 10_000
    assert str(closure.incomplete) == (
        f"Inference stopped after {closure.count:,} statements (limit: 10,000 statements); "
        f"the graph is open without what would follow from {step}."
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "count", "step"),
    [
        ("chain", 100_000, "prp-trp for <urn:p>"),
        ("equals", 20_000, "eq-trans for owl:sameAs"),
    ],
)
def test_a_closure_far_beyond_the_default_limit_stops(name: str, count: int, step: str) -> None:
    _, incomplete, _ = close_within(512, name, count)
    assert "limit: 5,000,000 statements" in incomplete
    assert incomplete.endswith(f"what would follow from {step}.")


def test_a_step_that_is_too_large_does_not_stop_the_others() -> None:
    graph = GRAPHS["chain"](300) + "".join(
        (
            f"<urn:p> <{OWL}inverseOf> <urn:q> .\n",
            f"<urn:s> <{RDF}type> <{OWL}SymmetricProperty> .\n<urn:a> <urn:s> <urn:b> .\n",
        )
    )
    closure = close(graph, statements=10_000)
    found = {str(triple) for triple in closure.triples}
    assert {"<urn:n1> <urn:q> <urn:n0>", "<urn:b> <urn:s> <urn:a>"} <= found
    assert "<urn:n0> <urn:p> <urn:n299>" not in found
    assert "prp-trp" in str(closure.incomplete)


def test_what_was_inferred_before_a_stop_is_sound() -> None:
    graph = GRAPHS["functional"](600) + GRAPHS["chain"](60)
    whole = {str(triple) for triple in close(graph).triples}
    for statements in (1, 50, 500, 5000, 20_000, 50_000):
        closure = close(graph, statements=statements)
        assert closure.incomplete
        found = {str(triple) for triple in closure.triples}
        assert found <= whole
        assert len(found) <= statements + (1 << 20)


def test_a_limit_of_time_or_memory_stops_the_closure() -> None:
    for limits in ({"cpu_s": 1e-9}, {"memory_mib": -1}):
        closure = close(GRAPHS["functional"](3000), **limits)
        assert closure.count == 0
        assert "the rules that had not finished" in str(closure.incomplete)


def test_additions_to_an_incomplete_closure_leave_it_incomplete() -> None:
    reasoner = Reasoner(limits=InferenceLimits(statements=1000))
    reasoner.add(GRAPHS["chain"](300).encode())
    assert reasoner.close().incomplete
    reasoner.add(b"<urn:a> <urn:p> <urn:b> .\n")
    assert reasoner.close().incomplete


def test_an_incomplete_closure_is_named_when_a_statement_has_no_proof() -> None:
    engine = closed(graph_of(":a :p :b ."))
    goal = ("<http://example.org/b>", "<http://example.org/p>", "<http://example.org/a>")
    with pytest.raises(NotEntailed, match=r"nor inferred\. Inference stopped after 7"):
        explainer_of(engine).explain(*goal, incomplete="Inference stopped after 7 statements.")


def test_members_of_a_star_are_the_same_and_share_their_statements() -> None:
    count = 120
    names = [f":n{number}" for number in range(count)]
    engine = graph_of(
        "".join(f"{name} owl:sameAs :n0 . " for name in names[1:]) + ":n7 :likes :tea ."
    )
    closure = reasoning.infer(engine)
    assert closure.stars == (count,)
    links = {str(triple) for triple in closure.triples if SAME_AS in str(triple)}
    assert len(links) == 2 * (count - 1) - 1
    closure.store(engine, ox.NamedNode("https://ip.example/inferred"))
    explainer = explainer_of(closed(engine))
    likes = "<http://example.org/likes>"
    for predicate, object_ in ((SAME_AS, "n9"), (likes, "tea")):
        proof = explainer.explain(
            "<http://example.org/n5>", predicate, f"<http://example.org/{object_}>"
        )
        assert {step.rule for step in proof.steps if step.rule} <= {
            "eq-sym",
            "eq-trans",
            "eq-rep-s",
        }


def test_the_center_of_a_star_is_an_iri() -> None:
    lines = "".join(f'_:b{number} {SAME_AS} "{number}" .\n' for number in range(110))
    lines += "".join(f"_:b{number} {SAME_AS} _:b{number + 1} .\n" for number in range(109))
    closure = close(lines + f"<urn:last> {SAME_AS} _:b0 .\n")
    assert closure.stars == (221,)
    found = list(closure.triples)
    assert found
    center = ox.NamedNode("urn:last")
    assert all(center in (triple.subject, triple.object) for triple in found)
    assert sum(isinstance(triple.object, ox.Literal) for triple in found) == 110
