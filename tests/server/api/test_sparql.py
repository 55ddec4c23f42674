from __future__ import annotations

import re
from urllib.parse import quote, urlencode

import pytest

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
ASK = "ASK {}"
SELECT = "SELECT ?s { ?s ?p ?o } LIMIT 3"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3"
PREFIX = "PREFIX ip: <https://w3id.org/ipgraph/ontology/> "


@pytest.mark.parametrize("path", ["/sparql", "/sparql/", "/query", "/query/"])
def test_every_address_of_the_endpoint_answers_without_a_redirect(running, path):
    reply = running.ask(f"{path}?query={quote(ASK)}")
    assert (reply.status, reply.json()["boolean"]) == (200, True)


@pytest.mark.parametrize(
    ("method", "body", "content_type"),
    [
        ("POST", urlencode({"query": ASK}), FORM),
        ("POST", urlencode({"query": ASK}), FORM + "; charset=UTF-8"),
        ("POST", ASK, DIRECT),
        ("POST", ASK, DIRECT + "; charset=utf-8"),
        ("QUERY", ASK, DIRECT),
    ],
)
def test_a_query_can_be_sent_in_the_body(running, method, body, content_type):
    reply = running.ask("/sparql", method, body, Content_Type=content_type)
    assert (reply.status, reply.json()["boolean"]) == (200, True)


def test_head_is_get_without_a_body(running):
    got = running.ask(f"/sparql?query={quote(SELECT)}")
    head = running.ask(f"/sparql?query={quote(SELECT)}", "HEAD")
    assert (head.status, head.body) == (200, b"")
    for name in ("Content-Type", "Content-Length", "ETag", "Vary", "Cache-Control"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    ("text", "accept", "media_type"),
    [
        (SELECT, "", "application/sparql-results+json"),
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (SELECT, "text/csv", "text/csv"),
        (SELECT, "text/tab-separated-values", "text/tab-separated-values"),
        (SELECT, "application/json", "application/json"),
        (ASK, "*/*", "application/sparql-results+json"),
        (ASK, "application/sparql-results+xml", "application/sparql-results+xml"),
        (ASK, "text/csv", "text/csv"),
        (CONSTRUCT, "", "text/turtle"),
        (CONSTRUCT, "application/n-triples", "application/n-triples"),
        (CONSTRUCT, "application/rdf+xml", "application/rdf+xml"),
        (CONSTRUCT, "application/ld+json", "application/ld+json"),
        (CONSTRUCT, "application/trig", "application/trig"),
        (CONSTRUCT, "application/n-quads", "application/n-quads"),
        (SELECT, "text/html", "text/html"),
    ],
)
def test_the_result_has_the_accepted_media_type(running, text, accept, media_type):
    reply = running.query(text, accept)
    assert (reply.status, reply.type) == (200, media_type)
    assert "Accept" in reply.headers["Vary"]


@pytest.mark.parametrize("name", ["format", "output", "results"])
@pytest.mark.parametrize(
    ("value", "media_type"),
    [
        ("csv", "text/csv"),
        ("XML", "application/sparql-results+xml"),
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("html", "text/html"),
    ],
)
def test_a_parameter_overrides_the_accept_header(running, name, value, media_type):
    reply = running.query(SELECT, "text/tab-separated-values", **{name: value})
    assert (reply.status, reply.type) == (200, media_type)


def test_multiple_accept_headers_are_combined(running):
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", running.port)
    connection.putrequest("GET", f"/sparql?query={quote(SELECT)}")
    connection.putheader("Accept", "application/sparql-results+json;q=0.1")
    connection.putheader("Accept", "text/csv")
    connection.endheaders()
    assert connection.getresponse().headers.get_content_type() == "text/csv"
    connection.close()


