"""No page is over 100 kB, however long the texts and however deep the nodes of a graph."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

import ipgraph
from ipgraph.checks import CheckReport
from ipgraph.checks.problems import Problem
from ipgraph.server.html.excerpts import MAX_CHARS, SHORT_CHARS
from ipgraph.server.pages.checks import checking
from ipgraph.settings import Settings
from support.crawling import MAX_PAGE_BYTES
from support.running import application, browser

LONG = "A sentence of a long text. " * 500


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("long")
    lines = [
        "@prefix : <http://e.example/> .",
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .",
    ]
    lines += [f':a skos:note "note {n} {LONG}" .' for n in range(30)]
    lines += [f':b skos:definition "definition {n} {LONG}" .' for n in range(30)]
    nested = "; ".join(
        f":inner [ :very :long{n} ; :name 'a name of the node {n}' ]" for n in range(40)
    )
    lines += [f":c{n} :outer [ {nested} ] ." for n in range(40)]
    lines += [':short skos:note "a note that is shown whole" .']
    (folder / "long.ttl").write_text("\n".join(lines), encoding="utf-8")
    graph = ipgraph.open(folder, settings=Settings(cache=str(folder / "cache")))
    with application(graph) as app:
        yield browser(app)


def describe(client, name):
    return client.get("/describe?uri=" + quote(f"http://e.example/{name}", safe="")).text


@pytest.mark.parametrize("name", ["a", "b", "c0", "outer", "inner"])
def test_an_entity_with_much_text_has_a_page_of_limited_size(client, name):
    text = describe(client, name)
    assert 1000 < len(text.encode()) <= MAX_PAGE_BYTES


def test_a_short_text_is_whole_and_of_long_ones_some_are_long(client):
    assert "a note that is shown whole" in describe(client, "short")
    text = describe(client, "a")
    assert LONG[: MAX_CHARS - 100] in text
    assert len(re.findall(rf"note \d+ {LONG[: SHORT_CHARS - 100]}", text)) >= 5


@pytest.mark.parametrize(
    "query",
    ["SELECT ?s ?o { ?s skos:note ?o }", "SELECT * { ?s ?p ?o }", "DESCRIBE <http://e.example/a>"],
)
def test_results_with_much_text_have_a_page_of_limited_size(client, query):
    reply = client.get("/sparql?query=" + quote(query))
    assert reply.status_code == 200
    assert 1000 < len(reply.data) <= MAX_PAGE_BYTES


def test_the_results_of_checks_have_formats_when_there_are_results(client, monkeypatch):
    monkeypatch.setattr(checking.Checking, "begin", lambda self, service: None)
    assert "format=json" not in client.get("/quality").text
    problems = tuple(Problem("shapes/x", f"{n} {LONG}") for n in range(300))
    report = CheckReport(problems=problems, checked={"shapes": 1})

    def finish(self, service):
        self.report = report

    monkeypatch.setattr(checking.Checking, "begin", finish)
    reply = client.get("/quality")
    assert "format=json" in reply.text
    assert re.search(r"<code>curl -L (?:-H [^<]*)?\S*http://localhost/quality", reply.text)
    assert len(reply.data) <= MAX_PAGE_BYTES
