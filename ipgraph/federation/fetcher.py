"""The child process that queries an endpoint: one query out, one table of solutions back.

Run as ``python -m ipgraph.federation.fetcher`` with a `FetchRequest` as JSON on standard input. It
has neither the graph nor the engine, does not parse the response, and can be killed during a name
look-up, which no timeout of Python interrupts.
"""

from __future__ import annotations

import io
import ipaddress
import json
import socket
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ipgraph.errors import IpGraphError, LimitReached, Refused, StoreUnavailable, UsageError
from ipgraph.federation.allow_list import AllowList, is_reachable
from ipgraph.http_client import address, body
from ipgraph.http_client.client import HttpClient, Policy, Request
from ipgraph.http_client.connection import look_up

if TYPE_CHECKING:
    from ipgraph.http_client.address import Destination
    from ipgraph.http_client.client import Response
    from ipgraph.http_client.connection import Connect, Resolve

_ACCEPT = "application/sparql-results+json, application/sparql-results+xml;q=0.9"
_KINDS = {
    "application/sparql-results+json": "json",
    "application/json": "json",
    "application/sparql-results+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
}
_MAX_DESCRIPTORS = 32  # standard streams, resolver, certificates and one connection


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
    resolve: Resolve = look_up,
    connect: Connect = socket.create_connection,
) -> Table:
    """Query the endpoint of a request. Redirects are checked in the same way as its address.

    Raises `Refused` for an address that is not allowed, `StoreUnavailable` if the endpoint
    fails, and `LimitReached` if its response is too large.
    """
    allow_list, sink = AllowList.parse(request.allowed), io.BytesIO()

    def check_target(target: Destination) -> None:
        if not allow_list.allows(target):
            raise Refused(
                f"<{target}> is not an allowed endpoint.",
                hint="The setting allowed_services lists the allowed endpoints.",
            )

    def check_addresses(target: Destination, addresses: list[str]) -> None:
        _check_addresses(target, addresses, private=request.allow_private)

    policy = Policy(check_target=check_target, check_addresses=check_addresses)
    client = HttpClient(policy, resolve, connect)
    target = _parse(request.endpoint)
    form = urlencode({"query": request.query}).encode()
    try:
        response = client.send(
            Request(target, form, _ACCEPT, request.time_limit_s, request.max_bytes), sink
        )
    except TimeoutError as error:
        raise StoreUnavailable(f"<{target}> did not respond in time.") from error
    except body.TooLarge as error:
        raise LimitReached(
            f"<{target}> responded with more than {request.max_bytes:,} bytes. Request less data.",
            limit="service_result_limit_mib",
        ) from error
    finally:
        client.close()
    return _table(response, sink.getvalue())


def _parse(iri: str) -> Destination:
    try:
        return address.parse(iri)
    except UsageError as error:
        raise Refused(str(error)) from error


def _check_addresses(target: Destination, addresses: list[str], *, private: bool) -> None:
    """Raise `Refused` unless all addresses of a host may be connected to."""
    for item in addresses:
        if not is_reachable(ipaddress.ip_address(item), private=private):
            raise Refused(
                f"{target.host} has the address {item}, which is not on the public Internet.",
                hint="The setting allow_private_services allows endpoints in private networks.",
            )


def _table(response: Response, text: bytes) -> Table:
    target = response.target
    if response.status != 200:
        raise StoreUnavailable(
            f"<{target}> responded with status {response.status}: {response.detail}"
        )
    if response.media_type not in _KINDS:
        raise StoreUnavailable(
            f"<{target}> responded with {response.media_type}, not with SPARQL results."
        )
    try:
        return Table(_KINDS[response.media_type], text.decode("utf-8-sig"))
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
