"""The service as it is served: waitress on a free port of loopback, real workers, real sockets."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

import ipgraph
from ipgraph.server import create_app, front_of, http_server
from ipgraph.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.server.front import Front

RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def type(self) -> str:
        return self.headers.get_content_type()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Running:
    """A running service and a client of it."""

    address: str
    port: int
    front: Front
    server: http_server.Server = field(repr=False)

    def ask(
        self, path: str, method: str = "GET", body: bytes | str | None = None, **headers: str
    ) -> Reply:
        """Send one request; the names of headers are written with underscores."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, names)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())

    def query(self, text: str, accept: str = "", **parameters: str) -> Reply:
        """Ask a query by GET."""
        fields = urlencode({"query": text, **parameters})
        return self.ask(f"/sparql?{fields}", **({"Accept": accept} if accept else {}))


@contextlib.contextmanager
def serving(kg: KnowledgeGraph, **changed: Any) -> Iterator[Running]:
    """Serve a graph under changed settings until the block ends."""
    settings = replace(kg.settings, port=0, **changed)
    made = front_of(create_app(kg, settings))
    server = http_server.make(made, settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield Running(http_server.address(server), server.effective_port, made, server)
    finally:
        server.end()
        thread.join(10)
        server.task_dispatcher.shutdown(timeout=5)
        made.close()


@pytest.fixture
def serve():
    """What serves a graph under changed settings for the length of a block."""
    return serving


@pytest.fixture(scope="session")
def serve_session():
    """The same, for fixtures that outlive a test."""
    return serving


@pytest.fixture(scope="session")
def running(project: KnowledgeGraph) -> Iterator[Running]:
    """The service over the project's own graph."""
    with serving(project) as found:
        yield found


@pytest.fixture
def small(rdf_folder: Path, tmp_path: Path) -> KnowledgeGraph:
    """A graph of two files; `rdf_folder` says what they state."""
    return ipgraph.open(rdf_folder, settings=Settings(cache=str(tmp_path / "cache")))
