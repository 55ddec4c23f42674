"""An endpoint without protection: what one writes in an afternoon, over pyoxigraph and rdflib.

Nothing here is contrived: each line is the shortest way to do its task. It serves one request
after the other, as `wsgiref` does. Run as ``python naive_endpoint.py TRIPLES``; it prints its port.
"""

from __future__ import annotations

import io
import resource
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pyoxigraph as ox
import rdflib

from support.unprotected import MEMORY_BYTES, quads

FILES = Path(__file__).parent
STORE = ox.Store()
RDF = {"application/rdf+xml": "xml", "application/ld+json": "json-ld", "text/turtle": "turtle"}
KINDS = ("application/sparql-results+json", "text/html", "text/csv", "*/*")


def app(environ, start_response):
    try:
        status, headers, body = answer(environ)
    except SyntaxError as error:
        status, headers, body = "400 Bad Request", HTML, f"<p>No such query: {error}</p>"
    if identity := environ.get("HTTP_X_REQUEST_ID"):
        headers = [*headers, ("X-Request-Id", identity)]
    start_response(status, [*headers])  # a list of its own: `wsgiref` adds to it
    return [body.encode() if isinstance(body, str) else body]


HTML = [("Content-Type", "text/html; charset=utf-8")]
TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def answer(environ):
    path = unquote(environ["PATH_INFO"])
    fields = {name: each[-1] for name, each in parse_qs(environ["QUERY_STRING"]).items()}
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
    shown = rest or next(iter(fields.values()), "nothing")
    return "200 OK", HTML, f"<h1>{shown}</h1><a href='/page/{shown}'>{shown}</a>"


def sparql(environ, fields):
    kind = environ.get("CONTENT_TYPE", "").partition(";")[0]
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    method = environ["REQUEST_METHOD"]
    if kind == "application/x-www-form-urlencoded":
        fields |= {name: each[-1] for name, each in parse_qs(body.decode()).items()}
    elif kind == "application/sparql-query":
        fields["query"] = body.decode()
    elif kind == "application/sparql-update":
        fields["update"] = body.decode()
    elif kind in RDF:
        read(body, kind)
        return "201 Created", TEXT, ""
    if method in ("DELETE", "PUT", "PATCH"):
        STORE.clear()
        return "204 No Content", TEXT, ""
    if "update" in fields:
        STORE.update(fields["update"])
        return "204 No Content", TEXT, ""
    return select(environ, fields)


def read(body, kind):
    """Take RDF in, as the Graph Store HTTP Protocol has it."""
    if kind == "application/rdf+xml":
        STORE.extend(ox.parse(body, format=ox.RdfFormat.RDF_XML))
    else:
        rdflib.Graph().parse(data=body, format=RDF[kind])


def select(environ, fields):
    limit_s = float(fields.get("timeout", "10").removesuffix("s"))
    assert limit_s > 0
    for name in ("default-graph-uri", "named-graph-uri"):
        if name in fields:
            rdflib.Graph().parse(fields[name])
    kind = best(environ.get("HTTP_ACCEPT", "*/*"))
    if tag := environ.get("HTTP_IF_NONE_MATCH"):
        _, value, _ = tag.split('"')
        if value == "the graph as it is":
            return "304 Not Modified", TEXT, ""
    text = fields.get("query", "")
    if fields.get("format") == "html" or (kind == "text/html" and "format" not in fields):
        return "200 OK", HTML, page(text)
    out = io.BytesIO()
    results = STORE.query(text)
    if isinstance(results, ox.QueryTriples):
        ox.serialize(results, out, format=ox.RdfFormat.TURTLE)
    else:
        results.serialize(out, format=ox.QueryResultsFormat.JSON)
    return "200 OK", [("Content-Type", KINDS[0])], out.getvalue()


def best(accept):
    """Return the kind that the client likes best."""
    weights = {}
    for part in accept.split(","):
        name, *parameters = part.split(";")
        weights[name.strip()] = float(dict(each.split("=") for each in parameters).get("q", 1))
    return max(KINDS, key=lambda kind: weights.get(kind, 0))


def page(text):
    rows = []
    for row in STORE.query(text):
        cells = (getattr(term, "value", str(term)) for term in row)
        rows.append("".join(f"<td><a href='{cell}'>{cell}</a></td>" for cell in cells))
    return f"<pre>{text}</pre><table><tr>{'<tr>'.join(rows)}</table>"


class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        """Say nothing."""


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    STORE.bulk_extend(quads(int(sys.argv[1])))
    server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
