"""Nothing that the service sends says where the files of its graph lie."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

import ipgraph
from ipgraph.errors import StoreDamaged, StoreUnreadable
from ipgraph.server.http.response import problem_of
from ipgraph.settings import Settings
from support.running import application, browser

CONTENT = """@prefix : <#> . <> a <http://www.w3.org/2002/07/owl#Ontology> .
:a <http://www.w3.org/2000/01/rdf-schema#label> "A"@en ; :links :b ; :number 1.10 .
:b <http://www.w3.org/2000/01/rdf-schema#label> "Bee"@en-GB .
"""
PATHS = (
    "/", "/about", "/browse", "/dcat.ttl", "/data.json", "/downloads", "/downloads/SHA256SUMS",
    "/graph", "/health", "/llms.txt", "/ontology", "/openapi.json", "/quality", "/ready",
    "/search?q=bee", "/sitemap.xml", "/sources", "/sparql", "/timeline", "/void.ttl",
    "/sparql?query=SELECT*{GRAPH?g{?s?p?o}}", "/sparql?query=SELECT*{",
)  # fmt: skip
ACCEPTED = ("text/html", "application/json", "text/csv", "text/turtle", "application/trig")


@pytest.fixture
def secret(tmp_path):
    """A folder with a name that nothing else has."""
    folder = tmp_path / "secret-place"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "cats and dogs.ttl").write_text(CONTENT, encoding="utf-8")
    (folder / "top.trig").write_text("<#x> <#p> <y> .", encoding="utf-8")
    return folder


def test_no_answer_names_a_folder_of_the_machine(secret, tmp_path):
    kg = ipgraph.open(secret, settings=Settings(cache=str(tmp_path / "secret-cache")))
    graph = "urn:ipgraph:file/docs/cats%20and%20dogs.ttl"
    more = [f"/describe?uri={quote(iri, safe='')}" for iri in (graph, f"{graph}#a", "urn:none")]
    found = ""
    with application(kg) as app:
        client = browser(app)
        client.get("/downloads/SHA256SUMS")
        listing = client.get("/downloads").text
        files = re.findall(r'href="(/downloads/[^"]+)"', listing)
        for path in (*PATHS, *more, *files):
            for accept in ACCEPTED:
                with client.get(path, headers={"Accept": accept}) as reply:
                    text = reply.get_data().decode("utf-8", "replace") + str(reply.headers)
                assert "secret-" not in text.replace("secret-place-", ""), path
                assert "file:" not in text.replace("urn:ipgraph:file", ""), path
                found += text
    assert f"<{graph}#a>" in found
    assert "secret-place-" in listing  # the name of the folder names the downloads, as documented


def test_errors_of_files_are_told_to_clients_without_their_folder():
    for kind in (StoreDamaged, StoreUnreadable):
        error = kind("Cannot open /srv/secret/store: Permission denied", hint="See /srv/secret.")
        problem = problem_of(error)
        assert problem.status == 503
        assert "secret" not in f"{problem.detail} {problem.hint}"


def test_files_of_one_name_in_several_places_get_different_graphs(tmp_path):
    for place in ("one", "two", "2"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "x.ttl").write_text(f'<urn:{place}> <urn:p> "v" .', encoding="utf-8")
    settings = Settings(cache=str(tmp_path / "cache"))
    paths = [tmp_path / place / "x.ttl" for place in ("one", "two")]
    kg = ipgraph.open([*paths, paths[0], tmp_path / "2"], settings=settings)
    rows = kg.query("SELECT ?s ?g { GRAPH ?g { ?s <urn:p> ?v } } ORDER BY ?g")
    graphs = {row["s"].value: row["g"].value for row in rows}
    assert graphs == {
        "urn:one": "urn:ipgraph:file/x.ttl",
        "urn:two": "urn:ipgraph:file/2/x.ttl",
        "urn:2": "urn:ipgraph:file/3/x.ttl",
    }
