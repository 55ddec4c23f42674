"""The address under which a client sees the service. The Host header alone is not trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ipgraph.settings import Settings

_LOCAL = ("localhost", "127.0.0.1", "[::1]")


def root(settings: Settings, environ: Mapping[str, Any]) -> str:
    """Return scheme, host and path prefix, without a slash at the end.

    It is the setting `public_url` where that is set. Else it is the host that was asked for, if
    that is this machine's own name for itself or the address listened on, and else that address.
    """
    prefix = str(environ.get("SCRIPT_NAME", ""))
    if settings.public_url:
        return settings.public_url.rstrip("/")
    port = str(environ.get("SERVER_PORT", settings.port))
    names = {*_LOCAL, settings.host}
    asked = str(environ.get("HTTP_HOST", ""))
    if asked not in {*(f"{name}:{port}" for name in names), *(names if port == "80" else ())}:
        asked = f"{settings.host}:{port}"
    if settings.trusted_proxy and environ.get("REMOTE_ADDR") and environ.get("HTTP_HOST"):
        asked = str(environ["HTTP_HOST"])  # which the trusted proxy has set
    return f"{environ.get('wsgi.url_scheme', 'http')}://{asked}{prefix}"
