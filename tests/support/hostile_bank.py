"""Hostile requests by family: what is sent, and which statuses are right.

Each of them kills or hangs a target without protection, leaks from it, or misleads it:
`test_unprotected` tries one of each family, ``benchmarks/hostile.py`` all of them.
"""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.client import HTTPMessage

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
ASK = "/sparql?query=ASK%7B%7D"
SECRET = "/etc/passwd"
CANARY = "the text of a file that nobody may read"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"


# What every request of a family does to a peer of `unprotected`: one of two engines, or an endpoint
# that uses them.
FAILS = {
    "nested groups": "oxigraph killed",
    "nested parentheses": "oxigraph killed",
    "nested functions": "oxigraph killed",
    "nested blank nodes": "oxigraph killed",
    "nested lists": "oxigraph killed",
    "nested EXISTS": "oxigraph killed",
    "nested subqueries": "oxigraph killed",
    "nested paths": "oxigraph killed",
    "nested and unclosed": "oxigraph killed",
    "nesting behind an apparent IRI": "oxigraph killed",
    "nesting behind an apparent comment": "oxigraph killed",
    "nesting behind an apparent string": "oxigraph killed",
    "chained sums": "oxigraph killed",
    "chained negations": "oxigraph killed",
    "chained disjunctions": "oxigraph killed",
    "chained conjunctions": "oxigraph killed",
    "chained products": "oxigraph killed",
    "chained unions": "oxigraph killed",
    "chained MINUS": "oxigraph killed",
    "chained groups": "oxigraph hung",
    "chained GRAPH": "oxigraph hung",
    "chained sequences": "oxigraph killed or hung",
    "chained assignments": "oxigraph killed",
    "cross products": "oxigraph killed or hung",
    "optimizer blow-ups": "oxigraph killed or hung",
    "endless paths": "oxigraph killed or hung",
    "slow regular expressions": "rdflib hung",
    "slow aggregates": "oxigraph killed or hung",
    "huge sorts": "oxigraph killed or hung",
    "string blow-ups": "oxigraph killed or hung",
    "countless groups": "oxigraph killed or hung",
    "huge numbers": "rdflib misled",
    "invalid dates": "rdflib misled",
    "invalid patterns": "rdflib misled",
    "SERVICE": "oxigraph leaked",
    "disguised SERVICE": "oxigraph leaked",
    "remote FROM": "rdflib leaked",
    "FROM a file": "rdflib leaked",
    "remote graphs": "endpoint leaked",
    "JSON-LD contexts": "endpoint leaked",
    "XML entities": "endpoint killed",
    "deeply nested documents": "endpoint misled",
    "updates": "endpoint misled",
    "updates in a form": "endpoint misled",
    "graphs overwritten": "endpoint misled",
    "wrong encodings": "endpoint misled",
    "invalid timeouts": "endpoint misled",
    "parameters twice": "endpoint misled",
    "unknown formats": "endpoint misled",
    "limits cannot be raised": "oxigraph hung",
    "graph parameters": "endpoint misled",
    "Accept": "endpoint misled",
    "Host headers": "endpoint misled",
    "request ids": "endpoint misled",
    "tags": "endpoint misled",
    "forwarded headers": "endpoint misled",
    "path traversal": "endpoint leaked",
    "header injection": "endpoint misled",
    "remote descriptions": "endpoint leaked",
    "script in names": "endpoint misled",
    "script in answers": "endpoint misled",
    "script in links": "endpoint misled",
    "huge bodies": "endpoint killed or misled",
    "wrong Content-Length": "endpoint hung or misled",
    "wrong Content-Type": "endpoint misled",
    "methods": "endpoint misled",
    "half-sent bodies": "endpoint hung",
    "half-sent heads": "endpoint hung",
    "silent clients": "endpoint hung",
}