@pytest.mark.parametrize(
    ("path", "options", "status"),
    [
        ("/sparql?query=ASK", {}, 400),
        ("/sparql?query=ASK%20%7B%7D&query=ASK%20%7B%7D", {}, 400),
        ("/sparql?query=%FF", {}, 400),
        ("/sparql?query=DROP%20ALL", {}, 400),
        ("/sparql?query=ASK%20%7B%7D&format=pdf", {}, 400),
        ("/sparql?query=ASK%20%7B%7D&timeout=soon", {}, 400),
        ("/sparql?query=ASK%20%7B%7D&timeout=-1", {}, 400),
        ("/sparql?query=ASK%20%7B%7D&timeout=inf", {}, 400),
        ("/sparql?query=ASK%20%7B%7D&infer=maybe", {}, 400),
        ("/sparql?query=ASK%20%7B%7D&default-graph-uri=not%20an%20iri", {}, 400),
        ("/sparql?update=DROP%20ALL", {}, 403),
        ("/sparql?update=DROP%20ALL&query=ASK%20%7B%7D", {}, 400),
        ("/sparql?query=ASK%20%7B%20SERVICE%20%3Chttp%3A%2F%2Fh%2F%3E%20%7B%7D%20%7D", {}, 403),
        ("/sparql?query=ASK%20%7B%7D", {"Accept": "image/png"}, 406),
        ("/sparql?query=ASK%20%7B%7D&format=ttl", {}, 406),
        ("/sparql?query=ASK%20%7B%7D", {"method": "PUT"}, 405),
        ("/sparql?query=ASK%20%7B%7D", {"method": "DELETE"}, 405),
        ("/sparql", {"method": "POST", "body": ""}, 415),
        ("/sparql", {"method": "POST", "body": "", "Content_Type": FORM}, 400),
        ("/sparql", {"method": "POST", "body": ASK, "Content_Type": "text/plain"}, 415),
        ("/sparql", {"method": "POST", "body": b"\xff", "Content_Type": DIRECT}, 400),
        (
            "/sparql",
            {"method": "POST", "body": ASK, "Content_Type": DIRECT + "; charset=UTF-16"},
            400,
        ),
        (
            "/sparql",
            {"method": "POST", "body": "DROP ALL", "Content_Type": "application/sparql-update"},
            403,
        ),
        ("/sparql", {"method": "POST", "body": "update=DROP+ALL", "Content_Type": FORM}, 403),
        ("/id/ip", {"method": "POST", "body": ""}, 405),
    ],
)
def test_an_invalid_request_gets_its_status_and_problem_details(running, path, options, status):
    reply = running.ask(path, **options)
    assert (reply.status, reply.type) == (status, "application/problem+json")
    found = reply.json()
    assert found["status"] == status
    assert {"type", "title", "detail", "instance"} <= found.keys()
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert status != 405 or "GET" in reply.headers["Allow"]


def test_a_syntax_error_has_line_column_and_hint(running):
    found = running.query("SELECT *\n{ ?s skoss:broader ?o }").json()
    assert (found["line"], found["column"]) == (2, 6)
    assert "did you mean skos:?" in found["hint"]


def test_a_problem_is_a_plain_line_or_a_page_if_requested(running):
    plain = running.query("SELECT * {", "text/plain")
    assert (plain.status, plain.type, plain.body.count(b"\n")) == (400, "text/plain", 1)
    page = running.query("ASK {", "text/html")
    assert (page.status, page.type) == (400, "text/html")


def test_an_unknown_entity_gets_an_html_page(running):
    reply = running.ask("/id/nothing-of-the-kind", Accept="text/html,*/*;q=0.1")
    assert (reply.status, reply.type) == (404, "text/html")


def test_infer_false_excludes_inferred_statements(running):
    text = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    counts = {
        infer: int(running.query(text, infer=infer).json()["results"]["bindings"][0]["n"]["value"])
        for infer in ("true", "false")
    }
    facts = running.app.service.edition.kg.info()["counts"]
    assert counts["true"] == facts["triples"]
    assert counts["false"] < counts["true"]


def test_a_timeout_lowers_the_limit_and_the_problem_names_the_limit(running):
    reply = running.query("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
                          timeout="200ms")  # fmt: skip
    found = reply.json()
    assert (reply.status, found["type"], found["limit"]) == (
        503, "time-limit", "query_time_limit_s",
    )  # fmt: skip
    assert found["elapsed_ms"] >= 200


def test_an_empty_result_names_unknown_terms_and_similar_ones(running):
    reply = running.query(PREFIX + "SELECT * { ?s ip:sectorSpecificAgencyFo ?o }")
    assert reply.json()["results"]["bindings"] == []
    assert "sectorSpecificAgencyOf" in reply.headers["X-Unknown-Term"]


def test_a_result_without_rows_has_hints_in_headers_that_can_be_read(running):
    reply = running.query('SELECT * { ?s ?p "\u00e9 Office for Bombing Prevention" , "x y"@en }')
    assert "X-Query-Hint" not in reply.headers
    reply = running.query('SELECT * { ?s ?p "Office for Bombing Prevention" }')
    (hint,) = reply.headers.get_all("X-Query-Hint")
    assert hint.endswith('but there is "Office for Bombing Prevention"@en.')
    exposed = reply.headers["Access-Control-Expose-Headers"]
    assert "X-Query-Hint" in exposed
    reply = running.query("SELECT * FROM <http://example.org/caf\u00e9> { ?s ?p ?o }")
    assert reply.status == 200
    assert "caf%C3%A9" in reply.headers["X-Query-Hint"]
    reply = running.query("CONSTRUCT WHERE { ?s <http://example.org/none> ?o }", "text/turtle")
    assert "does not occur" in reply.headers["X-Query-Hint"]


