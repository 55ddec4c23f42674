"""A request is parsed once, negotiated once, and looked up in the cache once."""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote

import pytest

from ipgraph.server import context
from ipgraph.server.api import protocol, sparql
from ipgraph.server.http import negotiation
from ipgraph.server.http.response_cache import ResponseCache

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"
QUERY = "/sparql?query=" + quote("SELECT ?s WHERE { ?s ?p ?o } LIMIT 1 # ")
SERVICE = "/sparql?query=" + quote("SELECT * { SERVICE <http://example.org/> {} } # ")
# Path, which ends in a number that differs for each request; Accept; and the number of
# negotiations: the form of an error is negotiated after the representation of what it replaces.
CASES = {
    "page": ("/browse?n=", BROWSER, 1),
    "list as JSON": ("/search?q=carol", "application/json", 1),
    "missing page": ("/nothing", BROWSER, 1),
    "query of a program": (QUERY, "application/sparql-results+json", 1),
    "query of a browser": (QUERY, BROWSER, 1),
    "query with SERVICE": (SERVICE, "text/csv", 2),
    "stated triples": (QUERY.replace("query=", "infer=false&query="), "text/csv", 1),
    "broken query of a program": ("/sparql?query=SELECT+", "text/csv", 2),
    "broken query of a browser": ("/sparql?query=SELECT+", BROWSER, 1),
    "description of the endpoint": ("/sparql?n=", "text/turtle", 1),
    "query page": ("/sparql?n=", BROWSER, 1),
    "nothing accepted": (QUERY, "image/png", 2),
}


@pytest.fixture
def counted(monkeypatch):
    """How often each step of a request has run."""
    counts: Counter[str] = Counter()

    def count(owner, name, step):
        original = getattr(owner, name)

        def counting(*args, **keywords):
            counts[step] += 1
            return original(*args, **keywords)

        monkeypatch.setattr(owner, name, counting)

    count(context.Request, "__init__", "requests")
    count(ResponseCache, "key_of", "look-ups by identity")
    count(ResponseCache, "get", "look-ups by key")
    count(negotiation, "_choose", "negotiations")
    count(protocol, "read", "reads of the protocol")
    count(sparql, "prepare", "preparations")
    return counts


@pytest.mark.parametrize("case", CASES)
def test_each_step_of_a_request_runs_once(serve, small, counted, case):
    path, accept, negotiations = CASES[case]
    with serve(small) as running:
        running.ask("/sparql?query=" + quote("ASK {}"), Accept="text/csv")  # starts the workers
        # The first time waitress parses the headers, from the second on the loop knows them.
        for number in range(2):
            counted.clear()
            running.ask(f"{path}{number}", Accept=accept)
            assert counted["requests"] == 1
            assert counted["look-ups by identity"] == 1
            assert counted["look-ups by key"] <= 1
            assert counted["reads of the protocol"] == ("/sparql" in path)
            assert counted["preparations"] == ("/sparql" in path)
            assert counted["negotiations"] == negotiations


def test_a_cached_response_needs_no_negotiation(serve, small, counted):
    with serve(small) as running:
        running.ask(QUERY, Accept="text/csv")
        counted.clear()
        running.ask(QUERY, Accept="text/csv")
        assert counted == {"requests": 1, "look-ups by identity": 1, "look-ups by key": 1}


def test_a_thread_sees_the_host_that_a_trusted_proxy_reports(serve, small):
    with serve(small, trusted_proxy="127.0.0.1") as running:
        for _ in range(3):  # from the second time on, the responses are cached
            for host in ("one.example", "two.example"):
                reply = running.ask("/browse", Accept=BROWSER, X_Forwarded_Host=host)
                assert f"http://{host}/".encode() in reply.body


def test_a_forwarded_host_with_an_invalid_port_is_no_server_error(serve, small):
    with serve(small, trusted_proxy="127.0.0.1") as running:
        reply = running.ask("/browse", Accept=BROWSER, X_Forwarded_Host="one.example:port")
    assert reply.status < 500


def test_a_thread_does_not_see_the_headers_of_an_untrusted_proxy(serve, small):
    seen = []
    with serve(small) as running:
        running.app.view_functions = {
            name: lambda **values: seen.append(dict(context.request.headers)) or "text"
            for name in running.app.view_functions
        }
        running.ask("/browse", Accept=BROWSER, X_Forwarded_Host="evil.example", X_Other="kept")
    assert [headers.get("X-Other") for headers in seen] == ["kept"]
    assert "X-Forwarded-Host" not in seen[0]