@dataclass(frozen=True)
class Attack:
    """One request. `cut`: its response may also break off, as a long one over its limit does.

    `raw` is sent instead of a request, on a connection that stays open.
    """

    family: str
    path: str
    statuses: tuple[int, ...]
    method: str = "GET"
    body: bytes | str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    raw: bytes = b""
    padding_mib: int = 0  # of the letter A, after the body

    def full_body(self) -> bytes | str | None:
        """Return the body with its padding, which the bank does not keep in memory."""
        if not self.padding_mib:
            return self.body
        assert isinstance(self.body, bytes)
        return self.body + b"A" * (self.padding_mib << 20)

    @property
    def peer(self) -> str:
        """The peer that shows the effect of the family."""
        return FAILS[self.family].partition(" ")[0]

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The possible outcomes there."""
        return tuple(FAILS[self.family].partition(" ")[2].split(" or "))

    @property
    def name(self) -> str:
        return f"{self.family}: {self.path[:40]} {str(self.body or self.raw or '')[:30]}"

    def fault(self, status: int, headers: HTTPMessage, body: bytes) -> str:
        """Return what is wrong with a response, or an empty text."""
        identity = self.headers.get("X-Request-Id")
        faults = {
            f"the status is {status}": status not in self.statuses,
            "a file was read": b"root:" in body or CANARY.encode() in body,
            "the Host header is trusted": b"evil.example" in body,
            "a header was injected": "Set-Cookie" in headers,
            "the request id is trusted": identity and headers["X-Request-Id"] == identity,
        }
        if headers.get_content_type() == "text/html":
            faults["a script runs"] = b"<script>alert" in body or b"='javascript:" in body
            faults["a script is a link"] = b'="javascript:' in body
        return "; ".join(fault for fault, is_present in faults.items() if is_present)

    @contextlib.contextmanager
    def hold(self, port: int) -> Iterator[socket.socket]:
        """Send `raw`, and keep the connection open until the block ends."""
        with socket.create_connection(("127.0.0.1", port)) as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall(self.raw)
            yield connection


def ask(family: str, text: str, *statuses: int, cut: bool = False, **fields: str) -> Attack:
    """Return a query by POST, which no limit on URLs stops first."""
    body = urlencode({"query": text, **fields})
    return Attack(family, "/sparql", statuses, "POST", body, {"Content-Type": FORM}, cut)


def get(family: str, path: str, *statuses: int, **headers: str) -> Attack:
    """Return a GET request; the names of headers are written with underscores."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Attack(family, path, statuses, headers=names)


def bank(sentinel: str, canary: str) -> list[Attack]:
    """Return all attacks.

    `sentinel` is an address of this machine that nothing may connect to, `canary` the path of a
    Turtle file that nothing may read.
    """
    elsewhere = spellings(sentinel)
    return [
        *nested(), *hidden_nesting(), *chained(), *runaways(), *memory_hogs(), *expressions(),
        *services(sentinel, elsewhere), *graphs(elsewhere, canary), *documents(sentinel),
        *updates(), *encodings(), *parameters(), *headers(), *paths(elsewhere, canary), *scripts(),
        *bodies(), *slow_clients(),
    ]  # fmt: skip


def spellings(sentinel: str) -> list[str]:
    """Return addresses of one host, most of which a list of names would miss."""
    port = sentinel.rstrip("/").rpartition(":")[2]
    hosts = ("127.0.0.1", "localhost", "127.1", "0x7f.1", "2130706433", "0", "0177.0.0.1",
             "0.0.0.0")  # fmt: skip
    return [f"http://{host}:{port}/" for host in hosts]


