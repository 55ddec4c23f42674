"""Connections to servers: name look-up, TLS and proxies, all before one deadline."""

from __future__ import annotations

import base64
import http.client
import os
import select
import socket
import ssl
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ipgraph.errors import StoreUnavailable, UsageError
from ipgraph.http_client import address
from ipgraph.http_client.deadline import DeadlineSocket, call
from ipgraph.http_client.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipgraph.http_client.address import Destination
    from ipgraph.http_client.deadline import Deadline

    Resolve = Callable[[str, int], list[str]]
    Connect = Callable[[tuple[str, int], float], socket.socket]


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy of the environment, with the header that identifies the user to it."""

    target: Destination
    headers: dict[str, str] = field(default_factory=dict, repr=False)


class Connection:
    """A connection that can be used again after a response was read to its end."""

    def __init__(self, target: Destination, sock: DeadlineSocket, proxy: Proxy | None) -> None:
        self.http = http.client.HTTPConnection(target.host, target.port)
        if target.scheme == "https":
            self.http.default_port = 443  # keeps the port out of the Host header
        self.http.sock = sock
        self.http.auto_open = 0  # never connects by itself, past the checks
        self._sock = sock
        self._proxy = proxy if target.scheme == "http" else None

    def send(
        self, target: Destination, body: bytes | None, headers: dict[str, str], deadline: Deadline
    ) -> http.client.HTTPResponse:
        """Send a POST request, or GET without a body; return its response, whose body is unread."""
        self._sock.deadline = deadline
        path = target.path
        if self._proxy:
            path = target.url
            headers = headers | self._proxy.headers
        self.http.request("GET" if body is None else "POST", path, body, headers)
        return self.http.getresponse()

    @property
    def is_reusable(self) -> bool:
        """True if the connection is open and nothing has arrived since the last response."""
        if self.http.sock is None:
            return False
        descriptor = self._sock.connection.fileno()
        if hasattr(select, "poll"):
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            return not poll.poll(0)
        return not select.select([descriptor], [], [], 0)[0]

    def close(self) -> None:
        """Close the connection."""
        self.http.close()
        self._sock.disconnect()


@dataclass(slots=True)
class Connector:
    """Opens connections. `check` sees the addresses of a host before any is connected to."""

    resolve: Resolve
    connect: Connect
    check: Callable[[Destination, list[str]], None]
    with_proxies: bool

    def open(self, target: Destination, deadline: Deadline) -> Connection:
        """Connect to a destination, or to its proxy.

        Raises `StoreUnavailable` for a host without addresses, what `check` raises, `TimeoutError`
        and `OSError`.
        """
        proxy = proxy_for(target) if self.with_proxies else None
        sock = DeadlineSocket(self._connect(proxy.target if proxy else target, deadline), deadline)
        try:
            if target.scheme == "https":
                if proxy:
                    _open_tunnel(sock, target, proxy)
                sock.connection.settimeout(deadline.left_s())  # for the whole handshake
                sock.connection = _tls_context().wrap_socket(
                    sock.connection, server_hostname=target.host
                )
            return Connection(target, sock, proxy)
        except BaseException:
            sock.disconnect()
            raise

    def _connect(self, target: Destination, deadline: Deadline) -> socket.socket:
        try:
            addresses = call(lambda: self.resolve(target.host, target.port), deadline)
        except TimeoutError:
            raise
        except (OSError, UnicodeError) as error:
            reason = one_line(getattr(error, "strerror", None) or str(error))
            raise StoreUnavailable(f"Cannot resolve the host {target.host}: {reason}.") from error
        if not addresses:
            raise StoreUnavailable(f"The host {target.host} has no address.")
        self.check(target, addresses)
        failure: OSError = TimeoutError("timed out")
        for item in addresses:
            left_s = deadline.left_s()
            try:
                # The checked address: the name is not looked up a second time.
                found = self.connect((item, target.port), left_s)
            except OSError as error:
                failure = error
                continue
            # A form is sent after its header; without this it waits 44 ms for an acknowledgement.
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return found
        raise failure


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


def proxy_for(target: Destination) -> Proxy | None:
    """Return the proxy that the environment (elsewhere than on Linux: the system) names.

    Raises `UsageError`, without the proxy's password, for an invalid one.
    """
    is_set = any(name.lower().endswith("_proxy") and os.environ[name] for name in os.environ)
    if not is_set and sys.platform == "linux":
        return None
    from urllib.request import getproxies, proxy_bypass  # late: 10 ms, and most have no proxy

    setting = getproxies().get(target.scheme)
    if not setting or proxy_bypass(target.authority):
        return None
    text = setting if "://" in setting else f"http://{setting}"
    scheme, _, rest = text.partition("://")
    credentials, _, host = rest.rpartition("@")
    try:
        found = address.parse(f"{scheme}://{host}")
    except UsageError as error:
        raise UsageError(f"The proxy of the environment: {error}") from None
    if found.scheme != "http":
        raise UsageError(f"The proxy {found} of the environment is not an http proxy.")
    if not credentials:
        return Proxy(found)
    word = base64.b64encode(unquote(credentials).encode()).decode()
    return Proxy(found, {"Proxy-Authorization": f"Basic {word}"})


def _open_tunnel(sock: DeadlineSocket, target: Destination, proxy: Proxy) -> None:
    """Ask a proxy for a connection to a destination (RFC 9110, 9.3.6)."""
    host = f"[{target.host}]" if ":" in target.host else target.host
    fields = {"Host": f"{host}:{target.port}", **proxy.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    sock.sendall(f"CONNECT {host}:{target.port} HTTP/1.1\r\n{lines}\r\n".encode())
    response = http.client.HTTPResponse(sock, method="CONNECT")  # type: ignore[arg-type]
    with response:
        response.begin()
        if response.status != 200:
            reason = one_line(response.reason)
            raise StoreUnavailable(f"The proxy {proxy.target} returned {response.status}: {reason}")


@lru_cache(maxsize=1)
def _tls_context() -> ssl.SSLContext:
    """Return the context of all connections; reading the certificates takes 15 ms."""
    return ssl.create_default_context()
