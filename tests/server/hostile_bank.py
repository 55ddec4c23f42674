"""Hostile requests by family: what is sent, and the statuses that are right.

Each family says what it does to an engine or endpoint without protection; `test_hostile` shows
it for those that an engine in the same process can show. No family has more than ten variants.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
SECRET = "/etc/passwd"
XSD = "http://www.w3.org/2001/XMLSchema#"


@dataclass(frozen=True)
class Attack:
    """One request. `cut`: it may also break off midway, as a long answer over its limit does."""

    family: str
    path: str
    statuses: tuple[int, ...]
    method: str = "GET"
    body: bytes | str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False

    @property
    def name(self) -> str:
        return f"{self.family}: {self.path[:40]} {str(self.body or '')[:30]}"


def ask(family: str, text: str, *statuses: int, cut: bool = False, **more: str) -> Attack:
    """A query by POST, which no limit on addresses meets first."""
    body = urlencode({"query": text, **more})
    return Attack(family, "/sparql", statuses, "POST", body, {"Content-Type": FORM}, cut)


def get(family: str, path: str, *statuses: int, **headers: str) -> Attack:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Attack(family, path, statuses, headers=names)


def bank(sentinel: str) -> list[Attack]:
    """Return every attack; `sentinel` is an address of this machine that nothing may ask."""
    return [
        *nested(), *chained(), *runaways(), *gluttons(), *expressions(), *fetching(sentinel),
        *updates(), *malformed(), *encodings(), *parameters(), *headers(), *paths(), *scripts(),
        *bodies(),
    ]  # fmt: skip


def nested() -> list[Attack]:
    many = (1_000, 5_000, 15_000)
    return [
        *(ask("nested groups", "ASK" + "{" * n + "}" * n, 503) for n in many),
        *(ask("nested parentheses", "ASK{FILTER" + "(" * n + "1" + ")" * n + "}", 503) for n in many),
        *(ask("nested functions", "ASK{FILTER(" + "STR(" * n + "1" + ")" * n + ")}", 503)
          for n in (1_000, 5_000, 10_000)),
        *(ask("nested blank nodes", "ASK{" + "[<p:p> " * n + "1" + "]" * n + "<p:p> 1}", 503)
          for n in (1_000, 3_000, 7_000)),
        *(ask("nested lists", "ASK{" + "(" * n + "1" + ")" * n + "<p:p> 1}", 503) for n in many),
        *(ask("nested EXISTS", "ASK{" + "FILTER EXISTS{" * n + "}" * n + "}", 503)
          for n in (200, 1_000, 4_000)),
        *(ask("nested subqueries", "ASK{" + "{SELECT*{" * n + "}}" * n + "}", 503)
          for n in (100, 1_000, 5_000)),
        *(ask("nested paths", "ASK{?s " + "(" * n + "<p:p>" + ")*" * n + " ?o}", 503) for n in many),
        *(ask("nested and never closed", opening * n, 503, 400)
          for opening in ("ASK{", "ASK{FILTER((", "SELECT(((") for n in (500, 5_000)),
        ask("nesting behind what looks like an IRI", "ASK{FILTER(1<" + "(" * 900 + "1" + ")" * 900 + ">2)}", 503),
        ask("nesting behind what looks like a comment",
            "ASK{FILTER(?a<?b#>\"\"\"\n&&" + "(" * 900 + "1" + ")" * 900 + ")}#\"\"\"", 503, 400),
        ask("nesting behind what looks like a string",
            "ASK{FILTER('''''=" + "(" * 900 + "1" + ")" * 900 + "}", 503, 400),
    ]  # fmt: skip


def chained() -> list[Attack]:
    return [
        *(ask("chained sums", "ASK{FILTER(" + "1+" * n + "1)}", 503) for n in (600, 8_000, 30_000)),
        *(ask("chained signs", "ASK{FILTER(" + sign * n + "true)}", 503, 400)
          for sign in ("!", "- ", "+ ") for n in (1_000, 20_000)),
        *(ask("chained disjunctions", "ASK{FILTER(" + f"?a{sign}" * 5_000 + "?a)}", 503)
          for sign in ("||", "&&", "=", "*")),
        *(ask("chained unions", "ASK{" + "{}UNION" * n + "{}}", 503) for n in (600, 3_000, 7_000)),
        *(ask("chained patterns", "ASK{" + pattern * 1_500 + "}", 503)
          for pattern in ("OPTIONAL{?s ?p ?o}", "MINUS{?s ?p ?o}", "{?s ?p ?o}", "FILTER(?x)",
                          "GRAPH ?g{?s ?p ?o}")),
        *(ask("chained paths", "ASK{?s " + f"<p:p>{sign}" * 2_000 + "<p:p> ?o}", 503)
          for sign in ("/", "|")),
        ask("chained assignments",
            "ASK{" + "".join(f"BIND({n} AS ?x{n})" for n in range(1_500)) + "}", 503),
    ]  # fmt: skip


def runaways() -> list[Attack]:
    three = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    return [
        ask("cross products", f"SELECT (COUNT(*) AS ?n) {three}", 503),
        ask("cross products", f"SELECT DISTINCT ?z {three[:-1]} BIND(CONCAT(STR(?a),STR(?d)) AS ?z) }}",
            503, cut=True),
        ask("cross products", f"ASK {three[:-1]} FILTER(?a = ?i && ?c = 'no such value') }}", 503, 200),
        ask("cross products", f"SELECT * {three}", 200, 503, cut=True),
        ask("cross products", f"CONSTRUCT {{ ?a ?e ?i }} {three}", 200, 503, cut=True),
        *(ask("optimiser blow-ups", "ASK{" + "".join(f"?a{n} ?b{n} ?c{n} ." for n in range(m)) + "FILTER(?a0=1)}",
              503, 200) for m in (60, 300, 600)),
        ask("optimiser blow-ups", "ASK{" + "?s ?p ?o." * 1_500 + "}", 503, 200),
        ask("optimiser blow-ups", "ASK{?s " + "<p:p>/" * 480 + "<p:p> ?o}", 503, 200),
        ask("paths without end", "SELECT (COUNT(*) AS ?n) { ?a (!<p:p>)* ?b . ?b (!<p:q>)* ?c }", 503, 200),
        ask("paths without end", "SELECT (COUNT(*) AS ?n) { ?a (!<p:p>|^<p:q>)* ?b . ?c (!<p:p>)+ ?d }", 503, 200),
        ask("paths without end", "ASK { ?a (!<p:p>)* ?b . ?b (!<p:q>)* ?c FILTER(?c = 'no such') }", 503, 200),
        *(ask("slow regular expressions",
              f"SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f FILTER(REGEX(CONCAT(STR(?c),STR(?f)), '{each}')) }}",
              503, 200) for each in ("(a+)+$", "(.*a){12}b", "(x|xx|xxx)*y$", "^(([a-z])+.)+[A-Z]")),
        ask("slow aggregates", f"SELECT (COUNT(DISTINCT CONCAT(STR(?a),STR(?f))) AS ?n) {three}", 503),
        ask("slow aggregates", f"SELECT ?a (MAX(?i) AS ?m) {three} GROUP BY ?a ORDER BY ?m", 503),
        ask("slow aggregates", f"SELECT (SAMPLE(?c) AS ?m) {three} HAVING (?m = 1)", 503, 400),
    ]  # fmt: skip


def gluttons() -> list[Attack]:
    two = "{ ?a ?b ?c . ?d ?e ?f }"
    doubled = "BIND('aaaaaaaaaaaaaaaa' AS ?x0) " + "".join(
        f"BIND(CONCAT(?x{n},?x{n},?x{n},?x{n}) AS ?x{n + 1}) " for n in range(18)
    )
    return [
        ask("huge sorts", f"SELECT * {two} ORDER BY ?c ?f", 503),
        ask("huge sorts", f"SELECT * {two} ORDER BY DESC(CONCAT(STR(?c),STR(?f))) LIMIT 1", 503),
        ask("huge sorts", f"SELECT DISTINCT ?a ?d {two}", 503, 200, cut=True),
        ask("string blow-ups", f"SELECT ?x18 {{ {doubled} }}", 503, 413),
        ask("string blow-ups", f"SELECT (STRLEN(?x18) AS ?n) {{ {doubled} }}", 503),
        ask("string blow-ups", f"SELECT (GROUP_CONCAT(CONCAT(STR(?a),STR(?f))) AS ?n) {two}", 503),
        ask("string blow-ups", f"SELECT (SHA512(?x18) AS ?n) {{ {doubled} }}", 503),
        ask("string blow-ups", f"SELECT (REPLACE(?x8, 'a', ?x8) AS ?n) {{ {doubled} }}", 503, 200, 413),
        ask("groups without number", f"SELECT ?a ?f (COUNT(*) AS ?n) {two} GROUP BY ?a ?f", 503, 200, cut=True),
        ask("groups without number", f"SELECT (COUNT(*) AS ?n) {two} GROUP BY (UUID())", 503, 200, cut=True),
    ]  # fmt: skip


def expressions() -> list[Attack]:
    return [
        *(ask("numbers that overflow", f"SELECT ({each} AS ?x) {{}}", 200, 400)
          for each in ("9223372036854775807 + 1", "-9223372036854775808 / -1", "1e308 * 1e308",
                       "ABS(-9223372036854775808)", f"'{'9' * 5_000}'", "9" * 500,
                       f"<{XSD}integer>('{'9' * 400}')", "1 / 0", "ROUND(1e400)")),
        *(ask("dates that overflow", f"SELECT (YEAR('{each}'^^<{XSD}dateTime>) AS ?x) {{}}", 200)
          for each in ("99999999999999999-01-01T00:00:00Z", "-0001-13-45T99:99:99Z", "2020-02-30T24:00:01",
                       "999999999-12-31T23:59:59+14:59")),
        *(ask("expressions of Unicode", f"SELECT ({each} AS ?x) {{}}", 200, 400)
          for each in ("SUBSTR('😀', 2)", "UCASE('ŉß')", "STRLEN('\\uD83D')", "SUBSTR('abc', -999999999, 99999999999)",
                       "ENCODE_FOR_URI('\\u0000')", "REGEX('a', '[')", "REPLACE('a', '(', '$9')")),
    ]  # fmt: skip


def fetching(sentinel: str) -> list[Attack]:
    targets = (sentinel, "http://169.254.169.254/latest/meta-data/", "http://[::1]:22/",
               "http://localhost:9/", f"file://{SECRET}", "gopher://127.0.0.1:70/", "http://0x7f.1/",
               "http://2130706433/")  # fmt: skip
    return [
        *(ask("SERVICE", f"SELECT * {{ SERVICE <{each}> {{ ?s ?p ?o }} }}", 403) for each in targets),
        *(ask("SERVICE in disguise", each.replace("URL", sentinel), 403, 400)
          for each in ("ASK { SERVICE SILENT <URL> {} }", "ASK { sErViCe<URL>{} }",
                       "ASK { VALUES ?u { <URL> } SERVICE ?u {} }", "PREFIX : <URL> ASK { SERVICE:x {} }",
                       "ASK { servicesilent<URL>{} }", "BASE <URL> ASK { SERVICE <x> {} }",
                       "ASK { FILTER(?a<?b#>\"\"\"\n) SERVICE <URL> {} #\"\"\"\n }",
                       "ASK { FILTER EXISTS { SERVICE <URL> { } } }")),
        *(ask("FROM elsewhere", f"SELECT * {clause} <{each}> {{ ?s ?p ?o }}", 403)
          for clause in ("FROM", "FROM NAMED") for each in (sentinel, f"file://{SECRET}", "http://127.0.0.1:9/")),
        *(ask("graphs elsewhere", "SELECT * { ?s ?p ?o }", 200, **{name: each})
          for name in ("default-graph-uri", "named-graph-uri") for each in (sentinel, f"file://{SECRET}")),
        *(ask("contexts and entities in text", f"SELECT ({each} AS ?x) {{}}", 200, format="xml")
          for each in (f"'<!DOCTYPE x [<!ENTITY e SYSTEM \"file://{SECRET}\">]><x>&e;</x>'",
                       "STRDT('&lol;', <http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral>)",
                       f"STRDT('{{\"@context\": \"{sentinel}\"}}', <http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON>)")),
        *(Attack("RDF sent to be read", "/sparql", (415, 405), method, body, {"Content-Type": kind})
          for method in ("POST", "PUT")
          for kind, body in (
              ("application/ld+json", f'{{"@context": "{sentinel}"}}'),
              ("application/rdf+xml", f'<!DOCTYPE r [<!ENTITY e SYSTEM "{sentinel}">]><r>&e;</r>'),
              ("text/turtle", f"@base <{sentinel}> . <a> <b> <c> ."))),
    ]  # fmt: skip


def updates() -> list[Attack]:
    texts = ("DROP ALL", "INSERT DATA { <a:a> <a:b> <a:c> }", "DELETE WHERE { ?s ?p ?o }",
             "LOAD <file:///etc/passwd>", "CLEAR DEFAULT")  # fmt: skip
    direct = {"Content-Type": "application/sparql-update"}
    return [
        *(ask("updates as queries", each, 400) for each in texts),
        *(Attack("updates", "/sparql", (403,), "POST", each, direct) for each in texts[:3]),
        Attack("updates", "/sparql", (403,), "POST", urlencode({"update": texts[0]}), {"Content-Type": FORM}),
        *(Attack("updates", "/sparql?graph=urn:x", (405, 415), method, "<a:a> <a:b> <a:c> .",
                 {"Content-Type": "text/turtle"}) for method in ("PUT", "DELETE", "PATCH")),
    ]  # fmt: skip


def malformed() -> list[Attack]:
    return [
        *(ask("text that is no query", each, 400, 503)
          for each in ("", " ", "\x00", "SELECT", "}" * 1_000, "'" * 999, '"' * 60_000, "<" * 60_000,
                       "\\u0053ELECT * {}", "SELECT * { ?s ?p '''" + "'\\" * 9_000)),
        *(ask("text that is slow to read", each, 400, 503, 200)
          for each in ("a." * 30_000, "a-" * 30_000, "#" * 60_000, "?x" * 30_000, "<a" * 30_000,
                       "ASK {} " + " " * 60_000, "a:b" + "." * 60_000, "%41" * 20_000)),
    ]  # fmt: skip


def encodings() -> list[Attack]:
    text = "ASK {}"
    return [
        Attack("wrong encodings", "/sparql", (400,), "POST", text.encode("utf-16"), {"Content-Type": QUERY}),
        Attack("wrong encodings", "/sparql", (400,), "POST", b"ASK { ?s ?p '\xff' }", {"Content-Type": QUERY}),
        Attack("wrong encodings", "/sparql", (400,), "POST", b"query=%ff", {"Content-Type": FORM}),
        Attack("wrong encodings", "/sparql", (400,), "POST", text, {"Content-Type": QUERY + ";charset=utf-7"}),
        Attack("wrong encodings", "/sparql", (400,), "POST", b"ASK { ?s ?p '\xed\xa0\x80' }", {"Content-Type": QUERY}),
        get("wrong encodings", "/sparql?query=%C0%AF", 400),
        Attack("wrong encodings", "/sparql", (400, 415), "POST", b"\x1f\x8b\x08",
               {"Content-Type": QUERY, "Content-Encoding": "gzip"}),
    ]  # fmt: skip


def parameters() -> list[Attack]:
    asked = "/sparql?query=ASK%7B%7D"
    return [
        *(get("parameters", f"{asked}&timeout={each}", 400)
          for each in ("1e400", "-1", "nan", "99999999999999999999h", "0", "%00", "10s;ls")),
        get("parameters", asked + "&a=" * 2_000, 400),
        get("parameters", f"{asked}&query=ASK%7B%7D", 400),
        get("parameters", f"{asked}&format=../../etc/passwd", 400),
        *(get("limits cannot be raised", f"{asked}&timeout={each}", 200) for each in ("86400", "999999999")),
        *(get("graph parameters", f"{asked}&default-graph-uri={each}", 400)
          for each in ("%3E%20%7D%20DROP%20ALL", "not%20an%20iri", "%00", "//")),
    ]  # fmt: skip


def headers() -> list[Attack]:
    asked = "/sparql?query=ASK%7B%7D"
    return [
        *(get("Accept", asked, 200, 400, 406, Accept=each)
          for each in (",".join(["a/b;q=0.1"] * 2_000), "*/*;q=" + "9" * 5_000, "text/html;" * 3_000,
                       "\x0b\x0c", "application/json;q=0.0000000000001", "'; DROP TABLE --")),
        *(get("names of hosts", each, 200, 404, Host="evil.example")
          for each in ("/void.ttl", "/id/ip", "/sitemap.xml", "/openapi.json")),
        *(get("request ids", asked, 200, X_Request_Id=each)
          for each in ("<script>", "a" * 5_000, "x; Set-Cookie: a=b", "../../log")),
        *(get("tags", asked, 200, 304, If_None_Match=each)
          for each in ('"' * 5_000, ",".join(['"a"'] * 2_000), "*", "W/")),
        *(get("forwarded headers", "/void.ttl", 200, X_Forwarded_Host="evil.example", X_Forwarded_Proto=each)
          for each in ("https", "javascript")),
    ]  # fmt: skip


def paths() -> list[Attack]:
    return [
        *(get("path traversal", each, 400, 404, 405)
          for each in (f"/static/../../..{SECRET}", f"/static/..%2f..%2f..%2f..{SECRET}",
                       f"/data/..%2f..%2f..{SECRET}.ttl", "/downloads/..%2f..%2fsettings.py",
                       f"/source/..%2f..{SECRET}", "/static/%2e%2e/%2e%2e/pyproject.toml",
                       f"//{SECRET}", "/static/%00", "/page/..%5c..%5cwindows")),
        *(get("header injection", each, 400, 404, 303)
          for each in ("/id/x%0d%0aSet-Cookie:%20a=b", "/data/x%0d%0a%0d%0aowned.ttl", "/page/%0aX:%20y",
                       "/id/%e5%98%8a%e5%98%8dX:y", "/describe?uri=http://x/%0d%0aX:%20y")),
        *(get("descriptions of elsewhere", f"/describe?uri={each}", 400, 404)
          for each in (f"file://{SECRET}", "javascript:alert(1)", "http://127.0.0.1:9/", "%3E", "a" * 9_000)),
    ]  # fmt: skip


def scripts() -> list[Attack]:
    script = "%3Cscript%3Ealert(1)%3C/script%3E"
    page = {"Accept": "text/html"}
    return [
        *(Attack("script in names", each, (200, 303, 302, 400, 404), headers=page)
          for each in (f"/search?q={script}", f"/page/{script}", f"/describe?uri={script}",
                       f"/sparql?query={script}", f"/browse?type={script}", f"/ontology/{script}",
                       f"/page/ip/related/{script}", f"/why?s={script}&p={script}&o={script}", "/search?q=a%00b", "/suggest?q=%00")),
        *(Attack("script in answers", f"/sparql?format=html&query={each}", (200, 400), headers=page)
          for each in (f"SELECT(%22{script}%22AS%20%3Fx)%7B%7D",
                       f"SELECT(STRLANG(%22x%22,%22en%22)AS%20%3Fx)(%22{script}%22AS%20%3Fy)%7B%7D",
                       f"CONSTRUCT%7B%3Ca:a%3E%3Ca:b%3E%22{script}%22%7DWHERE%7B%7D",
                       "SELECT(IRI(%22javascript:alert(1)%22)AS%20%3Fx)%7B%7D")),
    ]  # fmt: skip


def bodies() -> list[Attack]:
    big = b"query=" + b"A" * (2 << 20)
    return [
        # Refused before it has been sent: a client that goes on sending may find the line closed.
        Attack("giant bodies", "/sparql", (413,), "POST", big, {"Content-Type": FORM}, cut=True),
        Attack("giant bodies", "/sparql", (413,), "POST", b"ASK {} #" + b"x" * (100 << 10), {"Content-Type": QUERY}),
        get("giant bodies", "/sparql?query=ASK%7B%7D%23" + "x" * (100 << 10), 413, 414),
        get("giant bodies", "/" + "x" * (400 << 10), 414, 404),
        Attack("giant bodies", "/sparql", (413, 400), "POST", b"", {"Content-Type": FORM, "Content-Length": "9" * 18}),
        *(Attack("bodies of other kinds", "/sparql", (415, 400), "POST", b"<x/>", {"Content-Type": each})
          for each in ("multipart/form-data; boundary=x", "application/json", "text/xml", "", "a" * 5_000)),
        *(Attack("methods", "/sparql?query=ASK%7B%7D", (405, 400, 501), each)
          for each in ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "X" * 500)),
    ]  # fmt: skip
