"""Size budgets of pages and assets, measured on the project's own graph."""

from __future__ import annotations

import gzip
import json
import re
from urllib.parse import quote

import pytest

from ipgraph.namespaces import ENTITY, IP, ORG
from ipgraph.resources import folder
from support.running import application, browser

KIB = 1024
STATIC = folder("web") / "static"


@pytest.fixture(scope="module")
def client(project):
    with application(project) as app:
        yield browser(app)


@pytest.fixture(scope="module")
def entities(project):
    """The most frequently mentioned entities, and a sample of every class."""
    found = {hit.iri for hit in project.index.suggest("a", 200)}
    for kind, _ in project.index.kinds():
        found |= {hit.iri for hit in project.index.of_kind(kind, 12)}
    return sorted(iri for iri in found if iri.startswith(ENTITY))


def bundle(name):
    found = list((STATIC / "dist").glob(f"{name}-*.br"))
    if not found:
        pytest.skip("the browser libraries are not bundled: reinstall with network access")
    return found[0]


def test_every_entity_page_stays_within_its_budget(client, entities):
    assert len(entities) > 200
    sizes = {}
    for iri in [*entities, ENTITY + "dhs", ENTITY + "ip", ENTITY + "nppd"]:
        response = client.get("/page/" + quote(iri.removeprefix(ENTITY)))
        assert response.status_code == 200, iri
        sizes[iri] = (len(response.data), len(gzip.compress(response.data)))
    over = {
        iri: (html, wire) for iri, (html, wire) in sizes.items() if html > 60_000 or wire > 20_000
    }
    assert over == {}


def test_the_page_of_a_hub_shows_all_of_its_relations(client, project):
    text = client.get("/page/ip").text
    for relation in (ORG + "unitOf", IP + "leads", IP + "pursues", IP + "serves"):
        label = project.entities.labels.name(relation).label
        incoming = project.entities.vocabulary.incoming_label(relation)
        assert label in text.lower() or incoming in text.lower()


def test_the_style_sheet_and_the_script_are_small():
    assert (STATIC / "site.css").stat().st_size <= 20 * KIB
    assert len(gzip.compress((STATIC / "site.js").read_bytes(), 9)) <= 2 * KIB


@pytest.mark.parametrize(("name", "max_kb"), [("editor", 125), ("graph", 130)])
def test_a_bundle_stays_within_its_budget(name, max_kb):
    assert bundle(name).stat().st_size <= max_kb * 1000


def test_a_bundle_is_loaded_only_on_its_own_page(client):
    bundle("editor")
    for path in ("/", "/page/ip", "/browse", "/sectors", "/ontology", "/about", "/search?q=dams"):
        assert not re.search(r"dist/(editor|graph)-", client.get(path).text), path
    assert "dist/editor-" in client.get("/sparql").text
    assert "dist/graph-" in client.get("/graph").text


def test_the_first_page_takes_at_most_60_kib_and_one_font(client):
    text = client.get("/").text
    total = len(gzip.compress(text.encode()))
    addresses = re.findall(r'(?:href|src)="(/static/[^"?]+)', text)
    fonts = [address for address in addresses if address.endswith(".woff2")]
    assert len(addresses) >= 4
    for address in set(addresses) - set(fonts):
        total += len(gzip.compress((STATIC / address.removeprefix("/static/")).read_bytes()))
    assert total <= 60 * KIB
    assert (
        sum((STATIC / font.removeprefix("/static/")).stat().st_size for font in fonts) <= 28 * KIB
    )


def test_no_page_contains_inline_scripts_or_styles(client):
    for path in ("/", "/page/ip", "/sparql", "/graph", "/timeline", "/ontology"):
        text = client.get(path).text
        executable = re.sub('<script type="application/ld[+]json">', "", text)  # data, not code
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", executable), path
        assert "<style" not in text, path
        assert not re.search(r"\sstyle=", text), path
        assert not re.search(r"\son\w+=", text), path


def test_every_bundled_library_is_listed_with_its_license_text():
    bundle("editor")
    libraries = json.loads((STATIC / "dist" / "libraries.json").read_text())
    texts = (STATIC / "dist" / "licenses.txt").read_text()
    assert {library["name"] for library in libraries} >= {"cytoscape", "codemirror-lang-sparql"}
    for library in libraries:
        assert library["license"] in ("MIT", "ISC", "OFL-1.1", "Apache-2.0", "BSD-3-Clause"), (
            library
        )
        assert f"{library['name']} {library['version']}\n\n" in texts
    assert "See its package." not in texts
