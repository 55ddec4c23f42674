from __future__ import annotations

import io

import pyoxigraph as ox
import pytest
import rdflib

import ipgraph
from ipgraph import errors
from ipgraph.errors import BadQuery, NotAcceptable, NotFound, UsageError
from ipgraph.namespaces import ENTITY, INFERRED_GRAPH, ORG, file_graph
from ipgraph.settings import Settings

PSCD = ENTITY + "pscd"
# Two documents that state many triples both.
TWO_SOURCES = (
    "SELECT ?s ?p ?o FROM src:dhs-sector-specific-agencies-2015 FROM src:attyclientpriv-ppd-21 "
    "{ ?s ?p ?o }"
)


def exported(graph, **options):
    out = io.BytesIO()
    written = graph.export(out, **options)
    return written, out.getvalue()


def test_query_declares_prefixes_and_returns_terms(project):
    (row,) = project.query("SELECT ?label { id:pscd rdfs:label ?label }")
    assert row["label"].value == "Protective Security Coordination Division"
    assert row["label"].language == "en"


@pytest.mark.parametrize(
    "value", ["id:ip", f"<{ENTITY}ip>", rdflib.URIRef(ENTITY + "ip"), ox.NamedNode(ENTITY + "ip")]
)
def test_a_query_has_parameters(project, value):
    rows = project.query("SELECT ?unit { ?unit org:unitOf ?whole }", bindings={"whole": value})
    assert PSCD in {row.unit for row in rows}
    assert len(rows) > 3


def test_an_error_in_a_query_with_parameters_has_its_place_in_the_text(project):
    text = "SELECT ?s { ?s ?p ?o . ?s ?p }"
    places = []
    for bindings in (None, {"o": "a long value that would move every place behind it"}):
        with pytest.raises(BadQuery) as caught:
            project.query(text, bindings=bindings)
        places.append(caught.value.place)
    assert places[0] == places[1]
    assert places[0].column > text.index(".")


