"""Pages and data whose cost a client controls: all are bounded and slow no other request."""

from __future__ import annotations

import threading
from urllib.parse import quote

import pyoxigraph as ox
import pytest

from ipgraph.knowledge_graph import KnowledgeGraph
from ipgraph.namespaces import INFERRED_GRAPH, OWL, RDF, RDFS
from ipgraph.settings import Settings
from ipgraph.store.local import LocalStore, merge

pytestmark = pytest.mark.slow_without_fast_path

NEIGHBORS = 100_000
LABELED = 5_000
LINKS = 150
HUB, RELATION, CHAIN = "http://e/hub", "http://e/relation", "http://e/chained"
STATED, INFERRED = ox.NamedNode("http://e/stated"), ox.NamedNode(INFERRED_GRAPH)
HTML = {"Accept": "text/html"}


def quad(subject, predicate, object_, graph=STATED):
    return ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), object_, graph)


def star():
    for number in range(NEIGHBORS):
        spoke = f"http://e/spoke{number}"
        yield quad(spoke, RELATION, ox.NamedNode(HUB))
        if number < LABELED:
            yield quad(spoke, RDFS + "label", ox.Literal(f"spoke {number} of the wheel"))


def chain():
    """Yield a transitive chain and all that it implies; its longest proof has very many forms."""
    yield quad(CHAIN, RDF + "type", ox.NamedNode(OWL + "TransitiveProperty"))
    for first in range(LINKS):
        for last in range(first + 1, LINKS):
            graph = STATED if last == first + 1 else INFERRED
            yield quad(f"http://e/link{first}", CHAIN, ox.NamedNode(f"http://e/link{last}"), graph)


def graph(quads):
    engine = ox.Store()
    engine.bulk_extend(quads)
    merge(engine)
    return KnowledgeGraph(Settings(), external=LocalStore(engine))


@pytest.fixture(scope="module")
def target(serve_session):
    """A server with a hub, and a time limit that suffices on a busy machine too."""
    with serve_session(graph(star()), query_time_limit_s=120.0) as running:
        running.query("ASK {}")  # start the workers
        yield running


@pytest.fixture(scope="module")
def time_limited(serve_session):
    """A server with a chain, and a time limit that its longest proof far exceeds."""
    with serve_session(graph(chain()), query_time_limit_s=1.0) as running:
        running.query("ASK {}")
        yield running


def about(iri):
    return "/describe?uri=" + quote(iri, safe="")


def why(*triple):
    return "/why?" + "&".join(
        f"{n}={quote(t, safe='')}" for n, t in zip("spo", triple, strict=True)
    )


def test_the_page_of_a_hub_is_small(target):
    reply = target.ask(about(HUB), **HTML)
    assert reply.status == 200
    assert len(reply.body) <= 40 << 10
    assert "spoke 1 of the wheel" in reply.body.decode()


@pytest.mark.parametrize("media_type", ["text/turtle", "application/ld+json", "application/trig"])
def test_the_data_of_a_hub_are_streamed_from_a_worker(target, media_type):
    answered = target.app.service.pool.outcomes["answered"]
    reply = target.ask(about(HUB), Accept=media_type)
    assert reply.status == 200
    assert reply.headers["Transfer-Encoding"] == "chunked"
    assert reply.body.count(b"/spoke") + reply.body.count(b":spoke") >= NEIGHBORS
    assert target.app.service.pool.outcomes["answered"] == answered + 1


def test_a_slow_proof_stops_at_the_time_limit_and_delays_no_other_proof(time_limited):
    path = why("http://e/link0", CHAIN, f"http://e/link{LINKS - 1}")
    replies = []
    slow = threading.Thread(target=lambda: replies.append(time_limited.ask(path, Accept="*/*")))
    slow.start()
    quick = time_limited.ask(
        why("http://e/link0", CHAIN, "http://e/link2"), Accept="application/json"
    )
    assert quick.json()["cost"] == 1
    slow.join(30)
    problem = time_limited.ask(path, Accept="application/json")
    assert replies[0].status == 503
    assert (problem.status, problem.json()["limit"]) == (503, "query_time_limit_s")


def test_an_unknown_name_is_searched_for_in_a_worker(target):
    pool = target.app.service.pool
    refused = pool.outcomes["refused"]
    reply = target.ask("/graph?id=" + quote("spoke 7 of the wheal"), Accept="application/json")
    assert (reply.status, reply.json()["status"]) == (404, 404)
    assert "spoke 7 of the wheel" in reply.json()["detail"]
    assert pool.outcomes["refused"] == refused + 1


def test_a_question_resolves_names_and_runs_its_query_in_workers(running):
    pool = running.app.service.pool
    before = pool.outcomes["answered"]
    reply = running.ask("/questions/units-of?organization=NPPD&format=json")
    assert reply.json()
    assert pool.outcomes["answered"] == before + 2
    reply = running.ask("/questions/units-of?organization=nobody+at+all&format=json")
    assert reply.status == 404


@pytest.mark.parametrize(
    "text",
    ["*", "s*", '"', '" OR "', "NEAR(s w)", "%", "_", "a AND", "-", "s " * 99, "(" * 99, "\\"],
)
def test_search_treats_no_character_as_an_operator(target, text):
    for path in ("/search", "/suggest", "/complete?kind=property&"):
        address = path + ("" if "?" in path else "?") + "q=" + quote(text)
        assert target.ask(address, Accept="application/json").status in (200, 302)


@pytest.mark.parametrize("page", ["99999999999999999999", "-1", "0", "x", "1e9"])
def test_an_invalid_page_number_shows_an_empty_page_or_the_first(target, page):
    kind = quote(OWL + "TransitiveProperty", safe="")
    for path in (f"/browse?type={kind}", "/search?q=spoke", about(HUB), "/ontology"):
        assert target.ask(f"{path}&page={page}" if "?" in path else f"{path}?page={page}",
                          **HTML).status == 200  # fmt: skip
