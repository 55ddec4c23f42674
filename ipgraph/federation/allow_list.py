"""The allow-list of endpoints, and the network addresses that may be connected to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal, TypeAlias
from urllib.parse import quote, urlsplit

from ipgraph.errors import UsageError

Address: TypeAlias = IPv4Address | IPv6Address
Scheme: TypeAlias = Literal["http", "https"]

_PORTS = {"http": 80, "https": 443}
# Python's `is_global` differs between releases; these are refused in all of them: shared
# address space (RFC 6598), 6to4 relay anycast, and IPv6 addresses that embed an IPv4 address.
_NEVER_V4 = (IPv4Network("100.64.0.0/10"), IPv4Network("192.88.99.0/24"))
_NEVER_V6 = tuple(
    IPv6Network(item) for item in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
_UNICAST_V6 = IPv6Network("2000::/3")
_PRIVATE_V4 = tuple(
    IPv4Network(item) for item in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
_PRIVATE_V6 = (IPv6Network("::1/128"), IPv6Network("fc00::/7"))


@dataclass(frozen=True, slots=True)
class Destination:
    """The address of an endpoint: scheme, host, port, and path with query."""

    scheme: str
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        """Return the normalized address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


def parse_destination(iri: str) -> Destination:
    """Parse the IRI of an endpoint. Raises `UsageError` if it is not an http or https address."""
    try:
        parts = urlsplit(iri)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError as error:
        raise UsageError(f"<{iri}> is not a valid address: {error}.") from error
    if scheme not in _PORTS:
        raise UsageError(f"<{iri}> is not an http or https address.")
    if parts.username is not None or parts.password is not None:
        raise UsageError(f"<{iri}> contains a user name or password, which is not supported.")
    query = f"?{parts.query}" if parts.query else ""
    path = quote((parts.path or "/") + query, safe="/?:@!$&'()*+,;=%~-._[]")
    return Destination(scheme, _host(host, iri), _PORTS[scheme] if port is None else port, path)


@dataclass(frozen=True, slots=True)
class AllowList:
    """The allowed endpoints: exact addresses, and hosts with all their paths."""

    addresses: frozenset[Destination]
    hosts: frozenset[tuple[str, int]]

    @classmethod
    def parse(cls, text: str) -> AllowList:
        """Parse the setting: hosts, hosts with a port, and IRIs, separated by commas or spaces.

        Raises `UsageError` for any other entry.
        """
        addresses, hosts = set(), set()
        for entry in re.split(r"[\s,]+", text.strip()):
            try:
                if "://" in entry:
                    addresses.add(parse_destination(entry))
                elif entry:
                    hosts |= set(_host_entry(entry))
            except (UsageError, ValueError) as error:
                raise UsageError(
                    f"allowed_services: {entry!r} is neither a host, a host with a port, nor the "
                    f"IRI of an endpoint: {error}",
                    hint="Write query.example.org, or https://query.example.org/sparql.",
                ) from error
        return cls(frozenset(addresses), frozenset(hosts))

    def __bool__(self) -> bool:
        """True if any endpoint is allowed."""
        return bool(self.addresses or self.hosts)

    def allows(self, target: Destination) -> bool:
        """True if the endpoint is listed. Does not check the addresses of its host."""
        return target in self.addresses or (target.host, target.port) in self.hosts


def is_reachable(address: Address, *, private: bool) -> bool:
    """True if a network address may be connected to.

    Only public unicast addresses are allowed, and with `private` also private networks (RFC 1918,
    RFC 4193) and this machine. Link-local addresses (cloud metadata services) and IPv4 addresses
    embedded in IPv6 are never allowed.
    """
    if isinstance(address, IPv4Address):
        if private and any(address in item for item in _PRIVATE_V4):
            return True
        never = any(address in item for item in _NEVER_V4)
        return address.is_global and not (never or address.is_multicast or address.is_reserved)
    if address.scope_id is not None:
        return False
    if private and any(address in item for item in _PRIVATE_V6):
        return True
    never = any(address in item for item in _NEVER_V6)
    return address in _UNICAST_V6 and address.is_global and not never


def _host_entry(entry: str) -> list[tuple[str, int]]:
    parts = urlsplit(f"//{entry}")
    if parts.path or parts.query or parts.fragment or "@" in entry:
        raise ValueError("a path needs http:// or https:// before it")
    host = _host(parts.hostname or "", entry)
    return [(host, item) for item in ([parts.port] if parts.port else _PORTS.values())]


def _host(host: str, shown: str) -> str:
    """Return a normalized host: ASCII, lower case, without a trailing dot."""
    host = host.rstrip(".").lower()
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise UsageError(f"<{shown}> has no valid host: {error}.") from error
    if not re.fullmatch(r"[a-z0-9_](?:[a-z0-9_.\-]*[a-z0-9_])?", host):
        raise UsageError(f"<{shown}> has no valid host.")
    return host