def test_an_error_while_a_result_is_read_is_explained(project):
    result = project.query("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    with pytest.raises(errors.StoreUnavailable, match="A SERVICE endpoint failed"):
        len(result)


def test_a_query_that_the_engine_rejects_has_the_reason_of_the_command_line(project):
    with pytest.raises(BadQuery, match="read-only"):
        project.query("INSERT DATA { id:a a id:b }")
    with pytest.raises(BadQuery, match="prefix foo: at line 1") as caught:
        project.query("SELECT * { ?x foo:bar ?y }")
    assert caught.value.__notes__ == [caught.value.hint] != [""]


@pytest.mark.parametrize(
    "clauses",
    [
        "FROM <{0}> FROM <{1}>",
        "from<{0}>from<{1}>",
        "FROM <{0}> FROM <{1}> FROM NAMED <{0}>",
        "FROM <{0}>\n# FROM <urn:not-a-graph>\nFROM <{1}>",
    ],
)
def test_from_counts_a_triple_of_two_graphs_once(rdf_folder, tmp_path, clauses):
    graph = ipgraph.open(rdf_folder, settings=Settings(cache=str(tmp_path / "cache")))
    graphs = [file_graph(name) for name in ("one.ttl", "two.ttl")]
    pattern = "{ ?s <http://example.org/knows> ?o }"
    (row,) = graph.query(f"SELECT (COUNT(*) AS ?n) {clauses.format(*graphs)} {pattern}")
    assert row["n"].value == "1"


def test_graphs_in_from_may_have_declared_prefixes(project):
    rows = [tuple(map(str, row.values())) for row in project.query(TWO_SOURCES)]
    assert len(rows) == len(set(rows)) > 0


def test_an_unknown_graph_in_from_is_empty(project):
    assert not list(project.query("SELECT * FROM <urn:x> { ?s ?p ?o }"))
    assert not list(project.query("SELECT * FROM NAMED <urn:x> { GRAPH ?g { ?s ?p ?o } }"))
    several = "SELECT ?s FROM <urn:x> FROM <https://w3id.org/ipgraph/ontology> { ?s ?p ?o }"
    assert list(project.query(several))


@pytest.mark.parametrize(
    ("name", "start"), [("json", b"[{"), ("xml", b"<?xml"), ("n3", b"@prefix")]
)
def test_a_name_of_a_format_fits_triples_too(project, name, start):
    result = project.query("CONSTRUCT { ?s a ?o } WHERE { ?s a ?o } LIMIT 1")
    assert result.serialize(name).startswith(start)


def test_a_syntax_error_in_a_query_has_its_place_and_a_hint(project):
    with pytest.raises(BadQuery) as caught:
        project.query("SELECT *\n{ ?s ?p ?o ")
    assert (caught.value.place.line, caught.value.place.column) == (2, 1)
    assert caught.value.hint


def test_dataset_is_an_rdflib_dataset_with_the_same_quads(project):
    unit = (rdflib.URIRef(PSCD), rdflib.URIRef(ORG + "unitOf"), rdflib.URIRef(ENTITY + "ip"))
    assert unit in project.dataset.default_graph
    page = project.dataset.graph(rdflib.URIRef("https://w3id.org/ipgraph/source/more-about-ip"))
    assert unit in page


def test_entity_is_described_by_any_of_its_names(project):
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


def test_unknown_name_suggests_similar_names(project):
    with pytest.raises(NotFound, match="Protective Security Coordination Division"):
        project.describe("Protective Security Coordinaton Division")


def test_triples_export_the_merge_and_quads_the_named_graphs(project):
    counts = project.built.manifest["counts"]
    written, text = exported(project, format="nt")
    assert written == counts["triples"] == text.count(b" .\n")
    written, text = exported(project, format="nq")
    assert written == sum(counts["graphs"].values()) + counts["inferred"] + counts["periods"]
    assert written == text.count(b" .\n")


def test_export_without_inference_has_no_inferred_graph(project):
    _, text = exported(project, format="nq", infer=False)
    assert text
    assert INFERRED_GRAPH.encode() not in text


def test_export_about_an_entity_contains_the_statements_that_mention_it(project):
    written, text = exported(project, format="nt", about="PSCD")
    lines = text.decode().splitlines()
    assert written == len(lines) > 10
    assert all(f"<{PSCD}>" in line for line in lines if not line.startswith("_:"))
    assert any(line.endswith(f"<{PSCD}> .") for line in lines)


def test_export_in_a_format_for_solutions_suggests_rdf_formats(project):
    with pytest.raises(NotAcceptable, match="ttl, nt, rdf, jsonld, trig, nq"):
        exported(project, format="csv")


def test_folder_written_by_oxigraph_is_opened_without_a_snapshot(tmp_path):
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


def test_pattern_of_files_is_expanded_and_must_match(rdf_folder, tmp_path):
    settings = Settings(cache=str(tmp_path / "cache"))
    graph = ipgraph.open(str(rdf_folder / "*.ttl"), settings=settings)
    assert len(graph.info()["inputs"]) == 2
    with pytest.raises(NotFound, match=r"No file matches .*\.nt"):
        ipgraph.open(str(rdf_folder / "*.nt"), settings=settings)


def test_ask_result_is_not_iterable_and_select_result_has_no_truth_value(project):
    with pytest.raises(TypeError, match="Use bool"):
        list(project.query("ASK {}"))
    with pytest.raises(TypeError, match="Only the result of an ASK"):
        bool(project.query("SELECT * {}"))


def test_xml_rejects_characters_that_xml_does_not_allow(project):
    answer = project.query('SELECT ("a\\u0001b" AS ?x) {}')
    with pytest.raises(ipgraph.IpGraphError, match=r"XML does not allow: U\+0001"):
        answer.serialize("xml")


def test_neighbors_accept_names_and_levels_restrict_them_to_parts(project):
    around = project.neighbors("Office of Infrastructure Protection")
    assert around.nodes[0].name.iri == ENTITY + "ip"
    assert ENTITY + "nppd" in {node.name.iri for node in around.nodes}
    parts = project.neighbors("IP", levels=1)
    assert PSCD in {node.name.iri for node in parts.nodes}
    assert ENTITY + "nppd" not in {node.name.iri for node in parts.nodes}


def test_timeline_of_an_entity_has_events_and_history_with_sources(project):
    timeline = project.timeline("NPPD")
    assert {event.type for event in timeline.events} >= {"established", "changed"}
    assert timeline.history
    numbers = {source.number for source in timeline.sources}
    entries = [*timeline.events, *timeline.history]
    assert all(entry.sources and numbers.issuperset(entry.sources) for entry in entries)
    assert {number for entry in entries for number in entry.sources} == numbers


def test_timeline_of_the_graph_contains_the_events_of_an_entity(project):
    everything = {(event.date, event.type) for event in project.timeline().events}
    events = project.timeline("NPPD").events
    assert events
    assert {(event.date, event.type) for event in events} <= everything


def test_names_and_terms_have_labels(project):
    label = "Protective Security Coordination Division"
    assert project.label("PSCD") == project.label(f"<{PSCD}>") == label
    assert project.label(ox.NamedNode(PSCD)) == label
    assert project.label(ox.NamedNode("http://example.org/no-such-thing")) == "no-such-thing"
    assert project.label(ox.Literal("text", language="en")) == "text"