def filled(before: str, part: str, after: str, kib: int) -> str:
    """Return a text of about `kib` KiB that repeats one part."""
    return before + part * ((kib << 10) // len(part)) + after


def wrapped(parts: tuple[str, str, str, str, str], kib: int) -> str:
    """Return a text of about `kib` KiB that nests one construct in itself."""
    before, opening, middle, closing, after = parts
    times = (kib << 10) // len(opening + closing)
    return before + opening * times + middle + closing * times + after


def nested() -> list[Attack]:
    deep = {
        "nested groups": ("ASK", "{", "", "}", ""),
        "nested parentheses": ("ASK{FILTER", "(", "1", ")", "}"),
        "nested functions": ("ASK{FILTER(", "STR(", "1", ")", ")}"),
        "nested blank nodes": ("ASK{", "[<p:p> ", "1", "]", "<p:p> 1}"),
        "nested lists": ("ASK{", "(", "1", ")", "<p:p> 1}"),
        "nested EXISTS": ("ASK{", "FILTER EXISTS{", "", "}", "}"),
        "nested subqueries": ("ASK{", "{SELECT*{", "", "}}", "}"),
        "nested paths": ("ASK{?s ", "(", "<p:p>", ")*", " ?o}"),
    }
    endless = (
        ("ASK", "{"),
        ("ASK{FILTER", "("),
        ("ASK{", "[<p:p> "),
        ("ASK{", "("),
        ("ASK{?s ", "("),
    )
    return [
        *(ask(family, wrapped(parts, kib), 400) for family, parts in deep.items() for kib in (40, 50, 60)),
        *(ask("nested and unclosed", filled(*parts, "", 60), 400) for parts in endless),
    ]  # fmt: skip


def hidden_nesting() -> list[Attack]:
    deep = "(" * 20_000 + "1" + ")" * 20_000
    return [
        ask("nesting behind an apparent IRI", "ASK{FILTER(1<" + deep + ">2)}", 400),
        ask("nesting behind an apparent IRI", "ASK{FILTER(?a<?b&&?c>" + deep + ")}", 400),
        ask("nesting behind an apparent comment", 'ASK{FILTER(?a<?b#>"""\n&&' + deep + ')}#"""', 400),
        ask("nesting behind an apparent comment", "ASK{FILTER(<a:a#b>=" + deep + ")}", 400),
        ask("nesting behind an apparent string", r"ASK{FILTER('\\'=" + deep + ")}", 400),
        ask("nesting behind an apparent string", "ASK{FILTER(\"'''\"=" + deep + ")}", 400),
    ]  # fmt: skip


def chained() -> list[Attack]:
    long = {
        "chained sums": ("ASK{FILTER(", "1+", "1)}"),
        "chained negations": ("ASK{FILTER(", "!", "true)}"),
        "chained disjunctions": ("ASK{FILTER(", "?a||", "?a)}"),
        "chained conjunctions": ("ASK{FILTER(", "?a&&", "?a)}"),
        "chained products": ("ASK{FILTER(", "?a*", "?a)}"),
        "chained unions": ("ASK{", "{}UNION", "{}}"),
        "chained MINUS": ("ASK{", "MINUS{?s ?p ?o}", "}"),
        "chained groups": ("ASK{", "{?s ?p ?o}", "}"),
        "chained GRAPH": ("ASK{", "GRAPH ?g{?s ?p ?o}", "}"),
        "chained sequences": ("ASK{?s ", "<p:p>/", "<p:p> ?o}"),
    }
    bound = "".join(f"BIND({n} AS ?x{n})" for n in range(3_000))
    return [
        *(ask(family, filled(*parts, kib), 400) for family, parts in long.items() for kib in (50, 55, 60)),
        ask("chained assignments", "ASK{" + bound + "}", 400),
    ]  # fmt: skip


def runaways() -> list[Attack]:
    three = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    without_end = ("?a (!<p:p>)* ?b . ?b (!<p:q>)* ?c .", "?a (!<p:p>|^<p:q>)* ?b . ?c (!<p:p>)+ ?d .",
                   "?a (<p:p>|!<p:p>)* ?b . ?c (^<p:p>|!<p:p>)* ?d .")  # fmt: skip
    return [
        ask("cross products", f"SELECT (COUNT(*) AS ?n) {three}", 503),
        ask("cross products", f"SELECT DISTINCT ?z {three[:-1]} BIND(CONCAT(STR(?a),STR(?d)) AS ?z) }}",
            503, cut=True),
        ask("cross products", f"ASK {three[:-1]} FILTER(STRLEN(CONCAT(STR(?a),STR(?d),STR(?g))) < 0) }}", 503),
        ask("cross products", f"SELECT * {three}", 200, 503, cut=True),
        ask("cross products", f"CONSTRUCT {{ ?a ?e ?i }} {three}", 200, 503, cut=True),
        *(ask("optimizer blow-ups", "ASK{" + "".join(f"?a{n} ?b{n} ?c{n} ." for n in range(m)) + "FILTER(?a0=1)}",
              503, 200) for m in (300, 600, 1_200, 2_000)),
        ask("optimizer blow-ups", "ASK{" + "?s ?p ?o." * 1_500 + "}", 503, 200),
        *(ask("endless paths", f"SELECT (COUNT(*) AS ?n) {{ {paths} ?x ?y ?z . ?u ?v ?w }}", 503)
          for paths in without_end),
        *(ask("slow regular expressions", f"SELECT (REGEX('{'a' * 40}!', '{pattern}') AS ?x) {{}}", 200)
          for pattern in ("^(a+)+$", "^(a|aa)+$", "^(a*)*$", "^(a|a)*$", "^([a-z]+)*$", "^(aa?)*$")),
        ask("slow aggregates", f"SELECT (COUNT(DISTINCT CONCAT(STR(?a),STR(?f))) AS ?n) {three}", 503),
        ask("slow aggregates", f"SELECT ?a (MAX(?i) AS ?m) {three} GROUP BY ?a ORDER BY ?m", 503),
        ask("slow aggregates", f"SELECT (MIN(CONCAT(STR(?c),STR(?i))) AS ?m) {three}", 503),
        ask("slow aggregates", f"SELECT ?a (AVG(STRLEN(STR(?i))) AS ?m) {three} GROUP BY ?a", 503),
    ]  # fmt: skip


def memory_hogs() -> list[Attack]:
    two, three = "{ ?a ?b ?c . ?d ?e ?f }", "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    doubled = "BIND('aaaaaaaaaaaaaaaa' AS ?x0) " + "".join(
        f"BIND(CONCAT(?x{n},?x{n},?x{n},?x{n}) AS ?x{n + 1}) " for n in range(18)
    )
    return [
        ask("huge sorts", f"SELECT * {three} ORDER BY ?c ?f", 503),
        ask("huge sorts", f"SELECT * {two} ORDER BY DESC(CONCAT(STR(?c),STR(?f))) LIMIT 1", 503),
        ask("huge sorts", f"SELECT ?x {three[:-1]} BIND(CONCAT(STR(?a),STR(?f)) AS ?x) }} ORDER BY ?x", 503),
        ask("huge sorts", f"SELECT DISTINCT ?a ?d ?g {three} ORDER BY ?g", 503),
        ask("string blow-ups", f"SELECT ?x18 {{ {doubled} }}", 503, 413),
        ask("string blow-ups", f"SELECT (STRLEN(?x18) AS ?n) {{ {doubled} }}", 503),
        ask("string blow-ups", f"SELECT (GROUP_CONCAT(CONCAT(STR(?a),STR(?i))) AS ?n) {three}", 503),
        ask("string blow-ups", f"SELECT (SHA512(?x18) AS ?n) {{ {doubled} }}", 503),
        ask("string blow-ups", f"SELECT (REPLACE(?x8, 'a', ?x8) AS ?n) {{ {doubled} }}", 503, 413),
        ask("string blow-ups", f"SELECT (UCASE(?x18) AS ?n) {{ {doubled} }}", 503),
        ask("countless groups", f"SELECT ?a ?f ?g (COUNT(*) AS ?n) {three} GROUP BY ?a ?f ?g", 503),
        ask("countless groups", f"SELECT (COUNT(*) AS ?n) {three} GROUP BY (UUID())", 503),
        ask("countless groups", f"SELECT (SAMPLE(?a) AS ?n) {three} GROUP BY (CONCAT(STR(?c),STR(?i)))", 503),
    ]  # fmt: skip


