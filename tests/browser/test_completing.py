"""Completion at the cursor of the editor: its logic, run in Chromium on plain texts."""

from __future__ import annotations

import pytest

from ipgraph.resources import folder

SOURCE = folder("web") / "frontend" / "src" / "completing.js"
CONTEXTS = [
    ("", "none"),
    ("SELECT ?x WHERE { ", "subject"),
    ("SELECT ?x WHERE { ?x ", "property"),
    ("SELECT ?x WHERE { ?x ip:partOf ", "entity"),
    ("SELECT ?x WHERE { ?x a ", "class"),
    ("SELECT ?x WHERE { ?x rdf:type ", "class"),
    ("SELECT ?x WHERE { ?x a ip:Division ; ", "property"),
    ("SELECT ?x WHERE { ?x a ip:Division .\n ", "subject"),
    ("SELECT ?x WHERE { # a comment {\n ?x ", "property"),
    ('SELECT ?x WHERE { ?x rdfs:label "a { b" . ?y ', "property"),
    ("SELECT ?x WHERE { ?x <http://e.org/a.b> ", "entity"),
]
WORDS = [
    ("?x works thr", "works thr"),
    ("  ?x ip:partOf protective sec", "protective sec"),
    ("?x a gov coord", "gov coord"),
    ("?x a ip:Division ; works thr", "works thr"),
    ("?x ip:partOf id:ip", ""),
    ("?x ?", ""),
]


@pytest.fixture(scope="module")
def completing(chromium):
    page = chromium.new_page()
    page.add_script_tag(content=SOURCE.read_text(encoding="utf-8").replace("export ", ""))
    yield page
    page.close()


@pytest.mark.parametrize(("before", "kind"), CONTEXTS)
def test_the_text_before_the_cursor_determines_the_kind_of_completion(completing, before, kind):
    assert completing.evaluate("text => place(text)", before) == kind


@pytest.mark.parametrize(("line", "words"), WORDS)
def test_a_label_of_several_words_is_completed_as_a_whole(completing, line, words):
    assert completing.evaluate("line => wordsBefore(line)", line) == words


def test_the_class_of_the_subject_is_found_in_the_text(completing):
    before = "SELECT ?x WHERE { ?x a ip:Division ; "
    assert completing.evaluate("text => subjectClass(text, text)", before) == "ip:Division"


def test_a_prefix_is_declared_once(completing):
    text = "PREFIX ip: <https://w3id.org/ipgraph/ontology/>\n?x "
    item = {"term": "ip:runs", "ns": "https://w3id.org/ipgraph/ontology/"}
    changed = completing.evaluate("([text, item]) => insertion(text, item, 51, 51)", [text, item])
    assert [change["insert"] for change in changed["changes"]] == ["ip:runs "]
    changed = completing.evaluate("([text, item]) => insertion(text, item, 3, 3)", ["?x ", item])
    assert changed["changes"][0]["insert"].startswith("PREFIX ip: <")
