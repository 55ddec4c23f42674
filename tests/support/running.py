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

from ipgraph.server import create_app, front_of
from ipgraph.server.transport import server as http_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.server.application import Front

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
