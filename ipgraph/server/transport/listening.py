"""Bind an address and make the server that the setting `fast_path` chooses."""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING, Any

from ipgraph import logs
from ipgraph.server.http.delivery import ResponseCut
from ipgraph.server.transport.fast_server import FastServer
from ipgraph.server.transport.interfaces import (
    MAX_BUFFERED_BYTES,
    MAX_HEADER_BYTES,
)
from ipgraph.server.transport.plain_server import PlainServer

if TYPE_CHECKING:
    from ipgraph.server.application import Application
    from ipgraph.server.transport.interfaces import Server
    from ipgraph.settings import Settings


def make(application: Application, settings: Settings) -> Server:
    """Bind the address of the settings; raises `OSError` if that fails."""
    _silence_waitress()
    kind = FastServer if settings.fast_path else PlainServer
    bound = _bind(settings)
    try:
        return kind(application, bound, _options(settings))
    except BaseException:
        bound.close()
        raise


def address(server: Server, settings: Settings) -> str:
    """Return the address that a browser on this machine opens."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    return f"http://{host}:{server.port}"


def is_free(settings: Settings) -> bool:
    """True if nothing listens on the address yet; binding alone would share it."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        host = settings.host if settings.host not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104
        return settings.port == 0 or probe.connect_ex((host, settings.port)) != 0


def _bind(settings: Settings) -> socket.socket:
    found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    family, kind, protocol, _, place = found[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(place)
    except BaseException:
        bound.close()
        raise
    return bound


def _options(settings: Settings) -> dict[str, Any]:
    """Return the options of waitress."""
    return {
        "threads": settings.threads,
        "ident": None,
        "backlog": 1024,
        "channel_request_lookahead": 1,  # to notice that a client disconnected
        "max_request_header_size": MAX_HEADER_BYTES,
        "max_request_body_size": (settings.request_limit_kib << 10) + 1,
        "outbuf_high_watermark": MAX_BUFFERED_BYTES,
        "outbuf_overflow": MAX_BUFFERED_BYTES * 2,
        "asyncore_use_poll": True,
        "clear_untrusted_proxy_headers": False,  # `public_url.accept` does it, in both modes
    }


def _silence_waitress() -> None:
    """Bound waitress's log records, and drop those of a full queue and of responses cut on purpose.

    A client can cause such records as often as it likes.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    logger = logging.getLogger("waitress")
    if not any(isinstance(known, _NotCut) for known in logger.filters):
        logger.addFilter(_NotCut())
        logger.addFilter(logs.RateLimit())


class _NotCut(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], ResponseCut))
