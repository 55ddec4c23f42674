from __future__ import annotations

import json
import os
import signal
import socket
import threading
from pathlib import Path

import pyoxigraph as ox
import pytest

from ipgraph.errors import StoreUnavailable
from ipgraph.serialization.formats import by_name
from ipgraph.server import lifecycle as serving_module
from ipgraph.server import service as service_module
from ipgraph.server.service import Service
from ipgraph.sparql.query import Query
from support import hostile_documents
from support.waiting import wait_for_event

COUNT = "/sparql?query=SELECT(COUNT(*)AS%3Fn)%7B%3Fs%20%3Fp%20%3Fo%7D&format=csv"


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_serve_prints_what_it_serves_and_ends_cleanly(
    start_process, rdf_folder, tmp_path, signal_number
):
    served = start_process(rdf_folder, tmp_path / "cache")
    served.wait_for("Ctrl+C")
    assert "3 triples stated" in served.seen
    assert (
        served.address.rstrip("/") + "/browse" in served.seen
    )  # a page that exists for every graph
    assert served.get(COUNT).split() == ["n", "3"]
    children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children")
    workers = children.read_text().split() if children.exists() else []
    assert served.end(signal_number) == 0
    assert "Traceback" not in served.seen
    assert not [worker for worker in workers if os.path.exists(f"/proc/{worker}")]


def test_no_temporary_files_are_left_behind(start_process, tmp_path):
    engine = ox.Store(str(tmp_path / "store"))
    name = ox.NamedNode("http://e/thing")
    engine.add(ox.Quad(name, name, ox.Literal("said"), name))
    engine.flush()
    del engine
    scratch = tmp_path / "temporary"
    scratch.mkdir()
    served = start_process(tmp_path / "store", tmp_path / "cache", TMPDIR=str(scratch))
    assert served.get(COUNT).split() == ["n", "1"]
    served.get("/search?q=thing")
    assert len([*scratch.iterdir()]) == 2  # the store of the workers, and the search index
    assert served.end() == 0
    assert [*scratch.iterdir()] == []


def test_a_port_in_use_is_reported_with_a_hint(small):
    from dataclasses import replace

    with socket.socket() as occupied:
        occupied.bind(("127.0.0.1", 0))
        occupied.listen()
        settings = replace(small.settings, port=occupied.getsockname()[1])
        with pytest.raises(StoreUnavailable, match="in use") as caught:
            serving_module.serve(small, settings)
    assert "--port" in caught.value.hint


def test_sighup_reloads_changed_files_and_keeps_the_old_graph_if_they_are_invalid(
    start_process, rdf_folder, tmp_path
):
    served = start_process(rdf_folder, tmp_path / "cache")
    served.wait_for("Ctrl+C")
    try:
        (rdf_folder / "one.ttl").write_text("<urn:a> <urn:b> <urn:c> .")
        served.process.send_signal(signal.SIGHUP)
        served.wait_for("Reloaded")
        assert served.get(COUNT).split() == ["n", "3"]
        assert "urn:b" in served.get("/sparql?query=SELECT%20*%7B%3Fs%20%3Fp%20%3Fo%7D")
        (rdf_folder / "one.ttl").write_text("this is not Turtle")
        served.process.send_signal(signal.SIGHUP)
        assert "one.ttl" in served.wait_for("Not reloaded")
        assert "urn:b" in served.get("/sparql?query=SELECT%20*%7B%3Fs%20%3Fp%20%3Fo%7D")
    finally:
        served.end()


def test_watch_reloads_when_a_file_changes(start_process, rdf_folder, tmp_path):
    served = start_process(rdf_folder, tmp_path / "cache", "--watch")
    served.wait_for("Ctrl+C")
    try:
        (rdf_folder / "three.ttl").write_text("<urn:a> <urn:b> <urn:c>, <urn:d> .")
        served.wait_for("Reloaded")
        assert served.get(COUNT).split() == ["n", "5"]
    finally:
        served.end()


def test_hostile_files_in_a_watched_folder_are_refused_and_the_old_graph_is_served(
    start_process, rdf_folder, tmp_path
):
    wanted = ("triple terms in Turtle", "objects in JSON-LD", "expanding entities")
    documents = [item for item in hostile_documents.documents() if item.name in wanted]
    assert len(documents) == len(wanted)
    with start_process(rdf_folder, tmp_path / "cache", "--watch") as served:
        served.wait_for("Ctrl+C")
        before = json.loads(served.get("/health"))
        for document in documents:
            file = rdf_folder / f"hostile{document.suffix}"
            file.write_bytes(document.content())
            assert file.name in served.wait_for("Not reloaded: ")
            assert served.get(COUNT).split() == ["n", "3"]
            after = json.loads(served.get("/health"))
            assert (after["status"], after["snapshot"]) == ("ok", before["snapshot"])
            file.unlink()
            served.wait_for("Nothing has changed")


