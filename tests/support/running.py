"""The service as it is served: waitress on a free port of loopback, real workers, real sockets."""

from __future__ import annotations

import contextlib
import http.client
import json
import math
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ipgraph import logs
from ipgraph.server import create_app
from ipgraph.server.transport import listening
from support.waiting import EndedEarly, wait_until, wait_until_readable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient

    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.server.application import Application
    from ipgraph.server.transport.interfaces import Server


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
    thread: threading.Thread = field(repr=False)

    def check_alive(self) -> None:
        """Raise `EndedEarly` if the thread of the server has ended."""
        if not self.thread.is_alive():
            raise EndedEarly(f"The server on port {self.port} has ended.")

    def ask(
        self, path: str, method: str = "GET", body: bytes | str | None = None, **headers: str
    ) -> Reply:
        """Send one request; the names of headers are written with underscores."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        with contextlib.closing(connection):
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, names)
            wait_until_readable(connection.sock, self.check_alive)
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())

    def wait_for(self, path: str) -> None:
        """Wait until a page that reloads by itself is complete."""
        self.wait_until(lambda: "Refresh" not in self.ask(path, Accept="text/html").headers)

    def wait_until(self, is_true: Callable[[], bool]) -> None:
        """Wait until a condition that the service fulfills is true."""
        wait_until(is_true, self.check_alive)

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
    undo_logging = logs.configure(settings) if settings.access_log else lambda: None
    server = listening.make(app, settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield Running(listening.address(server, settings), server.port, app, server, thread)
    finally:
        server.end()
        thread.join()
        server.shut_down(math.inf)
        app.close()
        undo_logging()
