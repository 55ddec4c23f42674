from __future__ import annotations

import pytest

from ipgraph.errors import NotAcceptable
from ipgraph.server.negotiation import (
    ASK_OFFERS,
    GRAPH_OFFERS,
    RDF_OFFERS,
    SELECT_OFFERS,
    choose,
    require,
)

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "offers", "name"),
    [
        ("", SELECT_OFFERS, "json"),
        ("*/*", SELECT_OFFERS, "json"),
        (BROWSER, SELECT_OFFERS, "html"),
        (BROWSER, GRAPH_OFFERS, "html"),
        ("text/csv", SELECT_OFFERS, "csv"),
        ("TEXT/CSV; Header=Present", SELECT_OFFERS, "csv"),
        ("text/*", SELECT_OFFERS, "csv"),
        ("application/json", SELECT_OFFERS, "json"),
        ("application/xml", SELECT_OFFERS, "xml"),
        ("text/html, application/sparql-results+xml", SELECT_OFFERS, "xml"),
        ("text/html, application/sparql-results+xml;q=0.9", SELECT_OFFERS, "html"),
        ("application/sparql-results+json;q=0.2, text/csv;q=0.3", SELECT_OFFERS, "csv"),
        ("application/sparql-results+json;q=0, */*", SELECT_OFFERS, "xml"),
        ("application/sparql-results+json; q=0 , */* ;q=0.1", SELECT_OFFERS, "xml"),
        ("nonsense, text/csv", SELECT_OFFERS, "csv"),
        ("*/*", ASK_OFFERS, "json"),
        ("text/*", ASK_OFFERS, "html"),
        ("text/csv", ASK_OFFERS, "csv"),
        ("*/*", GRAPH_OFFERS, "ttl"),
        ("text/plain", GRAPH_OFFERS, "ttl"),
        ("application/rdf+xml;q=0.9, text/turtle;q=0.8", RDF_OFFERS, "rdf"),
        ("application/ld+json;profile=x", RDF_OFFERS, "jsonld"),
        ("application/x-turtle", RDF_OFFERS, "ttl"),
        ("application/n-quads", GRAPH_OFFERS, "nq"),
    ],
)
def test_the_most_wanted_representation_is_chosen(accept, offers, name):
    assert choose(accept, offers).name == name


@pytest.mark.parametrize("accept", ["image/png", "text/turtle;q=0", "*/*;q=0", "text/csv;q=nan"])
def test_nothing_is_chosen_where_nothing_fits(accept):
    assert choose(accept, SELECT_OFFERS) is None


def test_what_exists_is_named_where_nothing_fits():
    with pytest.raises(NotAcceptable) as caught:
        require("image/png", SELECT_OFFERS)
    assert "application/sparql-results+json" in caught.value.hint


def test_a_weak_synonym_is_answered_under_its_own_name():
    assert choose("application/json", SELECT_OFFERS).content_type == "application/json"
    assert choose("text/plain", GRAPH_OFFERS).content_type == "text/plain; charset=utf-8"
