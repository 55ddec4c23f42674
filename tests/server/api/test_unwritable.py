"""What a format cannot hold is refused over HTTP with 406, before the first byte, at every door."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest

import ipgraph
from ipgraph.settings import Settings

ROWS = 25_000
DATA = """
<http://e.test/nine> <http://e.test/9> "v" .
<http://e.test/bell> <http://e.test/p> "a\\u0007b" .
<http://e.test/term> <http://e.test/p> <<( <http://e.test/a> <http://e.test/p> "v" )>> .
<http://e.test/good> <http://e.test/p> 01, "x"@en-GB, "y"@en .
"""


@pytest.fixture(scope="module")
def service(serve_session, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unwritable")
    lines = (f'<http://e.test/{n}> <http://e.test/n> "{n:050}" .' for n in range(ROWS))
    (folder / "data.ttl").write_text(DATA + "\n".join(lines), encoding="utf-8")
    kg = ipgraph.open(folder / "data.ttl", settings=Settings(cache=str(folder / "cache")))
    with serve_session(kg) as running:
        yield running


CASES = (("nine", "rdf", "<http://e.test/9>"), ("bell", "rdf", "U+0007"), ("term", "jsonld", "<<("))


@pytest.mark.parametrize(("name", "form", "named"), CASES)
def test_descriptions_and_queries_refuse_what_the_format_cannot_hold(service, name, form, named):
    iri = f"http://e.test/{name}"
    # The statement at fault comes after megabytes of others.
    every = f"{{ ?s <http://e.test/n> ?o BIND(<http://e.test/n> AS ?p) }} UNION {{ <{iri}> ?p ?o BIND(<{iri}> AS ?s) }}"  # noqa: E501  one query
    for path in (
        f"/describe?uri={quote(iri, safe='')}&format={form}",
        "/sparql?" + urlencode({"query": f"DESCRIBE <{iri}>", "format": form}),
        "/sparql?"
        + urlencode({"query": f"CONSTRUCT {{ ?s ?p ?o }} {{ {every} }}", "format": form}),
    ):
        reply = service.ask(path)
        assert reply.status == 406
        assert named in reply.json()["detail"]
        for other in reply.json()["hint"].removeprefix("Use ").rstrip(".").split(", "):
            again = service.ask(path.replace(f"format={form}", f"format={other}"))
            assert again.status == 200
            assert again.body


def test_a_result_as_sparql_xml_is_whole_or_refused(service):
    text = "SELECT ?o { { ?s <http://e.test/n> ?o } UNION { <http://e.test/bell> ?p ?o } }"
    reply = service.query(text, "application/sparql-results+xml")
    assert reply.status == 406
    assert "U+0007" in reply.json()["detail"]
    good = service.query("SELECT ?o { ?s <http://e.test/n> ?o }", "application/sparql-results+xml")
    assert good.body.count(b"<result>") == ROWS
    assert good.body.rstrip().endswith(b"</sparql>")


@pytest.mark.parametrize("form", ["ttl", "nt", "trig", "nq", "rdf", "jsonld", "csv"])
def test_the_data_of_a_thing_has_the_literals_of_its_file(service, form):
    reply = service.ask(f"/describe?uri={quote('http://e.test/good', safe='')}&format={form}")
    text = reply.body.decode()
    assert "01" in text
    assert form == "csv" or "en-GB" in text


def test_the_page_of_a_thing_has_the_literals_of_its_file(service):
    path = f"/describe?uri={quote('http://e.test/good', safe='')}"
    text = service.ask(path, Accept="text/html").body.decode()
    assert "01" in text
    assert 'lang="en-GB"' in text
