from __future__ import annotations

import io

import pyoxigraph as ox
import pytest
import rdflib

import ipgraph
from ipgraph.errors import NotAcceptable, NotFound, UsageError
from ipgraph.namespaces import ENTITY, INFERRED_GRAPH, ORG
from ipgraph.settings import Settings

PSCD = ENTITY + "pscd"


def exported(graph, **options):
    out = io.BytesIO()
    written = graph.export(out, **options)
    return written, out.getvalue()


def test_a_query_knows_the_prefixes_and_gives_terms(project):
    (row,) = project.query("SELECT ?label { id:pscd rdfs:label ?label }")
    assert row["label"].value == "Protective Security Coordination Division"
    assert row["label"].language == "en"


def test_the_dataset_is_rdflibs_over_the_same_quads(project):
    unit = (rdflib.URIRef(PSCD), rdflib.URIRef(ORG + "unitOf"), rdflib.URIRef(ENTITY + "ip"))
    assert unit in project.dataset.default_graph
    page = project.dataset.graph(rdflib.URIRef("https://w3id.org/ipgraph/source/more-about-ip"))
    assert unit in page


def test_a_thing_is_described_under_each_of_its_names(project):
    views = [
        project.describe(name)
        for name in (
            "PSCD",
            "pscd",
            "id:pscd",
            PSCD,
            f"<{PSCD}>",
            "Protective Security Coordination Division",
            "protective security coordination division",
        )
    ]
    assert {view.iri for view in views} == {PSCD}


def test_an_unknown_name_is_answered_with_the_nearest(project):
    with pytest.raises(NotFound, match="Protective Security Coordination Division"):
        project.describe("Protective Security Coordinaton Division")


def test_an_export_of_triples_holds_the_merge_and_one_of_quads_who_states_what(project):
    counts = project.built.manifest["counts"]
    written, text = exported(project, format="nt")
    assert written == counts["triples"] == text.count(b" .\n")
    written, text = exported(project, format="nq")
    assert written == sum(counts["graphs"].values()) + counts["inferred"] == text.count(b" .\n")


def test_an_export_without_what_is_inferred_has_no_such_graph(project):
    _, text = exported(project, format="nq", infer=False)
    assert text
    assert INFERRED_GRAPH.encode() not in text


def test_an_export_about_a_thing_holds_the_statements_that_mention_it(project):
    written, text = exported(project, format="nt", about="PSCD")
    lines = text.decode().splitlines()
    assert written == len(lines) > 10
    assert all(f"<{PSCD}>" in line for line in lines if not line.startswith("_:"))
    assert any(line.endswith(f"<{PSCD}> .") for line in lines)


def test_an_export_in_a_format_of_solutions_is_refused_with_those_that_fit(project):
    with pytest.raises(NotAcceptable, match="ttl, nt, rdf, jsonld, trig, nq"):
        exported(project, format="csv")


def test_a_folder_that_oxigraph_wrote_is_opened_as_it_is(tmp_path):
    store = ox.Store(str(tmp_path / "store"))
    store.add(ox.Quad(ox.NamedNode("http://a"), ox.NamedNode("http://b"), ox.Literal("c")))
    store.flush()
    del store
    graph = ipgraph.open(tmp_path / "store", settings=Settings(cache=str(tmp_path / "cache")))
    assert graph.query("ASK { <http://a> <http://b> 'c' }")
    with pytest.raises(UsageError, match="not built by ipgraph"):
        graph.info()
    with pytest.raises(UsageError, match="inferred"):
        graph.query("ASK {}", infer=False)
    assert not (tmp_path / "cache").exists()


def test_a_pattern_of_files_is_expanded_and_one_that_fits_none_is_named(rdf_folder, tmp_path):
    settings = Settings(cache=str(tmp_path / "cache"))
    graph = ipgraph.open(str(rdf_folder / "*.ttl"), settings=settings)
    assert len(graph.info()["inputs"]) == 2
    with pytest.raises(NotFound, match=r"No file matches .*\.nt"):
        ipgraph.open(str(rdf_folder / "*.nt"), settings=settings)


def test_the_answer_of_an_ask_is_not_iterable_and_that_of_a_select_no_truth(project):
    with pytest.raises(TypeError, match="use bool"):
        list(project.query("ASK {}"))
    with pytest.raises(TypeError, match="Only the answer of an ASK"):
        bool(project.query("SELECT * {}"))


def test_xml_refuses_what_xml_cannot_hold(project):
    answer = project.query('SELECT ("a\\u0001b" AS ?x) {}')
    with pytest.raises(ipgraph.IpGraphError, match=r"U\+0001, which XML cannot hold"):
        answer.serialize("xml")


def test_neighbors_take_any_name_and_levels_restrict_them_to_parts(project):
    around = project.neighbors("Office of Infrastructure Protection")
    assert around.nodes[0].name.iri == ENTITY + "ip"
    assert ENTITY + "nppd" in {node.name.iri for node in around.nodes}
    parts = project.neighbors("IP", levels=1)
    assert PSCD in {node.name.iri for node in parts.nodes}
    assert ENTITY + "nppd" not in {node.name.iri for node in parts.nodes}


def test_the_timeline_of_an_entity_has_its_events_and_history_with_sources(project):
    timeline = project.timeline("NPPD")
    assert {event.type for event in timeline.events} >= {"established", "changed"}
    assert timeline.history
    numbers = {source.number for source in timeline.sources}
    entries = [*timeline.events, *timeline.history]
    assert all(entry.sources and numbers.issuperset(entry.sources) for entry in entries)
    assert {number for entry in entries for number in entry.sources} == numbers


def test_the_timeline_of_the_graph_contains_the_events_of_an_entity(project):
    everything = {(event.date, event.type) for event in project.timeline().events}
    events = project.timeline("NPPD").events
    assert events
    assert {(event.date, event.type) for event in events} <= everything


def test_names_and_terms_have_labels(project):
    label = "Protective Security Coordination Division"
    assert project.label("PSCD") == project.label(f"<{PSCD}>") == label
    assert project.label(ox.NamedNode(PSCD)) == label
    assert project.label(ox.NamedNode("http://example.org/no-such-thing")) == "No such thing"
    assert project.label(ox.Literal("text", language="en")) == "text"
