"""SERVICE in queries to the server: refused, or executed within the limits of the settings."""

from __future__ import annotations

import json
import re
import select
import socket
import threading
from pathlib import Path

import pyoxigraph as ox
import pytest

from ipgraph.errors import UsageError
from ipgraph.knowledge_graph import KnowledgeGraph
from ipgraph.server.service import federation_settings
from ipgraph.settings import Settings
from ipgraph.store.local import LocalStore, merge
from support.endpoint import JSON
from support.waiting import CHECK_INTERVAL_S, wait_for_event


def text(address: str, body: str = "{ ?s ?p ?x }", silent: str = "") -> str:
    return f"SELECT ?x {{ SERVICE {silent} <{address}> {body} }}"


@pytest.fixture(scope="module")
def federating(serve_session, listening):
    """A server that is allowed to query the endpoint, which is on this machine."""
    engine = ox.Store()
    name = ox.NamedNode("http://example.org/name")
    carol = ox.NamedNode("http://example.org/carol")
    engine.add(ox.Quad(carol, name, ox.Literal("Carol"), ox.NamedNode("http://example.org/g")))
    merge(engine)
    kg = KnowledgeGraph(Settings(), external=LocalStore(engine))
    allowed = f"127.0.0.1:{listening.port} 127.0.0.1:9"
    with serve_session(kg, allowed_services=allowed, allow_private_services=True) as running:
        yield running


def test_service_is_refused_by_default_without_any_connection(serve, small, endpoint):
    with serve(small, allow_private_services=True) as running:
        for silent in ("", "SILENT"):
            reply = running.query(text(endpoint.address + "/sparql", silent=silent))
            assert (reply.status, reply.json()["type"]) == (403, "refused")
            assert "allowed_services" in reply.json()["detail"]
            assert (reply.json()["line"], reply.json()["column"]) == (1, 13)
    assert endpoint.connections == 0


def test_an_allowed_endpoint_on_this_machine_is_refused_without_private_services(
    serve, small, endpoint
):
    with serve(small, allowed_services=f"127.0.0.1:{endpoint.port}") as running:
        reply = running.query(text(endpoint.address + "/sparql"))
    assert reply.status == 403
    assert "allow_private_services" in reply.json()["hint"]
    assert endpoint.connections == 0


def test_solutions_of_an_allowed_endpoint_are_joined_with_the_graph(federating, endpoint):
    rows = [{"who": {"type": "literal", "value": "Carol"}, "n": {"type": "bnode", "value": "b"}}]
    body = json.dumps({"head": {"vars": ["who", "n"]}, "results": {"bindings": rows}})
    endpoint.answers["/q"] = (200, {"Content-Type": JSON}, body.encode())
    query = f"""PREFIX e: <http://example.org/>
    SELECT ?s ?who ?n {{ ?s e:name ?who . SERVICE <{endpoint.address}/q> {{ ?n e:is ?who }} }}"""
    (row,) = federating.query(query).json()["results"]["bindings"]
    assert row["s"]["value"] == "http://example.org/carol"
    assert row["n"]["type"] == "bnode"
    assert endpoint.queries[0].endswith("\nSELECT * WHERE { ?n e:is ?who }")
    assert "PREFIX e: <http://example.org/>" in endpoint.queries[0]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_of_a_federated_query_shows_its_rows(federating, endpoint, method):
    query = text(endpoint.address + "/sparql")
    if method == "GET":
        reply = federating.query(query, accept="text/html")
    else:
        reply = federating.ask("/sparql", "POST", query, Accept="text/html",
                               Content_Type="application/sparql-query")  # fmt: skip
    assert (reply.status, reply.type) == (200, "text/html")
    assert b"here" in reply.body


def test_a_federated_result_is_never_cached(federating, endpoint):
    for _ in range(2):
        reply = federating.query(text(endpoint.address + "/sparql"))
        assert reply.json()["results"]["bindings"][0]["x"]["value"] == "here"
        assert "ETag" not in reply.headers
    assert len(endpoint.queries) == 2


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:1/", "http://localhost/", "http://169.254.169.254/latest/", "file:///etc/passwd",
     "http://10.0.0.1/", "https://[::1]/", "ftp://127.0.0.1/", "urn:x"],
)  # fmt: skip
def test_an_endpoint_that_is_not_allowed_is_refused_anywhere_in_the_query(
    federating, endpoint, address
):
    allowed = endpoint.address + "/sparql"
    for body in (f"{{ SERVICE <{address}> {{ ?s ?p ?x }} }}", "{ ?s ?p ?x }"):
        query = text(allowed if "SERVICE" in body else address, body)
        assert federating.query(query).status == 403
    assert endpoint.connections == 0


