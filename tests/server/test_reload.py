"""Reloads: each request has one edition, old editions are closed, no response is stale."""

from __future__ import annotations

import gc
import os
import threading
import weakref
from pathlib import Path

import pytest

from ipgraph.opening import open as open_graph
from ipgraph.serialization.formats import by_name
from ipgraph.server import create_app
from ipgraph.server.service import Service
from ipgraph.sparql.query import Query
from support.waiting import wait_until

VALUE = "SELECT ?n { <urn:a> <urn:b> ?n }"


def write(folder: Path, number: int) -> None:
    (folder / "value.ttl").write_text(f"<urn:a> <urn:b> {number} .")


def value_of(service: Service, edition) -> str:
    stream = service.pool.execute(Query(VALUE), by_name("csv"), workers=edition.workers)
    return b"".join(stream).decode().split()[1]


@pytest.fixture
def service(small, rdf_folder):
    write(rdf_folder, 0)
    service = Service(open_graph(rdf_folder, settings=small.settings), small.settings)
    service.pool  # noqa: B018  start the workers
    yield service
    service.close()


def test_a_request_that_began_before_a_reload_gets_the_old_graph(service, rdf_folder):
    edition = service.edition
    write(rdf_folder, 1)
    assert service.reload()
    assert value_of(service, edition) == "0"
    assert value_of(service, service.edition) == "1"


def test_a_response_that_is_finished_after_a_reload_is_not_stored(serve_app, small, rdf_folder):
    """It would be found by its identity: address, Accept and query have not changed."""
    app = create_app(small, small.settings)
    is_begun, is_reloaded = threading.Event(), threading.Event()
    with serve_app(app) as running:
        service = app.service
        execute = service.pool.execute

        def slow_execute(request, *arguments, **options):
            stream = execute(request, *arguments, **options)
            if is_begun.is_set():
                return stream
            is_begun.set()
            is_reloaded.wait()
            return stream

        service.pool.execute = slow_execute
        replies = []
        path = "/describe?uri=urn:a&format=nt"
        client = threading.Thread(target=lambda: replies.append(running.ask(path)))
        write(rdf_folder, 1)
        service.reload()
        client.start()
        wait_until(is_begun.is_set, lambda: None)
        write(rdf_folder, 2)
        assert service.reload()
        is_reloaded.set()
        client.join()
        assert b'"1"' in replies[0].body
        later = running.ask(path)
        assert b'"2"' in later.body
        assert later.headers["ETag"] != replies[0].headers["ETag"]


def test_a_replaced_edition_and_its_workers_are_closed(service, rdf_folder):
    zygotes, editions = [], []
    for number in range(1, 4):
        zygotes.append(service.pool.process_ids["zygote"])
        editions.append(weakref.ref(service.edition))
        write(rdf_folder, number)
        assert service.reload()
    gc.collect()
    assert not any(edition() for edition in editions)
    wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in zygotes), lambda: None)
    assert value_of(service, service.edition) == "3"


def test_an_edition_is_open_until_its_last_request_ends(service, rdf_folder):
    edition = service.edition
    stream = service.pool.execute(
        Query("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"),
        by_name("csv"),
        workers=edition.workers,
    )
    workers = edition.workers
    del edition
    write(rdf_folder, 1)
    assert service.reload()
    parts = list(stream)
    assert parts
    wait_until(lambda: workers.is_closed, lambda: None)


def test_reloads_keep_the_newest_snapshots_only(service, rdf_folder):
    folder = service.edition.kg.built.folder.parent
    for number in range(1, 6):
        write(rdf_folder, number)
        assert service.reload()
    names = {path.name for path in folder.iterdir()}
    assert service.edition.kg.built.hash in names
    assert len(names) <= service.settings.keep_snapshots + 1  # and that of the fixture `small`


def test_two_reloads_at_once_build_one_after_the_other(service, rdf_folder):
    write(rdf_folder, 1)
    threads = [threading.Thread(target=service.reload) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert value_of(service, service.edition) == "1"


def test_only_the_request_and_the_service_choose_the_edition():
    """A handler that reads `service.edition` may mix two graphs in one response."""
    package = Path(open_graph.__code__.co_filename).parent / "server"
    found = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "service.edition" in path.read_text(encoding="utf-8")
    ]
    assert sorted(found) == ["context.py", "lifecycle.py"]
