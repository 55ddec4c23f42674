"""Hostile requests by family: what is sent, and the statuses that are right.

Each of them kills, hangs, leaks from or misleads something without protection: `test_unprotected`
tries one of each family, ``benchmarks/hostile.py`` all of them.
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
SECRET = "/etc/passwd"
CANARY = "the words of a file that nobody may read"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"


# What each family does to a peer of `unprotected`, all variants of it alike: two engines, and an
# endpoint over them.
FAILS = {
    "nested groups": "oxigraph killed",
    "nested parentheses": "oxigraph killed",
    "nested functions": "oxigraph killed",
    "nested blank nodes": "oxigraph killed",
    "nested lists": "oxigraph killed",
    "nested EXISTS": "oxigraph killed",
    "nested subqueries": "oxigraph killed",
    "nested paths": "oxigraph killed",
    "nested and never closed": "oxigraph killed",
    "nesting behind what looks like an IRI": "oxigraph killed",
    "nesting behind what looks like a comment": "oxigraph killed",
    "nesting behind what looks like a string": "oxigraph killed",
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
    "optimiser blow-ups": "oxigraph killed or hung",
    "paths without end": "oxigraph killed or hung",
    "slow regular expressions": "rdflib hung",
    "slow aggregates": "oxigraph killed or hung",
    "huge sorts": "oxigraph killed or hung",
    "string blow-ups": "oxigraph killed or hung",
    "groups without number": "oxigraph killed or hung",
    "numbers beyond measure": "rdflib misled",
    "dates beyond the calendar": "rdflib misled",
    "patterns that are none": "rdflib misled",
    "SERVICE": "oxigraph leaked",
    "SERVICE in disguise": "oxigraph leaked",
    "FROM elsewhere": "rdflib leaked",
    "FROM a file": "rdflib leaked",
    "graphs elsewhere": "endpoint leaked",
    "JSON-LD contexts": "endpoint leaked",
    "XML entities": "endpoint killed",
    "documents nested deeply": "endpoint misled",
    "updates": "endpoint misled",
    "updates in a form": "endpoint misled",
    "graphs overwritten": "endpoint misled",
    "wrong encodings": "endpoint misled",
    "times that are none": "endpoint misled",
    "parameters twice": "endpoint misled",
    "formats that are none": "endpoint misled",
    "limits cannot be raised": "oxigraph hung",
    "graph parameters": "endpoint misled",
    "Accept": "endpoint misled",
    "names of hosts": "endpoint misled",
    "request ids": "endpoint misled",
    "tags": "endpoint misled",
    "forwarded headers": "endpoint misled",
    "path traversal": "endpoint leaked",
    "header injection": "endpoint misled",
    "descriptions of elsewhere": "endpoint leaked",
    "script in names": "endpoint misled",
    "script in answers": "endpoint misled",
    "script in links": "endpoint misled",
    "giant bodies": "endpoint killed or misled",
    "bodies of any length": "endpoint hung or misled",
    "bodies of other kinds": "endpoint misled",
    "methods": "endpoint misled",
    "half-sent bodies": "endpoint hung",
    "half-sent heads": "endpoint hung",
    "silent clients": "endpoint hung",
}


@dataclass(frozen=True)
class Attack:
    """One request. `cut`: it may also break off midway, as a long answer over its limit does.

    `raw` is sent instead of a request, on a connection that is held open.
    """

    family: str
    path: str
    statuses: tuple[int, ...]
    method: str = "GET"
    body: bytes | str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    raw: bytes = b""
    padding_mib: int = 0  # of the letter A, behind the body

    def sent(self) -> bytes | str | None:
        """Return the body with its padding, which the bank does not hold in memory."""
        if not self.padding_mib:
            return self.body
        assert isinstance(self.body, bytes)
        return self.body + b"A" * (self.padding_mib << 20)

    @property
    def peer(self) -> str:
        """The peer that shows what the family does."""
        return FAILS[self.family].partition(" ")[0]

    @property
    def fate(self) -> tuple[str, ...]:
        """What may come of it there."""
        return tuple(FAILS[self.family].partition(" ")[2].split(" or "))

    @property
    def name(self) -> str:
        return f"{self.family}: {self.path[:40]} {str(self.body or self.raw or '')[:30]}"

    def fault(self, status: int, headers: HTTPMessage, body: bytes) -> str:
        """Say what is wrong with an answer; empty where it is right."""
        identity = self.headers.get("X-Request-Id")
        faults = {
            f"the status is {status}": status not in self.statuses,
            "a file was read": b"root:" in body or CANARY.encode() in body,
            "the host of the request is believed": b"evil.example" in body,
            "a header was injected": "Set-Cookie" in headers,
            "the request's own id is believed": identity and headers["X-Request-Id"] == identity,
        }
        if headers.get_content_type() == "text/html":
            faults["a script runs"] = b"<script>alert" in body or b"='javascript:" in body
            faults["a script is a link"] = b'="javascript:' in body
        return "; ".join(each for each, is_so in faults.items() if is_so)

    @contextlib.contextmanager
    def hold(self, port: int) -> Iterator[socket.socket]:
        """Send `raw`, and hold the connection for the length of a block."""
        with socket.create_connection(("127.0.0.1", port)) as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall(self.raw)
            yield connection


def ask(family: str, text: str, *statuses: int, cut: bool = False, **more: str) -> Attack:
    """A query by POST, which no limit on addresses meets first."""
    body = urlencode({"query": text, **more})
    return Attack(family, "/sparql", statuses, "POST", body, {"Content-Type": FORM}, cut)


def get(family: str, path: str, *statuses: int, **headers: str) -> Attack:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Attack(family, path, statuses, headers=names)


def bank(sentinel: str, canary: str) -> list[Attack]:
    """Return every attack.

    `sentinel` is an address of this machine that nothing may ask, `canary` the path of a file of
    Turtle that nothing may read.
    """
    elsewhere = spellings(sentinel)
    return [
        *nested(), *hidden_nesting(), *chained(), *runaways(), *gluttons(), *expressions(),
        *services(sentinel, elsewhere), *graphs(elsewhere, canary), *documents(sentinel),
        *updates(), *encodings(), *parameters(), *headers(), *paths(elsewhere, canary), *scripts(),
        *bodies(), *slow_clients(),
    ]  # fmt: skip


def spellings(sentinel: str) -> list[str]:
    """Return addresses that mean the same place, most of which no list of names would hold."""
    port = sentinel.rstrip("/").rpartition(":")[2]
    hosts = ("127.0.0.1", "localhost", "127.1", "0x7f.1", "2130706433", "0", "0177.0.0.1",
             "0.0.0.0")  # fmt: skip
    return [f"http://{each}:{port}/" for each in hosts]


def filled(before: str, part: str, after: str, kib: int) -> str:
    """Return a text of about so many KiB, most of which is one part again and again."""
    return before + part * ((kib << 10) // len(part)) + after


def wrapped(parts: tuple[str, str, str, str, str], kib: int) -> str:
    """Return a text of about so many KiB, most of which is one thing inside another."""
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
        *(ask(family, wrapped(parts, kib), 503) for family, parts in deep.items() for kib in (40, 50, 60)),
        *(ask("nested and never closed", filled(*each, "", 60), 503) for each in endless),
    ]  # fmt: skip


def hidden_nesting() -> list[Attack]:
    deep = "(" * 20_000 + "1" + ")" * 20_000
    return [
        ask("nesting behind what looks like an IRI", "ASK{FILTER(1<" + deep + ">2)}", 503),
        ask("nesting behind what looks like an IRI", "ASK{FILTER(?a<?b&&?c>" + deep + ")}", 503),
        ask("nesting behind what looks like a comment", 'ASK{FILTER(?a<?b#>"""\n&&' + deep + ')}#"""', 503, 400),
        ask("nesting behind what looks like a comment", "ASK{FILTER(<a:a#b>=" + deep + ")}", 503),
        ask("nesting behind what looks like a string", r"ASK{FILTER('\\'=" + deep + ")}", 503),
        ask("nesting behind what looks like a string", "ASK{FILTER(\"'''\"=" + deep + ")}", 503),
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
        *(ask(family, filled(*parts, kib), 503) for family, parts in long.items() for kib in (50, 55, 60)),
        ask("chained assignments", "ASK{" + bound + "}", 503),
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
        *(ask("optimiser blow-ups", "ASK{" + "".join(f"?a{n} ?b{n} ?c{n} ." for n in range(m)) + "FILTER(?a0=1)}",
              503, 200) for m in (300, 600, 1_200, 2_000)),
        ask("optimiser blow-ups", "ASK{" + "?s ?p ?o." * 1_500 + "}", 503, 200),
        *(ask("paths without end", f"SELECT (COUNT(*) AS ?n) {{ {each} ?x ?y ?z . ?u ?v ?w }}", 503)
          for each in without_end),
        *(ask("slow regular expressions", f"SELECT (REGEX('{'a' * 40}!', '{each}') AS ?x) {{}}", 200)
          for each in ("^(a+)+$", "^(a|aa)+$", "^(a*)*$", "^(a|a)*$", "^([a-z]+)*$", "^(aa?)*$")),
        ask("slow aggregates", f"SELECT (COUNT(DISTINCT CONCAT(STR(?a),STR(?f))) AS ?n) {three}", 503),
        ask("slow aggregates", f"SELECT ?a (MAX(?i) AS ?m) {three} GROUP BY ?a ORDER BY ?m", 503),
        ask("slow aggregates", f"SELECT (MIN(CONCAT(STR(?c),STR(?i))) AS ?m) {three}", 503),
        ask("slow aggregates", f"SELECT ?a (AVG(STRLEN(STR(?i))) AS ?m) {three} GROUP BY ?a", 503),
    ]  # fmt: skip