def test_a_redirect_to_another_address_is_refused(federating, endpoint):
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0)
        to = f"http://127.0.0.1:{other.getsockname()[1]}/"
        endpoint.answers["/sparql"] = (307, {"Location": to}, b"")
        reply = federating.query(text(endpoint.address + "/sparql", silent="SILENT"))
        assert (reply.status, "not an allowed endpoint" in reply.json()["detail"]) == (403, True)
        with pytest.raises(BlockingIOError):
            other.accept()


def test_a_failing_endpoint_is_named_and_silent_hides_the_failure(federating, endpoint):
    endpoint.answers["/sparql"] = (500, {}, b"broken")
    reply = federating.query(text(endpoint.address + "/sparql"))
    assert (reply.status, reply.json()["type"]) == (503, "store-unavailable")
    assert "status 500: broken" in reply.json()["detail"]
    for address in (endpoint.address + "/sparql", "http://127.0.0.1:9/"):
        hidden = federating.query(text(address, silent="SILENT"))
        assert hidden.json()["results"]["bindings"] == [{}]


def test_an_invalid_response_is_an_error_of_the_endpoint(federating, endpoint):
    endpoint.answers["/sparql"] = (200, {"Content-Type": JSON}, b"{} #")
    reply = federating.query(text(endpoint.address + "/sparql"))
    assert (reply.status, "did not respond with SPARQL results" in reply.json()["detail"]) == (
        503,
        True,
    )
    assert federating.query("ASK {}").json()["boolean"] is True


def test_a_syntax_error_after_service_keeps_its_position(federating, endpoint):
    query = f"SELECT ?x {{\n SERVICE <{endpoint.address}/sparql> {{\n ?s ?p ?x }}\n ?broken }}"
    problem = federating.query(query).json()
    assert (problem["status"], problem["line"]) == (400, 4)


def test_an_unresponsive_endpoint_blocks_only_its_own_query(serve, small, endpoint):
    allowed = f"127.0.0.1:{endpoint.port}"
    with serve(
        small, allowed_services=allowed, allow_private_services=True,
        query_time_limit_s=2.0, workers=2,
    ) as running:  # fmt: skip
        replies = []
        client = threading.Thread(
            target=lambda: replies.append(running.query(text(endpoint.address + "/hold")))
        )
        client.start()
        wait_for_event(endpoint.came, client)
        for _ in range(5):
            assert running.query("ASK {}").json()["boolean"] is True
        client.join()
        (reply,) = replies
        assert reply.status == 503
        assert "did not respond" in reply.json()["detail"]
        endpoint.left.wait()


def test_a_request_to_an_endpoint_ends_when_the_client_disconnects(federating, endpoint):
    connection = socket.create_connection(("127.0.0.1", federating.port))
    query = text(endpoint.address + "/hold")
    head = "POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
    connection.sendall(f"{head}Content-Length: {len(query)}\r\n\r\n{query}".encode())
    while not endpoint.came.wait(CHECK_INTERVAL_S):
        assert not select.select([connection], [], [], 0)[0], "answered without asking the endpoint"
    connection.close()
    endpoint.left.wait()


def test_no_worker_can_open_a_connection_itself(federating, endpoint):
    assert federating.query(text(endpoint.address + "/sparql")).status == 200
    zygote = federating.app.service.pool.process_ids["zygote"]
    workers = children(zygote)
    assert workers
    for pid in workers:
        limits = Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
        (line,) = re.findall("^Max open files .*$", limits, re.MULTILINE)
        assert line.split()[3:5] == ["0", "0"]


def test_the_service_description_says_whether_the_server_federates(federating, running):
    feature = b"BasicFederatedQuery"
    assert feature in federating.ask("/sparql", Accept="text/turtle").body
    assert feature not in running.ask("/sparql", Accept="text/turtle").body


def test_load_is_rejected_as_an_update(federating, endpoint):
    update = f"LOAD <{endpoint.address}/sparql>"
    assert federating.ask("/sparql", "POST", update,
                          Content_Type="application/sparql-update").status == 403  # fmt: skip
    assert federating.query(update).status == 400
    unknown = federating.query(f"ASK FROM <{endpoint.address}/sparql> {{ ?s ?p ?o }}")
    assert (unknown.status, unknown.json()["boolean"]) == (200, False)  # an empty graph
    assert endpoint.connections == 0


def test_an_invalid_setting_prevents_the_server_from_starting(serve, small):
    with pytest.raises(UsageError, match="allowed_services"), serve(small, allowed_services="*"):
        pass


def test_the_terms_match_the_settings():
    limits = federation_settings(Settings(allowed_services="h", service_result_limit_mib=2))
    assert (limits.allowed, limits.allow_private, limits.max_bytes) == ("h", False, 2 << 20)


def children(parent: int) -> list[int]:
    """Return the ids of the child processes of a process."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_the_name = stat.read_text("ascii", "replace").rpartition(")")[2]
        except OSError:
            continue  # the process has ended
        if int(after_the_name.split()[1]) == parent:
            found.append(int(stat.parent.name))
    return found
