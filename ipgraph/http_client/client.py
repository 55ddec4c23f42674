"""GET and POST requests within limits, over connections that are reused."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from ipgraph.errors import Refused, StoreUnavailable, UsageError
from ipgraph.http_client import body
from ipgraph.http_client.connection import Connection, Connector, look_up
from ipgraph.http_client.deadline import Deadline
from ipgraph.http_client.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ipgraph.http_client.address import Destination
    from ipgraph.http_client.connection import Connect, Resolve

_MAX_REDIRECTS = 3
_REDIRECTS = (301, 302, 307, 308)
_SEE_OTHER = 303  # does not lead to the result of a query, but to a document about a thing
_MAX_IDLE = 4  # connections for each server
_MAX_IDLE_S = 30.0  # servers close an idle connection after 5 (Apache, Jetty: 30) seconds
_MAX_DETAIL_BYTES = 2000  # of the body of an error response
_REASONS: dict[type[Exception], str] = {
    # It is also a `BadStatusLine`, so it comes first.
    http.client.RemoteDisconnected: "the server closed the connection without a response",
    http.client.IncompleteRead: "the response is incomplete",
    http.client.LineTooLong: "a line of the response's header is too long",
    http.client.BadStatusLine: "the response is not HTTP",
    http.client.UnknownProtocol: "the response is not HTTP",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request and its limits: seconds for all of it, bytes of the decoded response.

    Without a `form`, it is a GET request.
    """

    target: Destination
    form: bytes | None
    accept: str
    time_limit_s: float
    max_bytes: int

    @property
    def verb(self) -> str:
        """What the request does, for messages."""
        return "fetch" if self.form is None else "query"


