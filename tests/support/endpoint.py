"""An endpoint on loopback with prepared responses that counts its connections."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

TABLE = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"here"}}]}}'
JSON = "application/sparql-results+json"


class Endpoint:
    """A SPARQL endpoint; `answers` has a status, headers and a body by path."""

    def __init__(self) -> None:
        self.forget()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.address = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def forget(self) -> None:
        """Remove the prepared responses and what was counted; the port stays the same."""
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.queries: list[str] = []
        self.connections = 0
        self.came, self.left = threading.Event(), threading.Event()  # a client of /hold

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def setup(self) -> None:
                endpoint.connections += 1
                super().setup()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                direct = self.headers.get_content_type() == "application/sparql-query"
                text = body.decode()
                endpoint.queries.append(text if direct else parse_qs(text)["query"][0])
                if self.path == "/hold":
                    self._hold()
                    return
                status, headers, answer = endpoint.answers.get(
                    self.path, (200, {"Content-Type": JSON}, TABLE)
                )
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(answer))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            def do_GET(self) -> None:
                """Answer with what is prepared for the path and its query."""
                if self.path.startswith("/hold"):
                    self._hold()
                    return
                status, headers, answer = endpoint.answers.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(answer))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            def _hold(self) -> None:
                """Send nothing until the client has left."""
                endpoint.came.set()
                if self.connection.recv(1) == b"":
                    endpoint.left.set()

            def log_message(self, *arguments: object) -> None:
                """Print nothing."""

        return Handler
