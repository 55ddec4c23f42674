from __future__ import annotations

import pyoxigraph as ox
import pytest

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
IP = "https://w3id.org/ipgraph/id/ip"


@pytest.mark.parametrize(
    ("accept", "location"),
    [
        (BROWSER, "/page/ip"),
        ("text/turtle", "/data/ip.ttl"),
        ("application/ld+json", "/data/ip.jsonld"),
        ("application/rdf+xml;q=0.8, text/html;q=0.5", "/data/ip.rdf"),
        ("text/html, text/turtle", "/data/ip.ttl"),
        ("text/csv", "/data/ip.csv"),
    ],
)
def test_an_entity_iri_redirects_according_to_accept(running, accept, location):
    reply = running.ask("/id/ip", Accept=accept)
    assert (reply.status, reply.headers["Location"], reply.headers["Vary"]) == (
        303, location, "Accept",
    )  # fmt: skip
    assert 'rel="alternate"; type="text/turtle"' in reply.headers["Link"]


def test_unacceptable_types_are_406_and_unknown_entities_are_404(running):
    assert running.ask("/id/ip", Accept="image/png").status == 406
    assert running.ask("/id/no-such-thing").status == 404
    assert running.ask("/data/no-such-thing.ttl").status == 404
    assert running.ask("/data/ip.pdf").status == 404


FORMATS = [
    ox.RdfFormat.TURTLE,
    ox.RdfFormat.N_TRIPLES,
    ox.RdfFormat.RDF_XML,
    ox.RdfFormat.JSON_LD,
    ox.RdfFormat.TRIG,
    ox.RdfFormat.N_QUADS,
]


@pytest.mark.parametrize("form", FORMATS)
def test_the_data_of_an_entity_describe_it_in_every_format(running, form):
    suffix = {"json": "jsonld"}.get(form.file_extension, form.file_extension)
    reply = running.ask(f"/data/ip.{suffix}")
    assert reply.type == form.media_type
    quads = list(ox.parse(reply.body, format=form))
    assert len(quads) > 20
    assert any(quad.subject == ox.NamedNode(IP) for quad in quads)
    assert 'rel="license"' in reply.headers["Link"]
    assert running.ask(f"/data/ip.{suffix}", If_None_Match=reply.headers["ETag"]).status == 304


def test_describe_returns_rdf_for_any_iri(running):
    reply = running.ask(f"/describe?uri={IP}", Accept="text/turtle")
    assert (reply.status, reply.type) == (200, "text/turtle")
    assert running.ask(f"/describe?uri={IP}&format=nt").type == "application/n-triples"
    assert running.ask(f"/describe?uri={IP}", Accept=BROWSER).type == "text/html"
    assert running.ask("/describe?uri=http://nowhere.example/").status == 404
    assert running.ask("/describe").status == 400


@pytest.mark.parametrize("path", ["/ontology", "/ontology.ttl", "/source/more-about-ip",
                                  "/source/more-about-ip.ttl", "/ontology/Office"])  # fmt: skip
def test_documents_are_available_as_rdf_at_their_address(running, path):
    reply = running.ask(path, Accept="text/turtle")
    assert (reply.status, reply.type) == (200, "text/turtle")
    assert len(list(ox.parse(reply.body, format=ox.RdfFormat.TURTLE))) > 3


def test_the_data_of_a_source_are_exactly_its_statements(running):
    reply = running.ask("/source/more-about-ip.nt")
    stated = list(ox.parse(reply.body, format=ox.RdfFormat.N_TRIPLES))
    counts = running.app.service.edition.kg.info()["counts"]["graphs"]
    assert len(stated) == counts["https://w3id.org/ipgraph/source/more-about-ip"]


def test_the_page_of_an_entity_links_to_its_data(running):
    reply = running.ask("/page/ip", Accept=BROWSER)
    assert reply.status == 200
    assert '</data/ip.ttl>; rel="alternate"' in reply.headers["Link"]


@pytest.mark.parametrize(
    "name",
    ["..%2f..%2fetc%2fpasswd", "ip%0d%0aX-Evil:%201", "%3Cscript%3E", "%00", "%ff", "a%20b", "%04"],
)
def test_an_invalid_name_is_404_and_injects_nothing(running, name):
    for path in (
        f"/id/{name}",
        f"/data/{name}.ttl",
        f"/data/{name}",
        f"/page/{name}",
        f"/source/{name}",
        f"/ontology/{name}",
    ):
        reply = running.ask(path)
        assert reply.status == 404
        assert "X-Evil" not in reply.headers
        assert b"root:" not in reply.body
        assert b"<script>" not in reply.body


@pytest.mark.parametrize("path", ["/data/ip", "/ontology", "/source/more-about-ip"])
def test_json_ld_contains_the_published_context_and_equals_n_triples(running, path):
    document, plain = running.ask(path + ".jsonld"), running.ask(path + ".nt")
    context = document.json()["@context"]
    published = running.ask("/context.jsonld")
    assert (published.status, published.type) == (200, "application/ld+json")
    assert context.items() <= published.json()["@context"].items()
    assert "label" in context
    found = []
    for reply, form in ((document, ox.RdfFormat.JSON_LD), (plain, ox.RdfFormat.N_TRIPLES)):
        dataset = ox.Dataset(ox.parse(reply.body, format=form))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        found.append({str(quad) for quad in dataset})
    assert found[0] == found[1]


@pytest.mark.parametrize("path", ["/page/fema", "/about", "/search?q=dams", "/questions"])
def test_head_of_a_page_is_get_without_a_body(running, path):
    head = running.ask(path, "HEAD", Accept="text/html")
    got = running.ask(path, Accept="text/html")
    assert (head.status, head.body) == (200, b"")
    assert len(got.body) > 1000
    for name in ("Content-Length", "Content-Type", "ETag"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    "path", ["/ontology", "/ontology/Office", "/source/more-about-ip", f"/describe?uri={IP}"]
)
@pytest.mark.parametrize("media_type", ["text/turtle", "application/ld+json", "text/csv"])
def test_a_negotiated_representation_has_a_content_location(running, path, media_type):
    chosen = running.ask(path, Accept=media_type)
    alone = running.ask(chosen.headers["Content-Location"], Accept="*/*")
    assert (alone.status, alone.type, alone.body) == (200, media_type, chosen.body)


def test_statements_of_a_source_and_statements_about_it_are_separate(running):
    source = "/source/more-about-ip"
    about = running.ask(f"/describe?uri=https://w3id.org/ipgraph{source}", Accept="text/turtle")
    stated = running.ask(source + ".ttl")
    assert about.body != stated.body
    assert b"id:sopd" in stated.body
    assert stated.headers["Content-Location"] == source + ".ttl"
