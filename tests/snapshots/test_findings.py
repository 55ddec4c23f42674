"""What a build finds does not prevent opening: it is recorded, and said at every opening."""

from __future__ import annotations

import dataclasses

import pytest

import ipgraph
from ipgraph import opening
from ipgraph.errors import Inconsistent, Unreadable
from ipgraph.settings import Settings
from ipgraph.snapshots.findings import Findings

CONTRADICTION = """\
@prefix : <http://e/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:Cat owl:disjointWith :Dog .
:Poodle rdfs:subClassOf :Dog .
:rex a :Cat , :Poodle .
"""
TURTLE = "@prefix : <http://e/> .\n:a :p 'x' .\n"
BROKEN = "@prefix : <http://e/> .\n:a :p\n"


@pytest.fixture
def settings(tmp_path):
    return Settings(cache=str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "data"
    path.mkdir()
    (path / "cats.ttl").write_text(CONTRADICTION, encoding="utf-8")
    return path


def with_settings(settings: Settings, **changed: object) -> Settings:
    return dataclasses.replace(settings, **changed)


def test_a_graph_with_a_contradiction_opens_and_says_so_in_one_line(folder, settings):
    graph = ipgraph.open(folder, settings=settings)
    (line,) = graph.warnings
    assert line.startswith("The graph contradicts itself (1 contradiction): ")
    assert "(rule cax-dw)" in line
    assert graph.info()["findings"]["contradiction_count"] == 1


def test_a_contradiction_has_its_premises_and_their_sources(folder, settings):
    (found,) = ipgraph.open(folder, settings=settings).findings.contradictions
    assert found.rule == "cax-dw"
    sources = {premise.object: premise.sources for premise in found.premises}
    file = "urn:ipgraph:file/cats.ttl"
    assert sources["<http://e/Cat>"] == (file,)
    assert sources["<http://e/Dog>"] in ((), (file,))


def test_other_rules_infer_as_without_a_contradiction(folder, settings):
    graph = ipgraph.open(folder, settings=settings)
    (row,) = graph.query("SELECT ?x { ?x a <http://e/Dog> }")
    assert row["x"].value == "http://e/rex"


def test_findings_survive_the_manifest(folder, settings):
    (folder / "broken.ttl").write_text(BROKEN, encoding="utf-8")
    found = ipgraph.open(folder, settings=settings).findings
    assert Findings.from_json(found.as_json()) == found
    assert found.contradictions
    assert found.broken


def test_strict_refuses_a_contradiction_with_its_premises(folder, settings):
    with pytest.raises(Inconsistent, match=r"rule cax-dw\)\n  <http://e/") as caught:
        ipgraph.open(folder, settings=with_settings(settings, strict=True))
    assert caught.value.hint


def test_strict_refuses_a_broken_file_in_a_folder(folder, settings):
    (folder / "cats.ttl").write_text(TURTLE, encoding="utf-8")
    (folder / "broken.ttl").write_text(BROKEN, encoding="utf-8")
    assert ipgraph.open(folder, settings=settings).warnings
    with pytest.raises(Unreadable, match=r"broken\.ttl:3:1"):
        ipgraph.open(folder, settings=with_settings(settings, strict=True))


def test_a_broken_file_in_a_folder_is_said_at_every_opening(folder, settings):
    (folder / "cats.ttl").write_text(TURTLE, encoding="utf-8")
    (folder / "broken.ttl").write_text(BROKEN, encoding="utf-8")
    for _ in range(2):
        first, second = ipgraph.open(folder, settings=settings).warnings
        assert first == "1 of 2 files cannot be read; the graph is open without it:"
        assert "broken.ttl:3:1" in second


def test_a_reload_keeps_the_statements_of_a_file_that_breaks(folder, settings):
    (folder / "more.ttl").write_text(TURTLE, encoding="utf-8")
    graph = ipgraph.open(folder, settings=settings)
    (folder / "more.ttl").write_text(BROKEN, encoding="utf-8")
    with pytest.raises(Unreadable, match=r"more\.ttl:3:1"):
        opening.reopen(graph)


def test_a_reload_takes_other_changes_next_to_a_file_that_was_broken_before(folder, settings):
    (folder / "more.ttl").write_text(BROKEN, encoding="utf-8")
    graph = ipgraph.open(folder, settings=settings)
    (folder / "cats.ttl").write_text(TURTLE, encoding="utf-8")
    assert opening.reopen(graph).info()["counts"]["stated"] == 1


def test_without_inference_nothing_is_closed_and_nothing_inferred_is_answered(folder, settings):
    graph = ipgraph.open(folder, settings=with_settings(settings, infer=False))
    assert graph.info()["reasoner"] == "none"
    assert graph.info()["counts"]["inferred"] == 0
    assert graph.warnings == []
    assert not list(graph.query("SELECT ?x { ?x a <http://e/Dog> }"))
    with pytest.raises(ipgraph.IpGraphError, match="opened without inference"):
        graph.query("SELECT ?x { ?x a <http://e/Dog> }", infer=True)


def test_without_inference_a_closed_snapshot_is_used_if_there_is_one(folder, settings):
    closed = ipgraph.open(folder, settings=settings)
    stated = ipgraph.open(folder, settings=with_settings(settings, infer=False))
    assert stated.built.hash == closed.built.hash
    assert not list(stated.query("SELECT ?x { ?x a <http://e/Dog> }"))


def test_repaired_terms_are_counted_and_said(folder, settings):
    (folder / "cats.ttl").write_text("<http://e/a b> <http://e/p> 1 .", encoding="utf-8")
    with pytest.raises(Unreadable, match="Invalid IRI"):
        ipgraph.open(folder, settings=settings)
    graph = ipgraph.open(folder, settings=with_settings(settings, lenient=True))
    assert graph.findings.repair_count == 1
    assert graph.warnings == [
        "1 invalid IRI or language tag repaired (--lenient). The page /quality lists them."
    ]


def test_imports_that_are_missing_are_named_once(folder, settings, caplog):
    text = "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    for name, imported in (("cats", "missing"), ("more", "missing"), ("other", "cats")):
        declared = f"<http://e/{name}> a owl:Ontology ; owl:imports <http://e/{imported}> .\n"
        (folder / f"{name}.ttl").write_text(text + declared, encoding="utf-8")
    graph = ipgraph.open(folder, settings=settings)
    assert graph.findings.missing_imports == ("http://e/missing",)
    assert caplog.text.count("<http://e/missing>") == 1
    assert graph.warnings == []


def test_a_syntax_that_is_not_that_of_the_suffix_is_said_once(folder, settings, caplog):
    (folder / "cats.ttl").rename(folder / "cats.owl")
    graph = ipgraph.open(folder, settings=settings)
    assert caplog.text.count("cats.owl holds Turtle; read as Turtle.") == 1
    assert graph.findings.read_as


def test_files_that_are_not_rdf_are_counted(folder, settings, caplog):
    for name in ("a.png", "b.png", "notes.log"):
        (folder / name).write_bytes(b"x")
    graph = ipgraph.open(folder, settings=settings)
    assert graph.findings.skipped == {".png": 2, ".log": 1}
    assert "Skipped 3 files that are not RDF: 2 .png, 1 .log." in caplog.text


def test_a_literal_of_20_mib_is_refused_in_words_in_every_syntax(tmp_path, settings):
    text = "x" * (20 << 20)
    rdf = '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
    documents = {
        "a.ttl": f"<http://e/a> <http://e/p> '{text}' .",
        "a.rdf": f'{rdf}<r:Description r:about="http://e/a"><e:p>{text}</e:p></r:Description></r:RDF>',
        "a.jsonld": f'{{"@id": "http://e/a", "http://e/p": "{text}"}}',
    }
    for name, document in documents.items():
        (tmp_path / name).write_text(document, encoding="utf-8")
        with pytest.raises(Unreadable, match="longer than 16 MiB"):
            ipgraph.open(tmp_path / name, settings=settings)