@dataclass(frozen=True, slots=True)
class Response:
    """A response; its text is printable. A body is in the sink only for status 200.

    `detail` is the text of another status: the body if it is plain text, else the reason.
    """

    target: Destination
    status: int
    media_type: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a client may connect to. Each function raises `Refused`.

    `check_target` sees each destination, `check_redirect` each redirect before that, and
    `check_addresses` the addresses of a host before the first connection to it.
    """

    check_target: Callable[[Destination], None] = lambda target: None
    check_redirect: Callable[[Destination, Destination], None] = lambda source, target: None
    check_addresses: Callable[[Destination, list[str]], None] = lambda target, addresses: None
    with_proxies: bool = False


@dataclass(slots=True)
class _Idle:
    """Connections that wait for the next request, and the process that opened them."""

    process: int = field(default_factory=os.getpid)
    connections: dict[tuple[str, str, int], list[tuple[float, Connection]]] = field(
        default_factory=dict
    )


class HttpClient:
    """Sends requests. Thread-safe; a fork begins with new connections."""

    def __init__(
        self,
        policy: Policy,
        resolve: Resolve = look_up,
        connect: Connect = socket.create_connection,
    ) -> None:
        self._policy = policy
        self._connector = Connector(resolve, connect, policy.check_addresses, policy.with_proxies)
        self._lock = threading.Lock()
        self._idle = _Idle()

    def send(self, request: Request, sink: IO[bytes]) -> Response:
        """Send a request, follow its redirects, and write the decoded body to `sink`.

        A redirect from https to http is refused. Raises `StoreUnavailable` if the server fails,
        `Refused` for what the policy forbids, `TimeoutError` at the deadline, and
        `body.TooLarge`; the sink then has a part of the body.
        """
        deadline = Deadline.after(request.time_limit_s)
        target = request.target
        for _ in range(_MAX_REDIRECTS + 1):
            self._policy.check_target(target)
            found = self._exchange(request, target, sink, deadline)
            if isinstance(found, Response):
                return found
            target = self._redirect(target, found)
        raise StoreUnavailable(f"<{request.target}> redirects more than {_MAX_REDIRECTS} times.")

    def _redirect(self, source: Destination, location: str) -> Destination:
        try:
            target = source.redirect(location)
        except UsageError as error:
            raise Refused(f"<{source}> redirects to another address: {error}") from error
        if source.scheme == "https" and target.scheme == "http":
            raise Refused(f"<{source}> redirects to <{target}>, which is not encrypted.")
        self._policy.check_redirect(source, target)
        return target

    def _exchange(
        self, request: Request, target: Destination, sink: IO[bytes], deadline: Deadline
    ) -> Response | str:
        """Return the response of a destination, or its redirect."""
        try:
            connection, response = self._send(request, target, deadline)
            try:
                found = _read(request, target, response, sink)
            except BaseException:
                response.close()
                connection.close()
                raise
            self._release(target, connection, response)
            return found
        except TimeoutError:
            raise
        except (OSError, http.client.HTTPException) as error:
            raise StoreUnavailable(
                f"Cannot {request.verb} <{target}>: {_reason(error)}."
            ) from error

    def _send(
        self, request: Request, target: Destination, deadline: Deadline
    ) -> tuple[Connection, http.client.HTTPResponse]:
        """Send the request; a server may close an idle connection at the same moment."""
        headers = {"Accept": request.accept, "User-Agent": "ipgraph"}
        if request.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        while (connection := self._take_idle(target)) is not None:
            with contextlib.suppress(ConnectionError):  # `RemoteDisconnected` is one
                return connection, _send_on(connection, target, request.form, headers, deadline)
        connection = self._connector.open(target, deadline)
        return connection, _send_on(connection, target, request.form, headers, deadline)

    def _take_idle(self, target: Destination) -> Connection | None:
        oldest = time.monotonic() - _MAX_IDLE_S
        while True:
            with self._lock:
                if self._idle.process != os.getpid():
                    self._idle = _Idle()  # the parent's: two processes cannot share a connection
                waiting = self._idle.connections.get(target.origin)
                if not waiting:
                    return None
                since, connection = waiting.pop()
            if since > oldest and connection.is_reusable:
                return connection
            connection.close()

    def _release(
        self, target: Destination, connection: Connection, response: http.client.HTTPResponse
    ) -> None:
        # An error's body may be read only in part: then the rest would precede the next response.
        is_complete = response.isclosed() or response.length == 0
        response.close()
        with self._lock:
            waiting = self._idle.connections.setdefault(target.origin, [])
            if is_complete and not response.will_close and len(waiting) < _MAX_IDLE:
                waiting.append((time.monotonic(), connection))
                return
        connection.close()

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, _Idle()
        for waiting in idle.connections.values():
            for _, connection in waiting:
                connection.close()


def _send_on(
    connection: Connection,
    target: Destination,
    form: bytes | None,
    headers: Mapping[str, str],
    deadline: Deadline,
) -> http.client.HTTPResponse:
    try:
        return connection.send(target, form, {**headers}, deadline)
    except BaseException:
        connection.close()
        raise


def _read(
    request: Request, target: Destination, response: http.client.HTTPResponse, sink: IO[bytes]
) -> Response | str:
    location = response.getheader("Location")
    is_redirect = response.status in _REDIRECTS
    if request.form is None and response.status == _SEE_OTHER:
        is_redirect = True
    if is_redirect and location:
        return location
    media_type = one_line(response.headers.get_content_type(), 100)
    if response.status == 200:
        body.copy(response, sink, request.max_bytes)
        return Response(target, 200, media_type)
    detail = ""
    if media_type == "text/plain":  # never the page of an error, which is for browsers
        with contextlib.suppress(OSError, http.client.HTTPException):  # its status is known
            detail = one_line(response.read(_MAX_DETAIL_BYTES).decode("utf-8", "replace"))
    return Response(target, response.status, media_type, detail or one_line(response.reason))


def _reason(error: OSError | http.client.HTTPException) -> str:
    """Return why an exchange failed, in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {one_line(error.verify_message)}"
    if isinstance(error, ssl.SSLError):
        words = (error.reason or "the connection was closed").replace("_", " ").lower()
        return f"TLS failed: {words}"
    for kind, reason in _REASONS.items():
        if isinstance(error, kind):
            return reason
    return one_line(getattr(error, "strerror", None) or str(error)) or type(error).__name__
