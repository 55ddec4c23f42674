"""The pages "About this site" and "Downloads"."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import make_response, send_file

from ipgraph import __version__
from ipgraph.resources import folder
from ipgraph.serialization.formats import Content
from ipgraph.server.api.dumps import Dump, Dumps, dumps_of
from ipgraph.server.html import code_samples, links
from ipgraph.server.http.negotiation import HTML, PLAIN, RDF_OFFERS
from ipgraph.server.http.response import Response
from ipgraph.server.http.routes import Parameter, Routes
from ipgraph.server.pages import developer_section, page_queries
from ipgraph.server.pages.queries import questions
from ipgraph.server.pages.site import site_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Response as FlaskResponse

    from ipgraph.knowledge_graph import KnowledgeGraph
    from ipgraph.server.context import Request
    from ipgraph.server.pages.developer_section import DeveloperSection
    from ipgraph.server.pages.site import Site

# The page reloads while sizes and checksums are being computed.
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
_PYTHON = """for row in kg.query("SELECT DISTINCT ?kind WHERE { ?entity a ?kind }"):
    print(row["kind"].value)"""


@dataclass(frozen=True, slots=True)
class Row:
    """A file of the table. Only files sent as attachments have a `dump`."""

    address: str
    name: str
    description: str
    format: str
    dump: Dump | None = None


routes = Routes()


@routes.add("/about", summary="About this site", offers=(HTML,), menu=10, is_in_sitemap=True)
def about(request: Request) -> str:
    """Show the page about this site."""
    site = site_of(request)
    return site.render(
        "about.html",
        libraries=_libraries(),
        sections=_sections(site),
        contents=_contents(site),
        software=__version__,
        developers=_developers(site),
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
    parameters=(Parameter("name", "name of a file listed at /downloads"),),
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
        rows=_rows(site, listed, [dump for dump, _ in _curated(site, dumps)]),
        is_writing=dumps.is_writing,
        are_listed=dumps.are_listed,
        contents=_contents(site),
        curl=_CURL.format(root=site.root(), name=listed[0].name),
        python=code_samples.python(site.opening, _PYTHON),
    )
    response = make_response(body)
    if dumps.is_writing:
        response.headers["Cache-Control"] = "no-store"
        response.headers["Refresh"] = str(RELOAD_S)
    return response


def _curated(site: Site, dumps: Dumps) -> list[tuple[Dump, Path]]:
    return dumps.curated()


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page about the dataset."""

    title: str
    paragraphs: tuple[str, ...]


def _sections(site: Site) -> list[Section]:
    """Return the sections of the dataset file: its texts, and the rows of its questions."""
    return [
        Section(
            site.choose(section.title),
            tuple(site.choose(section.text).split("\n\n"))
            if section.text
            else _rows_of(site, section.question),
        )
        for section in site.kg.config.about
    ]


def _rows_of(site: Site, name: str) -> tuple[str, ...]:
    """Return the rows of a question as texts."""
    asked = questions.find(site, name)
    found = questions.answer(site, asked, asked.text)
    return tuple(", ".join(cell.text for cell in row) for row in found.rows)


def _libraries() -> list[dict[str, str]]:
    """Return the libraries bundled for the browser; empty if there is no bundle."""
    path = folder("web") / "static" / "dist" / "libraries.json"
    found: list[dict[str, str]] = json.loads(path.read_text()) if path.is_file() else []
    return found


def _contents(site: Site) -> str:
    """Return the size of the graph and its notes in sentences; empty without a snapshot."""
    counts = site.manifest.get("counts")
    if not counts:
        return ""
    numbers = {name: counts[name] for name in ("triples", "stated", "inferred")}
    size = site.words()("downloads.counts", n=len(counts["graphs"]), **numbers)
    return " ".join((size, *site.kg.notes))


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
    rows = [_dump_row(dump, words(_contents_key(dump, site.kg))) for dump in dumps]
    if site.kg.config.graphs.ontology:
        text = words("downloads.ontology")
        rows += [
            Row(links.address(f"/ontology.{suffix}"), f"ontology.{suffix}", text, label)
            for suffix, label in ONTOLOGY_FORMATS
        ]
    rows += [_dump_row(dump, words("downloads.shapes")) for dump in curated]
    return rows + [
        Row(links.address(f"/{name}.ttl"), f"{name}.ttl", words(f"downloads.{name}"), "Turtle")
        for name in ("void", "dcat")
    ]


def _contents_key(dump: Dump, kg: KnowledgeGraph) -> str:
    """Return the key of the text that says what a file has."""
    is_stated = dump.content is not Content.TABLES and not kg.exports_inferred
    return f"downloads.{dump.content}{'_stated' if is_stated else ''}"


def _dump_row(dump: Dump, description: str) -> Row:
    address = links.address(f"/downloads/{dump.name}")
    return Row(address, dump.name, description, dump.label, dump)
