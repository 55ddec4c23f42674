"""The process that asks an endpoint: one query out, one table of solutions back.

Run as ``python -m ipgraph.federation.fetcher`` with an `Order` as JSON on its standard input. It
holds neither the graph nor the engine, reads no answer as anything but bytes, and can be killed
while a name is being looked up, which no timeout of Python's reaches.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import json
import socket
import ssl
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin

from ipgraph.errors import (
    IpGraphError,
    LimitReached,
    Refused,
    StoreUnavailable,
    UsageError,
)
from ipgraph.federation.allow_list import Allowed, Destination, destination, is_reachable

if TYPE_CHECKING:
    from collections.abc import Callable

    Resolve = Callable[[str, int], list[str]]
    Connect = Callable[[tuple[str, int], float], socket.socket]

_MAX_REDIRECTS = 3
_REDIRECTS = (301, 302, 307, 308)  # 303 leads to another thing, which is no answer to a query
_ACCEPT = "application/sparql-results+json, application/sparql-results+xml;q=0.9"
_KINDS = {
    "application/sparql-results+json": "json",
    "application/json": "json",
    "application/sparql-results+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
}
_DESCRIPTORS = 32  # of the standard streams, the resolver, certificates and one connection
_PART_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be asked, of whom, and what bounds it: bytes of the answer, seconds in all."""

    endpoint: str
    request: str
    allowed: str
    private: bool
    max_bytes: int
    time_limit_s: float

    def pack(self) -> bytes:
        """Return the order as JSON."""
        return json.dumps(asdict(self)).encode()


@dataclass(frozen=True, slots=True)
class Table:
    """The solutions that an endpoint sent, unread: ``json`` or ``xml``, and the text."""

    kind: str
    text: str


def fetch(
    order: Order,
    resolve: Resolve | None = None,
    connect: Connect = socket.create_connection,
) -> Table:
    """Ask the endpoint of an order; every redirect is checked as the first address is.

    Raises `Refused` for an address that may not be asked, `StoreUnavailable` where the endpoint
    fails, and `LimitReached` where its answer is too large.
    """
    deadline = time.monotonic() + order.time_limit_s
    allowed, wanted = Allowed.parse(order.allowed), _checked(order.endpoint)
    for _ in range(_MAX_REDIRECTS + 1):
        if not allowed.allows(wanted):
            raise Refused(
                f"<{wanted}> is not among the endpoints that may be asked.",
                hint="The setting allowed_services lists them.",
            )
        addresses = _addresses(wanted, order.private, resolve or _looked_up)
        answer = _ask(order, wanted, addresses, connect, deadline)
        if isinstance(answer, Table):
            return answer
        further = _checked(urljoin(str(wanted), answer))
        if wanted.scheme == "https" and further.scheme == "http":
            raise Refused(f"<{wanted}> leads to <{further}>, which is not encrypted.")
        wanted = further
    raise StoreUnavailable(f"<{order.endpoint}> redirects more than {_MAX_REDIRECTS} times.")


def _checked(iri: str) -> Destination:
    try:
        return destination(iri)
    except UsageError as error:
        raise Refused(str(error)) from error


def _looked_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


def _addresses(wanted: Destination, private: bool, resolve: Resolve) -> list[str]:
    """Look the host up once; every address it has must be one that may be connected to."""
    try:
        found = resolve(wanted.host, wanted.port)
    except (OSError, UnicodeError) as error:
        raise StoreUnavailable(f"The host {wanted.host} is not found: {error}.") from error
    if not found:
        raise StoreUnavailable(f"The host {wanted.host} has no address.")
    for item in found:
        if not is_reachable(ipaddress.ip_address(item), private=private):
            raise Refused(
                f"{wanted.host} has the address {item}, which is not on the public Internet.",
                hint="The setting allow_private_services lets endpoints of private networks in.",
            )
    return found


def _ask(
    order: Order,
    wanted: Destination,
    addresses: list[str],
    connect: Connect,
    deadline: float,
) -> Table | str:
    """Return the answer of a destination at its checked addresses, or where it redirects to."""
    connection = http.client.HTTPConnection(wanted.host, wanted.port)
    if wanted.scheme == "https":
        connection.default_port = 443  # the Host header then names no port
    with contextlib.closing(connection):
        try:
            # Connected to by number: nobody looks the name up a second time.
            connection.sock = _line(wanted, addresses, connect, deadline)
            connection.request(
                "POST",
                wanted.path,
                urlencode({"query": order.request}),
                {
                    "Accept": _ACCEPT,
                    "Content-Type": "application/x-www-form-urlencoded",
                    "User-Agent": "ipgraph",
                },
            )
            response = connection.getresponse()
            location = response.getheader("Location")
            if response.status in _REDIRECTS and location:
                return location
            return _table(response, wanted, order.max_bytes, deadline)
        except TimeoutError as error:
            raise StoreUnavailable(f"<{wanted}> did not answer in time.") from error
        except (OSError, http.client.HTTPException) as error:
            raise StoreUnavailable(f"<{wanted}> cannot be asked: {error}.") from error


def _line(
    wanted: Destination, addresses: list[str], connect: Connect, deadline: float
) -> socket.socket:
    failure: OSError = TimeoutError("no time is left")
    for address in addresses:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            break
        try:
            line = connect((address, wanted.port), left_s)
        except OSError as error:
            failure = error
            continue
        if wanted.scheme == "https":
            context = ssl.create_default_context()
            return context.wrap_socket(line, server_hostname=wanted.host)
        return line
    raise failure


def _table(
    response: http.client.HTTPResponse, wanted: Destination, max_bytes: int, deadline: float
) -> Table:
    if response.status != 200:
        reason = response.read(200).decode("utf-8", "replace").strip()
        raise StoreUnavailable(f"<{wanted}> answered {response.status}: {reason}")
    given = response.headers.get_content_type()
    if given not in _KINDS:
        raise StoreUnavailable(f"<{wanted}> answered with {given}, which is no table of solutions.")
    body = bytearray()
    while part := response.read1(_PART_BYTES):
        body += part
        if len(body) > max_bytes:
            raise LimitReached(
                f"<{wanted}> answered more than {max_bytes:,} bytes; ask SERVICE for less.",
                limit="service_result_limit_mib",
            )
        if time.monotonic() > deadline:
            raise TimeoutError
    if response.length:
        raise StoreUnavailable(f"<{wanted}> broke its answer off.")
    try:
        return Table(_KINDS[given], body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise StoreUnavailable(f"<{wanted}> answered in another encoding than UTF-8.") from error


def _limit_this_process() -> None:
    """Let this process write no file and open little more than its connection (Linux, macOS)."""
    try:
        import resource
    except ImportError:
        return
    for limit, value in (
        (resource.RLIMIT_NOFILE, _DESCRIPTORS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def main() -> None:
    """Fetch what standard input orders; write the table, or the error, to standard output."""
    from ipgraph.workers import wire

    _limit_this_process()
    fields: dict[str, Any] = json.load(sys.stdin)
    try:
        table = fetch(Order(**fields))
        answer = wire.frame(wire.DATA, json.dumps([table.kind, table.text]).encode())
    except IpGraphError as error:
        answer = wire.frame(wire.ERROR, wire.pack_error(error))
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
