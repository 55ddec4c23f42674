"""About this site: what it is and is not, what it is made of, and the files to download."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import make_response, send_file

from ipgraph import __version__
from ipgraph.resources import folder
from ipgraph.server.api.dumps import Dump, Dumps, dumps_of
from ipgraph.server.http.negotiation import HTML, PLAIN, RDF_OFFERS
from ipgraph.server.http.response import Response
from ipgraph.server.http.routes import Parameter, Routes
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Response as FlaskResponse

    from ipgraph.server.context import Request
    from ipgraph.server.pages.site import Site

# While sizes and checksums are being worked out the page asks again.
RELOAD_S = 2


routes = Routes()


@routes.add("/about", summary="About this site", offers=(HTML,), menu=10, is_in_sitemap=True)
def about(request: Request) -> str:
    """Say what this site is and is not."""
    site = site_of(request)
    return site.render(
        "about.html", libraries=_libraries(), counts=_counts(site), software=__version__
    )


@routes.add("/downloads", summary="The files of the whole graph", offers=(HTML,), menu=9)
def downloads(request: Request) -> FlaskResponse:
    """List the files of the whole graph."""
    return _downloads(site_of(request), request.edition.part(dumps_of))


@routes.add("/downloads/SHA256SUMS", summary="Their checksums", offers=(PLAIN,))
def checksums(request: Request) -> Response:
    """List the checksums of the files."""
    text = request.edition.part(dumps_of).checksums()
    return Response.of((("Content-Type", PLAIN.content_type),), text.encode())


@routes.add(
    "/downloads/<name>",
    summary="A file of the whole graph",
    offers=RDF_OFFERS,
    parameters=(Parameter("name", "the name of a file that /downloads lists"),),
    negotiates=False,
)
def download(request: Request, name: str) -> FlaskResponse:
    """Send a file."""
    dumps = request.edition.part(dumps_of)
    curated = {dump.name: (dump, path) for dump, path in _curated(site_of(request), dumps)}
    dump, path = curated.get(name) or dumps.file(name)
    return send_file(path, mimetype=dump.media_type, as_attachment=True, download_name=name)


def _downloads(site: Site, dumps: Dumps) -> FlaskResponse:
    listed = dumps.listed()
    body = site.render(
        "downloads.html",
        dumps=listed,
        is_writing=dumps.is_writing,
        are_listed=dumps.are_listed,
        curated=[each for each, _ in _curated(site, dumps)],
        counts=_counts(site),
    )
    response = make_response(body)
    if dumps.is_writing:
        response.headers["Cache-Control"] = "no-store"
        response.headers["Refresh"] = str(RELOAD_S)
    return response


def _curated(site: Site, dumps: Dumps) -> list[tuple[Dump, Path]]:
    return dumps.curated() if site.is_own else []


def _libraries() -> list[dict[str, str]]:
    """Return what was bundled for the browser; nothing where nothing was."""
    path = folder("web") / "static" / "dist" / "libraries.json"
    found: list[dict[str, str]] = json.loads(path.read_text()) if path.is_file() else []
    return found


def _counts(site: Site) -> dict[str, Any]:
    counts: dict[str, Any] = site.manifest.get("counts", {})
    return counts
