"""The address under which a client sees the service, and what a trusted proxy says of a client.

One function for the event loop and for threads, so that both have the same inputs of a response.
Forwarded headers count only in requests from the address of the setting `trusted_proxy`. The Host
header alone is not trusted: it chooses among the names of this machine.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from ipgraph.settings import Settings

_LOCAL = ("localhost", "127.0.0.1", "[::1]")
_FORWARDED = frozenset(
    {
        "HTTP_X_FORWARDED_FOR",
        "HTTP_X_FORWARDED_HOST",
        "HTTP_X_FORWARDED_PROTO",
        "HTTP_X_FORWARDED_PORT",
        "HTTP_X_FORWARDED_BY",
        "HTTP_FORWARDED",
    }
)
_ANY_PROXY = "*"
_MAPPED = "::ffff:"  # an IPv4 address on a socket of IPv6
_ADDRESS = re.compile(r"\[?([0-9A-Fa-f.:]{2,45})\]?")
# RFC 3986, 3.2.2 and 3.2.3, without an empty host.
_HOST = re.compile(
    r"(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._~!$&'()*+;=%-]{1,255})(?::[0-9]{0,5})?", re.ASCII
)


def is_host(text: str) -> bool:
    """True if a text is a host with an optional port, as the Host header names one."""
    return _HOST.fullmatch(text) is not None


def is_trusted(settings: Settings, peer: str) -> bool:
    """True if the address at the other end of a connection is that of the trusted proxy."""
    trusted = settings.trusted_proxy
    return bool(trusted) and trusted in (_ANY_PROXY, peer, peer.removeprefix(_MAPPED))


def accept(settings: Settings, environ: MutableMapping[str, Any]) -> str:
    """Return scheme, host and path prefix under which the client sees the service.

    Also replaces the client, scheme and host of the environment by those that a trusted proxy
    names, and removes all forwarded headers from it. Ignores values that are not valid.
    """
    is_from_proxy = False
    if settings.trusted_proxy and is_trusted(settings, str(environ.get("REMOTE_ADDR", ""))):
        is_from_proxy = True
        if client := _ADDRESS.fullmatch(_last(environ, "HTTP_X_FORWARDED_FOR")):
            environ["REMOTE_ADDR"] = client[1]
        if (scheme := _last(environ, "HTTP_X_FORWARDED_PROTO").lower()) in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme
        if is_host(host := _last(environ, "HTTP_X_FORWARDED_HOST")):
            environ["HTTP_HOST"] = host
    remove_forwarded(environ)
    if settings.public_url:
        return settings.public_url.rstrip("/")
    return _root(
        environ.get("wsgi.url_scheme", "http"),
        environ.get("HTTP_HOST", ""),
        str(environ.get("SERVER_PORT", settings.port)),
        environ.get("SCRIPT_NAME", ""),
        settings.host,
        is_from_proxy,
    )


def remove_forwarded(environ: MutableMapping[str, Any]) -> None:
    """Remove all forwarded headers from an environment."""
    if _FORWARDED.isdisjoint(environ):
        return
    for name in _FORWARDED.intersection(environ):
        del environ[name]


@lru_cache(maxsize=256)
def _root(
    scheme: str, host: str, port: str, prefix: str, listening: str, is_from_proxy: bool
) -> str:
    """Return the root: under the requested host if it is trusted, else the listening address."""
    names = {*_LOCAL, listening}
    if not (is_from_proxy and is_host(host)):
        trusted = {*(f"{name}:{port}" for name in names), *(names if port == "80" else ())}
        if host not in trusted:
            host = f"{listening}:{port}"
    return f"{scheme}://{host}{prefix}"


def _last(environ: MutableMapping[str, Any], name: str) -> str:
    """Return the last value of a header: the one that the nearest proxy added."""
    return str(environ.get(name, "")).rpartition(",")[2].strip().strip('"')
