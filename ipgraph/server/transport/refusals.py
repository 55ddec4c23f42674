"""Requests that the transport refuses itself, as problem details: no thread, no application."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

from waitress.task import ErrorTask

from ipgraph.server.context import new_id
from ipgraph.server.http.access_log import FinishedRequest
from ipgraph.server.http.negotiation import PLAIN, wants_html
from ipgraph.server.http.response import PROBLEM, Problem, write_problem
from ipgraph.server.http.response_headers import ALWAYS

_UNREAD = "-"  # the method or path of a request that could not be parsed


class Refusal(ErrorTask):  # type: ignore[misc]  # waitress ships no types
    """A request with an error, behind others on its connection."""

    def execute(self) -> None:
        """Write the response, and let the connection close."""
        self.close_on_finish = self.complete = self.wrote_header = True
        self.channel.lingers = True
        self.channel.write_soon(refuse(self.channel, self.request))


def refuse(channel: Any, request: Any) -> bytes:
    """Return the response to a request that has an error; count and log the request."""
    error = request.error
    status = 414 if error.code == 431 else error.code
    problem = Problem(status, error.reason.lower().replace(" ", "-"), error.body)
    accept = request.headers.get("ACCEPT", "")
    if wants_html(accept, PROBLEM, PLAIN):  # a broken request gets no page
        accept = PLAIN.media_type
    written = write_problem(problem, accept, "")
    assert written is not None  # noqa: S101  only HTML has no such form
    body = written.get_data()
    headers = [
        *((name, value) for name, value in written.headers if name != "Content-Length"),
        *ALWAYS,
        ("Content-Length", str(len(body))),
        ("Date", formatdate(time.time(), usegmt=True)),
        ("Connection", "close"),
    ]
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    head = f"HTTP/1.1 {status} {problem.title}\r\n{lines}\r\n".encode("latin-1")
    channel.server.application.record(
        FinishedRequest(
            id=new_id(),
            client=channel.client,
            method=request.command or _UNREAD,
            path=request.path or _UNREAD,
            route="",
            status=status,
            size=len(body),
            duration_ms=max(0.0, time.monotonic() - channel.since) * 1000,
            outcome=problem.type,
            notes={},
        )
    )
    return bytes(head + body) if request.command != "HEAD" else head
