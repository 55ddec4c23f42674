"""Strong ETags identify exact bytes, across restarts, workers and builds."""

from __future__ import annotations

import http.client
from urllib.parse import urlencode

import pytest

LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
ABOVE = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
# None of them has a total order; each one exercises another part of the engine.
QUERIES = (
    "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 700",
    "SELECT ?g ?s { GRAPH ?g { ?s a ?c } }",
    f"SELECT ?s ?l {{ ?s a ?c . ?s {LABEL} ?l }} LIMIT 2000",
    "SELECT ?c (COUNT(*) AS ?n) (SAMPLE(?s) AS ?sample) { ?s a ?c } GROUP BY ?c",
    "SELECT DISTINCT ?p { ?s ?p ?o }",
    f"SELECT ?s ?o {{ ?s {ABOVE}+ ?o }}",
    f"SELECT ?s {{ ?s a ?c MINUS {{ ?s {LABEL} ?l }} }}",
    "SELECT DISTINCT ?x { { ?x a ?c } UNION { ?y ?x ?z } } LIMIT 2000",
    "SELECT ?s ?p ?o { ?s ?p ?o FILTER(isBlank(?s)) }",
    "SELECT (GROUP_CONCAT(STR(?s)) AS ?all) { ?s a ?c FILTER(!isBlank(?s)) }",
    "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?p LIMIT 1000",
    "CONSTRUCT { ?c <urn:n> ?n } WHERE { SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c }",
    f"CONSTRUCT WHERE {{ ?s {ABOVE} ?o }}",
    "DESCRIBE <https://w3id.org/ipgraph/id/ip>",
)
PAGES_AND_DATA = (
    *("/", "/page/ip", "/ontology", "/browse", "/graph", "/timeline", "/sources", "/search?q=dam"),
    *("/data/ip.ttl", "/data/ip.jsonld", "/data/ip.trig", "/data/ip.rdf", "/ontology.ttl"),
    *("/disagreements", "/questions/units-of", "/suggest?q=in", "/why?s=PSCD&p=partOf&o=DHS"),
    *("/void.ttl", "/data.json", "/sitemap.xml"),
)
PATHS = (
    *("/sparql?" + urlencode({"query": query}) for query in QUERIES),
    *("/sparql?" + urlencode({"query": query, "infer": "false"}) for query in QUERIES),
    *PAGES_AND_DATA,
)
# Their results contain new blank nodes every time, so they have no ETag.
VOLATILE = (
    "CONSTRUCT { [] <urn:n> ?n } WHERE { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } }",
    "SELECT (BNODE() AS ?b) {}",
)


def responses(start_process, cache, seed):
    """Start a server without a cache; return the ETags and bodies of every path."""
    found = {}
    flags = ("--response-cache-mib", "0", "--public-url", "http://graph.example")
    with start_process(None, cache, *flags, PYTHONHASHSEED=seed) as service:
        for path in PATHS:
            for _ in range(3):  # by different workers, in any order
                connection = http.client.HTTPConnection("127.0.0.1", service.port)
                accept = "*/*" if path.startswith("/sparql") else "text/html,*/*;q=0.1"
                connection.request("GET", path, headers={"Accept": accept})
                reply = connection.getresponse()
                body = reply.read()
                connection.close()
                assert reply.status == 200, path
                found.setdefault(path, set()).add((reply.headers["ETag"], body))
    return found


@pytest.fixture(scope="module")
def runs(project, start_process, session_cache, tmp_path_factory):
    """Responses of two runs over one snapshot, and of one over another build of its files."""
    assert project.built
    other = tmp_path_factory.mktemp("other")
    caches = (session_cache, session_cache, other)
    return [responses(start_process, cache, str(seed)) for seed, cache in enumerate(caches, 1)]


@pytest.mark.slow_without_fast_path
def test_restarts_and_workers_do_not_change_bytes_or_etags(runs):
    for path in PATHS:
        (first,), (second,) = runs[0][path], runs[1][path]
        assert first == second, path
        assert first[0].startswith('"'), path


@pytest.mark.slow_without_fast_path
def test_another_build_has_another_etag_wherever_its_bytes_differ(runs):
    differing = [path for path in PATHS if runs[0][path] != runs[2][path]]
    assert differing  # blank node labels alone make sure of it
    for path in PATHS:
        bodies = {}
        for run in runs:
            for tag, body in run[path]:
                assert bodies.setdefault(tag, body) == body, path


@pytest.mark.parametrize("text", VOLATILE)
def test_a_volatile_result_has_no_etag(running, text):
    replies = [running.query(text) for _ in range(2)]
    assert [reply.status for reply in replies] == [200, 200]
    assert [reply.headers["ETag"] for reply in replies] == [None, None]


def test_a_cached_page_contains_the_requested_host(running):
    tags = set()
    for host in (f"localhost:{running.port}", f"127.0.0.1:{running.port}") * 2:
        reply = running.ask("/sectors", Accept="text/html", Host=host)
        assert f"http://{host}/sectors".encode() in reply.body
        tags.add(reply.headers["ETag"])
    assert len(tags) == 2
