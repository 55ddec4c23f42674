"""Log records of requests and failures, as an embedding application receives them."""

from __future__ import annotations

import json
import logging
import socket

import pytest

from ipgraph.server import create_app
from ipgraph.server.http import access_log
from ipgraph.server.http.access_log import AccessLog, FinishedRequest

QUERY = "SELECT * { ?s ?p ?o }"


@pytest.fixture
def client(small):
    app = create_app(small)
    yield app.test_client()
    app.close()


def test_an_embedding_application_receives_a_record_for_each_request(client, caplog):
    with caplog.at_level(logging.INFO):
        response = client.get("/sparql", query_string={"query": QUERY, "format": "csv"})
        client.get("/page/nothing", headers={"Accept": "text/html"})
    records = [record for record in caplog.records if record.name == "ipgraph.access"]
    assert [record.getMessage() for record in records] == [
        "GET /sparql 200",
        "GET /page/nothing 404",
    ]
    query, page = records
    assert query.levelno == logging.INFO
    assert query.id == response.headers["X-Request-Id"]
    assert (query.client, query.route, query.outcome) == ("127.0.0.1", "/sparql", "answered")
    assert query.bytes == len(response.data)
    assert query.query == QUERY
    assert 0 < query.ms < 60_000
    assert (page.status, page.outcome) == (404, "not-found")


def test_requests_are_not_logged_at_warning_level(client, caplog):
    with caplog.at_level(logging.WARNING):
        client.get("/health")
    assert "ipgraph.access" not in {record.name for record in caplog.records}


def test_creating_and_using_an_application_adds_no_handler_and_sets_no_level(client):
    names = ("", "ipgraph", "ipgraph.access", "ipgraph.error")

    def state():
        loggers = [logging.getLogger(name) for name in names]
        return [([*logger.handlers], logger.level, logger.propagate) for logger in loggers]

    before = state()
    client.get("/health")
    assert state() == before
    assert all(not handlers for handlers, _, _ in before[1:])


def test_a_failure_is_an_error_record_with_its_traceback(client, small, monkeypatch, caplog):
    def fail(*arguments, **extra):
        raise RuntimeError("inner detail")

    monkeypatch.setattr("ipgraph.server.api.operations.write_json", fail)
    response = client.get("/health")
    assert response.status_code == 500
    (record,) = (record for record in caplog.records if record.levelno >= logging.ERROR)
    assert record.name == "ipgraph.error"
    assert record.getMessage() == "GET /health failed"
    assert record.exc_info[0] is RuntimeError
    assert record.exc_info[2] is not None
    assert record.id == response.headers["X-Request-Id"]


def test_long_texts_are_truncated(caplog):
    finished = FinishedRequest(
        *("a1", "127.0.0.1", "GET", "/" + "x" * 999, "", 200, 7, 0.123, "answered"),
        {"query": "x" * 999, "cache": "hit"},
    )
    with caplog.at_level(logging.INFO, "ipgraph.access"):
        AccessLog(10).write(finished)
        AccessLog(10).write_failure("a2", "GET", "/" + "x" * 999, "x" * 999, None)
    access, failure = caplog.records
    assert (len(access.path), access.query, access.cache) == (200, "x" * 10, "hit")
    assert (len(failure.path), failure.query) == (200, "x" * 10)


def test_the_log_file_has_a_json_line_per_request_with_a_truncated_query(serve, small, tmp_path):
    path = tmp_path / "access.log"
    with serve(small, access_log=str(path), logged_query_chars=10) as running:
        reply = running.query("SELECT * { ?s ?p ?o }")
    (line,) = path.read_text().splitlines()
    found = json.loads(line)
    assert found["id"] == reply.headers["X-Request-Id"]
    assert (found["status"], found["path"], found["query"]) == (200, "/sparql", "SELECT * {")


def test_a_rotated_log_file_is_replaced_without_a_signal(serve, small, tmp_path):
    path = tmp_path / "access.log"
    with serve(small, access_log=str(path)) as running:
        for _ in range(4):
            running.query("ASK {}")
        path.rename(tmp_path / "access.log.1")
        for _ in range(2):
            running.query("ASK {}")
    old = [json.loads(line) for line in (tmp_path / "access.log.1").read_text().splitlines()]
    new = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["outcome"] for line in old] == ["answered", "cached", "cached", "cached"]
    assert [line["outcome"] for line in new] == ["cached", "cached"]
    assert len({line["id"] for line in (*old, *new)}) == 6


def test_no_record_is_created_without_a_handler(monkeypatch):
    monkeypatch.setattr(
        access_log._ACCESS, "handle", lambda *arguments, **extra: pytest.fail("created")
    )
    finished = FinishedRequest("a1", "", "GET", "/", "/", 200, 7, 0.1, "answered", {})
    assert not AccessLog(10).is_on
    AccessLog(10).write(finished)


@pytest.mark.parametrize(
    ("sent", "method", "path", "status", "outcome"),
    [
        (b"GET /health HTTP/1.1\r\n\r\n", "-", "-", 400, "bad-request"),
        (b"\x16\x03\x01 not HTTP \x1b[31m\r\n\r\n", "-", "-", 400, "bad-request"),
        (
            b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n",
            "POST",
            "/sparql",
            413,
            "request-entity-too-large",
        ),
    ],
)
def test_a_request_that_the_transport_refuses_is_logged_and_counted(
    serve, small, tmp_path, sent, method, path, status, outcome
):
    log = tmp_path / "access.log"
    with serve(small, access_log=str(log)) as running:
        with socket.create_connection(("127.0.0.1", running.port)) as connection:
            connection.sendall(sent)
            while connection.recv(4096):
                pass
        running.wait_until(log.read_text)
        (line,) = map(json.loads, log.read_text().splitlines())
        metrics = running.ask("/metrics").body.decode()
    assert (line["method"], line["path"], line["status"]) == (method, path, status)
    assert (line["client"], line["outcome"]) == ("127.0.0.1", outcome)
    assert f'ipgraph_requests_total{{status="{status}"}} 1.0' in metrics
