"""Addresses of HTTP servers: parsed, normalized, and shown without secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote, urljoin, urlsplit

from ipgraph.errors import UsageError
from ipgraph.http_client.plain_text import one_line

PORTS = {"http": 80, "https": 443}
_MAX_SHOWN = 200  # characters of an address in a message
_USER = re.compile(r"//[^/?#]*@")


@dataclass(frozen=True, slots=True)
class Destination:
    """The address of an endpoint: scheme, host, port, and path with query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """The scheme, host and port."""
        return self.scheme, self.host, self.port

    @property
    def url(self) -> str:
        """The normalized address."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """The host, and the port unless it is the scheme's default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def redirect(self, location: str) -> Destination:
        """Return the address of a redirect. Raises `UsageError` as `parse` does."""
        try:
            joined = urljoin(self.url, location)
        except ValueError:
            joined = location  # as malformed as it came: `parse` says what is wrong
        return parse(joined)

    def __str__(self) -> str:
        """Return the address to show. Its query may contain a key and is left out."""
        path, has_query, _ = self.path.partition("?")
        return f"{self.scheme}://{self.authority}{path}{'?…' if has_query else ''}"


def parse(iri: str) -> Destination:
    """Parse the IRI of an endpoint. Raises `UsageError` if it is not an http or https address."""
    shown = _without_secrets(iri)
    try:
        parts = urlsplit(iri)
        scheme, host = parts.scheme.lower(), parts.hostname or ""
        is_named = parts.username is not None or parts.password is not None
        port = None if is_named else parts.port  # with a user name, the error may quote a password
    except ValueError as error:
        raise UsageError(f"<{shown}> is not a valid address: {one_line(str(error))}.") from None
    if scheme not in PORTS:
        raise UsageError(f"<{shown}> is not an http or https address.")
    if is_named:
        raise UsageError(f"<{shown}> contains a user name or password, which is not supported.")
    query = f"?{parts.query}" if parts.query else ""
    path = quote((parts.path or "/") + query, safe="/?:@!$&'()*+,;=%~-._[]")
    return Destination(
        scheme, normalize_host(host, shown), PORTS[scheme] if port is None else port, path
    )


def normalize_host(host: str, shown: str) -> str:
    """Return a host in ASCII, in lower case and without a trailing dot.

    Raises `UsageError`, whose message shows the address `shown`.
    """
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


def _without_secrets(iri: str) -> str:
    address, has_query, _ = one_line(_USER.sub("//…@", iri), _MAX_SHOWN).partition("?")
    return address + ("?…" if has_query else "")
