"""An endpoint without protection, as written in an afternoon with pyoxigraph and rdflib.

Nothing is contrived: each line is the shortest way to do its task. It serves one request after the
other, as `wsgiref` does. Run as ``python -m support.naive_endpoint TRIPLES``; it prints its port.
"""

from __future__ import annotations

import io
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pyoxigraph as ox
import rdflib

from support.unprotected import MEMORY_BYTES, quads

if TYPE_CHECKING:
    from wsgiref.types import StartResponse

Headers = list[tuple[str, str]]
Response = tuple[str, Headers, str | bytes]  # the status, the headers, the body

FILES = Path(__file__).parent
STORE = ox.Store()
RDF = {"application/rdf+xml": "xml", "application/ld+json": "json-ld", "text/turtle": "turtle"}
MEDIA_TYPES = ("application/sparql-results+json", "text/html", "text/csv", "*/*")


def app(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
    try:
        status, headers, body = answer(environ)
    except SyntaxError as error:
        status, headers, body = "400 Bad Request", HTML, f"<p>No such query: {error}</p>"
    if identity := environ.get("HTTP_X_REQUEST_ID"):
        headers = [*headers, ("X-Request-Id", identity)]
    start_response(status, [*headers])  # a copy: `wsgiref` adds to the list
    return [body.encode() if isinstance(body, str) else body]


HTML = [("Content-Type", "text/html; charset=utf-8")]
TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def answer(environ: dict[str, Any]) -> Response:
    path = unquote(environ["PATH_INFO"])
    fields = {name: values[-1] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    first, _, rest = path.lstrip("/").partition("/")
    if first in ("sparql", "query"):
        return sparql(environ, fields)
    if first in ("static", "data", "source", "downloads"):
        return "200 OK", TEXT, Path(f"{FILES}/{rest}").read_bytes()
    if first == "id":
        return "303 See Other", [*TEXT, ("Location", f"/page/{rest}")], ""
    if first == "describe":
        about = rdflib.Graph().parse(fields["uri"])
        return "200 OK", TEXT, about.serialize(format="turtle")
    if first in ("void.ttl", "sitemap.xml", "openapi.json"):
        host = environ.get("HTTP_X_FORWARDED_HOST") or environ["HTTP_HOST"]
        scheme = environ.get("HTTP_X_FORWARDED_PROTO", "http")
        return "200 OK", TEXT, f"<{scheme}://{host}/> a void:Dataset ."
    name = rest or next(iter(fields.values()), "nothing")
    return "200 OK", HTML, f"<h1>{name}</h1><a href='/page/{name}'>{name}</a>"


def sparql(environ: dict[str, Any], fields: dict[str, str]) -> Response:
    media_type = environ.get("CONTENT_TYPE", "").partition(";")[0]
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    method = environ["REQUEST_METHOD"]
    if media_type == "application/x-www-form-urlencoded":
        fields |= {name: values[-1] for name, values in parse_qs(body.decode()).items()}
    elif media_type == "application/sparql-query":
        fields["query"] = body.decode()
    elif media_type == "application/sparql-update":
        fields["update"] = body.decode()
    elif media_type in RDF:
        load(body, media_type)
        return "201 Created", TEXT, ""
    if method in ("DELETE", "PUT", "PATCH"):
        STORE.clear()
        return "204 No Content", TEXT, ""
    if "update" in fields:
        STORE.update(fields["update"])
        return "204 No Content", TEXT, ""
    return select(environ, fields)


def load(body: bytes, media_type: str) -> None:
    """Load RDF, as in the Graph Store HTTP Protocol."""
    if media_type == "application/rdf+xml":
        STORE.extend(ox.parse(body, format=ox.RdfFormat.RDF_XML))
    else:
        rdflib.Graph().parse(data=body, format=RDF[media_type])


def select(environ: dict[str, Any], fields: dict[str, str]) -> Response:
    limit_s = float(fields.get("timeout", "10").removesuffix("s"))
    assert limit_s > 0
    for name in ("default-graph-uri", "named-graph-uri"):
        if name in fields:
            rdflib.Graph().parse(fields[name])
    media_type = best(environ.get("HTTP_ACCEPT", "*/*"))
    if tag := environ.get("HTTP_IF_NONE_MATCH"):
        _, value, _ = tag.split('"')
        if value == "the graph as it is":
            return "304 Not Modified", TEXT, ""
    text = fields.get("query", "")
    if fields.get("format") == "html" or (media_type == "text/html" and "format" not in fields):
        return "200 OK", HTML, page(text)
    out = io.BytesIO()
    results = STORE.query(text)
    if isinstance(results, ox.QueryTriples):
        ox.serialize(results, out, format=ox.RdfFormat.TURTLE)
    else:
        results.serialize(out, format=ox.QueryResultsFormat.JSON)
    return "200 OK", [("Content-Type", MEDIA_TYPES[0])], out.getvalue()


def best(accept: str) -> str:
    """Return the media type that the client prefers."""
    weights: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = part.split(";")
        weights[name.strip()] = float(
            dict(parameter.split("=") for parameter in parameters).get("q", 1)
        )
    return max(MEDIA_TYPES, key=lambda media_type: weights.get(media_type, 0))


def page(text: str) -> str:
    rows = []
    results: Any = STORE.query(text)
    for row in results:
        cells = (getattr(term, "value", str(term)) for term in row)
        rows.append("".join(f"<td><a href='{cell}'>{cell}</a></td>" for cell in cells))
    return f"<pre>{text}</pre><table><tr>{'<tr>'.join(rows)}</table>"


class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        """Print nothing."""


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    STORE.bulk_extend(quads(int(sys.argv[1])))
    server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
