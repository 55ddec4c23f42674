"""No header of one client changes the response to the next, whatever the cache holds."""

from __future__ import annotations

import gzip
import http.client
import re
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

import pytest

from ipgraph.server.http import caching
from support.running import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipgraph.knowledge_graph import KnowledgeGraph
    from support.running import Running

PROXY, OTHER_CLIENT = "127.0.0.1", "127.0.0.2"
EVIL = "evil.example"
# One route of each kind.
PATHS = (
    "/",
    "/page/pscd",
    "/page/pscd?lang=es",
    "/id/pscd",
    "/data/pscd.ttl",
    "/about",
    "/search?q=dam",
    "/suggest?q=in",
    "/sources",
    "/graph",
    "/ontology",
    "/ontology.ttl",
    "/describe?uri=https%3A%2F%2Fw3id.org%2Fipgraph%2Fid%2Fpscd",
    "/sparql?" + urlencode({"query": "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 50"}),
    "/sparql?" + urlencode({"query": "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"}),
    "/sparql?format=ttl",
    "/reconcile",
    "/void.ttl",
    "/openapi.json",
    "/robots.txt",
    "/sitemap.xml",
    "/.well-known/security.txt",
    "/static/style.css",
    "/no/such/page",
)
HEADERS = (
    ("Host", EVIL),
    ("Host", "localhost"),
    ("X-Forwarded-Host", EVIL),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-For", "192.0.2.7"),
    ("X-Forwarded-Port", "9"),
    ("X-Forwarded-Prefix", "/evil"),
    ("Forwarded", f"for=192.0.2.7;host={EVIL};proto=https"),
    ("Accept", "text/html"),
    ("Accept", "application/json"),
    ("Accept", "text/turtle;q=0.5, text/csv"),
    ("Accept-Language", "es"),
    ("Accept-Encoding", "gzip"),
    ("Cookie", "lang=es; session=evil"),
    ("User-Agent", f"<script>{EVIL}"),
    ("Origin", f"http://{EVIL}"),
    ("Referer", f"http://{EVIL}/"),
    ("X-Original-URL", "/about"),
    ("X-Rewrite-URL", "/about"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("Range", "bytes=0-9"),
    ("Authorization", "Basic eDp5"),
)
NAMING_EVIL = tuple(header for header in HEADERS if EVIL in header[1])
VARYING = {"date", "server-timing", "x-request-id", "content-length"}
OWN = re.compile(rb"urn:request:[0-9a-f]+|request id [0-9a-f]+|[0-9.,]+\s*(?:&nbsp;)?m?s\b")


class Seen(NamedTuple):
    """What a client sees of a response, without what differs each time."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Client:
    """A client at an address of loopback, with one connection."""

    def __init__(self, port: int, address: str) -> None:
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", port, source_address=(address, 0)
        )
        self._host = f"127.0.0.1:{port}"

    def close(self) -> None:
        self._connection.close()

    def get(self, path: str, header: tuple[str, str] | None) -> Seen:
        connection = self._connection
        connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
        for name, value in dict([("Host", self._host), *([header] if header else [])]).items():
            connection.putheader(name, value)
        connection.endheaders()
        reply = connection.getresponse()
        body = reply.read()
        headers = {name.lower(): value for name, value in reply.getheaders()}
        assert int(headers.get("content-length", len(body))) == len(body)
        if headers.pop("content-encoding", "") == "gzip":  # from the second use on
            body = gzip.decompress(body)
        if header == ("Accept-Encoding", "gzip"):
            headers["etag"] = headers.get("etag", "").replace('-gzip"', '"')
            headers["vary"] = headers.get("vary", "").replace(", Accept-Encoding", "")
        kept = tuple(sorted(pair for pair in headers.items() if pair[0] not in VARYING))
        return Seen(reply.status, kept, OWN.sub(b"", body))


@pytest.fixture(
    scope="module",
    params=[(fast, trusted) for fast in (True, False) for trusted in ("", PROXY, "192.0.2.1")],
    ids=lambda param: f"{'fast path' if param[0] else 'plain waitress'}, proxy {param[1] or '-'}",
)
def target(project: KnowledgeGraph, request: pytest.FixtureRequest) -> Iterator[Running]:
    """The service, in both modes: without a proxy, with one, and with one elsewhere."""
    fast_path, trusted_proxy = request.param
    with serving(
        project, fast_path=fast_path, trusted_proxy=trusted_proxy, contact="mailto:a@b.example"
    ) as running:
        yield running


def forget(running: Running) -> None:
    """Empty the response cache."""
    running.app.service.cache.begin(running.app.service.edition.name)


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_a_header_changes_no_response_to_the_next_client(target, path):
    addresses = (PROXY, OTHER_CLIENT)
    requests = [(address, header) for header in (None, *HEADERS) for address in addresses]
    clients = {address: Client(target.port, address) for address in addresses}
    with closing(clients[PROXY]), closing(clients[OTHER_CLIENT]):
        alone = {}
        for address, header in requests:
            forget(target)
            alone[address, header] = clients[address].get(path, header)
        forget(target)
        for _ in range(3):  # from a thread, from the cache, and by the bytes of the request
            for address, header in requests:
                seen = clients[address].get(path, header)
                assert seen == alone[address, header], (address, header)


@pytest.mark.parametrize("path", PATHS)
def test_forwarded_headers_count_only_from_the_trusted_proxy(target, path):
    trusted = target.app.service.settings.trusted_proxy
    is_believed = {}
    for address in (PROXY, OTHER_CLIENT):
        for header in NAMING_EVIL:
            with closing(Client(target.port, address)) as client:
                seen = client.get(path, header)
            is_believed[address, header] = EVIL.encode() in seen.body
    believed = {key for key, value in is_believed.items() if value}
    allowed = {(PROXY, ("Host", EVIL)), (PROXY, ("X-Forwarded-Host", EVIL))}
    assert believed <= (allowed if trusted == PROXY else set())


def test_the_root_that_a_trusted_proxy_names_appears_in_the_sitemap(target):
    with closing(Client(target.port, PROXY)) as client:
        seen = client.get("/sitemap.xml", ("X-Forwarded-Host", EVIL))
    trusts = target.app.service.settings.trusted_proxy == PROXY
    assert (f"http://{EVIL}/".encode() in seen.body) is trusts


def test_the_inputs_of_a_response_are_in_one_list(target):
    names = ("edition", "root", "path", "query", "language", "representation")
    assert caching.Inputs._fields == names
    with target.app.test_request_context("/about"):
        request = target.app.request_class({"REQUEST_METHOD": "GET", "PATH_INFO": "/about"})
        inputs = request.inputs(request.accept)
    assert inputs.edition == target.app.service.edition.name
    assert inputs.root == request.public_root
