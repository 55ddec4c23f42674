"""The allow-list of endpoints, and the network addresses that may be connected to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TypeAlias
from urllib.parse import urlsplit

from ipgraph.errors import UsageError
from ipgraph.http_client import address
from ipgraph.http_client.address import PORTS, Destination

Address: TypeAlias = IPv4Address | IPv6Address

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
                    addresses.add(address.parse(entry))
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
    host = address.normalize_host(parts.hostname or "", entry)
    return [(host, item) for item in ([parts.port] if parts.port else PORTS.values())]
