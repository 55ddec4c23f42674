"""The error page: what happened, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipgraph.search.folding import MAX_TEXT_CHARS
from ipgraph.server.html.filters import linked
from ipgraph.server.http.negotiation import HTML
from ipgraph.server.http.response import NO_STORE, Response
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from ipgraph.server.context import Request
    from ipgraph.server.http.response import Problem
    from ipgraph.server.pages.site import Site


def error_page(request: Request, problem: Problem) -> Response:
    """Show a problem. A server error has the request ID as its reference."""
    site = site_of(request)
    is_missing = problem.status in (404, 410)
    text = _name_in(request) if is_missing else ""
    body = site.render(
        "error.html",
        title=_title(site, problem),
        # A 404 quotes the requested address, and no part of that becomes a link.
        detail=problem.detail if problem.status == 404 else linked(problem.detail),
        hint=problem.hint,
        alternates=problem.more.get("alternates"),
        reference=request.id if problem.status >= 500 else "",
        is_missing=is_missing and problem.type != "not-entailed",
        asked=text,
        nearest=site.index.similar(text) if text else (),
    )
    headers = (("Content-Type", HTML.content_type), ("Vary", "Accept"), NO_STORE)
    return Response.of((*headers, *problem.headers), body.encode(), problem.status)


def _title(site: Site, problem: Problem) -> str:
    words = site.words()
    name = "unentailed" if problem.type == "not-entailed" else problem.status
    key = f"error.title_{name}"
    return words(key if words.has(key) else "error.title_other")


def _name_in(request: Request) -> str:
    """Return the name in an address that does not exist, as words."""
    name = request.args.get("uri", "") or request.path
    last = name.rstrip("/#").rpartition("#")[2].rpartition("/")[2]
    words = " ".join(last.replace("_", " ").replace("-", " ").split())
    return words[:MAX_TEXT_CHARS]
