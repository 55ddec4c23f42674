"""The languages of content: chosen by parameter, header and data; apart from the interface's."""

from __future__ import annotations

import re

import pytest

import ipgraph
from ipgraph.settings import Settings
from support.running import application, browser

DATA = """
@prefix e: <http://e.example/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
e:cat a e:Animal ; rdfs:label "cat"@en, "chat"@fr, "Katze"@de, "חתול"@he ;
  skos:definition "A small animal."@en, "Un petit animal."@fr, "<b>Ein</b> Tier."@de ;
  e:eats e:mouse .
e:mouse a e:Animal ; rdfs:label "mouse"@en, "souris"@fr .
e:Animal rdfs:label "animal"@en, "Tier"@de .
e:plain a e:Animal ; rdfs:label "only English"@en .
e:eats rdfs:label "eats"@en, "mange"@fr, "come"@es .
"""
CAT = "/describe?uri=http://e.example/cat"


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    folder = tmp_path_factory.mktemp("animals")
    (folder / "animals.ttl").write_text(DATA, encoding="utf-8")
    return ipgraph.open(folder, settings=Settings(cache=str(folder / "cache")))


@pytest.fixture(scope="module")
def client(graph):
    with application(graph) as app:
        yield browser(app)


@pytest.fixture(scope="module")
def served(graph, serve_session):
    with serve_session(graph) as running:
        yield running


def heading(text):
    return re.search(r"<h1[^>]*>\s*(.*?)\s*</h1>", text, re.DOTALL)[1]


@pytest.mark.parametrize(
    ("parameters", "header", "label", "interface"),
    [
        ("", "", "cat", "en"),
        ("&lang=fr", "", "chat", "en"),
        ("&lang=fr", "de", "chat", "en"),
        ("", "de-AT, fr;q=0.5", "Katze", "en"),
        ("", "it, fr;q=0.5, de;q=0.9", "Katze", "en"),
        ("", "it", "cat", "en"),
        ("&lang=zz", "fr", "chat", "en"),
        ("&lang=he&ui=es", "", "חתול", "es"),
        ("&lang=es", "", "cat", "es"),
        ("&ui=es", "fr", "chat", "es"),
        ("&lang=fr&ui=xx", "", "chat", "en"),
        ("", "es", "cat", "es"),
        ("&ui=en", "es", "cat", "en"),
    ],
)
def test_the_content_and_the_interface_have_their_own_language(
    client, parameters, header, label, interface
):
    reply = client.get(CAT + parameters, headers={"Accept-Language": header})
    assert heading(reply.text) == label
    assert f'<html lang="{interface}">' in reply.text
    assert reply.headers["Vary"].startswith("Accept, Accept-Language")


def test_a_text_falls_back_where_a_thing_lacks_the_language(client):
    assert heading(client.get("/describe?uri=http://e.example/plain&lang=fr").text) == (
        "only English"
    )


def test_one_description_is_shown_and_the_others_are_folded(client):
    text = client.get(CAT + "&lang=fr").text
    lead = re.findall(r'<p class="lead"[^>]*>\s*(.*?)\s*<', text)
    assert lead == ["Un petit animal."]
    assert "In 3 other languages" in text
    assert "&lt;b&gt;Ein&lt;/b&gt; Tier." in text
    assert "<b>Ein" not in text
    assert '<dd lang="he" dir="auto">' in text


def test_texts_have_their_language_and_find_their_direction(client):
    text = client.get(CAT + "&lang=he").text
    assert '<h1 lang="he" dir="auto">' in text
    assert '<h1 lang="fr">' in client.get(CAT + "&lang=fr").text
    assert "<h1>" in client.get(CAT).text


def test_the_languages_of_the_data_are_listed(client):
    text = client.get(CAT).text
    assert re.findall(r"<option[^>]*>(\w+)</option>", text) == [
        "English", "fr", "de", "Español", "he",
    ]  # fmt: skip
    assert '<option value="en" selected>' in text
    assert '<input type="hidden" name="uri" value="http://e.example/cat">' in text


def test_links_keep_the_chosen_languages_and_nothing_else(client):
    text = client.get(CAT + "&lang=fr&ui=es").text
    assert "uri=http%3A%2F%2Fe.example%2Fmouse&amp;lang=fr&amp;ui=es" in text
    text = client.get(CAT + '&lang="><script>').text
    assert "<script>" not in text.split("<main")[1]


def test_lists_and_suggestions_are_in_the_language(client):
    assert ">souris<" in client.get(CAT + "&lang=fr").text
    assert [item["label"] for item in client.get("/suggest?q=mou&lang=fr").json] == ["souris"]
    assert [item["label"] for item in client.get("/suggest?q=souris").json] == ["mouse"]
    listed = client.get("/browse?type=http://e.example/Animal&lang=de").text
    assert "Katze" in listed


def test_responses_in_two_languages_are_cached_apart(served):
    def label(language):
        reply = served.ask(CAT, Accept="text/html", Accept_Language=language)
        assert reply.headers["Vary"].startswith("Accept, Accept-Language")
        return heading(reply.body.decode()), reply.headers["ETag"]

    seen = {language: label(language) for language in ("fr", "de", "fr-FR", "it", "")}
    for _ in range(2):
        assert {language: label(language) for language in seen} == seen
    assert seen["fr"] == seen["fr-FR"]
    assert seen["it"] == seen[""]
    assert len({tag for _, tag in seen.values()}) == 3


def test_a_response_that_has_no_language_is_cached_once(served):
    replies = [served.ask("/void.ttl", Accept_Language=tag) for tag in ("fr", "de")]
    assert replies[0].headers["ETag"] == replies[1].headers["ETag"]
    assert "Accept-Language" not in replies[0].headers["Vary"]


def test_a_tag_of_another_language_is_not_confirmed(served):
    french = served.ask(CAT, Accept="text/html", Accept_Language="fr").headers["ETag"]
    german = served.ask(CAT, Accept="text/html", Accept_Language="de", If_None_Match=french)
    assert german.status == 200
    same = served.ask(CAT, Accept="text/html", Accept_Language="fr", If_None_Match=french)
    assert same.status == 304
    assert same.headers["Vary"].startswith("Accept, Accept-Language")
