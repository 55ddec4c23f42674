"""The child process that queries an endpoint: one query out, one table of solutions back.

Run as ``python -m ipgraph.federation.fetcher`` with a `FetchRequest` as JSON on standard input. It
has neither the graph nor the engine, does not parse the response, and can be killed during a name
look-up, which no timeout of Python interrupts.
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
from ipgraph.federation.allow_list import AllowList, Destination, is_reachable, parse_destination

if TYPE_CHECKING:
    from collections.abc import Callable

    Resolve = Callable[[str, int], list[str]]
    Connect = Callable[[tuple[str, int], float], socket.socket]

_MAX_REDIRECTS = 3
_REDIRECTS = (301, 302, 307, 308)  # a 303 does not lead to the result of the query
_ACCEPT = "application/sparql-results+json, application/sparql-results+xml;q=0.9"
_KINDS = {
    "application/sparql-results+json": "json",
    "application/json": "json",
    "application/sparql-results+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
}
_MAX_DESCRIPTORS = 32  # standard streams, resolver, certificates and one connection
_PART_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """A query, its endpoint, and the limits: bytes of the response, seconds in total."""

    endpoint: str
    query: str
    allowed: str
    allow_private: bool
    max_bytes: int
    time_limit_s: float

    def pack(self) -> bytes:
        """Return the request as JSON."""
        return json.dumps(asdict(self)).encode()


@dataclass(frozen=True, slots=True)
class Table:
    """The unparsed result of an endpoint: its kind (``json`` or ``xml``) and its text."""

    kind: str
    text: str


def fetch(
    request: FetchRequest,
    resolve: Resolve | None = None,
    connect: Connect = socket.create_connection,
) -> Table:
    """Query the endpoint of a request. Redirects are checked in the same way as its address.

    Raises `Refused` for an address that is not allowed, `StoreUnavailable` if the endpoint
    fails, and `LimitReached` if its response is too large.
    """
    deadline = time.monotonic() + request.time_limit_s
    allow_list, target = AllowList.parse(request.allowed), _parse(request.endpoint)
    for _ in range(_MAX_REDIRECTS + 1):
        if not allow_list.allows(target):
            raise Refused(
                f"<{target}> is not an allowed endpoint.",
                hint="The setting allowed_services lists the allowed endpoints.",
            )
        addresses = _addresses(target, request.allow_private, resolve or _look_up)
        response = _send(request, target, addresses, connect, deadline)
        if isinstance(response, Table):
            return response
        redirect = _parse(urljoin(str(target), response))
        if target.scheme == "https" and redirect.scheme == "http":
            raise Refused(f"<{target}> redirects to <{redirect}>, which is not encrypted.")
        target = redirect
    raise StoreUnavailable(f"<{request.endpoint}> redirects more than {_MAX_REDIRECTS} times.")


def _parse(iri: str) -> Destination:
    try:
        return parse_destination(iri)
    except UsageError as error:
        raise Refused(str(error)) from error


def _look_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


def _addresses(target: Destination, private: bool, resolve: Resolve) -> list[str]:
    """Look up the host once. Raises `Refused` unless all its addresses may be connected to."""
    try:
        found = resolve(target.host, target.port)
    except (OSError, UnicodeError) as error:
        raise StoreUnavailable(f"Cannot resolve the host {target.host}: {error}.") from error
    if not found:
        raise StoreUnavailable(f"The host {target.host} has no address.")
    for item in found:
        if not is_reachable(ipaddress.ip_address(item), private=private):
            raise Refused(
                f"{target.host} has the address {item}, which is not on the public Internet.",
                hint="The setting allow_private_services allows endpoints in private networks.",
            )
    return found


def _send(
    request: FetchRequest,
    target: Destination,
    addresses: list[str],
    connect: Connect,
    deadline: float,
) -> Table | str:
    """Return the response of a destination at its checked addresses, or its redirect."""
    connection = http.client.HTTPConnection(target.host, target.port)
    if target.scheme == "https":
        connection.default_port = 443  # keeps the port out of the Host header
    with contextlib.closing(connection):
        try:
            # Connect to the checked address: the name is not looked up a second time.
            connection.sock = _connect(target, addresses, connect, deadline)
            connection.request(
                "POST",
                target.path,
                urlencode({"query": request.query}),
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
            return _read_table(response, target, request.max_bytes, deadline)
        except TimeoutError as error:
            raise StoreUnavailable(f"<{target}> did not respond in time.") from error
        except (OSError, http.client.HTTPException) as error:
            raise StoreUnavailable(f"Cannot query <{target}>: {error}.") from error


def _connect(
    target: Destination, addresses: list[str], connect: Connect, deadline: float
) -> socket.socket:
    failure: OSError = TimeoutError("timed out")
    for address in addresses:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            break
        try:
            connection = connect((address, target.port), left_s)
        except OSError as error:
            failure = error
            continue
        if target.scheme == "https":
            context = ssl.create_default_context()
            return context.wrap_socket(connection, server_hostname=target.host)
        return connection
    raise failure


def _read_table(
    response: http.client.HTTPResponse, target: Destination, max_bytes: int, deadline: float
) -> Table:
    if response.status != 200:
        reason = response.read(200).decode("utf-8", "replace").strip()
        raise StoreUnavailable(f"<{target}> responded with status {response.status}: {reason}")
    media_type = response.headers.get_content_type()
    if media_type not in _KINDS:
        raise StoreUnavailable(f"<{target}> responded with {media_type}, not with SPARQL results.")
    body = bytearray()
    while part := response.read1(_PART_BYTES):
        body += part
        if len(body) > max_bytes:
            raise LimitReached(
                f"<{target}> responded with more than {max_bytes:,} bytes. Request less data.",
                limit="service_result_limit_mib",
            )
        if time.monotonic() > deadline:
            raise TimeoutError
    if response.length:
        raise StoreUnavailable(f"The response of <{target}> is incomplete.")
    try:
        return Table(_KINDS[media_type], body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise StoreUnavailable(f"The response of <{target}> is not UTF-8 text.") from error


def _limit_this_process() -> None:
    """Forbid files to this process, and limit its descriptors (Linux, macOS)."""
    try:
        import resource
    except ImportError:
        return
    for limit, value in (
        (resource.RLIMIT_NOFILE, _MAX_DESCRIPTORS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def main() -> None:
    """Read a request from standard input; write the table or the error to standard output."""
    from ipgraph.workers import wire

    _limit_this_process()
    fields: dict[str, Any] = json.load(sys.stdin)
    try:
        table = fetch(FetchRequest(**fields))
        message = wire.frame(wire.DATA, json.dumps([table.kind, table.text]).encode())
    except IpGraphError as error:
        message = wire.frame(wire.ERROR, wire.pack_error(error))
    sys.stdout.buffer.write(message)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
