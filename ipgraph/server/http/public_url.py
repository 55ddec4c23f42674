"""The address under which a client sees the service. The Host header alone is not trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ipgraph.settings import Settings

_LOCAL = ("localhost", "127.0.0.1", "[::1]")


def root(settings: Settings, environ: Mapping[str, Any]) -> str:
    """Return scheme, host and path prefix, without a slash at the end.

    It is the setting `public_url` if that is set. Else it is the requested host if
    that is a loopback name or the listening address, and else the listening address.
    """
    prefix = str(environ.get("SCRIPT_NAME", ""))
    if settings.public_url:
        return settings.public_url.rstrip("/")
    port = str(environ.get("SERVER_PORT", settings.port))
    names = {*_LOCAL, settings.host}
    host = str(environ.get("HTTP_HOST", ""))
    if host not in {*(f"{name}:{port}" for name in names), *(names if port == "80" else ())}:
        host = f"{settings.host}:{port}"
    if settings.trusted_proxy and environ.get("REMOTE_ADDR") and environ.get("HTTP_HOST"):
        host = str(environ["HTTP_HOST"])  # set by the trusted proxy
    return f"{environ.get('wsgi.url_scheme', 'http')}://{host}{prefix}"
