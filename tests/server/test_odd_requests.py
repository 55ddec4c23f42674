"""Odd but harmless requests, as fuzzers send them: no response is a 500."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest

from support.hostile_bank import FORM, QUERY, SECRET, XSD

NINES = "9" * 400
# Texts that are not valid queries.
INVALID_QUERIES = (
    *("", " ", "\x00", "SELECT", "}" * 1_000, "'" * 999, '"' * 60_000, "<" * 60_000),
    *("\\u0053ELECT * {}", "SELECT * { ?s ?p '''" + "'\\" * 9_000),
    *("DROP ALL", "INSERT DATA { <a:a> <a:b> <a:c> }", "LOAD <file:///etc/passwd>"),
    *("a." * 30_000, "a-" * 30_000, "#" * 60_000, "?x" * 30_000, "<a" * 30_000),
    *("a:b" + "." * 60_000, "%41" * 20_000),
)
EXPRESSIONS = (
    *("9223372036854775807 + 1", "-9223372036854775808 / -1", "1e308 * 1e308", "1 / 0"),
    *("ABS(-9223372036854775808)", NINES, f"<{XSD}integer>('{NINES}')", "STRLEN('\\uD83D')"),
    *(f"YEAR('{year}-01-01T00:00:00Z'^^<{XSD}dateTime>)" for year in ("9" * 17, "-0001")),
    *("SUBSTR('😀', 2)", "UCASE('ŉß')", "SUBSTR('abc', -999999999, 99999999999)"),
    *("ENCODE_FOR_URI('\\u0000')", "REGEX('a', '[')", "REPLACE('a', '(', '$9')"),
    f"'<!DOCTYPE x [<!ENTITY e SYSTEM \"file://{SECRET}\">]><x>&e;</x>'",
)  # fmt: skip
PATHS = (
    *("/search?q=a%00b", "/suggest?q=%00", "/static/%00", f"//{SECRET}", "/page/..%5c..%5cwindows"),
    *("/id/%e5%98%8a%e5%98%8dX:y", "/data/x%0d%0a%0d%0aowned.ttl", "/page/%0aX:%20y"),
    *("/describe?uri=", "/describe?uri=%3E"),
    *("/describe?uri=javascript:alert(1)", "/describe?uri=" + "a" * 9_000),
    *("/why", "/why?s=%00&p=%00&o=%00", "/graph?id=%00", "/graph?levels=99999999999999999999"),
    *("/complete?kind=class&q=%00", "/timeline?from=99999999999999999999", "/page/%FF", "/%"),
)  # fmt: skip


@pytest.mark.parametrize("text", INVALID_QUERIES, ids=lambda text: ascii(text[:20]))
def test_an_invalid_query_is_rejected(running, text):
    body = urlencode({"query": text})
    reply = running.ask("/sparql", "POST", body, Content_Type=FORM)
    assert (reply.status, reply.type) == (400, "application/problem+json")
    assert b"root:" not in reply.body


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda text: ascii(text[:30]))
@pytest.mark.parametrize("format_name", ["json", "xml", "html"])
def test_an_edge_case_expression_is_evaluated_or_rejected(running, expression, format_name):
    text = f"SELECT ({expression} AS ?x) {{}}"
    reply = running.ask(f"/sparql?query={quote(text)}&format={format_name}")
    assert reply.status in (200, 400)
    assert b"root:" not in reply.body


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:30])
@pytest.mark.parametrize("accept", ["text/html", "application/json", "text/turtle"])
def test_an_odd_address_gets_a_valid_status(running, path, accept):
    reply = running.ask(path, Accept=accept)
    assert reply.status in (200, 302, 303, 400, 404, 406)
    assert b"root:" not in reply.body


def test_spaces_after_a_query_are_read_in_one_pass(running):
    body = "ASK {} " + " " * 60_000
    assert running.ask("/sparql", "POST", body, Content_Type=QUERY).json()["boolean"] is True
