"""About this site: what it is and is not, what it is made of, and the files to download."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, make_response, send_file

from ipgraph import __version__
from ipgraph.resources import folder
from ipgraph.server.api.dumps import Dump, Dumps
from ipgraph.server.html import code_samples, links
from ipgraph.server.pages import developer_section, page_queries

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Blueprint

    from ipgraph.server.pages.developer_section import DeveloperSection
    from ipgraph.server.pages.site import Site

# While sizes and checksums are being worked out the page asks again.
RELOAD_S = 2
ONTOLOGY_FORMATS = (
    ("ttl", "Turtle"),
    ("jsonld", "JSON-LD"),
    ("rdf", "RDF/XML"),
    ("nt", "N-Triples"),
)
_CURL = """curl -O {root}/downloads/{name}
curl -s {root}/downloads/SHA256SUMS | sha256sum --check --ignore-missing
curl -G -H 'Accept: text/csv' {root}/sparql --data-urlencode \
'query=SELECT * WHERE {{ ?s ?p ?o }} LIMIT 10'"""
_PYTHON = """for row in kg.query("SELECT ?unit WHERE { ?unit org:unitOf id:ip }"):
    print(row["unit"].value)"""
_PYTHON_OF_ANY = """for row in kg.query("SELECT DISTINCT ?kind WHERE { ?thing a ?kind }"):
    print(row["kind"].value)"""


@dataclass(frozen=True, slots=True)
class Row:
    """A file of the table; only one that is sent as an attachment has a `dump`."""

    address: str
    name: str
    description: str
    format: str
    dump: Dump | None = None


def register(blueprint: Blueprint, site: Site) -> None:
    """Add the addresses."""
    dumps = Dumps(site.kg)

    @blueprint.get("/about", endpoint="about")
    def about() -> str:
        return site.render(
            "about.html",
            libraries=_libraries(),
            contents=_contents(site),
            software=__version__,
            developers=_developers(site),
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
        rows=_rows(site, listed, [dump for dump, _ in _curated(site, dumps)]),
        is_writing=dumps.is_writing,
        are_listed=dumps.are_listed,
        contents=_contents(site),
        curl=_CURL.format(root=site.root(), name=listed[0].name),
        python=code_samples.python(site.opening, _PYTHON if site.is_own else _PYTHON_OF_ANY),
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


def _contents(site: Site) -> str:
    """Return a sentence about the size of the graph; empty for one that was not built here."""
    counts = site.manifest.get("counts")
    if not counts:
        return ""
    numbers = {name: counts[name] for name in ("triples", "stated", "inferred")}
    return site.words()("downloads.counts", n=len(counts["graphs"]), **numbers)


def _developers(site: Site) -> DeveloperSection:
    formats = (
        ("VoID (Turtle)", links.address("/void.ttl")),
        ("DCAT (Turtle)", links.address("/dcat.ttl")),
        ("data.json", links.address("/data.json")),
        ("OpenAPI", links.address("/openapi.json")),
    )
    query = page_queries.query("home")
    return developer_section.of_address(site, formats[0][1], formats=formats, sparql=query)


def _rows(site: Site, dumps: list[Dump], curated: list[Dump]) -> list[Row]:
    words = site.words()
    rows = [_dump_row(dump, words(f"downloads.{dump.holds}")) for dump in dumps]
    if site.is_own:
        text = words("downloads.ontology")
        rows += [
            Row(links.address(f"/ontology.{suffix}"), f"ontology.{suffix}", text, label)
            for suffix, label in ONTOLOGY_FORMATS
        ]
        rows += [_dump_row(d, words("downloads." + d.name.partition(".")[0])) for d in curated]
    return rows + [
        Row(links.address(f"/{name}.ttl"), f"{name}.ttl", words(f"downloads.{name}"), "Turtle")
        for name in ("void", "dcat")
    ]


def _dump_row(dump: Dump, description: str) -> Row:
    address = links.address(f"/downloads/{dump.name}")
    return Row(address, dump.name, description, dump.label, dump)
