"""The service as it is served: waitress on a free port of loopback, real workers, real sockets."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ipgraph.server import create_app
from ipgraph.server.transport import listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.server.application import Application
    from ipgraph.server.transport.interfaces import Server

READY_LIMIT_S = 120


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
    app: Application
    server: Server = field(repr=False)

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

    def wait_for(self, path: str) -> None:
        """Wait until a page that reloads by itself has what it tells."""
        until = time.monotonic() + READY_LIMIT_S
        while "Refresh" in self.ask(path, Accept="text/html").headers:
            assert time.monotonic() < until, f"{path} is still not there"
            threading.Event().wait(0.1)

    def query(self, text: str, accept: str = "", **parameters: str) -> Reply:
        """Ask a query by GET."""
        fields = urlencode({"query": text, **parameters})
        return self.ask(f"/sparql?{fields}", **({"Accept": accept} if accept else {}))


@contextlib.contextmanager
def application(kg: KnowledgeGraph, **changed: Any) -> Iterator[Application]:
    """Make the service over a graph without a server, and without a cache unless it is set."""
    app = create_app(kg, replace(kg.settings, **{"response_cache_mib": 0, **changed}))
    try:
        yield app
    finally:
        app.close()


def browser(app: Application) -> FlaskClient:
    """Return a client that sends the Accept header of a browser, if a test sends no other."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT"] = "text/html,application/xhtml+xml,*/*;q=0.8"
    return client


@contextlib.contextmanager
def serving(kg: KnowledgeGraph, **changed: Any) -> Iterator[Running]:
    """Serve a graph under changed settings until the block ends."""
    with serving_app(create_app(kg, replace(kg.settings, port=0, **changed))) as running:
        yield running


@contextlib.contextmanager
def serving_app(app: Application, **changed: Any) -> Iterator[Running]:
    """Serve an application until the block ends, and close it; `changed` are for the server."""
    settings = replace(app.service.settings, port=0, **changed)
    server = listening.make(app, settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield Running(listening.address(server, settings), server.port, app, server)
    finally:
        server.end()
        thread.join(10)
        server.shut_down(5)
        app.close()
