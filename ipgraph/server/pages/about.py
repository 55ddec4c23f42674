"""About this site: what it is and is not, what it is made of, and the files to download."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Response, make_response, send_file

from ipgraph import __version__
from ipgraph.resources import folder
from ipgraph.server.api.dumps import Dump, Dumps

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Blueprint

    from ipgraph.server.pages.site import Site

# While sizes and checksums are being worked out the page asks again.
RELOAD_S = 2


def register(blueprint: Blueprint, site: Site) -> None:
    """Add the addresses."""
    dumps = Dumps(site.kg)

    @blueprint.get("/about", endpoint="about")
    def about() -> str:
        return site.render(
            "about.html", libraries=_libraries(), counts=_counts(site), software=__version__
        )

    @blueprint.get("/downloads", endpoint="downloads")
    def downloads() -> Response:
        return _downloads(site, dumps)

    @blueprint.get("/downloads/SHA256SUMS", endpoint="checksums")
    def checksums() -> Response:
        return Response(dumps.checksums(), content_type="text/plain; charset=utf-8")

    @blueprint.get("/downloads/<name>", endpoint="download")
    def download(name: str) -> Response:
        curated = {each.name: (each, path) for each, path in _curated(site, dumps)}
        dump, path = curated.get(name) or dumps.file(name)
        return send_file(path, mimetype=dump.media_type, as_attachment=True, download_name=name)


def _downloads(site: Site, dumps: Dumps) -> Response:
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
