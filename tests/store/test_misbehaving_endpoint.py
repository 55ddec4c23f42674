"""An endpoint that breaks HTTP, SPARQL or its promises ends in one error that names it."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import sys

import pytest

import ipgraph
from ipgraph.cli.main import main
from ipgraph.errors import (
    BadQuery,
    LimitReached,
    Refused,
    SizeLimitExceeded,
    StoreUnavailable,
    TimeLimitExceeded,
    UsageError,
)
from ipgraph.serialization.query_result import Result
from ipgraph.settings import Settings
from ipgraph.store.remote import RemoteStore
from support import misbehaving
from support.misbehaving import EMPTY, JSON, OK, MisbehavingServer, chunked, raw, respond, typed

ROW = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"one"}}]}}'
URI = '{"type":"uri","value":"http://e/"}'
NESTED_JSON = (
    '{"head":{"vars":["x"]},"results":{"bindings":[{"x":'
    + f'{{"type":"triple","value":{{"subject":{URI},"predicate":{URI},"object":' * 30_000
    + URI + "}}" * 30_000 + "}]}}"
).encode()  # fmt: skip
NESTED_XML = (
    '<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="x"/></head>'
    '<results><result><binding name="x">'
    + "<triple><subject><uri>http://e/</uri></subject><predicate><uri>http://e/</uri></predicate>"
    "<object>" * 30_000
    + "<uri>http://e/</uri>" + "</object></triple>" * 30_000
    + "</binding></result></results></sparql>"
).encode()  # fmt: skip
NESTED_TRIPLES = (
    "<http://e/> <http://e/> "
    + "<<( <http://e/> <http://e/> " * 30_000 + "<http://e/>" + " )>>" * 30_000 + " ."
).encode()  # fmt: skip
ENTITIES = (
    '<!DOCTYPE rdf [<!ENTITY a0 "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10))
    + ']><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
    '<rdf:Description rdf:about="http://e/"><e:p>&a9;</e:p></rdf:Description></rdf:RDF>'
).encode()
ESCAPES = "\x1b]0;owned\x07\x1b[31mred\r\nipgraph: all is well\u202e"

SLOW = {
    name: getattr(misbehaving, name)
    for name in (
        "drip_header",
        "drip_header_lines",
        "drip_interim",
        "drip_body",
        "drip_chunk_extension",
        "drip_trailers",
        "say_nothing",
    )
}
TOO_LARGE = {
    "endless body": misbehaving.endless_body,
    "endless chunks": chunked(*[b"10000\r\n", b" " * 65536, b"\r\n"] * 40),
    "gzip bomb": misbehaving.gzip_bomb,
    "nested gzip members": raw(typed(Content_Encoding="gzip"), gzip.compress(b" " * 65536) * 40),
}
BROKEN = {
    "an endless header": (misbehaving.endless_header, "header"),
    "endless headers": (misbehaving.endless_headers, "headers"),
    "broken gzip": (respond(body=b"\x1f\x8b broken", headers={"Content-Encoding": "gzip"}), "gzip"),
    "gzip with a wrong checksum": (
        respond(body=gzip.compress(EMPTY)[:-8] + bytes(8), headers={"Content-Encoding": "gzip"}),
        "gzip",
    ),
    "cut gzip": (
        respond(body=gzip.compress(EMPTY)[:-9], headers={"Content-Encoding": "gzip"}),
        "gzip",
    ),
    "an encoding that was not requested": (
        respond(headers={"Content-Encoding": "br"}),
        "Content-Encoding br",
    ),
    "a Content-Length that is too large": (
        respond(headers={"Content-Length": str(len(EMPTY) + 5)}),
        "incomplete",
    ),
    "a Content-Length that is too small": (
        respond(headers={"Content-Length": "10"}),
        "malformed application/sparql-results",
    ),
    "a negative Content-Length": (respond(headers={"Content-Length": "-5"}), "Content-Length"),
    "a Content-Length of 5,000 digits": (
        respond(headers={"Content-Length": "1" * 5000}),
        "Content-Length",
    ),
    "a Content-Length that is a word": (respond(headers={"Content-Length": "x"}), "Content-Length"),
    "two lengths": (
        raw(typed(Content_Length="10\r\nContent-Length: 49"), EMPTY),
        "Content-Length",
    ),
    "a chunk size that is a word": (chunked(b"zz\r\n", EMPTY), "incomplete"),
    "a negative chunk size": (chunked(b"-5\r\n", EMPTY), "chunk"),
    "a cut chunk": (chunked(b"100\r\n", EMPTY), "incomplete"),
    "no last chunk": (chunked(b"%x\r\n" % len(EMPTY), EMPTY, b"\r\n"), "incomplete"),
    "truncated JSON": (respond(body=ROW[:-20]), "malformed"),
    "JSON of another kind": (respond(body=b'["no result"]'), "malformed"),
    "JSON without rows": (respond(body=b'{"head":{"vars":["x"]}}'), "malformed"),
    "a broken second row": (
        respond(body=ROW.replace(b"}}]", b'}},{"x":{"type":"uri","value":"no IRI"}}]')),
        "malformed",
    ),
    "nothing": (respond(body=b""), "malformed"),
    "truncated XML": (
        respond(media_type="application/sparql-results+xml", body=b"<sparql><head>"),
        "malformed",
    ),
    "truncated TSV": (
        respond(media_type="text/tab-separated-values", body=b"?x\n<http://e/"),
        "malformed",
    ),
    "truncated triples": (
        respond(media_type="application/n-triples", body=b"<http://e/> <http://e/> <http"),
        "malformed",
    ),
    "nested triples in JSON": (respond(body=NESTED_JSON), "nested"),
    "nested triples in XML": (
        respond(media_type="application/sparql-results+xml", body=NESTED_XML),
        "nested",
    ),
    "nested triple terms": (
        respond(media_type="application/n-triples", body=NESTED_TRIPLES),
        "nested",
    ),
    "expanding entities": (
        respond(media_type="application/rdf+xml", body=ENTITIES),
        "application/rdf.xml, which is not",
    ),
    "a wrong media type": (respond(media_type="image/png"), "image/png, which is not"),
    "no media type": (raw(OK, b"\r\n", EMPTY), "which is not"),
    "a page": (respond(media_type="text/html", body=b"<h1>Hello</h1>"), "text/html, which is not"),
    "a page of an error": (
        respond("500 Oops", "text/html", b"<html><h1>Stack</h1></html>"),
        "returned 500",
    ),
    "401": (respond("401 Unauthorized", "text/plain", b"no"), "returned 401: no"),
    "403": (respond("403 Forbidden", "text/plain", b"no"), "returned 403: no"),
    "500": (respond("500 Error", "text/plain", b"Internal\nfailure"), "500: Internal failure"),
    "204": (raw(b"HTTP/1.1 204 No Content\r\n\r\n"), "returned 204"),
    "303": (respond("303 See Other", headers={"Location": "/x"}), "returned 303"),
    "a redirect to itself": (
        respond("307 Again", headers={"Location": "/sparql"}),
        "redirects more than 3 times",
    ),
    "a reset before the response": (raw(reset=True), "reset|closed"),
    "a reset in the header": (raw(OK, b"Content-Ty", reset=True), "reset|closed"),
    "a reset in the body": (raw(typed(Content_Length="500"), ROW, reset=True), "reset|incomplete"),
    "a close before the response": (raw(), "closed"),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.9\r\n"), "not HTTP"),
    "an old protocol": (raw(EMPTY), "not HTTP"),
    "a status that is a word": (raw(b"HTTP/1.1 okay fine\r\n\r\n"), "not HTTP"),
}
BUSY = {
    status: respond(f"{status} Busy", "text/plain", b"later") for status in ("429", "503", "504")
}
REDIRECTED = {
    "another host": ("http://localhost:{port}/sparql", "another host"),
    "a cloud's metadata": ("http://169.254.169.254/latest/", "another host"),
    "another port": ("http://127.0.0.1:9/sparql", "another port"),
    "a file": ("file:///etc/passwd", "not an http or https address"),
    "a password": ("http://me:s3cret@127.0.0.1:{port}/", "user name or password"),
    "no address": ("http://[::1/", "not a valid address"),
}


@pytest.fixture
def server():
    found = MisbehavingServer()
    yield found
    found.close()


@pytest.fixture(params=[*SLOW, *TOO_LARGE, *BROKEN, *BUSY, *REDIRECTED])
def misbehavior(request, server):
    """Return each of the misbehaviors, with the store that meets it."""
    name = request.param
    if name in REDIRECTED:
        location = REDIRECTED[name][0].format(port=server.port)
        server.behavior = respond("308 There", headers={"Location": location})
    else:
        found = (SLOW | TOO_LARGE | BUSY | BROKEN)[name]
        server.behavior = found[0] if isinstance(found, tuple) else found
    return name


def store(
    server: MisbehavingServer, time_limit_s: float = 20.0, max_bytes: int = 16 << 20
) -> RemoteStore:
    return RemoteStore(server.address, time_limit_s, max_bytes)


@pytest.mark.parametrize("name", SLOW)
def test_the_time_limit_is_for_the_whole_response(server, name):
    server.behavior = SLOW[name]
    with pytest.raises(TimeLimitExceeded, match=r"did not respond completely within 0\.5 s"):
        store(server, 0.5).evaluate("SELECT * {}")


@pytest.mark.parametrize("name", TOO_LARGE)
def test_a_response_is_read_up_to_its_limit(server, name):
    server.behavior = TOO_LARGE[name]
    with pytest.raises(SizeLimitExceeded, match="more than 1,048,576 bytes") as caught:
        store(server, max_bytes=1 << 20).evaluate("SELECT * {}")
    assert caught.value.limit == "result_limit_mib"


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_response_is_an_unavailable_store(server, name):
    server.behavior, message = BROKEN[name]
    with pytest.raises(StoreUnavailable, match=message):
        store(server).evaluate("SELECT * {}")


@pytest.mark.parametrize("status", BUSY)
def test_a_busy_endpoint_is_a_limit(server, status):
    server.behavior = BUSY[status]
    with pytest.raises(LimitReached, match=f"returned {status}: later"):
        store(server).evaluate("SELECT * {}")


@pytest.mark.parametrize("name", REDIRECTED)
def test_a_redirect_to_elsewhere_is_refused(server, name):
    location, message = REDIRECTED[name]
    server.behavior = respond("307 There", headers={"Location": location.format(port=server.port)})
    with pytest.raises(Refused, match=message) as caught:
        store(server).evaluate("SELECT * {}")
    assert "s3cret" not in str(caught.value)
    assert server.connections == 1


def test_a_redirect_on_the_same_host_is_followed_with_the_query(server):
    def behavior(connection):
        if connection.request.startswith(b"POST /sparql "):
            respond("301 Moved", headers={"Location": "/query"})(connection)
        else:
            respond(body=ROW)(connection)

    server.behavior = behavior
    (row,) = Result(store(server).evaluate("SELECT * {}"))
    assert row["x"].value == "one"
    assert server.requests[1].startswith(b"POST /query ")
    assert server.requests[1].endswith(b"query=SELECT+%2A+%7B%7D")


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
def test_a_compressed_response_is_read(server, encoding):
    server.behavior = respond(body=gzip.compress(ROW), headers={"Content-Encoding": encoding})
    assert len(list(Result(store(server).evaluate("SELECT * {}")))) == 1


def test_a_result_in_tsv_is_read(server):
    server.behavior = respond(media_type="text/tab-separated-values", body=b"?x\n<http://e/>\n")
    assert len(list(Result(store(server).evaluate("SELECT * {}")))) == 1


def test_a_triple_term_is_read(server):
    term = f'{{"type":"triple","value":{{"subject":{URI},"predicate":{URI},"object":{URI}}}}}'
    body = f'{{"head":{{"vars":["x"]}},"results":{{"bindings":[{{"x":{term}}}]}}}}'.encode()
    server.behavior = respond(body=body)
    assert len(list(Result(store(server).evaluate("SELECT * {}")))) == 1


def test_brackets_in_texts_are_not_nesting(server):
    text = '[{(<< \\" \\\\' * 1000
    body = ROW.replace(b'"one"', f'"{text}"'.encode())
    server.behavior = respond(body=body)
    (row,) = Result(store(server).evaluate("SELECT * {}"))
    assert row["x"].value == '[{(<< " \\' * 1000
    triple = f'<http://e/> <http://e/> "{text}" .\n'.encode()
    server.behavior = respond(media_type="application/n-triples", body=triple * 3)
    assert len(list(Result(store(server).evaluate("CONSTRUCT WHERE {}")))) == 3


def test_connections_are_reused(server):
    server.behavior = respond(body=ROW, keep_alive=True)
    found = store(server)
    for _ in range(5):
        assert len(list(Result(found.evaluate("SELECT * {}")))) == 1
    assert (server.connections, len(server.requests)) == (1, 5)


def test_a_connection_that_the_server_closed_in_the_meantime_is_replaced(server):
    server.behavior = respond(body=ROW)  # closes after each response, without saying so
    found = store(server)
    for _ in range(5):
        assert len(list(Result(found.evaluate("SELECT * {}")))) == 1
    assert server.connections == 5


def test_a_response_that_was_not_requested_is_not_taken_for_the_next_one(server):
    parts = [b"HTTP/1.1 200 OK\r\nContent-Type: ", JSON.encode(), b"\r\nContent-Length: "]
    parts += [str(len(ROW)).encode(), b"\r\n\r\n", ROW]
    server.behavior = raw(*parts, b"".join(parts).replace(b"one", b"two"))
    server.behavior.keeps_alive = True
    found = store(server)
    for _ in range(3):
        (row,) = Result(found.evaluate("SELECT * {}"))
        assert row["x"].value == "one"


def test_a_name_that_does_not_exist_is_unavailable():
    with pytest.raises(StoreUnavailable, match=r"Cannot resolve the host nowhere\.invalid"):
        RemoteStore("http://nowhere.invalid/sparql", 20, 1000).evaluate("ASK {}")


def test_a_closed_port_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(StoreUnavailable, match="refused") as caught:
        RemoteStore(f"http://127.0.0.1:{port}/sparql", 20, 1000).evaluate("ASK {}")
    assert "Errno" not in str(caught.value)


def test_an_endpoint_without_tls_is_unavailable(server):
    server.behavior = respond()
    with pytest.raises(StoreUnavailable, match=r"TLS|closed|reset"):
        RemoteStore(server.address.replace("http", "https"), 20, 1000).evaluate("ASK {}")


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is missing")
def test_a_certificate_that_nobody_trusts_is_unavailable(server, tmp_path):
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x"]
    subprocess.run([*command, "-out", certificate, "-keyout", key], check=True, capture_output=True)
    server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.tls.load_cert_chain(certificate, key)
    with pytest.raises(StoreUnavailable, match="certificate is not valid: self-signed"):
        RemoteStore(server.address.replace("http", "https"), 20, 1000).evaluate("ASK {}")
    assert server.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "http://me:s3cret@127.0.0.1:{port}/sparql",
        "http://s3cret@127.0.0.1:{port}/sparql",
        "http://me:s3cret@127.0.0.1:port/sparql",
        "http://me:s3cret@[127.0.0.1/sparql",
    ],
)
def test_a_password_in_the_address_is_refused_and_not_shown(server, address):
    with pytest.raises(UsageError) as caught:
        ipgraph.open(address.format(port=server.port))
    assert "s3cret" not in str(caught.value)
    assert server.connections == 0


def test_the_query_of_an_address_is_sent_but_not_shown(server):
    server.behavior = respond("500 No", "text/plain", b"no")
    with pytest.raises(StoreUnavailable) as caught:
        RemoteStore(server.address + "?key=s3cret", 20, 1000).evaluate("ASK {}")
    assert "s3cret" not in str(caught.value)
    assert f"127.0.0.1:{server.port}/sparql?… " in str(caught.value)
    assert server.requests[0].startswith(b"POST /sparql?key=s3cret ")


def test_requests_go_through_the_proxy_of_the_environment(server, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://me:s3cret@127.0.0.1:{server.port}")
    monkeypatch.setenv("no_proxy", "")
    server.behavior = respond(body=ROW)
    found = RemoteStore("http://data.example/sparql", 20, 1000)
    assert len(list(Result(found.evaluate("SELECT * {}")))) == 1
    assert server.requests[0].startswith(b"POST http://data.example/sparql HTTP/1.1\r\n")
    assert b"Host: data.example\r\n" in server.requests[0]
    assert b"Proxy-Authorization: Basic bWU6czNjcmV0\r\n" in server.requests[0]


@pytest.mark.parametrize("endpoint", ["http://data.example/sparql", "https://data.example/sparql"])
@pytest.mark.parametrize("status", ["407 Who", "502 Bad"])
def test_the_error_of_a_proxy_is_one_without_its_password(server, monkeypatch, endpoint, status):
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://me:s3cret@127.0.0.1:{server.port}")
    monkeypatch.setenv("no_proxy", "")
    server.behavior = respond(status, "text/plain", b"no")
    with pytest.raises(StoreUnavailable, match=status[:3]) as caught:
        RemoteStore(endpoint, 20, 1000).evaluate("ASK {}")
    assert "s3cret" not in str(caught.value)


def test_a_proxy_that_drips_is_stopped(server, monkeypatch):
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{server.port}")
    monkeypatch.setenv("no_proxy", "")
    server.behavior = misbehaving.drip_header_lines
    with pytest.raises(TimeLimitExceeded):
        RemoteStore("https://data.example/sparql", 0.5, 1000).evaluate("ASK {}")


def test_a_syntax_error_is_a_bad_query_with_the_text_of_the_endpoint(server):
    server.behavior = respond("400 Bad", "text/plain", ESCAPES.encode())
    with pytest.raises(BadQuery) as caught:
        store(server).evaluate("SELECT * {}")
    assert str(caught.value).isprintable()
    assert "all is well" in str(caught.value)


def test_the_command_line_shows_one_line_for_each_misbehavior(
    server, misbehavior, capfd, monkeypatch
):
    time_limit = "0.5" if misbehavior in SLOW else "20"
    arguments = ["query", "SELECT * {}", "--store", server.address, "--timeout", time_limit]
    monkeypatch.setenv("IPGRAPH_RESULT_LIMIT_MIB", "1" if misbehavior in TOO_LARGE else "16")
    code = main([*arguments, "--format", "tsv"])
    out, err = capfd.readouterr()
    assert code in (2, 3, 4, 5)  # 5: it answers with RDF as a file does, and that is malformed
    assert out == ""
    first, *hint = err.splitlines()
    assert first.startswith("ipgraph: ")
    assert f"127.0.0.1:{server.port}" in first
    assert first.isprintable()
    assert all(line.startswith("  ") for line in hint)
    assert len(hint) <= 1


@pytest.mark.parametrize("command", ["export -", "describe IP", "ask units-of", "search x"])
@pytest.mark.parametrize("name", ["truncated JSON", "a page", "no HTTP", "nested triples in JSON"])
def test_no_command_shows_a_traceback(server, capfd, command, name):
    server.behavior = BROKEN[name][0]
    assert main([*command.split(), "--store", server.address]) in (2, 4)
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("ipgraph: ")
    assert "Traceback" not in err


@pytest.mark.parametrize("place", ["type", "reason", "body", "location"])
def test_nothing_of_the_server_reaches_the_terminal_raw(server, capfd, place):
    escapes = "\x1b]0;owned\x07\x1b[31mred\x9b31m"
    server.behavior = {
        "type": respond(media_type=f"text/{escapes}"),
        "reason": respond(f"500 {escapes}", body=b""),
        "body": respond("500 No", "text/plain", ESCAPES.encode()),
        "location": respond("307 No", headers={"Location": f"http://h/{escapes}"}),
    }[place]
    assert main(["query", "ASK {}", "--store", server.address]) in (2, 4)
    _, err = capfd.readouterr()
    assert all(line.isprintable() for line in err.splitlines())
    assert len(err.splitlines()) <= 2


def test_a_local_query_imports_no_client(tmp_path):
    """The import of `http.client` and `ssl` takes 30 ms, half of a local query."""
    (tmp_path / "one.nt").write_text("<http://e/> <http://e/> <http://e/> .\n")
    settings = Settings(cache=str(tmp_path / "cache"))
    ipgraph.open(tmp_path / "one.nt", settings=settings)
    program = (
        "import sys; from ipgraph.cli.main import main; "
        "main(['--cache', sys.argv[1], 'query', 'ASK {}', '--store', sys.argv[2]]); "
        "sys.exit(' '.join(set(sys.modules) & {'ssl', 'http.client', 'ipgraph.http_client'}) or 0)"
    )
    words = [sys.executable, "-c", program, str(tmp_path / "cache"), str(tmp_path / "one.nt")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_error_of_a_service_clause_is_one_line(server):
    server.behavior = respond("500 No", "text/plain", ESCAPES.encode())
    text = f"SELECT * {{ SERVICE <{server.address}> {{ ?s ?p ?o }} }}"
    words = [sys.executable, "-m", "ipgraph", "query", text]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert "all is well" in done.stderr
    assert all(line.isprintable() for line in done.stderr.splitlines())
    assert len(done.stderr.splitlines()) == 2
