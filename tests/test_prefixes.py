from __future__ import annotations

import pyoxigraph as ox
import pytest

from ipgraph.namespaces.prefixes import WELL_KNOWN, Prefixes, is_valid, twin, well_known_for


def test_every_well_known_prefix_can_be_declared():
    assert len(WELL_KNOWN) > 100
    for name, namespace in WELL_KNOWN.items():
        assert is_valid(name, namespace)
        ox.Store().query(f"PREFIX {name}: <{namespace}> ASK {{ ?s {name}:x 1 }}")


def test_declared_prefixes_win_over_well_known_ones():
    prefixes = Prefixes({"schema": "http://schema.org/", "dct": WELL_KNOWN["dcterms"]})
    assert prefixes["schema"] == "http://schema.org/"
    assert prefixes.expand("skos:Concept") == WELL_KNOWN["skos"] + "Concept"
    assert prefixes.shorten(WELL_KNOWN["dcterms"] + "title") == "dct:title"
    assert list(prefixes)[:2] == ["schema", "dct"]
    assert dict(prefixes.declared) == {
        "schema": "http://schema.org/",
        "dct": WELL_KNOWN["dcterms"],
    }


def test_the_longest_namespace_is_the_one_that_shortens():
    prefixes = Prefixes({"a": "http://e.example/", "b": "http://e.example/b_", "": "urn:x:"})
    assert prefixes.shorten("http://e.example/b_1") == "b:1"
    assert prefixes.shorten("http://e.example/c") == "a:c"
    assert prefixes.shorten("urn:x:y") == ":y"
    assert prefixes.expand(":y") == "urn:x:y"
    assert prefixes.expand("nowhere:y") is None


@pytest.mark.parametrize("local", ["", "a b", "a/b", "a.", "-a", "a,b", "²", "%41", "a'b", "a>"])
def test_a_local_name_that_needs_escapes_is_written_as_an_iri(local):
    prefixes = Prefixes({"e": "http://e.example/"})
    assert prefixes.shorten(f"http://e.example/{local}") == f"<http://e.example/{local}>"


@pytest.mark.parametrize("local", ["a", "1", "a.b", "a-b", "名前", "é", "_x", "VAV_C180"])
def test_a_prefixed_name_is_read_back_by_the_engine(local):
    prefixes = Prefixes({"e": "http://e.example/"})
    short = prefixes.shorten(f"http://e.example/{local}")
    assert short == f"e:{local}"
    found = ox.Store().query(f"SELECT ({short} AS ?x) {{}}", prefixes=dict(prefixes))
    assert next(iter(found))["x"] == ox.NamedNode(f"http://e.example/{local}")


@pytest.mark.parametrize(
    ("name", "namespace"),
    [
        ("a b", "http://e.example/"),
        ("a:b", "http://e.example/"),
        ("<script>", "http://e.example/"),
        ("a.", "http://e.example/"),
        ("1a", "http://e.example/"),
        ("a\nb", "http://e.example/"),
        ("a" * 41, "http://e.example/"),
        ("a", "http://e.example/<script>"),
        ("a", 'http://e.example/"'),
        ("a", "relative/"),
        ("a", "http://e.example/ b"),
        ("a", "http://e.example/\n"),
        ("a", "http://e.example/" + "x" * 500),
        ("a", ""),
    ],
)
def test_odd_prefixes_are_not_valid(name, namespace):
    assert not is_valid(name, namespace)


def test_a_query_gets_the_prefixes_that_it_may_use_and_no_others():
    prefixes = Prefixes({"e": "http://e.example/"})
    used = dict(prefixes.used_in("SELECT * { ?s ?p ?o.e:a foaf:name ?n }"))
    assert used["e"] == "http://e.example/"
    assert used["foaf"] == WELL_KNOWN["foaf"]
    assert "skos" not in used


def test_the_twin_of_an_iri_has_the_other_scheme():
    assert twin("http://schema.org/name") == "https://schema.org/name"
    assert twin("https://schema.org/name") == "http://schema.org/name"
    assert twin("urn:x") == ""


def test_well_known_prefixes_stand_for_the_scheme_that_the_data_use():
    assert well_known_for(["http://schema.org/name"]) == {"schema": "http://schema.org/"}
    both = ["http://schema.org/name", "https://schema.org/name", "http://schema.org/url"]
    assert well_known_for(both) == {"schema": WELL_KNOWN["schema"]}
    assert well_known_for(["http://e.example/x"]) == {}
