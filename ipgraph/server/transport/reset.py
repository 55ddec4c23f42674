"""Reset the connection of an HTTP/1.0 client whose response is cut.

The end of the connection ends an HTTP/1.0 response, so a client could not tell a cut one from a
complete one. Later versions have chunks, and a response that is cut lacks the last.
"""

from __future__ import annotations

import socket
import struct

from waitress.task import WSGITask

from ipgraph.server.http.delivery import ResponseCut

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: drop unsent bytes and reset the connection


class ResettingTask(WSGITask):  # type: ignore[misc]  # waitress ships no types
    """A request answered in a thread."""

    def service(self) -> None:
        """Answer the request."""
        try:
            super().service()
        except ResponseCut:
            if self.version == "1.0":
                self.channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            raise
