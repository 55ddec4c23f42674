"""waitress with its own loop: every request is answered in a thread."""

from __future__ import annotations

from ipgraph.server.transport.guarded_server import GuardedServer


class PlainServer(GuardedServer):
    """A server that answers in threads."""
