"""Which endpoints may be asked, and at which addresses of the network."""

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
# Python's `is_global` differs from release to release; these are refused whatever it says: shared
# space of carriers (RFC 6598), the anycast of 6to4 relays, and IPv6 that carries an IPv4 address.
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
    """What an IRI of http or https asks: of which host and port, and with which path."""

    scheme: str
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        """Write the address as it is compared and shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


def destination(iri: str) -> Destination:
    """Read an IRI; raises `UsageError` for what is no address of an endpoint."""
    try:
        parts = urlsplit(iri)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError as error:
        raise UsageError(f"<{iri}> is no address: {error}.") from error
    if scheme not in _PORTS:
        raise UsageError(f"<{iri}> is not an address of http or https.")
    if parts.username is not None or parts.password is not None:
        raise UsageError(f"<{iri}> carries a name or a password; no endpoint is sent any.")
    query = f"?{parts.query}" if parts.query else ""
    path = quote((parts.path or "/") + query, safe="/?:@!$&'()*+,;=%~-._[]")
    return Destination(scheme, _host(host, iri), _PORTS[scheme] if port is None else port, path)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The endpoints that may be asked: whole addresses, and hosts with all that is on them."""

    addresses: frozenset[Destination]
    hosts: frozenset[tuple[str, int]]

    @classmethod
    def parse(cls, text: str) -> Allowed:
        """Read the setting: hosts, hosts with a port, and IRIs, between commas or spaces.

        Raises `UsageError` for an entry that is none of these, so that a slip opens nothing.
        """
        addresses, hosts = set(), set()
        for entry in re.split(r"[\s,]+", text.strip()):
            try:
                if "://" in entry:
                    addresses.add(destination(entry))
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
        """Tell whether any endpoint may be asked."""
        return bool(self.addresses or self.hosts)

    def allows(self, wanted: Destination) -> bool:
        """Tell whether an endpoint may be asked; the addresses of its host are another matter."""
        return wanted in self.addresses or (wanted.host, wanted.port) in self.hosts


def is_reachable(address: Address, *, private: bool) -> bool:
    """Tell whether an address of the network may be connected to.

    Only unicast addresses of the public Internet may, and with `private` also those of private
    networks (RFC 1918, RFC 4193) and of this machine; link-local ones, where clouds keep their
    secrets, and IPv4 addresses in the clothes of IPv6 never.
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
    """Return a host as it is compared: ASCII, lower case, no dot at its end."""
    host = host.rstrip(".").lower()
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise UsageError(f"<{shown}> names no host: {error}.") from error
    if not re.fullmatch(r"[a-z0-9_](?:[a-z0-9_.\-]*[a-z0-9_])?", host):
        raise UsageError(f"<{shown}> names no host.")
    return host