def test_a_reload_that_reaches_a_limit_of_the_build_is_stopped_and_the_old_graph_is_served(
    start_process, rdf_folder, tmp_path
):
    # Large terms: 1,000 IRIs of a megabyte each.
    text = f"@prefix e: <http://e/{'x' * 1_000_000}/> .\n" + "\n".join(
        f"e:{number} e:p e:o ." for number in range(1000)
    )
    flags = ("--build-memory-limit-mib", "600")
    with start_process(rdf_folder, tmp_path / "cache", *flags) as served:
        served.wait_for("Ctrl+C")
        (rdf_folder / "large.ttl").write_text(text, encoding="utf-8")
        served.process.send_signal(signal.SIGHUP)
        line = served.wait_for("Not reloaded: ")
        assert "large.ttl was stopped" in line
        assert "build_memory_limit_mib" in line
        assert served.get(COUNT).split() == ["n", "3"]
        assert json.loads(served.get("/health"))["status"] == "ok"


def test_an_internal_error_of_a_reload_is_logged_and_the_old_graph_is_served(
    serve, small, monkeypatch, caplog
):
    def fail(*arguments):
        raise RuntimeError("odd")

    with serve(small) as running:
        monkeypatch.setattr(service_module, "reopen", fail)
        serving_module.reload_now(running.app)
        assert running.query("ASK {}").status == 200
    assert "Not reloaded: an internal error." in caplog.text


def test_a_reload_drops_no_request_and_later_results_use_the_new_graph(serve, small, rdf_folder):
    with serve(small) as running:
        failures: list[int] = []
        stop = threading.Event()

        def client() -> None:
            while not stop.is_set():
                reply = running.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", format="csv")
                if reply.status != 200:
                    failures.append(reply.status)

        threads = [threading.Thread(target=client) for _ in range(3)]
        for thread in threads:
            thread.start()
        for number in range(3):
            (rdf_folder / "more.ttl").write_text(f"<urn:a> <urn:b> {number}, 77 .")
            assert running.app.service.reload()
            assert running.query(f"ASK {{ ?s ?p {number} }}").json()["boolean"]
        stop.set()
        for thread in threads:
            thread.join()
        assert not failures


def test_a_reload_reaches_workers_that_are_still_starting(small, rdf_folder, monkeypatch):
    service = Service(small, small.settings)
    starting, replaced = threading.Event(), threading.Event()
    original = service_module.Pool

    def slow_pool(*arguments):
        starting.set()
        replaced.wait(1)  # the reload is running, or waits for this pool
        return original(*arguments)

    monkeypatch.setattr(service_module, "Pool", slow_pool)
    first = threading.Thread(target=lambda: service.pool)
    first.start()
    wait_for_event(starting, first)
    (rdf_folder / "more.ttl").write_text("<urn:a> <urn:b> 7 .")
    service.reload()
    replaced.set()
    first.join()
    try:
        result = service.pool.execute(Query("ASK { ?s ?p 7 }"), by_name("json"))
        assert b"true" in (result.body or b"")
    finally:
        service.close()


def test_the_path_prefix_is_part_of_every_address(serve, small):
    with serve(small, path_prefix="/graph") as running:
        for path in ("/graph/sparql?query=ASK%7B%7D", "/sparql?query=ASK%7B%7D"):
            reply = running.ask(path)
            assert reply.status == 200
            assert "</graph/void.ttl>" in reply.headers["Link"]
        assert 'href="/graph/' in running.ask("/graph/", Accept="text/html").body.decode()


def test_the_host_header_is_not_trusted(serve, small):
    with serve(small) as running:
        body = running.ask("/sparql", Host="evil.example", Accept="text/turtle").body.decode()
        assert "evil.example" not in body
        assert f"127.0.0.1:{running.port}/sparql" in body


def test_health_is_503_draining_during_shutdown(serve, small):
    with serve(small) as running:
        assert running.ask("/health").json()["status"] == "ok"
        running.app.service.draining = True
        reply = running.ask("/health")
        assert (reply.status, reply.json()["status"]) == (503, "draining")


def test_requests_and_reloads_are_logged_to_standard_error(start_process, rdf_folder, tmp_path):
    with start_process(rdf_folder, tmp_path / "cache", "--access-log", "-") as served:
        served.get("/health")
        request = json.loads(served.wait_for("ipgraph.access"))
        assert (request["path"], request["status"], request["level"]) == ("/health", 200, "info")
        served.process.send_signal(signal.SIGHUP)
        reload = json.loads(served.wait_for("Nothing has changed"))
        assert reload["logger"] == "ipgraph.server.lifecycle"


def test_a_failed_reload_is_logged_as_an_error_in_text_format(start_process, rdf_folder, tmp_path):
    with start_process(rdf_folder, tmp_path / "cache", "--log-format", "text") as served:
        served.wait_for("Ctrl+C")
        (rdf_folder / "one.ttl").write_text("this is not Turtle")
        served.process.send_signal(signal.SIGHUP)
        line = served.wait_for("Not reloaded")
        assert " ERROR ipgraph.server.lifecycle: Not reloaded: " in line
        assert "one.ttl" in line


def test_an_internal_error_is_500_with_a_request_id_and_no_details(
    serve, small, monkeypatch, caplog
):
    def fail(*arguments):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("ipgraph.server.service.Service.limits", property(fail))
    with serve(small) as running:
        reply = running.ask("/health")
    assert reply.status == 500
    assert b"secret" not in reply.body
    assert reply.headers["X-Request-Id"] in reply.body.decode()
    assert "secret detail" in caplog.text
