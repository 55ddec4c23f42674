"""The page of an error: what happened, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.server.http.negotiation import HTML
from ipgraph.server.http.response import NO_STORE, Response
from ipgraph.server.pages import search
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from ipgraph.server.context import Request
    from ipgraph.server.http.response import Problem


def error_page(request: Request, problem: Problem) -> Response:
    """Show a problem; one of the service itself has the id of the request as its reference."""
    site = site_of(request)
    text = _name_in(request) if problem.status in (404, 410) else ""
    body = site.render(
        "error.html",
        status=problem.status,
        type=problem.type,
        detail=problem.detail,
        hint=problem.hint,
        alternates=problem.more.get("alternates"),
        reference=request.id if problem.status >= 500 else "",
        asked=text,
        nearest=site.index.similar(text) if text else (),
    )
    headers = (("Content-Type", HTML.content_type), ("Vary", "Accept"), NO_STORE)
    return Response.of((*headers, *problem.headers), body.encode(), problem.status)


def _name_in(request: Request) -> str:
    """Return in words what an address that leads nowhere seems to have asked for."""
    name = request.args.get("uri", "") or request.path
    last = name.rstrip("/#").rpartition("#")[2].rpartition("/")[2]
    words = " ".join(last.replace("_", " ").replace("-", " ").split())
    return words[: search.MAX_QUERY]