def test_an_etag_yields_304_and_depends_on_media_type_and_query(running):
    first = running.query(SELECT)
    tag = first.headers["ETag"]
    assert tag.startswith('"')
    path = f"/sparql?query={quote(SELECT)}"
    again = running.ask(path, If_None_Match=tag)
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
    assert running.ask(path, If_None_Match='"other"').status == 200
    assert running.query(SELECT, "text/csv").headers["ETag"] != tag
    assert running.query(SELECT + " ").headers["ETag"] != tag
    assert running.query(SELECT, infer="false").headers["ETag"] != tag


def test_a_volatile_result_is_not_cached_and_has_no_etag(running):
    replies = [running.query("SELECT (UUID() AS ?x) {}") for _ in range(2)]
    assert replies[0].body != replies[1].body
    assert "ETag" not in replies[0].headers
    assert replies[0].headers["Cache-Control"] == "no-store"


def test_a_repeated_query_is_served_from_the_cache_byte_for_byte(running):
    text = "SELECT ?o { ?s ?p ?o } LIMIT 77"
    before = running.app.service.pool.outcomes["answered"]
    bodies = {running.query(text).body for _ in range(5)}
    assert len(bodies) == 1
    assert running.app.service.pool.outcomes["answered"] == before + 1


def test_a_cached_result_is_compressed_for_clients_that_accept_gzip(running):
    import gzip

    path = f"/sparql?query={quote('SELECT * { ?s ?p ?o } LIMIT 500')}"
    plain = running.ask(path)
    for _ in range(3):
        reply = running.ask(path, Accept_Encoding="gzip")
    assert reply.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(reply.body) == plain.body
    assert reply.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in reply.headers["Vary"]
    assert running.ask(path).body == plain.body


def test_a_cors_preflight_allows_every_origin(running):
    reply = running.ask(
        "/sparql",
        "OPTIONS",
        Origin="https://example.org",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="content-type, x-request-id",
    )
    assert reply.status == 204
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in reply.headers["Access-Control-Allow-Methods"]
    assert reply.headers["Access-Control-Allow-Headers"] == "content-type, x-request-id"
    assert "Access-Control-Allow-Credentials" not in reply.headers


def test_every_response_has_security_headers(running):
    for path in ("/", "/sparql?query=ASK%7B%7D", "/nothing", "/static/site.css", "/id/ip"):
        headers = running.ask(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"]
        assert headers["X-Request-Id"]


def test_a_client_request_id_is_used_if_it_is_a_plain_word(running):
    assert running.ask("/health", X_Request_Id="abc-1").headers["X-Request-Id"] == "abc-1"
    assert running.ask("/health", X_Request_Id="a b").headers["X-Request-Id"] != "a b"


def test_xml_rejects_control_characters(running):
    text = 'SELECT ("a\\u0001b" AS ?x) {}'
    assert running.query(text).status == 200
    reply = running.query(text, "application/sparql-results+xml")
    assert reply.status >= 400
    assert b"XML" in reply.body


def test_a_long_result_is_streamed_completely(running):
    text = "SELECT ?s ?p ?o ?x { ?s ?p ?o . ?x a ?c } LIMIT 200000"
    reply = running.query(text, "text/tab-separated-values")
    assert reply.headers["Transfer-Encoding"] == "chunked"
    assert reply.body.count(b"\n") == 200_001


def test_clients_detect_a_result_that_is_cut_off(running):
    import http.client

    text = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with pytest.raises(http.client.IncompleteRead):
        running.query(text, "text/tab-separated-values", timeout="1500ms")


@pytest.mark.parametrize(
    "path", ["/search?q=a%00b", "/suggest?q=%00", "/complete?kind=class&q=%00"]
)
def test_a_nul_in_a_search_is_not_a_server_error(running, path):
    assert running.ask(path).status in (200, 302)


@pytest.mark.parametrize("infer", [True, False])
@pytest.mark.parametrize("given", [None, "true", "false"])
def test_every_address_reads_the_infer_parameter_in_the_same_way(serve, project, infer, given):
    """The setting is the default for the endpoint, the table with labels, and the page."""
    text = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    parameters = {"query": text, **({} if given is None else {"infer": given})}
    query = urlencode(parameters)
    counts = project.info()["counts"]
    wanted = infer if given is None else given == "true"
    expected = counts["triples"] if wanted else counts["stated"]
    with serve(project, infer=infer) as running:
        answer = running.ask(f"/sparql?{query}", Accept="text/csv").body.decode().split()
        labeled = running.ask(f"/sparql/labels.csv?{query}").body.decode("utf-8-sig").split()
        page = running.ask(f"/sparql?{query}", Accept="text/html").body.decode()
    assert answer == labeled == ["n", str(expected)]
    (checkbox,) = re.findall(r'<input type="checkbox" name="infer"[^>]*>', page)
    assert ("checked" in checkbox) is (not wanted if 'value="false"' in checkbox else wanted)