def expressions() -> list[Attack]:
    nines = "9" * 5_000
    return [
        *(ask("huge numbers", f"SELECT ({expression} AS ?x) {{}}", 200, 400)
          for expression in (f"'{nines}'^^<{XSD}integer> + 1", f"'{nines}'^^<{XSD}integer> - 1", "ROUND(1e400)", "CEIL(1e400)", "FLOOR(-1e400)")),
        *(ask("invalid dates", f"SELECT (YEAR('{date}'^^<{XSD}dateTime>) AS ?x) {{}}", 200)
          for date in ("99999999999999999-01-01T00:00:00Z", "-0001-13-45T99:99:99Z", "2020-02-30T24:00:01",
                       "999999999-12-31T23:59:59+14:59")),
        *(ask("invalid patterns", f"SELECT ({expression} AS ?x) {{}}", 200, 400)
          for expression in ("REGEX('a', '[')", "REPLACE('a', '(', '$9')", "REGEX('a', '(?<')",
                       "REPLACE('a', 'a', '$9')")),
    ]  # fmt: skip


def services(sentinel: str, elsewhere: list[str]) -> list[Attack]:
    disguised = (
        "ASK { SERVICE SILENT <URL> {} }",
        "ASK { sErViCe<URL>{} }",
        "PREFIX : <URL> ASK { SERVICE:x {} }",
        "ASK { servicesilent<URL>{} }",
        "BASE <URL> ASK { SERVICE <x> {} }",
        'ASK { FILTER(?a<?b#>"""\n) SERVICE <URL> {} #"""\n }',
        "ASK { { SELECT * { SERVICE <URL> { ?s ?p ?o } } } }",
        "ASK { OPTIONAL { SERVICE <URL> { ?s ?p ?o } } }",
    )
    return [
        *(ask("SERVICE", f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}", 403) for address in elsewhere),
        *(ask("disguised SERVICE", query.replace("URL", sentinel), 403, 400) for query in disguised),
    ]  # fmt: skip


def graphs(elsewhere: list[str], canary: str) -> list[Attack]:
    return [
        *(ask("remote FROM", f"SELECT * {clause} <{address}> {{ ?s ?p ?o }}", 200)
          for clause in ("FROM", "FROM NAMED") for address in elsewhere[:4]),
        *(ask("FROM a file", f"SELECT * FROM <{address}> {{ ?s ?p ?o }}", 200)
          for address in (f"file://{canary}", f"file:{canary}")),
        *(ask("remote graphs", "SELECT * { ?s ?p ?o }", 200, cut=False, **{name: address})
          for name in ("default-graph-uri", "named-graph-uri") for address in elsewhere[:4]),
    ]  # fmt: skip


def documents(sentinel: str) -> list[Attack]:
    def sent(family: str, kind: str, body: str) -> list[Attack]:
        return [Attack(family, "/sparql", (415, 405), method, body, {"Content-Type": kind})
                for method in ("POST", "PUT")]  # fmt: skip

    def xml(entities: str, text: str) -> str:
        about = f"<rdf:Description rdf:about='a:a'><p xmlns='a:'>{text}</p></rdf:Description>"
        return f"<!DOCTYPE r [{entities}]><rdf:RDF xmlns:rdf='{RDF}'>{about}</rdf:RDF>"

    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    return [
        *sent("JSON-LD contexts", "application/ld+json", f'{{"@context": "{sentinel}", "a": "b"}}'),
        *sent("JSON-LD contexts", "application/ld+json", f'{{"@context": [{{}}, "{sentinel}"], "a": "b"}}'),
        *sent("JSON-LD contexts", "application/ld+json", f'{{"@context": {{"@import": "{sentinel}"}}, "a": "b"}}'),
        *sent("XML entities", "application/rdf+xml", xml('<!ENTITY l0 "lol">' + laughs, "&l9;")),
        *sent("XML entities", "application/rdf+xml", xml('<!ENTITY l "' + "a" * 200_000 + '">', "&l;" * 20_000)),
        *sent("deeply nested documents", "application/ld+json", '{"a:a":[' * 20_000 + "]}" * 20_000),
        *sent("deeply nested documents", "text/turtle", "<a:a> <a:b> " + "[ <a:b> " * 50_000),
        *sent("deeply nested documents", "text/turtle", "<a:a> <a:b> " + "(" * 200_000),
    ]  # fmt: skip


def updates() -> list[Attack]:
    texts = (
        "DROP ALL",
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "DELETE WHERE { ?s ?p ?o }",
        "CLEAR DEFAULT",
    )
    form, direct = {"Content-Type": FORM}, {"Content-Type": "application/sparql-update"}
    turtle = {"Content-Type": "text/turtle"}
    return [
        *(Attack("updates", "/sparql", (403,), "POST", text, direct) for text in texts),
        *(Attack("updates in a form", "/sparql", (403,), "POST", urlencode({"update": text}), form)
          for text in texts),
        *(Attack("graphs overwritten", "/sparql?graph=urn:x", (405, 415), method, "<a:a> <a:b> <a:c> .", turtle)
          for method in ("PUT", "DELETE", "PATCH", "POST")),
    ]  # fmt: skip


def encodings() -> list[Attack]:
    query, form = {"Content-Type": QUERY}, {"Content-Type": FORM}
    return [
        Attack("wrong encodings", "/sparql", (400,), "POST", "ASK {}".encode("utf-16"), query),
        Attack("wrong encodings", "/sparql", (400,), "POST", b"ASK { ?s ?p '\xff' }", query),
        Attack("wrong encodings", "/sparql", (400,), "POST", b"ASK { ?s ?p '\xed\xa0\x80' }", query),
        Attack("wrong encodings", "/sparql", (400,), "POST", b"query=ASK{}#\xff", form),
        Attack("wrong encodings", "/sparql", (400,), "POST", "ASK {}", {"Content-Type": QUERY + ";charset=utf-7"}),
        Attack("wrong encodings", "/sparql", (400, 415), "POST", b"\x1f\x8b\x08", query | {"Content-Encoding": "gzip"}),
        get("wrong encodings", "/sparql?query=ASK%7B%7D%23%C0%AF", 400),
    ]  # fmt: skip


def parameters() -> list[Attack]:
    runaway = "/sparql?query=" + quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    return [
        *(get("invalid timeouts", f"{ASK}&timeout={timeout}", 400)
          for timeout in ("1e400", "-1", "nan", "99999999999999999999h", "%00", "10s;ls")),
        *(get("parameters twice", f"{ASK}&query={query}", 400)
          for query in ("ASK%7B%7D", "SELECT*%7B%3Fs%20%3Fp%20%3Fo%7D")),
        *(get("unknown formats", f"{ASK}&format={name}", 400)
          for name in ("../../etc/passwd", "%00", "exe", "text/evil")),
        *(get("limits cannot be raised", f"{runaway}&timeout={timeout}", 503) for timeout in ("86400", "999999999", "3600s")),
        *(get("graph parameters", f"{ASK}&default-graph-uri={graph}", 400)
          for graph in ("%3E%20%7D%20DROP%20ALL", "not%20an%20iri", "%00", "//")),
    ]  # fmt: skip


def headers() -> list[Attack]:
    documents = ("/void.ttl", "/sitemap.xml", "/openapi.json")
    forwarded = {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "javascript"}
    return [
        *(get("Accept", ASK, 200, 400, 406, Accept=accept)
          for accept in ("*/*;q=" + "9" * 5_000 + "x", "text/html;" * 3_000, "*/*;q=high", "*/*;q", "*/*;q=0.5=1",
                       "application/json;q=\x0b", "a/b;q=0,1;x")),
        *(get("Host headers", document, 200, 404, Host="evil.example") for document in documents),
        *(get("request ids", ASK, 200, X_Request_Id=identity)
          for identity in ("<script>", "a" * 5_000, "x; Set-Cookie: a=b", "../../log")),
        *(get("tags", ASK, 200, 304, If_None_Match=tag)
          for tag in ('"' * 5_000, ",".join(['"a"'] * 2_000), "*", "W/")),
        *(get("forwarded headers", document, 200, 404, **forwarded) for document in documents),
    ]  # fmt: skip


def paths(elsewhere: list[str], canary: str) -> list[Attack]:
    return [
        *(get("path traversal", path, 400, 404, 405)
          for path in (f"/static/../../../../../../../..{SECRET}", f"/static/{'..%2f' * 9}{SECRET}",
                       f"/data/{'..%2f' * 9}{SECRET}", f"/downloads/{'..%2f' * 9}{SECRET}",
                       f"/source/{'%2e%2e/' * 9}{SECRET}", f"/static/{'%2e%2e%2f' * 9}{canary}")),
        *(get("header injection", path, 400, 404)
          for path in ("/id/x%0d%0aSet-Cookie:%20a=b", "/id/x%0aSet-Cookie:%20a=b", "/id/%0d%0aSet-Cookie:%20a=b")),
        *(get("remote descriptions", f"/describe?uri={quote(address, safe='')}", 400, 404, Accept="text/turtle")
          for address in (*elsewhere[:4], f"file://{canary}", canary)),
    ]  # fmt: skip


def scripts() -> list[Attack]:
    script = "%3Cscript%3Ealert(1)%3C/script%3E"
    page = {"Accept": "text/html"}
    return [
        *(Attack("script in names", path, (200, 303, 302, 400, 404), headers=page)
          for path in (f"/search?q={script}", f"/page/{script}", f"/browse?type={script}", f"/ontology/{script}",
                       f"/page/ip/related/{script}", f"/why?s={script}&p={script}&o={script}")),
        *(Attack("script in answers", f"/sparql?format=html&query={query}", (200, 400), headers=page)
          for query in (f"SELECT(%22{script}%22AS%20%3Fx)%7B%7D",
                       f"SELECT(STRLANG(%22{script}%22,%22en%22)AS%20%3Fx)%7B%7D",
                       f"CONSTRUCT%7B%3Ca:a%3E%3Ca:b%3E%22{script}%22%7DWHERE%7B%7D",
                       f"SELECT*%7B%7D%23{script}")),
        *(Attack("script in links", f"/sparql?format=html&query={query}", (200, 400), headers=page)
          for query in ("SELECT(IRI(%22javascript:alert(1)%22)AS%20%3Fx)%7B%7D",
                       "CONSTRUCT%7B%3Cjavascript:alert(1)%3E%3Ca:b%3E1%7DWHERE%7B%7D")),
    ]  # fmt: skip


def bodies() -> list[Attack]:
    return [
        # Refused before it has been sent: a client that keeps sending may find the connection closed.
        *(Attack("huge bodies", "/sparql", (413,), "POST", b"query=", {"Content-Type": kind}, cut=True, padding_mib=320)
          for kind in (FORM, QUERY)),
        *(Attack("wrong Content-Length", ASK, (413, 400), "POST", b"", {"Content-Type": FORM, "Content-Length": length})
          for length in ("9" * 18, "9" * 30, "-1", "one", "0x10")),
        *(Attack("wrong Content-Type", ASK, (415, 400), "POST", b"<x/>", {"Content-Type": content_type})
          for content_type in ("multipart/form-data; boundary=x", "application/json", "text/xml", "", "a" * 5_000)),
        *(Attack("methods", ASK, (405, 400, 501), method)
          for method in ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "X" * 500)),
    ]  # fmt: skip


def slow_clients() -> list[Attack]:
    post = "POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: "
    sent = {
        "half-sent bodies": (f"{post}{FORM}\r\nContent-Length: 100\r\n\r\nquery=",
                             f"{post}{QUERY}\r\nContent-Length: 9\r\n\r\nASK",
                             f"{post}{FORM}\r\nContent-Length: 1\r\n\r\n"),
        "half-sent heads": ("GET /sparql HTT", "GET /sparql HTTP/1.1\r\nHost: a\r\nX-A:",
                            "GET /sparql HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n" * 50),
        "silent clients": ("", "P", "G"),
    }  # fmt: skip
    return [
        Attack(family, "", (), method="hold", raw=text.encode())
        for family, texts in sent.items()
        for text in texts
    ]