def gluttons() -> list[Attack]:
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
        ask("groups without number", f"SELECT ?a ?f ?g (COUNT(*) AS ?n) {three} GROUP BY ?a ?f ?g", 503),
        ask("groups without number", f"SELECT (COUNT(*) AS ?n) {three} GROUP BY (UUID())", 503),
        ask("groups without number", f"SELECT (SAMPLE(?a) AS ?n) {three} GROUP BY (CONCAT(STR(?c),STR(?i)))", 503),
    ]  # fmt: skip


def expressions() -> list[Attack]:
    nines = "9" * 5_000
    return [
        *(ask("numbers beyond measure", f"SELECT ({each} AS ?x) {{}}", 200, 400)
          for each in (f"'{nines}'^^<{XSD}integer> + 1", f"'{nines}'^^<{XSD}integer> - 1", "ROUND(1e400)", "CEIL(1e400)", "FLOOR(-1e400)")),
        *(ask("dates beyond the calendar", f"SELECT (YEAR('{each}'^^<{XSD}dateTime>) AS ?x) {{}}", 200)
          for each in ("99999999999999999-01-01T00:00:00Z", "-0001-13-45T99:99:99Z", "2020-02-30T24:00:01",
                       "999999999-12-31T23:59:59+14:59")),
        *(ask("patterns that are none", f"SELECT ({each} AS ?x) {{}}", 200, 400)
          for each in ("REGEX('a', '[')", "REPLACE('a', '(', '$9')", "REGEX('a', '(?<')",
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
        *(ask("SERVICE", f"SELECT * {{ SERVICE <{each}> {{ ?s ?p ?o }} }}", 403) for each in elsewhere),
        *(ask("SERVICE in disguise", each.replace("URL", sentinel), 403, 400) for each in disguised),
    ]  # fmt: skip


def graphs(elsewhere: list[str], canary: str) -> list[Attack]:
    return [
        *(ask("FROM elsewhere", f"SELECT * {clause} <{each}> {{ ?s ?p ?o }}", 403)
          for clause in ("FROM", "FROM NAMED") for each in elsewhere[:4]),
        *(ask("FROM a file", f"SELECT * FROM <{each}> {{ ?s ?p ?o }}", 403)
          for each in (f"file://{canary}", f"file:{canary}")),
        *(ask("graphs elsewhere", "SELECT * { ?s ?p ?o }", 200, **{name: each})
          for name in ("default-graph-uri", "named-graph-uri") for each in elsewhere[:4]),
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
        *sent("documents nested deeply", "application/ld+json", '{"a:a":[' * 20_000 + "]}" * 20_000),
        *sent("documents nested deeply", "text/turtle", "<a:a> <a:b> " + "[ <a:b> " * 50_000),
        *sent("documents nested deeply", "text/turtle", "<a:a> <a:b> " + "(" * 200_000),
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
        *(Attack("updates", "/sparql", (403,), "POST", each, direct) for each in texts),
        *(Attack("updates in a form", "/sparql", (403,), "POST", urlencode({"update": each}), form)
          for each in texts),
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
    asked = "/sparql?query=ASK%7B%7D"
    runaway = "/sparql?query=" + quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    return [
        *(get("times that are none", f"{asked}&timeout={each}", 400)
          for each in ("1e400", "-1", "nan", "99999999999999999999h", "0", "%00", "10s;ls")),
        *(get("parameters twice", f"{asked}&query={each}", 400)
          for each in ("ASK%7B%7D", "SELECT*%7B%3Fs%20%3Fp%20%3Fo%7D")),
        *(get("formats that are none", f"{asked}&format={each}", 400)
          for each in ("../../etc/passwd", "%00", "exe", "text/evil")),
        *(get("limits cannot be raised", f"{runaway}&timeout={each}", 503) for each in ("86400", "999999999", "3600s")),
        *(get("graph parameters", f"{asked}&default-graph-uri={each}", 400)
          for each in ("%3E%20%7D%20DROP%20ALL", "not%20an%20iri", "%00", "//")),
    ]  # fmt: skip


def headers() -> list[Attack]:
    asked = "/sparql?query=ASK%7B%7D"
    documents = ("/void.ttl", "/sitemap.xml", "/openapi.json")
    forwarded = {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "javascript"}
    return [
        *(get("Accept", asked, 200, 400, 406, Accept=each)
          for each in ("*/*;q=" + "9" * 5_000 + "x", "text/html;" * 3_000, "*/*;q=high", "*/*;q", "*/*;q=0.5=1",
                       "application/json;q=\x0b", "a/b;q=0,1;x")),
        *(get("names of hosts", each, 200, 404, Host="evil.example") for each in documents),
        *(get("request ids", asked, 200, X_Request_Id=each)
          for each in ("<script>", "a" * 5_000, "x; Set-Cookie: a=b", "../../log")),
        *(get("tags", asked, 200, 304, If_None_Match=each)
          for each in ('"' * 5_000, ",".join(['"a"'] * 2_000), "*", "W/")),
        *(get("forwarded headers", each, 200, 404, **forwarded) for each in documents),
    ]  # fmt: skip


def paths(elsewhere: list[str], canary: str) -> list[Attack]:
    return [
        *(get("path traversal", each, 400, 404, 405)
          for each in (f"/static/../../../../../../../..{SECRET}", f"/static/{'..%2f' * 9}{SECRET}",
                       f"/data/{'..%2f' * 9}{SECRET}", f"/downloads/{'..%2f' * 9}{SECRET}",
                       f"/source/{'%2e%2e/' * 9}{SECRET}", f"/static/{'%2e%2e%2f' * 9}{canary}")),
        *(get("header injection", each, 400, 404)
          for each in ("/id/x%0d%0aSet-Cookie:%20a=b", "/id/x%0aSet-Cookie:%20a=b", "/id/%0d%0aSet-Cookie:%20a=b")),
        *(get("descriptions of elsewhere", f"/describe?uri={quote(each, safe='')}", 400, 404, Accept="text/turtle")
          for each in (*elsewhere[:4], f"file://{canary}", canary)),
    ]  # fmt: skip


def scripts() -> list[Attack]:
    script = "%3Cscript%3Ealert(1)%3C/script%3E"
    page = {"Accept": "text/html"}
    return [
        *(Attack("script in names", each, (200, 303, 302, 400, 404), headers=page)
          for each in (f"/search?q={script}", f"/page/{script}", f"/browse?type={script}", f"/ontology/{script}",
                       f"/page/ip/related/{script}", f"/why?s={script}&p={script}&o={script}")),
        *(Attack("script in answers", f"/sparql?format=html&query={each}", (200, 400), headers=page)
          for each in (f"SELECT(%22{script}%22AS%20%3Fx)%7B%7D",
                       f"SELECT(STRLANG(%22{script}%22,%22en%22)AS%20%3Fx)%7B%7D",
                       f"CONSTRUCT%7B%3Ca:a%3E%3Ca:b%3E%22{script}%22%7DWHERE%7B%7D",
                       f"SELECT*%7B%7D%23{script}")),
        *(Attack("script in links", f"/sparql?format=html&query={each}", (200, 400), headers=page)
          for each in ("SELECT(IRI(%22javascript:alert(1)%22)AS%20%3Fx)%7B%7D",
                       "CONSTRUCT%7B%3Cjavascript:alert(1)%3E%3Ca:b%3E1%7DWHERE%7B%7D")),
    ]  # fmt: skip


def bodies() -> list[Attack]:
    asked = "/sparql?query=ASK%7B%7D"
    return [
        # Refused before it has been sent: a client that goes on sending may find the line closed.
        *(Attack("giant bodies", "/sparql", (413,), "POST", b"query=", {"Content-Type": kind}, cut=True, padding_mib=320)
          for kind in (FORM, QUERY)),
        *(Attack("bodies of any length", asked, (413, 400), "POST", b"", {"Content-Type": FORM, "Content-Length": each})
          for each in ("9" * 18, "9" * 30, "-1", "one", "0x10")),
        *(Attack("bodies of other kinds", asked, (415, 400), "POST", b"<x/>", {"Content-Type": each})
          for each in ("multipart/form-data; boundary=x", "application/json", "text/xml", "", "a" * 5_000)),
        *(Attack("methods", asked, (405, 400, 501), each)
          for each in ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "X" * 500)),
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
        Attack(family, "", (), method="hold", raw=each.encode())
        for family, texts in sent.items()
        for each in texts
    ]
